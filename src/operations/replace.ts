import { type Call, MOST_TRIES, SELECT_STORED, writeRequest } from "../call/call.ts";
import type { ReplaceOperation } from "../call/operation.ts";
import { matchesTag } from "../call/preconditions.ts";
import type { Result } from "../call/result.ts";
import { conflict, isScimError, mutability, versionMismatch } from "../error.ts";
import type { Attribute } from "../schema/attribute.ts";
import { type CanonicalBody, missingAttributes, schemasOf } from "../schema/canonical.ts";
import type { ResourceType } from "../schema/resource-type.ts";
import { isObject, isSame, type ResourceObject, readAttribute, writeAttribute } from "../schema/value.ts";
import type { Context, StoredResource } from "../storage/adapter.ts";
import { readBody, throwProblems } from "./body.ts";
import { changesOf, emitChange, namesOf } from "./change.ts";
import { noSuchResource } from "./missing.ts";
import { checkForeignReferences } from "./references.ts";
import { checkStored } from "./stored.ts";

/**
 * Replaces a resource: readWrite attributes that the body omits are cleared; readOnly, immutable, writeOnly ones and those
 * returned on "request" are kept, because the client cannot send back what it does not see.
 * @see RFC 7644 §3.5.1
 */
export async function replace<C extends Context>(operation: ReplaceOperation, call: Call<C>): Promise<Result> {
  const { resourceType, id, ifMatch } = operation;
  const body = readBody(call, resourceType, operation.body);
  const storage = call.storageOf(resourceType);
  const selection = operation.selection.forWrite(body.named);
  for (let attempt = 1; attempt <= MOST_TRIES; attempt++) {
    const before = await storage.get({ resourceType, id, select: SELECT_STORED, signal: call.signal }, call.context);
    if (before === undefined) throw ifMatch === "*" ? versionMismatch() : noSuchResource(resourceType);
    if (ifMatch !== undefined && !matchesTag(ifMatch, before.meta.version)) throw versionMismatch();
    const { putOmitted, quirks } = call.engine;
    const keeps = (attribute: Attribute): boolean => putOmitted === "keep" || quirks.keepsOmitted(attribute, call.note);
    const after = merge(resourceType, before, body, keeps);
    throwProblems(missingAttributes(resourceType, after).filter(({ path }) => !isSecret(resourceType, path)));
    if (Object.keys(body.secrets).length === 0 && isSameResource(resourceType, before, after)) {
      const answered = { resourceType, id, select: selection, stream: true, signal: call.signal };
      const current = await storage.get(answered, call.context);
      if (current === undefined) throw noSuchResource(resourceType);
      return { type: "resource", status: 200, resourceType, resource: checkStored(current), selection };
    }
    await checkForeignReferences(call, resourceType, after, id);
    const request = writeRequest(call, resourceType);
    const resource = {
      ...after,
      schemas: schemasOf(resourceType, after),
      id,
      meta: { resourceType: resourceType.name, created: before.meta.created, lastModified: request.at },
    };
    try {
      const stored = await storage.replace(
        { ...request, id, resource, secrets: body.secrets, ifVersion: before.meta.version, before, select: selection },
        call.context,
      );
      if (stored === undefined) throw noSuchResource(resourceType);
      const { version } = checkStored(stored).meta;
      const attributes = [...namesOf(resourceType, before, after), ...Object.keys(body.secrets)];
      emitChange(call, "replaced", resourceType, {
        id,
        version,
        attributes,
        ...changesOf(resourceType, before, after),
        before,
        after: resource,
      });
      return { type: "resource", status: 200, resourceType, resource: stored, selection };
    } catch (error) {
      // Only the client's own If-Match is worth a 412; otherwise the write starts again from the new state.
      if (!isScimError(error) || error.status !== 412 || (ifMatch !== undefined && ifMatch !== "*")) throw error;
    }
  }
  throw conflict();
}

function isSecret(resourceType: ResourceType, path: string): boolean {
  return resourceType.resolve(path)?.attribute.mutability === "writeOnly";
}

/** The state after a PUT. @see RFC 7644 §3.5.1 */
function merge(
  resourceType: ResourceType,
  before: StoredResource,
  body: CanonicalBody,
  keepsOmitted: (attribute: Attribute) => boolean,
): Record<string, unknown> {
  const after: Record<string, unknown> = {};
  for (const attribute of resourceType.content) {
    const old = readAttribute(before, attribute);
    const asserted = readAttribute(body.resource, attribute);
    const isOmitted = !body.named.has(attribute);
    const isKept = isFixed(attribute, isOmitted) || (isOmitted && old !== undefined && keepsOmitted(attribute));
    const value = isKept ? old : (replaced(attribute, old, asserted) ?? (isOmitted ? attribute.default : undefined));
    if (value !== undefined) writeAttribute(after, attribute, value);
  }
  return after;
}

/** What a client cannot change, and what it cannot send back because it does not see it [A18]. */
function isFixed(attribute: Attribute, isOmitted: boolean): boolean {
  if (attribute.mutability === "readOnly") return true;
  return isOmitted && (attribute.mutability === "immutable" || attribute.returned === "request");
}

function replaced(attribute: Attribute, old: unknown, asserted: unknown): unknown {
  if (attribute.mutability === "immutable" && old !== undefined && !isSame(old, asserted)) {
    throw mutability(`${attribute.path} is immutable and already has a value; it cannot be changed.`);
  }
  if (asserted === undefined || old === undefined || attribute.type !== "complex") return asserted;
  if (!attribute.multiValued) return withFixedParts(attribute, old as ResourceObject, asserted as ResourceObject);
  return withFixedElements(attribute, old as readonly ResourceObject[], asserted as readonly ResourceObject[]);
}

/** Elements keep their identity by `value`; of a collection, the immutable parts of one that stays are the stored ones [P-3.5.1-13]. */
function withFixedElements(
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
      : withFixedParts(attribute, twin, element);
  });
}

function fixedParts(attribute: Attribute, old: ResourceObject): ResourceObject {
  const names = attribute.subAttributes
    .filter((sub) => sub.mutability === "readOnly" || sub.mutability === "immutable")
    .map((sub) => sub.name);
  return Object.fromEntries(names.flatMap((name) => (old[name] === undefined ? [] : [[name, old[name]]])));
}

function withFixedParts(attribute: Attribute, old: ResourceObject, asserted: ResourceObject): ResourceObject {
  for (const sub of attribute.subAttributes) {
    if (sub.mutability !== "immutable" || old[sub.name] === undefined || asserted[sub.name] === undefined) continue;
    if (!isSame(old[sub.name], asserted[sub.name]))
      throw mutability(`${sub.path} is immutable and already has a value; it cannot be changed.`);
  }
  return { ...asserted, ...fixedParts(attribute, old) };
}

/** Whether a write would change nothing; the elements of a collection have no order. @see RFC 7643 §2.3.8 */
export function isSameResource(resourceType: ResourceType, before: ResourceObject, after: ResourceObject): boolean {
  return resourceType.content.every((attribute) => {
    const old = readAttribute(before, attribute);
    const value = readAttribute(after, attribute);
    if (!attribute.collection || !Array.isArray(old) || !Array.isArray(value)) return isSame(old, value);
    if (old.length !== value.length) return false;
    const identity = attribute.sub("value");
    const byKey = new Map(old.map((element) => [identity?.key(isObject(element) ? element.value : element), element]));
    return value.every((element) => isSame(byKey.get(identity?.key((element as ResourceObject).value)), element));
  });
}
