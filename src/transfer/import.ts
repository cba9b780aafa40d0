import { checkNames, type Known } from "../schema/known-names.ts";
import { insideOf, type ServiceProvider } from "../service/inside.ts";
import type { Context } from "../storage/adapter.ts";
import { importingCall, ruleIn } from "./importing-call.ts";
import { MovedIds } from "./moved-ids.ts";
import type { ImportOptions, ImportResult, ImportSettings, ImportSource } from "./options.ts";
import { ImportRun } from "./run.ts";
import { Tally } from "./tally.ts";

/**
 * Takes a directory in, line by line: what `exportResources` gave, or whatever else has `{ resourceType, resource }` with the ids that
 * people have. Ids, times and versions stay as far as storage can keep them; each line is read as the body of a create is, under the
 * profile of the tenant. It reads no faster than storage writes, and holds a few batches of lines in memory.
 *
 * A line may refer to one that comes later. Storage that keeps references to nothing has them all along; of other storage
 * (`mappedStorage`) the lines in question are read again at the end, for which the source is to be a function that opens it anew, or
 * wait in memory (`maxWaiting`). What leads nowhere in the end is left out and told of, as a request would have been refused for it.
 *
 * The same lines again change nothing; one whose resource is there and differs makes it what the line says. That holds for lines with
 * an `id`, and for those that `idFor` knows an id for. A line that cannot be taken is told of with its number, and the rest goes on.
 * It is the host's own doing: neither `authorize` nor `decide` is asked, and no event is told.
 *
 * @throws what storage throws that is no fault of a line (a database that is gone): begin again after the last `checkpoint`.
 * {TypeError} for wrong options.
 * @example
 * ```ts
 * import { createReadStream } from "node:fs";
 * import { createInterface } from "node:readline";
 * import type { Scim } from "scimkit";
 * import { importResources } from "scimkit/transfer";
 * async function takeIn(scim: Scim, file: string) {
 *   const lines = () => createInterface({ input: createReadStream(file) });
 *   const { created, problems } = await importResources(scim, lines, { context: { tenant: "acme" } });
 *   for (const { line, reason } of problems) console.error(`line ${line}: ${reason}`);
 *   return created;
 * }
 * ```
 */
export async function importResources<C extends Context = Context>(
  scim: ServiceProvider,
  source: ImportSource,
  options: ImportOptions<C> = {},
): Promise<ImportResult> {
  if (typeof source !== "function" && !isLines(source))
    throw new TypeError("importResources: give lines to read, or a function that opens them.");
  const settings = settle(options);
  const tally = new Tally(options.onProblem);
  const own = await insideOf<C>(scim).call(settings.context, options.signal);
  const call = importingCall(own, tally);
  const ledger = own.engine.resourceTypes.map((type) => own.storageOf(type).ledger).find((one) => one !== undefined);
  const ids = new MovedIds(ledger, settings.context);
  await ids.open();
  const writing = { call, ids, existing: settings.existing, looksFirst: false };
  const run = new ImportRun({ source, settings, writing, tally, ruleOf: (name) => ruleIn(own, name) });
  const isComplete = await run.all();
  const { problems, unknown } = tally;
  return { ...tally.counts, checkpoint: run.checkpoint, isComplete, problems, unknown: Object.fromEntries(unknown) };
}

const OPTIONS: Known<ImportOptions> = {
  context: true,
  after: true,
  existing: true,
  stopOnError: true,
  batchSize: true,
  concurrency: true,
  maxWaiting: true,
  onProgress: true,
  onProblem: true,
  signal: true,
};

function isLines(source: unknown): boolean {
  return typeof source === "object" && source !== null && (Symbol.iterator in source || Symbol.asyncIterator in source);
}

/** @throws {TypeError} naming the option and what it must be. */
function settle<C extends Context>(options: ImportOptions<C>): ImportSettings<C> {
  checkNames("importResources", options, OPTIONS);
  const { existing = "replace", stopOnError = false, batchSize = 200, concurrency = 4, maxWaiting = 10_000 } = options;
  for (const [name, value] of Object.entries({ batchSize, concurrency, maxWaiting }))
    if (!Number.isInteger(value) || value < 1)
      throw new TypeError(`importResources: ${name} must be a whole number above 0.`);
  if (existing !== "replace" && existing !== "keep")
    throw new TypeError('importResources: existing must be "replace" or "keep".');
  const context = options.context ?? ({} as C);
  return { ...options, context, existing, stopOnError, batchSize, concurrency, maxWaiting };
}
