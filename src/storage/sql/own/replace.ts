import { conflict, versionMismatch } from "../../../error.ts";
import type { Attribute } from "../../../schema/attribute.ts";
import { isSame } from "../../../schema/value.ts";
import type { Context, NewResource, ReplaceRequest, StoredResource } from "../../adapter.ts";
import { type HashedSecrets, type HashSecret, hashSecrets } from "../../secrets.ts";
import type { Database, Session } from "../database.ts";
import { type Fragment, sql } from "../dialect/fragment.ts";
import { isStorable } from "../key.ts";
import { MOST_TRIES, throwIfTaken } from "./create.ts";
import { present, type Reading, readResource } from "./present.ts";
import { type ElementRow, isApart, isNameless, type Row, rowName, rowOf, type UniqueRow } from "./row.ts";
import { type Settled, settle } from "./settle.ts";
import {
  deleteElements,
  deleteNameless,
  deleteSecret,
  deleteUniques,
  insertElements,
  insertUniques,
  lock,
  names,
  type Owner,
  ownRow,
  updateElements,
  versionNumber,
  writeSecret,
} from "./statements.ts";
import type { Tables } from "./tables.ts";

/**
 * Replaces a resource by what differs from its state before. Where the caller knows that state, the write is one statement:
 * the condition on the version is lock, existence, precondition and new version in one [C2].
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
  const { resourceType, id, ifVersion, before } = request;
  if (!isStorable(id)) return undefined;
  const tenant = context.tenant ?? "";
  const owner: Owner = { dialect: database.dialect, tables, tenant, type: resourceType.name, id };
  const { untouched = [] } = request;
  const isRead = (attribute: Attribute) => attribute.inverseOf === undefined && !names(untouched, attribute.path);
  const reading: Reading = { tables, tenant, resourceType, select: { includes: isRead } };
  for (let attempt = 1; attempt <= MOST_TRIES; attempt++) {
    const uniques: UniqueRow[] = [];
    const write = async (session: Session, known: StoredResource) => {
      const settled = await settle(session, tables, tenant, request, { ...request.resource, id });
      const rows = rowsOf(request, known, settled.resource, tenant);
      uniques.push(...rows.after.uniques);
      return writeDifference(session, owner, { request, secrets, known, settled, ...rows });
    };
    try {
      const outcome =
        before !== undefined && ifVersion !== undefined && ifVersion === before.meta.version
          ? await write(database, before)
          : await database.transaction(async (session) => {
              // Locked first: what a statement reads beside the row it waits for is of the time before it waited.
              await lock(session, owner);
              const known = await readResource(session, reading, id);
              if (known === undefined) return undefined;
              if (ifVersion !== undefined && ifVersion !== known.meta.version) throw versionMismatch();
              return write(session, known);
            });
      if (outcome === undefined) return undefined;
      for (const notice of secrets.notices) request.notify(notice);
      return await present(
        database,
        { ...reading, select: request.select },
        outcome.row,
        outcome.written,
        (attribute) => (attribute.inverseOf !== undefined || names(untouched, attribute.path) ? "tables" : "row"),
      );
    } catch (error) {
      await throwIfTaken(database, owner, uniques, error);
    }
  }
  throw conflict();
}

interface Change {
  readonly request: ReplaceRequest;
  readonly secrets: HashedSecrets;
  readonly known: StoredResource;
  readonly settled: Settled;
  readonly before: Row;
  readonly after: Row;
}

function rowsOf({ resourceType, untouched }: ReplaceRequest, known: StoredResource, next: NewResource, tenant: string) {
  return {
    before: rowOf(resourceType, known, tenant, untouched),
    after: rowOf(resourceType, next, tenant, untouched),
  };
}

/** Writes what differs; a write that changes nothing keeps version and lastModified [C9]. */
async function writeDifference(session: Session, owner: Owner, change: Change) {
  const { known, settled, before, after, secrets } = change;
  const elements = elementChanges(change);
  const removedSecrets = await storedSecrets(
    session,
    owner,
    [...secrets.kept].flatMap(([attribute, value]) => (value === null || value === undefined ? [attribute] : [])),
  );
  const newSecrets = [...secrets.kept].filter(([, value]) => value !== null && value !== undefined);
  const { version, created, lastModified } = known.meta;
  const isChanged =
    !isSame(JSON.parse(before.document), JSON.parse(after.document)) ||
    elements.isChanged ||
    removedSecrets.length > 0 ||
    newSecrets.length > 0;
  if (!isChanged) {
    const [row] = await session.run<{ version: string }>(
      sql`SELECT CAST(version AS TEXT) AS version FROM ${owner.tables.resource} WHERE ${ownRow(owner)}`,
    );
    if (row === undefined) return undefined;
    if (row.version !== version) throw versionMismatch();
    const written = { id: owner.id, version, created, modified: lastModified, document: before.document };
    return { row: before, written };
  }
  const [written] = await session.batch<{ version: string }>(updateResource(owner, change), (guard) => [
    ...differentUniques(owner, before, after, guard),
    ...elements.statements(owner, settled.isTarget, guard),
    ...removedSecrets.map((attribute) => deleteSecret(owner, attribute, guard)),
    ...newSecrets.map(([attribute, value]) => writeSecret(owner, attribute, value, guard)),
  ]);
  if (written === undefined) {
    const [row] = await session.run(sql`SELECT 1 FROM ${owner.tables.resource} WHERE ${ownRow(owner)}`);
    if (row === undefined) return undefined;
    throw versionMismatch();
  }
  const { meta } = settled.resource;
  return {
    row: after,
    written: {
      id: owner.id,
      version: String(written.version),
      created: meta.created,
      modified: meta.lastModified,
      document: after.document,
    },
  };
}

