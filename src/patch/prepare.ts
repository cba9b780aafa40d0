import { invalidPath, invalidSyntax, invalidValue, mutability, noTarget, payloadTooLarge } from "../error.ts";
import type { Filter } from "../filter/ast.ts";
import type { FilterParseOptions } from "../filter/parse-options.ts";
import { parsePath } from "../filter/parser.ts";
import { elementTest } from "../filter/predicate.ts";
import { type ResolveOptions, resolveFilter } from "../filter/resolve.ts";
import { type Attribute, type AttributePath, isComputedReference, leafOf, pathOf } from "../schema/attribute.ts";
import { isKeptPart } from "../schema/kept.ts";
import { withoutFilter } from "../schema/nearest.ts";
import { printable } from "../schema/printable.ts";
import { type CompiledExtension, type CompiledResourceType, resolveMeant } from "../schema/resource-type.ts";
import { DEFAULT_VALUE_LIMITS, jsonTypeOf } from "../schema/validate.ts";
import { isObject, type ResourceObject } from "../schema/value.ts";
import { LEFT_ALONE, type ReadOptions } from "../schema/value-reader.ts";
import { doAll, type Steps } from "../time-slice.ts";
import { requiredUnassigned } from "./complex.ts";
import { describedElement } from "./described-element.ts";
import { checkAsserted, checkListed } from "./listed-values.ts";
import { type PreparedOperation, withPosition } from "./operation.ts";
import { type OperationValue, readKeptValue, readListed, readSingleValue, readValue } from "./operation-value.ts";
import type { Op, ParsedOperation } from "./parse.ts";
import { isAboutSomething, UnknownNames } from "./unknown-names.ts";

/**
 * How operations are read; quirks decide on the switches. Without any, by the letter of the RFC.
 * @see RFC 7644 §3.5.2
 */
export interface PrepareOptions {
  /** How values are read. Default: bounds as those of `createScim`, unknown sub-attributes ignored, nothing tolerated. */
  readonly read?: ReadOptions | undefined;
  /** How the filters of value paths are resolved. Default: nothing tolerated. */
  readonly resolve?: ResolveOptions | undefined;
  /** How paths are parsed. Default: bounds as those of `createScim`. */
  readonly filter?: FilterParseOptions | undefined;
  /** A name that the type does not have: the path that is meant, or undefined where it is unknown. */
  readonly alias?: ((name: string) => string | undefined) | undefined;
  /**
   * Told of an unknown path, which is then left out; undefined where it is 400 invalidPath. So is a request of nothing but unknown
   * paths, unless they are under URNs of schemas that nobody registered.
   */
  readonly unknownPath?: ((path: string) => void) | undefined;
  /** Whether a path is under the URN of a schema that another resource type of the server has. Default: no path is. */
  readonly isRegistered?: ((path: string) => boolean) | undefined;
  /** Told of an unknown name that a rule refuses, whose id it gives: 400 invalidSyntax and not invalidPath. Default: no rule does. */
  readonly unknownRefused?: ((path: string) => string) | undefined;
  /**
   * Throws for an operation that is refused, though the RFC allows it. Asked about those that have a path, before their value is read;
   * who takes operations without one has seen it. Default: nobody is asked.
   */
  readonly refuse?: ((operation: SentOperation) => void) | undefined;
  /** Told of a readOnly attribute in a path-less value, which is then left out; undefined where it must equal the stored value. */
  readonly readOnlyValue?: ((path: string) => void) | undefined;
  /** Told of a key `name.givenName` in a path-less value, which is then a path; undefined where it is 400 invalidPath. */
  readonly pathKey?: ((path: string) => void) | undefined;
  /** Told of a remove with a value, which then removes only what is listed; undefined where it is 400 invalidValue. */
  readonly removeValue?: ((path: string) => void) | undefined;
  /** Whether the request is about more than these operations, so that unknown names are not all of it. Default `false`. */
  readonly hasOthers?: boolean | undefined;
  /** Most operations, names that are paths counted as one each. Default: no bound; more is 413. */
  readonly maxOperations?: number | undefined;
}

/** An operation, resolved, before its value is read. */
export interface SentOperation {
  readonly op: Op;
  readonly path: string | undefined;
  readonly attribute: Attribute | undefined;
  readonly sub: Attribute | undefined;
  /** Whether a filter in brackets selects among the values. */
  readonly isSelecting: boolean;
}

/** Values as the RFC has them: nothing is put right. */
const LITERAL: ReadOptions = {
  limits: DEFAULT_VALUE_LIMITS,
  unknownAttributes: "ignore",
  canonicalValues: "suggest",
  formats: "ignore",
  tolerances: {
    value: () => undefined,
    attribute: () => undefined,
    primaries: () => undefined,
    unknown: () => undefined,
    idOf: () => undefined,
  },
};

