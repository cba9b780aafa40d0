import { conflict, uniqueness } from "../../../error.ts";
import { isSame } from "../../../schema/value.ts";
import type { CreateRequest, NewResource, StorageNotice, StoredResource } from "../../adapter.ts";
import type { Database, Session } from "../database.ts";
import { faultOf } from "../dialect/fault.ts";
import { agreed } from "./agreed.ts";
import { insertElementRows, writeChildren } from "./child-write.ts";
import type { Column } from "./column.ts";
import type { SharedType } from "./compile.ts";
import { lookUpElements } from "./dictionary.ts";
import { heldIn } from "./held.ts";
import { parseId } from "./id.ts";
import { insertRow, insertUser } from "./insert.ts";
import { lockRow, type MappedOwner, readRow } from "./lock.ts";
import { releaseRow } from "./remove.ts";
import { lockHidden, restoreRow } from "./restore.ts";
import { type MappedRow, takeApart, uniqueColumns } from "./row.ts";
import type { MapScope } from "./scope.ts";
import type { MappedSecrets } from "./secrets.ts";
import { selectionOf } from "./select.ts";
import { settle } from "./settle.ts";
import { secretsIn, valuesIn, withShared, writableSecrets, writeShared } from "./shared.ts";
import { refuseTaken, rowsWith, takeTurn, uncheckedUniques } from "./unique.ts";

/** What a create of a member is made of. */
export interface NewMember {
  readonly request: CreateRequest;
  /** The id as the column is to have it; undefined where the database makes it. */
  readonly id: string | undefined;
  readonly resource: NewResource;
  readonly secrets: MappedSecrets;
}

/** What was stored, and what is to be told of it. */
export interface CreatedMember {
  readonly created: StoredResource;
  readonly notices: readonly StorageNotice[];
}

/** How often a user is looked for again whom another organisation makes or changes meanwhile. */
const MOST_TRIES = 4;

/** Somebody else made the user, or gave it another name, meanwhile. */
class Overtaken extends Error {}

/**
 * Makes a membership: of the user who has the unique values, wherever that was made, or of a new one. Of two organisations that create one
 * user at once one makes it, and both get a membership.
 * @throws {ScimError} 409 uniqueness for who is a member already.
 */
export async function createMember(
  database: Database,
  scope: MapScope,
  shared: SharedType,
  member: NewMember,
): Promise<CreatedMember> {
  for (let attempt = 1; attempt < MOST_TRIES; attempt++) {
    // An id that somebody has is not tried again.
    const { id } = member;
    const tried = attempt === 1 || id === undefined ? member : { ...member, id: crypto.randomUUID() };
    try {
      return await database.transaction((session) => enrol(session, scope, shared, tried));
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
      if (attempt === MOST_TRIES - 1) throw error.cause ?? conflict();
    }
  }
  throw conflict();
}

async function enrol(
  session: Session,
  scope: MapScope,
  shared: SharedType,
  { request, id, resource, secrets }: NewMember,
): Promise<CreatedMember> {
  const { type } = scope;
  const notices: StorageNotice[] = [];
  const settled = await settle(session, scope, request, resource, notices);
  const { resource: looked, entries } = await lookUpElements(session, scope, settled, notices);
  const { values, rest, children } = agreed(type.coinciding, takeApart(type, looked));
  const own: MapScope = { ...scope, type: shared.alone };
  await refuseTaken(
    session,
    own,
    uncheckedUniques(own, () => true),
    values,
    undefined,
  );
  const met = await lockMet(session, { ...scope, type: shared.users }, values, request);
  const userId =
    met?.id ?? (await makeUser(session, { ...scope, type: shared.users }, { request, id, resource, secrets }, values));
  const owner: MappedOwner = { ...own, id: userId };
  const hidden = met && (await lockHidden(session, owner));
  if (met !== undefined) {
    if (hidden === undefined && (await lockRow(session, owner)) !== undefined) throw uniqueness(met.attribute);
    await adopt(session, { ...owner, type }, { met, values, secrets, request, notices });
    notices.push({ type: "met", outcome: hidden === undefined ? "adopted" : "restored", attribute: met.attribute });
  }
  if (hidden !== undefined) await releaseRow(session, { ...owner, type }, request.at);
  const parts = {
    id: userId,
    values: valuesIn(type, values, "alone"),
    rest,
    secrets: secretsIn(type, secrets, "alone"),
    ...(met === undefined ? {} : { isAgain: true }),
  };
  const [row] = await session.run<MappedRow>(
    hidden === undefined ? insertRow(own, request, parts) : restoreRow(owner, request, parts),
  );
  if (row === undefined) throw uniqueness("id");
  const writeRows = met === undefined ? insertElementRows : writeChildren;
  for (const [child, elements] of children) await writeRows(session, { ...owner, type }, child, elements, entries);
  const selection = selectionOf(scope, request.select);
  const read = await readRow(session, { ...owner, type }, selection.more);
  if (read === undefined) throw conflict();
  return { created: selection.resourceOf(read), notices };
}

