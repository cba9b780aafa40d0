import { conflict, uniqueness } from "../../../error.ts";
import type { Context, CreateRequest, StoredResource } from "../../adapter.ts";
import { type HashSecret, hashSecrets } from "../../secrets.ts";
import type { Database } from "../database.ts";
import { faultOf } from "../dialect/fault.ts";
import { type Fragment, sql } from "../dialect/fragment.ts";
import { present } from "./present.ts";
import { type Row, rowOf, type UniqueRow } from "./row.ts";
import { type Settled, settle } from "./settle.ts";
import { insertElements, insertUniques, type Owner, writeSecret } from "./statements.ts";
import type { Tables } from "./tables.ts";

/** How often a write starts again because what it was to refer to, or what stood in its way, has gone meanwhile. */
export const MOST_TRIES = 5;

/** Stores a resource: one statement on PostgreSQL, and one before it where there are references to look up. */
export async function createResource(
  database: Database,
  tables: Tables,
  hashSecret: HashSecret | undefined,
  request: CreateRequest,
  context: Context,
): Promise<StoredResource> {
  const secrets = await hashSecrets(request.secrets, hashSecret);
  request.signal?.throwIfAborted();
  const { resourceType } = request;
  const tenant = context.tenant ?? "";
  // Ids are kept as they are compared, so that an index over ids answers comparisons too.
  const id = request.resource.id.normalize("NFC");
  const owner: Owner = { dialect: database.dialect, tables, tenant, type: resourceType.name, id };
  for (let attempt = 1; attempt <= MOST_TRIES; attempt++) {
    const settled = await settle(database, tables, tenant, request, { ...request.resource, id });
    const row = rowOf(resourceType, settled.resource, tenant);
    try {
      await database.batch(insertResource(owner, settled, row), (guard) => [
        ...(row.uniques.length === 0 ? [] : [insertUniques(owner, row.uniques, guard)]),
        ...(row.elements.size === 0
          ? []
          : [insertElements(owner, [...row.elements.values()], settled.isTarget, guard)]),
        ...[...secrets.kept]
          .filter(([, value]) => value !== null && value !== undefined)
          .map(([attribute, value]) => writeSecret(owner, attribute, value, guard)),
      ]);
      for (const notice of secrets.notices) request.notify(notice);
      const { created, lastModified } = settled.resource.meta;
      const written = { id, version: "1", created, modified: lastModified, document: row.document };
      // Nobody refers to what was not there, unless references are not checked.
      const isReferredTo = request.checkReferences.length === 0;
      return await present(database, { ...request, tables, tenant }, row, written, (attribute) =>
        attribute.inverseOf === undefined ? "row" : isReferredTo ? "tables" : "none",
      );
    } catch (error) {
      await throwIfTaken(database, owner, row.uniques, error, true);
    }
  }
  throw conflict();
}

function insertResource(owner: Owner, { resource }: Settled, { document, keys, modifiedKey }: Row): Fragment {
  const { dialect, tables, tenant, type, id } = owner;
  const { created, lastModified } = resource.meta;
  return sql`INSERT INTO ${tables.resource} (tenant, type, id, version, created, modified, modified_key, document, keys) VALUES (${tenant}, ${type}, ${id}, 1, ${created}, ${lastModified}, ${modifiedKey}, ${document}, ${dialect.toJson(keys)}) RETURNING id`;
}

/**
 * Says which value is taken after a constraint refused a write, and throws what is no refusal. Comes back where nothing is
 * taken any more, or where a resource that was referred to has gone: then the write is worth another try.
 */
export async function throwIfTaken(
  database: Database,
  { dialect, tables, tenant, id }: Owner,
  uniques: readonly UniqueRow[],
  error: unknown,
  isNew = false,
): Promise<void> {
  const fault = faultOf(error);
  if (fault === "reference") return;
  if (fault !== "unique") throw error;
  const same = await database.run(sql`SELECT 1 FROM ${tables.resource} r WHERE r.tenant = ${tenant} AND r.id = ${id}`);
  if (isNew && same.length > 0) throw uniqueness("id");
  const json = JSON.stringify(uniques.map(({ scope, attribute, key }) => [scope, attribute, key]));
  const taken = await database.run<{ attribute: string; key: string }>(
    sql`SELECT u.attribute, u.key FROM ${tables.unique} u WHERE (u.scope, u.attribute, u.key) IN (SELECT v.scope, v.attribute, v.key FROM ${dialect.rows(json, ["scope", "attribute", "key"], "v")}) AND NOT (u.tenant = ${tenant} AND u.id = ${id})`,
  );
  for (const { attribute, key, path } of uniques)
    if (taken.some((row) => row.attribute === attribute && row.key === key)) throw uniqueness(path);
}
