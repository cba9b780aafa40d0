import type { NewOutboxEntry, Outbox, OutboxEntry } from "../outbox.ts";
import type { Database, Session } from "./database.ts";
import { cast, type Dialect, ID_BYTES, longText, NAME_BYTES, onlyWhere, textOf } from "./dialect/dialect.ts";
import { type Fragment, join, raw, returning, short, sql, TRUE } from "./dialect/fragment.ts";
import { deleteMatching, isIn, type Match, matchOf, updateMatching } from "./dialect/write-words.ts";
import { giveToTenant, inTenant, isOfSameTenant } from "./tenant.ts";

// Of the events of a resource, only the first one can be taken. `due` says from when on, in milliseconds of the database's clock: it is
// in the future while somebody has taken the event, or after it failed. An event behind another one that somebody came across has no
// `due`, until the one before it is gone: so nobody comes across it again, however many there are of them.

/** The columns of the table. */
export const OUTBOX_COLUMNS = ["position", "tenant", "type", "id", "event", "at", "attempts", "due"] as const;

/** Makes the table of events that wait to be handed out, and its index; no tenant is `""`. */
export function createOutbox(dialect: Dialect, table: Fragment, index: Fragment): readonly Fragment[] {
  const { ascending } = dialect;
  const integer = raw(dialect.integer);
  const [name, long] = [raw(textOf(dialect, NAME_BYTES)), raw(longText(dialect))];
  return [
    // The number is of no use to look anything up by: an index over it would only mislead.
    sql`CREATE TABLE ${table} (
      position ${raw(ascending.type)}, tenant ${name} NOT NULL, type ${name} NOT NULL, id ${raw(textOf(dialect, ID_BYTES))} NOT NULL,
      event ${long} NOT NULL, at ${name} NOT NULL, attempts ${integer} NOT NULL, due ${integer},
      ${raw(ascending.isKey ? "UNIQUE" : "PRIMARY KEY")} (id, tenant, type, position))`,
    sql`CREATE INDEX ${index} ON ${table} (due, position)${onlyWhere(dialect, raw("due IS NOT NULL"))}`,
  ];
}

/** How many events are written by one statement. */
const MANY = 500;
/** How many events are looked at, at least, where those that were looked at first are all behind others. */
const LOOKED_AT = 500;

/** The outbox in a table, or as a transaction of its database sees it. */
export function sqlOutbox(database: Database, table: Fragment): Outbox {
  const { dialect } = database;
  return {
    async append(entries, { tenant = "" }) {
      for (let start = 0; start < entries.length; start += MANY)
        await database.run(insertion(dialect, table, tenant, entries.slice(start, start + MANY)));
    },
    async take({ count, lease }) {
      if (dialect.keepsTenantsApart === true) return takeByTenant(database, table, { count, lease });
      // Where there is one writer at a time, who finds nothing keeps nobody from writing.
      if (dialect.hasOneWriter === true && (await database.run(short(someDue(dialect, table, 1)))).length === 0)
        return [];
      return takeSome(database, table, { count, lease });
    },
    async settle({ done, failed }) {
      const entries = [...done, ...failed.map(({ entry }) => entry)];
      const tenants =
        dialect.keepsTenantsApart === true ? new Set(entries.map(({ tenant = "" }) => tenant)) : [undefined];
      for (const tenant of tenants) {
        const isTheirs = (entry: OutboxEntry): boolean => tenant === undefined || (entry.tenant ?? "") === tenant;
        await settleSome(database, table, tenant, {
          done: done.filter(isTheirs),
          failed: failed.filter(({ entry }) => isTheirs(entry)),
        });
      }
    },
    async lag() {
      const [row] = await database.run<{ many: unknown; oldest: string | null }>(
        sql`SELECT count(*) AS many, min(at) AS oldest FROM ${table}`,
      );
      return { waiting: Number(row?.many ?? 0), oldest: row?.oldest ?? undefined };
    },
  };
}

type Settling = Parameters<Outbox["settle"]>[0];

/** Says what has become of events: of one tenant, where tenants are apart. */
async function settleSome(database: Database, table: Fragment, tenant: string | undefined, { done, failed }: Settling) {
  if (done.length + failed.length === 0) return;
  const within = tenant === undefined ? raw("") : inTenant(database.dialect, tenant);
  await database.transaction(async (session) => {
    const { dialect } = session;
    for (const { entry, retryIn } of failed)
      await session.run(
        updateMatching(
          dialect,
          table,
          sql`due = ${fromNow(dialect, retryIn)}`,
          ...stillTaken(dialect, [entry]),
          sql`${within}${TRUE}`,
        ),
      );
    if (done.length === 0) return;
    await session.run(deleteMatching(dialect, table, ...stillTaken(dialect, done), sql`${within}${TRUE}`));
    await letGoOn(session, table, tenant, done);
  });
}

