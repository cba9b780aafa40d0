import type { Attribute } from "../../../schema/attribute.ts";
import type { ResourceType } from "../../../schema/resource-type.ts";
import { type ResourceObject, writeAttribute } from "../../../schema/value.ts";
import type { StoredMeta, StoredResource } from "../../adapter.ts";
import { inverseElement } from "../../inverse.ts";

/** The columns of a resource as they are selected. Documents are text, which drivers hand out as it is. */
export interface SelectedRow {
  readonly id: string;
  readonly version: string;
  readonly created: string;
  readonly modified: string;
  readonly document: string;
  /** Elements of the selected collections and computed attributes, in the order of `apart`, as JSON arrays. */
  readonly [column: `apart${number}`]: string | null;
}

/** The `meta` of a row. */
export function metaOf(
  resourceType: ResourceType,
  row: { readonly version: unknown; readonly created: string; readonly modified: string },
): StoredMeta {
  const { version, created, modified } = row;
  return { resourceType: resourceType.name, created, lastModified: modified, version: String(version) };
}

/** Puts a resource together from its row. `large` may give a value of its own for the elements of a collection. */
export function resourceOf(
  resourceType: ResourceType,
  row: SelectedRow,
  apart: readonly Attribute[],
  large?: (row: SelectedRow, attribute: Attribute, elements: readonly ApartElement[]) => unknown,
): StoredResource {
  const { schemas, ...attributes } = JSON.parse(row.document) as { readonly schemas: readonly string[] };
  const resource: Record<string, unknown> = { schemas, id: row.id, ...attributes, meta: metaOf(resourceType, row) };
  apart.forEach((attribute, index) => {
    const json = row[`apart${index}`];
    const elements = json === null || json === undefined ? [] : (JSON.parse(json) as readonly ApartElement[]);
    if (elements.length === 0) return;
    const value =
      attribute.inverseOf === undefined
        ? (large?.(row, attribute, elements) ?? elements.map(elementOf))
        : elements.map(([id, name]) => inverseElement(attribute, String(id), name));
    writeAttribute(resource, attribute, Array.isArray(value) && !attribute.multiValued ? value[0] : value);
  });
  return resource as unknown as StoredResource;
}

/**
 * What is selected of an element: of a collection its id and the rest, of a computed attribute the holder's id and
 * name.
 */
export type ApartElement = readonly [id: string | null, rest: ResourceObject | string | null];

/** Puts an element of a collection together. */
export function elementOf([id, rest]: ApartElement): ResourceObject {
  const parts = typeof rest === "string" ? (JSON.parse(rest) as ResourceObject) : rest;
  return id === null ? (parts ?? {}) : { value: id, ...parts };
}
