import { conflict, uniqueness } from "../../../error.ts";
import { doInSlices, TimeSlice } from "../../../time-slice.ts";
import type { Context, CreateRequest, NewResource, StorageNotice } from "../../adapter.ts";
import { firstVersion, withMoved } from "../../moved.ts";
import { referencesIn } from "../../reference.ts";
import { hashSecrets } from "../../secrets.ts";
import type { Database } from "../database.ts";
import { cast } from "../dialect/dialect.ts";
import { faultOf } from "../dialect/fault.ts";
import { type Fragment, raw, returning, sql } from "../dialect/fragment.ts";
import type { CreateOptions } from "./create.ts";
import { refuseUnvouched } from "./refuse-unvouched.ts";
import { type Row, refuseLong, rowSteps } from "./row.ts";
import { splitSecrets } from "./secret-statements.ts";
import { type Settled, settleAmong, typesOf } from "./settle.ts";
import type { Owner } from "./statements.ts";
import type { Tables } from "./tables.ts";
import { refuseLarge } from "./taken.ts";

/** A resource on its way into the tables. */
interface Coming {
  readonly request: CreateRequest;
  readonly settled: Settled;
  readonly row: Row;
  readonly secrets: readonly (readonly [attribute: string, value: unknown])[];
  readonly notices: readonly StorageNotice[];
}

/**
 * Stores many resources of one type by one batch, and looks all that they refer to up by one statement before it; they may refer to
 * each other.
 * @throws {ScimError} where one of them is refused: none is stored then.
 */
export async function createMany(
  database: Database,
  tables: Tables,
  requests: readonly CreateRequest[],
  context: Context,
  options: CreateOptions,
): Promise<readonly string[]> {
  const [first] = requests;
  if (first === undefined) return [];
  const tenant = context.tenant ?? "";
  const { resourceType } = first;
  const given = requests.map(({ resource }) => ({ ...resource, id: resource.id.normalize("NFC") }));
  const ids = new Set(given.map(({ id }) => id));
  if (ids.size < given.length) throw uniqueness("id");
  const named = given.flatMap((resource) => [...referencesIn(resourceType, resource)].map(({ id }) => id));
  const found = await typesOf(database, tables, tenant, named);
  const typeOf = (id: string): string | undefined => (ids.has(id) ? resourceType.name : found.get(id));
  const owner: Owner = { dialect: database.dialect, tables, tenant, type: resourceType.name, id: "" };
  const slice = new TimeSlice();
  const coming: Coming[] = [];
  for (const [index, request] of requests.entries()) {
    const settled = settleAmong(request, given[index] as NewResource, typeOf);
    const row = await doInSlices(rowSteps(resourceType, settled.resource, tenant), slice, request.signal);
    refuseLong(row);
    await refuseUnvouched(database, { ...owner, id: settled.resource.id }, resourceType, options.known, row.uniques);
    const hashed = await hashSecrets(request.secrets, options.hashSecret);
    const { kept, notices } = withMoved(hashed, request.moved, options.hashSecret !== undefined);
    const secrets = splitSecrets(kept).written;
    coming.push({ request, settled, row, secrets, notices: [...notices, ...settled.notices] });
  }
  first.signal?.throwIfAborted();
  await insert(database, owner, coming);
  for (const { request, notices } of coming) for (const notice of notices) request.notify(notice);
  return given.map(({ id }) => id);
}

/** @throws {ScimError} 409 for what is taken, or was referred to and has gone; who asks finds out by asking for one at a time. */
async function insert(database: Database, owner: Owner, coming: readonly Coming[]): Promise<void> {
  try {
    await database.batch(insertResources(owner, coming), (guard) => [
      ...insertUniques(owner, coming, guard),
      ...insertElements(owner, coming, guard),
      ...insertSecrets(owner, coming, guard),
    ]);
  } catch (error) {
    refuseLarge(owner.dialect, error);
    const fault = faultOf(error);
    throw fault === "unique" || fault === "reference" ? conflict(undefined, { cause: error }) : error;
  }
}

function insertResources({ dialect, tables, tenant, type }: Owner, coming: readonly Coming[]): Fragment {
  const rows = coming.map(({ request, settled, row }) => {
    const { id, meta } = settled.resource;
    const version = firstVersion(request);
    return [id, version, meta.created, meta.lastModified, row.modifiedKey, row.document, row.keys];
  });
  const columns = ["id", "version", "created", "modified", "modified_key", "document", "keys"];
  const ids = JSON.stringify(coming.map(({ settled }) => settled.resource.id));
  const insert = sql`INSERT INTO ${tables.resource}
    (tenant, type, id, version, created, modified, modified_key, document, keys)
    SELECT ${tenant}, ${type}, v.id, ${cast(dialect, raw("v.version"), "integer")}, v.created, v.modified, v.modified_key,
      v.document, ${dialect.toJson(raw("v.keys"))}
    FROM ${dialect.rows(JSON.stringify(rows), columns, "v")}`;
  const own = sql`${tables.resource} WHERE tenant = ${tenant} AND id IN (SELECT value FROM ${dialect.list(ids)})`;
  return returning(insert, sql`id`, own);
}

function insertUniques({ dialect, tables, tenant }: Owner, coming: readonly Coming[], guard: Fragment) {
  const rows = coming.flatMap(({ settled, row }) =>
    row.uniques.map(({ scope, attribute, key }) => [scope, attribute, key, settled.resource.id]),
  );
  if (rows.length === 0) return [];
  const source = dialect.rows(JSON.stringify(rows), ["scope", "attribute", "key", "id"], "v");
  return [
    sql`INSERT INTO ${tables.unique} (scope, attribute, key, tenant, id)
      SELECT v.scope, v.attribute, v.key, ${tenant}, v.id FROM ${source} WHERE ${guard}`,
  ];
}

function insertElements({ dialect, tables, tenant, type }: Owner, coming: readonly Coming[], guard: Fragment) {
  const rows = coming.flatMap(({ settled: { resource, isTarget }, row }) =>
    [...row.elements.values()].map(({ attribute, key, value, element, keys }) => {
      const isThere = value !== null && isTarget(attribute, value);
      return [resource.id, attribute, key, isThere ? value : null, isThere ? null : value, element, keys];
    }),
  );
  if (rows.length === 0) return [];
  const columns = ["id", "attribute", "key", "target", "value", "element", "keys"];
  return [
    sql`INSERT INTO ${tables.element} (tenant, type, id, attribute, key, target, value, element, keys)
      SELECT ${tenant}, ${type}, v.id, v.attribute, v.key, v.target, v.value, v.element, ${dialect.toJson(raw("v.keys"))}
      FROM ${dialect.rows(JSON.stringify(rows), columns, "v")} WHERE ${guard}`,
  ];
}

function insertSecrets({ dialect, tables, tenant }: Owner, coming: readonly Coming[], guard: Fragment) {
  const rows = coming.flatMap(({ settled, secrets }) =>
    secrets.map(([attribute, value]) => [settled.resource.id, attribute, JSON.stringify(value)]),
  );
  if (rows.length === 0) return [];
  const source = dialect.rows(JSON.stringify(rows), ["id", "attribute", "value"], "v");
  return [
    sql`INSERT INTO ${tables.secret} (tenant, id, attribute, value)
      SELECT ${tenant}, v.id, v.attribute, v.value FROM ${source} WHERE ${guard}`,
  ];
}
