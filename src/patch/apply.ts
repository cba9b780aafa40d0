import { mutability } from "../error.ts";
import type { Attribute } from "../schema/attribute.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { DEFAULT_VALUE_LIMITS, type ValueLimits } from "../schema/validate.ts";
import { isObject, isSame, type ResourceObject } from "../schema/value.ts";
import { andThen, finish, isEvery, isFew, oneByOne, type Steps, Unfinished, type Work } from "../time-slice.ts";
import { PatchedDocument } from "./document.ts";
import { Effort } from "./effort.ts";
import { applyToList } from "./elements.ts";
import { applyToSchemas, clearExtension } from "./extension.ts";
import { findFault } from "./final-state.ts";
import type { JsonPatchOperation } from "./json-patch.ts";
import { atPosition, type PreparedOperation, withPosition } from "./operation.ts";
import { applyToSingular, type OverwritingReplace } from "./singular.ts";
import { applyToSelected, type CreateOnNoMatch } from "./value-path.ts";

/** Switches of `applyPatch`; quirks decide on them. @see RFC 7644 §3.5.2 */
export interface ApplyOptions {
  /** Told of a value path that selects nothing, whose element is then made from the filter; undefined where that is 400 noTarget. */
  readonly createOnNoMatch?: CreateOnNoMatch | undefined;
  /**
   * Told of a replace of a complex attribute, which then takes the place of all of it; undefined where sub-attributes that it does not
   * name stay, as the RFC has it.
   */
  readonly overwritingReplace?: OverwritingReplace | undefined;
  /** Bounds on what the resource may grow to. Default: those of `createScim`. */
  readonly limits?: ValueLimits | undefined;
  /** Most comparisons of elements with filters and with what is listed. Default 10,000,000; more is 400 tooMany. */
  readonly maxComparisons?: number | undefined;
}

/** What a PATCH came to. @see RFC 7644 §3.5.2 */
export interface Patched {
  /** The new state; what did not change is shared with the old one. `schemas` is left as it was: it follows from the data. */
  readonly resource: ResourceObject;
  /** writeOnly attributes by path; `null` unassigns. */
  readonly secrets: Readonly<Record<string, unknown>>;
  /** Operations that make the new state of the old one. @see RFC 6902 */
  readonly changes: readonly JsonPatchOperation[];
}

/**
 * Applies prepared operations in order, each to the result of the one before, all or none of them: the resource that came in
 * stays as it was, and nothing of it is copied that no operation touches. The cost grows with the number of operations and
 * with the elements of the attributes that they name, not with the product of the two.
 *
 * @throws {ScimError} 400 mutability, noTarget, invalidValue, tooMany, the detail naming the operation and the attribute.
 * @example
 * ```ts
 * import { compileResourceType, User } from "scimkit";
 * import { applyPatch, prepare } from "scimkit/patch";
 * const type = compileResourceType(User);
 * const operations = prepare(type, [{ op: "replace", path: "name.givenName", value: "Ada" }]);
 * const before = { schemas: [type.urn], id: "1", userName: "ada", name: { familyName: "King" } };
 * const { resource, changes } = applyPatch(type, before, operations);
 * // resource.name: { familyName: "King", givenName: "Ada" }; changes: [{ op: "add", path: "/name/givenName", value: "Ada" }]
 * ```
 * @see RFC 7644 §3.5.2
 */
export function applyPatch(
  resourceType: CompiledResourceType,
  resource: ResourceObject,
  operations: readonly PreparedOperation[],
  options: ApplyOptions = {},
): Patched {
  return finish(applyWork(resourceType, resource, operations, new Effort(options.maxComparisons), options));
}

/**
 * As `applyPatch`, with an effort that others may share: what few operations do to few elements is done at once, and else no step takes
 * long however many elements there are.
 */
