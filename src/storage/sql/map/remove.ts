import { ScimError, versionMismatch } from "../../../error.ts";
import { type Attribute, pathOf } from "../../../schema/attribute.ts";
import { fitAttribute } from "../../../schema/fit.ts";
import { isObject, isSame, readAttribute, writeAttribute } from "../../../schema/value.ts";
import type { DeleteRequest } from "../../adapter.ts";
import type { Database, Session } from "../database.ts";
import type { Dialect } from "../dialect/dialect.ts";
import { faultOf } from "../dialect/fault.ts";
import { type Fragment, join as joined, raw, sql } from "../dialect/fragment.ts";
import { anyHasIdAmong, isNamedAmong } from "./among.ts";
import { clearedColumns } from "./check-columns.ts";
import { deleteChildrenOf } from "./child-write.ts";
import { driverValue, timeOf } from "./column.ts";
import type { MappedType } from "./compile.ts";
import type { Deleted } from "./deleted.ts";
import { ofHolder } from "./elements.ts";
import { heldIn } from "./held.ts";
import { hasId, parseId, printId } from "./id.ts";
import type { JoinTable } from "./join-table.ts";
import { anyOwnRow, lockRow, type MappedOwner, ofTenantColumn } from "./lock.ts";
import { namedRefusal } from "./named-refusal.ts";
import type { PathColumn } from "./path-column.ts";
import { elementsInRest, isInWholeColumn, restValue } from "./rest.ts";
import type { MappedRow } from "./row.ts";
import { ofTenant, ownRows } from "./scope.ts";
import { sqlName } from "./table.ts";
import { nextVersion, setColumn, setRest } from "./update.ts";

/** What of a request a deletion needs. */
type Deletion = Pick<DeleteRequest, "id" | "at" | "ifVersion" | "signal" | "keep"> & {
  /** `true`: what is kept out of sight is deleted too. */
  readonly isOfAll?: boolean;
};

/**
 * Deletes a row with every reference to it, or takes it out of sight; each holder gets one new version in the same transaction
 * [P-3.6-06 G-6].
 */
export async function deleteMapped(
  database: Database,
  scope: Omit<MappedOwner, "id">,
  request: Deletion,
): Promise<boolean> {
  request.signal?.throwIfAborted();
  const { type } = scope;
  const id = parseId(type.id, request.id);
  if (id === undefined) return false;
  const owner: MappedOwner = { ...scope, id };
  try {
    return await database.transaction(async (session) => {
      const row = await lockRow(session, owner, request.isOfAll);
      if (row === undefined) return false;
      if (request.ifVersion !== undefined && request.ifVersion !== String(row.version)) throw versionMismatch();
      await releaseRow(session, owner, request.at);
      await session.run(isKept(type, request) ? hideRow(owner, request.at) : deleteRow(owner));
      return true;
    });
  } catch (error) {
    throw keepingOf(database, owner, request.id, error) ?? error;
  }
}

function isKept({ deleted }: MappedType, { keep = false, isOfAll = false }: Deletion): boolean {
  return deleted !== undefined && (keep || deleted.isAlways) && !isOfAll;
}

function deleteRow(owner: MappedOwner): Fragment {
  return sql`DELETE FROM ${owner.type.table} WHERE ${anyOwnRow(owner)}`;
}

/** Takes a row out of all that refers to it, and what it refers to by join tables out of it. */
export async function releaseRow(session: Session, owner: MappedOwner, at: string): Promise<void> {
  const { mappings, type } = owner;
  for (const holder of mappings.all) await releaseHolders(session, owner, holder, at);
  for (const table of type.joins) await session.run(sql`DELETE FROM ${table.table} WHERE ${ofHolder(owner, table)}`);
  for (const child of type.children) await session.run(deleteChildrenOf(owner, child));
}

/** What a table says against a deletion; undefined for an error that is no such word. */
function keepingOf({ dialect }: Database, owner: MappedOwner, id: string, error: unknown): ScimError | undefined {
  if (typeof error !== "object" || error === null || error instanceof ScimError) return undefined;
  const attempted = { operation: "delete", resourceType: owner.type.name, id } as const;
  const ofHost = namedRefusal(dialect, owner.mappings.all, error, attempted);
  if (ofHost !== undefined) return ofHost;
  const [fault, refusal] = [faultOf(error), dialect.refusalOf(error)];
  // A column that must have a value keeps a reference as a foreign key does.
  if (fault === "reference" || refusal === "missing") return new ScimError(409, NEEDED, { cause: error });
  return fault === "unique" || refusal !== undefined ? new ScimError(409, RULED, { cause: error }) : undefined;
}

const NEEDED = "Other records of this directory need the resource; it cannot be deleted while they are there.";
const RULED = "The rules of this directory keep the resource from being deleted.";

