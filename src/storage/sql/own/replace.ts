import { versionMismatch } from "../../../error.ts";
import type { Attribute } from "../../../schema/attribute.ts";
import { isSame } from "../../../schema/value.ts";
import { doInSlices, TimeSlice } from "../../../time-slice.ts";
import type { Context, ReplaceRequest, StorageNotice, StoredResource } from "../../adapter.ts";
import { type HashedSecrets, type HashSecret, hashSecrets } from "../../secrets.ts";
import type { Database, Session } from "../database.ts";
import { type Fragment, returning, sql } from "../dialect/fragment.ts";
import { isStorable } from "../key.ts";
import { retryWrite } from "../retry.ts";
import { changeSteps, elementStatements, isAnyChange, uniqueStatements } from "./changes.ts";
import { assembleWritten, type Reading, readResource } from "./read.ts";
import type { SelectedRow } from "./resource.ts";
import { type Row, rowSteps, type UniqueRow } from "./row.ts";
import { deleteSecret, readSecretNames, splitSecrets, writeSecret } from "./secret-statements.ts";
import { type Settled, settle } from "./settle.ts";
import { lock, type Owner, ownRow, versionColumn } from "./statements.ts";
import type { Tables } from "./tables.ts";
import { throwIfTaken } from "./taken.ts";

/**
 * Replaces a resource by what differs from its state before. Where the caller knows that state, the write is one batch:
 * the condition on the version is lock, existence, precondition and new version in one [G-2].
 */
export async function replaceResource(
  database: Database,
  tables: Tables,
  hashSecret: HashSecret | undefined,
  request: ReplaceRequest,
  context: Context,
): Promise<StoredResource | undefined> {
  const secrets = await hashSecrets(request.secrets, hashSecret);
  request.signal?.throwIfAborted();
  const { resourceType, id, ifVersion, before, untouched = [] } = request;
  if (!isStorable(id)) return undefined;
  const tenant = context.tenant ?? "";
  const owner: Owner = { dialect: database.dialect, tables, tenant, type: resourceType.name, id };
  const isTouched = (attribute: Attribute): boolean =>
    attribute.inverseOf === undefined && !untouched.some(({ path }) => path === attribute.path);
  const reading: Reading = { tables, tenant, resourceType, select: { includes: isTouched } };
  const isKnown = before !== undefined && ifVersion !== undefined && ifVersion === before.meta.version;
  let uniques: readonly UniqueRow[] = [];
  const writeOver = async (session: Session, known: StoredResource): Promise<Written | undefined> => {
    const settled = await settle(session, tables, tenant, request, { ...request.resource, id });
    const slice = new TimeSlice();
    const after = await doInSlices(rowSteps(resourceType, settled.resource, tenant, untouched), slice);
    uniques = after.uniques;
    const row = await doInSlices(rowSteps(resourceType, known, tenant, untouched), slice);
    return writeDifference(session, owner, { request, secrets, known, settled, before: row, after });
  };
  const write = async (): Promise<StoredResource | undefined> => {
    const written = isKnown
      ? await writeOver(database, before)
      : await database.transaction(async (session) => {
          const known = await readLocked(session, owner, reading, ifVersion);
          return known && writeOver(session, known);
        });
    if (written === undefined) return undefined;
    const { row, selected, notices } = written;
    for (const notice of [...secrets.notices, ...notices]) request.notify(notice);
    return assembleWritten(database, { ...reading, select: request.select }, row, selected, (attribute) =>
      isTouched(attribute) ? "row" : "tables",
    );
  };
  return retryWrite(write, (error) => throwIfTaken(database, owner, uniques, error));
}

/** Locked first: what a statement reads beside the row it waits for is of the time before it waited. */
async function readLocked(
  session: Session,
  owner: Owner,
  reading: Reading,
  ifVersion: string | undefined,
): Promise<StoredResource | undefined> {
  await lock(session, owner);
  const known = await readResource(session, reading, owner.id);
  if (known !== undefined && ifVersion !== undefined && ifVersion !== known.meta.version) throw versionMismatch();
  return known;
}

/** What a replace makes of a resource. */
interface Change {
  readonly request: ReplaceRequest;
  readonly secrets: HashedSecrets;
  readonly known: StoredResource;
  readonly settled: Settled;
  readonly before: Row;
  readonly after: Row;
}

/** A resource as it is after a write, taken apart, and its row as it would be selected. */
interface Written {
  readonly row: Row;
  readonly selected: SelectedRow;
  /** What is to be told of its references. */
  readonly notices: readonly StorageNotice[];
}

/** Writes what differs; a write that changes nothing keeps version and lastModified [G-9]. */
async function writeDifference(session: Session, owner: Owner, change: Change): Promise<Written | undefined> {
  const { request, settled, before, after, secrets } = change;
  const elements = await doInSlices(changeSteps(request.resourceType, before, after), new TimeSlice());
  const { removed, written } = splitSecrets(secrets.kept);
  const gone = await readSecretNames(session, owner, removed);
  const isDocumentSame = isSame(JSON.parse(before.document), JSON.parse(after.document));
  if (isDocumentSame && !isAnyChange(elements) && gone.length + written.length === 0)
    return keepUnchanged(session, owner, change);
  const [row] = await session.batch<{ version: string }>(updateResource(owner, change), (guard) => [
    ...uniqueStatements(owner, before, after, guard),
    ...elementStatements(owner, elements, settled.isTarget, guard),
    ...gone.map((attribute) => deleteSecret(owner, attribute, guard)),
    ...written.map(([attribute, value]) => writeSecret(owner, attribute, value, guard)),
  ]);
  if (row === undefined) {
    if ((await readVersion(session, owner)) === undefined) return undefined;
    throw versionMismatch();
  }
  const { created, lastModified } = settled.resource.meta;
  const version = String(row.version);
  const selected = { id: owner.id, version, created, modified: lastModified, document: after.document };
  return { row: after, selected, notices: settled.notices };
}

/** @throws {ScimError} 412 where the state that is known is no longer the one that there is. */
async function keepUnchanged(
  session: Session,
  owner: Owner,
  { known, before, settled }: Change,
): Promise<Written | undefined> {
  const { version, created, lastModified } = known.meta;
  const current = await readVersion(session, owner);
  if (current === undefined) return undefined;
  if (current !== version) throw versionMismatch();
  const selected = { id: owner.id, version, created, modified: lastModified, document: before.document };
  return { row: before, selected, notices: settled.notices };
}

async function readVersion(session: Session, owner: Owner): Promise<string | undefined> {
  const { dialect, tables } = owner;
  const [row] = await session.run<{ version: string }>(
    sql`SELECT ${versionColumn(dialect)} FROM ${tables.resource} WHERE ${ownRow(owner)}`,
  );
  return row?.version;
}

function updateResource(owner: Owner, { settled, after, known }: Change): Fragment {
  const { dialect, tables } = owner;
  const { created, lastModified } = settled.resource.meta;
  const update = sql`UPDATE ${tables.resource}
    SET version = version + 1, created = ${created}, modified = ${lastModified}, modified_key = ${after.modifiedKey},
      document = ${after.document}, keys = ${dialect.toJson(after.keys)}
    WHERE ${ownRow(owner)} AND version = ${versionNumber(known.meta.version)}`;
  return returning(update, versionColumn(dialect), sql`${tables.resource} WHERE ${ownRow(owner)}`);
}

/** The version of a client as the column holds it; one that the column cannot hold is no version of anything. */
function versionNumber(version: string): number {
  return /^\d{1,15}$/.test(version) ? Number(version) : -1;
}
