// Fills the tables with a directory of any size, in the rows that the adapter itself would write, but many at a time.

import { EnterpriseUserSchema, Group, User } from "../../src/index.ts";
import { compileResourceType } from "../../src/schema/resource-type.ts";
import type { NewResource } from "../../src/storage/adapter.ts";
import { databaseOf, type Session } from "../../src/storage/sql/database.ts";
import { raw, sql } from "../../src/storage/sql/dialect/fragment.ts";
import { elementRow, rowOf } from "../../src/storage/sql/own/row.ts";
import { type Tables, tablesOf } from "../../src/storage/sql/own/tables.ts";
import type { Opened } from "./engine.ts";

export const UserType = compileResourceType(User.extend(EnterpriseUserSchema));
export const GroupType = compileResourceType(Group);

const AT = "2026-01-01T00:00:00.000Z";
const CHUNK = 5000;

/** What was loaded: ids in the order of their numbers, and the groups by their size. */
export interface Directory {
  readonly userIds: readonly string[];
  readonly groups: ReadonlyMap<number, string>;
}

/** The user of a number, as a client could have sent it. */
export function userOf(id: string, number: number): NewResource {
  return {
    schemas: [UserType.urn],
    id,
    externalId: `ext-${number}`,
    userName: `User${number}@Example.com`,
    name: { givenName: `Given${number % 5000}`, familyName: `Family${number % 20000}` },
    displayName: `Given${number % 5000} Family${number % 20000}`,
    emails: [{ value: `user${number}@example.com`, type: "work", primary: true }],
    active: number % 10 !== 0,
    meta: { resourceType: "User", created: AT, lastModified: AT },
  };
}

/**
 * Loads `users` users and one group of each of the sizes; the first users are the members. Nothing is analysed: who
 * provisions a directory has no moment to do it either.
 */
export async function load(
  opened: Pick<Opened, "db"> & { readonly place: { readonly schema?: string | undefined } },
  users: number,
  sizes: readonly number[],
): Promise<Directory> {
  const database = databaseOf(opened.db);
  const tables = tablesOf(undefined, opened.place.schema);
  const userIds = Array.from({ length: users }, () => crypto.randomUUID());
  for (let start = 0; start < users; start += CHUNK) {
    const chunk = userIds.slice(start, start + CHUNK).map((id, index) => userOf(id, start + index));
    await database.transaction((session) => insert(session, tables, UserType, chunk));
  }
  const groups = new Map<number, string>();
  for (const size of sizes) {
    const id = crypto.randomUUID();
    groups.set(size, id);
    const group = {
      schemas: [GroupType.urn],
      id,
      displayName: `Group of ${size}`,
      meta: { resourceType: "Group", created: AT, lastModified: AT },
    };
    await database.transaction((session) => insert(session, tables, GroupType, [group]));
    for (let start = 0; start < size; start += CHUNK) {
      const ids = userIds.slice(start, Math.min(start + CHUNK, size));
      await database.transaction((session) => insertMembers(session, tables, id, ids));
    }
  }
  return { userIds, groups };
}

/** Writes new resources with what is unique in them. */
export async function insert(
  session: Session,
  tables: Tables,
  type: typeof UserType,
  resources: readonly NewResource[],
): Promise<void> {
  const { dialect } = session;
  const rows = resources.map((resource) => ({ resource, row: rowOf(type, resource, "") }));
  const columns = ["id", "created", "modified", "modified_key", "document", "keys"];
  const json = rows.map(({ resource, row }) => [
    resource.id,
    resource.meta.created,
    resource.meta.lastModified,
    row.modifiedKey,
    row.document,
    row.keys,
  ]);
  await session.run(
    sql`INSERT INTO ${tables.resource} (tenant, type, id, version, created, modified, modified_key, document, keys) SELECT '', ${type.name}, v.id, 1, v.created, v.modified, v.modified_key, v.document, ${dialect.toJson(raw("v.keys"))} FROM ${dialect.rows(JSON.stringify(json), columns, "v")}`,
  );
  const uniques = rows.flatMap(({ resource, row }) =>
    row.uniques.map(({ scope, attribute, key }) => [scope, attribute, key, resource.id]),
  );
  if (uniques.length === 0) return;
  await session.run(
    sql`INSERT INTO ${tables.unique} (scope, attribute, key, tenant, id) SELECT v.scope, v.attribute, v.key, '', v.id FROM ${dialect.rows(JSON.stringify(uniques), ["scope", "attribute", "key", "id"], "v")}`,
  );
}

async function insertMembers(session: Session, tables: Tables, group: string, ids: readonly string[]): Promise<void> {
  const { dialect } = session;
  const members = GroupType.attribute("members");
  if (members === undefined) throw new Error("Group has no members");
  const json = ids.map((value) => {
    const row = elementRow(GroupType, members, { value, type: "User" }, "members");
    return [row.key, row.value, row.element, row.keys];
  });
  await session.run(
    sql`INSERT INTO ${tables.element} (tenant, type, id, attribute, key, target, element, keys) SELECT '', 'Group', ${group}, 'members', v.key, v.target, v.element, ${dialect.toJson(raw("v.keys"))} FROM ${dialect.rows(JSON.stringify(json), ["key", "target", "element", "keys"], "v")}`,
  );
}
