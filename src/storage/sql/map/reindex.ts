import { isScimError } from "../../../error.ts";
import type { Attribute } from "../../../schema/attribute.ts";
import { clearSecrets, fitAttribute, fitResource } from "../../../schema/fit.ts";
import { compileResourceType } from "../../../schema/resource-type.ts";
import { isSame, type ResourceObject, readAttribute } from "../../../schema/value.ts";
import type { NewResource } from "../../adapter.ts";
import { ReportBuilder } from "../../reindex-report.ts";
import { forgottenOf, unknownIn } from "../../reindex-unknown.ts";
import type { HashSecret } from "../../secrets.ts";
import { isUniqueOverTenants } from "../../unique.ts";
import { contextOf, type ReindexOptions, type ReindexReport } from "../../upkeep.ts";
import type { Database, Session } from "../database.ts";
import type { Dialect } from "../dialect/dialect.ts";
import { faultOf } from "../dialect/fault.ts";
import { type Fragment, join as joined, raw, returning, sql, TRUE } from "../dialect/fragment.ts";
import { keyText } from "../key.ts";
import type { ChildElements } from "./child-elements.ts";
import { addChildren } from "./child-write.ts";
import { type Column, driverValue, shown } from "./column.ts";
import type { MappedType } from "./compile.ts";
import { lookUpElements } from "./dictionary.ts";
import { elementsOf, insertElements } from "./elements.ts";
import { heldIn, joinedInRest, withKept } from "./held.ts";
import { hasId, idOperand, printId } from "./id.ts";
import { type MappedOwner, ownRow, versionOperand } from "./lock.ts";
import { type MappedRow, resourceOf, type TakenApart, takeApart, uniqueColumns } from "./row.ts";
import { type Mappings, type MapScope, ownRows, scopeOf } from "./scope.ts";
import { withoutDangling } from "./settle.ts";
import { isShared, valuesIn } from "./shared.ts";
import { sqlName } from "./table.ts";
import { setColumn, setRest } from "./update.ts";

/** How many rows are looked at at a time. */
const BATCH = 500;
/** How often a row is looked at again that somebody else writes meanwhile. */
const MOST_TRIES = 3;

/** A reindex under way. */
interface Work {
  readonly database: Database;
  readonly mappings: Mappings;
  readonly hashSecret: HashSecret | undefined;
  readonly options: ReindexOptions;
  readonly report: ReportBuilder;
  /** By resource type. */
  readonly forget: ReadonlyMap<string, ReadonlySet<string>>;
  /** Who has which unique value. */
  readonly taken: Map<string, Holders>;
}

/** The resources that have one value of a unique attribute. */
interface Holders {
  readonly attribute: string;
  readonly value: string;
  readonly found: { readonly tenant: string; readonly resourceType: string; readonly id: string }[];
}

/** Computes keys anew, moves what has a place of its own out of the rest, and reports what it finds, row by row. */
export async function reindexMapped(
  database: Database,
  mappings: Mappings,
  hashSecret: HashSecret | undefined,
  options: ReindexOptions,
): Promise<ReindexReport> {
  const resourceTypes = options.resourceTypes.map((one) => compileResourceType(one, options.comparisonKey));
  const types = resourceTypes.filter(({ name }) => mappings.find(name) !== undefined).map((one) => mappings.of(one));
  const work: Work = {
    database,
    mappings,
    hashSecret,
    options,
    report: new ReportBuilder(types.map(({ name }) => name)),
    forget: forgottenOf(resourceTypes, options.forget ?? []),
    taken: new Map(),
  };
  for (const type of types)
    for (const tenant of await tenantsOf(work, type))
      await reindexRows(work, scopeOf(database.dialect, mappings, type, contextOf(tenant)));
  for (const { attribute, value, found } of work.taken.values())
    if (found.length > 1) for (const one of found) work.report.add("duplicates", { ...one, attribute }, value);
  return work.report.report();
}

