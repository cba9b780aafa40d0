import type { Filter } from "../filter/ast.ts";
import { type FilterParseOptions, parsePath } from "../filter/parser.ts";
import { type ResolveOptions, resolveFilter } from "../filter/resolve.ts";
import { invalidPath, invalidValue, mutability, noTarget, ScimError } from "../protocol/error.ts";
import { type Attribute, type AttributePath, leafOf, pathOf } from "../schema/attribute.ts";
import { isComputedReference, printable, type ReadOptions, ValueReader } from "../schema/canonical.ts";
import type { ResourceType } from "../schema/resource-type.ts";
import { jsonTypeOf } from "../schema/validate.ts";
import { isObject, type ResourceObject } from "../schema/value.ts";
import type { PreparedOperation } from "./operation.ts";
import type { PatchOperation } from "./parse.ts";

/** How operations are read; quirks decide on the switches. */
export interface PrepareOptions {
  readonly read: ReadOptions;
  readonly resolve: ResolveOptions;
  readonly filter: FilterParseOptions;
  /** Told of an unknown path, which is then left out; undefined where it is 400 invalidPath. */
  readonly unknownPath?: ((path: string) => void) | undefined;
  /** Told of a readOnly attribute in a path-less value, which is then left out; undefined where it must equal the stored value. */
  readonly readOnlyValue?: ((path: string) => void) | undefined;
  /** Told of a key `name.givenName` in a path-less value, which is then a path; undefined where it is 400 invalidPath. */
  readonly pathKey?: ((path: string) => void) | undefined;
  /** Told of a remove with a value, which then removes only what is listed; undefined where it is 400 invalidValue. */
  readonly removeValue?: ((path: string) => void) | undefined;
}

/**
 * Resolves the operations of a PATCH against the schema and checks what can be checked without the resource: paths, types,
 * mutability. Nothing is applied.
 *
 * @throws {ScimError} 400 invalidPath, invalidFilter, invalidValue, mutability, noTarget, naming the operation.
 * @see RFC 7644 §3.5.2
 */
export function prepare(
  resourceType: ResourceType,
  operations: readonly PatchOperation[],
  options: PrepareOptions,
): readonly PreparedOperation[] {
  return operations.flatMap((operation, index) => {
    try {
      return new Preparation(resourceType, options, index).prepare(operation);
    } catch (error) {
      throw located(error, index);
    }
  });
}

/** The same error, its detail beginning with the position of the operation. */
export function located(error: unknown, index: number): unknown {
  if (!(error instanceof ScimError)) return error;
  const { status, detail, scimType, headers } = error;
  return new ScimError(status, `Operations[${index}]: ${detail}`, {
    ...(scimType === undefined ? {} : { scimType }),
    headers,
    cause: error,
  });
}

/** Takes one operation apart. */
class Preparation {
  readonly #type: ResourceType;
  readonly #options: PrepareOptions;
  readonly #index: number;

  constructor(resourceType: ResourceType, options: PrepareOptions, index: number) {
    this.#type = resourceType;
    this.#options = options;
    this.#index = index;
  }

  prepare(operation: PatchOperation): PreparedOperation[] {
    if (operation.path === undefined) {
      if (operation.op === "remove") throw noTarget("A remove needs a path that says what to remove.");
      return this.#withoutPath(operation);
    }
    if (typeof operation.path !== "string")
      throw invalidPath(`path must be a string, not ${jsonTypeOf(operation.path)}.`);
    return this.#withPath(operation, operation.path);
  }

