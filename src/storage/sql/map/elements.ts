import { isObject, isSame, type ResourceObject, readAttribute } from "../../../schema/value.ts";
import type { Session } from "../database.ts";
import { identifier } from "../dialect/dialect.ts";
import { type Fragment, join as joined, raw, sql } from "../dialect/fragment.ts";
import { orKeep } from "../dialect/write-words.ts";
import { namesAmong } from "./among.ts";
import { type Column, driverValue } from "./column.ts";
import { filledInElement } from "./filled.ts";
import { hasId, idList, idOperand, parseId } from "./id.ts";
import type { JoinTable } from "./join-table.ts";
import type { MappedOwner } from "./lock.ts";
import { type MapScope, ofTenant, targetOf } from "./scope.ts";
import { sqlName } from "./table.ts";

/** Elements of one join table by the id that they name, as the table has it. */
export type Elements = ReadonlyMap<string, ResourceObject>;

/** The elements of a resource that a join table holds; the first of several with one `value` counts. */
export function elementsOf(scope: Pick<MapScope, "mappings">, join: JoinTable, list: unknown): Elements {
  const elements = new Map<string, ResourceObject>();
  const target = targetOf(scope, join);
  for (const element of Array.isArray(list) ? list.filter(isObject) : []) {
    const id = belongsTo(join, element) ? parseId(target.id, element.value) : undefined;
    if (id !== undefined && !elements.has(id)) elements.set(id, element);
  }
  return elements;
}

/** Whether a settled element belongs into the table. */
function belongsTo({ target }: JoinTable, { type }: ResourceObject): boolean {
  return type === undefined || type === target;
}

/** An element as its table keeps it. `columnValue` gives what a row has in one of the table's columns. */
export function elementOf(
  join: JoinTable,
  id: string,
  columnValue: (column: Column, index: number) => unknown,
): ResourceObject {
  const element: Record<string, unknown> = { value: id };
  if (join.attribute.sub("type") !== undefined) element.type = join.target;
  join.columns.forEach((column, index) => {
    const part = column.read(columnValue(column, index));
    if (part !== undefined) element[column.attribute.name] = part;
  });
  return element;
}

/** How the elements of a collection differ. */
export interface ElementChanges {
  readonly join: JoinTable;
  readonly gone: readonly string[];
  readonly come: readonly (readonly [id: string, element: ResourceObject])[];
  readonly changed: readonly (readonly [id: string, element: ResourceObject])[];
}

/** What a write changes in a join table. */
export function changesOf(
  scope: MapScope,
  before: ResourceObject,
  after: ResourceObject,
  join: JoinTable,
): ElementChanges {
  const old = elementsOf(scope, join, readAttribute(before, join.attribute));
  const now = elementsOf(scope, join, readAttribute(after, join.attribute));
  const differs = (id: string, element: ResourceObject): boolean =>
    join.columns.some(({ attribute }) => !isSame(old.get(id)?.[attribute.name], element[attribute.name]));
  return {
    join,
    gone: [...old.keys()].filter((id) => !now.has(id)),
    come: [...now].filter(([id]) => !old.has(id)),
    changed: [...now].filter(([id, element]) => old.has(id) && differs(id, element)),
  };
}

export function isAnyChange({ gone, come, changed }: ElementChanges): boolean {
  return gone.length + come.length + changed.length > 0;
}

export async function writeChanges(session: Session, owner: MappedOwner, changes: ElementChanges): Promise<void> {
  const { join } = changes;
  const replaced = [...changes.gone, ...changes.changed.map(([id]) => id)];
  if (replaced.length > 0) await session.run(deleteElements(owner, join, replaced));
  for (const statement of insertElements(owner, join, [...changes.changed, ...changes.come]))
    await session.run(statement);
}

/** Condition on rows of the join table, which has no alias: they are the holder's. */
export function ofHolder(owner: MappedOwner, join: JoinTable): Fragment {
  const { dialect, type, id } = owner;
  const tenant = ofTenant(owner, type.tenant, join.tenant === undefined ? undefined : sqlName(join.tenant));
  return sql`${hasId(dialect, type.id, sqlName(join.holder), id)} AND ${tenant}`;
}

export function deleteElements(owner: MappedOwner, join: JoinTable, ids: readonly string[]): Fragment {
  return sql`DELETE FROM ${join.table} WHERE ${namesAmong(owner, join, ids)}`;
}

/**
 * Inserts elements; in the order of ids, so that two that insert the same ones do not wait for each other crosswise
 * [G-16].
 */
export function insertElements(
  owner: MappedOwner,
  join: JoinTable,
  elements: Elements | readonly (readonly [id: string, element: ResourceObject])[],
): readonly Fragment[] {
  const sorted = [...elements].sort(([left], [right]) => (left < right ? -1 : 1));
  if (sorted.length === 0) return [];
  const names = [
    join.holder,
    join.value,
    ...(join.tenant === undefined ? [] : [join.tenant]),
    ...join.columns.map(({ name }) => name),
    ...join.filled.map(({ name }) => name),
  ];
  const into = sql`INSERT INTO ${join.table} (${joined(names.map(sqlName), ", ")})`;
  const holder = idOperand(owner.dialect, owner.type.id, owner.id);
  const tenant = join.tenant === undefined ? sql`` : sql`, ${tenantValue(owner)}`;
  const form = targetOf(owner, join).id;
  const unless = orKeep(owner.dialect, join.table, identifier(join.value));
  if (join.columns.length === 0 && !join.isFilledByElement && owner.dialect.operand === undefined) {
    const filled = filledInElement(owner, join, {}).map((value) => sql`, ${value}`);
    const ids = idList(
      owner.dialect,
      form,
      sorted.map(([id]) => id),
    );
    return [sql`${into} SELECT ${holder}, v.value${tenant}${joined(filled, "")} FROM ${ids} v WHERE (1 = 1)${unless}`];
  }
  const rows = sorted.map(([id, element]) => {
    const value = idOperand(owner.dialect, form, id);
    return sql`(${holder}, ${value}${tenant}${partValues(owner, join, element)})`;
  });
  return chunksOf(rows).map((chunk) => sql`${into} VALUES ${joined(chunk, ", ")}${unless}`);
}

/** What the columns of an element's parts are set to, and those that no part has; each begins with a comma. */
function partValues(owner: MappedOwner, join: JoinTable, element: ResourceObject): Fragment {
  const parts = join.columns.map((column) => {
    const written = column.write(element[column.attribute.name]);
    return sql`${driverValue(owner.dialect, written)}`;
  });
  const filled = filledInElement(owner, join, element);
  return joined(
    [...parts, ...filled].map((value) => sql`, ${value}`),
    "",
  );
}

/** How many elements with columns of their own one statement inserts. */
const CHUNK = 500;

function chunksOf<T>(list: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(list.length / CHUNK);
  return Array.from({ length: count }, (_, index) => list.slice(index * CHUNK, (index + 1) * CHUNK));
}

/** The tenant as the column of a table has it. */
export function tenantValue({ dialect, type, tenant }: Pick<MapScope, "dialect" | "type" | "tenant">): Fragment {
  if (type.tenant === undefined) return raw("NULL");
  const parsed = parseId({ type: type.tenant.type, prefix: "" }, tenant ?? "");
  if (parsed === undefined)
    throw new TypeError(
      `mappedStorage: the context's tenant is no ${type.tenant.type}, as ${type.tenant.column} has it.`,
    );
  return idOperand(dialect, type.tenant, parsed);
}
