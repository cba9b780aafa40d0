import type { Attribute } from "../../../schema/attribute.ts";
import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import { doInSlices, TimeSlice } from "../../../time-slice.ts";
import type { Context, CreateRequest, StoredResource } from "../../adapter.ts";
import { firstVersion, withMoved } from "../../moved.ts";
import { type HashedSecrets, type HashSecret, hashSecrets } from "../../secrets.ts";
import type { Database } from "../database.ts";
import { type Fragment, raw, returning, sql } from "../dialect/fragment.ts";
import { retryWrite } from "../retry.ts";
import { filledStatements } from "./kept-statements.ts";
import { assembleWritten } from "./read.ts";
import { refuseUnvouched } from "./refuse-unvouched.ts";
import { type Row, refuseLong, rowSteps, type UniqueRow } from "./row.ts";
import { splitSecrets, writeSecrets } from "./secret-statements.ts";
import { type Settled, settle } from "./settle.ts";
import type { KnownShapes } from "./shapes.ts";
import { insertElements, insertUniques, type Owner, ownRow } from "./statements.ts";
import type { Tables } from "./tables.ts";
import { throwIfTaken } from "./taken.ts";

/** What a create depends on besides the request. */
export interface CreateOptions {
  readonly hashSecret: HashSecret | undefined;
  readonly known: KnownShapes;
}

/** Stores a resource: one batch, and one statement before it where there are references to look up. */
export async function createResource(
  database: Database,
  tables: Tables,
  request: CreateRequest,
  context: Context,
  { hashSecret, known }: CreateOptions,
): Promise<StoredResource> {
  const { resourceType } = request;
  const tenant = context.tenant ?? "";
  const hashed = await hashSecrets(request.secrets, hashSecret);
  const secrets = withMoved(hashed, request.moved, hashSecret !== undefined);
  request.signal?.throwIfAborted();
  // Ids are kept as they are compared, so that an index over ids answers comparisons too.
  const id = request.resource.id.normalize("NFC");
  const owner: Owner = { dialect: database.dialect, tables, tenant, type: resourceType.name, id };
  const version = firstVersion(request);
  let uniques: readonly UniqueRow[] = [];
  const write = async (): Promise<StoredResource> => {
    const settled = await settle(database, tables, tenant, request, { ...request.resource, id });
    const row = await doInSlices(rowSteps(resourceType, settled.resource, tenant), new TimeSlice());
    refuseLong(row);
    uniques = row.uniques;
    await refuseUnvouched(database, owner, resourceType, known, uniques);
    await database.batch(insertResource(owner, resourceType, settled, row, version), (guard) =>
      insertParts(owner, settled, row, secrets, guard),
    );
    for (const notice of [...secrets.notices, ...settled.notices]) request.notify(notice);
    const { created, lastModified } = settled.resource.meta;
    const written = { id, version: String(version), created, modified: lastModified };
    return assembleWritten(database, { ...request, tables, tenant }, row, written, ({ inverseOf }) =>
      inverseOf === undefined ? "row" : isReferredTo(request, inverseOf) ? "tables" : "none",
    );
  };
  return retryWrite(write, (error) =>
    throwIfTaken(database, owner, { uniques, resourceType, shapes: known, isNew: true }, error),
  );
}

/** Whether there may be references to what was not there. */
function isReferredTo(
  { checkReferences }: CreateRequest,
  { resourceType, attribute }: NonNullable<Attribute["inverseOf"]>,
): boolean {
  const missing = checkReferences[`${resourceType}.${attribute}`];
  return missing === undefined || missing === "keep";
}

const STATEMENTS = filledStatements();

function insertResource(
  owner: Owner,
  resourceType: CompiledResourceType,
  { resource }: Settled,
  { document, keys, modifiedKey }: Row,
  version: number,
): Fragment {
  const { dialect, tables, tenant, type, id } = owner;
  const { created, lastModified } = resource.meta;
  const build = (): Fragment => {
    const insert = sql`INSERT INTO ${tables.resource}
      (tenant, type, id, version, created, modified, modified_key, document, keys) VALUES
      (${tenant}, ${type}, ${id}, ${raw(String(version))}, ${created}, ${lastModified}, ${modifiedKey}, ${document}, ${dialect.toJson(sql`${keys}`)})`;
    return returning(insert, sql`id`, sql`${tables.resource} WHERE ${ownRow(owner)}`);
  };
  // Only who moves here has had a version already.
  if (version !== 1) return build();
  const values = [tenant, type, id, created, lastModified, modifiedKey, document, keys];
  return STATEMENTS(owner, resourceType, "insert", values, build);
}

/** What of a resource is not in its row. */
function insertParts(
  owner: Owner,
  { isTarget }: Settled,
  { uniques, elements }: Row,
  { kept }: HashedSecrets,
  guard: Fragment,
): readonly Fragment[] {
  return [
    ...insertUniques(owner, uniques, guard),
    ...insertElements(owner, [...elements.values()], isTarget, guard),
    ...writeSecrets(owner, splitSecrets(kept).written, guard),
  ];
}
