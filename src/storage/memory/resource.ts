import type { Filter } from "../../filter/ast.ts";
import { attributesIn } from "../../filter/paths.ts";
import type { Attribute, AttributePath } from "../../schema/attribute.ts";
import { HOLDER_NAME } from "../../schema/core/holder-name.ts";
import type { ReferenceAttribute, ResourceType } from "../../schema/resource-type.ts";
import { copyValue, type ResourceObject, writeAttribute } from "../../schema/value.ts";
import type { Select, StoredResource } from "../adapter.ts";
import { inverseElement } from "../inverse.ts";
import { findReference, isMissing, resolveReference, resolveReferences } from "../reference.ts";
import { referenceName } from "./reference-index.ts";
import { attributesApart, type Row } from "./row.ts";
import type { State } from "./state.ts";

/** A row as the caller may have it: a copy, with the collections and computed attributes that are selected. */
export function resourceOf(state: State, row: Row, resourceType: ResourceType, select: Select): StoredResource {
  const selected = attributesApart(resourceType).filter((attribute) => select.includes(attribute));
  const resource = assemble(state, row, copyValue(state.content(row).document), selected, copyValue);
  return resolveReferences(resourceType, resource, (id) => state.typeOf(id));
}

/** Most elements that are copied at once where the caller takes them one by one. */
const CHUNK = 1000;

/** As `resourceOf`, with large collections as streams: their elements are copied when they are asked for. */
export function streamedResourceOf(state: State, row: Row, resourceType: ResourceType, select: Select): StoredResource {
  const large = resourceType.attributes.filter(
    (attribute) =>
      attribute.collection &&
      attribute.multiValued &&
      select.includes(attribute) &&
      (state.content(row).collections.get(attribute.path)?.size ?? 0) > CHUNK,
  );
  const rest: Select = { includes: (attribute) => select.includes(attribute) && !large.includes(attribute) };
  const resource = resourceOf(state, row, resourceType, rest) as StoredResource & Record<string, unknown>;
  for (const attribute of large) writeAttribute(resource, attribute, elementStream(state, row, attribute));
  return resource;
}

/** The elements as they are now: a write puts others in their places and changes none of them. */
function elementStream(state: State, row: Row, attribute: Attribute): AsyncIterable<ResourceObject> {
  const reference = findReference(state.content(row).resourceType, attribute);
  const elements = Array.from(state.elementsOf(row, attribute), (element) =>
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

/** A row for a filter to look at: not a copy, with the collections and computed attributes that are needed. */
export function view(state: State, row: Row, needed: readonly Attribute[]): StoredResource {
  const { document } = state.content(row);
  return needed.length === 0 ? document : assemble(state, row, { ...document }, needed, (element) => element);
}

function assemble(
  state: State,
  row: Row,
  document: StoredResource,
  attributes: readonly Attribute[],
  take: (element: ResourceObject) => ResourceObject,
): StoredResource {
  for (const attribute of attributes) {
    const elements =
      attribute.inverseOf === undefined
        ? Array.from(state.elementsOf(row, attribute), take)
        : inverseElements(state, row, attribute, attribute.inverseOf);
    if (elements.length > 0)
      writeAttribute(document as Record<string, unknown>, attribute, attribute.multiValued ? elements : elements[0]);
  }
  return document;
}

/** The attributes that a filter and a sort look at, as far as they are kept apart from the document. */
export function neededBy(
  resourceType: ResourceType,
  filter: Filter<AttributePath> | undefined,
  sort: AttributePath | undefined,
): readonly Attribute[] {
  const named = attributesIn(filter, sort);
  return attributesApart(resourceType).filter((attribute) => named.has(attribute));
}

/** The reverse of a reference: the groups of a user. @see RFC 7643 §4.1.2 groups */
function inverseElements(
  state: State,
  row: Row,
  attribute: Attribute,
  inverse: { readonly resourceType: string; readonly attribute: string },
): ResourceObject[] {
  const index = state.tenant.references.get(referenceName(inverse.resourceType, inverse.attribute));
  if (index === undefined || !index.reference.resourceTypes.includes(row.content.resourceType.name)) return [];
  return state
    .holdersOf(index, row.id)
    .map((holder) => inverseElement(attribute, holder.id, state.content(holder).document[HOLDER_NAME]));
}
