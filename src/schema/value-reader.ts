import { type Attribute, isBlank, isComputedReference, isReferenceId } from "./attribute.ts";
import { formatProblem } from "./format.ts";
import { printable } from "./printable.ts";
import type { Problem } from "./problem.ts";
import { prepareSecret, secretProblem } from "./secret.ts";
import { EXPECTED, jsonTypeOf, problemOf, type ValueLimits } from "./validate.ts";
import { isObject, isSame, type ResourceObject } from "./value.ts";

/** Departures from the schema that are put right instead of refused; quirks implement it. @see RFC 7643 §2 */
export interface Tolerances {
  /** A value whose JSON shape is wrong: gives the right one, or undefined to refuse. */
  value(attribute: Attribute, raw: unknown, path: string): unknown;
  /** An attribute name that neither the common nor the core attributes have: the attribute that is meant, or undefined. */
  attribute(name: string): Attribute | undefined;
  /** Elements of which several are primary: the elements to take instead, or undefined to refuse. */
  primaries(
    attribute: Attribute,
    elements: readonly ResourceObject[],
    path: string,
  ): readonly ResourceObject[] | undefined;
  /** An attribute that no schema of the resource type has was left out. */
  unknown(path: string): void;
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
  #path = "";
  #isPartial = false;

  constructor(options: ReadOptions) {
    this.#options = options;
  }

  /** Runs `read` with problems reported below `path`. */
  within<T>(path: string, read: () => T): T {
    const outer = this.#path;
    this.#path = path;
    const result = read();
    this.#path = outer;
    return result;
  }

  /** Reads a complex value that will be merged into another one, so that its required sub-attributes may be missing. */
  readPartial(attribute: Attribute, raw: unknown): unknown {
    this.#isPartial = true;
    const value = this.readSingle(attribute, raw);
    this.#isPartial = false;
    return value;
  }

  /** Reads elements that only describe others, so that their required sub-attributes may be missing. */
  readPartials(attribute: Attribute, raw: readonly unknown[]): unknown {
    this.#isPartial = true;
    const values = this.read(attribute, raw);
    this.#isPartial = false;
    return values;
  }

  report(message: string, scimType: Problem["scimType"] = "invalidValue", path = this.#path): undefined {
    this.problems.push({ path, message, scimType });
  }

