import { conflict, versionMismatch } from "../../../error.ts";
import { isSame, readAttribute, writeAttribute } from "../../../schema/value.ts";
import type { NewResource, ReplaceRequest, StoredResource } from "../../adapter.ts";
import type { HashSecret } from "../../secrets.ts";
import type { Database, Session } from "../database.ts";
import { faultOf } from "../dialect/fault.ts";
import { type Fragment, join, raw, sql } from "../dialect/fragment.ts";
import type { Column } from "./column.ts";
import { driverValue } from "./column.ts";
import { MOST_TRIES } from "./create.ts";
import { changesOf, isAnyChange, writeChanges } from "./elements.ts";
import { parseId } from "./id.ts";
import { alone, lockRow, type MappedOwner, nextVersion, ownRow, readRow, versionOperand } from "./lock.ts";
import { refusalOf } from "./refusal.ts";
import { assignments, differentColumns, type MappedRow, type TakenApart, takeApart } from "./row.ts";
import type { MapScope } from "./scope.ts";
import { hashMapped, type MappedSecrets } from "./secrets.ts";
import { selectionOf } from "./select.ts";
import { refers, settle } from "./settle.ts";
import { sqlName } from "./table.ts";
import { refuseTaken, uncheckedUniques } from "./unique.ts";

/**
 * Replaces a resource by what differs from its state before: columns whose attributes did not change are not written. One
 * UPDATE is lock, existence, precondition and new version in one [C2].
 */
export async function replaceMapped(
  database: Database,
  scope: MapScope,
  hashSecret: HashSecret | undefined,
  request: ReplaceRequest,
): Promise<StoredResource | undefined> {
  const { type } = scope;
  const secrets = await hashMapped(type, request.secrets, hashSecret);
  request.signal?.throwIfAborted();
  const id = parseId(type.id, request.id);
  if (id === undefined) return undefined;
  const owner: MappedOwner = { ...scope, id };
  const { before, ifVersion, untouched = [] } = request;
  const isJoined = (path: string): boolean => type.joins.some((table) => table.attribute.path === path);
  const isKnown =
    before !== undefined &&
    ifVersion === before.meta.version &&
    untouched.every((attribute) => isJoined(attribute.path));
  const isAlone = isKnown && type.joins.length === 0 && !refers(type, request.resource);
  for (let attempt = 1; attempt <= MOST_TRIES; attempt++) {
    try {
      const write = async (session: Session): Promise<StoredResource | undefined> => {
        const known = isKnown ? before : await readKnown(session, owner, request);
        if (known === undefined) return undefined;
        if (ifVersion !== undefined && ifVersion !== known.meta.version) throw versionMismatch();
        return writeDifference(session, owner, request, secrets, known);
      };
      const taken = uncheckedUniques(scope, ({ path }) => {
        const read = (resource: object) => takeApartValue(type, resource, path.text);
        return before === undefined || !isSame(read(before), read(request.resource));
      });
      const written = await (isAlone && taken.length === 0 ? write(alone(database)) : database.transaction(write));
      if (written !== undefined) for (const notice of secrets.notices) request.notify(notice);
      return written;
    } catch (error) {
      if (faultOf(error) !== "reference") throw (await refusalOf(database, type, error)) ?? error;
    }
  }
  throw conflict();
}

function takeApartValue(type: MapScope["type"], resource: object, path: string): unknown {
  const column = type.columns.find((candidate) => candidate.path.text === path);
  if (column === undefined) return undefined;
  const whole = readAttribute(resource as Readonly<Record<string, unknown>>, column.path.attribute);
  return column.path.sub === undefined ? whole : (whole as Record<string, unknown> | undefined)?.[column.path.sub.name];
}

/** Locked first: what a statement reads beside the row it waits for is of the time before it waited. */
async function readKnown(
  session: Session,
  owner: MappedOwner,
  { untouched = [] }: ReplaceRequest,
): Promise<StoredResource | undefined> {
  if ((await lockRow(session, owner)) === undefined) return undefined;
  const select = { includes: (attribute: (typeof untouched)[number]) => !untouched.includes(attribute) };
  const { more, resourceOf } = selectionOf(owner, select);
  const row = await readRow(session, owner, more);
  return row && resourceOf(row);
}

