import { uniqueness } from "../../../error.ts";
import { readAttribute } from "../../../schema/value.ts";
import type { CreateRequest, NewResource, StorageNotice, StoredResource } from "../../adapter.ts";
import type { HashSecret } from "../../secrets.ts";
import type { Database, Session } from "../database.ts";
import { agreed } from "./agreed.ts";
import { attemptWrite } from "./attempt.ts";
import { insertElementRows, writeChildren } from "./child-write.ts";
import type { Column } from "./column.ts";
import { lookUpElements } from "./dictionary.ts";
import { elementsOf, insertElements } from "./elements.ts";
import { parseId } from "./id.ts";
import { insertRow } from "./insert.ts";
import { type MappedOwner, readRow, singleWrite } from "./lock.ts";
import { createMember } from "./member.ts";
import type { PathColumn } from "./path-column.ts";
import { releaseRow } from "./remove.ts";
import { lockHidden, lockKept, restoreRow } from "./restore.ts";
import { type MappedRow, takeApart } from "./row.ts";
import type { MapScope } from "./scope.ts";
import { hashMapped, type MappedSecrets } from "./secrets.ts";
import { selectionOf } from "./select.ts";
import { hasReferences, settle } from "./settle.ts";
import { settledNotices } from "./settled-value.ts";
import { refuseTaken, uncheckedUniques } from "./unique.ts";
import { writtenOf } from "./written.ts";

/** What is to be stored. */
interface Creation {
  readonly request: CreateRequest;
  /** The id as the column is to have it; undefined where the database makes it. */
  readonly id: string | undefined;
  readonly resource: NewResource;
  readonly secrets: MappedSecrets;
  readonly uniques: readonly PathColumn[];
  /** Whether it is done by one statement: without references, and with keys for all unique values. */
  readonly isSingle: boolean;
}

/** What was stored, and what is to be told of its references. */
interface Created {
  readonly created: StoredResource;
  readonly notices: readonly StorageNotice[];
}

/** Stores a resource: one statement where it has no references, and its unique values have keys. */
export async function createMapped(
  database: Database,
  scope: MapScope,
  hashSecret: HashSecret | undefined,
  request: CreateRequest,
): Promise<StoredResource> {
  const { type } = scope;
  const secrets = await hashMapped(type, request.secrets, hashSecret, request.moved);
  request.signal?.throwIfAborted();
  const returning = returningId(scope, request);
  const id = returning ?? (type.id.isGenerated ? undefined : storedId(scope, request.resource.id));
  const resource = { ...request.resource, id: id === undefined ? "" : type.id.prefix + id };
  const uniques = uncheckedUniques(scope, () => true);
  const isApart = type.children.some(({ attribute }) => readAttribute(resource, attribute) !== undefined);
  const isPlain = returning === undefined && type.deleted?.canRestore !== true;
  const isSingle = isPlain && !isApart && !hasReferences(type, resource) && uniques.length === 0;
  const { divided: shared } = type;
  const creation: Creation = { request, id, resource, secrets, uniques, isSingle };
  const { created, notices } = await attemptWrite(
    database,
    scope,
    { operation: "create", id: id === undefined ? undefined : resource.id },
    () => {
      if (shared !== undefined) return createMember(database, scope, shared, creation);
      return isSingle
        ? create(singleWrite(database), scope, creation)
        : database.transaction((session) => createOrRestore(session, scope, creation, returning));
    },
    () => writtenOf(scope, resource, secrets),
  );
  const settled = settledNotices(type, request.resource, created);
  for (const notice of [...secrets.notices, ...notices, ...settled]) request.notify(notice);
  return created;
}

/** The id that a resource is stored under: the core's where the column can hold it. */
function storedId({ type: { id } }: MapScope, given: string): string {
  const form = { type: id.type, prefix: "" };
  return parseId(form, given.normalize("NFC")) ?? crypto.randomUUID();
}

/** The id of who comes back, as the column has it; undefined where it can be none of this table's. */
function returningId({ type }: MapScope, { restores, resource }: CreateRequest): string | undefined {
  return restores === undefined ? undefined : parseId(type.id, resource.id.normalize("NFC"));
}

/** Takes the row of who comes back into sight again, where it was kept; else makes one, with the id where that is not the database's to make. */
async function createOrRestore(
  session: Session,
  scope: MapScope,
  creation: Creation,
  returning: string | undefined,
): Promise<Created> {
  if (returning === undefined) return create(session, scope, creation);
  const owner: MappedOwner = { ...scope, id: returning };
  const kept = await lockHidden(session, owner);
  const id = kept === undefined && scope.type.id.isGenerated ? undefined : returning;
  const resource = { ...creation.resource, id: id === undefined ? "" : scope.type.id.prefix + id };
  return create(session, scope, { ...creation, id, resource }, kept && owner);
}

/** `kept` is the row of who comes back, where there is one. */
async function create(session: Session, scope: MapScope, creation: Creation, kept?: MappedOwner): Promise<Created> {
  const { request, id, secrets, uniques, isSingle } = creation;
  const { type } = scope;
  const notices: StorageNotice[] = [];
  const settled = await settle(session, scope, request, creation.resource, notices);
  const { resource, entries } = await lookUpElements(session, scope, settled, notices);
  const { values, rest, children } = agreed(type.coinciding, takeApart(type, resource));
  await refuseTaken(session, scope, uniques, values, undefined);
  const parts = { id, values, rest, secrets };
  const met = kept ?? (await takeKept(session, scope, request, values, notices));
  const [row] = await session.run<MappedRow>(
    met === undefined ? insertRow(scope, request, parts) : restoreRow(met, request, parts),
  );
  if (row === undefined) throw uniqueness("id");
  const owner: MappedOwner = { ...scope, id: String(row.id) };
  for (const join of type.joins) {
    const elements = elementsOf(owner, join, readAttribute(resource, join.attribute));
    for (const statement of insertElements(owner, join, elements)) await session.run(statement);
  }
  const insertRows = met === undefined ? insertElementRows : writeChildren;
  for (const [child, elements] of children) await insertRows(session, owner, child, elements, entries);
  const selection = selectionOf(scope, request.select);
  // What refers to nothing is referred to by nothing, so that the row is all of it.
  const read = isSingle ? row : ((await readRow(session, owner, selection.more)) ?? row);
  return { created: selection.resourceOf(read), notices };
}

/** Takes the row that a create finds out of sight, without what referred to it when it was there. */
async function takeKept(
  session: Session,
  scope: MapScope,
  { at }: CreateRequest,
  values: ReadonlyMap<Column, unknown>,
  notices: StorageNotice[],
): Promise<MappedOwner | undefined> {
  const kept = await lockKept(session, scope, values);
  if (kept === undefined) return undefined;
  await releaseRow(session, kept.owner, at);
  notices.push({ type: "met", outcome: "restored", attribute: kept.attribute });
  return kept.owner;
}
