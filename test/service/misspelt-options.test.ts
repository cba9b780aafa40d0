import { createScim, defineResourceType, defineSchema, Group, SchemaError, User } from "scimkit";
import { defineGrants } from "scimkit/grants";
import { memoryStorage } from "scimkit/memory";
import { ownershipOf } from "scimkit/ownership";
import { mappedStorage, openSqlite, sqlStorage } from "scimkit/sql";
import { exportResources, importResources } from "scimkit/transfer";
import { afterAll, describe, expect, test } from "vitest";

const db = await openSqlite(":memory:");
afterAll(() => db.destroy());

const options = {
  resourceTypes: [User, Group],
  storage: memoryStorage(),
  baseUrl: "https://example.com/scim/v2",
  authenticate: () => ({}),
};
const scim = createScim({ ...options, ownership: true });
const Badge = defineSchema({ id: "urn:example:Badge", name: "Badge", attributes: { number: {} } });

/** Options as JavaScript hands them over, which no compiler has looked at. */
const unchecked = (given: object): never => given as never;

const CALLS: readonly (readonly [what: string, meant: string, call: () => unknown])[] = [
  ["defineGrants", "apply", () => defineGrants(unchecked({ groups: [], aply: () => {} }))],
  ["importResources", "batchSize", () => importResources(scim, [], unchecked({ batchsize: 5 }))],
  ["exportResources", "resourceTypes", () => exportResources(scim, unchecked({ resourceType: ["User"] })).next()],
  ["disconnect", "owner", () => ownershipOf(scim).disconnect({}, "remove", unchecked({ ownr: "okta-1" }))],
  [
    "list",
    "owner",
    async () => {
      for await (const managed of ownershipOf(scim).list({}, unchecked({ ownr: "okta-1" }))) return managed;
    },
  ],
  ["memoryStorage", "hashSecret", () => memoryStorage(unchecked({ hashSecrets: () => "" }))],
  ["sqlStorage", "indexed", () => sqlStorage(unchecked({ db, indexd: [] }))],
  ["mappedStorage", "ledger", () => mappedStorage(unchecked({ db, tables: [], legder: "scim_ledger" }))],
  [
    "defineResourceType",
    "operations",
    () => defineResourceType(unchecked({ name: "Badge", schema: Badge, operation: ["read"] })),
  ],
  [
    "createScim: plugins.0",
    "onChange",
    () => createScim({ ...options, plugins: [unchecked({ name: "a", onchange() {} })] }),
  ],
];

describe("an option that there is none of", () => {
  test.each(CALLS)("is refused by %s, which says that %s is meant", async (what, meant, call) => {
    const asked = (async () => call())();
    await expect(asked).rejects.toThrow(
      new RegExp(`^${what}: there is no ".+"; there are .*\\b${meant}\\b.*\\. Did you mean ${meant}\\?$`),
    );
  });
});

test("a resource type is made of what another one has", () => {
  const { endpoint: _, ...badge } = defineResourceType({ name: "Badge", schema: Badge, operations: ["read"] });
  expect(defineResourceType({ ...badge, name: "Pass" })).toMatchObject({ endpoint: "/Passs", operations: ["read"] });
});

test("a resource type is extended by a schema and by nothing else, and the error says which is meant", () => {
  const extend = () => User.extend(unchecked(Group));
  expect(extend).toThrow(SchemaError);
  expect(extend).toThrow("User.extend takes a schema, such as EnterpriseUserSchema");
});

test("an import of no lines at all says what to give", async () => {
  for (const lines of [undefined, null, 5])
    await expect(importResources(scim, lines as never)).rejects.toThrow(
      "importResources: give lines to read, or a function that opens them.",
    );
});

test("a storage without ledger or outbox names the options that give it one", () => {
  const { ledger: _, outbox: __, ...storage } = memoryStorage();
  const serve = (more: object) => () => createScim({ ...options, storage, ...more });
  expect(serve({ ownership: true })).toThrow("Of mappedStorage, the option ledger names its table.");
  expect(serve({ lifecycle: { remember: 60 } })).toThrow("Of mappedStorage, the option ledger names its table.");
  expect(serve({ outbox: true })).toThrow("Of mappedStorage, the option outbox names its table.");
});

test("an outbox of storage without transactions is refused: it would lose events, and tell of what was undone", () => {
  const { transaction: _, ...storage } = memoryStorage();
  expect(() => createScim({ ...options, storage, outbox: true })).toThrow(
    "outbox needs storage with transactions, so that an event is there if and only if its change is",
  );
});

test("what createScim of another copy of the package made is told apart from it by the reason", () => {
  const reason = "the very object and no copy of it, of the same copy of scimkit: import and require load two.";
  expect(() => ownershipOf({ ...scim })).toThrow(reason);
});
