import { describe, expect, test } from "vitest";
import { defineResourceType, defineSchema } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { type Answer, directory, filtered } from "../support/directory.ts";
import { expectRefusal } from "../support/refusal.ts";
import { THING, Thing } from "../support/thing.ts";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const thing = (more: object): object => ({ schemas: [THING], name: "a", ...more });

/** A service of things; `computed` is readOnly and required, so its value is the storage's. */
function things() {
  const memory = memoryStorage();
  const service = directory({
    resourceTypes: [Thing],
    storage: {
      ...memory,
      create: (request, context) =>
        memory.create({ ...request, resource: { ...request.resource, computed: "by the server" } }, context),
    },
  });
  const patch = (id: string, op: string, path: string, value?: unknown): Promise<Answer> =>
    service.ask("PATCH", `/Things/${id}`, {
      schemas: [PATCH],
      Operations: [{ op, path, ...(value === undefined ? {} : { value }) }],
    });
  return { ...service, patch };
}

describe("mutability", () => {
  test("readOnly: ignored by POST and PUT, refused by PATCH, and required of the server alone [S-7-11 S-7-28 S-2-01 P-3.3-01 P-3.5.1-07]", async () => {
    const { ask, patch } = things();
    const created = await ask("POST", "/Things", thing({ computed: "mine", box: { width: 1, stamp: "mine" } }));
    expect(created.status).toBe(201);
    expect(created.json).toMatchObject({ computed: "by the server", box: { width: 1 } });
    expect(created.json.box).not.toHaveProperty("stamp");
    const put = await ask("PUT", `/Things/${created.json.id}`, thing({ computed: "mine", exact: "new" }));
    expect(put.json).toMatchObject({ computed: "by the server", exact: "new" });
    for (const op of ["add", "replace", "remove"])
      expectRefusal(await patch(created.json.id, op, "computed", op === "remove" ? undefined : "x"), 400, "mutability");
    expect((await ask("GET", `/Things/${created.json.id}`)).json).toEqual(put.json);
  });

  test("readWrite: changed by PUT and PATCH at any time [S-7-12 P-3.5.1-01]", async () => {
    const { ask, patch } = things();
    const { json } = await ask("POST", "/Things", thing({ exact: "one" }));
    await ask("PUT", `/Things/${json.id}`, thing({ exact: "two" }));
    expect((await ask("GET", `/Things/${json.id}`)).json.exact).toBe("two");
    await patch(json.id, "replace", "exact", "three");
    expect((await ask("GET", `/Things/${json.id}`)).json.exact).toBe("three");
  });

  test("immutable: set at creation or once while unset, equal values taken, another one refused, omission kept [S-7-13 P-3.5.1-05 P-3.5.1-06]", async () => {
    const { ask, patch } = things();
    const set = await ask("POST", "/Things", thing({ fixed: "f" }));
    const path = `/Things/${set.json.id}`;
    expectRefusal(await ask("PUT", path, thing({ fixed: "other" })), 400, "mutability", /fixed is immutable/);
    expectRefusal(await patch(set.json.id, "replace", "fixed", "other"), 400, "mutability");
    expectRefusal(await patch(set.json.id, "remove", "fixed"), 400, "mutability");
    expect((await ask("PUT", path, thing({ fixed: "f" }))).status).toBe(200);
    expect((await ask("PUT", path, thing({}))).json.fixed).toBe("f");
    expectRefusal(await ask("PUT", path, thing({ fixed: null })), 400, "mutability");

    const { json: unset } = await ask("POST", "/Things", thing({}));
    expect((await ask("PUT", `/Things/${unset.id}`, thing({ fixed: "late" }))).json.fixed).toBe("late");
    const { json: bare } = await ask("POST", "/Things", thing({}));
    expect((await patch(bare.id, "add", "fixed", "late")).json.fixed).toBe("late");
  });

  test("immutable within a complex attribute is held to the same, within elements by what they are and not by where [P-3.5.1-13]", async () => {
    const { ask } = things();
    const parts = [
      { value: "a", batch: "1" },
      { value: "b", batch: "2" },
    ];
    const { json } = await ask("POST", "/Things", thing({ box: { width: 1, seal: "s" }, parts }));
    const path = `/Things/${json.id}`;
    expectRefusal(
      await ask("PUT", path, thing({ box: { width: 1, seal: "t" }, parts })),
      400,
      "mutability",
      /box\.seal/,
    );
    const reordered = [{ value: "c", batch: "3" }, parts[1], parts[0]];
    const put = await ask("PUT", path, thing({ box: { width: 2, seal: "s" }, parts: reordered }));
    expect(put).toMatchObject({ status: 200, json: { box: { width: 2, seal: "s" }, parts: reordered } });
    expectRefusal(
      await ask("PUT", path, thing({ parts: [{ value: "a", batch: "9" }] })),
      400,
      "mutability",
      /parts\.batch/,
    );
    expect((await ask("GET", path)).json).toEqual(put.json);
  });

  test("writeOnly: taken, never returned, not to be filtered or sorted by, kept by a PUT that omits it [S-7-14 P-3.5.1-03]", async () => {
    const memory = memoryStorage({ hashSecret: (_, value) => `hash of ${value}` });
    const { ask } = directory({ resourceTypes: [Thing], storage: memory });
    const created = await ask("POST", "/Things?attributes=secret,name", thing({ secret: "canary" }));
    const path = `/Things/${created.json.id}`;
    const answers = [
      created,
      await ask("GET", `${path}?attributes=secret`),
      await ask("GET", "/Things?attributes=secret"),
      await ask("PUT", `${path}?attributes=secret`, thing({ secret: "canary" })),
      await ask("PATCH", `${path}?attributes=secret`, {
        schemas: [PATCH],
        Operations: [{ op: "replace", path: "secret", value: "canary" }],
      }),
    ];
    for (const { status, body } of answers) {
      expect(status).toBeLessThan(300);
      expect(body).not.toMatch(/canary|hash of|secret/);
    }
    expectRefusal(await ask("GET", filtered("/Things", 'secret eq "canary"')), 400, "invalidFilter");
    expectRefusal(await ask("GET", "/Things?sortBy=secret"), 400, "invalidValue");
    expect((await ask("PUT", path, thing({}))).status).toBe(200);
    expect(memory.readSecret("Thing", created.json.id, "secret")).toBe("hash of canary");
    await ask("PUT", path, thing({ secret: "new" }));
    expect(memory.readSecret("Thing", created.json.id, "secret")).toBe("hash of new");
    await ask("PUT", path, thing({ secret: null }));
    expect(memory.readSecret("Thing", created.json.id, "secret")).toBeUndefined();
  });
});

