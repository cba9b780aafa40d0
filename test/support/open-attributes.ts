import { expect } from "vitest";
import { Group, type ResourceTypeDefinition, type StorageAdapter, User } from "../../src/index.ts";
import { type Directory, directory, filtered, type Given, USER } from "./directory.ts";

export const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/** An extension that nobody declared. */
export const RELAYED = "urn:example:relayed:2.0:User";

export const OPEN_TYPES: readonly ResourceTypeDefinition[] = [User.open(), Group];

/** What a customer sends besides. */
export const UNDECLARED = {
  costCode2: "Zürich-7",
  floor: 3,
  tags: ["b", "a"],
  Locker: { number: 12, keys: [{ lost: null }] },
  [RELAYED]: { badge: "B-1", seats: [1, 2], Wing: "north" },
};

/** A directory of users that keeps what nobody declared. */
export function openDirectory(storage: StorageAdapter | undefined, given: Given = {}): Directory {
  return directory({ resourceTypes: OPEN_TYPES, ...(storage === undefined ? {} : { storage }), ...given });
}

export const patchBody = (...Operations: readonly object[]) => ({ schemas: [PATCH], Operations });

/** The answer of a user without what the server says of it, or gave it. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
export function said({ id: _, meta: __, active: ___, ...rest }: any): Record<string, unknown> {
  return rest;
}

/** Names of the users that a filter finds, in the order of their names. */
async function found({ ask }: Directory, filter: string, more = ""): Promise<readonly string[]> {
  const { status, json } = await ask("GET", filtered("/Users", filter, more));
  expect(status, filter).toBe(200);
  return json.Resources.map(({ userName }: { userName: string }) => userName);
}

/** Stored, shown, replaced and patched: what every storage must do with what nobody declared. */
export async function checkKept(storage: StorageAdapter | undefined): Promise<void> {
  const { ask } = openDirectory(storage);
  const sent = { schemas: [USER, RELAYED], userName: "ada", ...UNDECLARED };
  const created = await ask("POST", "/Users", sent);
  expect(created.status, created.body).toBe(201);
  expect(said(created.json)).toMatchObject(sent);
  const path = `/Users/${created.json.id}`;
  expect((await ask("GET", path)).json).toEqual(created.json);

  const same = await ask("PUT", path, created.json);
  expect(same.json).toEqual(created.json);
  const { costCode2: _, [RELAYED]: __, ...fewer } = sent;
  const replaced = await ask("PUT", path, { ...fewer, schemas: [USER] });
  expect(said(replaced.json)).toMatchObject({ schemas: [USER], floor: 3, Locker: UNDECLARED.Locker });
  expect(replaced.json).not.toHaveProperty("costCode2");
  expect(replaced.json).not.toHaveProperty([RELAYED]);
  expect(replaced.json.meta.version).not.toBe(created.json.meta.version);

  const patched = await ask(
    "PATCH",
    path,
    patchBody(
      { op: "add", path: "COSTCODE2", value: "x" },
      { op: "replace", path: "locker", value: { number: 13 } },
      { op: "remove", path: "floor" },
      { op: "add", path: `${RELAYED}:badge`, value: "B-2" },
      { op: "replace", value: { tags: ["c"], [RELAYED.toUpperCase()]: { badge: "B-3", old: true } } },
    ),
  );
  expect(patched.status, patched.body).toBe(200);
  expect((await ask("GET", path)).json).toEqual(patched.json);
  expect(said(patched.json)).toMatchObject({
    COSTCODE2: "x",
    Locker: { number: 13 },
    tags: ["c"],
    [RELAYED]: { badge: "B-3", old: true },
  });
  expect(patched.json).not.toHaveProperty("floor");
  expect(patched.json.meta.version).not.toBe(replaced.json.meta.version);
  const cleared = await ask("PATCH", path, patchBody({ op: "remove", path: RELAYED }, { op: "remove", path: "tags" }));
  expect(cleared.json.schemas).toEqual([USER]);
  expect(Object.keys(said(cleared.json)).sort()).toEqual(["COSTCODE2", "Locker", "schemas", "userName"]);
}

/** Filters and sorts over what nobody declared. */
export async function checkFound(storage: StorageAdapter | undefined): Promise<void> {
  const users = openDirectory(storage);
  const bodies = [
    { userName: "a", costCode2: "K1" },
    { userName: "b", CostCode2: "k1", [RELAYED]: { badge: "B-1" } },
    { userName: "c", costCode2: 7, [RELAYED.toUpperCase()]: { BADGE: "B-2" } },
    { userName: "d" },
    { userName: "e", costCode2: ["K1"] },
  ];
  for (const body of bodies) {
    const answer = await users.ask("POST", "/Users", { schemas: [USER], ...body });
    expect(answer.status, answer.body).toBe(201);
  }
  const byName = "&sortBy=userName";
  for (const [filter, names] of [
    ['costCode2 eq "K1"', "a"],
    ['COSTCODE2 sw "k"', "b"],
    ["costCode2 pr", "abce"],
    ["not (costCode2 pr)", "d"],
    ["costCode2 eq null", "d"],
    ['costCode2 ne "K1"', "bcde"],
    ['costCode2 gt "K1"', "b"],
    ['costCode2 eq "7" or costCode2 co "K"', "a"],
    ['costCode2 eq "K1" and userName eq "a"', "a"],
    ['userName eq "b" and costCode2 eq "K1"', ""],
    [`${RELAYED}:badge eq "B-1"`, "b"],
    [`${RELAYED}:Badge pr`, "bc"],
    ["floor pr", ""],
  ] as const)
    expect((await found(users, filter, byName)).join(""), filter).toBe(names);
  expect((await found(users, "userName pr", "&sortBy=costCode2")).slice(0, 2)).toEqual(["a", "b"]);
  const page = await users.ask("GET", filtered("/Users", "costCode2 pr", `${byName}&startIndex=2&count=2`));
  expect(page.json).toMatchObject({ totalResults: 4, Resources: [{ userName: "b" }, { userName: "c" }] });
}
