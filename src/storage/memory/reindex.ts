import { leafOf } from "../../schema/attribute.ts";
import { clearSecrets, fitResource } from "../../schema/fit.ts";
import { type CompiledResourceType, compileResourceType } from "../../schema/resource-type.ts";
import { isSame, readAttribute, writeAttribute } from "../../schema/value.ts";
import { doInSlices, TimeSlice } from "../../time-slice.ts";
import type { StoredResource } from "../adapter.ts";
import { ReportBuilder } from "../reindex-report.ts";
import { forgottenOf, unknownIn } from "../reindex-unknown.ts";
import { type HashSecret, hashSecrets } from "../secrets.ts";
import { isUniqueOverTenants } from "../unique.ts";
import type { ReindexOptions, ReindexReport } from "../upkeep.ts";
import { changeContent } from "./change.ts";
import { updateIndexes, valuesFor } from "./indexes.ts";
import { placeOf } from "./reference-index.ts";
import { type Content, placedBy, type Row, valuesIn } from "./row.ts";
import type { Shared, Tenant } from "./tenant.ts";
import { apart } from "./under-way.ts";
import { indexName } from "./value-index.ts";

/** What all of a reindex has in common. */
interface Run {
  readonly store: Shared;
  readonly hashSecret: HashSecret | undefined;
  readonly forget: ReadonlyMap<string, ReadonlySet<string>>;
  readonly report: ReportBuilder;
  readonly slice: TimeSlice;
  readonly options: ReindexOptions;
}

/**
 * Puts what other releases wrote where the resource types that are served now have it, and reports what they cannot read. Indexes need
 * nothing: they hold all rows, whoever wrote them.
 */
export async function reindex(
  store: Shared,
  hashSecret: HashSecret | undefined,
  options: ReindexOptions,
): Promise<ReindexReport> {
  const { resourceTypes, comparisonKey, forget = [], tenant: only } = options;
  const compiled = resourceTypes.map((definition) => compileResourceType(definition, comparisonKey));
  const report = new ReportBuilder(compiled.map(({ name }) => name));
  const run: Run = {
    store,
    hashSecret,
    forget: forgottenOf(compiled, forget),
    report,
    slice: new TimeSlice(),
    options,
  };
  const names = only === undefined ? [...store.tenants.keys()] : [only];
  for (const resourceType of compiled) {
    for (const name of names) {
      const tenant = store.tenants.get(name);
      if (tenant !== undefined) await goThrough(run, tenant, name, resourceType);
    }
  }
  return report.report();
}

async function goThrough(run: Run, tenant: Tenant, name: string, resourceType: CompiledResourceType): Promise<void> {
  const { report, slice, options } = run;
  const { batchSize = 500, onProgress, signal } = options;
  const rows = tenant.rows.get(resourceType.name)?.list() ?? [];
  let done = 0;
  for (const row of rows) {
    if (done % batchSize === 0) signal?.throwIfAborted();
    if (isThere(tenant, row)) await renew(run, tenant, name, row, resourceType);
    report.count(resourceType.name, "seen");
    if (++done % batchSize === 0 || done === rows.length)
      onProgress?.({ tenant: name === "" ? undefined : name, resourceType: resourceType.name, done });
    if (slice.isOver) await slice.next(signal);
  }
  await findDuplicates(run, tenant, name, resourceType);
}

function isThere(tenant: Tenant, row: Row): boolean {
  return !tenant.isGone && tenant.byId.get(row.id) === row;
}

/** Makes one resource anew, and reports what is to be said of it. */
async function renew(
  run: Run,
  tenant: Tenant,
  name: string,
  row: Row,
  resourceType: CompiledResourceType,
): Promise<void> {
  const { report, hashSecret, options } = run;
  const before = await apart(run.store, undefined, () => row.content);
  const secrets = clearSecrets(resourceType, wholeOf(before));
  const hashing = hashSecret === undefined ? {} : secrets;
  const kept = tell(run, name, row, resourceType, secrets);
  const after = placedBy(tenant.shared.types.oneFor(resourceType), withoutSecrets(kept, Object.keys(hashing)));
  if (after === before || (after.resourceType === before.resourceType && isAlike(after, before))) return;
  report.count(resourceType.name, "rebuilt");
  if (options.dryRun === true) return;
  const hashed = await hashSecrets(hashing, hashSecret);
  const isBusy = run.store.transaction !== undefined;
  if (isBusy || row.content !== before || !isThere(tenant, row)) {
    // Somebody writes it meanwhile, or may: the rest is for the next reindex.
    report.isAnyLeft = true;
    return;
  }
  // A secret that is kept already is newer than what was left in clear.
  for (const [path, value] of hashed.kept) if (!row.secrets.has(path)) row.secrets.set(path, value);
  changeContent(tenant, row, after);
  updateIndexes(tenant, row, before, after);
}

