import { isObject, isSame } from "../../../schema/value.ts";
import type { Session } from "../database.ts";
import { balance, type Fragment, join as joined, raw, sql } from "../dialect/fragment.ts";
import { type ChildTable, constant, inOrderOf, partName } from "./child.ts";
import { elementKey, elementOfRow, partOf } from "./child-elements.ts";
import type { Column } from "./column.ts";
import type { Entries } from "./dictionary.ts";
import { tenantValue } from "./elements.ts";
import { filledInChild } from "./filled.ts";
import { hasId, idOperand } from "./id.ts";
import type { MappedOwner } from "./lock.ts";
import { assignments, isWritten } from "./row.ts";
import { ofTenant, ownElements } from "./scope.ts";
import { carry } from "./select.ts";
import { sqlName } from "./table.ts";

/** How many rows one statement deletes or inserts. */
const CHUNK = 200;

/** A row of a child table: what scimkit reads of it. */
interface ChildRow {
  readonly element: unknown;
  readonly key: string;
  /** What is in each column by which it is found, as text: its own key, or all that is mapped. */
  readonly identity: readonly (readonly [column: string, text: unknown])[];
  readonly place: number | undefined;
}

/** A row that is to be, and the one that it is now. */
interface Wanted {
  readonly element: unknown;
  readonly row: ChildRow | undefined;
  readonly place: number | undefined;
}

/** Makes the rows of a child table those of a list: each that differs is deleted, changed or inserted. The holder's row is locked. */
export async function writeChildren(
  session: Session,
  owner: MappedOwner,
  child: ChildTable,
  elements: readonly unknown[],
  entries: Entries,
): Promise<void> {
  const rows = await readChildren(session, owner, child);
  const wanted = pair(child, rows, elements);
  const kept = new Set(wanted.flatMap(({ row }) => row ?? []));
  const changed = wanted.filter(
    ({ row, element, place }) => row !== undefined && !isAsItWas(child, row, element, place),
  );
  const { inOrder, replaced } = orderOf(child, changed);
  await deleteRows(session, owner, child, [
    ...rows.filter((row) => !kept.has(row)),
    ...replaced.flatMap(({ row }) => row ?? []),
  ]);
  for (const one of inOrder) await session.run(updateRow(owner, child, one));
  await insertChildren(session, owner, child, [...wanted.filter(({ row }) => row === undefined), ...replaced], entries);
}

/** Adds to the rows that there are those of elements that are not among them. */
export async function addChildren(
  session: Session,
  owner: MappedOwner,
  child: ChildTable,
  elements: readonly unknown[],
  entries: Entries,
): Promise<void> {
  const rows = await readChildren(session, owner, child);
  const there = new Set(rows.map(({ key }) => key));
  const fresh = elements.filter((element) => !there.has(elementKey(child, element)));
  const last = Math.max(-1, ...rows.map(({ place = -1 }) => place));
  const wanted = fresh.map((element, index) => ({ element, row: undefined, place: last + 1 + index }));
  await insertChildren(session, owner, child, wanted, entries);
}

/** Inserts the rows of a new holder. */
export async function insertElementRows(
  session: Session,
  owner: MappedOwner,
  child: ChildTable,
  elements: readonly unknown[],
  entries: Entries,
): Promise<void> {
  const wanted = elements.map((element, place) => ({ element, row: undefined, place }));
  await insertChildren(session, owner, child, wanted, entries);
}

export function deleteChildrenOf(owner: MappedOwner, child: ChildTable): Fragment {
  return sql`DELETE FROM ${child.table} WHERE ${ofHolder(owner, child)}`;
}

/** Condition on rows of the table, which has no alias: they are the holder's, and of this list. */
function ofHolder(owner: MappedOwner, { holder, tenant, given }: ChildTable): Fragment {
  const { dialect, type, id } = owner;
  return joined(
    [
      hasId(dialect, type.id, sqlName(holder), id),
      ofTenant(owner, type.tenant, tenant === undefined ? undefined : sqlName(tenant)),
      ...Object.entries(given.constants ?? {}).map(([column, value]) => sql`${sqlName(column)} = ${constant(value)}`),
    ],
    " AND ",
  );
}

/** The columns by which a row is found, with their aliases. */
function identityOf({ given, columns }: ChildTable): readonly (readonly [column: string, alias: string])[] {
  if (given.id !== undefined) return [[given.id, "own"]];
  return [
    ...columns.map(({ name, alias }) => [name, alias] as const),
    ...(given.dictionary === undefined ? [] : [[given.dictionary.column, "entry"] as const]),
    ...(given.order === undefined ? [] : [[given.order, "place"] as const]),
  ];
}