  reportUnknown(path: string): void {
    const text = printable(path);
    if (this.#options.unknownAttributes === "reject")
      this.report("is not an attribute of this resource type", "invalidSyntax", text);
    else this.#options.tolerances.unknown(text);
  }

  /** The canonical value; undefined for unassigned (`null`, `[]`, an object without values) and where a problem was reported. */
  read(attribute: Attribute, raw: unknown): unknown {
    if (raw === null || raw === undefined) return undefined;
    if (!attribute.multiValued) return this.readSingle(attribute, raw);
    if (Array.isArray(raw)) return this.#readElements(attribute, raw);
    const tolerated = this.#options.tolerances.value(attribute, raw, this.#path);
    if (Array.isArray(tolerated)) return this.#readElements(attribute, tolerated);
    return this.report(`must be an array, not ${jsonTypeOf(raw)}`);
  }

  /** One value of the attribute: an element where the attribute is multi-valued. */
  readSingle(attribute: Attribute, raw: unknown): unknown {
    if (attribute.type === "complex" && isObject(raw)) return this.#readComplex(attribute, raw);
    if (isNobody(attribute, raw)) return this.#readNobody(attribute, raw);
    const problem = problemOf(attribute, raw, this.#options.limits);
    if (problem === undefined) return this.#checkMeaning(attribute, raw);
    // A second rule may have to read what the first one made (["True"] for a boolean), a third one never.
    let meant = this.#options.tolerances.value(attribute, raw, this.#path);
    for (let rule = 1; meant !== undefined; rule++) {
      if (meant === null) return undefined;
      if (attribute.type === "complex" && isObject(meant)) return this.#readComplex(attribute, meant);
      if (problemOf(attribute, meant, this.#options.limits) === undefined) return this.#checkMeaning(attribute, meant);
      meant = rule === 1 ? this.#options.tolerances.value(attribute, meant, this.#path) : undefined;
    }
    return this.report(problem === "type" ? `must be ${EXPECTED[attribute.type]}, not ${jsonTypeOf(raw)}` : problem);
  }

  /** An id that names nobody is none, where a rule says so; never is it stored [R-55a]. */
  #readNobody(attribute: Attribute, raw: unknown): undefined {
    if (this.#options.tolerances.value(attribute, raw, this.#path) === null) return undefined;
    return this.report("must name a resource, and is empty");
  }

  /** A value of the right type: prepared where it is a secret, and held against what the schema says it means. */
  #checkMeaning(attribute: Attribute, value: unknown): unknown {
    if (typeof value !== "string") return value;
    if (attribute.mutability === "writeOnly") {
      const problem = secretProblem(value);
      return problem === undefined ? prepareSecret(value) : this.report(problem);
    }
    const problem =
      attribute.format === undefined || this.#options.formats === "ignore"
        ? undefined
        : formatProblem(attribute.format, value);
    return problem === undefined ? this.#checkCanonical(attribute, value) : this.report(problem);
  }

  #checkCanonical(attribute: Attribute, value: string): string | undefined {
    if (this.#options.canonicalValues === "suggest" || attribute.canonicalValues.length === 0) return value;
    const key = attribute.key(value);
    const found = attribute.canonicalValues.some((canonical) => attribute.key(canonical) === key);
    return found ? value : this.report(`must be one of ${attribute.canonicalValues.join(", ")}`);
  }

  #readComplex(attribute: Attribute, raw: ResourceObject): ResourceObject | undefined {
    const value: Record<string, unknown> = {};
    const named = new Set<Attribute>();
    const outer = this.#path;
    const before = this.problems.length;
    for (const key of Object.keys(raw)) {
      const sub = attribute.sub(key);
      if (sub === undefined) {
        this.reportUnknown(`${outer}.${key}`);
        continue;
      }
      this.#path = `${outer}.${sub.name}`;
      if (named.has(sub)) this.report("is named a second time, in other letter case", "invalidSyntax");
      named.add(sub);
      if (isServers(attribute, sub)) continue;
      const read = this.read(sub, raw[key]);
      if (read !== undefined) value[sub.name] = read;
    }
    this.#path = outer;
    this.#readComputedReference(attribute, raw, value);
    if (this.problems.length === before && !this.#isPartial) this.#checkRequired(attribute, value);
    return Object.keys(value).length === 0 ? undefined : value;
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

  #readElements(attribute: Attribute, raw: readonly unknown[]): readonly unknown[] | undefined {
    const { elements, collectionElements } = this.#options.limits;
    const most = attribute.collection ? collectionElements : elements;
    if (raw.length > most) return this.report(`must not have more than ${most} elements (it has ${raw.length})`);
    const outer = this.#path;
    const values: unknown[] = [];
    for (let index = 0; index < raw.length; index++) {
      this.#path = `${outer}[${index}]`;
      const element = raw[index];
      const value =
        element === null
          ? this.report(`must be ${EXPECTED[attribute.type]}, not null`)
          : this.readSingle(attribute, element);
      if (value !== undefined) values.push(value);
    }
    this.#path = outer;
    const distinct = withoutDuplicates(attribute, this.#checkPrimaries(attribute, values));
    return distinct.length === 0 ? undefined : distinct;
  }

  /** `primary: true` appears at most once [S-2.4-03]. */
  #checkPrimaries(attribute: Attribute, values: readonly unknown[]): readonly unknown[] {
    if (attribute.sub("primary") === undefined) return values;
    const count = values.filter((value) => (value as ResourceObject).primary === true).length;
    if (count < 2) return values;
    const tolerated = this.#options.tolerances.primaries(attribute, values as readonly ResourceObject[], this.#path);
    if (tolerated !== undefined) return tolerated;
    this.report(`has ${count} elements with primary true; at most one may be primary`);
    return values;
  }
}

/** Whether a value is the id of a reference, and empty. */
function isNobody(attribute: Attribute, raw: unknown): boolean {
  return isBlank(raw) && isReferenceId(attribute);
}

/** Whether a part of a complex value is not the client's to give. */
export function isServers(attribute: Attribute, sub: Attribute): boolean {
  return sub.mutability === "readOnly" || isComputedReference(attribute, sub);
}

/** The same element twice is the element once; of a collection, elements are the same when their `value` is. */
export function withoutDuplicates(attribute: Attribute, values: readonly unknown[]): readonly unknown[] {
  if (values.length < 2) return values;
  const seen = new Map<unknown, unknown[]>();
  const value = attribute.sub("value");
  return values.filter((element) => {
    const plain = isObject(element) ? element.value : element;
    const key = plain === undefined ? undefined : (value ?? attribute).key(plain);
    const twins = seen.get(key);
    if (twins === undefined) {
      seen.set(key, [element]);
      return true;
    }
    if (attribute.collection && key !== undefined) return false;
    if (twins.some((twin) => isSame(twin, element))) return false;
    twins.push(element);
    return true;
  });
}
