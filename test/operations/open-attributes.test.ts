import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type ChangeEvent,
  createScim,
  defineResourceType,
  defineSchema,
  EnterpriseUserSchema,
  Group,
  SchemaError,
  User,
} from "../../src/index.ts";
import { documentStorage } from "../../src/storage/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { exportResources, importResources, type TransferLine } from "../../src/transfer/index.ts";
import { atomicStore, Shelf } from "../storage/document/stores.ts";
import { BASE_URL, directory, ENTERPRISE, filtered, GROUP, USER } from "../support/directory.ts";
import {
  checkFound,
  checkKept,
  OPEN_TYPES,
  openDirectory,
  patchBody,
  RELAYED,
  said,
  UNDECLARED,
} from "../support/open-attributes.ts";
import { pickSeed, pickSize } from "../support/size.ts";

const seed = pickSeed();
const numRuns = pickSize("bodies with attributes that nobody declared", { everyday: 60, thorough: 1000 });

const STORES = [
  ["memory", () => memoryStorage()],
  ["documents", () => documentStorage(atomicStore(new Shelf()))],
] as const;

test.each(STORES)("what nobody declared is kept in %s as it came, replaced by PUT and changed by PATCH", (_, open) =>
  checkKept(open()));

test.each(STORES)("what nobody declared is filtered and sorted by as a caseExact text in %s", (_, open) =>
  checkFound(open()));

test("without openAttributes nothing of it is kept, and no name that nobody declared can be filtered by", async () => {
  const { ask, events } = directory({ resourceTypes: [User, Group] });
  const { json } = await ask("POST", "/Users", { schemas: [USER], userName: "ada", ...UNDECLARED });
  expect(said(json)).toEqual({ schemas: [USER], userName: "ada" });
  expect(events).toContainEqual(expect.objectContaining({ type: "unknownAttribute", path: "costCode2" }));
  expect((await ask("GET", "/Users?filter=costCode2%20pr")).status).toBe(400);
});

test("what is kept is announced nowhere and told of by no notice, under a profile too that refuses unknown names", async () => {
  const { ask, events } = openDirectory(undefined, { settings: { unknownAttributes: "reject" } });
  expect((await ask("POST", "/Users", { schemas: [USER], userName: "ada", costCode2: "x" })).status).toBe(201);
  expect(events.map(({ type }) => type)).toEqual(["created"]);
  const schemas = await ask("GET", "/Schemas");
  expect(schemas.json).toEqual((await directory({ resourceTypes: [User, Group] }).ask("GET", "/Schemas")).json);
});

test("a name that is a declared one but for its letter case is the declared one", async () => {
  const { ask } = openDirectory(undefined);
  const { json } = await ask("POST", "/Users", { schemas: [USER], USERNAME: "ada", Title: "x", nickname: "y" });
  expect(said(json)).toEqual({ schemas: [USER], userName: "ada", title: "x", nickName: "y" });
  const twice = await ask("POST", "/Users", { schemas: [USER], userName: "b", costCode2: "x", COSTCODE2: "y" });
  expect(twice).toMatchObject({ status: 400, json: { scimType: "invalidSyntax" } });
});

test("names that are the server's, a prototype's or a secret's are not kept", async () => {
  const { ask, events } = directory({ resourceTypes: [User, Group.open()] });
  const body = `{"schemas":["${GROUP}"],"displayName":"g","id":"mine","meta":{"version":"9"},"__proto__":{"x":1},"constructor":"x",
    "Password":"secret","$undeclared":{"displayName":"h"},"name.givenName":"z","urn:example:x:password":"y","kept":"k"}`;
  const { status, json } = await ask("POST", "/Groups", body);
  expect(status).toBe(201);
  expect(said(json)).toEqual({ schemas: [GROUP], displayName: "g", kept: "k" });
  expect(json.id).not.toBe("mine");
  expect(JSON.stringify(events)).not.toContain("secret");
  for (const name of ["__proto__", "constructor", "password", "$undeclared"])
    expect((await ask("PATCH", `/Groups/${json.id}`, patchBody({ op: "add", path: name, value: "x" }))).status).toBe(
      400,
    );
  const nested = await ask(
    "PATCH",
    `/Groups/${json.id}`,
    `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    "Operations":[{"op":"add","path":"kept","value":{"a":[{"__proto__":{"x":1}}]}}]}`,
  );
  expect(nested).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
  expect(said((await ask("GET", `/Groups/${json.id}`)).json)).toMatchObject({ kept: "k" });
});