/** Takes a row out of sight. What scimkit knew it by is free, unless the names are to stay, and no hash of it stays. */
function hideRow(owner: MappedOwner, at: string): Fragment {
  const { type, dialect } = owner;
  const { deleted } = type;
  const sets = [
    nextVersion(owner, type, at),
    ...(deleted === undefined ? [] : [sql`${sqlName(deleted.column)} = ${hidingValue(dialect, deleted, at)}`]),
    ...[...clearedColumns(type.divided?.alone ?? type)].map((name) => sql`${sqlName(name)} = NULL`),
  ];
  return sql`UPDATE ${type.table} SET ${joined(sets, ", ")} WHERE ${anyOwnRow(owner)}`;
}

function hidingValue(dialect: Dialect, deleted: Deleted, at: string): unknown {
  return deleted.isTime ? timeOf(dialect, at) : driverValue(dialect, deleted.write(at));
}

/** Takes the references to the owner out of all rows of a type, each of which gets one new version. */
async function releaseHolders(session: Session, owner: MappedOwner, holder: MappedType, at: string): Promise<void> {
  const id = printId(owner.type.id, owner.id);
  const version = nextVersion(owner, holder, at);
  const changed = await removeElementsOf(session, owner, holder);
  for (const row of await readRowsThatName(session, owner, holder, id)) {
    const sets = withoutReferences(owner, holder, row, id);
    if (sets.length === 0) continue;
    const holderId = String(row.id);
    await session.run(updateHolders(owner, holder, [holderId], [version, ...sets]));
    changed.delete(holderId);
  }
  if (changed.size > 0) await session.run(updateHolders(owner, holder, [...changed], [version]));
}

function updateHolders(
  owner: MappedOwner,
  holder: MappedType,
  ids: readonly string[],
  sets: readonly Fragment[],
): Fragment {
  return sql`UPDATE ${holder.table} SET ${joined(sets, ", ")} WHERE ${anyHasIdAmong(owner, holder, ids)}`;
}

/** Takes the owner out of a type's join tables, and gives the ids of the rows that held it, locked. */
async function removeElementsOf(session: Session, owner: MappedOwner, holder: MappedType): Promise<Set<string>> {
  const joins = holder.joins.filter((join) => join.target === owner.type.name);
  const ids = new Set<string>();
  for (const join of joins) {
    const rows = await session.run<{ holder: unknown }>(
      sql`SELECT m.holder FROM ${join.view} m WHERE ${refersTo(owner, holder, join, "m")}`,
    );
    for (const row of rows) ids.add(String(row.holder));
  }
  if (ids.size === 0) return ids;
  const { dialect } = owner;
  const id = sqlName(holder.id.column);
  const isHolder = anyHasIdAmong(owner, holder, [...ids]);
  // In the order of ids, so that two that delete at once wait for each other and do not lock each other out [G-16].
  await session.run(sql`SELECT ${id} AS id FROM ${holder.table} WHERE ${isHolder} ORDER BY ${id}${dialect.forUpdate}`);
  for (const join of joins) {
    // MariaDB lets no trigger of the rows that go write a table that the statement reads.
    const isOfMany = owner.type.divided !== undefined && join.tenant === undefined;
    const isMeant = isOfMany ? isNamedAmong(owner, holder, join, [...ids]) : refersTo(owner, holder, join);
    await session.run(sql`DELETE FROM ${join.table} WHERE ${isMeant}`);
  }
  return ids;
}

/** Condition on rows of a join table, or of its view under an alias: they name the owner. */
function refersTo(owner: MappedOwner, holder: MappedType, join: JoinTable, alias?: string): Fragment {
  const { dialect, type, id } = owner;
  const column = (ofTable: string, ofView: string): Fragment =>
    alias === undefined ? sqlName(ofTable) : raw(`${alias}.${ofView}`);
  const tenant = join.tenant === undefined ? undefined : column(join.tenant, "tenant");
  const isNamed = hasId(dialect, type.id, column(join.value, "value"), id);
  const isOwn = sql`${isNamed} AND ${ofTenant(owner, holder.tenant, tenant)}`;
  if (type.divided === undefined || tenant !== undefined) return isOwn;
  // Other organisations have the same user: what their holders name stays.
  const holders = sql`SELECT ${sqlName(holder.id.column)} FROM ${holder.table} WHERE ${ofTenantColumn(owner, holder)}`;
  return sql`${isOwn} AND ${column(join.holder, "holder")} IN (${holders})`;
}

/** Attributes of a type that hold references in its row. */
function referencesInRow(owner: MappedOwner, holder: MappedType): readonly Attribute[] {
  return holder.resourceType.references
    .filter(({ attribute, resourceTypes }) => {
      const isJoined = holder.joins.some((join) => join.attribute === attribute);
      return !isJoined && resourceTypes.includes(owner.type.name);
    })
    .map(({ attribute }) => attribute);
}

