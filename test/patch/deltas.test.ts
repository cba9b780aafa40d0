import { compileResourceType, defineResourceType, defineSchema } from "scimkit";
import { classify, prepare } from "scimkit/patch";
import { describe, expect, test } from "vitest";
import { type Directory, directory } from "../support/directory.ts";
import { patchOf } from "../support/patching.ts";

const CLUB = "urn:example:params:scim:schemas:Club";
/** Collections that no client may change at will: one that is given once, and one that must not become empty. */
const Club = defineResourceType({
  name: "Club",
  schema: defineSchema({
    id: CLUB,
    name: "Club",
    attributes: {
      name: {},
      founders: {
        type: "complex",
        multiValued: true,
        scimkit: { collection: true },
        mutability: "immutable",
        subAttributes: { value: {} },
      },
      owners: {
        type: "complex",
        multiValued: true,
        scimkit: { collection: true },
        required: true,
        subAttributes: { value: {} },
      },
    },
  }),
});

interface Asked extends Directory {
  readonly path: string;
  values(name: string): Promise<readonly string[] | undefined>;
}

async function club(attributes: object = {}): Promise<Asked> {
  const made = directory({ resourceTypes: [Club] });
  const body = { schemas: [CLUB], name: "c", owners: [{ value: "o1" }, { value: "o2" }], ...attributes };
  const created = await made.ask("POST", "/Clubs", body);
  const path = `/Clubs/${created.json.id}`;
  const values: Asked["values"] = async (name) =>
    (await made.ask("GET", path)).json[name]?.map(({ value }: { value: string }) => value);
  return { ...made, path, values };
}

describe("an immutable collection", () => {
  const add = { op: "add", path: "founders", value: [{ value: "b" }] } as const;

  test("takes its first values and no other, by whatever operation [P-3.5.2-10]", async () => {
    const first = await club();
    expect((await first.ask("PATCH", first.path, patchOf(add))).status).toBe(200);
    expect(await first.values("founders")).toEqual(["b"]);
    const { ask, path, values } = await club({ founders: [{ value: "a" }] });
    for (const operation of [
      add,
      { op: "remove", path: 'founders[value eq "a"]' },
      { op: "remove", path: "founders", value: [{ value: "a" }] },
      { op: "replace", path: "founders", value: [{ value: "b" }] },
    ])
      expect(await ask("PATCH", path, patchOf(operation))).toMatchObject({
        status: 400,
        json: { scimType: "mutability" },
      });
    expect(await values("founders")).toEqual(["a"]);
  });

  test("is changed by no delta, which would not look at what is there", () => {
    const type = compileResourceType(Club);
    expect(classify(prepare(type, [add]))).toBeUndefined();
    expect(classify(prepare(type, [{ op: "remove", path: 'founders[value eq "a"]' }]))).toBeUndefined();
  });
});

describe("a required collection", () => {
  test("never loses its last element, whether it is selected or listed [S-7-27 R-10]", async () => {
    const { ask, path, values } = await club();
    expect((await ask("PATCH", path, patchOf({ op: "remove", path: 'owners[value eq "o1"]' }))).status).toBe(200);
    for (const operations of [
      [{ op: "remove", path: 'owners[value eq "o2"]' }],
      [{ op: "remove", path: "owners", value: [{ value: "o2" }] }],
      [{ op: "remove", path: 'owners[value eq "o2" or value eq "o1"]' }],
      [{ op: "remove", path: "owners" }],
    ])
      expect(await ask("PATCH", path, patchOf(...operations))).toMatchObject({
        status: 400,
        json: { scimType: "mutability" },
      });
    expect(await values("owners")).toEqual(["o2"]);
  });

  test("grows by a delta all the same", async () => {
    const type = compileResourceType(Club);
    const add = { op: "add", path: "owners", value: [{ value: "o3" }] } as const;
    expect(classify(prepare(type, [add]))).toMatchObject({ add: [{ value: "o3" }], remove: [] });
    const { ask, path, values } = await club();
    expect((await ask("PATCH", path, patchOf(add))).status).toBe(204);
    expect(await values("owners")).toEqual(["o1", "o2", "o3"]);
  });
});
