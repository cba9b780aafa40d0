import type { ClientAnswer, ClientRequest, Send } from "./answer.ts";
import type { BulkOperation, BulkResult } from "./bulk-operation.ts";
import { isScimClientError, type ScimClientError } from "./error.ts";
import { isObject } from "./json-object.ts";
import { isHtml, isScimAnswer } from "./problem.ts";
import { BULK } from "./urns.ts";

/** The body of a bulk request. */
export function bulkBody(operations: readonly BulkOperation[], failOnErrors: number | undefined): object {
  return { schemas: [BULK], ...(failOnErrors === undefined ? {} : { failOnErrors }), Operations: operations };
}

/** What the answer to a bulk request says of each operation, by its bulkId or else by its turn. */
export function resultsOf(operations: readonly BulkOperation[], { body, status }: ClientAnswer): readonly BulkResult[] {
  const listed = isObject(body) ? (body.Operations ?? body.operations) : undefined;
  if (status < 200 || status > 299 || !Array.isArray(listed))
    return operations.map((operation) => ({
      operation,
      ...(status < 200 || status > 299 ? { status } : { status: undefined, reason: UNTOLD }),
      response: body,
    }));
  // Some servers give no bulkId back: then an operation is known by its turn.
  const given = new Set(listed.map((one) => (isObject(one) ? one.bulkId : undefined)));
  const rest = listed.filter(isObject);
  return operations.map((operation) => {
    const { bulkId, method } = operation;
    const place = rest.findIndex((one) => (given.has(bulkId) ? one.bulkId === bulkId : isTurnOf(method, one)));
    const [found] = place < 0 ? [] : rest.splice(place, 1);
    if (found === undefined) {
      const reason = listed.some(isRefused) ? "the server has stopped at errors before it" : UNTOLD;
      return { operation, status: undefined, reason };
    }
    const { location, version, response } = found;
    const own = statusOf(found);
    const id = isObject(response) ? response.id : undefined;
    return {
      operation,
      ...(Number.isNaN(own) ? { status: undefined, reason: UNTOLD } : { status: own }),
      ...told({ location, version }),
      ...(typeof id === "string" ? { id } : {}),
      ...(response === undefined ? {} : { response }),
    };
  });
}

const UNTOLD = "the server does not say what became of it; read before you ask again";

function statusOf({ status }: Readonly<Record<string, unknown>>): number {
  return Number(isObject(status) ? status.code : status);
}

function isRefused(one: unknown): boolean {
  return isObject(one) && statusOf(one) >= 400;
}

function isTurnOf(method: string, one: Readonly<Record<string, unknown>>): boolean {
  return one.bulkId === undefined && String(one.method ?? method).toUpperCase() === method;
}

function told({ location, version }: { readonly location: unknown; readonly version: unknown }): Partial<BulkResult> {
  const at = typeof location === "string" ? location : undefined;
  const id = at === undefined ? undefined : decoded(at.slice(at.lastIndexOf("/") + 1));
  return {
    ...(at === undefined ? {} : { location: at, ...(id ? { id } : {}) }),
    ...(typeof version === "string" ? { version } : {}),
  };
}

/** What is no text of a URL is taken as it is: what was done must be told of. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
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
  // An attempt whose answer was lost has done it.
  if (method === "DELETE" && status === 404 && answer.isRepeat === true && isScimAnswer(answer))
    return { operation, status: 204 };
  if (status < 200 || status > 299) return { operation, status, response: body };
  if (isHtml(answer)) return { operation, status: undefined, reason: "it was answered with HTML" };
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