test("members of declared objects and extensions that nobody declared are left out and told of as ever", async () => {
  const { ask, events } = directory({ resourceTypes: [User.extend(EnterpriseUserSchema).open(), Group] });
  const sent = { name: { familyName: "King", house: "x" }, [ENTERPRISE]: { department: "d", shift: "n" } };
  const { json } = await ask("POST", "/Users", { schemas: [USER], userName: "ada", ...sent });
  expect(json).toMatchObject({ name: { familyName: "King" }, [ENTERPRISE]: { department: "d" } });
  expect(JSON.stringify(json)).not.toMatch(/house|shift/);
  expect(events.filter(({ type }) => type === "unknownAttribute")).toHaveLength(2);
  const path = `${ENTERPRISE}:shift`;
  expect((await ask("PATCH", `/Users/${json.id}`, patchBody({ op: "add", path, value: "x" }))).status).toBe(400);
});

test("attributes and excludedAttributes select among what is kept", async () => {
  const { ask } = openDirectory(undefined);
  const { json } = await ask("POST", "/Users", { schemas: [USER], userName: "ada", title: "t", ...UNDECLARED });
  const select = async (query: string) => said((await ask("GET", `/Users/${json.id}?${query}`)).json);
  expect(await select("attributes=COSTCODE2,title")).toEqual({ schemas: [USER], title: "t", costCode2: "Zürich-7" });
  expect(await select(`attributes=${RELAYED}:wing`)).toEqual({
    schemas: [USER, RELAYED],
    [RELAYED]: { Wing: "north" },
  });
  expect(await select(`attributes=${RELAYED}`)).toEqual({ schemas: [USER, RELAYED], [RELAYED]: UNDECLARED[RELAYED] });
  expect(await select("attributes=title")).toEqual({ schemas: [USER], title: "t" });
  const { costCode2: _, floor: __, [RELAYED]: relayed, ...rest } = UNDECLARED;
  expect(await select(`excludedAttributes=costcode2,floor,${RELAYED}:badge`)).toEqual({
    schemas: [USER, RELAYED],
    userName: "ada",
    title: "t",
    ...rest,
    [RELAYED]: { seats: relayed.seats, Wing: relayed.Wing },
  });
});

test("events tell of what is kept by its own name, before and after", async () => {
  const { ask, events } = openDirectory(undefined);
  const sent = { schemas: [USER, RELAYED], userName: "ada", active: true, costCode2: "x", [RELAYED]: { badge: "1" } };
  const path = `/Users/${(await ask("POST", "/Users", sent)).json.id}`;
  await ask("PUT", path, { ...sent, costCode2: "y" });
  await ask("PATCH", path, patchBody({ op: "replace", path: `${RELAYED}:badge`, value: "2" }));
  await ask("PATCH", path, patchBody({ op: "remove", path: "costCode2" }, { op: "remove", path: RELAYED }));
  const [created, replaced, patched, removed] = events as unknown as readonly ChangeEvent[];
  expect(created).toMatchObject({ attributes: ["userName", "active", "costCode2", RELAYED], after: sent });
  expect(created?.changes.map((one) => one.path)).toEqual(["/userName", "/active", "/costCode2", `/${RELAYED}`]);
  expect(replaced).toMatchObject({ attributes: ["costCode2"], before: { costCode2: "x" }, after: { costCode2: "y" } });
  expect(replaced?.changes).toEqual([{ op: "replace", path: "/costCode2", value: "y" }]);
  expect(patched).toMatchObject({ attributes: [RELAYED], after: { [RELAYED]: { badge: "2" } } });
  expect(patched?.changes).toEqual([{ op: "replace", path: `/${RELAYED}`, value: { badge: "2" } }]);
  expect(removed).toMatchObject({ attributes: ["costCode2", RELAYED] });
  expect(removed?.changes.map(({ op, path: at }) => `${op} ${at}`).sort()).toEqual(
    ["remove /costCode2", `remove /${RELAYED}`].sort(),
  );
  expect(JSON.stringify(events)).not.toContain("$undeclared");
});