/** The rows that name an id in a column or in the rest, locked. */
async function readRowsThatName(
  session: Session,
  owner: MappedOwner,
  holder: MappedType,
  id: string,
): Promise<readonly MappedRow[]> {
  const ids = new Set(await readHidingRows(session, owner, holder, id));
  // One after the other: an index that answers one of them is of no use to the OR of all.
  for (const attribute of referencesInRow(owner, holder)) {
    const names = namesId(owner, holder, attribute, id);
    if (names === undefined) continue;
    const rows = await session.run<{ id: unknown }>(
      sql`SELECT r.id FROM ${holder.viewOfAll} r WHERE ${ownRows(owner, holder)} AND ${names}`,
    );
    for (const row of rows) ids.add(String(row.id));
  }
  if (ids.size === 0) return [];
  return session.run<MappedRow>(
    sql`SELECT ${holder.selected} FROM ${holder.table} WHERE ${anyHasIdAmong(owner, holder, [...ids])}
      ORDER BY ${sqlName(holder.id.column)}${owner.dialect.forUpdate}`,
  );
}

/**
 * Ids of the rows that name an id in a column that converters hide, which only reading tells. Nobody adds another one
 * meanwhile: the row that it would name is locked.
 */
async function readHidingRows(
  session: Session,
  owner: MappedOwner,
  holder: MappedType,
  id: string,
): Promise<readonly string[]> {
  const columns = referencesInRow(owner, holder).flatMap(
    (attribute) => holder.columns.find(({ path }) => path.attribute === attribute && path.sub === undefined) ?? [],
  );
  if (columns.length === 0) return [];
  const isFilled = joined(
    columns.map(({ alias }) => sql`r.${raw(alias)} IS NOT NULL`),
    " OR ",
  );
  const rows = await session.run<MappedRow>(
    sql`SELECT ${holder.selectedOfRow} FROM ${holder.viewOfAll} r WHERE ${ownRows(owner, holder)} AND (${isFilled})`,
  );
  const names = (row: MappedRow): boolean => withoutReferences(owner, holder, row, id).length > 0;
  return rows.filter(names).map((row) => String(row.id));
}

/** Condition on a row `r`: the attribute names an id; undefined where the row does not hold the attribute. */
function namesId({ dialect }: MappedOwner, holder: MappedType, attribute: Attribute, id: string): Fragment | undefined {
  const sub = attribute.sub("value");
  const column = holder.columns.find(({ path }) => path.attribute === attribute && path.sub === sub);
  if (column !== undefined) return sql`r.${raw(column.alias)} = ${driverValue(dialect, column.write(id))}`;
  if (holder.mapping.rest === undefined || sub === undefined || isInWholeColumn(holder, attribute)) return undefined;
  const elements = elementsInRest(dialect, attribute);
  const isElement = sql`EXISTS (SELECT 1 FROM ${elements.from} WHERE ${elements.textOf(sub)} = ${id})`;
  if (attribute.multiValued) return isElement;
  const { text, isOdd } = restValue(dialect, pathOf(attribute, sub));
  return sql`(${text} = ${id} OR (${isOdd} AND ${isElement}))`;
}

/** What is to be set so that a row no longer names an id. What else it holds stays where it is. */
function withoutReferences(owner: MappedOwner, holder: MappedType, row: MappedRow, id: string): readonly Fragment[] {
  const { values, rest = {} } = heldIn(holder, row);
  const left: Record<string, unknown> = { ...rest };
  const sets: Fragment[] = [];
  for (const attribute of referencesInRow(owner, holder)) {
    const columns = holder.columns.filter(({ path }) => path.attribute === attribute);
    const isNamed = columns.some((column) => column.path.sub?.name === "value" && values.get(column) === id);
    const cleared = holder.slots.filter((slot) => slot.attribute === attribute && values.get(slot.value) === id);
    for (const column of [...(isNamed ? columns : []), ...cleared.flatMap((slot) => slot.columns)])
      sets.push(...setColumn(owner.dialect, column, undefined));
    sets.push(...columns.flatMap((column) => withoutInWhole(owner, column, values.get(column), id)));
    const [value, now] = withoutReference(attribute, readAttribute(rest, attribute), id);
    if (isNamed || !isSame(value, now)) writeAttribute(left, attribute, isNamed ? undefined : now);
  }
  return isSame(rest, left) ? sets : [...sets, ...setRest(owner.dialect, holder, left)];
}

/** What sets a column of a whole attribute, where that names the id. */
function withoutInWhole(
  { dialect }: MappedOwner,
  column: PathColumn,
  stored: unknown,
  id: string,
): readonly Fragment[] {
  if (column.path.sub !== undefined) return [];
  const [value, now] = withoutReference(column.path.attribute, stored, id);
  return isSame(value, now) ? [] : setColumn(dialect, column, now);
}

/** A value as its attribute is declared, and the same without what names an id; undefined where nothing is left. */
function withoutReference(
  attribute: Attribute,
  stored: unknown,
  id: string,
): readonly [before: unknown, after: unknown] {
  const value = fitAttribute(attribute, stored) ?? stored;
  const isReference = (element: unknown): boolean => isObject(element) && element.value === id;
  if (!Array.isArray(value)) return [value, isReference(value) ? undefined : value];
  const left = value.filter((element) => !isReference(element));
  return [value, left.length === 0 && value.length > 0 ? undefined : left];
}
