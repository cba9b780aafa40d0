import { versionMismatch } from "../../../error.ts";
import type { Attribute } from "../../../schema/attribute.ts";
import { isSame, readAttribute, valueAt, writeAttribute } from "../../../schema/value.ts";
import type { NewResource, ReplaceRequest, StorageNotice, StoredResource } from "../../adapter.ts";
import type { HashSecret } from "../../secrets.ts";
import type { Database, Session } from "../database.ts";
import { type Fragment, join, returning, sql } from "../dialect/fragment.ts";
import { attemptWrite } from "./attempt.ts";
import { writeChildren } from "./child-write.ts";
import { type Column, driverValue } from "./column.ts";
import type { MappedType } from "./compile.ts";
import { lookUpElements } from "./dictionary.ts";
import { type Difference, differenceOf, isAnyDifference, stateOf, type TableState } from "./difference.ts";
import { isAnyChange, writeChanges } from "./elements.ts";
import { heldIn, isInPlace, joinedInRest, withKept, withoutClear } from "./held.ts";
import { parseId } from "./id.ts";
import { lockRow, type MappedOwner, ownRow, readRow, singleWrite, versionOperand } from "./lock.ts";
import type { PathColumn } from "./path-column.ts";
import type { MappedRow } from "./row.ts";
import type { MapScope } from "./scope.ts";
import { hashMapped, type MappedSecrets, withoutMissing } from "./secrets.ts";
import { type Selection, selectionOf } from "./select.ts";
import { hasReferences, settle, withoutDangling } from "./settle.ts";
import { settledNotices } from "./settled-value.ts";
import { isShared, isWritable, lockUser, secretsIn, withShared, writableSecrets, writeShared } from "./shared.ts";
import { sqlName } from "./table.ts";
import { refuseTaken, uncheckedUniques } from "./unique.ts";
import { nextVersion, setColumn, setRest } from "./update.ts";
import { writtenOf } from "./written.ts";

/** What is to be written. */
interface Replacement {
  readonly request: ReplaceRequest;
  readonly secrets: MappedSecrets;
  /** The state before, where the request tells all of it. */
  readonly known: StoredResource | undefined;
}

/** Collects what is to be told after the write. */
interface Noted {
  readonly notices: StorageNotice[];
}

/** The state before that the request does not tell: read under a lock, with where everything lies. */
interface Found {
  readonly before: StoredResource;
  readonly state: TableState;
}

/** Something lies in the rest that has a place of its own, so that what is known is not enough to write. */
const OUT_OF_PLACE = Symbol("out of place");

/**
 * Replaces a resource by what differs from its state before: columns whose attributes did not change are not written.
 * One UPDATE is lock, existence, precondition and new version in one [G-2].
 */
export async function replaceMapped(
  database: Database,
  scope: MapScope,
  hashSecret: HashSecret | undefined,
  request: ReplaceRequest,
): Promise<StoredResource | undefined> {
  const { type } = scope;
  const hashed = await hashMapped(type, withoutClear(type, request.secrets, request.before), hashSecret);
  const secrets = writableSecrets(type, hashed);
  request.signal?.throwIfAborted();
  const id = parseId(type.id, request.id);
  if (id === undefined) return undefined;
  const owner: MappedOwner = { ...scope, id };
  const replacement: Replacement = { request, secrets, known: knownBefore(owner, request) };
  const isSingle = canBeSingle(owner, replacement);
  let notices: StorageNotice[] = [];
  const write = async (): Promise<StoredResource | undefined> => {
    if (isSingle) {
      notices = [];
      const written = await replace(singleWrite(database), owner, { ...replacement, notices });
      if (written !== OUT_OF_PLACE) return written;
    }
    return database.transaction(async (session) => {
      notices = [];
      const written = isSingle ? OUT_OF_PLACE : await replace(session, owner, { ...replacement, notices });
      if (written !== OUT_OF_PLACE) return written;
      notices = [];
      const again = await replace(session, owner, { ...replacement, known: undefined, notices });
      return again === OUT_OF_PLACE ? undefined : again;
    });
  };
  const attempted = { operation: "replace", id: request.id } as const;
  const told = () => writtenOf(scope, request.resource, secrets);
  const written = await attemptWrite(database, scope, attempted, write, told);
  if (written === undefined) return undefined;
  const settled = settledNotices(type, request.resource, written);
  for (const notice of [...secrets.notices, ...notices, ...settled]) request.notify(notice);
  return written;
}

