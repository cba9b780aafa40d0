import type { Attribute } from "../schema/attribute.ts";
import { isKept } from "../schema/kept.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { isObject, type ResourceObject, readAttribute, writeAttribute } from "../schema/value.ts";

/** What of a stored resource no schema names. */
export interface Unknown<R> {
  /** Its paths, each of them once. */
  readonly paths: ReadonlySet<string>;
  /** The resource without what is to be forgotten: the very object that was given where there is nothing of it. */
  readonly resource: R;
}

/** Looks for values that no schema names, and takes those out that are to be forgotten. */
export function unknownIn<R extends ResourceObject>(
  resourceType: CompiledResourceType,
  resource: R,
  forget: ReadonlySet<string>,
): Unknown<R> {
  const paths = new Set<string>();
  const isGone: IsGone = (path) => {
    paths.add(path);
    return forget.has(path);
  };
  const named = withoutParts(
    resourceType,
    withoutMembers(resourceType, withoutNames(resourceType, resource, isGone), isGone),
    isGone,
  );
  return { paths, resource: named as R };
}

/** Asked for each path that no schema names: whether it goes. */
type IsGone = (path: string) => boolean;

function withoutNames(resourceType: CompiledResourceType, resource: ResourceObject, isGone: IsGone): ResourceObject {
  let kept = resource;
  for (const name of Object.keys(resource)) {
    if (isNamed(resourceType, name) || !isGone(name)) continue;
    const { [name]: _, ...rest } = kept;
    kept = withoutSchema(rest, name);
  }
  return kept;
}

function withoutMembers(
  { extensions }: CompiledResourceType,
  resource: ResourceObject,
  isGone: IsGone,
): ResourceObject {
  let kept = resource;
  for (const { urn, attribute } of extensions) {
    const container = kept[urn];
    if (!isObject(container)) continue;
    const left = strip(container, (name) => attribute(name)?.name !== name && isGone(`${urn}:${name}`));
    if (left === container) continue;
    const { [urn]: _, ...rest } = kept;
    kept = Object.keys(left).length === 0 ? withoutSchema(rest, urn) : { ...rest, [urn]: left };
  }
  return kept;
}

function withoutParts({ attributes }: CompiledResourceType, resource: ResourceObject, isGone: IsGone): ResourceObject {
  let kept: Record<string, unknown> | undefined;
  for (const attribute of attributes) {
    // What nobody declared is kept on purpose.
    const hasParts = attribute.type === "complex" && !isKept(attribute);
    const value = hasParts ? readAttribute(resource, attribute) : undefined;
    const left = value === undefined ? undefined : stripParts(attribute, value, isGone);
    if (left === value) continue;
    kept ??= { ...resource };
    writeAttribute(kept, attribute, left);
  }
  return kept ?? resource;
}

function isNamed(resourceType: CompiledResourceType, name: string): boolean {
  return resourceType.attribute(name)?.name === name || resourceType.extension(name)?.urn === name;
}

/** An extension that goes as a whole is no longer named. */
function withoutSchema(resource: Record<string, unknown>, urn: string): Record<string, unknown> {
  const { schemas } = resource;
  if (!Array.isArray(schemas) || !schemas.includes(urn)) return resource;
  return { ...resource, schemas: schemas.filter((name) => name !== urn) };
}

function stripParts(attribute: Attribute, value: unknown, isGone: IsGone): unknown {
  const stripOne = (one: unknown): unknown =>
    isObject(one)
      ? strip(one, (name) => attribute.sub(name)?.name !== name && isGone(`${attribute.path}.${name}`))
      : one;
  if (!Array.isArray(value)) {
    const left = stripOne(value);
    return left !== value && Object.keys(left as object).length === 0 ? undefined : left;
  }
  const left = value.map(stripOne);
  return left.every((one, index) => one === value[index]) ? value : left;
}

/** Looks at each name of an object; the object itself where all stay. */
function strip(object: Record<string, unknown>, isLeftOut: (name: string) => boolean): Record<string, unknown> {
  const gone = Object.keys(object).filter(isLeftOut);
  return gone.length === 0
    ? object
    : Object.fromEntries(Object.entries(object).filter(([name]) => !gone.includes(name)));
}

/**
 * The paths to be forgotten of each resource type, by its name.
 * @throws {TypeError} for what no resource type is meant by, and for what a schema names.
 */
export function forgottenOf(
  resourceTypes: readonly CompiledResourceType[],
  forget: readonly string[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const paths = new Map(resourceTypes.map(({ name }) => [name, new Set<string>()]));
  for (const entry of forget) {
    const dot = entry.indexOf(".");
    const [name, path] = [entry.slice(0, dot), entry.slice(dot + 1)];
    const resourceType = resourceTypes.find((type) => type.name === name);
    if (resourceType === undefined || path === "")
      throw new TypeError(`reindex: forget names ${entry}, which begins with the name of no resource type.`);
    if (isDeclared(resourceType, path))
      throw new TypeError(`reindex: forget names ${entry}, which is no unknown value: a schema of ${name} has it.`);
    paths.get(name)?.add(path);
  }
  return paths;
}

function isDeclared({ attributes, extensions }: CompiledResourceType, path: string): boolean {
  return (
    extensions.some(({ urn }) => urn === path) ||
    attributes.some((attribute) => attribute.path === path || attribute.subAttributes.some((sub) => sub.path === path))
  );
}