async function tenantsOf({ database, options }: Work, { tenant, table }: MappedType): Promise<readonly string[]> {
  if (options.tenant !== undefined || tenant === undefined) return [options.tenant ?? ""];
  const column = sqlName(tenant.column);
  const rows = await database.run<{ tenant: unknown }>(
    sql`SELECT DISTINCT ${column} AS tenant FROM ${table} WHERE ${column} IS NOT NULL`,
  );
  return rows.map((row) => String(row.tenant));
}

async function reindexRows(work: Work, scope: MapScope): Promise<void> {
  const { database, options, report } = work;
  const { batchSize = BATCH, signal, onProgress } = options;
  const { type } = scope;
  let done = 0;
  for (let last: unknown; ; ) {
    signal?.throwIfAborted();
    const isNext = last === undefined ? TRUE : sql`r.id > ${idOperand(scope.dialect, type.id, String(last))}`;
    const rows = await readRows(database, scope, sql`${isNext} ORDER BY r.id LIMIT ${raw(String(batchSize))}`);
    if (rows.length === 0) return;
    last = rows.at(-1)?.id;
    const plans: Plan[] = [];
    for (const row of rows) plans.push(await planOf(work, scope, row));
    const needed = plans.filter(isNeeded);
    const rebuilt = options.dryRun === true ? needed.length : await writeAll(work, scope, needed);
    done += rows.length;
    report.count(type.name, "seen", rows.length);
    report.count(type.name, "rebuilt", rebuilt);
    onProgress?.({ tenant: scope.tenant, resourceType: type.name, done });
  }
}

function readRows(session: Session, scope: MapScope, condition: Fragment): Promise<readonly MappedRow[]> {
  const { type } = scope;
  return session.run<MappedRow>(
    sql`SELECT ${type.selectedOfRow} FROM ${type.view} r WHERE ${ownRows(scope)} AND ${condition}`,
  );
}

/** What is to be done about a row. */
interface Plan {
  readonly row: MappedRow;
  readonly sets: readonly Fragment[];
  /** The same of a user that organisations share. */
  readonly shared: readonly Fragment[];
  /** Elements that have a join table and are in the rest. */
  readonly moving: readonly Attribute[];
  /** Elements that have a child table and are in the rest. */
  readonly children: ChildElements;
  readonly resource: ResourceObject;
}

function isNeeded({ sets, shared, moving, children }: Plan): boolean {
  const isAnyChild = [...children.values()].some((elements) => elements.length > 0);
  return sets.length + shared.length > 0 || moving.length > 0 || isAnyChild;
}

/** Looks at a row, and notes what it finds. */
async function planOf(work: Work, scope: MapScope, row: MappedRow): Promise<Plan> {
  const { report, forget } = work;
  const { type } = scope;
  const place = { tenant: scope.tenant ?? "", resourceType: type.name, id: printId(type.id, row.id) };
  const stored = resourceOf(type, row);
  const { paths, resource } = unknownIn(type.resourceType, stored, forget.get(type.name) ?? new Set());
  for (const attribute of paths) report.add("unknown", { ...place, attribute });
  for (const { path } of fitResource(type.resourceType, resource).misfits)
    report.add("misfits", { ...place, attribute: path });
  const secrets = clearSecrets(type.resourceType, resource);
  const hashes = await hashesOf(work, type, secrets);
  for (const attribute of Object.keys(secrets))
    report.add("secrets", { ...place, attribute }, hashes.has(attribute) ? "hashed" : "kept");
  const hashed = Object.fromEntries(Object.entries(secrets).filter(([path]) => hashes.has(path)));
  const held = heldIn(type, row);
  const now = withKept(type, takeApart(type, resource), held, hashed);
  noteUniques(work, scope, place, now);
  const hashSets = [...hashes.values()].flatMap(({ column, value }) => {
    if (isShared(type, column)) return [];
    const name = sqlName(column.name);
    // One that is there is of a later write.
    return sql`${name} = coalesce(${name}, ${driverValue(scope.dialect, column.write(value))})`;
  });
  const moving = joinedInRest(type, row);
  const sets = [...setsOf(scope, row, held, now), ...hashSets];
  return { row, sets, shared: sharedSets(scope, row, held, now), moving, children: now.children, resource };
}

