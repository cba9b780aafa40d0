import { invalidSyntax } from "../error.ts";
import { andThen, eachOf, finish, type Work } from "../time-slice.ts";
import { type Attribute, isBlank, isComputedReference, isExternalReference, isReferenceId } from "./attribute.ts";
import { formatProblem } from "./format.ts";
import { keptProblem } from "./kept.ts";
import { printable } from "./printable.ts";
import type { Problem } from "./problem.ts";
import { prepareSecret, secretProblem } from "./secret.ts";
import { EXPECTED, jsonTypeOf, problemOf, type ValueLimits } from "./validate.ts";
import { copyValue, hasNoMember, isObject, isSame, type ResourceObject } from "./value.ts";

/**
 * What a value stands for. A whole value: `"list"`, all values of a multi-valued attribute; `"value"`, the one of a singular attribute.
 * One of several: `"element"`, in such a list; `"selected"`, for each of the elements that a value path selects. Or `"operand"`, what
 * a filter compares with. A later version may have more.
 * @see RFC 7643 §2.4
 */
export type ValuePlace = "list" | "value" | "element" | "selected" | "operand";

/** What is read of an empty secret that leaves the one that there is alone: neither a value nor unassigned. */
export const LEFT_ALONE: unique symbol = Symbol("left alone");

/** Departures from the schema that are put right instead of refused; quirks implement it. @see RFC 7643 §2 */
export interface Tolerances {
  /** A value that does not fit: gives one that does, `null` for unassigned, or undefined to refuse. */
  value(
    attribute: Attribute,
    raw: unknown,
    place: ValuePlace,
    path: string,
    fits: (value: unknown) => boolean,
  ): unknown;
  /** Told of text that is no URI in a reference to something outside of the server, which is then kept; undefined to refuse. */
  readonly externalText?: ((path: string) => void) | undefined;
  /** Told of an empty writeOnly text, which then changes nothing; undefined to refuse. */
  readonly emptySecret?: ((path: string) => void) | undefined;
  /** An attribute name that neither the common nor the core attributes have: the attribute that is meant, or undefined. */
  attribute(name: string): Attribute | undefined;
  /** Elements of which several are primary: the elements to take instead, or undefined to refuse. */
  primaries(
    attribute: Attribute,
    elements: readonly ResourceObject[],
    path: string,
  ): readonly ResourceObject[] | undefined;
  /** Says of a value that fits why it is refused all the same; undefined as a whole where nobody is asked. */
  readonly refused?:
    | ((
        attribute: Attribute,
        value: unknown,
        place: ValuePlace,
        path: string,
      ) => { readonly detail: string; readonly scimType?: Problem["scimType"] | undefined } | undefined)
    | undefined;
  /** An attribute that no schema of the resource type has was left out. `name`: the same in all elements of a list. */
  unknown(path: string, name: string): void;
  /** Told of such a name that is refused by a rule, whose id it gives; undefined as a whole where a setting refuses it. */
  readonly unknownRefused?: ((path: string) => string) | undefined;
  /** The id in the URL of a resource of this server; undefined for any other URL. */
  idOf(url: string): string | undefined;
}

/** How the values of a client are read. @see RFC 7643 §2 */
export interface ReadOptions {
  readonly limits: ValueLimits;
  /** `"reject"`: an unknown attribute is a problem; `"ignore"`: it is left out. */
  readonly unknownAttributes: "ignore" | "reject";
  /** `"enforce"`: values outside of canonicalValues are a problem. */
  readonly canonicalValues: "suggest" | "enforce";
  /** `"enforce"`: texts that do not have the format of their attribute are a problem. */
  readonly formats: "ignore" | "enforce";
  readonly tolerances: Tolerances;
}

/** Reads single values by the rules of the schema; PATCH uses it for the values of its operations. */
export class ValueReader {
  readonly problems: Problem[] = [];
  readonly #options: ReadOptions;
  #path: string;
  #isPartial = false;
  /** Made with the first name that no schema has: most readers read one value, in which there is none. */
  #unknown: Set<string> | undefined;
  readonly #told: Pick<Tolerances, "unknown"> | undefined;

  /** `path`: below which problems are reported. `told`: who is told of unknown names instead of the tolerances. */
  constructor(options: ReadOptions, path = "", told?: Pick<Tolerances, "unknown">) {
    this.#options = options;
    this.#path = path;
    this.#told = told;
  }

