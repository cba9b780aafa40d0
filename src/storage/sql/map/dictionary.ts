import { invalidValue } from "../../../error.ts";
import { fitAttribute } from "../../../schema/fit.ts";
import { isObject, type ResourceObject, readAttribute, writeAttribute } from "../../../schema/value.ts";
import type { NewResource, StorageNotice } from "../../adapter.ts";
import type { Session } from "../database.ts";
import { balance, type Fragment, join as joined, raw, sql } from "../dialect/fragment.ts";
import { type ChildTable, type Dictionary, partName } from "./child.ts";
import { elementKey, fillChildren, partOf } from "./child-elements.ts";
import type { Column } from "./column.ts";
import { columnLeaf } from "./places.ts";
import { type MapScope, ofTenant } from "./scope.ts";
import { viewOf } from "./table.ts";

/** A row of a dictionary. */
interface Entry {
  /** Its key, as text. */
  readonly entry: string;
  readonly [alias: string]: unknown;
}

/** The key of the row of a dictionary that each element names, by the child table and by what that keeps of the element. */
export type Entries = ReadonlyMap<ChildTable, ReadonlyMap<string, string>>;

/** A resource whose elements have what dictionaries say of them. */
export interface Looked {
  readonly resource: NewResource;
  readonly entries: Entries;
}

/** How many elements one statement looks up. */
const CHUNK = 100;

/**
 * Looks the elements up that dictionaries say more of. `notices` collects what is to be told after the write.
 * @throws {ScimError} 400 invalidValue for one that a dictionary does not have, where that is refused.
 */
export async function lookUpElements(
  session: Session,
  scope: MapScope,
  given: NewResource,
  notices: StorageNotice[],
): Promise<Looked> {
  const resource: Record<string, unknown> = { ...given };
  const entries = new Map<ChildTable, ReadonlyMap<string, string>>();
  for (const child of scope.type.children) {
    const { attribute, dictionary } = child;
    const list = readAttribute(resource, attribute);
    if (!Array.isArray(list)) continue;
    const mine = elementsIn(scope, child, list);
    if (dictionary === undefined || mine.length === 0) continue;
    const rows = await readEntries(session, scope, dictionary, child, mine);
    const named = new Map<string, string>();
    const now = list.flatMap((element, index) => {
      if (!mine.includes(element)) return [element];
      const row = entryOf(child, dictionary, element, rows);
      if (row === undefined) return missing(child, dictionary, element, index, notices);
      const known = withEntry(child, dictionary, element, row);
      named.set(elementKey(child, known), row.entry);
      return [known];
    });
    writeAttribute(resource, attribute, now.length === 0 ? undefined : now);
    entries.set(child, named);
  }
  return { resource: resource as unknown as NewResource, entries };
}

/**
 * The elements of a list that a child table holds.
 * @throws {ScimError} 400 invalidValue for one that no table holds where look-ups go by the tables alone.
 */
function elementsIn({ type }: MapScope, child: ChildTable, list: readonly unknown[]): readonly unknown[] {
  const filled = new Map<ChildTable, readonly unknown[]>();
  const left = fillChildren(type, child.attribute, list, filled);
  const names = child.shown.map((column) => partName(child.attribute, column)).join(", ");
  if (child.isWhole && left !== undefined)
    throw invalidValue(
      `${child.attribute.path} holds an element without any of what this directory stores of it: ${names}.`,
    );
  return filled.get(child) ?? [];
}

/** The column that an element is looked up by. */
function knownBy(child: ChildTable, { known }: Dictionary, element: unknown): Column | undefined {
  return known.find((column) => partOf(child, column, element) !== undefined);
}

async function readEntries(
  session: Session,
  scope: MapScope,
  dictionary: Dictionary,
  child: ChildTable,
  elements: readonly unknown[],
): Promise<readonly Entry[]> {
  const { table, given, columns } = dictionary;
  const { dialect } = session;
  const places = { ...scope, onNearly: () => undefined, onDoubt: () => undefined };
  const view = viewOf(table, [
    [given.id, "entry"],
    ...(given.tenant === undefined ? [] : [[given.tenant, "tenant"] as const]),
    ...columns.flatMap(({ name, alias, key }) => [
      [name, alias] as const,
      ...(key === undefined ? [] : [[key.name, key.alias] as const]),
    ]),
  ]);
  const isOwn = ofTenant(scope, scope.type.tenant, given.tenant === undefined ? undefined : raw("d.tenant"));
  const selected = [
    sql`${dialect.columnText(raw("d.entry"))} AS entry`,
    ...columns.map(({ alias }) => raw(`d.${alias}`)),
  ];
  const found: Entry[] = [];
  for (let start = 0; start < elements.length; start += CHUNK) {
    const asked = elements.slice(start, start + CHUNK).flatMap((element): readonly Fragment[] => {
      const column = knownBy(child, dictionary, element);
      const leaf = column && columnLeaf(places, column, "d", true);
      const isAsked = column && leaf?.compare("eq", column.attribute.key(partOf(child, column, element)));
      return isAsked === undefined ? [] : [isAsked];
    });
    const query = sql`SELECT ${joined(selected, ", ")} FROM ${view} d WHERE ${isOwn} AND ${balance("OR", asked)}`;
    found.push(...(await session.run<Entry>(query)));
  }
  return found;
}

/** The row that an element names: the one in the same spelling before others. */
function entryOf(
  child: ChildTable,
  dictionary: Dictionary,
  element: unknown,
  rows: readonly Entry[],
): Entry | undefined {
  const column = knownBy(child, dictionary, element);
  if (column === undefined) return undefined;
  const { attribute, read, alias } = column;
  const wanted = partOf(child, column, element);
  const same = rows.filter((row) => {
    const value = fitAttribute(
      attribute.multiValued ? { ...attribute, multiValued: false } : attribute,
      read(row[alias]),
    );
    return value !== undefined && attribute.key(value) === attribute.key(wanted);
  });
  return same.find((row) => read(row[alias]) === wanted) ?? same[0];
}

function withEntry(child: ChildTable, { columns }: Dictionary, element: unknown, row: Entry): unknown {
  const known: Record<string, unknown> = isObject(element) ? { ...element } : {};
  for (const { attribute, alias, read } of columns) {
    const value = read(row[alias]);
    if (attribute === child.attribute) return value;
    if (value === undefined) delete known[attribute.name];
    else known[attribute.name] = value;
  }
  return known satisfies ResourceObject;
}

function missing(
  { attribute }: ChildTable,
  { given }: Dictionary,
  element: unknown,
  index: number,
  notices: StorageNotice[],
): readonly unknown[] {
  if (given.missing !== "drop")
    throw invalidValue(`${attribute.path}[${index}] must name something that there is in this directory.`);
  const value = isObject(element) ? (element.value ?? element.display) : element;
  notices.push({ type: "missingReference", attribute: attribute.path, value: String(value), outcome: "dropped" });
  return [];
}

/** The columns of a dictionary's table that the mapping names. */
export function columnsOfDictionary({ given, columns }: Dictionary): readonly string[] {
  return [
    given.id,
    ...(given.tenant === undefined ? [] : [given.tenant]),
    ...columns.flatMap(({ name, key }) => [name, ...(key === undefined ? [] : [key.name])]),
  ];
}
