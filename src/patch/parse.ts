import { invalidSyntax, payloadTooLarge } from "../error.ts";
import * as form from "../form.ts";
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

const Envelope = form.object({ schemas: form.array(form.string()).nullish(), operations: form.array(form.unknown()) });

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
  const members = byLowerCase(body, "The PATCH body");
  const parsed = Envelope.safeParse(members);
  if (!parsed.success) {
    const isOfSchemas = parsed.error.issues[0]?.path[0] === "schemas";
    throw invalidSyntax(
      `The PATCH body is wrong: ${isOfSchemas ? "schemas must be an array of URNs" : problemOf(members)}.`,
    );
  }
  const { schemas, operations } = parsed.data;
  if (!schemas?.length && options.missingSchemas !== undefined) options.missingSchemas();
  else if (!schemas?.some((urn) => urn.toLowerCase() === PATCH_SCHEMA.toLowerCase())) {
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
  return operations.map((operation, index) => parseOperation(operation, index, options));
}

/** A client of SCIM 1.1 sends the part of the resource that is to change. */
function problemOf({ operations }: Readonly<Record<string, unknown>>): string {
  return operations === undefined
    ? "it has no Operations; a part of a resource, as in SCIM 1.1, is none"
    : "Operations must be an array of operations";
}

const OPS: readonly Op[] = ["add", "remove", "replace"];

function parseOperation(raw: unknown, index: number, { emptyPath }: ParseOptions): ParsedOperation {
  const where = `Operations[${index}]`;
  if (typeof raw !== "object" || raw === null || Array.isArray(raw))
    throw invalidSyntax(`${where} must be an object, not ${jsonTypeOf(raw)}.`);
  const members = byLowerCase(raw as ResourceObject, where);
  // RFC 7643 §2.1, §2.2: strings without caseExact, `op` too, have no letter case.
  const op = OPS.find((name) => typeof members.op === "string" && name === members.op.toLowerCase());
  if (op === undefined) throw invalidSyntax(`${where}.op must be "add", "remove" or "replace".`);
  const isEmpty = members.path === "" && emptyPath !== undefined;
  if (isEmpty) emptyPath(`${where}.path`);
  return {
    op,
    ...(members.path === undefined || members.path === null || isEmpty ? {} : { path: members.path }),
    ...(members.value === undefined ? {} : { value: members.value }),
  };
}
