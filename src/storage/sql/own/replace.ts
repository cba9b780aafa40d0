import { versionMismatch } from "../../../error.ts";
import type { Attribute } from "../../../schema/attribute.ts";
import { knowsAll } from "../../../schema/fit.ts";
import { isSame } from "../../../schema/value.ts";
import { doInSlices, TimeSlice } from "../../../time-slice.ts";
import type { Context, ReplaceRequest, StoredResource } from "../../adapter.ts";
import { type HashSecret, hashSecrets } from "../../secrets.ts";
import type { Database, Session } from "../database.ts";
import { returning, sql } from "../dialect/fragment.ts";
import { isStorable } from "../key.ts";
import { retryWrite } from "../retry.ts";
import { changeSteps, elementStatements, isAnyChange, uniqueChanges, uniqueStatements } from "./changes.ts";
import { healResource, NeedsUnvouchedMark, type Replacing, type Written } from "./heal.ts";
import { filledStatements } from "./kept-statements.ts";
import { assembleWritten, type Reading } from "./read.ts";
import { refuseUnvouched } from "./refuse-unvouched.ts";
import { type Row, refuseLong, rowSteps, type UniqueRow } from "./row.ts";
import { secretChanges, secretStatements } from "./secret-statements.ts";
import { type Settled, settle } from "./settle.ts";
import { hasMark, type KnownShapes, likeMarks, type Shapes } from "./shapes.ts";
import { type Owner, ownRow, versionColumn } from "./statements.ts";
import type { Tables } from "./tables.ts";
import { throwIfTaken } from "./taken.ts";

/** What a replace depends on besides the request. */
export interface ReplaceOptions {
  readonly hashSecret: HashSecret | undefined;
  readonly shapes: Shapes;
  readonly known: KnownShapes;
}

/**
 * Replaces a resource by what differs from its state before. Where the caller knows that state, and it was written under a shape like
 * the one of this process, the write is one batch: the condition on the version is lock, existence, precondition and new version in
 * one [G-2]. Else what is in the tables is read first, and made what it must be.
 */
export async function replaceResource(
  database: Database,
  tables: Tables,
  request: ReplaceRequest,
  context: Context,
  { hashSecret, shapes, known }: ReplaceOptions,
): Promise<StoredResource | undefined> {
  const { resourceType, id, untouched = [] } = request;
  const tenant = context.tenant ?? "";
  const secrets = await hashSecrets(request.secrets, hashSecret);
  request.signal?.throwIfAborted();
  if (!isStorable(id)) return undefined;
  const owner: Owner = { dialect: database.dialect, tables, tenant, type: resourceType.name, id };
  let claimed: readonly UniqueRow[] = [];
  const claim = (uniques: readonly UniqueRow[]): void => {
    claimed = uniques;
  };
  const replacing: Replacing = { request, secrets, shapes: known, claim };
  let before = knownBefore(request);
  let mayBeUnvouched = false;
  const write = async (): Promise<Written | undefined> => {
    const written = before === undefined ? "unlike" : await replaceKnown(database, owner, replacing, before);
    return written === "unlike"
      ? database.transaction((session) => healResource(session, owner, replacing, mayBeUnvouched))
      : written;
  };
  const written = await retryWrite(write, async (error) => {
    // What is in the way may be the resource's own.
    before = undefined;
    if (!(error instanceof NeedsUnvouchedMark))
      return throwIfTaken(database, owner, { uniques: claimed, resourceType, shapes: known }, error);
    await shapes.announceUnvouched(database, tenant, resourceType);
    mayBeUnvouched = true;
  });
  if (written === undefined) return undefined;
  for (const notice of [...secrets.notices, ...written.notices]) request.notify(notice);
  const reading: Reading = { tables, tenant, resourceType, select: request.select };
  const isInRow = (attribute: Attribute): boolean =>
    attribute.inverseOf === undefined && !untouched.some(({ path }) => path === attribute.path);
  return assembleWritten(database, reading, written.row, written.selected, (attribute) =>
    isInRow(attribute) ? "row" : "tables",
  );
}

