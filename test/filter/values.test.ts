import { compileResourceType, defineResourceType, defineSchema } from "scimkit";
import { elementTest, parseFilter, predicateOf, resolveFilter } from "scimkit/filter";
import { describe, expect, test } from "vitest";

const Note = compileResourceType(
  defineResourceType({
    name: "Note",
    schema: defineSchema({
      id: "urn:example:params:scim:schemas:Note",
      name: "Note",
      attributes: {
        text: {},
        size: { type: "integer" },
        flag: { type: "boolean" },
        place: {
          type: "complex",
          subAttributes: {
            city: {},
            zip: { type: "integer" },
            marks: { multiValued: true },
            primary: { type: "boolean" },
          },
        },
        parts: {
          type: "complex",
          multiValued: true,
          subAttributes: { value: {}, primary: { type: "boolean" }, fragile: { type: "boolean" } },
        },
        tags: { multiValued: true },
      },
    }),
  }),
);

const resolved = (filter: string) => resolveFilter(parseFilter(filter), Note);
const matches = (filter: string, resource: object) => predicateOf(resolved(filter))({ id: "1", ...resource });

describe("presence", () => {
  test.each([
    ["text pr", { text: "a" }, true],
    ["text pr", { text: "" }, false],
    ["text pr", {}, false],
    ["text pr", { text: null }, false],
    ["size pr", { size: 0 }, true],
    ["flag pr", { flag: false }, true],
    ["place pr", { place: {} }, false],
    ["place pr", { place: { city: "", zip: 7 } }, true],
    ["place pr", { place: { city: "" } }, false],
    ["place pr", { place: { city: undefined, zip: null } }, false],
    ["place pr", { place: { marks: [] } }, false],
    ["place pr", { place: { marks: ["", "a"] } }, true],
    ["place.marks pr", { place: { marks: [""] } }, false],
    ["parts pr", { parts: [] }, false],
    ["parts pr", { parts: [{ value: "" }, { value: "a" }] }, true],
    ["parts pr", { parts: [{ value: "" }] }, false],
    ["tags pr", { tags: ["", "a"] }, true],
    ["tags pr", { tags: [""] }, false],
  ] as const)("%s of %j is %j [P-3.4.2.2-13]", (filter, resource, expected) => {
    expect(matches(filter, resource)).toBe(expected);
  });
});

describe("primary", () => {
  test.each([
    ["counts as false where an element does not say it", "parts.primary eq false", { parts: [{ value: "a" }] }, true],
    ["is what an element says", "parts.primary eq false", { parts: [{ value: "a", primary: true }] }, false],
    ["is present where it counts as false", "parts[primary pr]", { parts: [{ value: "a" }] }, true],
    ["has no value where there is no element", "parts.primary eq false", {}, false],
    ["is any other truth's case not", "parts.fragile eq false", { parts: [{ value: "a" }] }, false],
    ["is not that of a single value", "place.primary eq false", { place: { city: "a" } }, false],
  ] as const)("%s [S-2.4-04 R-52]", (_, filter, resource, expected) => {
    expect(matches(filter, resource)).toBe(expected);
  });
});

describe("the filter of a value path", () => {
  test("tests one element, and no value path stands in another one", () => {
    const filter = resolved('parts[value eq "a"]');
    if (filter.type !== "element") throw new Error("this is a value path");
    expect(elementTest(filter.filter)({ value: "A" })).toBe(true);
    expect(elementTest(filter.filter)({ value: "b" })).toBe(false);
    expect(elementTest(filter)({ value: "a", parts: [{ value: "a" }] })).toBe(false);
    expect(elementTest({ type: "not", filter })({ value: "a" })).toBe(true);
  });
});
