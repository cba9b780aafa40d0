import { invalidPath, invalidSyntax, invalidValue, mutability, noTarget, payloadTooLarge } from "../error.ts";
import type { Filter } from "../filter/ast.ts";
import type { FilterParseOptions, ParsedPath } from "../filter/parse-options.ts";
import { elementTest } from "../filter/predicate.ts";
import { readPath } from "../filter/read.ts";
import { type ResolveOptions, resolveFilter } from "../filter/resolve.ts";
import { type Attribute, type AttributePath, isComputedReference, leafOf, pathOf } from "../schema/attribute.ts";
import { isKeptPart } from "../schema/kept.ts";
import { withoutFilter } from "../schema/nearest.ts";
import { printable } from "../schema/printable.ts";
import { type CompiledExtension, type CompiledResourceType, resolveMeant } from "../schema/resource-type.ts";
import { DEFAULT_VALUE_LIMITS, jsonTypeOf } from "../schema/validate.ts";
import { isObject, type ResourceObject } from "../schema/value.ts";
import { LEFT_ALONE, type ReadOptions, valuesIn } from "../schema/value-reader.ts";
import { andThen, FEW_PIECES, isFew, oneByOne, type Work } from "../time-slice.ts";
import { requiredUnassigned } from "./complex.ts";
import { describedElement } from "./described-element.ts";
import {
  comparedBySchema,
  type ElementsTarget,
  type KnownPaths,
  knownPathsOf,
  MOST_KEPT,
  type Target,
} from "./known-paths.ts";
import { checkAsserted, checkListed } from "./listed-values.ts";
import { atPosition, type PreparedOperation, withPosition } from "./operation.ts";
import { type OperationValue, readKeptValue, readListed, readSingleValue, readValue } from "./operation-value.ts";
import type { Op, ParsedOperation } from "./parse.ts";
import { keepSelector } from "./selector.ts";
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

/** Nothing is tolerated. */
const NO_OPTIONS = {};

const NONE: readonly never[] = [];

/**
 * As `prepare`: few operations with few values are done at once, and else no step takes long however many there are. Waits for the grammar of
 * filters where a path needs it.
 */
export function prepareWork(
  resourceType: CompiledResourceType,
  operations: readonly ParsedOperation[],
  options: PrepareOptions,
): Work<readonly PreparedOperation[]> {
  const preparation = new Preparation(resourceType, options, operations.length);
  const prepared: PreparedOperation[] = [];
  const take = (parts: readonly PreparedOperation[]): void => {
    for (const part of parts) prepared.push(part);
  };
  const prepareOne = (operation: ParsedOperation, index: number): Work<void> => {
    try {
      return atPosition(index, andThen(preparation.prepare(operation, index), take));
    } catch (error) {
      throw withPosition(error, index);
    }
  };
  return andThen(oneByOne(operations, prepareOne, areFew(operations) ? FEW_PIECES : 0), () => {
    preparation.settle(prepared);
    return prepared;
  });
}

/** Whether operations have so few values that these are read at once. */
function areFew(operations: readonly ParsedOperation[]): boolean {
  let count = 0;
  for (const { value } of operations) {
    count += valuesIn(value);
    if (!isFew(count)) return false;
  }
  return true;
}

/** What an operation on elements selects; without a filter, all of them. `described`: what the filter describes, where that is known. */
type Selected = Pick<ElementsTarget, "path" | "described"> & { readonly filter: ElementsTarget["filter"] | undefined };

/** Takes operations apart, one after the other. */
class Preparation {
  readonly #type: CompiledResourceType;
  readonly #options: PrepareOptions;
  readonly #read: ReadOptions;
  readonly #resolve: ResolveOptions;
  readonly #filter: FilterParseOptions;
  readonly #unknown: UnknownNames;
  readonly #known: KnownPaths | undefined;
  #index = 0;
  /** How many operations there are. */
  #count: number;

  constructor(resourceType: CompiledResourceType, options: PrepareOptions, count: number) {
    this.#type = resourceType;
    this.#options = options;
    this.#read = options.read ?? LITERAL;
    this.#resolve = options.resolve ?? NO_OPTIONS;
    this.#filter = options.filter ?? NO_OPTIONS;
    this.#unknown = new UnknownNames(resourceType, options, this.#read);
    this.#known = this.#mayUseKnown() ? knownPathsOf(resourceType) : undefined;
    this.#count = count;
  }

