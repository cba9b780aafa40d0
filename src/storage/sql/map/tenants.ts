import { isScimError } from "../../../error.ts";
import { SELECT_ALL, type StoredResource } from "../../adapter.ts";
import { type Counts, contextOf, type ExportedResource, type UpkeepOptions } from "../../upkeep.ts";
import type { Database, Session } from "../database.ts";
import { faultOf } from "../dialect/fault.ts";
import { type Fragment, join as joined, raw, returning, sql, TRUE } from "../dialect/fragment.ts";
import { hasIdAmong } from "./among.ts";
import type { MappedType } from "./compile.ts";
import { idOperand, parseId } from "./id.ts";
import { scopesOf } from "./in-tables.ts";
import { deleteMapped } from "./remove.ts";
import type { MappedRow } from "./row.ts";
import { type Mappings, type MapScope, ownRows, scopeOf } from "./scope.ts";
import { selectionOf } from "./select.ts";
import { sqlName } from "./table.ts";

/** How many resources are done at a time. */
const BATCH = 500;
/** How many of the resources that stay an error names. */
const NAMED = 10;

/** How many ids of an export are looked up at a time, where no index has them in their order. */
const MANY_IDS = 50_000;

/** Ids of a type in the order of code points, or of numbers, behind one of them. */
async function idsInOrder(session: Session, scope: MapScope, last: string | undefined): Promise<readonly string[]> {
  const { type, dialect } = scope;
  if (dialect.idText === undefined || type.id.type === "integer") return idsBehind(session, scope, last, BATCH);
  const text = dialect.idText(raw("r.id"));
  const isNext = last === undefined ? TRUE : sql`${text} > ${last}`;
  const rows = await session.run<{ id: unknown }>(
    sql`SELECT r.id FROM ${type.view} r WHERE ${ownRows(scope)} AND ${isNext} ORDER BY ${text} LIMIT ${raw(String(MANY_IDS))}`,
  );
  return rows.map(({ id }) => String(id));
}

/** All of them behind one, some at a time. */
async function* batchesInOrder(
  session: Session,
  scope: MapScope,
  behind: string | undefined,
): AsyncGenerator<readonly string[]> {
  for (let last = behind; ; ) {
    const ids = await idsInOrder(session, scope, last);
    if (ids.length === 0) return;
    last = ids.at(-1);
    for (let first = 0; first < ids.length; first += BATCH) yield ids.slice(first, first + BATCH);
  }
}

/** Ids of a type in the order that the table has, behind one of them. */
async function idsBehind(
  session: Session,
  scope: MapScope,
  last: string | undefined,
  count: number,
  view = scope.type.view,
): Promise<readonly string[]> {
  const { type, dialect } = scope;
  const isNext = last === undefined ? TRUE : sql`r.id > ${idOperand(dialect, type.id, last)}`;
  const rows = await session.run<{ id: unknown }>(
    sql`SELECT r.id FROM ${view} r WHERE ${ownRows(scope)} AND ${isNext} ORDER BY r.id LIMIT ${raw(String(count))}`,
  );
  return rows.map(({ id }) => String(id));
}

/**
 * Deletes the rows of a tenant in all mapped tables, each as `delete` does it.
 * @throws {Error} that names resources which other tables of the application need, after all others are deleted.
 */
export async function deleteTenantOf(
  database: Database,
  mappings: Mappings,
  tenant: string | undefined,
  { batchSize = BATCH, onProgress, signal }: UpkeepOptions = {},
): Promise<Counts> {
  const counts: Record<string, number> = {};
  const kept: string[] = [];
  // Those that refer to others go first, and leave nothing to be taken out of them.
  for (const type of mappings.all.toSorted((one, other) => other.joins.length - one.joins.length)) {
    const scope = scopeOf(database.dialect, mappings, type, contextOf(tenant));
    let done = 0;
    for (let last: string | undefined; ; ) {
      signal?.throwIfAborted();
      // With what is kept out of sight.
      const ids = await idsBehind(database, scope, last, batchSize, type.viewOfAll);
      if (ids.length === 0) break;
      last = ids.at(-1);
      const left = await database.open((inner) => deleteBatch(inner, scope, ids));
      kept.push(...left.map((id) => `${type.name} ${id}`));
      counts[type.name] = (counts[type.name] ?? 0) + ids.length - left.length;
      done += ids.length;
      onProgress?.({ tenant, resourceType: type.name, done });
    }
  }
  if (kept.length > 0) throw new Error(keptDetail(kept));
  return withoutZeros(counts);
}

