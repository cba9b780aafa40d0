import { invalidValue } from "../error.ts";
import type { Attribute, AttributePath } from "../schema/attribute.ts";
import { isElementStream, mapElements } from "../schema/element-stream.ts";
import { isKept, isKeptPart, keptNames, onlyKept, withoutKept } from "../schema/kept.ts";
import { remembered } from "../schema/remembered.ts";
import { type CompiledResourceType, resolveMeant } from "../schema/resource-type.ts";
import { isObject, type ResourceObject } from "../schema/value.ts";
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
  readonly name: string;
  /** Nothing of it is left out. */
  readonly isWhole: boolean;
  readonly subAttributes: readonly Attribute[] | undefined;
  /** It is the object of what nobody declared. */
  readonly isKept: boolean;
  /** Of what nobody declared: everything but these. */
  readonly without?: readonly Attribute[];
  /** Whether the caller may read something that nobody declared. */
  readonly mayRead?: (name: string) => boolean;
}

/**
 * The effective selection of a response: which attributes storage must read, and what of them is shown.
 * @see RFC 7644 §3.9; RFC 7643 §7 `returned`
 */
export interface Selection extends Select {
  /** Whether the attribute, or a sub-attribute by itself, is shown. */
  includes(attribute: Attribute): boolean;
  /**
   * The selected part of a stored resource, in the order of the schema, without URLs. It begins with a place for `schemas`, and what is shown of
   * this `meta` is at its end. It and the objects of extensions are nobody else's; values in them are those of the resource.
   */
  project(resource: ResourceObject, meta: ResourceObject): Record<string, unknown>;
  /** The same selection for the answer to a write: attributes returned on "request" show when the write named them. */
  forWrite(named: ReadonlySet<Attribute>): Selection;
  /** Whether all of a resource is shown that storage keeps of it, but for collections. */
  readonly isWhole: boolean;
  /** Whether the client named attributes, to have or to leave out. */
  readonly isExplicit: boolean;
}

/**
 * Makes the selection of a request. Unknown names select nothing; `emails[type eq "work"]` selects `emails` [Q29].
 * @throws {ScimError} 400 invalidValue for more than `maxNames` names.
 */
export function selectionOf(
  resourceType: CompiledResourceType,
  names: SelectionNames,
  options: SelectionOptions,
): Selection {
  const attributes = names.attributes === undefined ? undefined : readNames(resourceType, names.attributes, options);
  const excluded = readNames(resourceType, names.excludedAttributes ?? [], options);
  const isExplicit = names.attributes !== undefined || names.excludedAttributes !== undefined;
  const make = (written: ReadonlySet<Attribute>): Selection => {
    const asked = { attributes, excluded, written, isReadable: options.isReadable };
    const isStandard = !isExplicit && options.isReadable === undefined && written.size === 0;
    const schemas = [resourceType.common, resourceType.core, ...resourceType.extensions.map((one) => one.attributes)];
    const parts = schemas.map((schema) => (isStandard ? standardPartOf(schema) : partOf(schema, asked)));
    const { kept } = resourceType;
    if (kept !== undefined) parts.push(partOf([kept], { ...asked, keptPath: resourceType.keptPath }));
    const layout = layoutOf(parts.flatMap(({ shown }) => shown));
    const selection: Selection = {
      isExplicit,
      isWhole: showsAll(layout, resourceType),
      includes(attribute) {
        const whole = isKeptPart(attribute) ? resourceType.kept : attribute;
        return whole !== undefined && parts.some(({ included }) => included.has(whole));
      },
      project: (resource, meta) => project(layout, resource, meta),
      // Mostly a write names nothing of that kind, and its answer is selected as all others are.
      forWrite: (named) => (onRequest(resourceType.attributes).some((one) => named.has(one)) ? make(named) : selection),
    };
    return selection;
  };
  return make(new Set());
}

/** The attributes that are shown to who asks for them, or names them in a write. */
const onRequest = remembered((attributes: readonly Attribute[]) =>
  attributes.filter(({ returned }) => returned === "request"),
);

/** What a selection has of one schema. */
interface Part {
  readonly shown: readonly Shown[];
  /** Attributes and sub-attributes. */
  readonly included: ReadonlySet<Attribute>;
}