describe("returned", () => {
  const full = thing({
    exact: "e",
    always: "w",
    asked: "k",
    never: "n",
    box: { width: 1, height: 2, mark: "m", note: "o" },
  });
  const shown = async (query: string): Promise<Record<string, unknown>> => {
    const { ask } = things();
    const { json } = await ask("POST", "/Things", full);
    const one = (await ask("GET", `/Things/${json.id}${query}`)).json;
    const { Resources } = (await ask("GET", `/Things${query}`)).json;
    expect(Resources).toEqual([one]);
    return one;
  };

  test("always: in every representation, whatever is selected [S-7-15 P-3.4.2.5-02]", async () => {
    for (const query of ["", "?attributes=exact", "?excludedAttributes=always,exact", "?attributes=nosuch"])
      expect(await shown(query)).toMatchObject({ always: "w", id: expect.any(String) });
  });

  test("never: in no representation, not even when named, nor in the answer to the write that set it, and no filter can guess at it [S-7-16 S-7-17]", async () => {
    for (const query of ["", "?attributes=never", "?excludedAttributes=exact"])
      expect(await shown(query)).not.toHaveProperty("never");
    const { ask } = things();
    expect((await ask("POST", "/Things?attributes=never", full)).body).not.toContain("never");
    expectRefusal(await ask("GET", filtered("/Things", 'never sw "n"')), 400, "invalidFilter");
  });

  test("default: unless others are named, or it is excluded [S-7-18 P-3.4-01 P-3.9-01]", async () => {
    expect(await shown("")).toMatchObject({ exact: "e", name: "a", box: { width: 1, height: 2, mark: "m" } });
    expect(await shown("?attributes=name")).not.toHaveProperty("exact");
    expect(await shown("?attributes=exact")).toMatchObject({ exact: "e" });
    expect(await shown("?excludedAttributes=exact")).not.toHaveProperty("exact");
  });

  test("request: in a query when named, in the answer to a write when the write named it [S-7-19]", async () => {
    expect(await shown("")).not.toHaveProperty("asked");
    expect(await shown("?attributes=asked")).toMatchObject({ asked: "k" });
    expect((await shown("")).box).not.toHaveProperty("note");
    expect((await shown("?attributes=box.note")).box).toMatchObject({ note: "o" });
    const { ask, patch } = things();
    const created = await ask("POST", "/Things", full);
    expect(created.json.asked).toBe("k");
    const { id } = created.json;
    expect((await patch(id, "replace", "exact", "x")).json).not.toHaveProperty("asked");
    expect((await patch(id, "replace", "asked", "x")).json.asked).toBe("x");
    expect((await ask("PUT", `/Things/${id}`, thing({ asked: "y" }))).json.asked).toBe("y");
    // The PUT does not name it: kept, since the client does not see it, and not shown.
    expect((await ask("PUT", `/Things/${id}`, thing({}))).json).not.toHaveProperty("asked");
    expect((await ask("GET", `/Things/${id}?attributes=asked`)).json.asked).toBe("y");
  });

  test("of a sub-attribute counts within its parent: always comes with the parent, and not without it [S-7-20]", async () => {
    expect(await shown("?attributes=name")).not.toHaveProperty("box");
    expect((await shown("?attributes=box.height")).box).toEqual({ height: 2, mark: "m" });
    expect((await shown("?excludedAttributes=box.mark,box.width")).box).toEqual({ height: 2, mark: "m" });
    expect(await shown("?excludedAttributes=box")).not.toHaveProperty("box");
  });
});

