import { invalidValue } from "../error.ts";
import { type Attribute, leafOf } from "../schema/attribute.ts";
import { isElementStream, mapElements } from "../schema/element-stream.ts";
import { type ResourceType, resolveMeant } from "../schema/resource-type.ts";
import { isObject, type ResourceObject, readAttribute } from "../schema/value.ts";
import type { Select } from "../storage/adapter.ts";

/** Most names in `attributes` or `excludedAttributes` by default. */
export const DEFAULT_SELECTION_NAMES = 100;

/** `attributes` and `excludedAttributes` of a request, still as names. @see RFC 7644 §3.9 */
export interface SelectionNames {
  readonly attributes?: readonly string[] | undefined;
  readonly excludedAttributes?: readonly string[] | undefined;
}

export interface SelectionOptions {
  /** A name that the type does not have: the path that is meant, or undefined to select nothing. */
  readonly alias?: ((name: string) => string | undefined) | undefined;
  /** The most names that are read. */
  readonly maxNames: number;
  /** Attributes that the caller may read. */
  readonly isReadable?: ((attribute: Attribute) => boolean) | undefined;
}

/** The whole attribute, or some of its sub-attributes. */
type Named = Map<Attribute, "whole" | Set<Attribute>>;

/** What one attribute of the answer shows: everything, or only these sub-attributes. */
interface Shown {
  readonly attribute: Attribute;
  readonly subAttributes: readonly Attribute[] | undefined;
}

/**
 * The effective selection of a response: which attributes storage must read, and what of them is shown.
 * @see RFC 7644 §3.9; RFC 7643 §7 `returned`
 */
export interface Selection extends Select {
  /** Whether the attribute, or a sub-attribute by itself, is shown. */
  includes(attribute: Attribute): boolean;
  /** The selected part of a stored resource, in the order of the schema, without `schemas` and URLs. */
  project(resource: ResourceObject): Record<string, unknown>;
  /** The same selection for the answer to a write: attributes returned on "request" show when the write named them. */
  forWrite(named: ReadonlySet<Attribute>): Selection;
  /** Whether the client named attributes, to have or to leave out. */
  readonly isExplicit: boolean;
}

/**
 * Makes the selection of a request. Unknown names select nothing; `emails[type eq "work"]` selects `emails` [Q29].
 * @throws {ScimError} 400 invalidValue for more than `maxNames` names.
 */
export function selectionOf(resourceType: ResourceType, names: SelectionNames, options: SelectionOptions): Selection {
  const attributes = names.attributes === undefined ? undefined : readNames(resourceType, names.attributes, options);
  const excluded = readNames(resourceType, names.excludedAttributes ?? [], options);
  const make = (written: ReadonlySet<Attribute>): Selection => {
    const shown = resourceType.attributes.flatMap(
      (attribute) => show(attribute, attributes, excluded, written, options) ?? [],
    );
    const included = new Set(
      shown.flatMap(({ attribute, subAttributes }) => [attribute, ...(subAttributes ?? attribute.subAttributes)]),
    );
    return {
      isExplicit: names.attributes !== undefined || names.excludedAttributes !== undefined,
      includes: (attribute) => included.has(attribute),
      project: (resource) => project(shown, resource),
      forWrite: make,
    };
  };
  return make(new Set());
}

/** Splits a comma-separated list of names; blanks around them do not count. */
export function splitNames(list: string | undefined): readonly string[] | undefined {
  if (list === undefined) return undefined;
  const names = list.split(",").map((name) => name.trim());
  return names.filter((name) => name !== "");
}

function readNames(resourceType: ResourceType, names: readonly string[], options: SelectionOptions): Named {
  if (names.length > options.maxNames)
    throw invalidValue(`At most ${options.maxNames} attribute names can be selected (limits.attributes).`);
  const named: Named = new Map();
  for (const name of names) {
    const bracket = name.indexOf("[");
    const text = bracket === -1 ? name : name.slice(0, bracket);
    const extension = resourceType.extension(text);
    if (extension !== undefined) for (const attribute of extension.attributes) named.set(attribute, "whole");
    if (text.toLowerCase() === resourceType.urn.toLowerCase())
      for (const attribute of resourceType.core) named.set(attribute, "whole");
    const path = resolveMeant(resourceType, text, options.alias);
    if (path === undefined) continue;
    const before = named.get(path.attribute);
    if (path.sub === undefined || before === "whole") named.set(path.attribute, "whole");
    else named.set(path.attribute, (before ?? new Set<Attribute>()).add(leafOf(path)));
  }
  return named;
}

function show(
  attribute: Attribute,
  attributes: Named | undefined,
  excluded: Named,
  written: ReadonlySet<Attribute>,
  options: SelectionOptions,
): Shown | undefined {
  if (attribute.isHidden || options.isReadable?.(attribute) === false) return undefined;
  const asked = attributes?.get(attribute);
  const isShown =
    attribute.returned === "always" ||
    (attributes === undefined
      ? (attribute.returned === "default" || written.has(attribute)) && excluded.get(attribute) !== "whole"
      : asked !== undefined);
  if (!isShown) return undefined;
  const without = excluded.get(attribute);
  const subAttributes = attribute.subAttributes.filter((sub) => {
    if (sub.isHidden || options.isReadable?.(sub) === false) return false;
    if (sub.returned === "always") return true;
    if (asked instanceof Set) return asked.has(sub);
    if (sub.returned === "request") return false;
    return !(without instanceof Set && without.has(sub));
  });
  return {
    attribute,
    subAttributes: subAttributes.length === attribute.subAttributes.length ? undefined : subAttributes,
  };
}

function project(shown: readonly Shown[], resource: ResourceObject): Record<string, unknown> {
  const projection: Record<string, unknown> = {};
  for (const { attribute, subAttributes } of shown) {
    const value = readAttribute(resource, attribute);
    const part =
      value === undefined || subAttributes === undefined ? value : projectSubAttributes(value, subAttributes);
    if (part === undefined) continue;
    if (attribute.extension === undefined) projection[attribute.name] = part;
    else {
      projection[attribute.extension] ??= {};
      (projection[attribute.extension] as Record<string, unknown>)[attribute.name] = part;
    }
  }
  return projection;
}

function projectSubAttributes(value: unknown, subAttributes: readonly Attribute[]): unknown {
  if (Array.isArray(value)) {
    const elements = value.flatMap((element) => projectSubAttributes(element, subAttributes) ?? []);
    return elements.length === 0 ? undefined : elements;
  }
  if (isElementStream(value)) return mapElements(value, (element) => partOf(element, subAttributes));
  return isObject(value) ? partOf(value, subAttributes) : value;
}

function partOf(value: ResourceObject, subAttributes: readonly Attribute[]): ResourceObject | undefined {
  const part: Record<string, unknown> = {};
  for (const { name } of subAttributes) if (value[name] !== undefined) part[name] = value[name];
  return Object.keys(part).length === 0 ? undefined : part;
}