function partOf(attributes: readonly Attribute[], asked: Asked): Part {
  const shown = attributes.flatMap((attribute) => show(attribute, asked) ?? []);
  const included = shown.flatMap(({ attribute, subAttributes }) => [
    attribute,
    ...(subAttributes ?? attribute.subAttributes),
  ]);
  return { shown, included: new Set(included) };
}

/** The same for all resource types that have the schema, where nothing is asked for. */
const standardPartOf = remembered((attributes: readonly Attribute[]): Part => {
  return partOf(attributes, { attributes: undefined, excluded: new Map(), written: new Set(), isReadable: undefined });
});

/** Splits a comma-separated list of names; blanks around them do not count. */
export function splitNames(list: string | undefined): readonly string[] | undefined {
  if (list === undefined) return undefined;
  const names = list.split(",").map((name) => name.trim());
  return names.filter((name) => name !== "");
}

function readNames(resourceType: CompiledResourceType, names: readonly string[], options: SelectionOptions): Named {
  if (names.length > options.maxNames)
    throw invalidValue(`At most ${options.maxNames} attribute names can be selected (limits.attributes).`);
  const named: Named = new Map();
  for (const name of names) {
    const bracket = name.indexOf("[");
    const text = bracket === -1 ? name : name.slice(0, bracket);
    for (const attribute of attributesOfSchema(resourceType, text)) named.set(attribute, "whole");
    const path = resolveMeant(resourceType, text, options.alias);
    if (path !== undefined) addPath(named, path);
  }
  return named;
}

/** All attributes of the schema that a URN names. */
function attributesOfSchema(resourceType: CompiledResourceType, urn: string): readonly Attribute[] {
  if (urn.toLowerCase() === resourceType.urn.toLowerCase()) return resourceType.core;
  return resourceType.extension(urn)?.attributes ?? [];
}

function addPath(named: Named, { attribute, sub }: AttributePath): void {
  const before = named.get(attribute);
  if (sub === undefined || before === "whole") named.set(attribute, "whole");
  else named.set(attribute, (before ?? new Set<Attribute>()).add(sub));
}

/** What decides on what is shown. */
interface Asked {
  /** Undefined where the request names none. */
  readonly attributes: Named | undefined;
  readonly excluded: Named;
  /** What the write named to which this is the answer. */
  readonly written: ReadonlySet<Attribute>;
  readonly isReadable: SelectionOptions["isReadable"];
  /** What nobody declared, by its name. */
  readonly keptPath?: CompiledResourceType["keptPath"];
}

function show(attribute: Attribute, asked: Asked): Shown | undefined {
  if (!mayShow(attribute, asked) || !isShown(attribute, asked)) return undefined;
  if (isKept(attribute)) return showKept(attribute, asked);
  const subAttributes = attribute.subAttributes.filter(
    (sub) => mayShow(sub, asked) && isPartShown(sub, attribute, asked),
  );
  const isWhole = subAttributes.length === attribute.subAttributes.length;
  return {
    attribute,
    name: attribute.name,
    isWhole,
    isKept: false,
    subAttributes: isWhole ? undefined : subAttributes,
  };
}

function showKept(attribute: Attribute, { attributes, excluded, isReadable, keptPath }: Asked): Shown {
  const [named, without] = [attributes?.get(attribute), excluded.get(attribute)];
  return {
    attribute,
    name: attribute.name,
    isWhole: false,
    isKept: true,
    subAttributes: named instanceof Set ? [...named] : undefined,
    without: without instanceof Set ? [...without] : [],
    mayRead: (name) => {
      const part = isReadable && keptPath?.(name)?.sub;
      return part === undefined || isReadable?.(part) !== false;
    },
  };
}

function mayShow(attribute: Attribute, { isReadable }: Asked): boolean {
  return !attribute.isHidden && isReadable?.(attribute) !== false;
}

function isShown(attribute: Attribute, { attributes, excluded, written }: Asked): boolean {
  if (attribute.returned === "always") return true;
  if (attributes !== undefined) return attributes.has(attribute);
  return (attribute.returned === "default" || written.has(attribute)) && excluded.get(attribute) !== "whole";
}

