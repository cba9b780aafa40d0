import type { Limits } from "../call/limits.ts";
import { bodyTooLarge, invalidSyntax, type ScimError } from "../error.ts";
import { jsonTypeOf } from "../schema/validate.ts";
import { isObject, type ResourceObject } from "../schema/value.ts";
import { andThen, type Work } from "../time-slice.ts";
import { parseJson } from "./json.ts";

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
const ENCODER = new TextEncoder();

/** Whether SCIM reads a body with this verb, given in capitals. */
export function hasBody(method: string): boolean {
  return method === "POST" || method === "PUT" || method === "PATCH";
}

/** The limits of a bulk request: it, its Operations and the operation are three levels around what a single request has. */
export function limitsOfBulk(limits: Limits): Limits {
  return { ...limits, depth: limits.depth + 3 };
}

/**
 * Reads a body as one JSON object, whether the host gives bytes, text or a value that it has parsed.
 * @throws {ScimError} 413, 400 invalidSyntax
 */
export function readJson(body: unknown, limits: Limits): Work<ResourceObject> {
  if (body === undefined || body === null || body === "") throw bodyMissing();
  return typeof body === "string" || body instanceof Uint8Array
    ? andThen(parseJson(textOf(body, limits), limits), toObject)
    : toObject(body);
}

function toObject(value: unknown): ResourceObject {
  if (!isObject(value)) throw invalidSyntax(`The request body must be a JSON object, not ${jsonTypeOf(value)}.`);
  return value;
}

function textOf(body: string | Uint8Array, limits: Limits): string {
  const size =
    typeof body === "string"
      ? body.length > limits.body / 4
        ? ENCODER.encode(body).length
        : body.length
      : body.length;
  if (size > limits.body) throw bodyTooLarge(limits.body);
  if (typeof body === "string") return body;
  try {
    return UTF8.decode(body);
  } catch {
    throw invalidSyntax("The request body is not UTF-8 text.");
  }
}

/** 400 for a body that is missing where one is needed. */
function bodyMissing(): ScimError {
  return invalidSyntax("The request needs a JSON body.");
}