  /** Whether no path that is kept is more than the limits allow. */
  #mayUseKnown(): boolean {
    const { length, clauses, depth } = MOST_KEPT;
    const { limits } = this.#filter;
    const most = this.#resolve.limits;
    return (
      (limits === undefined ||
        (limits.maxLength >= length && limits.maxClauses >= clauses && limits.maxDepth >= depth)) &&
      (most === undefined || most.stringLength >= length) &&
      this.#read.limits.stringLength >= length
    );
  }

  /** Tells of names that were left out, once all operations have been seen. @throws {ScimError} 400 invalidPath. */
  settle(prepared: readonly PreparedOperation[]): void {
    const { hasOthers = false } = this.#options;
    this.#unknown.settle(() => hasOthers || prepared.some(isAboutSomething));
  }

  prepare(operation: ParsedOperation, index: number): Work<readonly PreparedOperation[]> {
    this.#index = index;
    const { path } = operation;
    if (path === undefined) {
      if (operation.op === "remove") throw noTarget("A remove needs a path that says what to remove.");
      return this.#withoutPath(operation);
    }
    if (typeof path !== "string") throw invalidPath(`path must be a string, not ${jsonTypeOf(path)}.`);
    return this.#withPath(operation, path);
  }

  #withPath(operation: ParsedOperation, text: string): Work<readonly PreparedOperation[]> {
    const known = this.#known?.find(text);
    if (known !== undefined && (known.type !== "elements" || this.#mayRead(known)))
      return this.#onKnown(operation, text, known);
    return this.#withNewPath(operation, text);
  }

  #mayRead({ path, compared }: ElementsTarget): boolean {
    const { isReadable } = this.#resolve;
    return (
      isReadable === undefined ||
      (isReadable(path.attribute) !== false && compared.every((attribute) => isReadable(attribute) !== false))
    );
  }

  #onKnown(operation: ParsedOperation, text: string, target: Target): Work<readonly PreparedOperation[]> {
    switch (target.type) {
      case "resource":
        this.#refuse(operation, undefined, undefined);
        return this.prepare({ ...operation, path: undefined }, this.#index);
      case "extension":
        this.#refuse(operation, text, undefined);
        return this.#onExtension(operation, target.extension);
      case "attribute":
        this.#refuse(operation, text, target.path);
        return this.#onPath(operation, target.path);
      case "elements":
        this.#refuse(operation, text, target.path, true);
        return this.#onElements(operation, target);
    }
  }

  /** A path that is read for the first time, or in which a value stands; what it leads to is kept where that follows from the schema. */
  #withNewPath(operation: ParsedOperation, text: string): Work<readonly PreparedOperation[]> {
    return andThen(readPath(text, this.#filter), Preparation.#onParsed, this, operation, text);
  }

  static #onParsed(
    parsed: ParsedPath,
    preparation: Preparation,
    operation: ParsedOperation,
    text: string,
  ): Work<readonly PreparedOperation[]> {
    return preparation.#onParsedPath(operation, text, parsed);
  }

  #onParsedPath(operation: ParsedOperation, text: string, parsed: ParsedPath): Work<readonly PreparedOperation[]> {
    if (parsed.filter === undefined) {
      const schema = this.#schemaNamed(parsed.path);
      if (schema !== undefined) return this.#onKnown(operation, text, this.#keep(text, schema));
    }
    const own = this.#type.resolve(parsed.path);
    const path = own ?? resolveMeant(this.#type, parsed.path, this.#options.alias);
    if (path === undefined) return this.#leaveOut(parsed.path);
    if (parsed.filter !== undefined) return this.#withFilter(operation, text, parsed, path, own !== undefined);
    const target = { type: "attribute", path } as const;
    return this.#onKnown(operation, text, own === undefined ? target : this.#keep(text, target));
  }

  #withFilter(
    operation: ParsedOperation,
    text: string,
    parsed: ParsedPath,
    { text: name, attribute, sub: inner }: AttributePath,
    isOwn: boolean,
  ): Work<readonly PreparedOperation[]> {
    if (inner !== undefined || !attribute.multiValued || parsed.filter === undefined) {
      throw invalidPath(`${name} is not multi-valued, so that no filter can select among its values.`);
    }
    const sub = parsed.sub === undefined ? undefined : attribute.sub(parsed.sub);
    if (parsed.sub !== undefined && sub === undefined) return this.#leaveOut(`${name}[…].${parsed.sub}`);
    const path = pathOf(attribute, sub);
    this.#refuse(operation, text, path, true);
    const resolved = resolveFilter({ type: "element", path: name, filter: parsed.filter }, this.#type, this.#resolve);
    const filter = resolved.type === "element" ? resolved.filter : undefined;
    if (attribute.path === "schemas") return [this.#onSelectedSchemas(operation, filter)];
    if (isOwn && filter !== undefined) this.#keepElements(text, path, parsed.filter, filter);
    return this.#onElements(operation, { path, filter, described: undefined });
  }

  /** A path of a URN alone: of the base schema it is the resource, of an extension its container. */
  #schemaNamed(path: string): Target | undefined {
    if (path.toLowerCase() === this.#type.urn.toLowerCase()) return { type: "resource" };
    const extension = this.#type.extension(path);
    return extension === undefined ? undefined : { type: "extension", extension };
  }

  #keep(text: string, target: Target): Target {
    this.#known?.keep(text, target);
    return target;
  }

  #keepElements(text: string, path: AttributePath, parsed: Filter<string>, filter: Filter<AttributePath>): void {
    const compared = comparedBySchema(parsed, filter);
    if (this.#known === undefined || compared === undefined || levelsIn(text) > MOST_KEPT.depth) return;
    const described = describedElement(path.attribute, filter, LITERAL);
    this.#known.keep(text, { type: "elements", path, filter, described, compared });
    keepSelector(filter);
  }

  #refuse(
    { op }: ParsedOperation,
    path: string | undefined,
    target: AttributePath | undefined,
    isSelecting = false,
  ): void {
    this.#options.refuse?.({ op, path, attribute: target?.attribute, sub: target?.sub, isSelecting });
  }

  #leaveOut(path: string): readonly PreparedOperation[] {
    this.#unknown.leaveOut(path, this.#index);
    return NONE;
  }

  #onPath(operation: ParsedOperation, path: AttributePath): Work<readonly PreparedOperation[]> {
    const { attribute, sub } = path;
    if (attribute.path === "schemas") return [this.#onSchemas(operation)];
    if (sub !== undefined && isKeptPart(sub)) return this.#onKept(operation, path);
    this.#checkWritable(path);
    if (sub !== undefined && isComputedReference(attribute, sub))
      return this.#onReferenceUrl(operation, attribute, sub);
    if (attribute.mutability === "writeOnly") return this.#onSecret(operation, path);
    if (sub !== undefined && attribute.multiValued)
      return this.#onElements(operation, { path, filter: undefined, described: undefined });
    if (operation.op === "remove") return this.#removeOfPath(operation, path);
    const read = readValue(path, this.#valueOf(operation, path.text), this.#read, this.#unknown.ofValue());
    return andThen(read, Preparation.#onAttribute, this, operation, path);
  }

  #removeOfPath(operation: ParsedOperation, path: AttributePath): Work<readonly PreparedOperation[]> {
    const index = this.#index;
    return andThen(this.#listed(operation, path), (value) => [
      { index, type: "attribute", op: "remove", path, value, cleared: NONE },
    ]);
  }

  static #onAttribute(
    read: OperationValue,
    preparation: Preparation,
    { op, value: raw }: ParsedOperation,
    path: AttributePath,
  ): readonly PreparedOperation[] {
    const index = preparation.#index;
    if (preparation.#unknown.areAllOf(read, index)) return NONE;
    const { value, cleared } = read;
    checkAsserted(path, raw, value);
    // An add of nothing: `null`, or an empty list for what is multi-valued.
    if (op === "add" && (raw === null || (leafOf(path).multiValued && value === undefined))) return NONE;
    return [{ index, type: "attribute", op, path, value, cleared }];
  }

  /** What nobody declared: its new value takes the place of the old one, for add and replace alike. */
  #onKept(operation: ParsedOperation, path: AttributePath): readonly PreparedOperation[] {
    const index = this.#index;
    const { op } = operation;
    if (op === "remove") return [{ index, type: "attribute", op, path, value: undefined, cleared: [] }];
    const value = readKeptValue(path, this.#valueOf(operation, path.text), this.#read);
    if (op === "add" && value === undefined) return [];
    return [{ index, type: "attribute", op, path, value, cleared: [] }];
  }

  /** A readOnly attribute that is named is an error, unlike one in the body of a PUT [R-16 P-3.5.2-09]. */
  #checkWritable(path: AttributePath): void {
    const { attribute, sub } = path;
    const fixed = attribute.mutability === "readOnly" ? attribute : sub?.mutability === "readOnly" ? sub : undefined;
    if (fixed !== undefined) throw mutability(`${fixed.path} is readOnly; it cannot be changed by a client.`);
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
  #listed({ value: raw }: ParsedOperation, path: AttributePath): Work<readonly unknown[] | undefined> {
    if (!leafOf(path).multiValued || raw === undefined || raw === null) return undefined;
    const { removeValue } = this.#options;
    if (removeValue === undefined)
      throw invalidValue(`A remove has no value; select what to remove with a filter: ${path.text}[value eq "…"].`);
    checkListed(path, raw);
    removeValue(path.text);
    return readListed(path, raw, this.#read, this.#unknown);
  }

  #onElements(operation: ParsedOperation, selected: Selected): Work<readonly PreparedOperation[]> {
    const { path } = selected;
    const { attribute, sub } = path;
    this.#checkWritable(path);
    if (attribute.mutability === "writeOnly")
      throw invalidPath(`${attribute.path} is writeOnly, so that nothing can select among its values.`);
    if (operation.op === "remove") return this.#removeOfElements(operation, selected);
    const raw = this.#valueOf(operation, path.text);
    if (sub !== undefined && isComputedReference(attribute, sub))
      throw mutability(`${sub.path} follows from ${attribute.path}.value; it cannot be set.`);
    return andThen(this.#readElement(operation.op, path, raw), Preparation.#onElement, this, operation, selected);
  }

  #removeOfElements(operation: ParsedOperation, selected: Selected): Work<readonly PreparedOperation[]> {
    const { path, filter } = selected;
    const { attribute, sub } = path;
    const index = this.#index;
    return andThen(sub === undefined ? undefined : this.#listed(operation, path), (value) => [
      { index, type: "element", op: "remove", attribute, filter, sub, described: undefined, value, cleared: NONE },
    ]);
  }

  static #onElement(
    read: OperationValue,
    preparation: Preparation,
    { op, value: raw }: ParsedOperation,
    { path, filter, described }: Selected,
  ): readonly PreparedOperation[] {
    const index = preparation.#index;
    if (preparation.#unknown.areAllOf(read, index)) return NONE;
    const { attribute, sub } = path;
    const { value, cleared } = read;
    if (op === "add" && (raw === null || (sub?.multiValued === true && value === undefined))) return NONE;
    // Rules of a host's may refuse what the filter says.
    const isKnown = described !== undefined && preparation.#read.tolerances.refused === undefined;
    const element = isKnown ? described : describedElement(attribute, filter, preparation.#read);
    return [{ index, type: "element", op, attribute, filter, sub, described: element, value, cleared }];
  }

  #readElement(op: Op, path: AttributePath, raw: unknown): Work<OperationValue> {
    const { attribute, sub } = path;
    const told = this.#unknown.ofValue();
    if (sub !== undefined || raw === null) return readValue(path, raw, this.#read, told);
    const element = readSingleValue(attribute, raw, this.#read, told);
    if (op === "replace" && isObject(element.value) && Object.keys(element.value).length === 0)
      throw invalidValue(`The value for ${attribute.path}[…] has no sub-attribute; remove the element with remove.`);
    return element;
  }

  /** The URL of a reference says the same as its value. */
  #onReferenceUrl(operation: ParsedOperation, attribute: Attribute, sub: Attribute): PreparedOperation[] {
    const { op } = operation;
    const value = attribute.sub("value");
    if (op === "remove" || value === undefined || attribute.multiValued) return [];
    const raw = this.#valueOf(operation, sub.path);
    const id = typeof raw === "string" ? this.#read.tolerances.idOf(raw) : undefined;
    if (raw === null) return [];
    if (id === undefined) throw invalidValue(`${sub.path} must be the URL of a resource of this server.`);
    return [{ index: this.#index, type: "attribute", op, path: pathOf(attribute, value), value: id, cleared: [] }];
  }

  #onSecret(operation: ParsedOperation, { attribute, sub }: AttributePath): Work<readonly PreparedOperation[]> {
    if (sub !== undefined)
      throw invalidPath(`${attribute.path} is writeOnly, so that it is set as a whole; name it without ${sub.name}.`);
    const { op } = operation;
    const index = this.#index;
    const raw = op === "remove" ? null : this.#valueOf(operation, attribute.path);
    if (op === "add" && raw === null) return NONE;
    return andThen(readValue(pathOf(attribute), raw, this.#read, this.#unknown.ofValue()), (read) => {
      const { value } = read;
      if (this.#unknown.areAllOf(read, index) || value === LEFT_ALONE) return NONE;
      if (value === undefined && attribute.required) throw requiredUnassigned(attribute, op);
      return [{ index, type: "secret", attribute, value: value ?? null }];
    });
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

  #onExtension(operation: ParsedOperation, extension: CompiledExtension): Work<readonly PreparedOperation[]> {
    const { op } = operation;
    const raw = op === "remove" ? null : this.#valueOf(operation, extension.urn);
    if (raw === null) return op === "add" ? NONE : [{ index: this.#index, type: "extension", op, extension }];
    if (!isObject(raw)) throw invalidValue(`${extension.urn} must be an object, not ${jsonTypeOf(raw)}.`);
    return this.#members(operation, raw, (name) => extension.attribute(name), `${extension.urn}:`);
  }

  /** Every member of the value is an operation of its own. @see RFC 7644 §3.5.2.1, §3.5.2.3 */
  #withoutPath(operation: ParsedOperation): Work<readonly PreparedOperation[]> {
    const raw = this.#valueOf(operation, "without a path");
    if (!isObject(raw))
      throw invalidValue(`Without a path, value must be an object of attributes, not ${jsonTypeOf(raw)}.`);
    return this.#members(operation, raw, (name) => memberOf(this.#type, name), "");
  }

  #members(
    operation: ParsedOperation,
    members: ResourceObject,
    find: (name: string) => Attribute | undefined,
    prefix: string,
  ): Work<readonly PreparedOperation[]> {
    const seen = new Set<string>();
    const prepared: PreparedOperation[] = [];
    const each = oneByOne(Object.keys(members), (key) => {
      if (seen.has(key.toLowerCase()))
        throw invalidSyntax(`The value names "${printable(key)}" twice, in different letter case.`);
      seen.add(key.toLowerCase());
      return andThen(this.#named(operation, key, members[key], find(key), prefix), (parts) => {
        for (const part of parts) prepared.push(part);
      });
    });
    return andThen(each, () => prepared);
  }

  #named(
    operation: ParsedOperation,
    key: string,
    value: unknown,
    attribute: Attribute | undefined,
    prefix: string,
  ): Work<readonly PreparedOperation[]> {
    if (attribute !== undefined) return this.#member(operation, attribute, value);
    const extension = prefix === "" ? this.#type.extension(key) : undefined;
    return extension === undefined
      ? this.#pathMember(operation, prefix + key, value)
      : this.#onExtension({ op: operation.op, value }, extension);
  }

  #member(operation: ParsedOperation, attribute: Attribute, value: unknown): Work<readonly PreparedOperation[]> {
    // A path-less value echoes the resource; only a registered extension would be news, and that comes with its data.
    if (attribute.path === "schemas") return NONE;
    if (attribute.mutability !== "readOnly") return this.#onPath({ op: operation.op, value }, pathOf(attribute));
    const { readOnlyValue } = this.#options;
    if (readOnlyValue === undefined) return [{ index: this.#index, type: "echo", attribute, value }];
    readOnlyValue(attribute.path);
    return NONE;
  }

  /** A key that is a path: `name.givenName`, `urn:…:User:department`, `emails[type eq "work"].value`. */
  #pathMember(operation: ParsedOperation, key: string, value: unknown): Work<readonly PreparedOperation[]> {
    const { pathKey } = this.#options;
    const known = resolveMeant(this.#type, withoutFilter(key), this.#options.alias);
    if (known === undefined) return this.#leaveOut(key);
    if (known.sub !== undefined && isKeptPart(known.sub)) return this.#onKept({ op: operation.op, value }, known);
    if (pathKey === undefined)
      throw invalidPath(`"${printable(key)}" is a path; send it as path, not as a name in value.`);
    const { maxOperations } = this.#options;
    if (++this.#count > (maxOperations ?? Number.POSITIVE_INFINITY))
      throw payloadTooLarge(
        `The operations and the paths that their values name are more than the limits.operations (${maxOperations}) allows.`,
      );
    pathKey(printable(key));
    if (known.attribute.mutability === "readOnly" || known.sub?.mutability === "readOnly") {
      this.#options.readOnlyValue?.(known.text);
      if (this.#options.readOnlyValue !== undefined) return [];
    }
    return this.#withPath({ op: operation.op, value }, key);
  }
}

/** How deep the filter of a path may be nested at most. */
function levelsIn(text: string): number {
  let levels = 0;
  for (const character of text) if (character === "(" || character === "[") levels++;
  return levels;
}

/** The attribute that a member of a value without a path is about. What holds the undeclared ones is no client's to name. */
function memberOf(resourceType: CompiledResourceType, name: string): Attribute | undefined {
  const attribute = resourceType.attribute(name);
  return attribute === resourceType.kept ? undefined : attribute;
}
