import { describe, expect, test } from "vitest";
import { type AttributeLiteral, defineResourceType, defineSchema, type StorageAdapter } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { directory, filtered } from "../support/directory.ts";
import { patchOf } from "../support/patching.ts";

const THING = "urn:example:params:scim:schemas:Thing";
const EXTRAS = "urn:example:params:scim:schemas:Extras";
const OTHER = "urn:example:params:scim:schemas:Other";
const HIDDEN = "hidden-4f1c9a";
const SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

type Literals = Readonly<Record<string, AttributeLiteral>>;

function release(storage: StorageAdapter, attributes: Literals, extras?: Literals, urn = EXTRAS) {
  const base = defineSchema({ id: THING, name: "Thing", attributes: { label: {}, note: {}, ...attributes } });
  const Thing = defineResourceType({ name: "Thing", schema: base });
  const type =
    extras === undefined ? Thing : Thing.extend(defineSchema({ id: urn, name: "Extras", attributes: extras }));
  return directory({
    resourceTypes: [type],
    storage,
    resolveMe: () => ({ resourceType: "Thing", id: "1" }),
    newId: () => "1",
  });
}

const never = { returned: "never" } as const;
const inComplex = (sub: Literals, multiValued = false): Literals => ({
  a: { type: "complex", multiValued, subAttributes: { value: {}, ...sub } },
});
/** What an earlier release hid, what it was given, and what the next one declares. */
const RELEASES: Readonly<
  Record<string, readonly [Literals, Literals | undefined, object, Literals, Literals | undefined, string?]>
> = {
  "an attribute": [{ token: never }, undefined, { token: HIDDEN }, {}, undefined],
  "an attribute that is renamed": [{ token: never }, undefined, { token: HIDDEN }, { secret: never }, undefined],
  "an attribute spelled otherwise": [{ token: never }, undefined, { token: HIDDEN }, { Token: {} }, undefined],
  "a part": [inComplex({ token: never }), undefined, { a: { value: "v", token: HIDDEN } }, inComplex({}), undefined],
  "a part of elements": [
    inComplex({ token: never }, true),
    undefined,
    { a: [{ value: "v", token: HIDDEN }] },
    inComplex({}, true),
    undefined,
  ],
  "an attribute of an extension": [
    {},
    { token: never, hint: {} },
    { [EXTRAS]: { token: HIDDEN, hint: "h" } },
    {},
    { hint: {} },
  ],
  "an extension": [{}, { token: never }, { [EXTRAS]: { token: HIDDEN } }, {}, undefined],
  "an extension that is renamed": [{}, { token: never }, { [EXTRAS]: { token: HIDDEN } }, {}, { token: {} }, OTHER],
};

describe("what was hidden and is in the schema no more is in no answer and no event:", () => {
  test.each(Object.entries(RELEASES))("%s", async (_name, [
    attributes,
    extras,
    given,
    nextAttributes,
    nextExtras,
    urn,
  ]) => {
    const storage = memoryStorage();
    const first = release(storage, attributes, extras);
    const created = await first.ask("POST", "/Things", { schemas: [THING], label: "x", note: "n", ...given });
    expect(created.status).toBe(201);
    const { ask, events } = release(storage, nextAttributes, nextExtras, urn);
    const shown: unknown[] = [];
    const get = async (...request: Parameters<typeof ask>) => {
      const answer = await ask(...request);
      shown.push(answer.body, answer.headers);
      return answer;
    };
    for (const path of ["/Things/1", "/Things", "/", "/Me", "/Things?cursor="])
      expect((await get("GET", path)).status, path).toBe(200);
    for (const name of ["token", "a.token", "a", `${EXTRAS}:token`, EXTRAS, "secret"]) {
      await get("GET", `/Things/1?attributes=${name}`);
      await get("GET", `/Things/1?excludedAttributes=${name}`);
      if (name !== "a")
        expect((await get("GET", filtered("/Things", `${name} eq "${HIDDEN}"`))).json.totalResults ?? 0, name).toBe(0);
    }
    expect(
      (await get("POST", "/Things/.search", { schemas: [SEARCH], filter: 'label eq "x"' })).json.totalResults,
    ).toBe(1);
    expect((await get("PATCH", "/Things/1", patchOf({ op: "replace", path: "label", value: "y" }))).status).toBe(200);
    const Operations = [
      { method: "PATCH", path: "/Things/1", data: patchOf({ op: "replace", path: "note", value: "m" }) },
    ];
    expect((await get("POST", "/Bulk", { schemas: [BULK], Operations })).json.Operations[0].status).toBe("200");
    expect((await get("PUT", "/Things/1", { schemas: [THING], label: "z" })).status).toBe(200);
    expect((await get("DELETE", "/Things/1")).status).toBe(204);
    expect(events.filter(({ type }) => type === "patched" || type === "replaced" || type === "deleted")).toHaveLength(
      4,
    );
    expect(JSON.stringify([shown, events])).not.toContain(HIDDEN);
  });
});

test("what an adapter gives beside what is declared is in no answer and no event, wherever it stands", async () => {
  const Things = {
    tags: { multiValued: true },
    ...inComplex({ kind: {} }, true),
    box: { type: "complex", subAttributes: { width: {} } },
  } as const;
  const junk = (resource: object) => ({
    ...resource,
    note: { secret: HIDDEN },
    tags: [{ secret: HIDDEN }, [HIDDEN], "good"],
    a: [{ value: "v", kind: { secret: HIDDEN }, nobody: HIDDEN }, HIDDEN, [HIDDEN]].slice(0, 1),
    box: [{ nobody: HIDDEN }],
    nobody: HIDDEN,
    "urn:nobody": { a: HIDDEN },
    [EXTRAS]: { hint: [{ deep: HIDDEN }], nobody: HIDDEN },
  });
  const inner = memoryStorage();
  const storage: StorageAdapter = {
    ...inner,
    create: async (...given) => junk(await inner.create(...given)) as never,
    get: async (...given) => {
      const found = await inner.get(...given);
      return found && ({ ...junk(found), meta: { ...found.meta, secret: HIDDEN } } as never);
    },
    query: async (...given) => {
      const found = await inner.query(...given);
      return { ...found, resources: found.resources.map(junk) as never };
    },
    replace: async (...given) => junk((await inner.replace(...given)) ?? {}) as never,
  };
  const { ask, events } = release(storage, Things, { hint: {} });
  const answers = [
    await ask("POST", "/Things", { schemas: [THING], label: "x" }),
    await ask("GET", "/Things/1"),
    await ask("GET", "/Things"),
    await ask("GET", "/Things/1?attributes=a.kind,box,tags,meta"),
    await ask("PATCH", "/Things/1", patchOf({ op: "replace", path: "label", value: "y" })),
    await ask("DELETE", "/Things/1"),
  ];
  expect(answers.map(({ status }) => status)).toEqual([201, 200, 200, 200, 200, 204]);
  expect(answers[1]?.json).toMatchObject({ label: "x", tags: ["good"], a: [{ value: "v" }] });
  expect(JSON.stringify([answers, events])).not.toContain(HIDDEN);
});
