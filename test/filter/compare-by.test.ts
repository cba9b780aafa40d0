import { comparisonKey, compileResourceType, defineResourceType, defineSchema } from "scimkit";
import { compareBy } from "scimkit/filter";
import { describe, expect, test } from "vitest";

const Part = defineResourceType({
  name: "Part",
  schema: defineSchema({
    id: "urn:example:params:scim:schemas:Part",
    name: "Part",
    attributes: {
      label: {},
      size: { type: "integer" },
      tags: { multiValued: true },
      links: {
        type: "complex",
        multiValued: true,
        subAttributes: { value: {}, type: {}, notes: { multiValued: true }, primary: { type: "boolean" } },
      },
    },
  }),
});
const asked: unknown[] = [];
const type = compileResourceType(Part, (attribute, value) => {
  asked.push(value);
  return comparisonKey(attribute, value);
});

/** The ids of the resources, sorted. */
function sorted(path: string, resources: Readonly<Record<string, object>>, descending = false): readonly string[] {
  const resolved = type.resolve(path);
  if (resolved === undefined) throw new Error(`there is no ${path}`);
  const given = Object.entries(resources).map(([id, attributes]) => ({ id, ...attributes }));
  return given.sort(compareBy({ path: resolved, descending })).map(({ id }) => id);
}

describe("compareBy", () => {
  test("orders numbers by value, and text by its key, either way round [R-23]", () => {
    const sizes = { a: { size: 10 }, b: { size: 9 }, c: { size: -1 } };
    expect(sorted("size", sizes)).toEqual(["c", "b", "a"]);
    expect(sorted("size", sizes, true)).toEqual(["a", "b", "c"]);
    expect(sorted("label", { a: { label: "B" }, b: { label: "a" } })).toEqual(["b", "a"]);
  });

  test("orders what is equal by id, and always in the same direction [R-23]", () => {
    const labels = { c: { label: "X" }, a: { label: "x" }, b: { label: "x" }, e: {}, d: {} };
    expect(sorted("label", labels)).toEqual(["a", "b", "c", "d", "e"]);
    expect(sorted("label", labels, true)).toEqual(["d", "e", "a", "b", "c"]);
  });

  test("takes the primary element or else the first, and of an element its value unless another part is named [R-23]", () => {
    const links = {
      a: {
        links: [
          { value: "1", type: "x" },
          { value: "9", type: "a", primary: true },
        ],
      },
      b: {
        links: [
          { value: "5", type: "z", primary: false },
          { value: "0", type: "y" },
        ],
      },
      c: { links: [{ type: "m" }] },
      d: { links: [] },
    };
    expect(sorted("links", links)).toEqual(["b", "a", "c", "d"]);
    expect(sorted("links.value", links)).toEqual(["b", "a", "c", "d"]);
    expect(sorted("links.type", links)).toEqual(["a", "c", "b", "d"]);
  });

  test("takes the first of several plain values, in an element as well", () => {
    expect(sorted("tags", { a: { tags: ["z", "a"] }, b: { tags: ["y"] } })).toEqual(["b", "a"]);
    const notes = { a: { links: [{ value: "1", notes: ["z", "a"] }] }, b: { links: [{ value: "2", notes: ["y"] }] } };
    expect(sorted("links.notes", notes)).toEqual(["b", "a"]);
  });

  test("asks for the key of values alone, not of what is missing", () => {
    asked.length = 0;
    sorted("links", { a: {}, b: { links: [] }, c: { links: [{ type: "x" }] }, d: { links: [{ value: "v" }] } });
    expect(new Set(asked)).toEqual(new Set(["v"]));
  });
});