/** Takes events: of one tenant, or of all. */
async function takeSome(database: Database, table: Fragment, { count, lease, tenant }: Omit<Taking, "looked">) {
  for (let looked = count; ; looked = Math.max(count, LOOKED_AT)) {
    const { taken, put } = await database.transaction((session) =>
      takeFrom(session, table, { count, lease, looked, tenant }),
    );
    if (taken.length > 0 || put === 0) return taken;
  }
}

/** Takes events of one tenant after the other: who has any is looked up over all of them, and nobody waits for that. */
async function takeByTenant(database: Database, table: Fragment, { count, lease }: Pick<Taking, "count" | "lease">) {
  const { dialect } = database;
  const rows = await database.run<{ tenant: string }>(sql`SELECT o.tenant FROM ${table} o WHERE ${isDueNow(dialect)}
    ORDER BY o.due, o.position LIMIT ${raw(String(Math.max(count, LOOKED_AT)))}`);
  const taken: OutboxEntry[] = [];
  for (const tenant of new Set(rows.map((row) => row.tenant))) {
    if (taken.length >= count) break;
    taken.push(...(await takeSome(database, table, { count: count - taken.length, lease, tenant })));
  }
  return taken;
}

/** How many events of a tenant are deleted at a time. */
const MOST_DELETED = 5000;

/** Deletes the events of a tenant, some at a time. */
export async function deleteOutbox(database: Database, table: Fragment, tenant: string): Promise<void> {
  for (;;) {
    // Looked for first: who only reads keeps nobody from writing.
    const places = await database.run<Place>(
      sql`SELECT id, tenant, type, position FROM ${table} WHERE tenant = ${tenant} LIMIT ${raw(String(MOST_DELETED))}`,
    );
    if (places.length === 0) return;
    await database.transaction((session) =>
      session.run(
        deleteMatching(
          database.dialect,
          table,
          ...oneOf(database.dialect, places),
          sql`${inTenant(database.dialect, tenant)}${TRUE}`,
        ),
      ),
    );
  }
}

/** Gives the events of a tenant to another one. */
export async function renameOutbox(session: Session, table: Fragment, from: string, to: string): Promise<void> {
  await giveToTenant(session, table, OUTBOX_COLUMNS, { from, to });
}

/** An event is written like any other row, and looks at no other: writers wait for nobody who hands events out. */
function insertion(dialect: Dialect, table: Fragment, tenant: string, entries: readonly NewOutboxEntry[]): Fragment {
  const rows = entries.map(
    ({ resourceType, id, event, at }) => sql`(${tenant}, ${resourceType}, ${id}, ${event}, ${at}, 0, ${dialect.now})`,
  );
  return sql`INSERT INTO ${table} (tenant, type, id, event, at, attempts, due) VALUES ${join(rows, ", ")}`;
}

function fromNow({ now }: Dialect, milliseconds: number): Fragment {
  return sql`${now} + ${raw(String(Math.max(0, Math.ceil(milliseconds))))}`;
}

/** What names an event. */
interface Place {
  readonly position: unknown;
  readonly tenant: string;
  readonly type: string;
  readonly id: string;
}

interface Due extends Place {
  /** The event before it of the same resource. */
  readonly before: unknown;
}

interface Row extends Place {
  readonly event: string;
  readonly at: string;
  readonly attempts: unknown;
}

/** Events whose time has come; those that others are looking at are left out. */
function someDue(dialect: Dialect, table: Fragment, count: number, tenant?: string): Fragment {
  const within = tenant === undefined ? raw("") : inTenant(dialect, tenant, "o.");
  return sql`SELECT o.position, o.tenant, o.type, o.id FROM ${table} o WHERE ${within}${isDueNow(dialect)}
    ORDER BY o.due, o.position LIMIT ${raw(String(count))}${dialect.forUpdateOfFree}`;
}

/** Condition on the row `o`. */
function isDueNow({ now }: Dialect): Fragment {
  return sql`o.due IS NOT NULL AND o.due <= ${now}`;
}

interface Taking {
  readonly count: number;
  readonly lease: number;
  readonly looked: number;
  /** Undefined: of all tenants. */
  readonly tenant?: string | undefined;
}

/** Takes events that are the first ones of their resources, and puts off those that are not; `put` says how many these were. */
async function takeFrom(session: Session, table: Fragment, { count, lease, looked, tenant }: Taking) {
  const { dialect } = session;
  const within = tenant === undefined ? raw("") : inTenant(dialect, tenant);
  const due = await session.run<Due>(sql`SELECT d.position, d.tenant, d.type, d.id,
      (SELECT e.position FROM ${table} e
        WHERE e.id = d.id AND ${isOfSameTenant(dialect, tenant, "e", "d")} AND e.type = d.type AND e.position < d.position
        ORDER BY e.position DESC LIMIT 1) AS before
    FROM (${someDue(dialect, table, looked, tenant)}) d`);
  const put = await putOff(
    session,
    table,
    within,
    due.filter(({ before }) => before !== null),
  );
  const first = due.filter(({ before }) => before === null).slice(0, count);
  if (first.length === 0) return { taken: [], put };
  const taking = sql`due = ${fromNow(dialect, lease)}, attempts = attempts + 1`;
  const rows = await session.run<Row>(
    returning(
      updateMatching(dialect, table, taking, ...oneOf(dialect, first), sql`${within}${TRUE}`),
      sql`position, tenant, type, id, event, at, attempts`,
      sql`${table} WHERE ${within}${isOneOf(dialect, first)}`,
    ),
  );
  return { taken: rows.map(entryOf).sort(byPosition), put };
}