/** A user who is there, and the unique attribute by which it was found. */
interface Met {
  readonly id: string;
  readonly attribute: string;
  readonly row: MappedRow;
}

/** Locks the user who has the unique values, or the id of who comes back. */
async function lockMet(
  session: Session,
  scope: MapScope,
  values: ReadonlyMap<Column, unknown>,
  { restores, resource }: CreateRequest,
): Promise<Met | undefined> {
  let found: Omit<Met, "row"> | undefined;
  for (const column of uniqueColumns(scope.type)) {
    const value = values.get(column);
    await takeTurn(session, scope, column, value);
    const [row] = await rowsWith(session, scope, column, value, scope.type.view);
    if (row === undefined) continue;
    const attribute = column.path.text;
    if (found !== undefined && found.id !== String(row.id)) throw uniqueness(attribute);
    found ??= { id: String(row.id), attribute };
  }
  const returning = restores === undefined ? undefined : parseId(scope.type.id, resource.id.normalize("NFC"));
  if (found === undefined && returning !== undefined) found = { id: returning, attribute: "id" };
  const row = found && (await lockRow(session, { ...scope, id: found.id }));
  if (found === undefined || row === undefined) return undefined;
  await refuseRenamed(session, scope, values, found);
  return { ...found, row };
}

/** What was found before the lock may have another name since. */
async function refuseRenamed(
  session: Session,
  scope: MapScope,
  values: ReadonlyMap<Column, unknown>,
  { id, attribute }: Omit<Met, "row">,
): Promise<void> {
  const column = uniqueColumns(scope.type).find(({ path }) => path.text === attribute);
  if (column === undefined) return;
  const rows = await rowsWith(session, scope, column, values.get(column), scope.type.view);
  if (!rows.some((row) => String(row.id) === id)) throw new Overtaken();
}

/** Makes the user, and gives its id. */
async function makeUser(
  session: Session,
  scope: MapScope,
  { request, id, secrets }: NewMember,
  values: ReadonlyMap<Column, unknown>,
): Promise<string> {
  const { stored, secrets: columns } = scope.type;
  const parts = {
    id,
    values: new Map([...values].filter(([column]) => stored.includes(column))),
    rest: undefined,
    secrets: { ...secrets, values: new Map([...secrets.values].filter(([column]) => columns.includes(column))) },
  };
  try {
    const [row] = await session.run<MappedRow>(insertUser(scope, request, parts));
    if (row === undefined) throw uniqueness("id");
    return String(row.id);
  } catch (error) {
    if (faultOf(error) === "unique") throw new Overtaken("A user was made meanwhile.", { cause: error });
    throw error;
  }
}

/** Writes of a user who is there what the organisation may. */
async function adopt(
  session: Session,
  owner: MappedOwner,
  adoption: {
    readonly met: Met;
    readonly values: ReadonlyMap<Column, unknown>;
    readonly secrets: MappedSecrets;
    readonly request: CreateRequest;
    readonly notices: StorageNotice[];
  },
): Promise<void> {
  const { type } = owner;
  const { met, values, secrets, request, notices } = adoption;
  if (type.divided === undefined) return;
  const before = heldIn(type.divided.users, met.row).values;
  const now = withShared(type, values, before, notices, false);
  const changed = new Map(
    [...valuesIn(type, now, "users")].filter(([column, value]) => !isSame(before.get(column), value)),
  );
  const written = writableSecrets(type, { ...secrets, notices: [] });
  notices.push(...written.notices);
  await writeShared(session, owner, changed, secretsIn(type, written, "users"), request);
}