/** The state before as far as it can be relied on: what a type does not know, has keys that are to stay. */
function knownBefore({ resourceType, before, ifVersion }: ReplaceRequest): StoredResource | undefined {
  return before !== undefined && ifVersion === before.meta.version && knowsAll(resourceType, before)
    ? before
    : undefined;
}

/** What a replace makes of a resource. */
interface Change {
  readonly known: StoredResource;
  readonly settled: Settled;
  readonly before: Row;
  readonly after: Row;
}

/** Writes what differs, without a look at the tables; `"unlike"` where the row was written under a shape that is not like this one. */
async function replaceKnown(
  database: Database,
  owner: Owner,
  replacing: Replacing,
  known: StoredResource,
): Promise<Written | "unlike" | undefined> {
  const { request, shapes, claim } = replacing;
  const { resourceType, untouched } = request;
  const { tables, tenant, id } = owner;
  const settled = await settle(database, tables, tenant, request, { ...request.resource, id });
  const slice = new TimeSlice();
  const after = await doInSlices(rowSteps(resourceType, settled.resource, tenant, untouched), slice);
  const before = await doInSlices(rowSteps(resourceType, known, tenant, untouched), slice);
  refuseLong(after, before);
  const uniques = uniqueChanges(before.uniques, after.uniques);
  claim(uniques.come);
  await refuseUnvouched(database, owner, resourceType, shapes, uniques.come);
  return writeDifference(database, owner, replacing, { known, settled, before, after });
}

/** A write that changes nothing keeps version and lastModified [G-9]. */
async function writeDifference(
  session: Session,
  owner: Owner,
  { secrets, shapes, request }: Replacing,
  change: Change,
): Promise<Written | "unlike" | undefined> {
  const { settled, before, after, known } = change;
  const elements = await doInSlices(changeSteps(before, after), new TimeSlice());
  const kept = await secretChanges(session, owner, secrets);
  const isDocumentSame = isSame(before.content, after.content);
  if (
    request.touch !== true &&
    isDocumentSame &&
    !isAnyChange(elements) &&
    kept.gone.length + kept.written.length === 0
  )
    return keepUnchanged(session, owner, change);
  const update = updateResource(owner, change, request, likeMarks(shapes));
  const [row] = await session.batch<{ version: string }>(update, (guard) => [
    ...uniqueStatements(owner, uniqueChanges(before.uniques, after.uniques), guard),
    ...elementStatements(owner, elements, settled.isTarget, guard),
    ...secretStatements(owner, kept, guard),
  ]);
  if (row === undefined) {
    const current = await readVersion(session, owner);
    if (current === undefined) return undefined;
    if (current !== known.meta.version) throw versionMismatch();
    return "unlike";
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

const STATEMENTS = filledStatements();

function updateResource(
  owner: Owner,
  { settled, after, known }: Change,
  request: ReplaceRequest,
  marks: readonly string[],
) {
  const { dialect, tables, tenant, type, id } = owner;
  const { created, lastModified } = settled.resource.meta;
  const { modifiedKey, document, keys } = after;
  const version = versionNumber(known.meta.version);
  const values = [created, lastModified, modifiedKey, document, keys, tenant, id, type, version, ...marks];
  return STATEMENTS(owner, request.resourceType, `update ${marks.length}`, values, () => {
    const update = sql`UPDATE ${tables.resource}
      SET version = version + 1, created = ${created}, modified = ${lastModified}, modified_key = ${modifiedKey},
        document = ${document}, keys = ${dialect.toJson(sql`${keys}`)}
      WHERE ${ownRow(owner)} AND version = ${version} AND ${hasMark(dialect, marks, "")}`;
    return returning(update, versionColumn(dialect), sql`${tables.resource} WHERE ${ownRow(owner)}`);
  });
}

/** The version of a client as the column holds it; one that the column cannot hold is no version of anything. */
function versionNumber(version: string): number {
  return /^\d{1,15}$/.test(version) ? Number(version) : -1;
}