/**
 * Puts events off until the one before them is gone. Who removes that one waits until this is committed, and then lets them go on: so none is
 * forgotten. An event whose predecessor is just being removed stays due.
 */
async function putOff(session: Session, table: Fragment, within: Fragment, behind: readonly Due[]): Promise<number> {
  if (behind.length === 0) return 0;
  const { dialect } = session;
  const before = behind.map((one) => ({ ...one, position: one.before }));
  const held = await session.run<{ position: unknown }>(
    sql`SELECT position FROM ${table} WHERE ${within}${isOneOf(dialect, before)}${dialect.forKeyShareOfFree}`,
  );
  const there = new Set(held.map(({ position }) => String(position)));
  const put = behind.filter((one) => there.has(String(one.before)));
  if (put.length > 0)
    await session.run(updateMatching(dialect, table, sql`due = NULL`, ...oneOf(dialect, put), sql`${within}${TRUE}`));
  return put.length;
}

/**
 * The next events of resources can be taken now. Statements after the removal, so that they see who was put off until then. They are looked
 * for first, each by the index: a plan of one statement for both, made while few events waited, would go through all of them ever since.
 */
async function letGoOn(
  session: Session,
  table: Fragment,
  tenant: string | undefined,
  done: readonly OutboxEntry[],
): Promise<void> {
  const { dialect } = session;
  const within = tenant === undefined ? raw("") : inTenant(dialect, tenant);
  const resources = new Map(done.map((entry) => [JSON.stringify(placeOf(entry).slice(0, 3)), placeOf(entry)]));
  const rows = dialect.rows(JSON.stringify([...resources.values()]), COLUMNS, "r");
  const next = await session.run<Place>(
    sql`SELECT r.id, r.tenant, r.type, (SELECT e.position FROM ${table} e
      WHERE e.id = r.id AND ${isOfSameTenant(dialect, tenant, "e", "r")} AND e.type = r.type ORDER BY e.position LIMIT 1) AS position FROM ${rows}`,
  );
  const waiting = next.filter(({ position }) => position !== null);
  if (waiting.length === 0) return;
  // Whether it was put off is said so that no index over all that were is gone through.
  await session.run(
    updateMatching(
      dialect,
      table,
      sql`due = ${dialect.now}`,
      ...oneOf(dialect, waiting),
      sql`${within}COALESCE(due, -1) = -1`,
    ),
  );
}

const COLUMNS = ["id", "tenant", "type", "position"] as const;

/** Condition on rows: they are among these. */
function isOneOf(dialect: Dialect, places: readonly Place[]): Fragment {
  const [source, match] = oneOf(dialect, places);
  return isIn(match, source);
}

/** A row source of these, and what of a row is to be what it has. */
function oneOf(dialect: Dialect, places: readonly Place[]): readonly [source: Fragment, match: Match] {
  const json = JSON.stringify(places.map(({ id, tenant, type, position }) => [id, tenant, type, String(position)]));
  return [dialect.rows(json, COLUMNS, "r"), matching(dialect, COLUMNS)];
}

/** The same of events that nobody else has taken since. */
function stillTaken(dialect: Dialect, entries: readonly OutboxEntry[]): readonly [source: Fragment, match: Match] {
  const json = JSON.stringify(entries.map((entry) => [...placeOf(entry), String(entry.attempts + 1)]));
  const columns = [...COLUMNS, "attempts"];
  return [dialect.rows(json, columns, "r"), matching(dialect, columns)];
}

function matching(dialect: Dialect, columns: readonly string[]): Match {
  return matchOf(columns, "r").map(([column, value]) =>
    column === "position" || column === "attempts" ? [column, cast(dialect, value, "integer")] : [column, value],
  );
}

function placeOf({ id, tenant = "", resourceType, position }: OutboxEntry): readonly string[] {
  return [id, tenant, resourceType, position];
}

function entryOf({ position, tenant, type, id, event, at, attempts }: Row): OutboxEntry {
  return {
    position: String(position),
    ...(tenant === "" ? {} : { tenant }),
    resourceType: type,
    id,
    event,
    at,
    attempts: Number(attempts) - 1,
  };
}

function byPosition(left: OutboxEntry, right: OutboxEntry): number {
  return Number(BigInt(left.position) - BigInt(right.position));
}
