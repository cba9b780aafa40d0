import { versionMismatch } from "../../../error.ts";
import { isObject } from "../../../schema/value.ts";
import type { Context, DeleteRequest } from "../../adapter.ts";
import type { Database, Session } from "../database.ts";
import { type Fragment, raw, sql } from "../dialect/fragment.ts";
import { isStorable } from "../key.ts";
import { modifiedKey } from "./row.ts";
import { lock, type Owner, ownRow } from "./statements.ts";
import type { Tables } from "./tables.ts";

/** Deletes a resource with every reference to it; each holder gets one new version in the same transaction [P-3.6-06 C6]. */
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

/** Condition on rows of elements: they refer to the owner, and are not its own. */
function refersToOwner({ tenant, id }: Owner): Fragment {
  return sql`tenant = ${tenant} AND (target = ${id} OR (target IS NULL AND value = ${id})) AND id <> ${id}`;
}

async function releaseHolders(session: Session, owner: Owner, { resourceType, at }: DeleteRequest): Promise<void> {
  const { tables, tenant, dialect } = owner;
  const held = await session.run<HeldRow>(
    sql`SELECT id, attribute, CASE WHEN element IS NULL THEN 1 ELSE 0 END AS "inDocument" FROM ${tables.element} WHERE ${refersToOwner(owner)}`,
  );
  if (held.length === 0) return;
  const holders = JSON.stringify([...new Set(held.map(({ id }) => id))]);
  // In the order of ids, so that two that delete at once wait for each other and do not lock each other out [C16].
  await session.run(
    sql`SELECT r.id FROM ${tables.resource} r WHERE r.tenant = ${tenant} AND r.id IN (SELECT value FROM ${dialect.list(holders)}) ORDER BY r.id${dialect.forUpdate}`,
  );
  await rewriteDocuments(
    session,
    owner,
    held.filter(({ inDocument }) => Number(inDocument) === 1),
  );
  await session.run(
    sql`UPDATE ${tables.resource} SET version = version + 1, modified = ${at}, modified_key = ${modifiedKey(resourceType, at)} WHERE tenant = ${tenant} AND id IN (SELECT value FROM ${dialect.list(holders)})`,
  );
  await session.run(sql`DELETE FROM ${tables.element} WHERE ${refersToOwner(owner)}`);
}

interface HeldRow {
  readonly id: string;
  readonly attribute: string;
  /** 1 where the document holds the reference, 0 where it is an element of a collection. */
  readonly inDocument: number;
}

/** Takes the references out of the documents that hold them, such as the manager out of users. */
async function rewriteDocuments(session: Session, owner: Owner, held: readonly HeldRow[]): Promise<void> {
  const { tables, tenant, dialect } = owner;
  const attributes = new Map<string, string[]>();
  for (const { id, attribute } of held) attributes.set(id, [...(attributes.get(id) ?? []), attribute]);
  const ids = [...attributes.keys()];
  for (let start = 0; start < ids.length; start += CHUNK) {
    const chunk = JSON.stringify(ids.slice(start, start + CHUNK));
    const rows = await session.run<{ id: string; document: string; keys: string }>(
      sql`SELECT r.id, r.document, ${dialect.jsonText(raw("r.keys"))} AS keys FROM ${tables.resource} r WHERE r.tenant = ${tenant} AND r.id IN (SELECT value FROM ${dialect.list(chunk)})`,
    );
    const changed = rows.map((row) => {
      const { document, keys } = withoutReferences(row, attributes.get(row.id) ?? [], owner.id);
      return [row.id, document, keys];
    });
    const source = dialect.rows(JSON.stringify(changed), ["id", "document", "keys"], "v");
    await session.run(
      sql`UPDATE ${tables.resource} SET document = v.document, keys = ${dialect.toJson(raw("v.keys"))} FROM ${source} WHERE ${tables.resource}.tenant = ${tenant} AND ${tables.resource}.id = v.id`,
    );
  }
}

/** How many documents are in memory at a time. */
const CHUNK = 500;

/**
 * The document and keys of a holder without its references to an id. The holder may be of a type that this process has not
 * met, so attributes are known by their paths alone.
 */
function withoutReferences(
  row: { readonly document: string; readonly keys: string },
  attributes: readonly string[],
  id: string,
): { readonly document: string; readonly keys: string } {
  const document = JSON.parse(row.document) as Record<string, unknown>;
  const keys = JSON.parse(row.keys) as Record<string, unknown>;
  for (const attribute of attributes) {
    const { container, name, extension } = placeOf(document, attribute);
    const value = container?.[name];
    if (container === undefined || value === undefined) continue;
    if (Array.isArray(value)) {
      const isKept = value.map((element) => !(isObject(element) && element.value === id));
      const rest = value.filter((_, index) => isKept[index]);
      container[name] = rest;
      keys[attribute] = (keys[attribute] as readonly unknown[]).filter((_, index) => isKept[index]);
      if (rest.length > 0) continue;
    }
    delete container[name];
    for (const key of Object.keys(keys)) if (key === attribute || key.startsWith(`${attribute}.`)) delete keys[key];
    // An extension whose last attribute goes is no longer there.
    if (extension !== undefined && Object.keys(container).length === 0) removeExtension(document, keys, extension);
  }
  return { document: JSON.stringify(document), keys: JSON.stringify(keys) };
}

function placeOf(document: Record<string, unknown>, attribute: string) {
  const colon = attribute.lastIndexOf(":");
  if (colon === -1) return { container: document, name: attribute, extension: undefined };
  const extension = attribute.slice(0, colon);
  const container = document[extension];
  return { container: isObject(container) ? container : undefined, name: attribute.slice(colon + 1), extension };
}

function removeExtension(document: Record<string, unknown>, keys: Record<string, unknown>, extension: string): void {
  delete document[extension];
  const { schemas } = document;
  if (!Array.isArray(schemas)) return;
  document.schemas = schemas.filter((urn) => urn !== extension);
  if (Array.isArray(keys.schemas)) keys.schemas = keys.schemas.filter((_, index) => schemas[index] !== extension);
}
