import { locationOf } from "../call/location.ts";
import { entityTag } from "../call/preconditions.ts";
import type { Selection } from "../call/selection.ts";
import type { Attribute } from "../schema/attribute.ts";
import { schemasOf } from "../schema/canonical.ts";
import { isElementStream, mapElements } from "../schema/element-stream.ts";
import { withKeptBeside } from "../schema/kept.ts";
import { remembered } from "../schema/remembered.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { isObject, type ResourceObject, readAttribute } from "../schema/value.ts";
import type { StoredResource } from "../storage/adapter.ts";
import { withoutMark } from "../storage/reference.ts";

/** What turns ids into URLs. */
export interface Locations {
  /** Absolute, without a slash at the end. */
  readonly baseUrl: string;
  /** All resource types, for `$ref`. */
  readonly resourceTypes: readonly CompiledResourceType[];
  /** Whether versions are shown. */
  readonly etags: boolean;
}

/** Shows stored resources of one type, all selected alike. */
export interface Showing {
  /**
   * A stored resource as the client sees it, but for `schemas`: selected, and with URLs. A collection that storage streams stays
   * a stream, whose elements are selected and get their URLs as they come.
   */
  show(resource: StoredResource): Record<string, unknown>;
  /** The same whole. `isPlain`: storage says that it can be cloned. */
  answer(resource: StoredResource, isPlain: boolean): ResourceObject;
}

/** What is the same for all of them is found out once. */
export function showingOf(
  resourceType: CompiledResourceType,
  selection: Selection,
  { baseUrl, resourceTypes, etags }: Locations,
): Showing {
  const links = linksFor(resourceTypes)(resourceType);
  const metaOf = ({ id, meta }: StoredResource) => ({
    ...meta,
    version: etags ? entityTag(meta.version) : undefined,
    location: locationOf(baseUrl, resourceType, id),
  });
  /** As `show`, of what is shown whole: an object is cloned in a tenth of the time in which it is put together. */
  const clone = (resource: StoredResource): Record<string, unknown> => {
    const shown: Record<string, unknown> = { ...resource, schemas: undefined, meta: metaOf(resource) };
    for (const { attribute, targets } of links) {
      const value = readAttribute(resource, attribute);
      if (value === undefined) continue;
      const { extension } = attribute;
      if (extension !== undefined && shown[extension] === resource[extension])
        shown[extension] = { ...(resource[extension] as ResourceObject) };
      setShown(
        shown,
        attribute,
        addLinks(value, (element) => addReference(element, targets, baseUrl)),
      );
    }
    return shown;
  };
  const show = (resource: StoredResource): Record<string, unknown> => {
    const shown = selection.project(resource, metaOf(resource));
    for (const { attribute, targets, reference } of links) {
      const value = readAttribute(shown, attribute);
      if (value === undefined || !selection.includes(reference)) continue;
      const link = (element: ResourceObject): ResourceObject => addReference(element, targets, baseUrl);
      setShown(shown, attribute, addLinks(value, link));
    }
    return shown;
  };
  const { isWhole } = selection;
  return {
    show,
    answer: (resource, isPlain) => addSchemas(resourceType, isPlain && isWhole ? clone(resource) : show(resource)),
  };
}

/** A reference that has a URL, and the resource types that it leads to. */
interface Link {
  readonly attribute: Attribute;
  /** Its `$ref`. */
  readonly reference: Attribute;
  readonly targets: readonly CompiledResourceType[];
}

/** What resource types alone say, once for all requests. */
const linksFor = remembered((resourceTypes: readonly CompiledResourceType[]) =>
  remembered((resourceType: CompiledResourceType) => linksOf(resourceType, resourceTypes)),
);

function linksOf(
  { references, inverses }: CompiledResourceType,
  resourceTypes: readonly CompiledResourceType[],
): readonly Link[] {
  return [...references.map(({ attribute }) => attribute), ...inverses].flatMap((attribute) => {
    const reference = attribute.sub("$ref");
    if (reference === undefined) return [];
    return [
      { attribute, reference, targets: resourceTypes.filter((type) => reference.referenceTypes.includes(type.name)) },
    ];
  });
}

/** Changes what a selection shows: the object of an extension is its own as well. */
function setShown(shown: Record<string, unknown>, { extension, name }: Attribute, value: unknown): void {
  if (extension === undefined) shown[name] = value;
  else (shown[extension] as Record<string, unknown>)[name] = value;
}

/** Adds the schemas of what is shown, for which there is a place in it. */
export function addSchemas(resourceType: CompiledResourceType, shown: Record<string, unknown>): ResourceObject {
  if (resourceType.kept === undefined) {
    shown.schemas = plainSchemasOf(resourceType, shown);
    return shown;
  }
  shown.schemas = schemasOf(resourceType, shown);
  const { schemas, meta, ...attributes } = shown;
  return { schemas, ...withKeptBeside(attributes), ...(meta === undefined ? {} : { meta }) };
}

/** As `schemasOf`, for a type that keeps nothing undeclared; most resources have all of its extensions. */
function plainSchemasOf(resourceType: CompiledResourceType, shown: ResourceObject): readonly string[] {
  const all = allSchemasOf(resourceType);
  for (const { urn } of resourceType.extensions) if (shown[urn] === undefined) return schemasOf(resourceType, shown);
  return all;
}

const allSchemasOf = remembered(({ urn, extensions }: CompiledResourceType) => [
  urn,
  ...extensions.map((one) => one.urn),
]);

function addLinks(value: unknown, link: (element: ResourceObject) => ResourceObject): unknown {
  if (isElementStream(value)) return mapElements(value, link);
  if (Array.isArray(value)) return value.map((element) => (isObject(element) ? link(element) : element));
  return isObject(value) ? link(value) : value;
}

function addReference(
  element: ResourceObject,
  targets: readonly CompiledResourceType[],
  baseUrl: string,
): ResourceObject {
  // What leads nowhere has no URL, and a mark in its place.
  if (element.$ref === null) return withoutMark(element) as ResourceObject;
  const target = targets.length === 1 ? targets[0] : targets.find((type) => type.name === element.type);
  return target === undefined || typeof element.value !== "string"
    ? element
    : { ...element, $ref: locationOf(baseUrl, target, element.value) };
}
