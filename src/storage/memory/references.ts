import type { Attribute } from "../../schema/attribute.ts";
import type { ReferenceAttribute } from "../../schema/resource-type.ts";
import { type ResourceObject, writeAttribute } from "../../schema/value.ts";
import type { StoredResource } from "../adapter.ts";
import { type SettleOptions, settleReference } from "../reference.ts";
import { hasUniqueParts } from "../unique.ts";
import { changeContent, changeElement, letGo, rewrite } from "./change.ts";
import { addToIndexes, removeFromIndexes } from "./indexes.ts";
import type { ReferenceIndex } from "./reference-index.ts";
import { type Content, type Elements, elementsOf, type Row } from "./row.ts";
import { State } from "./state.ts";
import type { Tenant } from "./tenant.ts";

/**
 * The content with its references as `settleReference` has them. The elements of its collections, which nobody else has yet, are
 * settled in place.
 * @throws {ScimError} 400 invalidValue as `settleReference`.
 */
export function settleReferences(
  tenant: Tenant,
  content: Content,
  { checkReferences, notices }: Omit<SettleOptions, "holder">,
): Content {
  const document: Record<string, unknown> = { ...content.document };
  const options: SettleOptions = { holder: content.document.id, checkReferences, ...(notices && { notices }) };
  for (const reference of content.resourceType.references) {
    const { attribute } = reference;
    const settle = (element: ResourceObject, index: number | undefined) =>
      settleElement(tenant, reference, element, index, options);
    if (attribute.collection) {
      settleCollection(content.collections.get(attribute.path) ?? NO_ELEMENTS, settle);
    } else {
      const given = [...elementsOf(content, attribute)];
      const settled = given
        .map((element, index) => settle(element, attribute.multiValued ? index : undefined))
        .filter((element) => element !== undefined);
      if (given.length > 0) writeElements(document, attribute, settled);
    }
  }
  return { ...content, document: document as unknown as StoredResource };
}

const NO_ELEMENTS: Elements = new Map();

function settleCollection(
  elements: Elements,
  settle: (element: ResourceObject, index: number) => ResourceObject | undefined,
): void {
  let index = 0;
  for (const [key, element] of elements) {
    const kept = settle(element, index++);
    if (kept === undefined) elements.delete(key);
    else if (kept !== element) elements.set(key, kept);
  }
}

/** Writes the elements of an attribute; an extension whose last attribute goes is no longer there. */
function writeElements(
  document: Record<string, unknown>,
  attribute: Attribute,
  elements: readonly ResourceObject[],
): void {
  const { extension, multiValued } = attribute;
  writeAttribute(document, attribute, multiValued && elements.length > 0 ? elements : elements[0]);
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
    if (!index.reference.resourceTypes.includes(deleted.content.resourceType.name)) continue;
    for (const holder of present.holdersOf(index, deleted.id)) {
      removeReference(tenant, index, holder, deleted.id);
      changed.add(holder);
    }
  }
  for (const holder of changed) rewrite(tenant, holder, holder.content, at);
}

function removeReference(tenant: Tenant, index: ReferenceIndex, holder: Row, id: string): void {
  const { attribute } = index.reference;
  const key = index.identity.key(id);
  // Only where elements have unique parts is there more to index than the reference itself.
  const isUnique = hasUniqueParts(holder.content.resourceType, attribute);
  if (isUnique) removeFromIndexes(tenant, holder);
  if (attribute.collection) takeOut(tenant, holder, attribute, key);
  else changeContent(tenant, holder, withoutReference(holder.content, attribute, id));
  if (isUnique) addToIndexes(tenant, holder);
  else if (!holdsKey(holder.content, attribute, index.identity, key)) letGo(tenant, index, key, holder);
}

/** Two ids may share a key; then the other one still holds the row in the index. */
function holdsKey(content: Content, attribute: Attribute, identity: Attribute, key: unknown): boolean {
  if (attribute.collection) return false;
  for (const { value } of elementsOf(content, attribute))
    if (value !== undefined && identity.key(value) === key) return true;
  return false;
}

function takeOut(tenant: Tenant, { content }: Row, { path }: Attribute, key: unknown): void {
  const elements = content.collections.get(path);
  if (elements !== undefined) changeElement(tenant, elements, key);
}

function withoutReference(content: Content, attribute: Attribute, id: string): Content {
  const document: Record<string, unknown> = { ...content.document };
  writeElements(
    document,
    attribute,
    [...elementsOf(content, attribute)].filter(({ value }) => value !== id),
  );
  return { ...content, document: document as unknown as StoredResource };
}
