import type { Filter } from "../../filter/ast.ts";
import { attributesIn } from "../../filter/paths.ts";
import type { Attribute, AttributePath } from "../../schema/attribute.ts";
import { HOLDER_NAME } from "../../schema/core/holder-name.ts";
import type { ResourceType } from "../../schema/resource-type.ts";
import { copyValue, type ResourceObject, writeAttribute } from "../../schema/value.ts";
import type { Select, StoredResource } from "../adapter.ts";
import { inverseElement } from "../inverse.ts";
import { resolveReferences } from "../reference.ts";
import { referenceName } from "./reference-index.ts";
import { attributesApart, type Row } from "./row.ts";
import type { State } from "./state.ts";

/** A row as the caller may have it: a copy, with the collections and computed attributes that are selected. */
export function resourceOf(state: State, row: Row, resourceType: ResourceType, select: Select): StoredResource {
  const selected = attributesApart(resourceType).filter((attribute) => select.includes(attribute));
  const resource = assemble(state, row, copyValue(state.content(row).document), selected, copyValue);
  return resolveReferences(resourceType, resource, (id) => state.typeOf(id));
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