type Settings = PrepareOptions & {
  readonly [K in "read" | "resolve" | "filter"]: NonNullable<PrepareOptions[K]>;
};

/** What the operations of a request have in common. */
interface Shared {
  readonly unknown: UnknownNames;
  /** How many operations there are. */
  count: number;
}

/**
 * Resolves the operations of a PATCH against the schema and checks what can be checked without the resource: paths, types,
 * mutability. Nothing is applied. What can be seen to be wrong here is refused before any operation is applied, so that of two
 * errors in one request this one is reported, even where it stands further behind. Unknown names are reported last, because what
 * becomes of them depends on the other operations.
 *
 * @throws {ScimError} 400 invalidPath, invalidFilter, invalidValue, invalidSyntax, mutability, noTarget, naming the operation.
 * @example
 * ```ts
 * import { compileResourceType, Group } from "scimkit";
 * import { prepare } from "scimkit/patch";
 * prepare(compileResourceType(Group), [{ op: "add", path: "members", value: [{ value: "u1" }] }]);
 * ```
 * @see RFC 7644 §3.5.2
 */
export function prepare(
  resourceType: CompiledResourceType,
  operations: readonly ParsedOperation[],
  options: PrepareOptions = {},
): readonly PreparedOperation[] {
  return doAll(prepareInSteps(resourceType, operations, options));
}

/** As `prepare`, in steps of which none takes long however many operations and values there are. */
export function* prepareInSteps(
  resourceType: CompiledResourceType,
  operations: readonly ParsedOperation[],
  options: PrepareOptions,
): Steps<readonly PreparedOperation[]> {
  const { unknownPath, isRegistered, unknownRefused, hasOthers = false } = options;
  const unknown = new UnknownNames(resourceType, { unknownPath, isRegistered, unknownRefused });
  const settings: Settings = {
    ...options,
    read: unknown.watch(options.read ?? LITERAL),
    resolve: options.resolve ?? {},
    filter: options.filter ?? {},
  };
  const shared: Shared = { unknown, count: operations.length };
  const prepared: PreparedOperation[] = [];
  for (const [index, operation] of operations.entries()) {
    try {
      const parts = yield* new Preparation(resourceType, settings, index, shared).prepare(operation);
      for (const part of parts) prepared.push(part);
    } catch (error) {
      throw withPosition(error, index);
    }
    yield;
  }
  unknown.settle(hasOthers || prepared.some(isAboutSomething));
  return prepared;
}

/** Takes one operation apart. */
class Preparation {
  readonly #type: CompiledResourceType;
  readonly #options: Settings;
  readonly #index: number;
  readonly #shared: Shared;

  constructor(resourceType: CompiledResourceType, options: Settings, index: number, shared: Shared) {
    this.#type = resourceType;
    this.#options = options;
    this.#index = index;
    this.#shared = shared;
  }

  *prepare(operation: ParsedOperation): Steps<readonly PreparedOperation[]> {
    if (operation.path === undefined) {
      if (operation.op === "remove") throw noTarget("A remove needs a path that says what to remove.");
      return yield* this.#withoutPath(operation);
    }
    if (typeof operation.path !== "string")
      throw invalidPath(`path must be a string, not ${jsonTypeOf(operation.path)}.`);
    return yield* this.#withPath(operation, operation.path);
  }

