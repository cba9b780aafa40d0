import { instantText, isOver, type Ledger, type LedgerEntry } from "../ledger.ts";
import type { Database, Session } from "./database.ts";
import { type Dialect, longText, NAME_BYTES, onlyWhere, textOf } from "./dialect/dialect.ts";
import { type Fragment, raw, returning, short, sql, TRUE } from "./dialect/fragment.ts";
import { deleteMatching, matchOf, orSet } from "./dialect/write-words.ts";
import { insertions } from "./insert.ts";
import { giveToTenant, inTenant } from "./tenant.ts";

/** The columns of the table: by them it is told from another one of its name. */
export const LEDGER_COLUMNS: readonly string[] = ["tenant", "kind", "key", "value", "until"];

/** The longest key in bytes, where a database wants to know: with tenant and kind, as much as an index holds. */
const LEDGER_KEY_BYTES = 2560;

/** Makes the table of what is remembered beside the resources, and the index of what will be over; no tenant is `""`. */
export function createLedger(dialect: Dialect, table: Fragment, index: Fragment): readonly Fragment[] {
  const { tableByKey = "" } = dialect;
  const [name, key] = [raw(textOf(dialect, NAME_BYTES)), raw(textOf(dialect, LEDGER_KEY_BYTES))];
  return [
    sql`CREATE TABLE ${table} (
      tenant ${name} NOT NULL, kind ${name} NOT NULL, key ${key} NOT NULL, value ${raw(longText(dialect))} NOT NULL, until ${name},
      PRIMARY KEY (tenant, kind, key))${raw(tableByKey)}`,
    sql`CREATE INDEX ${index} ON ${table} (until)${onlyWhere(dialect, raw("until IS NOT NULL"))}`,
  ];
}

/** What is over and is thrown away with one write, at most. */
const MOST_CLEANED = 100;

interface LedgerRow {
  readonly key: string;
  readonly value: string;
  readonly until: string | null;
}

/** The ledger in a table, or as a transaction of its database sees it. */
export function sqlLedger(database: Database, table: Fragment): Ledger {
  const { dialect } = database;
  // A write takes its turn, and within a transaction it can be refused alone.
  const write = <R>(statement: Fragment): Promise<readonly R[]> => database.batch<R>(statement, () => []);
  return {
    async read(kind, keys, { tenant = "" }) {
      if (keys.length === 0) return [];
      const rows = await database.run<LedgerRow>(
        short(
          sql`SELECT l.key, l.value, l.until FROM ${table} l WHERE ${isAmong(dialect, { tenant, kind, keys }, "l.")} AND ${isKnown("l.")}`,
          keys.length < 100,
        ),
      );
      return rows.map((row) => entryOf(kind, row));
    },
    async write(entries, { tenant = "" }) {
      if (entries.length === 0) return;
      const [first, ...others] = upsert(dialect, table, tenant, entries);
      if (first !== undefined && others.length === 0) await write(first);
      else
        await database.transaction(async (session) => {
          for (const statement of [first, ...others]) if (statement !== undefined) await session.run(statement);
        });
      await clean(database, table);
    },
    async remove(kind, keys, { tenant = "" }) {
      if (keys.length === 0) return 0;
      const isGone = isAmong(dialect, { tenant, kind, keys }, "");
      const gone = deleteMatching(
        dialect,
        table,
        sourceOf(dialect, { tenant, kind, keys }),
        KEY,
        sql`${inTenant(dialect, tenant)}${TRUE}`,
      );
      const rows = await write<{ until: string | null }>(returning(gone, sql`until`, sql`${table} WHERE ${isGone}`));
      return rows.filter(({ until }) => !isOver({ until: until ?? undefined })).length;
    },
    async list(kind, { after, count }, { tenant = "" }) {
      const isBehind = after === undefined ? sql`` : sql`AND l.key > ${after}`;
      const rows = await database.run<LedgerRow>(
        sql`SELECT l.key, l.value, l.until FROM ${table} l WHERE l.tenant = ${tenant} AND l.kind = ${kind} ${isBehind}
          AND ${isKnown("l.")} ORDER BY l.key LIMIT ${raw(String(count))}`,
      );
      return rows.map((row) => entryOf(kind, row));
    },
  };
}

/** Takes along what is remembered of a tenant that is deleted. */
export async function deleteLedger(session: Session, table: Fragment, tenant: string): Promise<void> {
  await session.run(sql`DELETE FROM ${table} WHERE tenant = ${tenant}`);
}