/** Gives the ids of those that other tables need. */
async function deleteBatch(database: Database, scope: MapScope, ids: readonly string[]): Promise<readonly string[]> {
  const { type } = scope;
  const at = new Date().toISOString();
  const left: string[] = [];
  for (const id of ids) {
    try {
      const prefixed = type.id.prefix + id;
      await deleteMapped(database, scope, { id: prefixed, at, isOfAll: true });
    } catch (error) {
      if (!isScimError(error) || error.status >= 500) throw error;
      left.push(type.id.prefix + id);
    }
  }
  return left;
}

function keptDetail(kept: readonly string[]): string {
  const more = kept.length > NAMED ? ` and ${kept.length - NAMED} more` : "";
  return `mappedStorage: other tables or rules of the application need ${kept.slice(0, NAMED).join(", ")}${more}: delete their rows first, then delete the tenant again. All other resources of the tenant are deleted.`;
}

/** All that a tenant has, in the order of the mappings and of ids. */
export async function* exportTenantOf(
  database: Database,
  mappings: Mappings,
  tenant: string | undefined,
  after: { readonly resourceType: string; readonly id: string } | undefined,
): AsyncGenerator<ExportedResource> {
  const start = after === undefined ? 0 : mappings.all.findIndex(({ name }) => name === after.resourceType);
  if (start === -1) throw new TypeError(`exportTenant: after names ${after?.resourceType}, which has no table.`);
  for (const [index, type] of mappings.all.slice(start).entries()) {
    const scope = scopeOf(database.dialect, mappings, type, contextOf(tenant));
    const last = index === 0 && after !== undefined ? parseId(type.id, after.id) : undefined;
    if (index === 0 && after !== undefined && after.id !== "" && last === undefined)
      throw new TypeError(`exportTenant: after names ${after.id}, which is no id of ${type.name}.`);
    for await (const batch of batchesInOrder(database, scope, last))
      yield* await database.snapshot((session) => readBatch(session, scope, batch));
  }
}

async function readBatch(
  session: Session,
  scope: MapScope,
  ids: readonly string[],
): Promise<readonly ExportedResource[]> {
  const { type } = scope;
  const selection = selectionOf(scope, SELECT_ALL);
  const isAsked = sql`${ownRows(scope)} AND r.id IN (${joined(
    ids.map((id) => idOperand(scope.dialect, type.id, id)),
    ", ",
  )})`;
  const rows = await session.run<MappedRow>(
    sql`SELECT ${type.selectedOfRow}${selection.more} FROM ${type.view} r WHERE ${isAsked}`,
  );
  const secrets = await readSecrets(session, scope, ids);
  const places = new Map(ids.map((id, index) => [id, index]));
  const placeOf = ({ id }: MappedRow): number => places.get(String(id)) ?? 0;
  return [...rows]
    .sort((left, right) => placeOf(left) - placeOf(right))
    .map((row) => {
      const resource: StoredResource = selection.resourceOf(row);
      const kept = secrets.get(String(row.id));
      return { resourceType: type.name, resource, ...(kept === undefined ? {} : { secrets: kept }) };
    });
}

/** What the columns of writeOnly attributes have, by id. */
async function readSecrets(session: Session, scope: MapScope, ids: readonly string[]) {
  const found = new Map<string, Readonly<Record<string, unknown>>>();
  for (const inTable of scopesOf(scope)) await readSecretsIn(session, inTable, ids, found);
  return found;
}

async function readSecretsIn(
  session: Session,
  scope: MapScope,
  ids: readonly string[],
  found: Map<string, Readonly<Record<string, unknown>>>,
): Promise<void> {
  const { type } = scope;
  if (type.secrets.length === 0) return;
  const columns = type.secrets.map(({ name, alias }) => sql`, ${sqlName(name)} AS ${raw(alias)}`);
  const rows = await session.run<MappedRow>(
    sql`SELECT ${sqlName(type.id.column)} AS id${joined(columns, "")} FROM ${type.table} WHERE ${hasIdAmong(scope, type, ids)}`,
  );
  for (const row of rows) {
    const id = String(row.id);
    const kept = type.secrets.flatMap(({ path, alias }) =>
      row[alias] == null ? [] : [[path.text, row[alias]] as const],
    );
    if (kept.length > 0) found.set(id, { ...found.get(id), ...Object.fromEntries(kept) });
  }
}

/**
 * Gives all rows of a tenant to another one, in one transaction.
 * @throws {Error} where the other one has rows, where a foreign key or a constraint forbids it, and for what is no tenant.
 */
