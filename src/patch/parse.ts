import { invalidSyntax, payloadTooLarge } from "../error.ts";
import { byLowerCase } from "../schema/message-members.ts";
import { jsonTypeOf } from "../schema/validate.ts";
import type { ResourceObject } from "../schema/value.ts";

/** URN of a PATCH body. @see RFC 7644 §3.5.2 */
export const PATCH_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/** What an operation does. @see RFC 7644 §3.5.2 */
export type Op = "add" | "remove" | "replace";

/** One operation as the client sent it, its member names canonical. @see RFC 7644 §3.5.2 */
export interface ParsedOperation {
  readonly op: Op;
  /** Absent: the resource itself. */
  readonly path?: unknown;
  /** Present even where it is `null`; absent where the client sent none. */
  readonly value?: unknown;
}

/** How the envelope is read. @see RFC 7644 §3.5.2 */
export interface ParseOptions {
  /** Told where `schemas` is missing; undefined where that is refused. */
  readonly missingSchemas?: (() => void) | undefined;
  /** Told where `Operations` is empty; undefined where that is refused. */
  readonly emptyOperations?: (() => void) | undefined;
  /** Told of an operation whose path is `""`, which then has none; undefined where such a path is refused. */
  readonly emptyPath?: ((path: string) => void) | undefined;
  /** Most operations of one request; more is 413. */
  readonly maxOperations: number;
}

/**
 * Reads the envelope of a PATCH: member names and `op` in any letter case, unknown members ignored.
 * @throws {ScimError} 400 invalidSyntax for another message and for an unknown `op`; 413 for too many operations.
 * @example
 * ```ts
 * import { PATCH_SCHEMA, parsePatch } from "scimkit/patch";
 * const body = { schemas: [PATCH_SCHEMA], Operations: [{ op: "Replace", path: "title", value: "Captain" }] };
 * const [operation] = parsePatch(body, { maxOperations: 1000 }); // { op: "replace", path: "title", value: "Captain" }
 * ```
 * @see RFC 7644 §3.5.2
 */
export function parsePatch(body: ResourceObject, options: ParseOptions): readonly ParsedOperation[] {
  const members = messageOf(body);
  const { schemas } = members;
  const urns = schemas === undefined || schemas === null ? NONE : schemas;
  if (!areTexts(urns)) throw invalidSyntax("The PATCH body is wrong: schemas must be an array of URNs.");
  const { operations } = members;
  if (!Array.isArray(operations)) throw invalidSyntax(`The PATCH body is wrong: ${problemOf(members)}.`);
  if (urns.length === 0 && options.missingSchemas !== undefined) options.missingSchemas();
  else if (!urns.some(isPatchSchema)) {
    throw invalidSyntax(`The schemas of a PATCH must be ["${PATCH_SCHEMA}"].`);
  }
  if (operations.length > options.maxOperations) {
    throw payloadTooLarge(
      `The PATCH has ${operations.length} operations, which exceeds the limits.operations (${options.maxOperations}).`,
    );
  }
  if (operations.length === 0) {
    if (options.emptyOperations === undefined) throw invalidSyntax("Operations must contain at least one operation.");
    options.emptyOperations();
  }
  return operations.map((operation: unknown, index) => parseOperation(operation, index, options));
}

const NONE: readonly never[] = [];

/** The members of the message, in the letter case that the RFC gives them as in any other. */
function messageOf(body: ResourceObject): Readonly<Record<string, unknown>> {
  for (const name in body) if (name !== "schemas" && name !== "Operations") return byLowerCase(body, "The PATCH body");
  return { schemas: body.schemas, operations: body.Operations };
}

function areTexts(values: unknown): values is readonly string[] {
  return Array.isArray(values) && values.every((value) => typeof value === "string");
}

function isPatchSchema(urn: string): boolean {
  return urn === PATCH_SCHEMA || urn.toLowerCase() === PATCH_SCHEMA.toLowerCase();
}

/** A client of SCIM 1.1 sends the part of the resource that is to change. */
function problemOf({ operations }: Readonly<Record<string, unknown>>): string {
  return operations === undefined
    ? "it has no Operations; a part of a resource, as in SCIM 1.1, is none"
    : "Operations must be an array of operations";
}

const OPS: readonly Op[] = ["add", "remove", "replace"];

/** RFC 7643 §2.1, §2.2: strings without caseExact, `op` too, have no letter case. */
function opOf(text: unknown): Op | undefined {
  if (typeof text !== "string") return undefined;
  const lower = text.toLowerCase();
  for (const op of OPS) if (op === lower) return op;
  return undefined;
}

function parseOperation(raw: unknown, index: number, { emptyPath }: ParseOptions): ParsedOperation {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw))
    throw invalidSyntax(`Operations[${index}] must be an object, not ${jsonTypeOf(raw)}.`);
  const { op: verb, path, value } = operationMembers(raw as ResourceObject, index);
  const op = opOf(verb);
  if (op === undefined) throw invalidSyntax(`Operations[${index}].op must be "add", "remove" or "replace".`);
  const isEmpty = path === "" && emptyPath !== undefined;
  if (isEmpty) emptyPath(`Operations[${index}].path`);
  if (path === undefined || path === null || isEmpty) return value === undefined ? { op } : { op, value };
  return value === undefined ? { op, path } : { op, path, value };
}

/** The members of an operation, in the letter case that the RFC gives them as in any other. */
function operationMembers(raw: ResourceObject, index: number): Readonly<Record<string, unknown>> {
  for (const name in raw)
    if (name !== "op" && name !== "path" && name !== "value") return byLowerCase(raw, `Operations[${index}]`);
  return raw;
}
