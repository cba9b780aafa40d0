import type { Attribute } from "../../schema/attribute.ts";
import { remembered } from "../../schema/remembered.ts";
import type { CompiledResourceType } from "../../schema/resource-type.ts";
import { isObject, type ResourceObject, readAttribute } from "../../schema/value.ts";
import type { StoredResource } from "../adapter.ts";
import { isAnyMissing } from "../reference.ts";
import type { Content } from "./row.ts";

/** What has a longer list is not written together with others. */
const LONG = 100;

/**
 * The document of a content that is as its resource type has it, if it is plain: what a reader shows whole can be cloned then, which takes a
 * tenth of the time that it takes to go through the attributes of the type. Clients write members in an order of their own, and those of the
 * schema are shown in that of the schema: so the first reader puts the document in order, which says the same as before.
 */
export function plainDocumentOf(content: Content): StoredResource | undefined {
  content.plain ??= settled(content);
  return content.plain === false ? undefined : content.plain;
}

function settled(content: Content): StoredResource | false {
  const { resourceType, isFit, isKnown, document, collections } = content;
  // What nobody declared may have been declared since.
  if (!isFit || !isKnown || collections.size > 0 || resourceType.kept !== undefined) return false;
  if (resourceType.references.some(({ attribute }) => isAnyMissing(readAttribute(document, attribute)))) return false;
  const order = orderOf(resourceType);
  if (order.lists.some((attribute) => isLong(readAttribute(document, attribute)))) return false;
  const plain = inOrder(document, order) as StoredResource;
  // One of the two is enough.
  if (plain !== document) content.document = plain;
  return plain;
}

function isLong(value: unknown): boolean {
  return Array.isArray(value) && value.length > LONG;
}

/** The members of a resource, or of an extension's object, in the order in which they are shown. */
interface Order {
  readonly names: ReadonlyMap<string, number>;
  /** By the name of the member. */
  readonly extensions: ReadonlyMap<string, Order>;
  readonly lists: readonly Attribute[];
}

const orderOf = remembered(({ common, core, extensions, attributes }: CompiledResourceType): Order => {
  const own = [...common, ...core].map(({ name }) => name).filter((name) => name !== "schemas" && name !== "meta");
  const names = ["schemas", ...own, ...extensions.map(({ urn }) => urn), "meta"];
  const ofExtension = (inner: readonly Attribute[]): Order => ({
    names: ranked(inner.map(({ name }) => name)),
    extensions: new Map(),
    lists: [],
  });
  return {
    names: ranked(names),
    extensions: new Map(extensions.map((one) => [one.urn, ofExtension(one.attributes)])),
    lists: attributes.filter(({ multiValued }) => multiValued),
  };
});

function ranked(names: readonly string[]): ReadonlyMap<string, number> {
  return new Map(names.map((name, rank) => [name, rank]));
}

/** The very object where all of it is in order. */
function inOrder(object: ResourceObject, { names, extensions }: Order): ResourceObject {
  const rankOf = (name: string): number => names.get(name) ?? names.size;
  const found = Object.keys(object);
  const sorted = [...found].sort((left, right) => rankOf(left) - rankOf(right));
  const members = sorted.map((name) => {
    const order = extensions.get(name);
    const value = object[name];
    return [name, order !== undefined && isObject(value) ? inOrder(value, order) : value] as const;
  });
  const isSame = members.every(([name, value], at) => name === found[at] && value === object[name]);
  return isSame ? object : Object.fromEntries(members);
}