  *#withPath(operation: ParsedOperation, text: string): Steps<readonly PreparedOperation[]> {
    const parsed = parsePath(text, this.#options.filter);
    if (parsed.filter === undefined) {
      // A path of a URN alone: of the base schema it is the resource, of an extension its container.
      if (parsed.path.toLowerCase() === this.#type.urn.toLowerCase()) {
        this.#refuse(operation, undefined, undefined);
        return yield* this.prepare({ ...operation, path: undefined });
      }
      const extension = this.#type.extension(parsed.path);
      if (extension !== undefined) {
        this.#refuse(operation, text, undefined);
        return yield* this.#onExtension(operation, extension);
      }
    }
    const path = resolveMeant(this.#type, parsed.path, this.#options.alias);
    if (path === undefined) return this.#unknown(parsed.path);
    if (parsed.filter === undefined) {
      this.#refuse(operation, text, path);
      return yield* this.#onPath(operation, path);
    }
    if (path.sub !== undefined || !path.attribute.multiValued) {
      throw invalidPath(`${path.text} is not multi-valued, so that no filter can select among its values.`);
    }
    const sub = parsed.sub === undefined ? undefined : path.attribute.sub(parsed.sub);
    if (parsed.sub !== undefined && sub === undefined) return this.#unknown(`${path.text}[…].${parsed.sub}`);
    this.#refuse(operation, text, pathOf(path.attribute, sub), true);
    const resolved = resolveFilter(
      { type: "element", path: path.text, filter: parsed.filter },
      this.#type,
      this.#options.resolve,
    );
    const filter = resolved.type === "element" ? resolved.filter : undefined;
    if (path.attribute.path === "schemas") return [this.#onSelectedSchemas(operation, filter)];
    return yield* this.#onElements(operation, path.attribute, filter, sub);
  }

  #refuse(
    { op }: ParsedOperation,
    path: string | undefined,
    target: AttributePath | undefined,
    isSelecting = false,
  ): void {
    this.#options.refuse?.({ op, path, attribute: target?.attribute, sub: target?.sub, isSelecting });
  }

  #unknown(path: string): PreparedOperation[] {
    this.#shared.unknown.leaveOut(path, this.#index, this.#options.read);
    return [];
  }