/** Gives what is remembered of a tenant to another one, of which nothing may be remembered. */
export async function renameLedger(session: Session, table: Fragment, from: string, to: string): Promise<void> {
  // What is left of a tenant without resources is of one that is gone.
  await session.run(sql`DELETE FROM ${table} WHERE tenant = ${to}`);
  await giveToTenant(session, table, LEDGER_COLUMNS, { from, to });
}

interface Keys {
  readonly tenant: string;
  readonly kind: string;
  readonly keys: readonly string[];
}

/** Condition on rows: they have one of the keys. By the whole key at once, so that each is looked up. */
function isAmong(dialect: Dialect, keys: Keys, prefix: string): Fragment {
  const names = raw(COLUMNS.map((name) => prefix + name).join(", "));
  return sql`${inTenant(dialect, keys.tenant, prefix)}(${names}) IN (SELECT v.tenant, v.kind, v.key FROM ${sourceOf(dialect, keys)})`;
}

/** The keys as a row source `v`. */
function sourceOf(dialect: Dialect, { tenant, kind, keys }: Keys): Fragment {
  return dialect.rows(JSON.stringify([...new Set(keys)].map((key) => [tenant, kind, key])), COLUMNS, "v");
}

const COLUMNS = ["tenant", "kind", "key"] as const;
const KEY = matchOf(COLUMNS);

/** Condition on rows: they are not over. */
function isKnown(prefix: string): Fragment {
  const until = raw(`${prefix}until`);
  return sql`(${until} IS NULL OR ${until} > ${new Date().toISOString()})`;
}

/** In the order of keys, so that two who write the same ones wait for each other and do not lock each other out. */
function upsert(dialect: Dialect, table: Fragment, tenant: string, entries: readonly LedgerEntry[]) {
  const last = new Map(entries.map((entry) => [JSON.stringify([entry.kind, entry.key]), entry]));
  const rows = [...last.values()]
    .map(({ kind, key, value, until }) => [
      kind,
      key,
      JSON.stringify(value),
      until === undefined ? "" : instantText(until),
    ])
    .sort(byKey);
  return insertions(dialect, {
    into: table,
    same: { tenant },
    columns: ["kind", "key", "value", "until"],
    rows,
    as: { until: (text) => sql`nullif(${text}, '')` },
    conflict: orSet(dialect, table, ["tenant", "kind", "key"], ["value", "until"]),
  });
}

function byKey(left: readonly string[], right: readonly string[]): number {
  const [one, other] = [left.slice(0, 2).join("\u0000"), right.slice(0, 2).join("\u0000")];
  return one < other ? -1 : Number(one > other);
}

/** Throws away some of what is over, whoever remembered it. What others are at is left to them. */
async function clean(database: Database, table: Fragment): Promise<void> {
  const { dialect } = database;
  const isDue = sql`l.until IS NOT NULL AND l.until <= ${new Date().toISOString()}`;
  const [some] = await database.run<{ tenant: string }>(
    short(sql`SELECT l.tenant FROM ${table} l WHERE ${isDue} LIMIT 1`),
  );
  if (some === undefined) return;
  const within = (prefix: string): Fragment => inTenant(dialect, some.tenant, prefix);
  const over = sql`SELECT l.tenant, l.kind, l.key FROM ${table} l WHERE ${within("l.")}${isDue}
    ORDER BY l.until LIMIT ${raw(String(MOST_CLEANED))}${dialect.forUpdateOfFree}`;
  if (dialect.writes === undefined) {
    await database.batch(sql`DELETE FROM ${table} WHERE ${within("")}(tenant, kind, key) IN (${over})`, () => []);
    return;
  }
  // What is deleted from is not asked in the same statement.
  await database.transaction(async (session) => {
    const rows = await session.run<{ tenant: string; kind: string; key: string }>(over);
    const keys = JSON.stringify(rows.map(({ tenant, kind, key }) => [tenant, kind, key]));
    if (rows.length > 0) await session.run(deleteMatching(dialect, table, dialect.rows(keys, COLUMNS, "v"), KEY));
  });
}

function entryOf(kind: string, { key, value, until }: LedgerRow): LedgerEntry {
  return { kind, key, value: JSON.parse(value), ...(until === null ? {} : { until }) };
}