  /** As `read`, with problems reported below `path`. */
  readAt(path: string, attribute: Attribute, raw: unknown): Work<unknown> {
    const outer = this.#path;
    this.#path = path;
    return andThen(this.read(attribute, raw), ValueReader.#backTo, this, outer);
  }

  static #backTo(value: unknown, reader: ValueReader, path: string): unknown {
    reader.#path = path;
    return value;
  }

  /** Reads a complex value that will be merged into another one, so that its required sub-attributes may be missing. */
  readPartial(attribute: Attribute, raw: unknown): unknown {
    this.#isPartial = true;
    const value = this.readSingle(attribute, raw);
    this.#isPartial = false;
    return value;
  }

  /** Reads elements that only describe others, so that their required sub-attributes may be missing. */
  readPartials(attribute: Attribute, raw: readonly unknown[]): Work<unknown> {
    this.#isPartial = true;
    return andThen(this.read(attribute, raw), (values) => {
      this.#isPartial = false;
      return values;
    });
  }

  report(message: string, scimType: Problem["scimType"] = "invalidValue", path = this.#path): undefined {
    this.problems.push({ path, message, scimType });
  }

  /**
   * `name`: what is the same in all elements of a list, and counts once.
   * @throws {ScimError} 400 invalidSyntax for more such names than a list may have elements: they are no slips.
   */
  reportUnknown(path: string, name = path): void {
    this.#countUnknown(name);
    const text = printable(path);
    const { unknownAttributes, tolerances } = this.#options;
    if (unknownAttributes !== "reject") return (this.#told ?? tolerances).unknown(text, name);
    const rule = tolerances.unknownRefused?.(text);
    const by = rule === undefined ? "" : ` (rule ${rule})`;
    this.report(`is not an attribute of this resource type${by}`, "invalidSyntax", text);
  }

  #countUnknown(name: string): void {
    this.#unknown ??= new Set();
    checkUnknownNames(this.#unknown.add(name).size, this.#options.limits);
  }

  /**
   * A value that nobody declared, as it came; undefined for unassigned, and where it could not be kept.
   * @throws {ScimError} 400 invalidSyntax for more of them than a list may have elements.
   */
  readKept(name: string, raw: unknown): unknown {
    const { limits } = this.#options;
    this.#countUnknown(name);
    if (raw === null || raw === undefined || (Array.isArray(raw) && raw.length === 0)) return undefined;
    const problem = keptProblem(raw, limits) ?? keptProblem(name, limits);
    return problem === undefined ? raw : this.report(problem, "invalidValue", printable(name));
  }

  /**
   * The canonical value; undefined for unassigned (`null`, `[]`, an object without values) and where a problem was reported;
   * `LEFT_ALONE` for a secret that is to stay what it is.
   */
  read(attribute: Attribute, raw: unknown): Work<unknown> {
    if (raw === null || raw === undefined) return undefined;
    if (!attribute.multiValued) return this.readSingle(attribute, raw);
    if (Array.isArray(raw)) return this.#readElements(attribute, raw);
    const meant = this.#options.tolerances.value(attribute, raw, "list", this.#path, Array.isArray);
    if (meant === null) return undefined;
    if (Array.isArray(meant)) return this.#readElements(attribute, meant);
    return this.report(`must be an array, not ${jsonTypeOf(raw)}`);
  }

  /** One value of the attribute: where the attribute is multi-valued, that of the elements which a path selects. */
  readSingle(attribute: Attribute, raw: unknown): unknown {
    return this.#readOne(attribute, raw, attribute.multiValued ? "selected" : "value");
  }

  #readOneOrNone(attribute: Attribute, raw: unknown): unknown {
    return raw === null || raw === undefined ? undefined : this.readSingle(attribute, raw);
  }

  #readOne(attribute: Attribute, raw: unknown, place: ValuePlace): unknown {
    const value = this.#readFitting(attribute, raw, place);
    const { refused } = this.#options.tolerances;
    if (refused === undefined || value === undefined || value === LEFT_ALONE) return value;
    // What a host's rule looks at is not what is stored.
    const refusal = refused(attribute, copyValue(value), place, this.#path);
    return refusal === undefined ? value : this.report(refusal.detail, refusal.scimType);
  }

  #readFitting(attribute: Attribute, raw: unknown, place: ValuePlace): unknown {
    if (attribute.type === "complex" && isObject(raw)) return this.#readComplex(attribute, raw);
    const { limits, tolerances } = this.#options;
    const problem = problemOfOne(attribute, raw, limits);
    if (problem === undefined) return this.#checkMeaning(attribute, raw);
    const isComplex = attribute.type === "complex";
    const fits = (value: unknown): boolean =>
      isComplex ? isObject(value) : problemOfOne(attribute, value, limits) === undefined;
    const meant = tolerances.value(attribute, raw, place, this.#path, fits);
    if (meant === null) return undefined;
    if (meant === undefined)
      return this.report(problem === "type" ? `must be ${EXPECTED[attribute.type]}, not ${jsonTypeOf(raw)}` : problem);
    return isComplex ? this.#readComplex(attribute, meant as ResourceObject) : this.#checkMeaning(attribute, meant);
  }

