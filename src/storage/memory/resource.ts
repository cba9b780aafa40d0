import type { Filter } from "../../filter/ast.ts";
import { attributesIn } from "../../filter/paths.ts";
import type { Attribute, AttributePath } from "../../schema/attribute.ts";
import { HOLDER_NAME } from "../../schema/core/holder-name.ts";
import { fitAttribute } from "../../schema/fit.ts";
import { remembered } from "../../schema/remembered.ts";
import type { CompiledResourceType, ReferenceAttribute } from "../../schema/resource-type.ts";
import { copyValue, type ResourceObject, readAttribute, writeAttribute } from "../../schema/value.ts";
import type { Select, StoredResource } from "../adapter.ts";
import { inverseElement } from "../inverse.ts";
import { noteFitting } from "../lend.ts";
import { findReference, isMissing, resolveReference, resolveReferences } from "../reference.ts";
import type { Viewed } from "../view.ts";
import { plainDocumentOf } from "./plain.ts";
import { type ReferenceIndex, referenceName } from "./reference-index.ts";
import { attributesApart, type Elements, fittingType, type Row } from "./row.ts";
import type { State } from "./state.ts";
import { attributeAt } from "./types.ts";

/**
 * A row as the caller may have it: a copy, with the collections and computed attributes that are selected, and all else as it was
 * written. Where it is lent (`lend.ts`), only the outermost object is a copy.
 */
export function resourceOf(
  state: State,
  row: Row,
  resourceType: CompiledResourceType,
  select: Select,
  isLent = false,
): StoredResource {
  const content = state.content(row);
  const { document, collections } = content;
  const resource = (isLent ? { ...document } : copyValue(document)) as StoredResource & Record<string, unknown>;
  for (const attribute of attributesApart(resourceType)) {
    const isSelected = select.includes(attribute);
    const isComputed = attribute.inverseOf !== undefined;
    const computed = isComputed && isSelected ? inverseElements(state, row, attribute) : undefined;
    if (computed !== undefined) writeAttribute(resource, attribute, computed);
    // From before it was computed, or a collection; a clear secret from before it was one is for the caller to find.
    else if ((isComputed || (attribute.collection && !isSelected)) && readAttribute(resource, attribute) !== undefined)
      writeAttribute(resource, attribute, undefined);
  }
  for (const [path, elements] of collections)
    writeElements(state, resource, elements, attributeAt(resourceType, path), select, isLent);
  const resolved = resolveReferences(resourceType, resource, (id) => state.typeOf(id));
  if (isLent) noteFitting(resolved, fittingType(content));
  return resolved;
}

/**
 * Gives rows as somebody may have them who changes nothing: the document itself, with the computed attributes that are selected beside it.
 * Undefined for one that is not as the reader's resource type has it, or has collections: then its outermost object is a copy.
 */
export function viewerOf(
  state: State,
  resourceType: CompiledResourceType,
  select: Select,
): (row: Row) => Viewed | undefined {
  const own = state.tenant.shared.types.oneFor(resourceType);
  const computed: { readonly attribute: Attribute; readonly index: ReferenceIndex }[] = [];
  for (const attribute of resourceType.inverses) {
    const index = select.includes(attribute) ? inverseIndex(state, attribute) : undefined;
    if (index !== undefined) computed.push({ attribute, index });
  }
  return (row) => {
    const content = state.content(row);
    const resource = content.resourceType === own ? plainDocumentOf(content) : undefined;
    if (resource === undefined) return undefined;
    let view: StoredResource & Record<string, unknown> = resource;
    for (const { attribute, index } of computed) {
      const elements = elementsOf(state, row, attribute, index);
      if (elements === undefined) continue;
      if (view === resource) view = { ...resource };
      writeAttribute(view, attribute, elements);
    }
    return { resource: view, isFit: true, isPlain: view === resource };
  };
}

/** Of an attribute that is no collection any more, the elements are its value. */
function writeElements(
  state: State,
  resource: Record<string, unknown>,
  elements: Elements,
  attribute: Attribute | undefined,
  select: Select,
  isLent: boolean,
): void {
  if (attribute === undefined || (attribute.collection && !select.includes(attribute))) return;
  const copies = isLent ? [...state.elements(elements)] : Array.from(state.elements(elements), copyValue);
  writeAttribute(resource, attribute, copies.length === 0 ? undefined : copies);
}

/** Most elements that are copied at once where the caller takes them one by one. */
const CHUNK = 1000;

