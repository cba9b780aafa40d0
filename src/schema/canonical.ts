import { invalidValue } from "../error.ts";
import { andThen, isFew, oneByOne, type Work } from "../time-slice.ts";
import type { Attribute, AttributePath } from "./attribute.ts";
import { KEPT_NAME, keptUrns, overfullKept, readKept } from "./kept.ts";
import type { Problem } from "./problem.ts";
import { remembered } from "./remembered.ts";
import type { CompiledExtension, CompiledResourceType } from "./resource-type.ts";
import { jsonTypeOf } from "./validate.ts";
import { isObject, type ResourceObject, readAttribute } from "./value.ts";
import { LEFT_ALONE, type ReadOptions, ValueReader, valuesIn } from "./value-reader.ts";

/** What a client asserted, in canonical form. */
export interface CanonicalBody {
  /** Canonical names, extensions under their URN; no readOnly, writeOnly or unassigned attribute, no `schemas`. */
  readonly resource: Record<string, unknown>;
  /** writeOnly attributes by path; `null` where the client unassigned one. */
  readonly secrets: Record<string, unknown>;
  /** Top-level attributes that the body names, with whatever value. */
  readonly named: ReadonlySet<Attribute>;
  readonly problems: readonly Problem[];
}

/**
 * Reads a JSON body as a resource of the type: attribute names and URNs in any letter case, `null` and `[]` as unassigned,
 * readOnly attributes ignored, every value checked. All problems are collected, not the first one alone.
 * @throws {ScimError} 400 invalidSyntax for a body of more unknown names than a list may have elements; invalidValue for more values
 * of them than that, where they are kept.
 * @see RFC 7643 §2
 */
export function canonicalize(
  resourceType: CompiledResourceType,
  body: ResourceObject,
  options: ReadOptions,
): Work<CanonicalBody> {
  const reading: Reading = {
    resourceType,
    options,
    reader: new ValueReader(options),
    resource: {},
    secrets: {},
    named: new Set(),
  };
  const read = (name: string): Work<void> => readMember(reading, name, body[name]);
  return andThen(
    oneByOne(Object.keys(body), read, isFew(valuesIn(body)) ? Number.POSITIVE_INFINITY : 0),
    bodyOf,
    reading,
  );
}

function bodyOf(_: unknown, { options, reader, resource, secrets, named }: Reading): CanonicalBody {
  const overfull = overfullKept(resource, options.limits);
  if (overfull !== undefined) throw invalidValue(overfull);
  return { resource, secrets, named, problems: reader.problems };
}

/** A body while it is read. */
interface Reading {
  readonly resourceType: CompiledResourceType;
  readonly options: ReadOptions;
  readonly reader: ValueReader;
  readonly resource: Record<string, unknown>;
  readonly secrets: Record<string, unknown>;
  readonly named: Set<Attribute>;
}

/** What a member of a body is about: an attribute, or an extension whose container it is. @see RFC 7643 §3 */
export type Member =
  | { readonly type: "attribute"; readonly attribute: Attribute }
  | { readonly type: "extension"; readonly extension: CompiledExtension }
  | { readonly type: "kept"; readonly path: AttributePath };

/**
 * What a name in a body means: a common or core attribute, the container of an extension, an attribute by its URN and name, or a name
 * that somebody (`meant`) knows the meaning of, or something that nobody declared and is kept. Undefined for a name that no schema has.
 */
export function memberNamed(
  resourceType: CompiledResourceType,
  name: string,
  meant: (name: string) => Attribute | undefined,
): Member | undefined {
  const own = resourceType.attribute(name);
  if (own !== undefined && own !== resourceType.kept) return { type: "attribute", attribute: own };
  const extension = resourceType.extension(name);
  if (extension !== undefined) return { type: "extension", extension };
  const qualified = name.includes(":") ? resourceType.resolve(name) : undefined;
  if (qualified?.sub !== undefined) return undefined;
  const attribute = qualified?.attribute ?? meant(name);
  if (attribute !== undefined) return { type: "attribute", attribute };
  const path = resourceType.keptPath(name);
  return path && { type: "kept", path };
}

function readMember(reading: Reading, name: string, raw: unknown): Work<void> {
  const { resourceType } = reading;
  const own = resourceType.attribute(name);
  if (own !== undefined && own !== resourceType.kept) return assign(reading, own, raw, name);
  const member = memberNamed(resourceType, name, (text) => reading.options.tolerances.attribute(text));
  if (member === undefined) reading.reader.reportUnknown(name);
  else if (member.type === "extension") return readExtension(reading, member.extension, raw);
  else if (member.type === "kept") keep(reading, member.path, raw);
  else return assign(reading, member.attribute, raw, name);
}

