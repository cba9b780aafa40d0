import { versionMismatch } from "../../../error.ts";
import { isSame, type ResourceObject } from "../../../schema/value.ts";
import type { DeltaRequest, DeltaResult, StorageNotice } from "../../adapter.ts";
import { findReference, settleReference } from "../../reference.ts";
import type { Database, Session } from "../database.ts";
import { type Fragment, raw, returning, sql } from "../dialect/fragment.ts";
import { namesAmong } from "./among.ts";
import { attemptWrite } from "./attempt.ts";
import { shown } from "./column.ts";
import { addStatement } from "./delta-statement.ts";
import { deleteElements, elementOf, elementsOf, insertElements } from "./elements.ts";
import { joinedInRest } from "./held.ts";
import { parseId, parseIds, printId } from "./id.ts";
import type { JoinTable } from "./join-table.ts";
import { lockRow, type MappedOwner, ownRow } from "./lock.ts";
import { type MappedRow, metaOf } from "./row.ts";
import { type MapScope, targetOf } from "./scope.ts";
import { checkedReferences, storableReference, typesOf } from "./settle.ts";
import { sqlName } from "./table.ts";
import { nextVersion } from "./update.ts";
import { writtenByDelta } from "./written.ts";

/** A delta while it is tried. */
interface DeltaAttempt extends DeltaRequest {
  /** Collects what is to be told after it. */
  readonly notices: StorageNotice[];
}

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
  let notices: StorageNotice[] = [];
  const write = async (): Promise<DeltaResult | "declined" | undefined> => {
    notices = [];
    const added = await addStatement(database, owner, joins, request);
    if (added !== "declined") return added;
    return database.transaction((session) => deltaInSteps(session, owner, joins, { ...request, notices }));
  };
  const attempted = { operation: "applyDelta", id: request.id } as const;
  const done = await attemptWrite(database, scope, attempted, write, () => writtenByDelta(scope, request));
  for (const notice of notices) request.notify(notice);
  return done;
}

async function deltaInSteps(
  session: Session,
  owner: MappedOwner,
  joins: readonly JoinTable[],
  request: DeltaAttempt,
): Promise<DeltaResult | "declined" | undefined> {
  const locked = await lockRow(session, owner);
  if (locked === undefined) return undefined;
  if (request.ifVersion !== undefined && request.ifVersion !== String(locked.version)) throw versionMismatch();
  // What is to be removed may be in the rest still: all of the resource is then written.
  const isInRest = joinedInRest(owner.type, locked).some(({ path }) => path === request.attribute.path);
  if (isInRest) return "declined";
  const before = await removeElements(session, owner, joins, request.remove);
  const after = await addElements(session, owner, joins, request);
  const removed = [...before].filter(([value, element]) => !isSame(element, after.get(value)));
  const added = [...after].filter(([value, element]) => !isSame(element, before.get(value)));
  const isChanged = removed.length + added.length > 0;
  const [changed = locked] = isChanged ? await session.run<MappedRow>(touchRow(owner, request.at)) : [];
  return {
    meta: metaOf(owner.type, changed),
    added: added.map(([, element]) => element),
    removed: removed.map(([value]) => value),
  };
}

/** Gives the owner's row its next version. */
function touchRow(owner: MappedOwner, at: string): Fragment {
  const { table, selected } = owner.type;
  const isOwn = sql`${table} WHERE ${ownRow(owner)}`;
  const update = sql`UPDATE ${table} SET ${nextVersion(owner, owner.type, at)} WHERE ${ownRow(owner)}`;
  return returning(update, selected, isOwn);
}

/** Elements by `value`. */
type ByValue = Map<string, ResourceObject>;

/** Removes elements, and gives those that were there. */
async function removeElements(
  session: Session,
  owner: MappedOwner,
  joins: readonly JoinTable[],
  values: readonly unknown[],
): Promise<ByValue> {
  const removed: ByValue = new Map();
  for (const join of joins) {
    const { id } = targetOf(owner, join);
    const ids = parseIds(id, values);
    if (ids.length === 0) continue;
    const columns = join.columns.map(
      (column) => sql`, ${shown(owner.dialect, column, sqlName(column.name))} AS ${raw(column.alias)}`,
    );
    const known = columns.reduce((all, column) => sql`${all}${column}`, sql`${sqlName(join.value)} AS value`);
    const rows = await session.run<Record<string, unknown>>(
      returning(deleteElements(owner, join, ids), known, sql`${join.table} WHERE ${namesAmong(owner, join, ids)}`),
    );
    for (const row of rows) {
      const value = printId(id, row.value);
      removed.set(
        value,
        elementOf(join, value, ({ alias }) => row[alias]),
      );
    }
  }
  return removed;
}

/** Adds the elements that are not there, and gives those as they are stored. */
async function addElements(
  session: Session,
  owner: MappedOwner,
  joins: readonly JoinTable[],
  request: DeltaAttempt,
): Promise<ByValue> {
  const added: ByValue = new Map();
  if (request.add.length === 0) return added;
  const settled = await settleNew(session, owner, await readValues(session, owner, joins, request.add), request);
  for (const join of joins) {
    const elements = elementsOf(owner, join, settled);
    for (const statement of insertElements(owner, join, elements)) await session.run(statement);
    for (const element of elements.values()) added.set(String(element.value), withoutForgotten(join, element));
  }
  return added;
}

/** An element without what the table forgets. */
function withoutForgotten({ forgotten }: JoinTable, element: ResourceObject): ResourceObject {
  return Object.fromEntries(Object.entries(element).filter(([name]) => !forgotten.has(name) && name !== "$ref"));
}

/** The `value`s of elements that are there already. */
async function readValues(
  session: Session,
  owner: MappedOwner,
  joins: readonly JoinTable[],
  elements: readonly ResourceObject[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const join of joins) {
    const { id } = targetOf(owner, join);
    const ids = parseIds(
      id,
      elements.map(({ value }) => value),
    );
    if (ids.length === 0) continue;
    const value = sqlName(join.value);
    const rows = await session.run<{ value: unknown }>(
      sql`SELECT ${value} AS value FROM ${join.table} WHERE ${namesAmong(owner, join, ids)}`,
    );
    for (const row of rows) found.add(printId(id, row.value));
  }
  return found;
}

/**
 * The elements to add that are not there, with what their references lead to.
 * @throws {ScimError} 400 invalidValue for a reference to nothing, by its place in the request.
 */
async function settleNew(
  session: Session,
  owner: MappedOwner,
  there: ReadonlySet<string>,
  request: DeltaAttempt,
): Promise<readonly ResourceObject[]> {
  const named = findReference(request.resourceType, request.attribute);
  if (named === undefined) return [];
  const reference = storableReference(owner, named);
  const fresh = request.add
    .map((element, index) => ({ element, index, id: String(element.value) }))
    .filter(({ id }) => !there.has(id));
  const ids = fresh.flatMap(({ element: { value } }) => (typeof value === "string" ? [value] : []));
  const types = await typesOf(session, owner, reference.resourceTypes, ids);
  const { notices } = request;
  const options = {
    holder: printId(owner.type.id, owner.id),
    checkReferences: checkedReferences(owner, request),
    notices,
  };
  return fresh
    .map(({ element, index, id }) => settleReference({ reference, element, id, index }, types.get(id), options))
    .filter((element) => element !== undefined);
}
