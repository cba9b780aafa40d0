import * as z from "zod/mini";
import { BULK_METHODS, type BulkEntry, type BulkMethod } from "../call/operation.ts";
import { invalidSyntax, invalidValue, payloadTooLarge, type ScimError } from "../error.ts";
import { safeParse } from "../safe-parse.ts";
import { byLowerCase } from "../schema/message-members.ts";
import { jsonTypeOf } from "../schema/validate.ts";
import { isObject, type ResourceObject } from "../schema/value.ts";

/** URN of a bulk request. @see RFC 7644 §3.7 */
export const BULK_REQUEST_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/** Longest bulkId, in UTF-16 code units. It comes back in the response, and in errors. */
const LONGEST_BULK_ID = 255;

/** What a bulk request says, its operations in request order. */
export interface BulkEnvelope {
  readonly failOnErrors: number | undefined;
  readonly entries: readonly BulkEntry[];
}

/** How the envelope is read. */
export interface EnvelopeOptions {
  /** Most operations of one request. */
  readonly maxOperations: number;
  /** Told where `schemas` is missing; undefined where that is refused. */
  readonly missingSchemas?: ((path: string) => void) | undefined;
}

const Envelope = z.object({
  schemas: z.nullish(z.array(z.string())),
  failonerrors: z.nullish(z.int().check(z.minimum(1))),
  operations: z.array(z.unknown()).check(z.minLength(1)),
});

const WRONG = {
  schemas: () => invalidSyntax(`The schemas of a bulk request must be ["${BULK_REQUEST_SCHEMA}"].`),
  failonerrors: () =>
    invalidValue("failOnErrors must be a whole number of 1 or more; leave it out to go on after errors."),
  operations: () => invalidSyntax("Operations must be an array of at least one operation."),
} as const;

/**
 * Reads the envelope of a bulk request: member names and methods in any letter case, unknown members ignored. What is wrong
 * with one operation is that operation's `problem`; only what leaves the whole request unclear is thrown.
 *
 * @throws {ScimError} 400 invalidSyntax for another message, for an element of `Operations` that is no object; 400 invalidValue
 * for `failOnErrors` below 1 and for two POSTs of one bulkId; 413 for more than `maxOperations`.
 * @see RFC 7644 §3.7
 */
export function readBulk(body: ResourceObject, options: EnvelopeOptions): BulkEnvelope {
  const parsed = safeParse(Envelope, byLowerCase(body, "The bulk request"));
  if (!parsed.success) throw WRONG[parsed.error.issues[0]?.path[0] as keyof typeof WRONG]();
  const { schemas, failonerrors, operations } = parsed.data;
  if (!schemas?.length && options.missingSchemas !== undefined) options.missingSchemas("schemas");
  else if (!schemas?.some((urn) => urn.toLowerCase() === BULK_REQUEST_SCHEMA.toLowerCase())) throw WRONG.schemas();
  if (operations.length > options.maxOperations) {
    throw payloadTooLarge(
      `The bulk request has ${operations.length} operations, which exceeds the maxOperations (${options.maxOperations}).`,
    );
  }
  const entries = operations.map(readEntry);
  checkUnique(entries);
  return { failOnErrors: failonerrors ?? undefined, entries };
}

const Entry = z.object({
  method: z.string(),
  bulkid: z.nullish(z.string().check(z.minLength(1), z.maxLength(LONGEST_BULK_ID))),
  version: z.nullish(z.string()),
  path: z.string(),
});

function readEntry(raw: unknown, index: number): BulkEntry {
  if (!isObject(raw)) throw invalidSyntax(`Operations[${index}] must be an object, not ${jsonTypeOf(raw)}.`);
  const members = byLowerCase(raw, `Operations[${index}]`);
  const method = BULK_METHODS.find(
    (name) => typeof members.method === "string" && name === members.method.toUpperCase(),
  );
  const bulkId = safeParse(Entry.shape.bulkid, members.bulkid).data ?? undefined;
  const path = typeof members.path === "string" ? members.path : undefined;
  const version = typeof members.version === "string" ? members.version : undefined;
  const { data } = members;
  return { method, bulkId, version, path, data, problem: problemOf(members, method, bulkId) };
}

function problemOf(
  members: Readonly<Record<string, unknown>>,
  method: BulkMethod | undefined,
  bulkId: string | undefined,
): ScimError | undefined {
  if (method === undefined) return invalidSyntax(`method must be one of ${BULK_METHODS.join(", ")}.`);
  const parsed = safeParse(Entry, members);
  if (!parsed.success) {
    switch (parsed.error.issues[0]?.path[0]) {
      case "bulkid":
        return invalidValue(`bulkId must be a string of 1 to ${LONGEST_BULK_ID} characters.`);
      case "version":
        return invalidValue("version must be a string: the version of the resource, as in its meta.version.");
      default:
        return invalidSyntax('path is required; it must be a string such as "/Users" or "/Users/2819c223".');
    }
  }
  // REQUIRED when "method" is "POST" [P-3.7-04].
  if (method === "POST" && bulkId === undefined) return invalidSyntax("A POST needs a bulkId, unique in the request.");
  return method === "DELETE" ? undefined : dataProblem(method, members.data);
}

/** `data` is REQUIRED for POST, PUT and PATCH [P-3.7-06]; a PATCH may come as its bare list of operations, see `readData`. */
function dataProblem(method: BulkMethod, data: unknown): ScimError | undefined {
  if (isObject(data) || (method === "PATCH" && Array.isArray(data))) return undefined;
  const found = data === undefined ? "it is missing" : `not ${jsonTypeOf(data)}`;
  return invalidSyntax(`data must be an object, the body of the single ${method} request; ${found}.`);
}

/** Of two POSTs with one bulkId nobody could say which one a reference means, so that nothing at all is done. */
function checkUnique(entries: readonly BulkEntry[]): void {
  const seen = new Set<string>();
  for (const [index, { method, bulkId }] of entries.entries()) {
    if (method !== "POST" || bulkId === undefined) continue;
    if (seen.has(bulkId))
      throw invalidValue(
        `Operations[${index}] has the bulkId of a POST before it; each POST needs a bulkId of its own. Nothing was done.`,
      );
    seen.add(bulkId);
  }
}
