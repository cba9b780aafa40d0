import { schemasOf } from "../schema/canonical.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { isObject, type ResourceObject, readAttribute, writeAttribute } from "../schema/value.ts";
import type { StoredMeta, StoredResource } from "../storage/adapter.ts";
import { mustBe } from "./failure.ts";
import type { Subject } from "./subject.ts";

/**
 * What of a resource a write decides, in a form that can be compared: without id, meta and computed attributes, collections in
 * the order of their values, because a collection has no order of its own.
 */
export function contentOf(resourceType: CompiledResourceType, resource: ResourceObject): ResourceObject {
  const { id: _, meta: __, ...content } = resource;
  for (const attribute of resourceType.attributes) {
    if (attribute.inverseOf !== undefined) writeAttribute(content, attribute, undefined);
    const value = attribute.collection ? readAttribute(content, attribute) : undefined;
    if (Array.isArray(value)) writeAttribute(content, attribute, sortedElements(value));
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
    resource === undefined ? undefined : contentOf(resourceType, resource),
    contentOf(resourceType, expected),
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
