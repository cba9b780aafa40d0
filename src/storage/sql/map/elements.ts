import { isSame, type ResourceObject, readAttribute } from "../../../schema/value.ts";
import type { Session } from "../database.ts";
import { type Fragment, join as joined, raw, sql } from "../dialect/fragment.ts";
import { driverValue } from "./column.ts";
import { idList, idOperand, parseId } from "./id.ts";
import type { JoinTable } from "./join-table.ts";
import type { MappedOwner } from "./lock.ts";
import { ofTenant } from "./scope.ts";
import { sqlName } from "./table.ts";

/** Elements of one join table by the id that they name, as the table has it. */
export type Elements = ReadonlyMap<string, ResourceObject>;

/** Whether a settled element belongs into the table. */
function isOf(join: JoinTable, element: ResourceObject): boolean {
  return element.type === undefined || element.type === join.target;
}

/** The elements of a resource that a join table holds; the first of several with one `value` counts. */
export function elementsOf(
  owner: MappedOwner | Pick<MappedOwner, "mappings">,
  join: JoinTable,
  list: unknown,
): Elements {
  const elements = new Map<string, ResourceObject>();
  const target = owner.mappings.find(join.target);
  if (target === undefined || !Array.isArray(list)) return elements;
  for (const element of list as readonly ResourceObject[]) {
    const id = isOf(join, element) ? parseId(target.id, element.value) : undefined;
    if (id !== undefined && !elements.has(id)) elements.set(id, element);
  }
  return elements;
}

/** How the elements of a collection differ. */
export interface ElementChanges {
  readonly join: JoinTable;
  readonly gone: readonly string[];
  readonly come: readonly (readonly [id: string, element: ResourceObject])[];
  readonly changed: readonly (readonly [id: string, element: ResourceObject])[];
}

export function changesOf(
  owner: MappedOwner,
  before: ResourceObject,
  after: ResourceObject,
  join: JoinTable,
): ElementChanges {
  const [old, now] = [before, after].map((one) => elementsOf(owner, join, readAttribute(one, join.attribute))) as [
    Elements,
    Elements,
  ];
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
  return sql`${sqlName(join.holder)} = ${idOperand(dialect, type.id, id)} AND ${tenant}`;
}

export function deleteElements(owner: MappedOwner, join: JoinTable, ids: readonly string[]): Fragment {
  const target = owner.mappings.find(join.target);
  if (target === undefined) throw new TypeError(`${join.target} is not mapped.`);
  return sql`DELETE FROM ${join.table} WHERE ${ofHolder(owner, join)} AND ${sqlName(join.value)} IN ${idList(owner.dialect, target.id, ids)}`;
}

/** Inserts elements; in the order of ids, so that two that insert the same ones do not wait for each other crosswise [C16]. */
export function insertElements(
  owner: MappedOwner,
  join: JoinTable,
  elements: ReadonlyMap<string, ResourceObject> | readonly (readonly [id: string, element: ResourceObject])[],
): Fragment[] {
  const { dialect, type, mappings } = owner;
  const target = mappings.find(join.target);
  if (target === undefined) throw new TypeError(`${join.target} is not mapped.`);
  const names = [
    join.holder,
    join.value,
    ...(join.tenant === undefined ? [] : [join.tenant]),
    ...join.columns.map(({ name }) => name),
  ];
  const into = sql`INSERT INTO ${join.table} (${joined(names.map(sqlName), ", ")})`;
  const holder = idOperand(dialect, type.id, owner.id);
  const tenant = join.tenant === undefined ? sql`` : sql`, ${tenantValue(owner)}`;
  const sorted = [...elements].sort(([left], [right]) => (left < right ? -1 : 1));
  if (sorted.length === 0) return [];
  if (join.columns.length === 0) {
    const ids = sorted.map(([id]) => id);
    return [
      sql`${into} SELECT ${holder}, v.value${tenant} FROM ${idList(dialect, target.id, ids)} v WHERE (1 = 1) ON CONFLICT DO NOTHING`,
    ];
  }
  const statements: Fragment[] = [];
  for (let start = 0; start < sorted.length; start += CHUNK) {
    const rows = sorted.slice(start, start + CHUNK).map(([id, element]) => {
      const values = join.columns.map(
        (column) => sql`, ${driverValue(dialect, column.write(element[column.attribute.name]))}`,
      );
      return sql`(${holder}, ${idOperand(dialect, target.id, id)}${tenant}${joined(values, "")})`;
    });
    statements.push(sql`${into} VALUES ${joined(rows, ", ")} ON CONFLICT DO NOTHING`);
  }
  return statements;
}

/** How many elements with columns of their own one statement inserts. */
const CHUNK = 500;

/** The tenant as the column of a table has it. */
export function tenantValue({ dialect, type, tenant }: Pick<MappedOwner, "dialect" | "type" | "tenant">): Fragment {
  if (type.tenant === undefined) return raw("NULL");
  const parsed = parseId({ type: type.tenant.type, prefix: "" }, tenant ?? "");
  if (parsed === undefined)
    throw new TypeError(
      `mappedStorage: the context's tenant is no ${type.tenant.type}, as ${type.tenant.column} has it.`,
    );
  return idOperand(dialect, type.tenant, parsed);
}
