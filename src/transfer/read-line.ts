import type { Call } from "../call/call.ts";
import { isScimError } from "../error.ts";
import { readBody, throwProblems } from "../operations/body.ts";
import { newIdOf } from "../operations/new-id.ts";
import { missingAttributes } from "../schema/canonical.ts";
import { instantOf } from "../schema/date-time.ts";
import { fitAttribute } from "../schema/fit.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { copyValue, isObject, type ResourceObject, readAttribute, writeAttribute } from "../schema/value.ts";
import type { Context, Moved, Secrets } from "../storage/adapter.ts";
import { isUsableId } from "../storage/id.ts";
import { type ImportProblem, LineProblem } from "./line.ts";

/** A line as it came. */
export interface RawLine {
  readonly line: number;
  readonly raw: unknown;
}

/** A line that can be written. */
export interface ReadLine {
  readonly line: number;
  /** As it came, for a second look at its references. */
  readonly raw: unknown;
  readonly resourceType: CompiledResourceType;
  /** The id that it is to have. */
  readonly id: string;
  /** Whether the line says so, or the host by `idFor`: only such a resource is found again. */
  readonly hasId: boolean;
  /** In canonical form. */
  readonly resource: ResourceObject;
  readonly created: string;
  readonly lastModified: string;
  /** Values in the clear, for storage to hash. */
  readonly secrets: Secrets;
  readonly moved: Moved;
}

/**
 * Reads a line as the body of a create is read, and takes over what a client could not have set: id, times, readOnly attributes.
 * @throws {ScimError} 400 for what is wrong with it; {LineProblem} for what is no line.
 */
export async function readLine<C extends Context>({ line, raw }: RawLine, call: Call<C>): Promise<ReadLine> {
  const { resourceType, resource: given, secrets: kept } = membersOf(raw, call);
  const body = await readBody(call, resourceType, given);
  const resource = body.resource;
  for (const attribute of resourceType.attributes) {
    const isServers = attribute.mutability === "readOnly" && attribute.isStored && !OWN.has(attribute.path);
    const brought = isServers ? fitAttribute(attribute, readAttribute(given, attribute)) : undefined;
    if (brought !== undefined) writeAttribute(resource, attribute, copyValue(brought));
    else if (attribute.default !== undefined && readAttribute(resource, attribute) === undefined)
      writeAttribute(resource, attribute, copyValue(attribute.default));
  }
  throwProblems(missingAttributes(resourceType, resource, { ...body.secrets, ...kept }));
  const meta = isObject(given.meta) ? given.meta : {};
  const now = call.engine.now().toISOString();
  const created = timeOf(meta.created) ?? now;
  const version = typeof meta.version === "string" ? versionOf(meta.version) : undefined;
  const id = await idOf(given.id, resourceType, resource, call);
  return {
    line,
    raw,
    resourceType,
    ...id,
    resource,
    created,
    lastModified: timeOf(meta.lastModified) ?? created,
    secrets: Object.fromEntries(Object.entries(body.secrets).filter(([, value]) => value !== null)),
    moved: { version, secrets: kept },
  };
}

/** What every resource has, which is taken over otherwise or not at all. */
const OWN = new Set(["schemas", "id", "meta"]);

/** What a line says, looked at no further than that it is one. */
function membersOf<C extends Context>(raw: unknown, { engine }: Call<C>) {
  const given = typeof raw === "string" ? parsed(raw) : raw;
  if (!isObject(given)) throw new LineProblem("A line must be an object with resourceType and resource.");
  const { resourceType: name, resource, secrets } = given;
  const resourceType = engine.resourceTypes.find((type) => type.name === name);
  if (resourceType === undefined)
    throw new LineProblem(`resourceType must be one of: ${engine.resourceTypes.map((type) => type.name).join(", ")}.`);
  if (!isObject(resource)) throw new LineProblem("resource must be an object.");
  if (secrets !== undefined && !isObject(secrets)) throw new LineProblem("secrets must be an object.");
  for (const path of Object.keys(secrets ?? {}))
    if (resourceType.resolve(path)?.attribute.mutability !== "writeOnly")
      throw new LineProblem(`secrets may hold writeOnly attributes of ${resourceType.name} alone.`);
  return { resourceType, resource, secrets };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new LineProblem("The line is not valid JSON.");
  }
}

async function idOf<C extends Context>(
  given: unknown,
  resourceType: CompiledResourceType,
  resource: ResourceObject,
  call: Call<C>,
): Promise<Pick<ReadLine, "id" | "hasId">> {
  if (given === undefined || given === null)
    return { id: await newIdOf(call, resourceType, resource), hasId: call.engine.idFor !== undefined };
  if (!isUsableId(given))
    throw new LineProblem("id must be 1 to 255 printable characters, without the reserved word bulkId.");
  return { id: given, hasId: true };
}

function timeOf(time: unknown): string | undefined {
  return typeof time === "string" && instantOf(time) !== undefined ? time : undefined;
}

/** A version as storage has it: files that were read by HTTP have entity tags. @see RFC 7644 §3.14 */
function versionOf(version: string): string {
  return /^(?:W\/)?"(.*)"$/.exec(version)?.[1] ?? version;
}

/** What a line is called in a problem, as far as it can be read. */
export function namesOf(raw: unknown): Pick<ImportProblem, "resourceType" | "id"> {
  try {
    const given = typeof raw === "string" ? (JSON.parse(raw) as unknown) : raw;
    const { resourceType, resource } = isObject(given) ? given : {};
    const id = isObject(resource) ? resource.id : undefined;
    const text = (value: unknown) => (typeof value === "string" ? value : undefined);
    return { resourceType: text(resourceType), id: text(id) };
  } catch {
    return { resourceType: undefined, id: undefined };
  }
}

/** Why a line was not taken; undefined for what is no fault of the line. */
export function reasonOf(error: unknown): string | undefined {
  if (error instanceof LineProblem) return error.message;
  return isScimError(error) && error.status < 500 ? error.detail : undefined;
}
