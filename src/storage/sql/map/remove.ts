import { ScimError, versionMismatch } from "../../../error.ts";
import type { Attribute } from "../../../schema/attribute.ts";
import { isObject, readAttribute, writeAttribute } from "../../../schema/value.ts";
import type { DeleteRequest } from "../../adapter.ts";
import type { Database, Session } from "../database.ts";
import { faultOf } from "../dialect/fault.ts";
import { type Fragment, join as joined, raw, sql } from "../dialect/fragment.ts";
import { driverValue } from "./column.ts";
import type { MappedType } from "./compile.ts";
import { ofHolder } from "./elements.ts";
import { idList, idOperand, parseId } from "./id.ts";
import type { JoinTable } from "./join-table.ts";
import { lockRow, type MappedOwner, nextVersion, ofTenantColumn, ownRow } from "./lock.ts";
import { elementsInRest, restText } from "./rest.ts";
import { assignments, type MappedRow, resourceOf, takeApart } from "./row.ts";
import { ofTenant, ownRows } from "./scope.ts";
import { sqlName } from "./table.ts";

/** Deletes a row with every reference to it; each holder gets one new version in the same transaction [P-3.6-06 C6]. */
export async function deleteMapped(
  database: Database,
  scope: Omit<MappedOwner, "id">,
  request: DeleteRequest,
): Promise<boolean> {
  request.signal?.throwIfAborted();
  const { type } = scope;
  const id = parseId(type.id, request.id);
  if (id === undefined) return false;
  const owner: MappedOwner = { ...scope, id };
  try {
    return await database.transaction(async (session) => {
      const row = await lockRow(session, owner);
      if (row === undefined) return false;
      if (request.ifVersion !== undefined && request.ifVersion !== String(row.version)) throw versionMismatch();
      for (const holder of scope.mappings.all) await releaseHolders(session, owner, holder, request);
      for (const table of type.joins)
        await session.run(sql`DELETE FROM ${table.table} WHERE ${ofHolder(owner, table)}`);
      await session.run(sql`DELETE FROM ${type.table} WHERE ${ownRow(owner)}`);
      return true;
    });
  } catch (error) {
    if (faultOf(error) !== "reference") throw error;
    const detail = "Other records of this directory need the resource; it cannot be deleted while they are there.";
    throw new ScimError(409, detail, { cause: error });
  }
}

async function releaseHolders(
  session: Session,
  owner: MappedOwner,
  holder: MappedType,
  { id, at }: DeleteRequest,
): Promise<void> {
  const changed = new Set<string>();
  const joins = holder.joins.filter((join) => join.target === owner.type.name);
  for (const join of joins)
    for (const row of await session.run<{ holder: unknown }>(
      sql`SELECT m.holder FROM ${join.view} m WHERE ${refersTo(owner, holder, join, "m.value", "m.tenant")}`,
    ))
      changed.add(String(row.holder));
  if (changed.size > 0) {
    const { dialect } = owner;
    const ids = idList(dialect, holder.id, [...changed]);
    const column = sqlName(holder.id.column);
    // In the order of ids, so that two that delete at once wait for each other and do not lock each other out [C16].
    await session.run(
      sql`SELECT ${column} AS id FROM ${holder.table} WHERE ${column} IN ${ids} AND ${ofTenantColumn(owner, holder)} ORDER BY ${column}${dialect.forUpdate}`,
    );
    for (const join of joins) await session.run(sql`DELETE FROM ${join.table} WHERE ${refersTo(owner, holder, join)}`);
  }
  for (const row of await rowsThatName(session, owner, holder, id)) {
    const sets = withoutReferences(owner, holder, row, id);
    if (sets.length === 0) continue;
    changed.delete(String(row.id));
    await session.run(
      sql`UPDATE ${holder.table} SET ${joined([nextVersion(holder, at), ...sets], ", ")} WHERE ${sqlName(holder.id.column)} = ${idOperand(owner.dialect, holder.id, String(row.id))} AND ${ofTenantColumn(owner, holder)}`,
    );
  }
  if (changed.size > 0)
    await session.run(
      sql`UPDATE ${holder.table} SET ${nextVersion(holder, at)} WHERE ${sqlName(holder.id.column)} IN ${idList(owner.dialect, holder.id, [...changed])} AND ${ofTenantColumn(owner, holder)}`,
    );
}

