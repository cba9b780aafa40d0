import { versionMismatch } from "../../../error.ts";
import type { Context, DeleteRequest } from "../../adapter.ts";
import { getOrCreate } from "../../get-or-create.ts";
import type { Database, Session } from "../database.ts";
import { type Fragment, join, raw, sql, TRUE } from "../dialect/fragment.ts";
import { matchOf, updateFrom, updateMatching } from "../dialect/write-words.ts";
import { isStorable } from "../key.ts";
import { inTenant, isOfSameTenant, matchIn } from "../tenant.ts";
import { isAmong } from "./batches.ts";
import { idSource, lock, nextVersion, type Owner, ownRow } from "./statements.ts";
import type { Tables } from "./tables.ts";
import { withoutReferences } from "./without-references.ts";

/**
 * Deletes a resource with every reference to it; each holder gets one new version in the same transaction
 * [P-3.6-06 G-6].
 */
export async function deleteResource(
  database: Database,
  tables: Tables,
  request: DeleteRequest,
  context: Context,
): Promise<boolean> {
  request.signal?.throwIfAborted();
  const { resourceType, id, ifVersion } = request;
  if (!isStorable(id)) return false;
  const tenant = context.tenant ?? "";
  const owner: Owner = { dialect: database.dialect, tables, tenant, type: resourceType.name, id };
  return database.transaction(async (session) => {
    // Locked first, so that nobody adds a reference from here on: the foreign key waits for the lock.
    const locked = await lock(session, owner);
    if (locked === undefined) return false;
    if (ifVersion !== undefined && ifVersion !== locked.version) throw versionMismatch();
    await releaseHolders(session, owner, [id], request);
    await session.run(sql`DELETE FROM ${tables.resource} WHERE ${ownRow(owner)}`);
    return true;
  });
}

/** Where resources are, and how that is written. */
export type Place = Pick<Owner, "dialect" | "tables" | "tenant">;

/** Conditions on rows of elements that refer to one of the ids: each is answered by an index. */
export function refersTo({ dialect, tenant }: Place, ids: readonly string[]): readonly Fragment[] {
  const isIn = isAmong(dialect, ids);
  const isOwn = sql`tenant = ${tenant}`;
  if (dialect.computed !== undefined) return [sql`${isIn("referred")} AND ${isOwn}`];
  return [sql`${isIn("target")} AND ${isOwn}`, sql`target IS NULL AND ${isIn("value")} AND ${isOwn}`];
}

/** The same of those that are not their own. */
function refersFromOthers(place: Place, ids: readonly string[]): readonly Fragment[] {
  const isIn = isAmong(place.dialect, ids);
  return refersTo(place, ids).map((condition) => sql`${condition} AND NOT (${isIn("id")})`);
}

/** Takes the references to resources that go out of their holders; each holder gets one new version. */
export async function releaseHolders(
  session: Session,
  place: Place,
  ids: readonly string[],
  { resourceType, at }: Pick<DeleteRequest, "resourceType" | "at">,
): Promise<void> {
  const { tables, tenant, dialect } = place;
  const conditions = refersFromOthers(place, ids);
  const held = await session.run<HeldRow>(
    join(
      conditions.map(
        (condition) => sql`SELECT id, attribute, coalesce(target, value) AS referred,
            CASE WHEN element IS NULL THEN 1 ELSE 0 END AS in_document
          FROM ${tables.element} WHERE ${condition}`,
      ),
      " UNION ALL ",
    ),
  );
  if (held.length === 0) return;
  const holders = idSource(dialect, tenant, new Set(held.map(({ id }) => id)));
  await lockHolders(session, place, holders);
  await rewriteDocuments(
    session,
    place,
    held.filter((row) => Number(row.in_document) === 1),
  );
  await session.run(
    updateMatching(
      dialect,
      tables.resource,
      nextVersion(resourceType, at),
      holders,
      matchOf(["tenant", "id"]),
      sql`${inTenant(dialect, tenant)}${TRUE}`,
    ),
  );
  for (const condition of conditions) await session.run(sql`DELETE FROM ${tables.element} WHERE ${condition}`);
}

/** Locks resources in the order of ids, so that two that delete at once wait for each other and do not lock each other out [G-16]. */
export async function lockHolders(
  session: Session,
  { dialect, tables, tenant }: Place,
  holders: Fragment,
): Promise<void> {
  await session.run(
    sql`SELECT r.id FROM ${tables.resource} r
      WHERE ${inTenant(dialect, tenant, "r.")}(r.tenant, r.id) IN (SELECT v.tenant, v.id FROM ${holders}) ORDER BY r.id${dialect.forUpdate}`,
  );
}

interface HeldRow {
  readonly id: string;
  readonly attribute: string;
  /** The id that it refers to. */
  readonly referred: string;
  /** 1 where the document holds the reference, 0 where it is an element of a collection. */
  readonly in_document: number;
}

/** How many documents are in memory at a time. */
const CHUNK = 500;

/** Takes the references out of the documents that hold them, such as the manager out of users. */
async function rewriteDocuments(session: Session, place: Place, held: readonly HeldRow[]): Promise<void> {
  await changeDocuments(session, place, held, (row, references) => {
    const attributes = new Map<string, string[]>();
    for (const { referred, attribute } of references) getOrCreate(attributes, referred, () => []).push(attribute);
    let changed: Pick<DocumentRow, "document" | "keys"> = row;
    for (const [referred, paths] of attributes) changed = withoutReferences(changed, paths, referred);
    return changed;
  });
}

/** Changes the documents of holders, which are locked, and their keys. */
export async function changeDocuments<T extends { readonly id: string }>(
  session: Session,
  place: Place,
  held: readonly T[],
  change: (row: DocumentRow, references: readonly T[]) => Pick<DocumentRow, "document" | "keys">,
): Promise<void> {
  const references = new Map<string, T[]>();
  for (const one of held) getOrCreate(references, one.id, () => []).push(one);
  const ids = [...references.keys()];
  for (let start = 0; start < ids.length; start += CHUNK) {
    const rows = await readDocuments(session, place, ids.slice(start, start + CHUNK));
    const changed = rows.map((row) => {
      const { document, keys } = change(row, references.get(row.id) ?? []);
      return [place.tenant, row.id, document, keys];
    });
    await session.run(writeDocuments(place, changed));
  }
}

/** A document as it is stored. */
export interface DocumentRow {
  readonly id: string;
  readonly document: string;
  readonly keys: string;
}

function readDocuments(
  session: Session,
  { dialect, tables, tenant }: Place,
  ids: readonly string[],
): Promise<readonly DocumentRow[]> {
  return session.run<DocumentRow>(
    sql`SELECT r.id, r.document, ${dialect.jsonText(raw("r.keys"))} AS keys
      FROM ${idSource(dialect, tenant, ids)} CROSS JOIN ${tables.resource} r
      WHERE ${isOfSameTenant(dialect, tenant, "r", "v")} AND r.id = v.id`,
  );
}

function writeDocuments({ dialect, tables, tenant }: Place, rows: readonly (readonly string[])[]): Fragment {
  const source = dialect.rows(JSON.stringify(rows), ["tenant", "id", "document", "keys"], "v");
  const set = [["document", raw("v.document")] as const, ["keys", dialect.toJson(raw("v.keys"))] as const];
  return updateFrom(dialect, tables.resource, set, source, matchIn(dialect, tenant, ["tenant", "id"]));
}
