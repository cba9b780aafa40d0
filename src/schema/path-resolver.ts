import { type Attribute, type AttributePath, pathOf } from "./attribute.ts";

/** Finds an attribute by its name in any letter case. */
export type FindAttribute = (name: string) => Attribute | undefined;

/** Makes the function that finds one of these attributes. */
export function finderOf(attributes: readonly Attribute[]): FindAttribute {
  const byName = new Map<string, Attribute>();
  for (const attribute of attributes)
    byName.set(attribute.name, attribute).set(attribute.name.toLowerCase(), attribute);
  return (name) => byName.get(name) ?? byName.get(name.toLowerCase());
}

/** The attributes of one schema, to be found by its URN. */
export interface NamedAttributes {
  /** The URN in lower case with a colon behind it: what stands in front of the names. */
  readonly prefix: string;
  readonly attribute: FindAttribute;
}

/**
 * Makes the function that resolves `[URN:]attr[.sub]` of a resource type: a text without URN among the attributes of the base,
 * or, where it is asked to be lenient, among those of the extensions, if one of them alone has it.
 */
export function resolverOf(
  base: NamedAttributes,
  extensions: readonly NamedAttributes[],
): (text: string, lenient?: boolean) => AttributePath | undefined {
  // The longest first, because one URN may be the beginning of another.
  const schemas = [base, ...extensions].sort((left, right) => right.prefix.length - left.prefix.length);
  const find = (text: string, lenient: boolean): AttributePath | undefined => {
    const lower = text.toLowerCase();
    const qualified = schemas.find(({ prefix }) => lower.startsWith(prefix));
    if (qualified !== undefined) return resolveName(text.slice(qualified.prefix.length), qualified.attribute);
    const path = resolveName(text, base.attribute);
    if (path !== undefined || !lenient) return path;
    const found = extensions.flatMap((extension) => resolveName(text, extension.attribute) ?? []);
    return found.length === 1 ? found[0] : undefined;
  };
  // By their own notation, in which nearly all come: no more than there are attributes.
  const known = new Map<string, AttributePath>();
  return (text, lenient = false) => {
    const path = known.get(text);
    if (path !== undefined) return path;
    const found = find(text, lenient);
    if (found?.text === text) known.set(text, found);
    return found;
  };
}

/** attrPath = ATTRNAME *1subAttr, the URN taken off. @see RFC 7644 §3.4.2.2 */
function resolveName(text: string, find: FindAttribute): AttributePath | undefined {
  const dot = text.indexOf(".");
  if (dot === -1) {
    const attribute = find(text);
    return attribute === undefined ? undefined : pathOf(attribute);
  }
  const attribute = find(text.slice(0, dot));
  const sub = attribute?.sub(text.slice(dot + 1));
  return attribute === undefined || sub === undefined ? undefined : pathOf(attribute, sub);
}