/** As `resourceOf`, with large collections as streams: their elements are copied when they are asked for. */
export function streamedResourceOf(
  state: State,
  row: Row,
  resourceType: CompiledResourceType,
  select: Select,
  isLent = false,
): StoredResource {
  const { collections } = state.content(row);
  const large = resourceType.attributes.filter(
    (attribute) =>
      attribute.collection && select.includes(attribute) && (collections.get(attribute.path)?.size ?? 0) > CHUNK,
  );
  const rest: Select = { includes: (attribute) => select.includes(attribute) && !large.includes(attribute) };
  const resource = resourceOf(state, row, resourceType, rest, isLent) as StoredResource & Record<string, unknown>;
  if (large.length === 0) return resource;
  for (const attribute of large) {
    const reference = findReference(resourceType, attribute);
    const elements = collections.get(attribute.path) as Elements;
    writeAttribute(resource, attribute, elementStream(state, elements, reference));
  }
  return resource;
}

/** The elements as they are now: a write puts others in their places and changes none of them. */
function elementStream(
  state: State,
  stored: Elements,
  reference: ReferenceAttribute | undefined,
): AsyncIterable<ResourceObject> {
  const elements = Array.from(state.elements(stored), (element) =>
    reference !== undefined && isMissing(element) ? resolved(state, reference, element) : element,
  );
  let next = 0;
  const iterator: AsyncIterator<ResourceObject> = {
    async next() {
      const element = elements[next++];
      return element === undefined ? { done: true, value: undefined } : { done: false, value: copyValue(element) };
    },
    async return() {
      elements.length = 0;
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

function resolved(state: State, reference: ReferenceAttribute, element: ResourceObject): ResourceObject {
  const id = String(element.value);
  return resolveReference({ reference, element, id, index: undefined }, state.typeOf(id));
}

/**
 * What a filter and a sort look at of a row: not a copy, with the collections and computed attributes that they name. Of a row that
 * was written otherwise than its reader's types have it they see what these make of it.
 */
export function viewFor(
  state: State,
  resourceType: CompiledResourceType,
  filter: Filter<AttributePath> | undefined,
  sort: AttributePath | undefined,
): (row: Row) => StoredResource {
  const one = state.tenant.shared.types.oneFor(resourceType);
  const named = [...attributesIn(filter, sort)];
  const apart = new Set(attributesApart(resourceType));
  const namedApart = named.filter((attribute) => apart.has(attribute));
  return (row) => {
    const content = state.content(row);
    const isOwn = content.isFit && content.resourceType === one;
    const looked = isOwn ? namedApart : named;
    if (looked.length === 0) return content.document;
    const view: Record<string, unknown> = { ...content.document };
    for (const attribute of looked) {
      const stored = storedOrComputed(state, row, attribute);
      writeAttribute(view, attribute, isOwn ? stored : fitAttribute(attribute, stored));
    }
    return view as unknown as StoredResource;
  };
}

function storedOrComputed(state: State, row: Row, attribute: Attribute): unknown {
  if (attribute.inverseOf !== undefined) return inverseElements(state, row, attribute);
  return state.stored(row, attribute);
}

/** The reverse of a reference: the groups of a user; undefined where there is none. @see RFC 7643 §4.1.2 groups */
function inverseElements(state: State, row: Row, attribute: Attribute): readonly ResourceObject[] | undefined {
  const index = inverseIndex(state, attribute);
  return index && elementsOf(state, row, attribute, index);
}

/** The index of what a computed attribute is the reverse of. */
function inverseIndex({ tenant }: State, attribute: Attribute): ReferenceIndex | undefined {
  return tenant.references.get(reverseOf(attribute));
}

function elementsOf(
  state: State,
  row: Row,
  attribute: Attribute,
  index: ReferenceIndex,
): readonly ResourceObject[] | undefined {
  const holders = state.holdersOf(index, row.id);
  if (holders.length === 0) return undefined;
  // Before anybody has said where the reference leads, its reverse does.
  if (index.targets.size > 0 && !index.targets.has(row.content.resourceType.name)) return undefined;
  return holders.map((holder) => inverseElement(attribute, holder.id, state.content(holder).document[HOLDER_NAME]));
}

/** The name of the index of the references that an attribute is the reverse of. */
const reverseOf = remembered(({ inverseOf }: Attribute) =>
  referenceName(inverseOf?.resourceType ?? "", inverseOf?.attribute ?? ""),
);