  /** The value of an operation; undefined where it names nothing that there is, so that the operation is left out. */
  #read(read: (options: ReadOptions) => Steps<OperationValue>): Steps<OperationValue | undefined> {
    return this.#shared.unknown.reading(this.#index, this.#options.read, read);
  }

  *#onPath(operation: ParsedOperation, path: AttributePath): Steps<readonly PreparedOperation[]> {
    const { attribute, sub } = path;
    if (attribute.path === "schemas") return [this.#onSchemas(operation)];
    if (sub !== undefined && isKeptPart(sub)) return this.#onKept(operation, path);
    this.#checkWritable(path);
    if (sub !== undefined && isComputedReference(attribute, sub))
      return this.#onReferenceUrl(operation, attribute, sub);
    if (attribute.mutability === "writeOnly") return yield* this.#onSecret(operation, path);
    if (sub !== undefined && attribute.multiValued)
      return yield* this.#onElements(operation, attribute, undefined, sub);
    const index = this.#index;
    const { op } = operation;
    if (op === "remove")
      return [{ index, type: "attribute", op, path, value: yield* this.#listed(operation, path), cleared: [] }];
    const raw = this.#valueOf(operation, path.text);
    const read = yield* this.#read((options) => readValue(path, raw, options));
    if (read === undefined) return [];
    const { value, cleared } = read;
    checkAsserted(path, raw, value);
    // An add of nothing: `null`, or an empty list for what is multi-valued.
    if (op === "add" && (raw === null || (leafOf(path).multiValued && value === undefined))) return [];
    return [{ index, type: "attribute", op, path, value, cleared }];
  }

  /** What nobody declared: its new value takes the place of the old one, for add and replace alike. */
  #onKept(operation: ParsedOperation, path: AttributePath): readonly PreparedOperation[] {
    const index = this.#index;
    const { op } = operation;
    if (op === "remove") return [{ index, type: "attribute", op, path, value: undefined, cleared: [] }];
    const value = readKeptValue(path, this.#valueOf(operation, path.text), this.#options.read);
    if (op === "add" && value === undefined) return [];
    return [{ index, type: "attribute", op, path, value, cleared: [] }];
  }

  /** A readOnly attribute that is named is an error, unlike one in the body of a PUT [R-16 P-3.5.2-09]. */
  #checkWritable(path: AttributePath): void {
    for (const part of [path.attribute, path.sub]) {
      if (part?.mutability === "readOnly")
        throw mutability(`${part.path} is readOnly; it cannot be changed by a client.`);
    }
  }

  /** "The operation MUST contain a value member" [P-3.5.2.1-01 P-3.5.2.3-10]. */
  #valueOf(operation: ParsedOperation, path: string): unknown {
    if (!("value" in operation))
      throw invalidValue(`${operation.op} ${path} needs a value; use remove to unassign an attribute.`);
    return operation.value;
  }

  /**
   * Values listed in a remove of what is multi-valued are the ones to remove; read literally, the list would be ignored and
   * everything removed. Undefined where none are listed.
   */
  *#listed({ value: raw }: ParsedOperation, path: AttributePath): Steps<readonly unknown[] | undefined> {
    if (!leafOf(path).multiValued || raw === undefined || raw === null) return undefined;
    const { removeValue } = this.#options;
    if (removeValue === undefined)
      throw invalidValue(`A remove has no value; select what to remove with a filter: ${path.text}[value eq "…"].`);
    checkListed(path, raw);
    removeValue(path.text);
    return yield* readListed(path, raw, this.#options.read);
  }

  *#onElements(
    operation: ParsedOperation,
    attribute: Attribute,
    filter: Filter<AttributePath> | undefined,
    sub: Attribute | undefined,
  ): Steps<readonly PreparedOperation[]> {
    const path = pathOf(attribute, sub);
    this.#checkWritable(path);
    if (attribute.mutability === "writeOnly")
      throw invalidPath(`${attribute.path} is writeOnly, so that nothing can select among its values.`);
    const { op } = operation;
    const target = { index: this.#index, type: "element", op, attribute, filter, sub } as const;
    if (op === "remove") {
      const value = sub === undefined ? undefined : yield* this.#listed(operation, path);
      return [{ ...target, described: undefined, value, cleared: [] }];
    }
    const raw = this.#valueOf(operation, path.text);
    if (sub !== undefined && isComputedReference(attribute, sub))
      throw mutability(`${sub.path} follows from ${attribute.path}.value; it cannot be set.`);
    const read = function* (options: ReadOptions): Steps<OperationValue> {
      if (sub !== undefined || raw === null) return yield* readValue(path, raw, options);
      const element = readSingleValue(attribute, raw, options);
      if (op === "replace" && isObject(element.value) && Object.keys(element.value).length === 0)
        throw invalidValue(`The value for ${attribute.path}[…] has no sub-attribute; remove the element with remove.`);
      return element;
    };
    const known = yield* this.#read(read);
    if (known === undefined) return [];
    const { value, cleared } = known;
    if (op === "add" && (raw === null || (sub?.multiValued === true && value === undefined))) return [];
    return [{ ...target, described: describedElement(attribute, filter, this.#options.read), value, cleared }];
  }

  /** The URL of a reference says the same as its value. */
  #onReferenceUrl(operation: ParsedOperation, attribute: Attribute, sub: Attribute): PreparedOperation[] {
    const { op } = operation;
    const value = attribute.sub("value");
    if (op === "remove" || value === undefined || attribute.multiValued) return [];
    const raw = this.#valueOf(operation, sub.path);
    const id = typeof raw === "string" ? this.#options.read.tolerances.idOf(raw) : undefined;
    if (raw === null) return [];
    if (id === undefined) throw invalidValue(`${sub.path} must be the URL of a resource of this server.`);
    return [{ index: this.#index, type: "attribute", op, path: pathOf(attribute, value), value: id, cleared: [] }];
  }

  *#onSecret(operation: ParsedOperation, { attribute, sub }: AttributePath): Steps<readonly PreparedOperation[]> {
    if (sub !== undefined)
      throw invalidPath(`${attribute.path} is writeOnly, so that it is set as a whole; name it without ${sub.name}.`);
    const { op } = operation;
    const raw = op === "remove" ? null : this.#valueOf(operation, attribute.path);
    if (op === "add" && raw === null) return [];
    const read = yield* this.#read((options) => readValue(pathOf(attribute), raw, options));
    if (read === undefined || read.value === LEFT_ALONE) return [];
    if (read.value === undefined && attribute.required) throw requiredUnassigned(attribute, op);
    return [{ index: this.#index, type: "secret", attribute, value: read.value ?? null }];
  }

  /** `schemas` follows from the data; what a client may say of it is that extensions come or go. */
  #onSchemas({ op, value }: ParsedOperation): PreparedOperation {
    if (op === "remove" && (value === undefined || value === null))
      throw mutability("schemas is required; it cannot be removed.");
    const named: unknown[] = Array.isArray(value) ? value : [value];
    const urns = named.flatMap((urn) => {
      if (typeof urn !== "string") throw invalidValue(`schemas holds URNs, not ${jsonTypeOf(urn ?? null)}.`);
      if (urn.toLowerCase() === this.#type.urn.toLowerCase()) return this.#type.urn;
      const extension = this.#type.extension(urn);
      // What nobody declared comes and goes with its own path.
      if (extension === undefined && this.#type.keptPath(urn) !== undefined) return [];
      if (extension === undefined)
        throw invalidValue(`schemas: "${printable(urn)}" is no schema of ${this.#type.name}.`);
      return extension.urn;
    });
    const hasBase = urns.includes(this.#type.urn);
    if ((op === "remove" && hasBase) || (op === "replace" && !hasBase)) {
      throw invalidValue(`schemas must keep "${this.#type.urn}".`);
    }
    return { index: this.#index, type: "schemas", op, urns };
  }

  /** `schemas[value eq "urn:…"]`: the URNs that the filter matches, among those that the resource may have. */
  #onSelectedSchemas({ op }: ParsedOperation, filter: Filter<AttributePath> | undefined): PreparedOperation {
    if (op !== "remove" || filter === undefined)
      throw invalidPath(`schemas follows from the data; to ${op} a URN, name it in the value.`);
    const urns = [this.#type.urn, ...this.#type.extensions.map(({ urn }) => urn)];
    return this.#onSchemas({ op, value: urns.filter(elementTest(filter)) });
  }

  *#onExtension(operation: ParsedOperation, extension: CompiledExtension): Steps<readonly PreparedOperation[]> {
    const { op } = operation;
    const raw = op === "remove" ? null : this.#valueOf(operation, extension.urn);
    if (raw === null) return op === "add" ? [] : [{ index: this.#index, type: "extension", op, extension }];
    if (!isObject(raw)) throw invalidValue(`${extension.urn} must be an object, not ${jsonTypeOf(raw)}.`);
    return yield* this.#members(operation, raw, (name) => extension.attribute(name), `${extension.urn}:`);
  }

  /** Every member of the value is an operation of its own. @see RFC 7644 §3.5.2.1, §3.5.2.3 */
  *#withoutPath(operation: ParsedOperation): Steps<readonly PreparedOperation[]> {
    const raw = this.#valueOf(operation, "without a path");
    if (!isObject(raw))
      throw invalidValue(`Without a path, value must be an object of attributes, not ${jsonTypeOf(raw)}.`);
    return yield* this.#members(operation, raw, (name) => memberOf(this.#type, name), "");
  }

  *#members(
    operation: ParsedOperation,
    members: ResourceObject,
    find: (name: string) => Attribute | undefined,
    prefix: string,
  ): Steps<readonly PreparedOperation[]> {
    const seen = new Set<string>();
    const prepared: PreparedOperation[] = [];
    for (const key of Object.keys(members)) {
      if (seen.has(key.toLowerCase()))
        throw invalidSyntax(`The value names "${printable(key)}" twice, in different letter case.`);
      seen.add(key.toLowerCase());
      const value = members[key];
      const attribute = find(key);
      const extension = prefix === "" && attribute === undefined ? this.#type.extension(key) : undefined;
      const parts =
        attribute !== undefined
          ? yield* this.#member(operation, attribute, value)
          : extension !== undefined
            ? yield* this.#onExtension({ op: operation.op, value }, extension)
            : yield* this.#pathMember(operation, prefix + key, value);
      for (const part of parts) prepared.push(part);
      yield;
    }
    return prepared;
  }

  *#member(operation: ParsedOperation, attribute: Attribute, value: unknown): Steps<readonly PreparedOperation[]> {
    if (attribute.path === "schemas") {
      // A path-less value echoes the resource; only a registered extension would be news, and that comes with its data.
      return [];
    }
    if (attribute.mutability !== "readOnly") return yield* this.#onPath({ op: operation.op, value }, pathOf(attribute));
    const { readOnlyValue } = this.#options;
    if (readOnlyValue === undefined) return [{ index: this.#index, type: "echo", attribute, value }];
    readOnlyValue(attribute.path);
    return [];
  }

  /** A key that is a path: `name.givenName`, `urn:…:User:department`, `emails[type eq "work"].value`. */
  *#pathMember(operation: ParsedOperation, key: string, value: unknown): Steps<readonly PreparedOperation[]> {
    const { pathKey } = this.#options;
    const known = resolveMeant(this.#type, withoutFilter(key), this.#options.alias);
    if (known === undefined) return this.#unknown(key);
    if (known.sub !== undefined && isKeptPart(known.sub)) return this.#onKept({ op: operation.op, value }, known);
    if (pathKey === undefined)
      throw invalidPath(`"${printable(key)}" is a path; send it as path, not as a name in value.`);
    const { maxOperations } = this.#options;
    if (++this.#shared.count > (maxOperations ?? Number.POSITIVE_INFINITY))
      throw payloadTooLarge(
        `The operations and the paths that their values name are more than the limits.operations (${maxOperations}) allows.`,
      );
    pathKey(printable(key));
    if (known.attribute.mutability === "readOnly" || known.sub?.mutability === "readOnly") {
      this.#options.readOnlyValue?.(known.text);
      if (this.#options.readOnlyValue !== undefined) return [];
    }
    return yield* this.#withPath({ op: operation.op, value }, key);
  }
}

/** The attribute that a member of a value without a path is about. What holds the undeclared ones is no client's to name. */
function memberOf(resourceType: CompiledResourceType, name: string): Attribute | undefined {
  const attribute = resourceType.attribute(name);
  return attribute === resourceType.kept ? undefined : attribute;
}