test("no more is kept in a resource than a list may have elements, in however many requests it comes", async () => {
  const { ask } = openDirectory(undefined, { limits: { elements: 3, stringLength: 20 } });
  const { json } = await ask("POST", "/Users", { schemas: [USER], userName: "ada", a: 1, b: 2 });
  const add = (path: string, value: unknown) =>
    ask("PATCH", `/Users/${json.id}`, patchBody({ op: "add", path, value }));
  expect((await add("c", 3)).status).toBe(200);
  expect(await add("d", 4)).toMatchObject({
    status: 400,
    json: { detail: expect.stringContaining("limits.elements") },
  });
  expect(await add("a", "x".repeat(21))).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
  expect(await add("a", [1, 2, 3, 4])).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
  const body = { schemas: [USER], userName: "bob", a: 1, b: 2, c: 3, d: 4 };
  expect(await ask("POST", "/Users", body)).toMatchObject({ status: 400, json: { scimType: "invalidSyntax" } });
});

test.each([
  ["NUL in a text", { a: "x\u0000" }],
  ["half of a surrogate pair, within", { a: [{ b: "\ud800" }] }],
  ["NUL in a name, within", { a: { "x\u0000": 1 } }],
  ["a text that is too long, within", { a: [["x".repeat(21)]] }],
  ["too many values in all", { a: { b: [1, 2] } }],
])("what no storage could hold as it came is refused, whole: %s", async (_, body) => {
  const { ask, events } = openDirectory(undefined, { limits: { elements: 3, stringLength: 20 } });
  const made = await ask("POST", "/Users", { schemas: [USER], userName: "ada", kept: 1 });
  const refused = { status: 400, json: { scimType: "invalidValue" } };
  expect(await ask("POST", "/Users", { schemas: [USER], userName: "bob", ...body })).toMatchObject(refused);
  expect(await ask("PUT", `/Users/${made.json.id}`, { schemas: [USER], userName: "bob", ...body })).toMatchObject(
    refused,
  );
  expect(await ask("PATCH", `/Users/${made.json.id}`, patchBody({ op: "add", value: body }))).toMatchObject(refused);
  expect((await ask("GET", "/Users")).json.Resources).toEqual([made.json]);
  expect(events).toHaveLength(1);
});

test("isReadable is asked about what nobody declared by its name, in answers and in filters", async () => {
  const hidden = ["costcode2", `${RELAYED}:badge`.toLowerCase()];
  const { ask } = openDirectory(undefined, { isReadable: ({ path }) => !hidden.includes(path.toLowerCase()) });
  const { json } = await ask("POST", "/Users", { schemas: [USER], userName: "ada", ...UNDECLARED });
  const shown = (await ask("GET", `/Users/${json.id}?attributes=costCode2,floor,${RELAYED}`)).json;
  expect(said(shown)).toEqual({
    schemas: [USER, RELAYED],
    floor: 3,
    [RELAYED]: { seats: [1, 2], Wing: "north" },
  });
  expect(JSON.stringify(json)).not.toMatch(/Zürich|B-1/);
  expect((await ask("GET", filtered("/Users", 'COSTCODE2 sw "Z"'))).status).toBe(400);
});

test("authorize may ask whether an operation touches what nobody declared", async () => {
  const touched: boolean[] = [];
  const { ask } = openDirectory(undefined, {
    authorize: ({ touches }) => void touched.push(touches("costCode2")),
  });
  const { json } = await ask("POST", "/Users", { schemas: [USER], userName: "ada", costCode2: "x" });
  await ask("PATCH", `/Users/${json.id}`, patchBody({ op: "replace", path: "COSTCODE2", value: "y" }));
  await ask("PATCH", `/Users/${json.id}`, patchBody({ op: "replace", path: "title", value: "y" }));
  await ask("GET", filtered("/Users", 'costcode2 eq "x"', "&attributes=userName"));
  await ask("GET", "/Users?attributes=userName");
  expect(touched).toEqual([true, true, false, true, false]);
});