async function readChildren(session: Session, owner: MappedOwner, child: ChildTable): Promise<readonly ChildRow[]> {
  const { dialect } = session;
  const { given, shown } = child;
  const identifying = identityOf(child);
  const selected = [
    ...shown.map((column) => sql`${carry(dialect, `m.${column.alias}`, column)} AS ${raw(column.alias)}`),
    ...identifying.map(([, alias]) => sql`${dialect.columnText(raw(`m.${alias}`))} AS ${raw(`i${alias}`)}`),
    ...(given.order === undefined ? [] : [raw("m.place")]),
  ];
  const isOwn = sql`${hasId(dialect, owner.type.id, raw("m.holder"), owner.id)} AND ${ownElements(owner, child)}`;
  const found = await session.run<Record<string, unknown>>(
    sql`SELECT ${joined(selected, ", ")} FROM ${child.view} m WHERE ${isOwn} ORDER BY ${joined(inOrderOf(child), ", ")}`,
  );
  const rows = found.map((row): ChildRow => {
    const element = elementOfRow(child, ({ alias }) => row[alias]);
    return {
      element,
      key: elementKey(child, element),
      identity: identifying.map(([column, alias]) => [column, row[`i${alias}`] ?? null]),
      place: given.order === undefined || row.place === null ? undefined : Number(row.place),
    };
  });
  // Rows that are alike in all that is known of them are one.
  return [...new Map(rows.map((row) => [JSON.stringify(row.identity), row])).values()];
}

/** Gives each element the row that it has: one that is the same, else one with the same value, or the same type where there is no value. */
function pair(child: ChildTable, rows: readonly ChildRow[], elements: readonly unknown[]): readonly Wanted[] {
  const free = new Set(rows);
  const take = (matches: (row: ChildRow) => boolean): ChildRow | undefined => {
    const found = [...free].find(matches);
    if (found !== undefined) free.delete(found);
    return found;
  };
  const exact = elements.map((element) => take(({ key }) => key === elementKey(child, element)));
  const main = mainColumn(child);
  const nearOf = (element: unknown): ChildRow | undefined => {
    const value = main && keyOf(child, main, element);
    return value === undefined
      ? undefined
      : take((row) => main !== undefined && keyOf(child, main, row.element) === value);
  };
  let last = -1;
  return elements.map((element, index) => {
    const row = exact[index] ?? nearOf(element);
    if (child.given.order === undefined) return { element, row, place: undefined };
    last = row?.place !== undefined && row.place > last ? row.place : last + 1;
    return { element, row, place: last };
  });
}

/** The column that tells which element a row is, as far as one does. */
function mainColumn(child: ChildTable): Column | undefined {
  if (child.attribute.type !== "complex") return undefined;
  const named = (name: string) => child.shown.find((column) => partName(child.attribute, column) === name);
  return named("value") ?? named("type");
}

function keyOf(child: ChildTable, column: Column, element: unknown): unknown {
  const value = partOf(child, column, element);
  return typeof value === "string" ? column.attribute.key(value) : value;
}

function isAsItWas(child: ChildTable, row: ChildRow, element: unknown, place: number | undefined): boolean {
  return row.key === elementKey(child, element) && (child.given.order === undefined || row.place === place);
}

/** What a row is to have in its columns that it does not have. */
function changesOf(child: ChildTable, { row, element }: Wanted): readonly (readonly [Column, unknown])[] {
  return child.columns.flatMap((column) => {
    const [before, after] = [partOf(child, column, row?.element), partOf(child, column, element)];
    return isSame(before, after) ? [] : [[column, after] as const];
  });
}

/**
 * The order in which rows are changed, so that none takes what a unique index lets only one have before the other has let go of it: the
 * new primary last. Those that wait for each other in a circle are `replaced`.
 */
function orderOf(child: ChildTable, changed: readonly Wanted[]) {
  const waiting = changed.toSorted((one, other) => (other.place ?? 0) - (one.place ?? 0));
  const inOrder: Wanted[] = [];
  const replaced: Wanted[] = [];
  while (waiting.length > 0) {
    const free = waiting.findIndex((one) => !waiting.some((other) => other !== one && isInTheWay(child, one, other)));
    const [next] = waiting.splice(Math.max(free, 0), 1) as [Wanted];
    (free === -1 ? replaced : inOrder).push(next);
  }
  return { inOrder, replaced };
}