/** Condition on rows of a join table: they name the owner. */
function refersTo(owner: MappedOwner, holder: MappedType, join: JoinTable, value?: string, tenant?: string): Fragment {
  const { dialect, type, id } = owner;
  const column = value === undefined ? sqlName(join.value) : raw(value);
  const ofOwnTenant = join.tenant === undefined ? undefined : tenant === undefined ? sqlName(join.tenant) : raw(tenant);
  return sql`${column} = ${idOperand(dialect, type.id, id)} AND ${ofTenant(owner, holder.tenant, ofOwnTenant)}`;
}

/** Attributes of a type that hold references in its row. */
function inRow(owner: MappedOwner, holder: MappedType): readonly Attribute[] {
  return holder.resourceType.references
    .filter(({ attribute, resourceTypes }) => {
      const isJoined = holder.joins.some((join) => join.attribute === attribute);
      return !isJoined && resourceTypes.includes(owner.type.name);
    })
    .map(({ attribute }) => attribute);
}

/** The rows that name an id in a column or in the rest, locked. */
async function rowsThatName(
  session: Session,
  owner: MappedOwner,
  holder: MappedType,
  id: string,
): Promise<readonly MappedRow[]> {
  const { dialect } = owner;
  const conditions = inRow(owner, holder).flatMap((attribute): Fragment[] => {
    const sub = attribute.sub("value");
    const column = holder.columns.find(({ path }) => path.attribute === attribute && path.sub === sub);
    if (column !== undefined) {
      const operand = driverValue(dialect, column.write(id));
      return [sql`r.${raw(column.alias)} = ${operand}`];
    }
    if (holder.mapping.rest === undefined || sub === undefined) return [];
    if (!attribute.multiValued) return [sql`${restText(dialect, { text: sub.path, attribute, sub })} = ${id}`];
    const elements = elementsInRest(dialect, attribute);
    return [sql`EXISTS (SELECT 1 FROM ${elements.from} WHERE ${elements.textOf(sub)} = ${id})`];
  });
  if (conditions.length === 0) return [];
  return session.run<MappedRow>(
    sql`SELECT ${holder.selectedOfRow} FROM ${holder.view} r WHERE ${ownRows(owner, holder)} AND (${joined(conditions, " OR ")}) ORDER BY r.id${dialect.forUpdate}`,
  );
}

/** What is to be set so that a row no longer names an id. */
function withoutReferences(owner: MappedOwner, holder: MappedType, row: MappedRow, id: string): Fragment[] {
  const before = resourceOf(holder, row);
  const after: Record<string, unknown> = { ...before };
  for (const attribute of inRow(owner, holder)) {
    const value = readAttribute(after, attribute);
    const isReference = (element: unknown): boolean => isObject(element) && element.value === id;
    const left = Array.isArray(value)
      ? value.filter((element) => !isReference(element))
      : isReference(value)
        ? []
        : value;
    writeAttribute(after, attribute, Array.isArray(left) && left.length === 0 ? undefined : left);
  }
  const [old, now] = [takeApart(holder, before), takeApart(holder, after as unknown as typeof before)];
  const sets = [...now.values]
    .filter(([column, value]) => value === undefined && old.values.get(column) !== undefined)
    .flatMap(([column]) => assignments(owner.dialect, column, undefined))
    .map(([name, value]) => sql`${sqlName(name)} = ${value}`);
  if (holder.mapping.rest !== undefined && JSON.stringify(old.rest) !== JSON.stringify(now.rest))
    sets.push(sql`${sqlName(holder.mapping.rest)} = ${now.rest === undefined ? null : JSON.stringify(now.rest)}`);
  return sets;
}
