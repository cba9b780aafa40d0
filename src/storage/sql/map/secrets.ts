import type { Moved, Secrets, StorageNotice } from "../../adapter.ts";
import { withMoved } from "../../moved.ts";
import { type HashSecret, hashSecrets } from "../../secrets.ts";
import type { Session } from "../database.ts";
import { join, raw, sql } from "../dialect/fragment.ts";
import type { MappedType } from "./compile.ts";
import { scopesOf } from "./in-tables.ts";
import { type MappedOwner, ownRow } from "./lock.ts";
import type { PathColumn } from "./path-column.ts";
import { sqlName } from "./table.ts";

/** What a write does to columns of writeOnly attributes. */
export interface MappedSecrets {
  /** `null` unassigns. */
  readonly values: ReadonlyMap<PathColumn, unknown>;
  readonly notices: readonly StorageNotice[];
}

/** Hashes what has a column; what has none is dropped, and said to be. */
export async function hashMapped(
  type: MappedType,
  secrets: Secrets,
  hashSecret: HashSecret | undefined,
  moved?: Moved,
): Promise<MappedSecrets> {
  const columnOf = (attribute: string) => type.secrets.find(({ path }) => path.text === attribute);
  const hasColumn = (attribute: string): boolean => columnOf(attribute) !== undefined;
  const hashed = withMoved(await hashSecrets(pick(secrets, hasColumn), hashSecret), moved, hashSecret !== undefined);
  const dropped = await hashSecrets(
    pick(secrets, (attribute) => !hasColumn(attribute)),
    undefined,
  );
  const values = new Map<PathColumn, unknown>();
  for (const [attribute, value] of hashed.kept) {
    const column = columnOf(attribute);
    if (column !== undefined) values.set(column, value ?? null);
  }
  return { values, notices: [...hashed.notices, ...dropped.notices] };
}

/** Without those that are to be removed and are not there: they change nothing. */
export async function withoutMissing(
  session: Session,
  owner: MappedOwner,
  secrets: MappedSecrets,
): Promise<MappedSecrets> {
  const removed = [...secrets.values].flatMap(([column, value]) => (value === null ? [column] : []));
  if (removed.length === 0) return secrets;
  const there = new Set<PathColumn>();
  for (const inTable of scopesOf(owner))
    for (const column of await filledIn(session, inTable, removed)) there.add(column);
  const values = new Map([...secrets.values].filter(([column, value]) => value !== null || there.has(column)));
  return { ...secrets, values };
}

/** Which of some columns have something, among those of one table. */
async function filledIn(
  session: Session,
  owner: MappedOwner,
  wanted: readonly PathColumn[],
): Promise<readonly PathColumn[]> {
  const { secrets, table } = owner.type;
  const columns = wanted.filter((column) => secrets.includes(column));
  if (columns.length === 0) return [];
  const asked = columns.map(
    ({ name, alias }) => sql`CASE WHEN ${sqlName(name)} IS NULL THEN 0 ELSE 1 END AS ${raw(alias)}`,
  );
  const [row] = await session.run<Record<string, unknown>>(
    sql`SELECT ${join(asked, ", ")} FROM ${table} WHERE ${ownRow(owner)}`,
  );
  return columns.filter(({ alias }) => Number(row?.[alias] ?? 0) === 1);
}

function pick(secrets: Secrets, isWanted: (attribute: string) => boolean): Secrets {
  return Object.fromEntries(Object.entries(secrets).filter(([attribute]) => isWanted(attribute)));
}
