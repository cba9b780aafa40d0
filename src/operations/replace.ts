import type { Call } from "../call/call.ts";
import { isFixed, keepsOmitted } from "../call/omitted.ts";
import type { ReplaceOperation } from "../call/operation.ts";
import type { Result } from "../call/result.ts";
import { mutability } from "../error.ts";
import type { Attribute } from "../schema/attribute.ts";
import { type CanonicalBody, missingAttributes } from "../schema/canonical.ts";
import type { Problem } from "../schema/problem.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { isSame, type ResourceObject, readAttribute, writeAttribute } from "../schema/value.ts";
import type { Context, Select, StoredResource } from "../storage/adapter.ts";
import { readBody, throwProblems } from "./body.ts";
import { checkNamesAny } from "./known-names.ts";
import { noteOwner } from "./ownership.ts";
import { readBack } from "./read.ts";
import { tellWrite } from "./tell.ts";
import { type Rewrite, writeWithRetry } from "./write-with-retry.ts";

/** Reads everything that is stored and nothing that is computed. */
const SELECT_STORED: Select = { includes: (attribute) => attribute.inverseOf === undefined };

/**
 * Replaces a resource: readWrite attributes that the body omits are cleared; readOnly, immutable, writeOnly ones and those
 * returned on "request" are kept, because the client cannot send back what it does not see.
 * @see RFC 7644 §3.5.1
 */
export async function replace<C extends Context>(operation: ReplaceOperation, call: Call<C>): Promise<Result> {
  const { resourceType, id } = operation;
  const body = await readBody(call, resourceType, operation.body);
  const selection = operation.selection.forWrite(body.named);
  const compute = (before: StoredResource): Rewrite => {
    const rewritten = rewrite(resourceType, before, body, call);
    checkNamesAny(resourceType, operation.body, body);
    return rewritten;
  };
  const written = await writeWithRetry(
    operation,
    { select: SELECT_STORED, compute, shown: selection },
    call,
    "replaced",
  );
  if (written === undefined) {
    await noteOwner(call, "replaced", resourceType, id);
    return readBack({ resourceType, id, selection }, call);
  }
  const telling = tellWrite(call, "replaced", operation, written, selection);
  const amended = telling && (await telling);
  return { type: "resource", status: 200, resourceType, resource: amended ?? written.stored, selection };
}

/** @throws {ScimError} 400 for a required attribute that would be missing, and for an immutable one that would change. */
function rewrite<C extends Context>(
  resourceType: CompiledResourceType,
  before: StoredResource,
  body: CanonicalBody,
  call: Call<C>,
): Rewrite {
  const keeps = (attribute: Attribute): boolean => keepsOmitted(call.engine, attribute, call.note);
  const after = merge(resourceType, before, body, keeps);
  const isKept = ({ path }: Problem): boolean => isSecret(resourceType, path) && body.secrets[path] !== null;
  throwProblems(missingAttributes(resourceType, after).filter((problem) => !isKept(problem)));
  return { before, after, secrets: body.secrets };
}

function isSecret(resourceType: CompiledResourceType, path: string): boolean {
  return resourceType.resolve(path)?.attribute.mutability === "writeOnly";
}

/** The state after a PUT. @see RFC 7644 §3.5.1 */
function merge(
  resourceType: CompiledResourceType,
  before: StoredResource,
  body: CanonicalBody,
  keepsOmitted: (attribute: Attribute) => boolean,
): Record<string, unknown> {
  const after: Record<string, unknown> = {};
  for (const attribute of resourceType.content) {
    const old = readAttribute(before, attribute);
    const asserted = readAttribute(body.resource, attribute);
    // What has a default always has a state: to unassign it is to leave it out [R-19a].
    const isOmitted = !body.named.has(attribute) || (attribute.default !== undefined && asserted === undefined);
    const isKept = isFixed(attribute, isOmitted) || (isOmitted && old !== undefined && keepsOmitted(attribute));
    const value = isKept
      ? old
      : (replaceValue(attribute, old, asserted) ?? (isOmitted ? attribute.default : undefined));
    if (value !== undefined) writeAttribute(after, attribute, value);
  }
  return after;
}

function replaceValue(attribute: Attribute, old: unknown, asserted: unknown): unknown {
  if (attribute.mutability === "immutable" && old !== undefined && !isSame(old, asserted)) {
    throw mutability(`${attribute.path} is immutable and already has a value; it cannot be changed.`);
  }
  if (asserted === undefined || old === undefined || attribute.type !== "complex") return asserted;
  if (!attribute.multiValued) return keepFixedParts(attribute, old as ResourceObject, asserted as ResourceObject);
  return keepFixedElements(attribute, old as readonly ResourceObject[], asserted as readonly ResourceObject[]);
}

/** Elements keep their identity by `value`; of a collection, the immutable parts of one that stays are the stored ones [P-3.5.1-13]. */
function keepFixedElements(
  attribute: Attribute,
  old: readonly ResourceObject[],
  asserted: readonly ResourceObject[],
): readonly ResourceObject[] {
  const fixed = attribute.subAttributes.some((sub) => sub.mutability === "readOnly" || sub.mutability === "immutable");
  const identity = attribute.sub("value");
  if (!fixed || identity === undefined) return asserted;
  const byKey = new Map(
    old.flatMap((element) => (element.value === undefined ? [] : [[identity.key(element.value), element] as const])),
  );
  return asserted.map((element) => {
    const twin = element.value === undefined ? undefined : byKey.get(identity.key(element.value));
    if (twin === undefined) return element;
    return attribute.collection
      ? { ...element, ...fixedParts(attribute, twin) }
      : keepFixedParts(attribute, twin, element);
  });
}

function fixedParts(attribute: Attribute, old: ResourceObject): ResourceObject {
  const names = attribute.subAttributes
    .filter((sub) => sub.mutability === "readOnly" || sub.mutability === "immutable")
    .map((sub) => sub.name);
  return Object.fromEntries(names.flatMap((name) => (old[name] === undefined ? [] : [[name, old[name]]])));
}

function keepFixedParts(attribute: Attribute, old: ResourceObject, asserted: ResourceObject): ResourceObject {
  for (const sub of attribute.subAttributes) {
    if (sub.mutability !== "immutable" || old[sub.name] === undefined || asserted[sub.name] === undefined) continue;
    if (!isSame(old[sub.name], asserted[sub.name]))
      throw mutability(`${sub.path} is immutable and already has a value; it cannot be changed.`);
  }
  return { ...asserted, ...fixedParts(attribute, old) };
}
