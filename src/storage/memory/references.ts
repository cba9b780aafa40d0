import type { CompiledResourceType, ReferenceAttribute } from "../../schema/resource-type.ts";
import {
  type AttributePlace,
  isObject,
  type ResourceObject,
  readAttribute,
  writeAttribute,
} from "../../schema/value.ts";
import type { StoredResource } from "../adapter.ts";
import { type SettleOptions, settleReference } from "../reference.ts";
import { changeContent, rewrite } from "./change.ts";
import { changeElementOf, updateIndexes } from "./indexes.ts";
import { idIn, type ReferenceIndex } from "./reference-index.ts";
import { type Content, type Elements, listOf, type Row } from "./row.ts";
import { State } from "./state.ts";
import type { Tenant } from "./tenant.ts";

/**
 * The content with its references as `settleReference` has them. The elements of its collections, which nobody else has yet, are
 * settled in place.
 * @throws {ScimError} 400 invalidValue as `settleReference`.
 */
export function settleReferences(
  tenant: Tenant,
  resourceType: CompiledResourceType,
  content: Content,
  { checkReferences, notices }: Omit<SettleOptions, "holder">,
): Content {
  let document: Record<string, unknown> | undefined;
  const options: SettleOptions = { holder: content.document.id, checkReferences, ...(notices && { notices }) };
  for (const reference of resourceType.references) {
    const { attribute } = reference;
    // What is no reference as it is stored, from before it was one, is nothing to settle.
    const settle = (element: unknown, index: number | undefined) =>
      isObject(element) ? settleElement(tenant, reference, element, index, options) : element;
    const collection = content.collections.get(attribute.path);
    if (collection !== undefined) settleCollection(collection, settle);
    const stored = readAttribute(content.document, attribute);
    if (stored === undefined) continue;
    const elements = listOf(stored);
    const settled = elements.map((element, index) => settle(element, Array.isArray(stored) ? index : undefined));
    if (settled.every((element, index) => element === elements[index])) continue;
    const left = settled.filter((element) => element !== undefined);
    document ??= { ...content.document };
    writeElements(document, attribute, Array.isArray(stored) ? left : left[0]);
  }
  return document === undefined ? content : { ...content, document: document as unknown as StoredResource };
}

function settleCollection(elements: Elements, settle: (element: unknown, index: number | undefined) => unknown): void {
  let index = 0;
  for (const [key, element] of elements) {
    const kept = settle(element, index++);
    if (kept === undefined) elements.delete(key);
    else if (kept !== element) elements.set(key, kept as ResourceObject);
  }
}

/** Writes what is left of an attribute; an extension whose last attribute goes is no longer there. */
function writeElements(document: Record<string, unknown>, place: AttributePlace, left: unknown): void {
  const { extension } = place;
  writeAttribute(document, place, Array.isArray(left) && left.length === 0 ? undefined : left);
  if (extension !== undefined && document[extension] === undefined)
    document.schemas = (document as unknown as StoredResource).schemas.filter((urn) => urn !== extension);
}

/** The element as it is to be stored; see `settleReference`. */
export function settleElement(
  tenant: Tenant,
  reference: ReferenceAttribute,
  element: ResourceObject,
  index: number | undefined,
  options: SettleOptions,
): ResourceObject | undefined {
  const id = element.value;
  if (typeof id !== "string") return element;
  return settleReference({ reference, element, id, index }, tenant.byId.get(id)?.content.resourceType.name, options);
}

/** Takes every reference to a deleted row out of its holders, each of which gets one new version [P-3.6-06 G-6]. */
export function removeReferencesTo(deleted: Row, at: string, tenant: Tenant): void {
  const changed = new Set<Row>();
  const present = new State(tenant);
  for (const index of tenant.references.values()) {
    if (!index.targets.has(deleted.content.resourceType.name)) continue;
    for (const holder of present.holdersOf(index, deleted.id)) {
      removeReference(tenant, index, holder, deleted.id);
      changed.add(holder);
    }
  }
  for (const holder of changed) rewrite(tenant, holder, holder.content, at);
}

function removeReference(tenant: Tenant, index: ReferenceIndex, holder: Row, id: string): void {
  const before = holder.content;
  const elements = before.collections.get(index.path);
  if (elements !== undefined) {
    changeElementOf(tenant, holder, elements, elements.keyOfValue(id) ?? id, undefined);
    return;
  }
  const after = withoutReference(before, index, id);
  changeContent(tenant, holder, after);
  updateIndexes(tenant, holder, before, after);
}

function withoutReference(content: Content, index: ReferenceIndex, id: string): Content {
  const document: Record<string, unknown> = { ...content.document };
  const stored = readAttribute(document, index);
  const left = listOf(stored).filter((element) => idIn(element) !== id);
  writeElements(document, index, Array.isArray(stored) ? left : left[0]);
  return { ...content, document: document as unknown as StoredResource };
}