  /** A value of the right type: prepared where it is a secret, and held against what the schema says it means. */
  #checkMeaning(attribute: Attribute, value: unknown): unknown {
    if (typeof value !== "string") return value;
    if (attribute.mutability === "writeOnly") return this.#readSecret(value);
    const problem = this.#formatProblem(attribute, value);
    return problem === undefined ? this.#checkCanonical(attribute, value) : this.report(problem);
  }

  #readSecret(value: string): unknown {
    const { emptySecret } = this.#options.tolerances;
    if (value === "" && emptySecret !== undefined) {
      emptySecret(this.#path);
      return LEFT_ALONE;
    }
    const problem = secretProblem(value);
    return problem === undefined ? prepareSecret(value) : this.report(problem);
  }

  /** Whether what stands outside of the server is named by a URI is a question of format, unless nothing at all is tolerated. */
  #formatProblem(attribute: Attribute, value: string): string | undefined {
    const isExternal = isExternalReference(attribute);
    const { formats, tolerances } = this.#options;
    if (formats === "ignore" && !isExternal) return undefined;
    const format = isExternal ? "uri" : attribute.format;
    const problem = format === undefined ? undefined : formatProblem(format, value);
    if (problem === undefined || formats === "enforce" || tolerances.externalText === undefined) return problem;
    tolerances.externalText(this.#path);
    return undefined;
  }

  #checkCanonical(attribute: Attribute, value: string): string | undefined {
    if (this.#options.canonicalValues === "suggest" || attribute.canonicalValues.length === 0) return value;
    const key = attribute.key(value);
    const found = attribute.canonicalValues.some((canonical) => attribute.key(canonical) === key);
    return found ? value : this.report(`must be one of ${attribute.canonicalValues.join(", ")}`);
  }

  #readComplex(attribute: Attribute, raw: ResourceObject): ResourceObject | undefined {
    const value: Record<string, unknown> = {};
    /** Made where a name is in another letter case than the schema has it in: without one, none comes twice. */
    let named: Set<Attribute> | undefined;
    const outer = this.#path;
    const before = this.problems.length;
    for (const key of Object.keys(raw)) {
      const sub = attribute.sub(key);
      if (sub === undefined) {
        this.reportUnknown(`${outer}.${key}`, `${attribute.path}.${key}`);
        continue;
      }
      this.#path = `${outer}.${sub.name}`;
      if (key !== sub.name) named ??= namedBefore(attribute, raw, key);
      if (named !== undefined) this.#nameOnce(sub, named);
      if (!isServers(attribute, sub)) this.#readSub(sub, raw[key], value);
    }
    this.#path = outer;
    this.#readComputedReference(attribute, raw, value);
    if (this.problems.length === before && !this.#isPartial) this.#checkRequired(attribute, value);
    return hasNoMember(value) ? undefined : value;
  }

  #nameOnce(sub: Attribute, named: Set<Attribute>): void {
    if (named.has(sub)) this.report("is named a second time, in other letter case", "invalidSyntax");
    named.add(sub);
  }

  #readSub(sub: Attribute, raw: unknown, value: Record<string, unknown>): void {
    const read = sub.multiValued ? finish(this.read(sub, raw)) : this.#readOneOrNone(sub, raw);
    if (read !== undefined && read !== LEFT_ALONE) value[sub.name] = read;
  }

  /** The `$ref` of a reference is the server's to write; where it comes without `value`, it says which resource is meant. */
  #readComputedReference(attribute: Attribute, raw: ResourceObject, value: Record<string, unknown>): void {
    const reference = attribute.sub("$ref");
    if (reference === undefined || value.value !== undefined || !isComputedReference(attribute, reference)) return;
    const url = raw.$ref;
    if (typeof url !== "string" || url === "") return;
    const id = this.#options.tolerances.idOf(url);
    if (id === undefined)
      this.report(
        "must be the URL of a resource of this server, or value must be given",
        "invalidValue",
        `${this.#path}.$ref`,
      );
    else value.value = id;
  }

  /** Required sub-attributes count only where the parent has a value [S-7-27]. */
  #checkRequired(attribute: Attribute, value: ResourceObject): void {
    for (const sub of attribute.subAttributes) {
      if (sub.required && sub.mutability !== "readOnly" && value[sub.name] === undefined) {
        this.report("is required", "invalidValue", `${this.#path}.${sub.name}`);
      }
    }
  }

  #readElements(attribute: Attribute, raw: readonly unknown[]): Work<readonly unknown[] | undefined> {
    const { elements, collectionElements } = this.#options.limits;
    const most = attribute.collection ? collectionElements : elements;
    if (raw.length > most) return this.report(`must not have more than ${most} elements (it has ${raw.length})`);
    const outer = this.#path;
    const values: unknown[] = [];
    const read = eachOf(raw, (element, index) => {
      this.#path = `${outer}[${index}]`;
      const value =
        element === null
          ? this.report(`must be ${EXPECTED[attribute.type]}, not null`)
          : this.#readOne(attribute, element, "element");
      if (value !== undefined && value !== LEFT_ALONE) values.push(value);
    });
    return andThen(read, () => {
      this.#path = outer;
      return andThen(withoutDuplicates(attribute, this.#checkPrimaries(attribute, values)), (distinct) =>
        distinct.length === 0 ? undefined : distinct,
      );
    });
  }

  /** `primary: true` appears at most once [S-2.4-03]. */
  #checkPrimaries(attribute: Attribute, values: readonly unknown[]): readonly unknown[] {
    if (attribute.sub("primary") === undefined) return values;
    const count = values.filter((value) => (value as ResourceObject).primary === true).length;
    if (count < 2) return values;
    const tolerated = this.#options.tolerances.primaries(attribute, values as readonly ResourceObject[], this.#path);
    // Nor is what it gives.
    if (tolerated !== undefined) return copyValue(tolerated);
    this.report(`has ${count} elements with primary true; at most one may be primary`);
    return values;
  }
}

