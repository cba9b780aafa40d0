import { locationOf } from "../call/location.ts";
import { entityTag } from "../call/preconditions.ts";
import type { Selection } from "../call/selection.ts";
import { schemasOf } from "../schema/canonical.ts";
import { isElementStream, mapElements } from "../schema/element-stream.ts";
import { withKeptBeside } from "../schema/kept.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { isObject, type ResourceObject, readAttribute, writeAttribute } from "../schema/value.ts";
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

/**
 * A stored resource as the client sees it, but for `schemas`: selected, and with URLs. A collection that storage streams stays
 * a stream, whose elements are selected and get their URLs as they come.
 */
export function show(
  resource: StoredResource,
  resourceType: CompiledResourceType,
  selection: Selection,
  { baseUrl, resourceTypes, etags }: Locations,
): Record<string, unknown> {
  const meta = {
    ...resource.meta,
    location: locationOf(baseUrl, resourceType, resource.id),
    version: etags ? entityTag(resource.meta.version) : undefined,
  };
  const shown = selection.project({ ...resource, meta });
  for (const attribute of [
    ...resourceType.references.map((reference) => reference.attribute),
    ...resourceType.inverses,
  ]) {
    const value = readAttribute(shown, attribute);
    const reference = attribute.sub("$ref");
    if (value === undefined || reference === undefined || !selection.includes(reference)) continue;
    const targets = resourceTypes.filter((type) => reference.referenceTypes.includes(type.name));
    const link = (element: ResourceObject): ResourceObject => addReference(element, targets, baseUrl);
    writeAttribute(shown, attribute, addLinks(value, link));
  }
  return shown;
}

/** Adds the schemas of what is shown. */
export function addSchemas(resourceType: CompiledResourceType, shown: ResourceObject): ResourceObject {
  const { schemas: _, meta, ...attributes } = shown;
  const all = withKeptBeside(attributes);
  return { schemas: schemasOf(resourceType, shown), ...all, ...(meta === undefined ? {} : { meta }) };
}

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
