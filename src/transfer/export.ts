import type { Call } from "../call/call.ts";
import { receive } from "../operations/stored.ts";
import { withKeptBeside } from "../schema/kept.ts";
import { checkNames, type Known } from "../schema/known-names.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { ResourceObject } from "../schema/value.ts";
import { insideOf, type ServiceProvider } from "../service/inside.ts";
import type { Context, Select, StorageAdapter, StoredResource } from "../storage/adapter.ts";
import { withoutMarks } from "../storage/reference.ts";
import type { Upkeep } from "../storage/upkeep.ts";
import type { TransferLine } from "./line.ts";
import { walk } from "./walk.ts";

/** Options of `exportResources`. */
export interface ExportOptions<C extends Context = Context> {
  /** Whose directory it is, as `authenticate` would have it. Default `{}`: that of a server with one tenant. */
  readonly context?: C | undefined;
  /** Names of the resource types to export, in this order. Default: all, in the order in which they are served. */
  readonly resourceTypes?: readonly string[] | undefined;
  /** Goes on behind the line that was given last, by its type and id. Default: from the beginning. */
  readonly after?: { readonly resourceType: string; readonly id: string } | undefined;
  /**
   * `true`: lines hold what storage keeps of writeOnly attributes as well (hashes of passwords), where it has `exportTenant`: keep such
   * a file as you keep the database. Default `false`.
   */
  readonly secrets?: boolean | undefined;
  /** Aborted: the export ends with its reason. */
  readonly signal?: AbortSignal | undefined;
}

const SELECT_STORED: Select = { includes: (attribute) => attribute.inverseOf === undefined };

/**
 * Gives all that a directory has, a line a resource, for a file of JSON Lines or for `importResources` of another service provider: with
 * ids, times, versions and whole collections, readOnly attributes included, and without what is computed (a user's `groups`). Values are
 * as the schemas declare them now. It reads a page at a time, no faster than its caller, and holds nothing while that works. What changes
 * meanwhile is given in one state or another.
 *
 * A line does not say more than SCIM does: `JSON.stringify` makes of it a line of a file, which `importResources` takes as it is.
 *
 * @throws {TypeError} for a resource type that is not served, and for `secrets` where storage cannot give them. {Error} where the
 * resource of `after` has gone and storage cannot find its place.
 * @example
 * ```ts
 * import { createWriteStream } from "node:fs";
 * import { Readable } from "node:stream";
 * import { pipeline } from "node:stream/promises";
 * import type { Scim } from "scimkit";
 * import { exportResources } from "scimkit/transfer";
 * async function* textOf(scim: Scim) {
 *   for await (const line of exportResources(scim, { context: { tenant: "acme" } })) yield `${JSON.stringify(line)}\n`;
 * }
 * async function save(scim: Scim, file: string) {
 *   await pipeline(Readable.from(textOf(scim)), createWriteStream(file));
 * }
 * ```
 */
export async function* exportResources<C extends Context = Context>(
  scim: ServiceProvider,
  options: ExportOptions<C> = {},
): AsyncGenerator<TransferLine, void> {
  checkNames("exportResources", options, OPTIONS);
  const call = await insideOf<C>(scim).call(options.context ?? ({} as C), options.signal);
  const types = typesOf(options, call);
  const { after } = options;
  const first = after === undefined ? 0 : types.findIndex(({ name }) => name === after.resourceType);
  if (first === -1) throw new TypeError("exportResources: after names no resource type that is exported.");
  for (const [index, type] of types.slice(first).entries())
    yield* exportType(type, index === 0 ? after?.id : undefined, options.secrets === true, call);
}

const OPTIONS: Known<ExportOptions> = { context: true, resourceTypes: true, after: true, secrets: true, signal: true };

function typesOf<C extends Context>(
  { resourceTypes: names, secrets }: ExportOptions<C>,
  { engine }: Call<C>,
): readonly CompiledResourceType[] {
  const types = (names ?? engine.resourceTypes.map(({ name }) => name)).map((wanted) => {
    const type = engine.resourceTypes.find(({ name }) => name === wanted);
    if (type === undefined) throw new TypeError(`exportResources: there is no resource type ${wanted}.`);
    return type;
  });
  if (secrets === true && types.some((type) => exporterOf(engine.adapterOf(type)) === undefined))
    throw new TypeError("exportResources: secrets needs storage with exportTenant.");
  return types;
}

async function* exportType<C extends Context>(
  type: CompiledResourceType,
  after: string | undefined,
  withSecrets: boolean,
  call: Call<C>,
): AsyncGenerator<TransferLine, void> {
  const exportTenant = exporterOf(call.engine.adapterOf(type));
  const line = (stored: StoredResource, secrets?: ResourceObject): TransferLine => {
    const resource = withKeptBeside(withoutMarks(type, receive(stored, type, call)));
    return { resourceType: type.name, resource, ...(withSecrets && secrets !== undefined ? { secrets } : {}) };
  };
  if (exportTenant === undefined) {
    let isBehind = after === undefined;
    for await (const stored of walk(type, SELECT_STORED, call)) {
      if (isBehind) yield line(stored);
      else isBehind = stored.id === after;
    }
    if (!isBehind) throw new Error("exportResources: the resource of after is no longer there; begin anew.");
    return;
  }
  const position = { resourceType: type.name, id: after ?? "" };
  for await (const { resourceType, resource, secrets } of exportTenant(call.context.tenant, { after: position })) {
    // Types come in the order of their names.
    if (resourceType !== type.name) return;
    call.signal?.throwIfAborted();
    yield line(resource, secrets);
  }
}

/** What storage has for exports: in the order of ids, so that one goes on behind any of them. */
function exporterOf<C extends Context>(
  adapter: StorageAdapter<C> & Partial<Upkeep>,
): Upkeep["exportTenant"] | undefined {
  return adapter.exportTenant?.bind(adapter);
}