function readExtension(reading: Reading, extension: CompiledExtension, raw: unknown): Work<void> {
  const { reader, named } = reading;
  if (raw === null || raw === undefined) {
    for (const cleared of extension.attributes) named.add(cleared);
    return;
  }
  if (!isObject(raw))
    return reader.report(
      `must be an object with the attributes of the extension, not ${jsonTypeOf(raw)}`,
      "invalidValue",
      extension.urn,
    );
  return oneByOne(Object.keys(raw), (name) => {
    const attribute = extension.attribute(name);
    const spelling = `${extension.urn}:${name}`;
    if (attribute !== undefined) return assign(reading, attribute, raw[name], spelling);
    reader.reportUnknown(spelling);
  });
}

/** What nobody declared is kept as it came; `null` and `[]` unassign it as they do everything. @see RFC 7643 §2.5 */
function keep({ reader, resource, named }: Reading, { attribute, text }: AttributePath, raw: unknown): void {
  named.add(attribute);
  const value = reader.readKept(text, raw);
  if (value === undefined) return;
  const kept = (resource[KEPT_NAME] ?? {}) as Record<string, unknown>;
  if (readKept(kept, text) !== undefined)
    return reader.report("is named a second time; names differ in more than letter case", "invalidSyntax", text);
  resource[KEPT_NAME] = { ...kept, [text]: value };
}

function assign(reading: Reading, attribute: Attribute, raw: unknown, spelling: string): Work<void> {
  const { reader, named } = reading;
  if (named.has(attribute))
    return reader.report(
      `names ${attribute.path} a second time; names differ in more than letter case`,
      "invalidSyntax",
      spelling,
    );
  named.add(attribute);
  if (attribute.mutability === "readOnly" || attribute.path === "schemas") return;
  return andThen(reader.readAt(attribute.path, attribute, raw), put, reading, attribute);
}

function put(value: unknown, { resource, secrets, named }: Reading, attribute: Attribute): void {
  const { extension } = attribute;
  if (value === LEFT_ALONE) named.delete(attribute);
  else if (attribute.mutability === "writeOnly") secrets[attribute.path] = value ?? null;
  else if (value === undefined) return;
  else if (extension === undefined) resource[attribute.name] = value;
  else {
    const container = (resource[extension] ?? {}) as Record<string, unknown>;
    container[attribute.name] = value;
    resource[extension] = container;
  }
}

/** Required attributes that the finished resource lacks. Those that are readOnly are the server's duty [S-7-28]. */
export function missingAttributes(
  resourceType: CompiledResourceType,
  resource: ResourceObject,
  secrets: ResourceObject = {},
): Problem[] {
  const problems: Problem[] = [];
  const report = (path: string): void => void problems.push({ path, message: "is required", scimType: "invalidValue" });
  const { own, extensions } = requiredIn(resourceType);
  for (const attribute of own) if (isMissing(attribute, resource, secrets)) report(attribute.path);
  for (const { urn, required, attributes } of extensions) {
    if (resource[urn] !== undefined) {
      for (const attribute of attributes) if (isMissing(attribute, resource, secrets)) report(attribute.path);
    } else if (required) report(urn);
  }
  return problems;
}

/** What a client must give, of the type itself and of each extension. */
const requiredIn = remembered(({ common, core, extensions }: CompiledResourceType) => {
  const isRequired = ({ required, mutability, path }: Attribute): boolean =>
    required && mutability !== "readOnly" && path !== "schemas";
  return {
    own: [...common, ...core].filter(isRequired),
    extensions: extensions.map(({ urn, required, attributes }) => ({
      urn,
      required,
      attributes: attributes.filter(isRequired),
    })),
  };
});

function isMissing(attribute: Attribute, resource: ResourceObject, secrets: ResourceObject): boolean {
  const value = attribute.mutability === "writeOnly" ? secrets[attribute.path] : readAttribute(resource, attribute);
  return value === undefined || value === null;
}

/** The base URN and those of the extensions that hold data, in the order of the resource type [S-3-08]; then those that nobody declared. */
export function schemasOf(resourceType: CompiledResourceType, resource: ResourceObject): readonly string[] {
  const urns = [resourceType.urn];
  for (const { urn } of resourceType.extensions) if (resource[urn] !== undefined) urns.push(urn);
  if (resourceType.kept !== undefined) urns.push(...keptUrns(resource));
  return urns;
}