/** What is wrong with one value. An id that names nobody is none, and never stored [R-55a]. */
function problemOfOne(attribute: Attribute, raw: unknown, limits: ValueLimits): string | undefined {
  if (isReferenceId(attribute) && isBlank(raw)) return "must name a resource, and is empty";
  return problemOf(attribute, raw, limits);
}

/** The sub-attributes that an object names before a key. */
function namedBefore(attribute: Attribute, raw: ResourceObject, key: string): Set<Attribute> {
  const named = new Set<Attribute>();
  for (const name of Object.keys(raw)) {
    if (name === key) break;
    const sub = attribute.sub(name);
    if (sub !== undefined) named.add(sub);
  }
  return named;
}

/** How many values there are in one: its elements, or its members with theirs. */
export function valuesIn(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  if (!isObject(value)) return 1;
  let count = 0;
  for (const part of Object.values(value)) count += Array.isArray(part) ? part.length : 1;
  return count;
}

/** Whether a part of a complex value is not the client's to give. */
export function isServers(attribute: Attribute, sub: Attribute): boolean {
  return sub.mutability === "readOnly" || isComputedReference(attribute, sub);
}

/** The same element twice is the element once; of a collection, elements are the same when their `value` is. */
export function withoutDuplicates(attribute: Attribute, values: readonly unknown[]): Work<readonly unknown[]> {
  if (values.length < 2 || (values.length <= FEW_TWINS && !attribute.collection && !haveTwins(values))) return values;
  const seen = new Map<unknown, unknown[]>();
  const value = attribute.sub("value");
  const distinct: unknown[] = [];
  const work = eachOf(values, (element) => {
    const plain = isObject(element) ? element.value : element;
    const key = plain === undefined ? undefined : (value ?? attribute).key(plain);
    const twins = seen.get(key);
    if (twins === undefined) seen.set(key, [element]);
    else if ((attribute.collection && key !== undefined) || twins.some((twin) => isSame(twin, element))) return;
    else twins.push(element);
    distinct.push(element);
  });
  return andThen(work, () => distinct);
}

/** So few elements are held against each other without keys. */
const FEW_TWINS = 8;

function haveTwins(values: readonly unknown[]): boolean {
  for (let index = 1; index < values.length; index++)
    for (let before = 0; before < index; before++) if (isSame(values[before], values[index])) return true;
  return false;
}

/**
 * Refuses more names of one body that no schema has than a list may have elements: each is looked up, and told to the host.
 * @throws {ScimError} 400 invalidSyntax.
 */
export function checkUnknownNames(count: number, { elements }: ValueLimits): void {
  if (count > elements)
    throw invalidSyntax(
      `The body has more than ${elements} names that no schema has (limits.elements); /Schemas lists those that there are.`,
    );
}