/** Reports what the resource type cannot read. Gives what is left once all is forgotten that is to be. */
function tell(
  { report, forget, hashSecret }: Run,
  tenant: string,
  { id, content }: Row,
  resourceType: CompiledResourceType,
  secrets: Readonly<Record<string, unknown>>,
): Content {
  const found = { tenant, resourceType: resourceType.name, id };
  const whole = wholeOf(content);
  const forgotten = forget.get(resourceType.name) ?? new Set();
  const { paths, resource } = unknownIn(resourceType, whole, forgotten);
  for (const attribute of paths) report.add("unknown", { ...found, attribute });
  const { misfits } = fitResource(resourceType, whole);
  for (const { path } of misfits) report.add("misfits", { ...found, attribute: path });
  for (const attribute of Object.keys(secrets))
    report.add("secrets", { ...found, attribute }, hashSecret === undefined ? "kept" : "hashed");
  return resource === whole ? content : withoutForgotten(content, resource, forgotten);
}

/** A resource with the elements of all its collections, those of other releases too. Not a copy. */
function wholeOf({ document, collections }: Content): StoredResource {
  if (collections.size === 0) return document;
  const whole: Record<string, unknown> = { ...document };
  for (const [path, elements] of collections)
    if (elements.size > 0) writeAttribute(whole, placeOf(path), [...elements.values()]);
  return whole as unknown as StoredResource;
}

/** The content of which only that is left that is left of the resource. */
function withoutForgotten(content: Content, left: StoredResource, forgotten: ReadonlySet<string>): Content {
  const document: Record<string, unknown> = { ...left };
  const collections = new Map(content.collections);
  for (const [path, elements] of content.collections) {
    const place = placeOf(path);
    if (forgotten.has(path) || forgotten.has(place.extension ?? path)) {
      collections.delete(path);
      continue;
    }
    const values = readAttribute(left, place);
    // Where an element has lost a part, they are filed anew.
    if (isSame(values, [...elements.values()])) writeAttribute(document, place, undefined);
    else collections.delete(path);
  }
  return { ...content, isFit: false, document: document as unknown as StoredResource, collections };
}

function withoutSecrets(content: Content, paths: readonly string[]): Content {
  if (paths.length === 0) return content;
  const document: Record<string, unknown> = { ...content.document };
  const collections = new Map(content.collections);
  for (const path of paths) {
    collections.delete(path);
    writeAttribute(document, placeOf(path), undefined);
  }
  return { ...content, isFit: false, document: document as unknown as StoredResource, collections };
}

/** Whether two contents of one resource type have everything in the same places. */
function isAlike(left: Content, right: Content): boolean {
  const [paths, others] = [[...left.collections.keys()], [...right.collections.keys()]];
  return isSame(paths.sort(), others.sort()) && isSame(left.document, right.document);
}

/** Values that several resources share though they must not. */
async function findDuplicates(
  run: Run,
  tenant: Tenant,
  name: string,
  resourceType: CompiledResourceType,
): Promise<void> {
  const { store, report, slice, options } = run;
  for (const { filling } of valuesFor(tenant, resourceType))
    if (filling !== undefined) await doInSlices(filling, slice, options.signal);
  for (const path of resourceType.unique) {
    const leaf = leafOf(path);
    const indexes = isUniqueOverTenants(leaf) ? store.globals : tenant.values;
    const shared = indexes.get(indexName(resourceType, path))?.rows.shared() ?? [];
    for (const [key, rows] of shared) {
      const own = [...rows].find(
        (row) => tenant.byId.get(row.id) === row && row.content.resourceType.name === resourceType.name,
      );
      if (own === undefined) continue;
      const value = [...valuesIn(own.content, path)].find((one) => leaf.key(one) === key);
      const found = { tenant: name, resourceType: resourceType.name, attribute: path.text };
      for (const { id } of rows) report.add("duplicates", { ...found, id }, String(value));
    }
  }
}