/** What is to be set so that each value is where it belongs, with the key that it has now. */
function setsOf(scope: MapScope, row: MappedRow, held: TakenApart, now: TakenApart): readonly Fragment[] {
  const columns = columnSets(scope, row, held, valuesIn(scope.type, now.values, "alone"));
  return [...columns, ...(isSame(held.rest, now.rest) ? [] : setRest(scope.dialect, scope.type, now.rest))];
}

function sharedSets(scope: MapScope, row: MappedRow, held: TakenApart, now: TakenApart): readonly Fragment[] {
  // What one organisation has in its rest does not become everybody's: keys alone are made anew.
  const values = [...valuesIn(scope.type, now.values, "users")];
  return columnSets(
    scope,
    row,
    held,
    new Map(values.filter(([column, value]) => isSame(held.values.get(column), value))),
  );
}

function columnSets(
  { dialect }: MapScope,
  row: MappedRow,
  held: TakenApart,
  values: ReadonlyMap<Column, unknown>,
): readonly Fragment[] {
  return [...values].flatMap(([column, value]) => {
    if (!isSame(held.values.get(column), value)) return setColumn(dialect, column, value);
    if (column.key === undefined || column.isFollower === true) return [];
    const key = keyOf(column, value);
    return key === (row[column.key.alias] ?? null) ? [] : [sql`${sqlName(column.key.name)} = ${key}`];
  });
}

function keyOf({ attribute }: Column, value: unknown): string | null {
  const fits = fitAttribute(attribute, value);
  return fits === undefined ? null : keyText(attribute.key(fits));
}

async function hashesOf({ hashSecret, options }: Work, type: MappedType, secrets: Readonly<Record<string, unknown>>) {
  const hashes = new Map<string, { readonly column: Column; readonly value: unknown }>();
  for (const [path, secret] of Object.entries(secrets)) {
    const column = type.secrets.find((one) => one.path.text === path);
    if (column === undefined || hashSecret === undefined) continue;
    hashes.set(path, { column, value: options.dryRun === true ? undefined : await hashSecret(path, secret) });
  }
  return hashes;
}

function noteUniques(
  { taken }: Work,
  { type }: MapScope,
  place: Holders["found"][number],
  { values }: TakenApart,
): void {
  for (const column of uniqueColumns(type)) {
    const value = fitAttribute(column.attribute, values.get(column));
    if (value === undefined) continue;
    const within = isUniqueOverTenants(column.attribute) ? null : place.tenant;
    const name = JSON.stringify([type.name, column.path.text, within, column.attribute.key(value)]);
    const holders = taken.get(name) ?? { attribute: column.path.text, value: String(value), found: [] };
    holders.found.push(place);
    taken.set(name, holders);
  }
}

/** Writes rows by batches, each so that it can be refused alone. Gives how many were written. */
async function writeAll(work: Work, scope: MapScope, plans: readonly Plan[]): Promise<number> {
  if (plans.length === 0) return 0;
  const { written, left } = await work.database.open(async (inner) => {
    const outcome: { written: number; left: MappedRow[] } = { written: 0, left: [] };
    for (const plan of plans)
      if (await write(work, inner, scope, plan)) outcome.written++;
      else outcome.left.push(plan.row);
    return outcome;
  });
  return written + (await writeAgain(work, scope, left));
}

/** Looks again at rows that somebody wrote meanwhile. */
async function writeAgain(work: Work, scope: MapScope, rows: readonly MappedRow[]): Promise<number> {
  const { type, dialect } = scope;
  let written = 0;
  for (const { id } of rows) {
    let isDone = false;
    for (let attempt = 0; attempt < MOST_TRIES && !isDone; attempt++) {
      const isRow = hasId(dialect, type.id, raw("r.id"), String(id));
      const [row] = await readRows(work.database, scope, isRow);
      const plan = row && (await planOf({ ...work, taken: new Map() }, scope, row));
      isDone =
        plan === undefined || !isNeeded(plan) || (await work.database.open((inner) => write(work, inner, scope, plan)));
      if (isDone && plan !== undefined && isNeeded(plan)) written++;
    }
    if (!isDone) work.report.isAnyLeft = true;
  }
  return written;
}

