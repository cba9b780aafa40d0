import { type Client, isScimClientError, type PatchOperation, type ResourceClient } from "../../client/index.ts";
import type { ResourceTypeDefinition } from "../../index.ts";
import { isObject, type ResourceObject } from "../../schema/value.ts";
import { apart, type Reference } from "./references.ts";

/** What became of the lines. */
export interface ServerImport {
  created: number;
  replaced: number;
  kept: number;
  failed: number;
  linked: number;
}

/** How lines go to a server. */
export interface ServerImportOptions {
  readonly client: Client;
  readonly types: readonly ResourceTypeDefinition[];
  readonly lines: () => AsyncIterable<string> | Iterable<string>;
  readonly existing: "replace" | "keep";
  /** Told of a line that was refused, with its number, and why. */
  problem(line: number, reason: string): void;
}

/** Members that are added by one PATCH: the fewest that a server is known to take. */
const MEMBERS = 100;

/** A resource that the server has now. */
interface Made {
  readonly line: number;
  readonly type: ResourceTypeDefinition;
  readonly idThere: string;
  readonly references: readonly Reference[];
}

/**
 * Takes lines to a server: first all resources without what they refer to, which need not be there yet, then the references by the ids that
 * the server has given. The same lines again find what is there by its unique names.
 */
export async function importToServer(options: ServerImportOptions): Promise<ServerImport> {
  const counts: ServerImport = { created: 0, replaced: 0, kept: 0, failed: 0, linked: 0 };
  const ids = new Set<string>();
  const unreadable = (line: number, reason: string): void => {
    counts.failed++;
    options.problem(line, reason);
  };
  for await (const { resource } of parsed(options)) if (typeof resource.id === "string") ids.add(resource.id);
  const made: Made[] = [];
  const taken = new Set<string>();
  const idsThere = new Map<string, string>();
  for await (const { line, type, resource } of parsed(options, unreadable)) {
    const { body, references } = apart(resource, (id) => ids.has(id));
    try {
      const idThere = await put(options, type, body, counts, taken);
      if (typeof resource.id === "string") idsThere.set(resource.id, idThere);
      if (references.length > 0) made.push({ line, type, idThere, references });
    } catch (error) {
      refused(options, counts, line, error);
    }
  }
  for (const one of made)
    try {
      counts.linked += await link(options, one, idsThere);
    } catch (error) {
      refused(options, counts, one.line, error);
    }
  return counts;
}

/** The lines that can be read, with their numbers; the others are told of once. */
async function* parsed({ lines, types }: ServerImportOptions, unreadable?: ServerImportOptions["problem"]) {
  let line = 0;
  for await (const text of lines()) {
    line++;
    if (text.trim() === "") continue;
    const found = lineOf(text);
    const type = types.find(({ name }) => name === found?.resourceType);
    if (found !== undefined && type !== undefined) yield { line, type, resource: found.resource };
    else
      unreadable?.(
        line,
        found === undefined ? "it is no line of an export." : `the server has no ${found.resourceType}.`,
      );
  }
}

function lineOf(text: string): { readonly resourceType: string; readonly resource: ResourceObject } | undefined {
  try {
    const { resourceType, resource } = JSON.parse(text);
    return typeof resourceType === "string" && isObject(resource) ? { resourceType, resource } : undefined;
  } catch {
    return undefined;
  }
}

/** Makes the resource, or finds the one that has its name and that no other line is; its id there. */
async function put(
  { client, existing }: ServerImportOptions,
  type: ResourceTypeDefinition,
  body: ResourceObject,
  counts: ServerImport,
  taken: Set<string>,
): Promise<string> {
  const resources = client.resource(type) as ResourceClient;
  const there = await nameSake(resources, body, taken);
  if (there === undefined) {
    const { id } = await resources.create(body as never);
    counts.created++;
    taken.add(id);
    return id;
  }
  taken.add(there);
  if (existing === "replace") await resources.replace(there, body as never);
  counts[existing === "replace" ? "replaced" : "kept"]++;
  return there;
}

/** A server need not keep names of groups unique: one that a line before it has made is another one. */
async function nameSake(resources: ResourceClient, body: ResourceObject, taken: ReadonlySet<string>) {
  const path = ["userName", "displayName", "externalId"].find((name) => typeof body[name] === "string");
  if (path === undefined) return undefined;
  const value = body[path] as string;
  for await (const { id } of resources.list({ filter: { type: "compare", path, operator: "eq", value } }))
    if (!taken.has(id)) return id;
  return undefined;
}

async function link(
  { client, problem }: ServerImportOptions,
  { line, type, idThere, references }: Made,
  idsThere: ReadonlyMap<string, string>,
): Promise<number> {
  const operations: PatchOperation[] = [];
  let linked = 0;
  for (const path of new Set(references.map((one) => one.path))) {
    const elements = references
      .filter((one) => one.path === path)
      .flatMap(({ id, element }) => {
        const value = idsThere.get(id);
        if (value === undefined) problem(line, `${path} refers to ${id}, which could not be made.`);
        return value === undefined ? [] : [{ ...element, value }];
      });
    linked += elements.length;
    const [first] = elements;
    if (first === undefined) continue;
    if (references.find((one) => one.path === path)?.isList !== true)
      operations.push({ op: "replace", path, value: first });
    else
      for (let begin = 0; begin < elements.length; begin += MEMBERS)
        operations.push({ op: "add", path, value: elements.slice(begin, begin + MEMBERS) });
  }
  const resources = client.resource(type) as ResourceClient;
  for (const operation of operations) await resources.patch(idThere, [operation]);
  return linked;
}

function refused({ problem }: ServerImportOptions, counts: ServerImport, line: number, error: unknown): void {
  if (!isScimClientError(error) || error.code !== "answered" || (error.status ?? 500) >= 500) throw error;
  counts.failed++;
  problem(line, error.message);
}
