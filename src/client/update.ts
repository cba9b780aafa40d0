import type { ResourceTypeDefinition } from "../schema/resource-type.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { ClientAnswer } from "./answer.ts";
import { replacementOf } from "./desired.ts";
import { diffWith } from "./diff.ts";
import type { DiffOperation } from "./diff-operation.ts";
import { type Endpoint, pathOf } from "./endpoint.ts";
import { requestsOf } from "./patch-requests.ts";
import { isScimAnswer } from "./problem.ts";
import { type AnyResource, expectSuccess, resourceOf } from "./read-answer.ts";
import { checkResource } from "./resource-check.ts";
import type { ServerTraits } from "./server-profile.ts";
import { PATCH } from "./urns.ts";

/** Options of `update`. */
export interface UpdateOptions {
  /** What becomes of attributes that the desired state does not have. Default `"keep"`; see `DiffOptions`. */
  readonly absent?: "keep" | "remove" | undefined;
  /** How often it is read and tried before a 412 is the answer. Default 5. */
  readonly attempts?: number | undefined;
  /** Reads the resource where the server answers none (204). Default `false`. */
  readonly read?: boolean | undefined;
  /** Ends the request. */
  readonly signal?: AbortSignal | undefined;
}

type Decide = (current: AnyResource) => ResourceObject | undefined | Promise<ResourceObject | undefined>;
type Change = { readonly endpoint: Endpoint; readonly path: string; readonly signal: AbortSignal | undefined };

/** Reads a resource, and makes of it what is desired: by the least PATCH, or by PUT where there is none. */
export async function update(
  endpoint: Endpoint,
  id: string,
  desired: ResourceObject | Decide,
  { absent = "keep", attempts = 5, read = false, signal }: UpdateOptions = {},
): Promise<AnyResource | undefined> {
  const change: Change = { endpoint, path: pathOf(endpoint.type, id), signal };
  for (let attempt = 1; ; attempt++) {
    const current = await readCurrent(change);
    const wanted = typeof desired === "function" ? await desired(current) : desired;
    if (wanted === undefined) return current;
    const answer = await changeTo(change, current, wanted, absent);
    if (answer === undefined) return current;
    // Somebody else was faster: what is desired is desired of what is there now.
    if (answer.status === 412 && attempt < attempts) continue;
    const changed = resourceOf(answer.method, expectSuccess(answer.method, answer));
    return changed === undefined && read ? readCurrent(change) : changed;
  }
}

type Answered = ClientAnswer & { readonly method: string };

async function changeTo(
  change: Change,
  current: AnyResource,
  wanted: ResourceObject,
  absent: "keep" | "remove",
): Promise<Answered | undefined> {
  const { type, server = {} } = change.endpoint;
  const operations = operationsFor(type, server, current, wanted, absent);
  if (operations.length === 0) return undefined;
  const { patch, put, etag } = await change.endpoint.capabilities();
  const version = etag.supported ? versionOf(current) : undefined;
  const replace = (): Promise<Answered> =>
    sendChange(change, "PUT", replacementOf(type, current, wanted, absent), version);
  if (!patch.supported && !put.supported)
    throw new TypeError(`update: the server takes neither PATCH nor PUT; correct its capabilities.`);
  if (!patch.supported) return replace();
  const answer = await sendPatch(change, operations, version);
  const isNoMethod = [404, 405, 501].includes(answer.status) && (answer.status === 501 || !isScimAnswer(answer));
  return isNoMethod && put.supported ? replace() : answer;
}

/** The operations, where the server's profile has nothing against them. */
function operationsFor(
  resourceType: ResourceTypeDefinition,
  { name = "the server", members, patch, fixed = {}, oneElement }: ServerTraits,
  current: AnyResource,
  wanted: ResourceObject,
  absent: "keep" | "remove",
): readonly DiffOperation[] {
  if (members?.returned === false && resourceType.schema.attributes.members !== undefined && "members" in wanted)
    throw new TypeError(`update: ${name} does not show who is in a group; use changeMembers.`);
  checkResource(resourceType.name, wanted, { name, oneElement });
  const byElement = members?.replace === false ? ["members"] : [];
  const rules = { valuePaths: patch?.valuePaths, byElement };
  const operations = diffWith(current, wanted, { resourceType, absent }, rules);
  const [refused] = operations.filter(({ path }) => fixed[resourceType.name]?.includes(path));
  if (refused !== undefined) throw new TypeError(`update: ${name} does not change ${refused.path}; leave it as it is.`);
  return operations;
}

/** Sends the operations, in as many requests as they take; the first that fails is the answer. */
export async function sendPatch(
  change: Change,
  operations: readonly DiffOperation[],
  version: string | undefined,
): Promise<Answered> {
  const [first = [], ...others] = requestsOf(operations, change.endpoint.server ?? {});
  const body = (Operations: readonly object[]): object => ({ schemas: [PATCH], Operations });
  let answer = await sendChange(change, "PATCH", body(first), version);
  for (const some of others) {
    if (answer.status < 200 || answer.status > 299) return answer;
    // The version is another now. Where it was not told, the rest is sent without one: each operation names what it changes.
    const next = version === undefined ? undefined : versionOf(resourceOf("PATCH", answer));
    answer = await sendChange(change, "PATCH", body(some), next);
  }
  return answer;
}

async function sendChange(
  { endpoint, path, signal }: Change,
  method: string,
  body: object,
  version: string | undefined,
): Promise<Answered> {
  const headers: Record<string, string> = version === undefined ? {} : { "if-match": version };
  return { ...(await endpoint.send({ method, path, headers, body, signal })), method };
}

async function readCurrent({ endpoint, path, signal }: Change): Promise<AnyResource> {
  const answer = await endpoint.send({ method: "GET", path, signal });
  const resource = resourceOf("GET", expectSuccess("GET", answer));
  if (resource === undefined) throw new TypeError(`update: ${answer.url} was answered without a resource.`);
  return resource;
}

function versionOf(resource: AnyResource | undefined): string | undefined {
  const { version } = Object(resource?.meta) as { readonly version?: unknown };
  return typeof version === "string" ? version : undefined;
}