/** Whether a row takes a value that another one has and lets go of. */
function isInTheWay(child: ChildTable, taker: Wanted, holder: Wanted): boolean {
  const leaving = new Map(
    changesOf(child, holder).map(([column]) => [column, partOf(child, column, holder.row?.element)]),
  );
  return changesOf(child, taker).some(
    ([column, value]) => value !== undefined && value !== false && isSame(leaving.get(column), value),
  );
}

function identifies({ identity }: ChildRow, owner: MappedOwner): Fragment {
  return joined(
    identity.map(([column, text]) => {
      const name = sqlName(column);
      return text === null ? sql`${name} IS NULL` : sql`${owner.dialect.columnText(name)} = ${text}`;
    }),
    " AND ",
  );
}

async function deleteRows(
  session: Session,
  owner: MappedOwner,
  child: ChildTable,
  rows: readonly ChildRow[],
): Promise<void> {
  for (let start = 0; start < rows.length; start += CHUNK) {
    const isMeant = rows.slice(start, start + CHUNK).map((row) => sql`(${identifies(row, owner)})`);
    await session.run(sql`DELETE FROM ${child.table} WHERE ${ofHolder(owner, child)} AND ${balance("OR", isMeant)}`);
  }
}

/** What a part that has gone leaves behind: a flag is then not set, which a column that must have a value takes as well. */
function leftBehind({ attribute }: Column, value: unknown): unknown {
  return value === undefined && attribute.type === "boolean" ? false : value;
}

function updateRow(owner: MappedOwner, child: ChildTable, wanted: Wanted): Fragment {
  const { dialect } = owner;
  const row = wanted.row as ChildRow;
  const sets = [
    ...changesOf(child, wanted)
      .flatMap(([column, value]) => assignments(dialect, column, leftBehind(column, value)))
      .map(([name, value]) => sql`${sqlName(name)} = ${value}`),
    ...(child.given.order === undefined ? [] : [sql`${sqlName(child.given.order)} = ${wanted.place}`]),
  ];
  return sql`UPDATE ${child.table} SET ${joined(sets, ", ")} WHERE ${ofHolder(owner, child)} AND ${identifies(row, owner)}`;
}

/** Inserts rows, those that name the same columns by one statement. */
async function insertChildren(
  session: Session,
  owner: MappedOwner,
  child: ChildTable,
  wanted: readonly Wanted[],
  entries: Entries,
): Promise<void> {
  const alike = Map.groupBy(
    wanted.map((one) => valuesOf(owner, child, one, entries)),
    (values) => values.map(([name]) => name).join("\n"),
  );
  for (const rows of alike.values()) {
    const names = joined(
      (rows[0] ?? []).map(([name]) => sqlName(name)),
      ", ",
    );
    for (let start = 0; start < rows.length; start += CHUNK) {
      const values = rows.slice(start, start + CHUNK).map((row) => {
        const put = row.map(([, value]) => value);
        return sql`(${joined(put, ", ")})`;
      });
      await session.run(sql`INSERT INTO ${child.table} (${names}) VALUES ${joined(values, ", ")}`);
    }
  }
}

/** What a new row has in which column. */
function valuesOf(
  owner: MappedOwner,
  child: ChildTable,
  { element, place }: Wanted,
  entries: Entries,
): readonly (readonly [column: string, value: Fragment])[] {
  const { dialect, type, id } = owner;
  const { given, tenant } = child;
  const parts = child.columns
    .map((column) => [column, partOf(child, column, element)] as const)
    .filter(([column, value]) => isWritten(column, value))
    .flatMap(([column, value]) => assignments(dialect, column, value));
  const entry = entries.get(child)?.get(elementKey(child, element));
  return [
    [child.holder, idOperand(dialect, type.id, id)],
    ...(tenant === undefined ? [] : [[tenant, tenantValue(owner)] as const]),
    ...(given.dictionary === undefined ? [] : [[given.dictionary.column, sql`${entry ?? null}`] as const]),
    ...(given.order === undefined ? [] : [[given.order, sql`${place ?? 0}`] as const]),
    ...Object.entries(given.constants ?? {}).map(([name, value]) => [name, constant(value)] as const),
    ...parts.map(([name, value]) => [name, sql`${value}`] as const),
    ...filledInChild(owner, given, isObject(element) ? element : { value: element }),
  ];
}
