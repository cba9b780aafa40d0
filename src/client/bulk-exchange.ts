import type { ClientAnswer, ClientRequest, Send } from "./answer.ts";
import type { BulkOperation, BulkResult } from "./bulk-operation.ts";
import { isScimClientError, type ScimClientError } from "./error.ts";
import { isObject } from "./json-object.ts";
import { BULK } from "./urns.ts";

/** The body of a bulk request. */
export function bulkBody(operations: readonly BulkOperation[], failOnErrors: number | undefined): object {
  return { schemas: [BULK], ...(failOnErrors === undefined ? {} : { failOnErrors }), Operations: operations };
}

/** What the answer to a bulk request says of each operation, by its bulkId or else by its turn. */
export function resultsOf(operations: readonly BulkOperation[], { body, status }: ClientAnswer): readonly BulkResult[] {
  const listed = isObject(body) ? (body.Operations ?? body.operations) : undefined;
  if (status < 200 || status > 299 || !Array.isArray(listed))
    return operations.map((operation) => ({ operation, status: status < 400 ? 500 : status, response: body }));
  const rest = listed.filter(isObject);
  return operations.map((operation) => {
    const { bulkId, method } = operation;
    const place = rest.findIndex((one) => (bulkId === undefined ? isTurnOf(method, one) : one.bulkId === bulkId));
    const [found] = place < 0 ? [] : rest.splice(place, 1);
    if (found === undefined)
      return { operation, status: undefined, reason: "the server has stopped at errors before it" };
    const { location, version, response } = found;
    return {
      operation,
      status: Number(isObject(found.status) ? found.status.code : found.status),
      ...told({ location, version }),
      ...(response === undefined ? {} : { response }),
    };
  });
}

function isTurnOf(method: string, one: Readonly<Record<string, unknown>>): boolean {
  return one.bulkId === undefined && String(one.method).toUpperCase() === method;
}

function told({ location, version }: { readonly location: unknown; readonly version: unknown }): Partial<BulkResult> {
  const at = typeof location === "string" ? location : undefined;
  const id = at === undefined ? undefined : decodeURIComponent(at.slice(at.lastIndexOf("/") + 1));
  return { ...(at === undefined ? {} : { location: at, id }), ...(typeof version === "string" ? { version } : {}) };
}

/** Sends an operation as a request of its own, and tells of it as a bulk request would. */
export async function sendAlone(
  send: Send,
  operation: BulkOperation,
  signal: AbortSignal | undefined,
): Promise<BulkResult> {
  const { method, path, version, data } = operation;
  const headers: Record<string, string> = version === undefined ? {} : { "if-match": version };
  const answer = await answerTo(send, { method, path, headers, body: data, signal });
  if (isScimClientError(answer)) return unanswered(operation, answer);
  const { status, body } = answer;
  if (status >= 400) return { operation, status, response: body };
  const { id, meta } = Object(body) as { readonly id?: unknown; readonly meta?: unknown };
  const { location, version: kept } = Object(meta) as { readonly location?: unknown; readonly version?: unknown };
  return {
    operation,
    status,
    ...told({ location: answer.headers.get("location") ?? location, version: answer.headers.get("etag") ?? kept }),
    ...(typeof id === "string" ? { id } : {}),
  };
}

/** The answer, or why there is none. */
export async function answerTo(send: Send, request: ClientRequest): Promise<ClientAnswer | ScimClientError> {
  return send(request).catch((error: unknown) => {
    if (isScimClientError(error) && error.code !== "aborted") return error;
    throw error;
  });
}

/** An operation of which nobody knows what became. */
export function unanswered(operation: BulkOperation, error: ScimClientError): BulkResult {
  return { operation, status: undefined, reason: error.message, error };
}