function isPartShown(sub: Attribute, attribute: Attribute, { attributes, excluded }: Asked): boolean {
  if (sub.returned === "always") return true;
  const named = attributes?.get(attribute);
  if (named instanceof Set) return named.has(sub);
  if (sub.returned === "request") return false;
  const without = excluded.get(attribute);
  return !(without instanceof Set && without.has(sub));
}

/** What a selection shows, by where it stands. */
interface Layout {
  /** Of the resource itself, but for `schemas` and `meta`. */
  readonly own: readonly Shown[];
  readonly meta: Shown | undefined;
  readonly extensions: readonly { readonly urn: string; readonly shown: readonly Shown[] }[];
}

function layoutOf(shown: readonly Shown[]): Layout {
  const isIn = (urn: string | undefined) => (one: Shown) => one.attribute.extension === urn;
  const urns = new Set(shown.flatMap(({ attribute }) => attribute.extension ?? []));
  return {
    own: shown.filter(isIn(undefined)).filter(({ name }) => name !== "schemas" && name !== "meta"),
    meta: shown.filter(isIn(undefined)).find(({ name }) => name === "meta"),
    extensions: [...urns].map((urn) => ({ urn, shown: shown.filter(isIn(urn)) })),
  };
}

/** Whether it shows whole whatever stands in a stored resource. */
function showsAll({ own, meta, extensions }: Layout, { attributes }: CompiledResourceType): boolean {
  const whole = new Set(
    [...own, ...extensions.flatMap(({ shown }) => shown)].filter((one) => one.isWhole).map((one) => one.attribute),
  );
  const isServers = ({ path }: Attribute): boolean => path === "schemas" || path === "meta";
  return meta?.isWhole === true && attributes.every((one) => whole.has(one) || !one.isStored || isServers(one));
}

function project(layout: Layout, resource: ResourceObject, meta: ResourceObject): Record<string, unknown> {
  const projection: Record<string, unknown> = { schemas: undefined };
  take(layout.own, resource, projection);
  for (const { urn, shown } of layout.extensions) {
    const container = resource[urn];
    if (container === undefined || !isObject(container)) continue;
    const part: Record<string, unknown> = {};
    if (take(shown, container, part)) projection[urn] = part;
  }
  const part = layout.meta && partOfValue(layout.meta, meta);
  if (part !== undefined) projection.meta = part;
  return projection;
}

/** Puts into a part of a resource what is shown of it; false where that is nothing. Runs for each resource of each answer. */
function take(shown: readonly Shown[], from: ResourceObject, part: Record<string, unknown>): boolean {
  let isAny = false;
  for (const one of shown) {
    const value = from[one.name];
    if (value === undefined) continue;
    const taken = one.isWhole ? value : partOfValue(one, value);
    if (taken === undefined) continue;
    part[one.name] = taken;
    isAny = true;
  }
  return isAny;
}

/** What is shown of the value of an attribute. */
function partOfValue(shown: Shown, value: unknown): unknown {
  if (shown.isKept) return keptOf(value, shown);
  return shown.subAttributes === undefined ? value : projectSubAttributes(value, shown.subAttributes);
}

function keptOf(kept: unknown, { subAttributes, without = [], mayRead }: Shown): unknown {
  if (!isObject(kept)) return undefined;
  const names = (parts: readonly Attribute[]): readonly string[] => parts.map(({ name }) => name);
  const shown = subAttributes === undefined ? kept : onlyKept(kept, names(subAttributes));
  const hidden = mayRead === undefined ? [] : keptNames(kept).filter((name) => !mayRead(name));
  return shown && withoutKept(shown, [...names(without), ...hidden]);
}

function projectSubAttributes(value: unknown, subAttributes: readonly Attribute[]): unknown {
  if (Array.isArray(value)) {
    const elements = value.flatMap((element) => projectSubAttributes(element, subAttributes) ?? []);
    return elements.length === 0 ? undefined : elements;
  }
  if (isElementStream(value)) return mapElements(value, (element) => selectedOf(element, subAttributes));
  return isObject(value) ? selectedOf(value, subAttributes) : value;
}

function selectedOf(value: ResourceObject, subAttributes: readonly Attribute[]): ResourceObject | undefined {
  const part: Record<string, unknown> = {};
  for (const { name } of subAttributes) if (value[name] !== undefined) part[name] = value[name];
  return Object.keys(part).length === 0 ? undefined : part;
}
