import { conflict, uniqueness } from "../../../error.ts";
import { doInSlices, TimeSlice } from "../../../time-slice.ts";
import type { Context, CreateRequest, NewResource, StorageNotice } from "../../adapter.ts";
import { firstVersion, withMoved } from "../../moved.ts";
import { referencesIn } from "../../reference.ts";
import { hashSecrets } from "../../secrets.ts";
import type { Database } from "../database.ts";
import { cast } from "../dialect/dialect.ts";
import { faultOf } from "../dialect/fault.ts";
import { type Fragment, returning, sql } from "../dialect/fragment.ts";
import { insertions } from "../insert.ts";
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
    const [first, ...others] = insertResources(owner, coming) as readonly [Fragment, ...Fragment[]];
    await database.batch(first, (guard) => [
      ...others,
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

function insertResources({ dialect, tables, tenant, type }: Owner, coming: readonly Coming[]): readonly Fragment[] {
  const rows = coming.map(({ request, settled, row }) => {
    const { id, meta } = settled.resource;
    const version = String(firstVersion(request));
    return [id, version, meta.created, meta.lastModified, row.modifiedKey, row.document, row.keys];
  });
  const ids = JSON.stringify(coming.map(({ settled }) => settled.resource.id));
  const own = sql`${tables.resource} WHERE tenant = ${tenant} AND id IN (SELECT value FROM ${dialect.list(ids)})`;
  const statements = insertions(dialect, {
    into: tables.resource,
    same: { tenant, type },
    columns: ["id", "version", "created", "modified", "modified_key", "document", "keys"],
    rows,
    as: { version: (text) => cast(dialect, text, "integer"), keys: dialect.toJson },
  });
  return statements.map((insert) => returning(insert, sql`id`, own));
}

function insertUniques({ dialect, tables, tenant }: Owner, coming: readonly Coming[], guard: Fragment) {
  const rows = coming.flatMap(({ settled, row }) =>
    row.uniques.map(({ scope, attribute, key }) => [scope, attribute, key, settled.resource.id]),
  );
  return insertions(dialect, {
    into: tables.unique,
    same: { tenant },
    columns: ["scope", "attribute", "key", "id"],
    rows,
    guard,
  });
}

function insertElements({ dialect, tables, tenant, type }: Owner, coming: readonly Coming[], guard: Fragment) {
  const rows = coming.flatMap(({ settled: { resource, isTarget }, row }) =>
    [...row.elements.values()].map(({ attribute, key, value, element, keys }) => {
      const isThere = value !== null && isTarget(attribute, value);
      return [resource.id, attribute, key, isThere ? value : null, isThere ? null : value, element, keys];
    }),
  );
  const columns = ["id", "attribute", "key", "target", "value", "element", "keys"];
  const as = { keys: dialect.toJson };
  return insertions(dialect, { into: tables.element, same: { tenant, type }, columns, rows, as, guard });
}

function insertSecrets({ dialect, tables, tenant }: Owner, coming: readonly Coming[], guard: Fragment) {
  const rows = coming.flatMap(({ settled, secrets }) =>
    secrets.map(([attribute, value]) => [settled.resource.id, attribute, JSON.stringify(value)]),
  );
  return insertions(dialect, {
    into: tables.secret,
    same: { tenant },
    columns: ["id", "attribute", "value"],
    rows,
    guard,
  });
}