test("a schema that declares a name later does not meet unchecked values; what is undeclared again is shown again", async () => {
  const storage = memoryStorage();
  const open = openDirectory(storage);
  const path = `/Users/${(await open.ask("POST", "/Users", { schemas: [USER], userName: "ada", floor: "third", wing: "w", gone: "g" })).json.id}`;
  const Declared = defineResourceType({
    name: "User",
    schema: { ...User.schema, attributes: { ...User.schema.attributes, floor: { type: "integer" } } },
    openAttributes: "keep",
  });
  const declared = directory({ resourceTypes: [Declared, Group], storage });
  expect(said((await declared.ask("GET", path)).json)).toEqual({
    schemas: [USER],
    userName: "ada",
    wing: "w",
    gone: "g",
  });
  const change = patchBody({ op: "add", path: "floor", value: 4 }, { op: "remove", path: "gone" });
  expect((await declared.ask("PATCH", path, change)).json).not.toHaveProperty("gone");
  const { gone, ...rest } = (await declared.ask("GET", path)).json;
  expect(gone).toBeUndefined();
  expect(rest).toMatchObject({ floor: 4, wing: "w" });
  const closed = directory({ resourceTypes: [User, Group], storage });
  expect(said((await closed.ask("GET", path)).json)).toEqual({ schemas: [USER], userName: "ada" });
  await closed.ask("PATCH", path, patchBody({ op: "add", path: "title", value: "t" }));
  expect((await open.ask("GET", path)).json).toMatchObject({ title: "t", wing: "w", floor: "third" });
});

test("an export has what is kept, and an import keeps it", async () => {
  const make = () =>
    createScim({ resourceTypes: OPEN_TYPES, storage: memoryStorage(), baseUrl: BASE_URL, authenticate: () => ({}) });
  const [from, to] = [make(), make()];
  const body = JSON.stringify({ schemas: [USER], userName: "ada", ...UNDECLARED });
  expect((await from.handle({ method: "POST", url: "/scim/v2/Users", headers: {}, body })).status).toBe(201);
  const exported = async (scim: typeof from) => {
    const lines: TransferLine[] = [];
    for await (const line of exportResources(scim)) lines.push(line);
    return lines;
  };
  const lines = await exported(from);
  expect(lines).toMatchObject([{ resource: UNDECLARED }]);
  await importResources(to, JSON.parse(JSON.stringify(lines)));
  expect(await exported(to)).toMatchObject([{ resource: UNDECLARED }]);
});

test("openAttributes is drop or keep, and what a resource type is made of keeps it", () => {
  expect(() => defineResourceType({ name: "X", schema: User.schema, openAttributes: "all" as never })).toThrow(
    SchemaError,
  );
  const More = defineSchema({ id: "urn:example:More", name: "More", attributes: { colour: {} } });
  expect(User.open().extend(More).unique("displayName").openAttributes).toBe("keep");
  expect(User.openAttributes).toBe("drop");
});

test("what is sent unknown comes back the same, goes when a PUT leaves it out, and nothing declared changes by it", async () => {
  const json = fc
    .jsonValue({ maxDepth: 3 })
    .filter((value) => value !== null && !(Array.isArray(value) && value.length === 0));
  const safe = json.filter((value) => !/"(__proto__|prototype)"/.test(JSON.stringify(value)));
  const name = fc.stringMatching(/^[a-z][A-Za-z0-9_-]{0,5}$/).map((text) => `x${text}`);
  const undeclared = fc.uniqueArray(
    fc.tuple(
      fc.oneof(
        name,
        name.map((text) => `urn:example:${text}`),
      ),
      safe,
    ),
    {
      maxLength: 4,
      selector: ([key]) => key.toLowerCase(),
    },
  );
  await fc.assert(
    fc.asyncProperty(undeclared, undeclared, async (first, second) => {
      const { ask } = openDirectory(undefined);
      const declared = { userName: "ada", title: "t", emails: [{ value: "a@example.com", type: "work" }] };
      const [one, two] = [Object.fromEntries(first), Object.fromEntries(second)].map((value) =>
        JSON.parse(JSON.stringify(value)),
      );
      const created = await ask("POST", "/Users", { schemas: [USER], ...one, ...declared });
      const path = `/Users/${created.json?.id}`;
      const plain = ({ schemas: _, ...rest }: Record<string, unknown>) => rest;
      expect(plain(said(created.json))).toEqual({ ...one, ...declared });
      expect((await ask("GET", path)).json).toEqual(created.json);
      const replaced = await ask("PUT", path, { schemas: [USER], ...two, ...declared });
      expect(plain(said(replaced.json))).toEqual({ ...two, ...declared });
      const operations = Object.entries(one).map(([key, value]) => ({ op: "add", path: key, value }));
      if (operations.length > 0) await ask("PATCH", path, patchBody(...operations));
      const after = plain(said((await ask("GET", path)).json));
      expect(Object.fromEntries(Object.keys(declared).map((key) => [key, after[key]]))).toEqual(declared);
      expect(plain(said((await ask("PUT", path, { schemas: [USER], ...declared })).json))).toEqual(declared);
    }),
    { seed, numRuns },
  );
});