function updateResource(owner: Owner, { settled, after, known }: Change): Fragment {
  const { created, lastModified } = settled.resource.meta;
  return sql`UPDATE ${owner.tables.resource} SET version = version + 1, created = ${created}, modified = ${lastModified}, modified_key = ${after.modifiedKey}, document = ${after.document}, keys = ${owner.dialect.toJson(after.keys)} WHERE ${ownRow(owner)} AND version = ${versionNumber(known.meta.version)} RETURNING CAST(version AS TEXT) AS version`;
}

function differentUniques(owner: Owner, before: Row, after: Row, guard: Fragment): Fragment[] {
  const name = ({ scope, attribute, key }: UniqueRow): string => JSON.stringify([scope, attribute, key]);
  const [old, now] = [new Set(before.uniques.map(name)), new Set(after.uniques.map(name))];
  const gone = before.uniques.filter((row) => !now.has(name(row)));
  const come = after.uniques.filter((row) => !old.has(name(row)));
  return [
    ...(gone.length === 0 ? [] : [deleteUniques(owner, gone, guard)]),
    ...(come.length === 0 ? [] : [insertUniques(owner, come, guard)]),
  ];
}

/** Which writeOnly values of these are there. */
async function storedSecrets(session: Session, owner: Owner, attributes: readonly string[]): Promise<string[]> {
  if (attributes.length === 0) return [];
  const { tables, tenant, id } = owner;
  const rows = await session.run<{ attribute: string }>(
    sql`SELECT attribute FROM ${tables.secret} WHERE tenant = ${tenant} AND id = ${id}`,
  );
  return rows.map(({ attribute }) => attribute).filter((attribute) => attributes.includes(attribute));
}

/** What a replace does to the rows of elements. */
function elementChanges({ request, before, after }: Change) {
  const gone: ElementRow[] = [];
  const come: ElementRow[] = [];
  const changed: ElementRow[] = [];
  const withoutKey = new Set<string>();
  for (const attribute of request.resourceType.attributes.filter(isApart)) {
    const [old, now] = [nameless(before, attribute.path), nameless(after, attribute.path)];
    if (isSame(old.map(contentOf), now.map(contentOf))) continue;
    if (old.length > 0) withoutKey.add(attribute.path);
    come.push(...now);
  }
  for (const [name, row] of before.elements) if (!isNameless(row.key) && !after.elements.has(name)) gone.push(row);
  for (const row of after.elements.values()) {
    if (isNameless(row.key)) continue;
    const old = before.elements.get(rowName(row.attribute, row.key));
    if (old === undefined) come.push(row);
    else if (!isSame(contentOf(old), contentOf(row)) || old.value !== row.value) changed.push(row);
  }
  return {
    isChanged: gone.length + come.length + changed.length + withoutKey.size > 0,
    statements: (owner: Owner, isTarget: Settled["isTarget"], guard: Fragment): Fragment[] => [
      ...(gone.length === 0 ? [] : [deleteElements(owner, gone, guard)]),
      ...[...withoutKey].map((attribute) => deleteNameless(owner, attribute, guard)),
      ...(changed.length === 0 ? [] : [updateElements(owner, changed, isTarget, guard)]),
      ...(come.length === 0 ? [] : [insertElements(owner, come, isTarget, guard)]),
    ],
  };
}

function nameless(row: Row, attribute: string): ElementRow[] {
  return [...row.elements.values()].filter((element) => element.attribute === attribute && isNameless(element.key));
}

function contentOf({ element }: ElementRow): unknown {
  return element === null ? null : JSON.parse(element);
}