async function writeDifference(
  session: Session,
  owner: MappedOwner,
  request: ReplaceRequest,
  hashed: MappedSecrets,
  known: StoredResource,
): Promise<StoredResource | undefined> {
  const { type } = owner;
  const { untouched = [] } = request;
  const given: Record<string, unknown> = { ...request.resource, id: request.id };
  // Collections that stay as they are and have no table of their own are in the row.
  for (const attribute of untouched) {
    const value = readAttribute(known, attribute);
    if (value !== undefined) writeAttribute(given, attribute, value);
  }
  const resource = await settle(session, owner, given as NewResource);
  const [before, after] = [takeApart(type, known), takeApart(type, resource)];
  const changes = type.joins
    .filter((table) => !untouched.some((attribute) => attribute.path === table.attribute.path))
    .map((table) => changesOf(owner, known, resource, table));
  const columns = differentColumns(before, after);
  const isRestChanged = !isSame(before.rest, after.rest);
  const selection = selectionOf(owner, request.select);
  const secrets = await realSecrets(session, owner, hashed);
  if (columns.length === 0 && !isRestChanged && !changes.some(isAnyChange) && secrets.values.size === 0) {
    const row = await readRow(session, owner, selection.more);
    if (row === undefined) return undefined;
    if (String(row.version) !== known.meta.version) throw versionMismatch();
    return selection.resourceOf(row);
  }
  await refuseTaken(
    session,
    owner,
    uncheckedUniques(owner, (column) => columns.includes(column)),
    after.values,
    owner.id,
  );
  const update = updateRow(owner, request, { columns, after, secrets, isRestChanged, known });
  const [row] = await session.run<MappedRow>(update);
  if (row === undefined) {
    const [there] = await session.run(sql`SELECT 1 FROM ${type.table} WHERE ${ownRow(owner)}`);
    if (there === undefined) return undefined;
    throw versionMismatch();
  }
  for (const change of changes) await writeChanges(session, owner, change);
  if (selection.more.texts.join("") === "") return selection.resourceOf(row);
  return selection.resourceOf((await readRow(session, owner, selection.more)) ?? row);
}

/** Without those that are to be removed and are not there. */
async function realSecrets(session: Session, owner: MappedOwner, secrets: MappedSecrets): Promise<MappedSecrets> {
  const removed = [...secrets.values].flatMap(([column, value]) => (value === null ? [column] : []));
  if (removed.length === 0) return secrets;
  const columns = removed.map(
    (column) => sql`CASE WHEN ${sqlName(column.name)} IS NULL THEN 0 ELSE 1 END AS ${raw(column.alias)}`,
  );
  const [row] = await session.run<Record<string, unknown>>(
    sql`SELECT ${join(columns, ", ")} FROM ${owner.type.table} WHERE ${ownRow(owner)}`,
  );
  const isThere = (column: Column): boolean => Number(row?.[column.alias] ?? 0) === 1;
  return {
    ...secrets,
    values: new Map([...secrets.values].filter(([column, value]) => value !== null || isThere(column))),
  };
}

interface Difference {
  readonly columns: readonly Column[];
  readonly after: TakenApart;
  readonly secrets: MappedSecrets;
  readonly isRestChanged: boolean;
  readonly known: StoredResource;
}

/** A write that changes nothing keeps version and lastModified, so this is only asked for changes [C9]. */
function updateRow(owner: MappedOwner, { resource }: ReplaceRequest, difference: Difference): Fragment {
  const { type, dialect } = owner;
  const { mapping } = type;
  const { columns, after, secrets, isRestChanged, known } = difference;
  const sets = [nextVersion(type, resource.meta.lastModified)];
  for (const column of columns)
    for (const [name, value] of assignments(dialect, column, after.values.get(column)))
      sets.push(sql`${sqlName(name)} = ${value}`);
  for (const [column, value] of secrets.values)
    sets.push(sql`${sqlName(column.name)} = ${value === null ? null : driverValue(dialect, column.write(value))}`);
  if (isRestChanged && mapping.rest !== undefined)
    sets.push(sql`${sqlName(mapping.rest)} = ${after.rest === undefined ? null : JSON.stringify(after.rest)}`);
  return sql`UPDATE ${type.table} SET ${join(sets, ", ")} WHERE ${ownRow(owner)} AND ${sqlName(mapping.version)} = ${versionOperand(known.meta.version)} RETURNING ${type.selected}`;
}