/**
 * What the caller has read, if the precondition holds only as long as it is so, and collections not read have tables.
 */
function knownBefore({ type }: MapScope, request: ReplaceRequest): StoredResource | undefined {
  const { before, ifVersion, untouched = [] } = request;
  // What is everybody's others may have changed.
  if (type.divided !== undefined) return undefined;
  const isJoined = ({ path }: Attribute): boolean => type.joins.some(({ attribute }) => attribute.path === path);
  return before !== undefined && ifVersion === before.meta.version && untouched.every(isJoined) ? before : undefined;
}

/** Whether the row alone is written, and nothing looked up for it. */
function canBeSingle(scope: MapScope, { request, known }: Replacement): boolean {
  const { type } = scope;
  if (known === undefined || type.joins.length > 0 || type.children.length > 0 || hasReferences(type, request.resource))
    return false;
  // What shares its column changes with another attribute as well.
  const isCoinciding = (column: PathColumn): boolean => type.coinciding.some((group) => group.includes(column));
  const isWritten = (column: PathColumn): boolean =>
    isCoinciding(column) || !isSame(valueAt(known, column.path), valueAt(request.resource, column.path));
  return uncheckedUniques(scope, isWritten).length === 0;
}

async function replace(
  session: Session,
  owner: MappedOwner,
  replacement: Replacement & Noted,
): Promise<StoredResource | undefined | typeof OUT_OF_PLACE> {
  const { request, secrets, known, notices } = replacement;
  const { type } = owner;
  const found = known === undefined ? await lockKnown(session, owner, request) : undefined;
  const before = known ?? found?.before;
  if (before === undefined) return undefined;
  const { version } = before.meta;
  if (request.ifVersion !== undefined && request.ifVersion !== version) throw versionMismatch();
  const settled = await settle(session, owner, request, withUntouched(request, before), notices);
  const { resource, entries } = await lookUpElements(session, owner, settled, notices);
  const changed = await withoutMissing(session, owner, secrets);
  const selection = selectionOf(owner, request.select);
  const was = stateOf(type, before);
  const now = withUnshared(type, stateOf(type, resource, was), was, notices);
  const told = differenceOf(owner, was, now, request.untouched);
  if (request.touch !== true && !isAnyDifference(told) && changed.values.size === 0)
    return readUnchanged(session, owner, version, selection);
  const difference = found === undefined ? told : differenceFrom(owner, found.state, now, request);
  const uniques = uncheckedUniques(owner, (column) => difference.columns.includes(column));
  await refuseTaken(session, owner, uniques, difference.after.values, owner.id);
  const sets = [
    nextVersion(owner, type, request.resource.meta.lastModified, resource),
    ...changedColumns(owner, difference, changed),
  ];
  const [row] = await session.run<MappedRow>(updateRow(owner, version, sets, found === undefined));
  if (row === undefined) return whyNotFound(session, owner, version);
  for (const change of difference.elements) await writeChanges(session, owner, change);
  for (const [child, elements] of difference.children) await writeChildren(session, owner, child, elements, entries);
  await writeShared(session, owner, changedShared(type, difference), secretsIn(type, changed, "users"), request);
  // What lies in other tables may count as well: by triggers of the host's.
  const isRowAlone = difference.children.size === 0 && !difference.elements.some(isAnyChange);
  if (isRowAlone && selection.isRowAlone && type.divided === undefined) return selection.resourceOf(row);
  return selection.resourceOf((await readRow(session, owner, selection.more)) ?? row);
}

/** What is to be written, given where everything lies: what has a place of its own moves there. */
function differenceFrom(
  owner: MappedOwner,
  held: TableState,
  now: TableState,
  { secrets, untouched = [] }: ReplaceRequest,
): Difference {
  const inRow = withKept(owner.type, now.inRow, held.inRow, secrets);
  const stays = untouched.filter((attribute) => readAttribute(held.inRow.rest ?? {}, attribute) === undefined);
  return differenceOf(owner, held, { ...now, inRow }, stays);
}