  #withPath(operation: PatchOperation, text: string): PreparedOperation[] {
    const parsed = parsePath(text, this.#options.filter);
    if (parsed.filter === undefined) {
      if (parsed.path.toLowerCase() === this.#type.urn.toLowerCase())
        return this.prepare({ ...operation, path: undefined });
      const extension = this.#type.extension(parsed.path);
      if (extension !== undefined) return this.#onExtension(operation, extension.attributes);
    }
    const path = this.#type.resolve(parsed.path, this.#options.resolve.lenientNames);
    if (path === undefined) return this.#unknown(parsed.path);
    if (parsed.filter === undefined) return this.#onPath(operation, path);
    if (path.sub !== undefined || !path.attribute.multiValued) {
      throw invalidPath(`${path.text} is not multi-valued, so that no filter can select among its values.`);
    }
    const sub = parsed.sub === undefined ? undefined : path.attribute.sub(parsed.sub);
    if (parsed.sub !== undefined && sub === undefined) return this.#unknown(`${path.text}[…].${parsed.sub}`);
    const resolved = resolveFilter(
      { type: "element", path: parsed.path, filter: parsed.filter },
      this.#type,
      this.#options.resolve,
    );
    return this.#onElements(operation, path.attribute, resolved.type === "element" ? resolved.filter : undefined, sub);
  }

  #unknown(path: string): PreparedOperation[] {
    const { unknownPath } = this.#options;
    if (unknownPath === undefined)
      throw invalidPath(
        `"${printable(path)}" is not an attribute of ${this.#type.name}; see /Schemas for the attributes.`,
      );
    unknownPath(printable(path));
    return [];
  }

