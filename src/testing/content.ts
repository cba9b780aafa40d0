import { schemasOf } from "../schema/canonical.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { isObject, isSame, type ResourceObject, readAttribute, writeAttribute } from "../schema/value.ts";
import type { StorageCapabilities, StoredMeta, StoredResource } from "../storage/adapter.ts";
import { mustBe } from "./failure.ts";
import type { Subject } from "./subject.ts";

/**
 * What of a resource a write decides, in a form that can be compared: without id, meta and computed attributes, collections in
 * the order of their values, because a collection has no order of its own; neither have lists that the adapter names as `unordered`.
 */
export function contentOf(
  resourceType: CompiledResourceType,
  resource: ResourceObject,
  { unordered = [] }: StorageCapabilities = {},
): ResourceObject {
  const { id: _, meta: __, ...content } = resource;
  for (const attribute of resourceType.attributes) {
    if (attribute.inverseOf !== undefined) writeAttribute(content, attribute, undefined);
    const isUnordered = unordered.includes(`${resourceType.name}.${attribute.path}`);
    const value = attribute.collection || isUnordered ? readAttribute(content, attribute) : undefined;
    if (!Array.isArray(value)) continue;
    const sorted = sortedElements(value);
    const isOther = (element: unknown, index: number): boolean => !isSame(element, sorted[index - 1]);
    writeAttribute(content, attribute, isUnordered ? sorted.filter(isOther) : sorted);
  }
  return content;
}

/** Elements in an order that depends on nothing but themselves. */
export function sortedElements(elements: readonly unknown[]): readonly unknown[] {
  const keyed = elements.map((element) => [JSON.stringify(sortedKeys(element)), element] as const);
  return keyed.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)).map(([, element]) => element);
}

function sortedKeys(value: unknown): unknown {
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
    : value;
}

/** Fails the case unless the resource holds these attributes and no others. */
export function mustHold(
  subject: Subject,
  type: string,
  resource: StoredResource | undefined,
  attributes: ResourceObject,
  rule: string,
): void {
  const resourceType = subject.type(type);
  const expected = { ...attributes, schemas: schemasOf(resourceType, attributes) };
  mustBe(
    resource === undefined ? undefined : contentOf(resourceType, resource, subject.capabilities),
    contentOf(resourceType, expected, subject.capabilities),
    rule,
  );
}

/** Fails the case unless the resource is still exactly what it was, version and lastModified included. */
export async function mustBeUnchanged(
  subject: Subject,
  type: string,
  before: StoredResource,
  rule: string,
): Promise<void> {
  const after = await subject.get(type, before.id);
  const resourceType = subject.type(type);
  mustBe(after && contentOf(resourceType, after), contentOf(resourceType, before), rule);
  mustBe(after?.meta, before.meta, `${rule}, keeping meta`);
}

/** `meta` of a resource that must be there. */
export function metaOf(resource: { readonly meta: StoredMeta } | undefined): StoredMeta | undefined {
  return resource?.meta;
}

/** The elements of a multi-valued attribute; those of a collection may come as an async iterable. */
export async function elementsOf(value: unknown): Promise<readonly ResourceObject[]> {
  if (value === undefined) return [];
  const elements: ResourceObject[] = [];
  for await (const element of value as AsyncIterable<ResourceObject>) elements.push(element);
  return elements;
}

/** The `value`s of elements, in an order that depends on nothing but themselves. */
export function valuesOf(value: unknown): readonly unknown[] {
  return (Array.isArray(value) ? value : []).map((element) => (element as ResourceObject).value).sort();
}