describe("uniqueness", () => {
  test("none: duplicates are taken [S-7-21]", async () => {
    const { ask } = things();
    for (let index = 0; index < 2; index++)
      expect((await ask("POST", "/Things", thing({ exact: "e" }))).status).toBe(201);
  });

  test("server: no second resource with the value, under its letter case, until the first is gone [S-7-22]", async () => {
    const { ask } = things();
    const first = await ask("POST", "/Things", thing({ serial: "Abc" }));
    expectRefusal(await ask("POST", "/Things", thing({ serial: "aBC" })), 409, "uniqueness", /serial/);
    const other = await ask("POST", "/Things", thing({ serial: "x" }));
    expectRefusal(await ask("PUT", `/Things/${other.json.id}`, thing({ serial: "ABC" })), 409, "uniqueness");
    expect((await ask("GET", `/Things/${other.json.id}`)).json).toEqual(other.json);
    await ask("DELETE", `/Things/${first.json.id}`);
    expect((await ask("POST", "/Things", thing({ serial: "aBC" }))).status).toBe(201);
  });

  test("global: not in another tenant either; server: each tenant's own [S-7-23]", async () => {
    const { ask } = directory({
      resourceTypes: [Thing],
      authenticate: (request) => ({ tenant: String(request.headers.tenant) }),
    });
    const post = (tenant: string, body: object) => ask("POST", "/Things", thing(body), { tenant });
    expect((await post("a", { planet: "Mars", serial: "1" })).status).toBe(201);
    expectRefusal(await post("b", { planet: "MARS" }), 409, "uniqueness", /planet/);
    expect((await post("b", { serial: "1" })).status).toBe(201);
  });

  test("holds among all resources that use the schema, whatever their type [S-7-24]", async () => {
    const schema = defineSchema({
      id: "urn:example:params:scim:schemas:Account",
      name: "Account",
      attributes: { login: { required: true, uniqueness: "server" } },
    });
    const { ask } = directory({
      resourceTypes: [
        defineResourceType({ name: "Person", endpoint: "/People", schema }),
        defineResourceType({ name: "Robot", schema }),
      ],
    });
    const body = { schemas: [schema.id], login: "r2" };
    expect((await ask("POST", "/People", body)).status).toBe(201);
    expectRefusal(await ask("POST", "/Robots", body), 409, "uniqueness");
  });
});

describe("required", () => {
  test("of a sub-attribute holds only where its parent has a value [S-7-27 R-60]", async () => {
    const { ask, patch } = things();
    const { json, status } = await ask("POST", "/Things", thing({}));
    expect(status).toBe(201);
    expect((await ask("POST", "/Things", thing({ box: null }))).status).toBe(201);
    expectRefusal(
      await ask("POST", "/Things", thing({ box: { height: 1 } })),
      400,
      "invalidValue",
      /box\.width is required/,
    );
    expectRefusal(
      await ask("PUT", `/Things/${json.id}`, thing({ box: { height: 1 } })),
      400,
      "invalidValue",
      /box\.width/,
    );
    expectRefusal(await patch(json.id, "add", "box.height", 1), 400, "invalidValue", /box\.width/);
    expect((await ask("GET", `/Things/${json.id}`)).json).toEqual(json);
  });
});

test("a default is given where a create says nothing, and where it says null [P-3.3-02 P-3.3-03 R-19a]", async () => {
  const { ask } = things();
  expect((await ask("POST", "/Things", thing({}))).json.label).toBe("unnamed");
  expect((await ask("POST", "/Things", thing({ label: null }))).json.label).toBe("unnamed");
  expect((await ask("POST", "/Things", thing({ label: "l" }))).json.label).toBe("l");
});

test("an attribute that no schema marks as required may always be missing [S-1.1-01]", async () => {
  const { ask } = directory();
  const { status } = await ask("POST", "/Users", {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
    userName: "a",
  });
  expect(status).toBe(201);
});
