import { type CompiledResourceType, compileResourceType } from "../../../schema/resource-type.ts";
import { ReportBuilder } from "../../reindex-report.ts";
import { forgottenOf } from "../../reindex-unknown.ts";
import type { ReindexOptions, ReindexReport } from "../../upkeep.ts";
import { readBehind, readTenants } from "./reindex-read.ts";
import { retireShapes } from "./reindex-retire.ts";
import { type Run, Work } from "./reindex-work.ts";

/** How many tenants are begun together: who announces a shape waits. */
const TENANTS = 50;
/** How often what others write meanwhile is tried. */
const MOST_REPEATS = 10;

/**
 * Makes all that is derived from resources anew, by the schemas that are served now, in batches beside live traffic. What is as it should
 * be is not written, so that it goes on where it broke off, and two at once do no harm.
 */
export async function reindex(
  storage: Pick<Run, "database" | "tables" | "shapes" | "hashSecret">,
  options: ReindexOptions,
): Promise<ReindexReport> {
  const { batchSize = 500, dryRun = false, signal, forget = [], comparisonKey } = options;
  const resourceTypes = options.resourceTypes.map((definition) => compileResourceType(definition, comparisonKey));
  const report = new ReportBuilder(resourceTypes.map(({ name }) => name));
  const run: Run = { ...storage, forget: forgottenOf(resourceTypes, forget), report, batchSize, isDry: dryRun, signal };
  const open: Work[] = [];
  for (const resourceType of resourceTypes)
    for await (const tenants of tenantsOf(run, resourceType, options.tenant))
      open.push(...(await doTenants(run, tenants, resourceType, options)));
  if (!dryRun) {
    // Who had a value that is to be another one's may have given it back since.
    for (const work of open) await work.retryTaken();
    if ((await retireShapes(run, open)).length > 0) report.isAnyLeft = true;
  }
  for (const work of open) work.close();
  return report.report();
}

/** Does one type of some tenants together, and gives the work that may not be over. */
async function doTenants(
  run: Run,
  tenants: readonly string[],
  resourceType: CompiledResourceType,
  options: ReindexOptions,
): Promise<readonly Work[]> {
  const { database, shapes, isDry } = run;
  if (!isDry) await Promise.all(tenants.map((tenant) => shapes.announce(database, tenant, resourceType)));
  const works: Work[] = [];
  for (const tenant of tenants) works.push(await walk(run, tenant, resourceType, options));
  if (isDry) return works;
  for (const work of works) await repeat(work);
  const left = new Set(await retireShapes(run, works));
  return works.filter((work) => work.isOpen || left.has(work));
}

async function* tenantsOf(
  { database, tables }: Run,
  { name }: CompiledResourceType,
  tenant: string | undefined,
): AsyncGenerator<readonly string[]> {
  if (tenant !== undefined) {
    yield [tenant];
    return;
  }
  for (let after: string | undefined; ; ) {
    const tenants = await readTenants(database, tables, name, after, TENANTS);
    if (tenants.length === 0) return;
    yield tenants;
    after = tenants.at(-1);
  }
}

/** Goes through the resources of one type of a tenant in the order of their ids. */
async function walk(
  run: Run,
  tenant: string,
  resourceType: CompiledResourceType,
  { onProgress }: ReindexOptions,
): Promise<Work> {
  const { database, batchSize, signal, report } = run;
  const work = await Work.start(run, tenant, resourceType);
  let done = 0;
  for (let last = ""; ; ) {
    signal?.throwIfAborted();
    const raws = await readBehind(database, work.rows, last, batchSize);
    const end = raws.at(-1);
    if (end === undefined) return work;
    last = end.id;
    await work.do(raws, true);
    done += raws.length;
    report.count(resourceType.name, "seen", raws.length);
    onProgress?.({ tenant: tenant === "" ? undefined : tenant, resourceType: resourceType.name, done });
  }
}

/** Looks at what others wrote meanwhile until none of it is left, or until they do not stop. */
async function repeat(work: Work): Promise<void> {
  for (let times = 0; work.hasRepeats && times < MOST_REPEATS; times++) {
    if (times > 0) await new Promise((resolve) => setTimeout(resolve, 10 * times));
    await work.repeat();
  }
}