/** Whether a row was written: not so where it is no longer as it was read. One that a constraint refuses is left as it is. */
async function write({ report }: Work, database: Database, scope: MapScope, plan: Plan): Promise<boolean> {
  const owner: MappedOwner = { ...scope, id: String(plan.row.id) };
  try {
    return await database.transaction(async (session) => {
      if (plan.sets.length > 0) {
        const isSameRow = sql`${ownRow(owner)} AND ${isAsRead(owner, plan.row)}`;
        const { table } = scope.type;
        const update = sql`UPDATE ${table} SET ${joined(plan.sets, ", ")} WHERE ${isSameRow}`;
        const written = returning(update, raw("1 AS one"), sql`${table} WHERE ${ownRow(owner)}`);
        if ((await session.run(written)).length === 0) return false;
      }
      await writeUser(session, owner, plan);
      for (const attribute of plan.moving) await move(session, owner, attribute, plan.resource);
      await moveChildren(session, owner, plan);
      return true;
    });
  } catch (error) {
    if (
      faultOf(error) !== "unique" &&
      !(isScimError(error) && error.scimType === "invalidValue") &&
      (typeof error !== "object" || error === null || database.dialect.refusalOf(error) === undefined)
    )
      throw error;
    report.isAnyLeft = true;
    return true;
  }
}

/** Condition: nobody has written the row meanwhile, nor a value whose key is set without counting the version. */
function isAsRead({ type, dialect }: MappedOwner, row: MappedRow): Fragment {
  const isVersion = sql`${sqlName(type.mapping.version)} = ${versionOperand(dialect, String(row.version))}`;
  return joined([isVersion, ...asKeyed(dialect, type.divided?.alone ?? type, row)], " AND ");
}

/** Of a user whom organisations share: what is set is as right whichever of them reads it. */
async function writeUser(session: Session, owner: MappedOwner, { shared: sets, row }: Plan): Promise<void> {
  const { divided: shared } = owner.type;
  if (shared === undefined || sets.length === 0) return;
  const user = { ...owner, type: shared.users };
  const isSameRow = joined([ownRow(user), ...asKeyed(owner.dialect, shared.users, row)], " AND ");
  await session.run(sql`UPDATE ${shared.users.table} SET ${joined(sets, ", ")} WHERE ${isSameRow}`);
}

function asKeyed(dialect: Dialect, type: MappedType, row: MappedRow): readonly Fragment[] {
  const keyed = type.stored.filter(({ key }) => key !== undefined);
  return keyed.map((column) => {
    const [name, value] = [sqlName(column.name), row[column.alias]];
    const isSame = sql`${shown(dialect, column, name)} = ${value}`;
    return value === null || value === undefined ? sql`${name} IS NULL` : isSame;
  });
}

async function moveChildren(session: Session, owner: MappedOwner, { children, resource }: Plan): Promise<void> {
  if ([...children.values()].every((elements) => elements.length === 0)) return;
  const looked = await lookUpElements(session, owner, resource as unknown as NewResource, []);
  for (const [child, elements] of takeApart(owner.type, looked.resource).children)
    if (elements.length > 0) await addChildren(session, owner, child, elements, looked.entries);
}

async function move(
  session: Session,
  owner: MappedOwner,
  attribute: Attribute,
  resource: ResourceObject,
): Promise<void> {
  const list = await withoutDangling(session, owner, attribute, readAttribute(resource, attribute));
  for (const join of owner.type.joins.filter((one) => one.attribute === attribute))
    for (const statement of insertElements(owner, join, elementsOf(owner, join, list))) await session.run(statement);
}