export function applyWork(
  resourceType: CompiledResourceType,
  resource: ResourceObject,
  operations: readonly PreparedOperation[],
  effort: Effort,
  options: Omit<ApplyOptions, "maxComparisons">,
): Work<Patched> {
  const { limits = DEFAULT_VALUE_LIMITS } = options;
  const document = new PatchedDocument(resource, effort);
  const secrets: Record<string, unknown> = {};
  const applied = oneByOne(operations, (operation) => {
    try {
      return atPosition(operation.index, applyOne(resourceType, document, operation, secrets, options));
    } catch (error) {
      throw withPosition(error, operation.index);
    }
  });
  return andThen(applied, () =>
    andThen(document.finish(), ({ resource: after, changes }) =>
      andThen(findFault(resourceType, resource, after, document, limits), (fault) => {
        if (fault !== undefined) throw withPosition(fault.error, lastOn(resourceType, operations, fault.path));
        return { resource: after, secrets, changes };
      }),
    ),
  );
}

/** The target decides what an operation does: one module for each kind. @see RFC 7644 §3.5.2.1, §3.5.2.2, §3.5.2.3 */
function applyOne(
  resourceType: CompiledResourceType,
  document: PatchedDocument,
  operation: PreparedOperation,
  secrets: Record<string, unknown>,
  { createOnNoMatch, overwritingReplace }: ApplyOptions,
): Work<void> {
  switch (operation.type) {
    case "attribute": {
      const { attribute } = operation.path;
      if (attribute.multiValued) return applyToList(document.elements(attribute), operation);
      return applyToSingular(document, operation, overwritingReplace);
    }
    case "element":
      return applyToSelected(document.elements(operation.attribute), operation, createOnNoMatch);
    case "secret":
      secrets[operation.attribute.path] = operation.value;
      return;
    case "extension":
      return clearExtension(document, operation.extension, operation.op, secrets);
    case "schemas":
      return applyToSchemas(document, resourceType, operation, secrets);
    case "echo":
      return andThen(
        isEcho(operation.attribute, document.read(operation.attribute), operation.value, document.effort),
        (isSaid) => {
          if (!isSaid) throw mutability(`${operation.attribute.path} is readOnly; it cannot be changed by a client.`);
        },
      );
  }
}

/** A readOnly attribute that a client sends back says what is stored, as far as it says something. */
function isEcho(attribute: Attribute, stored: unknown, sent: unknown, effort: Effort): Work<boolean> {
  if (!Array.isArray(sent) || (sent.length > 0 && !Array.isArray(stored))) return isEchoOfOne(attribute, stored, sent);
  const elements: readonly unknown[] = Array.isArray(stored) ? stored : [];
  effort.spend(sent.length * elements.length);
  if (isFew(sent.length * elements.length))
    return sent.every((element) => elements.some((candidate) => isEchoOfOne(attribute, candidate, element)));
  return new Unfinished(isEchoOfAll(attribute, elements, sent));
}

function* isEchoOfAll(attribute: Attribute, stored: readonly unknown[], sent: readonly unknown[]): Steps<boolean> {
  for (const element of sent)
    if (yield* isEvery(stored, (candidate) => !isEchoOfOne(attribute, candidate, element))) return false;
  return true;
}

function isEchoOfOne(attribute: Attribute, stored: unknown, sent: unknown): boolean {
  if (sent === null || sent === undefined) return true;
  if (isObject(sent) && isObject(stored)) {
    return Object.entries(sent).every(([name, value]) => {
      const sub = attribute.sub(name);
      return sub === undefined || sub.type === "reference" || sub.name === "version" || isSame(stored[sub.name], value);
    });
  }
  return isSame(stored, sent);
}

/** The position of the last operation that names an attribute, or one of its extension; of the very last where none does. */
function lastOn(resourceType: CompiledResourceType, operations: readonly PreparedOperation[], path: string): number {
  const extension = resourceType.extension(path)?.urn ?? resourceType.resolve(path)?.attribute.extension;
  const names = (attribute: Attribute, exactly: boolean): boolean =>
    exactly ? attribute.path === path : extension !== undefined && attribute.extension === extension;
  for (const exactly of [true, false]) {
    const found = operations.findLast((operation) => {
      if (operation.type === "schemas") return false;
      if (operation.type === "extension") return operation.extension.urn === extension;
      return names(operation.type === "attribute" ? operation.path.attribute : operation.attribute, exactly);
    });
    if (found !== undefined) return found.index;
  }
  return operations.at(-1)?.index ?? 0;
}
