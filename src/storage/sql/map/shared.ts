import { ScimError, uniqueness } from "../../../error.ts";
import { leafOf } from "../../../schema/attribute.ts";
import { isSame } from "../../../schema/value.ts";
import type { NewResource, StorageNotice } from "../../adapter.ts";
import { isUnique } from "../../unique.ts";
import type { Session } from "../database.ts";
import { type Fragment, join, sql } from "../dialect/fragment.ts";
import { type Column, driverValue } from "./column.ts";
import type { MappedType, SharedType } from "./compile.ts";
import { auditSets } from "./filled.ts";
import { hasId } from "./id.ts";
import { anyOwnRow, lockRow, type MappedOwner } from "./lock.ts";
import type { PathColumn } from "./path-column.ts";
import { tenantOf } from "./scope.ts";
import type { MappedSecrets } from "./secrets.ts";
import { sqlName } from "./table.ts";
import { nextVersion, setColumn } from "./update.ts";

// Users that organisations share: what is everybody's lies in a table of its own, and what an organisation may write of it is said.

/** Whether a column is in the table of users, which is everybody's. */
export function isShared({ divided: shared }: MappedType, column: Column): boolean {
  return shared !== undefined && (shared.users.stored.includes(column) || isOf(shared.users.secrets, column));
}

function isOf(columns: readonly Column[], column: Column): boolean {
  return columns.includes(column);
}

/** Values by column, of those alone that are in the table of users, or of the others. */
export function valuesIn<V>(
  type: MappedType,
  values: ReadonlyMap<Column, V>,
  table: "users" | "alone",
): ReadonlyMap<Column, V> {
  return new Map([...values].filter(([column]) => isShared(type, column) === (table === "users")));
}

/** The same of hashes. */
export function secretsIn(type: MappedType, secrets: MappedSecrets, table: "users" | "alone"): MappedSecrets {
  const values = new Map([...secrets.values].filter(([column]) => isShared(type, column) === (table === "users")));
  return { ...secrets, values };
}

/** The hashes that an organisation may write of a user who is there, and a notice for each of the others. */
export function writableSecrets({ divided: shared }: MappedType, secrets: MappedSecrets): MappedSecrets {
  if (shared === undefined) return secrets;
  const isLost = (column: PathColumn): boolean =>
    shared.users.secrets.includes(column) && !shared.writes.has(column.path.text);
  const lost = [...secrets.values.keys()].filter(isLost);
  return {
    values: new Map([...secrets.values].filter(([column]) => !isLost(column))),
    notices: [
      ...secrets.notices,
      ...lost.map(({ path }) => ({ type: "secretDropped", attribute: path.text }) as const),
    ],
  };
}

/**
 * Values with those of the user's row as they are, where the organisation may not change them; `notices` collects which.
 * `isWhole`: an attribute that has no value is to be unassigned.
 * @throws {ScimError} 400 mutability for another value of a unique attribute, by which clients would look in vain.
 */
export function withShared(
  type: MappedType,
  now: ReadonlyMap<Column, unknown>,
  before: ReadonlyMap<Column, unknown>,
  notices: StorageNotice[],
  isWhole: boolean,
): ReadonlyMap<Column, unknown> {
  const { divided: shared } = type;
  if (shared === undefined) return now;
  const values = new Map(now);
  for (const column of shared.users.stored) {
    const [asked, is] = [now.get(column), before.get(column)];
    if (isSame(asked, is)) continue;
    const isLeft = asked === undefined && !isWhole;
    if (!isLeft && isWritable(shared, column)) continue;
    values.set(column, is);
    if (!isLeft) notices.push(...noticesOf(shared, column, asked, is));
  }
  return values;
}

/** Whether an organisation may change for all what a column of the users' table has. */
export function isWritable({ users, writes }: SharedType, column: Column): boolean {
  const slot = users.slots.find(({ columns }) => columns.includes(column));
  if (slot !== undefined) return writes.has(slot.attribute.path);
  const path = pathIn(users, column);
  return path !== undefined && (writes.has(path.text) || writes.has(path.attribute.path));
}

function pathIn(users: MappedType, column: Column): PathColumn["path"] | undefined {
  return users.columns.find((one) => one === column)?.path;
}

function noticesOf({ users }: SharedType, column: Column, asked: unknown, is: unknown): readonly StorageNotice[] {
  const path = pathIn(users, column);
  if (path === undefined || !isUnique(users.resourceType, path))
    return [{ type: "attributeKept", attribute: path?.text ?? column.attribute.path }];
  const { key } = leafOf(path);
  const isOther = typeof asked !== "string" || typeof is !== "string" || key(asked) !== key(is);
  if (!isOther) return [{ type: "attributeKept", attribute: path.text }];
  const detail = `${path.text} is the same in all organisations that the user belongs to, and none of them can change it.`;
  throw new ScimError(400, detail, { scimType: "mutability" });
}

/** Locks the user of a membership, before any of the memberships: whoever writes for all of them takes the locks in this order. */
export async function lockUser(session: Session, owner: MappedOwner): Promise<void> {
  const { divided: shared } = owner.type;
  if (shared !== undefined && shared.writes.size > 0) await lockRow(session, { ...owner, type: shared.users });
}

/**
 * Writes what is everybody's, and gives the memberships of others their next version: what their organisations see has changed.
 * Does nothing where nothing is to be written.
 */
export async function writeShared(
  session: Session,
  owner: MappedOwner,
  values: ReadonlyMap<Column, unknown>,
  secrets: MappedSecrets,
  { at, resource }: { readonly at: string; readonly resource: NewResource },
): Promise<void> {
  const { type, dialect } = owner;
  const { divided: shared } = type;
  if (shared === undefined || values.size + secrets.values.size === 0) return;
  const user: MappedOwner = { ...owner, type: shared.users };
  const sets: readonly Fragment[] = [
    ...[...values].flatMap(([column, value]) => setColumn(dialect, column, value)),
    ...[...secrets.values].map(
      ([column, value]) =>
        sql`${sqlName(column.name)} = ${value === null ? null : driverValue(dialect, column.write(value))}`,
    ),
    ...auditSets(user, shared.users, resource),
  ];
  await session.run(sql`UPDATE ${shared.users.table} SET ${join(sets, ", ")} WHERE ${anyOwnRow(user)}`);
  if (values.size > 0) await session.run(countOthers(owner, shared, at));
}

function countOthers(owner: MappedOwner, { alone }: SharedType, at: string): Fragment {
  const { dialect, id } = owner;
  const tenant = tenantOf(owner);
  if (alone.tenant === undefined || tenant === undefined) throw uniqueness("id");
  const isUser = hasId(dialect, alone.id, sqlName(alone.id.column), id);
  const isOther = sql`NOT (${hasId(dialect, alone.tenant, sqlName(alone.tenant.column), tenant)})`;
  return sql`UPDATE ${alone.table} SET ${nextVersion(owner, alone, at)} WHERE ${isUser} AND ${isOther}`;
}
