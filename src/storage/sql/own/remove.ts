import { versionMismatch } from "../../../error.ts";
import type { Context, DeleteRequest } from "../../adapter.ts";
import type { Database, Session } from "../database.ts";
import { type Fragment, join, raw, sql } from "../dialect/fragment.ts";
import { isStorable } from "../key.ts";
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
    await releaseHolders(session, owner, request);
    await session.run(sql`DELETE FROM ${tables.resource} WHERE ${ownRow(owner)}`);
    return true;
  });
}

/** Conditions on rows of elements that refer to the owner, and are not its own: each is answered by an index. */
function refersToOwner({ tenant, id }: Owner): readonly Fragment[] {
  const isOthers = sql`tenant = ${tenant} AND id <> ${id}`;
  return [sql`target = ${id} AND ${isOthers}`, sql`target IS NULL AND value = ${id} AND ${isOthers}`];
}

async function releaseHolders(session: Session, owner: Owner, { resourceType, at }: DeleteRequest): Promise<void> {
  const { tables, tenant, dialect } = owner;
  const held = await session.run<HeldRow>(
    join(
      refersToOwner(owner).map(
        (condition) => sql`SELECT id, attribute, CASE WHEN element IS NULL THEN 1 ELSE 0 END AS in_document
          FROM ${tables.element} WHERE ${condition}`,
      ),
      " UNION ALL ",
    ),
  );
  if (held.length === 0) return;
  const holders = idSource(dialect, tenant, new Set(held.map(({ id }) => id)));
  // In the order of ids, so that two that delete at once wait for each other and do not lock each other out [G-16].
  await session.run(
    sql`SELECT r.id FROM ${tables.resource} r
      WHERE (r.tenant, r.id) IN (SELECT v.tenant, v.id FROM ${holders}) ORDER BY r.id${dialect.forUpdate}`,
  );
  await rewriteDocuments(
    session,
    owner,
    held.filter((row) => Number(row.in_document) === 1),
  );
  await session.run(
    sql`UPDATE ${tables.resource} SET ${nextVersion(resourceType, at)}
      WHERE (tenant, id) IN (SELECT v.tenant, v.id FROM ${holders})`,
  );
  for (const condition of refersToOwner(owner))
    await session.run(sql`DELETE FROM ${tables.element} WHERE ${condition}`);
}

interface HeldRow {
  readonly id: string;
  readonly attribute: string;
  /** 1 where the document holds the reference, 0 where it is an element of a collection. */
  readonly in_document: number;
}

/** How many documents are in memory at a time. */
const CHUNK = 500;

/** Takes the references out of the documents that hold them, such as the manager out of users. */
async function rewriteDocuments(session: Session, owner: Owner, held: readonly HeldRow[]): Promise<void> {
  const attributes = new Map<string, string[]>();
  for (const { id, attribute } of held) attributes.set(id, [...(attributes.get(id) ?? []), attribute]);
  const ids = [...attributes.keys()];
  for (let start = 0; start < ids.length; start += CHUNK) {
    const rows = await readDocuments(session, owner, ids.slice(start, start + CHUNK));
    const changed = rows.map((row) => {
      const { document, keys } = withoutReferences(row, attributes.get(row.id) ?? [], owner.id);
      return [owner.tenant, row.id, document, keys];
    });
    await session.run(writeDocuments(owner, changed));
  }
}

interface DocumentRow {
  readonly id: string;
  readonly document: string;
  readonly keys: string;
}

function readDocuments(
  session: Session,
  { dialect, tables, tenant }: Owner,
  ids: readonly string[],
): Promise<readonly DocumentRow[]> {
  return session.run<DocumentRow>(
    sql`SELECT r.id, r.document, ${dialect.jsonText(raw("r.keys"))} AS keys
      FROM ${idSource(dialect, tenant, ids)} CROSS JOIN ${tables.resource} r
      WHERE r.tenant = v.tenant AND r.id = v.id`,
  );
}

function writeDocuments({ dialect, tables }: Owner, rows: readonly (readonly string[])[]): Fragment {
  const { resource } = tables;
  return sql`UPDATE ${resource} SET document = v.document, keys = ${dialect.toJson(raw("v.keys"))}
    FROM ${dialect.rows(JSON.stringify(rows), ["tenant", "id", "document", "keys"], "v")}
    WHERE ${resource}.tenant = v.tenant AND ${resource}.id = v.id`;
}