  #onPath(operation: PatchOperation, path: AttributePath): PreparedOperation[] {
    const { attribute, sub } = path;
    if (attribute.name === "schemas") return [this.#onSchemas(operation, undefined)];
    this.#checkWritable(path);
    if (sub !== undefined && isComputedReference(attribute, sub))
      return this.#onReferenceUrl(operation, attribute, sub);
    if (attribute.mutability === "writeOnly") return [this.#onSecret(operation, attribute)];
    if (sub !== undefined && attribute.multiValued) return this.#onElements(operation, attribute, undefined, sub);
    if (operation.op === "remove") return [this.#removal(operation, path)];
    const raw = this.#valueOf(operation);
    if (raw === null && operation.op === "add") return [];
    const { value, cleared } = this.#read(path, raw);
    return [{ index: this.#index, type: "attribute", op: operation.op, path, value, cleared }];
  }

  /** A readOnly attribute that is named is an error, unlike one in the body of a PUT [A16]. */
  #checkWritable(path: AttributePath): void {
    for (const part of [path.attribute, path.sub]) {
      if (part?.mutability === "readOnly")
        throw mutability(`${part.path} is readOnly; it cannot be changed by a client.`);
    }
  }

  #valueOf(operation: PatchOperation): unknown {
    if (!("value" in operation))
      throw invalidValue(`${operation.op} needs a value; use remove to unassign an attribute.`);
    return operation.value;
  }

  /** Values listed in a remove are the ones to remove; read literally, the list would be ignored and everything removed [A2]. */
  #removal(operation: PatchOperation, path: AttributePath): PreparedOperation {
    const { value: raw } = operation;
    const listed = path.attribute.multiValued && raw !== undefined && raw !== null;
    if (!listed) return { index: this.#index, type: "attribute", op: "remove", path, value: undefined, cleared: [] };
    const { removeValue } = this.#options;
    if (removeValue === undefined)
      throw invalidValue(`A remove has no value; select what to remove with a filter: ${path.text}[value eq "…"].`);
    removeValue(path.text);
    const { value } = this.#read(path, raw);
    return { index: this.#index, type: "attribute", op: "remove", path, value: value ?? [], cleared: [] };
  }

  #read(path: AttributePath, raw: unknown): { readonly value: unknown; readonly cleared: readonly Attribute[] } {
    const leaf = leafOf(path);
    const reader = new ValueReader(this.#options.read);
    const value = reader.within(leaf.path, () => {
      if (leaf.multiValued) return reader.read(leaf, Array.isArray(raw) || raw === null ? raw : [raw]);
      if (raw === null) return undefined;
      return leaf.type === "complex" ? reader.readPartial(leaf, raw) : reader.readSingle(leaf, raw);
    });
    this.#throwProblems(reader);
    return { value, cleared: leaf.multiValued ? [] : clearedBy(leaf, raw) };
  }

  #throwProblems(reader: ValueReader): void {
    const [first] = reader.problems;
    if (first === undefined) return;
    const detail = reader.problems
      .slice(0, 10)
      .map(({ path, message }) => `${path} ${message}`)
      .join("; ");
    throw new ScimError(400, `${detail}.`, { scimType: first.scimType });
  }

  #onElements(
    operation: PatchOperation,
    attribute: Attribute,
    filter: Filter<AttributePath> | undefined,
    sub: Attribute | undefined,
  ): PreparedOperation[] {
    this.#checkWritable(pathOf(attribute, sub));
    const target = { index: this.#index, type: "element", op: operation.op, attribute, filter, sub } as const;
    if (operation.op === "remove") return [{ ...target, value: undefined, cleared: [] }];
    const raw = this.#valueOf(operation);
    if (raw === null && operation.op === "add") return [];
    if (sub !== undefined) {
      if (isComputedReference(attribute, sub))
        throw mutability(`${sub.path} follows from ${attribute.path}.value; it cannot be set.`);
      const { value } = this.#read(pathOf(attribute, sub), raw);
      return [{ ...target, value, cleared: [] }];
    }
    const reader = new ValueReader(this.#options.read);
    const single = Array.isArray(raw) && raw.length === 1 ? raw[0] : raw;
    const value = reader.within(attribute.path, () => reader.readPartial(attribute, single));
    this.#throwProblems(reader);
    return [{ ...target, value, cleared: clearedBy(attribute, single) }];
  }

  /** The URL of a reference says the same as its value. */
  #onReferenceUrl(operation: PatchOperation, attribute: Attribute, sub: Attribute): PreparedOperation[] {
    const value = attribute.sub("value");
    if (operation.op === "remove" || value === undefined || attribute.multiValued) return [];
    const raw = this.#valueOf(operation);
    const id = typeof raw === "string" ? this.#options.read.tolerances.idOf(raw) : undefined;
    if (raw === null) return [];
    if (id === undefined) throw invalidValue(`${sub.path} must be the URL of a resource of this server.`);
    return [
      {
        index: this.#index,
        type: "attribute",
        op: operation.op,
        path: pathOf(attribute, value),
        value: id,
        cleared: [],
      },
    ];
  }

  #onSecret(operation: PatchOperation, attribute: Attribute): PreparedOperation {
    if (operation.op === "remove") {
      if (attribute.required) throw mutability(`${attribute.path} is required; it cannot be removed.`);
      return { index: this.#index, type: "secret", attribute, value: null };
    }
    const { value } = this.#read(pathOf(attribute), this.#valueOf(operation));
    if (value === undefined && attribute.required)
      throw invalidValue(`${attribute.path} is required; it cannot be unassigned.`);
    return { index: this.#index, type: "secret", attribute, value: value ?? null };
  }

  /** `schemas` follows from the data; what a client may say of it is that extensions come or go [A61]. */
  #onSchemas(operation: PatchOperation, raw: unknown): PreparedOperation {
    const value = raw ?? operation.value;
    if (operation.op === "remove" && (value === undefined || value === null))
      throw mutability("schemas is required; it cannot be removed.");
    const urns: unknown[] = Array.isArray(value) ? value : [value];
    const known = urns.map((urn) => {
      if (typeof urn !== "string") throw invalidValue(`schemas holds URNs, not ${jsonTypeOf(urn)}.`);
      if (urn.toLowerCase() === this.#type.urn.toLowerCase()) return this.#type.urn;
      const extension = this.#type.extension(urn);
      if (extension === undefined)
        throw invalidValue(`schemas: "${printable(urn)}" is no schema of ${this.#type.name}.`);
      return extension.urn;
    });
    const hasBase = known.includes(this.#type.urn);
    if ((operation.op === "remove" && hasBase) || (operation.op === "replace" && !hasBase)) {
      throw invalidValue(`schemas must keep "${this.#type.urn}".`);
    }
    return { index: this.#index, type: "schemas", op: operation.op, urns: known };
  }

  #onExtension(operation: PatchOperation, attributes: readonly Attribute[]): PreparedOperation[] {
    const writable = attributes.filter((attribute) => attribute.mutability !== "readOnly");
    const clear = (attribute: Attribute): PreparedOperation[] => this.#onPath({ op: "remove" }, pathOf(attribute));
    if (operation.op === "remove") return writable.flatMap(clear);
    const raw = this.#valueOf(operation);
    if (raw === null) return operation.op === "add" ? [] : writable.flatMap(clear);
    if (!isObject(raw)) throw invalidValue(`The value of an extension must be an object, not ${jsonTypeOf(raw)}.`);
    const extension = attributes[0]?.extension ?? "";
    return this.#members(
      operation,
      raw,
      (name) => attributes.find((attribute) => attribute.name.toLowerCase() === name.toLowerCase()),
      `${extension}:`,
    );
  }

  /** Every member of the value is an operation of its own. @see RFC 7644 §3.5.2.1, §3.5.2.3 */
  #withoutPath(operation: PatchOperation): PreparedOperation[] {
    const raw = this.#valueOf(operation);
    if (!isObject(raw))
      throw invalidValue(`Without a path, value must be an object of attributes, not ${jsonTypeOf(raw)}.`);
    return this.#members(operation, raw, (name) => this.#type.attribute(name), "");
  }

  #members(
    operation: PatchOperation,
    members: ResourceObject,
    find: (name: string) => Attribute | undefined,
    prefix: string,
  ): PreparedOperation[] {
    const seen = new Set<string>();
    return Object.keys(members).flatMap((key) => {
      if (seen.has(key.toLowerCase()))
        throw new ScimError(400, `The value names "${printable(key)}" twice, in different letter case.`, {
          scimType: "invalidSyntax",
        });
      seen.add(key.toLowerCase());
      const value = members[key];
      const attribute = find(key);
      if (attribute !== undefined) return this.#member(operation, attribute, value);
      const extension = prefix === "" ? this.#type.extension(key) : undefined;
      if (extension !== undefined) return this.#onExtension({ op: operation.op, value }, extension.attributes);
      return this.#pathMember(operation, prefix + key, value);
    });
  }

  #member(operation: PatchOperation, attribute: Attribute, value: unknown): PreparedOperation[] {
    if (attribute.name === "schemas") {
      // A path-less value echoes the resource; only a registered extension would be news, and that comes with its data.
      return [];
    }
    if (attribute.mutability !== "readOnly") return this.#onPath({ op: operation.op, value }, pathOf(attribute));
    const { readOnlyValue } = this.#options;
    if (readOnlyValue === undefined) return [{ index: this.#index, type: "echo", attribute, value }];
    readOnlyValue(attribute.path);
    return [];
  }

  /** A key that is a path: `name.givenName`, `urn:…:User:department`, `emails[type eq "work"].value` [A14]. */
  #pathMember(operation: PatchOperation, key: string, value: unknown): PreparedOperation[] {
    const { pathKey } = this.#options;
    const isPath = key.includes(".") || key.includes(":") || key.includes("[");
    const known = isPath
      ? this.#type.resolve(key.replace(/\[.*\]/, ""), this.#options.resolve.lenientNames)
      : this.#type.resolve(key, this.#options.resolve.lenientNames);
    if (known === undefined) return this.#unknown(key);
    if (pathKey === undefined)
      throw invalidPath(`"${printable(key)}" is a path; send it as path, not as a name in value.`);
    pathKey(printable(key));
    if (known.attribute.mutability === "readOnly" || known.sub?.mutability === "readOnly") {
      this.#options.readOnlyValue?.(known.text);
      if (this.#options.readOnlyValue !== undefined) return [];
    }
    return this.#withPath({ op: operation.op, value }, key);
  }
}

/** The sub-attributes that a complex value sets to `null` or `[]`. */
function clearedBy(attribute: Attribute, raw: unknown): Attribute[] {
  if (!isObject(raw)) return [];
  return Object.entries(raw).flatMap(([name, value]) => {
    const sub = attribute.sub(name);
    const isEmpty = value === null || (Array.isArray(value) && value.length === 0);
    return sub !== undefined && isEmpty && sub.mutability !== "readOnly" && !isComputedReference(attribute, sub)
      ? [sub]
      : [];
  });
}