/** Locked first: what a statement reads beside the row it waits for is of the time before it waited. */
async function lockKnown(
  session: Session,
  owner: MappedOwner,
  { untouched = [] }: ReplaceRequest,
): Promise<Found | undefined> {
  const { type } = owner;
  await lockUser(session, owner);
  const locked = await lockRow(session, owner);
  if (locked === undefined) return undefined;
  const moving = joinedInRest(type, locked);
  const selection = selectionOf(owner, {
    includes: (attribute) => moving.includes(attribute) || !untouched.some(({ path }) => path === attribute.path),
  });
  const row = await readRow(session, owner, selection.more);
  if (row === undefined) return undefined;
  const before: Record<string, unknown> = { ...selection.resourceOf(row) };
  for (const attribute of moving) {
    const elements = await withoutDangling(session, owner, attribute, readAttribute(before, attribute));
    writeAttribute(before, attribute, elements);
  }
  const elements = selection.apartOf(row);
  const { children } = stateOf(type, elements as unknown as StoredResource).inRow;
  const state = { inRow: { ...heldIn(type, row), children }, elements };
  return { before: before as unknown as StoredResource, state };
}

/** Collections that stay as they are and have no table of their own are in the row. */
function withUntouched({ id, resource, untouched = [] }: ReplaceRequest, before: StoredResource): NewResource {
  const given: Record<string, unknown> = { ...resource, id };
  for (const attribute of untouched) {
    const value = readAttribute(before, attribute);
    if (value !== undefined) writeAttribute(given, attribute, value);
  }
  return given as NewResource;
}

/** A write that changes nothing keeps version and lastModified [G-9]. */
async function readUnchanged(
  session: Session,
  owner: MappedOwner,
  version: string,
  selection: Selection,
): Promise<StoredResource | undefined> {
  const row = await readRow(session, owner, selection.more);
  if (row === undefined) return undefined;
  if (String(row.version) !== version) throw versionMismatch();
  return selection.resourceOf(row);
}

/** What is to be, with what the organisation cannot change as it was. */
function withUnshared(type: MappedType, now: TableState, was: TableState, notices: StorageNotice[]): TableState {
  const values = withShared(type, now.inRow.values, was.inRow.values, notices, true);
  return { ...now, inRow: { ...now.inRow, values } };
}

function changedShared(type: MappedType, { columns, after }: Difference): ReadonlyMap<Column, unknown> {
  const { divided: shared } = type;
  const changed = shared === undefined ? [] : columns.filter((one) => isShared(type, one) && isWritable(shared, one));
  return new Map(changed.map((column) => [column, after.values.get(column)]));
}

/** What sets the columns that are to change. */
function changedColumns(
  { type, dialect }: MapScope,
  { columns, after, isRestChanged }: Difference,
  secrets: MappedSecrets,
): readonly Fragment[] {
  return [
    ...columns.flatMap((column) =>
      isShared(type, column) ? [] : setColumn(dialect, column, after.values.get(column)),
    ),
    ...[...secretsIn(type, secrets, "alone").values].map(([column, value]) => {
      const written = value === null ? null : driverValue(dialect, column.write(value));
      return sql`${sqlName(column.name)} = ${written}`;
    }),
    ...(isRestChanged ? setRest(dialect, type, after.rest) : []),
  ];
}

/** Sets columns of the owner's row while it has a version, and where asked for only if everything is in its place. */
function updateRow(owner: MappedOwner, version: string, sets: readonly Fragment[], ifInPlace: boolean): Fragment {
  const { table, mapping, selected } = owner.type;
  const isMeant = sql`${ownRow(owner)} AND ${sqlName(mapping.version)} = ${versionOperand(owner.dialect, version)}`;
  const isBefore = ifInPlace ? sql`${isMeant} AND ${isInPlace(owner.dialect, owner.type)}` : isMeant;
  const update = sql`UPDATE ${table} SET ${join(sets, ", ")} WHERE ${isBefore}`;
  return returning(update, selected, sql`${table} WHERE ${ownRow(owner)}`);
}

/**
 * Tells why an update found no row: undefined where there is none any more.
 * @throws {ScimError} 412 where it has another version.
 */
async function whyNotFound(
  session: Session,
  owner: MappedOwner,
  version: string,
): Promise<undefined | typeof OUT_OF_PLACE> {
  const { table, mapping } = owner.type;
  const [there] = await session.run<{ version: unknown }>(
    sql`SELECT ${sqlName(mapping.version)} AS version FROM ${table} WHERE ${ownRow(owner)}`,
  );
  if (there === undefined) return undefined;
  if (String(there.version) !== version) throw versionMismatch();
  return OUT_OF_PLACE;
}