export async function renameTenantOf(
  database: Database,
  mappings: Mappings,
  from: string | undefined,
  to: string | undefined,
  besides: (session: Session) => Promise<void>,
): Promise<Counts> {
  try {
    return await database.transaction(async (session) => {
      for (const type of mappings.all) await refuseOccupied(session, type, to);
      await besides(session);
      return updateAll(session, updatesOf(session, mappings, from, to));
    });
  } catch (error) {
    const fault = faultOf(error);
    if (fault !== "reference" && fault !== "unique") throw error;
    const why = fault === "reference" ? "a foreign key" : "a unique constraint";
    const message = `mappedStorage: ${why} of the tables forbids the new tenant, and nothing is changed: see the cause. A tenant that must be in a table of its own has to be there first, and other tables that name the rows by their tenant need ON UPDATE CASCADE.`;
    throw new Error(message, { cause: error });
  }
}

async function refuseOccupied(session: Session, type: MappedType, to: string | undefined): Promise<void> {
  const [there] = await session.run(sql`SELECT 1 FROM ${type.table} WHERE ${isOf(session, type, to)} LIMIT 1`);
  if (there !== undefined) throw new Error(`mappedStorage: the tenant ${to} has resources already: ${type.name}.`);
}

/** Condition on the rows of a table: they are the tenant's; of no tenant they are where the column is NULL. */
function isOf(session: Session, type: MappedType, tenant: string | undefined, column = type.tenant?.column): Fragment {
  const name = sqlName(column ?? "");
  return tenant === undefined ? sql`${name} IS NULL` : sql`${name} = ${operandOf(session, type, tenant)}`;
}

function operandOf({ dialect }: Session, { tenant: form, mapping }: MappedType, tenant: string | undefined): Fragment {
  const parsed = form && parseId({ type: form.type, prefix: "" }, tenant);
  if (form === undefined || parsed === undefined)
    throw new Error(
      `mappedStorage: ${tenant ?? "no tenant"} is nothing that ${mapping.table}.${form?.column} can have.`,
    );
  return idOperand(dialect, form, parsed);
}

/** An update, and the type whose rows it counts. */
interface Update {
  readonly statement: Fragment;
  readonly name: string | undefined;
}

function updatesOf(
  session: Session,
  { all }: Mappings,
  from: string | undefined,
  to: string | undefined,
): readonly Update[] {
  const update = (type: MappedType, table: Fragment, column: string, name?: string): Update => {
    const given = sql`UPDATE ${table} SET ${sqlName(column)} = ${operandOf(session, type, to)}`;
    const write = sql`${given} WHERE ${isOf(session, type, from, column)}`;
    // The other tenant had no rows before.
    return {
      statement: returning(write, raw("1 AS one"), sql`${table} WHERE ${isOf(session, type, to, column)}`),
      name,
    };
  };
  const seen = new Set<string>();
  const joins = all.flatMap((type) =>
    [...type.joins, ...type.children].flatMap((join) => {
      // Two collections may lie in one table.
      const isNew = join.tenant !== undefined && !seen.has(join.table.texts.join());
      seen.add(join.table.texts.join());
      return isNew ? update(type, join.table, join.tenant as string) : [];
    }),
  );
  return [...all.map((type) => update(type, type.table, type.tenant?.column ?? "", type.name)), ...joins];
}

/** Foreign keys that name the tenant hold between the tables only when all of them are written. */
async function updateAll(session: Session, updates: readonly Update[]): Promise<Counts> {
  const { dialect } = session;
  const counts: Record<string, number> = {};
  if (dialect.supportsWritesInWith === true) {
    const parts = updates.map(({ statement }, index) => sql`${raw(`part${index}`)} AS (${statement})`);
    const sums = updates.map((_, index) => raw(`(SELECT count(*) FROM part${index}) AS n${index}`));
    const [row = {}] = await session.run<Record<string, unknown>>(
      sql`WITH ${joined(parts, ", ")} SELECT ${joined(sums, ", ")}`,
    );
    for (const [index, { name }] of updates.entries()) if (name !== undefined) counts[name] = Number(row[`n${index}`]);
    return withoutZeros(counts);
  }
  if (dialect.deferReferences !== undefined) await session.run(dialect.deferReferences);
  for (const { statement, name } of updates) {
    const rows = await session.run(statement);
    if (name !== undefined) counts[name] = rows.length;
  }
  return withoutZeros(counts);
}

/** A type that nothing was found of is not named. */
function withoutZeros(counts: Counts): Counts {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
