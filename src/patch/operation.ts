import { isScimError, ownError, ScimError } from "../error.ts";
import type { Filter } from "../filter/ast.ts";
import type { Attribute, AttributePath } from "../schema/attribute.ts";
import type { CompiledExtension } from "../schema/resource-type.ts";
import type { ResourceObject } from "../schema/value.ts";
import { type Steps, Unfinished, type Work } from "../time-slice.ts";
import type { Op } from "./parse.ts";

/** What stands at one position of the request, for errors. */
interface Prepared {
  /** Position in `Operations`. */
  readonly index: number;
}

/**
 * One operation, resolved against the schema, its value read and checked: what is left is to apply it to a resource. A
 * path-less operation has become one prepared operation for each attribute that its value names.
 * @see RFC 7644 §3.5.2
 */
export type PreparedOperation = Prepared &
  (AttributeOperation | ElementOperation | SecretOperation | EchoOperation | ExtensionOperation | SchemasOperation);

/** On an attribute, or on a sub-attribute of a singular complex one. @see RFC 7644 §3.5.2 */
export interface AttributeOperation {
  readonly type: "attribute";
  readonly op: Op;
  readonly path: AttributePath;
  /**
   * Canonical; undefined where add or replace unassign (`null`, `[]`). Of a remove, the values to remove, or undefined for all.
   * Of what is multi-valued always an array.
   */
  readonly value: unknown;
  /** Sub-attributes that a complex value unassigns with `null`. */
  readonly cleared: readonly Attribute[];
}

/** On the elements that a value path selects, or on a sub-attribute of theirs. @see RFC 7644 §3.5.2 */
export interface ElementOperation {
  readonly type: "element";
  readonly op: Op;
  readonly attribute: Attribute;
  /** Over one element. Undefined for all of them: `emails.type`. */
  readonly filter: Filter<AttributePath> | undefined;
  /** The element that the filter describes, being a conjunction of `eq`; undefined where it describes none. */
  readonly described: ResourceObject | undefined;
  readonly sub: Attribute | undefined;
  /** As that of an `AttributeOperation`. */
  readonly value: unknown;
  readonly cleared: readonly Attribute[];
}

/** On a writeOnly attribute. @see RFC 7644 §3.5.2; RFC 7643 §7 */
export interface SecretOperation {
  readonly type: "secret";
  readonly attribute: Attribute;
  /** `null` unassigns. */
  readonly value: unknown;
}

/** A readOnly attribute in a path-less value: must say what is stored. @see RFC 7644 §3.5.2; RFC 7643 §7 */
export interface EchoOperation {
  readonly type: "echo";
  readonly attribute: Attribute;
  readonly value: unknown;
}

/** Unassigns an extension as a whole. @see RFC 7643 §3.3 */
export interface ExtensionOperation {
  readonly type: "extension";
  readonly op: "remove" | "replace";
  readonly extension: CompiledExtension;
}

/** On `schemas`, which says which extensions go. @see RFC 7643 §3 */
export interface SchemasOperation {
  readonly type: "schemas";
  readonly op: Op;
  readonly urns: readonly string[];
}

/** The same error, its detail beginning with the position of the operation. */
export function withPosition(error: unknown, index: number): unknown {
  if (!isScimError(error)) return error;
  const { status, detail, summary, scimType, headers } = ownError(error);
  return new ScimError(status, `Operations[${index}]: ${detail}`, {
    ...(scimType === undefined ? {} : { scimType }),
    summary: `Operations[${index}]: ${summary}`,
    headers,
    cause: error,
  });
}

/** Work that was begun on the operation at a position, which its errors name. */
export function atPosition<T>(index: number, work: Work<T>): Work<T> {
  return work instanceof Unfinished ? new Unfinished(stepsAt(index, work.steps)) : work;
}

function* stepsAt<T>(index: number, steps: Steps<T>): Steps<T> {
  try {
    return yield* steps;
  } catch (error) {
    throw withPosition(error, index);
  }
}
