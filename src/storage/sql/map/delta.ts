import { conflict, versionMismatch } from "../../../error.ts";
import type { Attribute } from "../../../schema/attribute.ts";
import { isSame, type ResourceObject } from "../../../schema/value.ts";
import type { DeltaRequest, DeltaResult } from "../../adapter.ts";
import { findReference, settleReference } from "../../reference.ts";
import type { Database, Session } from "../database.ts";
import { faultOf } from "../dialect/fault.ts";
import { raw, sql } from "../dialect/fragment.ts";
import { MOST_TRIES } from "./create.ts";
import { addStatement } from "./delta-statement.ts";
import { deleteElements, elementsOf, insertElements, ofHolder } from "./elements.ts";
import { idList, parseId, printId } from "./id.ts";
import type { JoinTable } from "./join-table.ts";
import { lockRow, type MappedOwner, nextVersion, ownRow } from "./lock.ts";
import { refusalOf } from "./refusal.ts";
import { type MappedRow, metaOf } from "./row.ts";
import type { MapScope } from "./scope.ts";
import { checkedTypes, storable, typesOf } from "./settle.ts";
import { sqlName } from "./table.ts";

/** Adds to and removes from a collection in join tables, without a look at its other elements. */
export async function deltaMapped(
  database: Database,
  scope: MapScope,
  request: DeltaRequest,
): Promise<DeltaResult | "declined" | undefined> {
  request.signal?.throwIfAborted();
  const { type } = scope;
  const joins = type.joins.filter((join) => join.attribute.path === request.attribute.path);
  if (joins.length === 0) return "declined";
  const id = parseId(type.id, request.id);
  if (id === undefined) return undefined;
  const owner: MappedOwner = { ...scope, id };
  for (let attempt = 1; attempt <= MOST_TRIES; attempt++) {
    try {
      const done = await addStatement(database, owner, joins, request);
      if (done !== "declined") return done;
      return await database.transaction((session) => deltaInSteps(session, owner, joins, request));
    } catch (error) {
      if (faultOf(error) !== "reference") throw (await refusalOf(database, type, error)) ?? error;
    }
  }
  throw conflict();
}

async function deltaInSteps(
  session: Session,
  owner: MappedOwner,
  joins: readonly JoinTable[],
  request: DeltaRequest,
): Promise<DeltaResult | undefined> {
  const { type } = owner;
  const locked = await lockRow(session, owner);
  if (locked === undefined) return undefined;
  if (request.ifVersion !== undefined && request.ifVersion !== String(locked.version)) throw versionMismatch();
  const before = new Map<string, ResourceObject>();
  for (const join of joins)
    for (const [value, element] of await removeFrom(session, owner, join, request.remove)) before.set(value, element);
  const after = await addTo(session, owner, joins, request);
  const removed = [...before].filter(([value, element]) => !isSame(element, after.get(value)));
  const added = [...after].filter(([value, element]) => !isSame(element, before.get(value)));
  const isChanged = removed.length + added.length > 0;
  const [changed = locked] = isChanged
    ? await session.run<MappedRow>(
        sql`UPDATE ${type.table} SET ${nextVersion(type, request.at)} WHERE ${ownRow(owner)} RETURNING ${type.selected}`,
      )
    : [];
  return {
    meta: metaOf(type, changed),
    added: added.map(([, element]) => element),
    removed: removed.map(([value]) => value),
  };
}

/** Removes elements, and gives those that were there by `value`. */
async function removeFrom(session: Session, owner: MappedOwner, join: JoinTable, values: readonly unknown[]) {
  const found = new Map<string, ResourceObject>();
  const target = owner.mappings.find(join.target);
  const ids = target === undefined ? [] : values.flatMap((value) => parseId(target.id, value) ?? []);
  if (target === undefined || ids.length === 0) return found;
  const columns = join.columns.map(({ name, alias }) => sql`, ${sqlName(name)} AS ${raw(alias)}`);
  const returning = columns.reduce((all, column) => sql`${all}${column}`, sql`${sqlName(join.value)} AS value`);
  const rows = await session.run<Record<string, unknown>>(
    sql`${deleteElements(owner, join, ids)} RETURNING ${returning}`,
  );
  for (const row of rows) {
    const value = printId(target.id, row.value);
    found.set(
      value,
      elementOf(join, value, (alias) => row[alias]),
    );
  }
  return found;
}

/** An element as the table keeps it. */
function elementOf(join: JoinTable, value: string, columnValue: (alias: string) => unknown): ResourceObject {
  const element: Record<string, unknown> = { value };
  if (join.attribute.sub("type") !== undefined) element.type = join.target;
  for (const column of join.columns) {
    const part = column.read(columnValue(column.alias));
    if (part !== undefined) element[column.attribute.name] = part;
  }
  return element;
}

/** Adds the elements that are not there, and gives those by `value` as they are stored. */
async function addTo(
  session: Session,
  owner: MappedOwner,
  joins: readonly JoinTable[],
  request: DeltaRequest,
): Promise<ReadonlyMap<string, ResourceObject>> {
  const added = new Map<string, ResourceObject>();
  if (request.add.length === 0) return added;
  const there = new Set<string>();
  for (const join of joins) for (const value of await present(session, owner, join, request.add)) there.add(value);
  const settled = await settleAdded(
    session,
    owner,
    request.attribute,
    request.add
      .map((element, index) => ({ element, index }))
      .filter(({ element }) => !there.has(String(element.value))),
    request,
  );
  for (const join of joins) {
    const elements = elementsOf(owner, join, settled);
    for (const statement of insertElements(owner, join, elements)) await session.run(statement);
    for (const element of elements.values()) added.set(String(element.value), kept(join, element));
  }
  return added;
}

/** An element without what the table forgets. */
export function kept({ forgotten }: JoinTable, element: ResourceObject): ResourceObject {
  return Object.fromEntries(Object.entries(element).filter(([name]) => !forgotten.has(name) && name !== "$ref"));
}

async function present(session: Session, owner: MappedOwner, join: JoinTable, elements: readonly ResourceObject[]) {
  const target = owner.mappings.find(join.target);
  const ids = target === undefined ? [] : elements.flatMap(({ value }) => parseId(target.id, value) ?? []);
  if (target === undefined || ids.length === 0) return [];
  const rows = await session.run<{ value: unknown }>(
    sql`SELECT ${sqlName(join.value)} AS value FROM ${join.table} WHERE ${ofHolder(owner, join)} AND ${sqlName(join.value)} IN ${idList(owner.dialect, target.id, ids)}`,
  );
  return rows.map((row) => printId(target.id, row.value));
}

async function settleAdded(
  session: Session,
  owner: MappedOwner,
  attribute: Attribute,
  fresh: readonly { readonly element: ResourceObject; readonly index: number }[],
  request: DeltaRequest,
): Promise<ResourceObject[]> {
  const named = findReference(request.resourceType, attribute);
  if (named === undefined) return [];
  const reference = storable(owner, named);
  const ids = fresh.flatMap(({ element }) => (typeof element.value === "string" ? [element.value] : []));
  const types = await typesOf(session, owner, reference.resourceTypes, ids);
  return fresh.map(({ element, index }) => {
    const id = String(element.value);
    return settleReference({ reference, element, id, index }, types.get(id), {
      holder: printId(owner.type.id, owner.id),
      checkReferences: checkedTypes(owner),
    });
  });
}
