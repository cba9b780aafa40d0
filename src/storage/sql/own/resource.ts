import type { Attribute } from "../../../schema/attribute.ts";
import { type ElementStream, mapElements } from "../../../schema/element-stream.ts";
import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import { isObject, type ResourceObject, readAttribute, writeAttribute } from "../../../schema/value.ts";
import type { StoredMeta, StoredResource } from "../../adapter.ts";
import { inverseElement } from "../../inverse.ts";
import type { Mixed } from "./unvouched.ts";

/** The columns of a resource as they are selected. Documents are text, which drivers hand out as it is. */
export interface SelectedRow {
  readonly id: string;
  readonly version: string;
  readonly created: string;
  readonly modified: string;
  readonly document: string;
  /** Elements of the selected collections and computed attributes, in the order of `apart`, as JSON arrays or as what these say. */
  readonly [column: `apart${number}`]: string | readonly unknown[] | null;
  /** Elements of attributes that were collections when they were written, as a JSON array, with the path of theirs. */
  readonly strays?: string | readonly unknown[] | null;
  /** The mark of the row, where collections are streamed. */
  readonly mark?: string;
}

/** The `meta` of a row. */
export function metaOf(
  resourceType: CompiledResourceType,
  row: { readonly version: unknown; readonly created: string; readonly modified: string },
): StoredMeta {
  const { version, created, modified } = row;
  return { resourceType: resourceType.name, created, lastModified: modified, version: String(version) };
}

/** Makes of elements of a collection, where there are too many to hold them, a value of its own. */
export type Large = (
  row: SelectedRow,
  attribute: Attribute,
  elements: readonly ApartElement[],
  isMixed: boolean,
) => unknown;

/** What is selected of resources besides their own columns. */
export interface Apart {
  /** The attributes that no document holds: collections and computed ones, but no secret. */
  readonly attributes: readonly Attribute[];
  /** What may be in another place than that; undefined where nothing is. */
  readonly mixed: Mixed | undefined;
}

/** Nothing is selected apart. */
export const NOTHING: Apart = { attributes: [], mixed: undefined };

/** Puts a resource together from its row. `large` may give a value of its own for the elements of a collection. */
export function resourceOf(
  resourceType: CompiledResourceType,
  row: SelectedRow,
  { attributes: apart, mixed }: Apart,
  large?: Large,
): StoredResource {
  const document = JSON.parse(row.document) as ResourceObject;
  // Where the schemas stand is decided by their first place.
  const resource: Record<string, unknown> = {
    schemas: document.schemas,
    id: row.id,
    ...document,
    meta: metaOf(resourceType, row),
  };
  apart.forEach((attribute, index) => {
    const list = row[`apart${index}`];
    if (list === "[]") return;
    const elements = listIn<ApartElement>(list);
    if (elements.length === 0) return;
    if (attribute.inverseOf !== undefined) {
      const holders = elements.map(([id, name]) => inverseElement(attribute, String(id), name));
      writeAttribute(resource, attribute, attribute.multiValued ? holders : holders[0]);
      return;
    }
    const isMixed = mixed?.inDocument.has(attribute) === true;
    const held = isMixed ? heldIn(resource, attribute) : [];
    const stream = large?.(row, attribute, held.length === 0 ? elements : [...held.map(keptAs), ...elements], isMixed);
    const value = stream === undefined ? together(held, elements) : streamTogether(held, stream);
    writeAttribute(resource, attribute, value);
  });
  if (mixed !== undefined) putRight(resource, row, { attributes: apart, mixed });
  return resource as unknown as StoredResource;
}

/** Puts elements where the attributes have them now, and leaves collections out that are in the document and not selected. */
function putRight(resource: Record<string, unknown>, row: SelectedRow, apart: Apart): void {
  for (const attribute of apart.mixed?.inDocument ?? [])
    if (!apart.attributes.includes(attribute)) writeAttribute(resource, attribute, undefined);
  const strays = listIn<StrayElement>(row.strays);
  for (const attribute of strays.length === 0 ? [] : (apart.mixed?.inRows ?? [])) {
    const elements = strays.filter(([, , path]) => path === attribute.path);
    if (elements.length > 0) writeAttribute(resource, attribute, together(heldIn(resource, attribute), elements));
  }
}

/** The elements of an attribute that the document holds, in whatever shape it has them. */
function heldIn(resource: ResourceObject, attribute: Attribute): readonly unknown[] {
  const value = readAttribute(resource, attribute) ?? [];
  return Array.isArray(value) ? value : [value];
}

/** An element of the document as one that is selected. */
function keptAs(element: unknown): ApartElement {
  return [null, JSON.stringify(element)];
}

/** The elements of the document and those of the rows, each value once. */
function together(held: readonly unknown[], rows: readonly (ApartElement | StrayElement)[]): readonly unknown[] {
  const elements = rows.map(([id, rest]) => elementOf([id, rest]));
  if (held.length === 0) return elements;
  const isHeld = holds(held);
  return [...held, ...elements.filter((element) => !isHeld(element))];
}

/** The same of a stream, which begins with those of the document. */
function streamTogether(held: readonly unknown[], stream: unknown): unknown {
  if (held.length === 0) return stream;
  const isHeld = holds(held);
  let position = 0;
  return mapElements(stream as ElementStream, (element) =>
    position++ < held.length || !isHeld(element) ? element : undefined,
  );
}

function holds(held: readonly unknown[]): (element: ResourceObject) => boolean {
  const values = new Set(held.map((element) => (isObject(element) ? element.value : element)));
  return ({ value }) => value !== undefined && values.has(value);
}

function listIn<T>(list: string | readonly unknown[] | null | undefined): readonly T[] {
  return (typeof list === "string" ? JSON.parse(list) : (list ?? [])) as readonly T[];
}

/**
 * What is selected of an element: of a collection its id and the rest, of a computed attribute the holder's id and
 * name.
 */
export type ApartElement = readonly [id: string | null, rest: ResourceObject | string | null];

/** The same of an attribute that is no collection any more, with its path. */
type StrayElement = readonly [id: string | null, rest: ResourceObject | string | null, path: string];

/** Puts an element of a collection together. */
export function elementOf([id, rest]: ApartElement): ResourceObject {
  const parts = typeof rest === "string" ? (JSON.parse(rest) as ResourceObject) : rest;
  return id === null ? (parts ?? {}) : { value: id, ...parts };
}
