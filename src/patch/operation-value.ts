import { ScimError } from "../error.ts";
import { type Attribute, type AttributePath, leafOf } from "../schema/attribute.ts";
import { listProblems } from "../schema/problem.ts";
import { isObject } from "../schema/value.ts";
import { isServers, type ReadOptions, type Tolerances, ValueReader } from "../schema/value-reader.ts";
import { andThen, type Work } from "../time-slice.ts";

/** The value of an operation, checked against the attribute that it is for. */
export interface OperationValue {
  /** Canonical; undefined where it unassigns; `{}` where a complex value says nothing. */
  readonly value: unknown;
  /** Sub-attributes that a complex value sets to nothing: `null`, `[]`, an empty reference. */
  readonly cleared: readonly Attribute[];
}

const NONE: readonly never[] = [];
const NO_VALUE: OperationValue = { value: undefined, cleared: NONE };

/**
 * Reads the value for an attribute: for a multi-valued one a list, also where a single element came; a complex value may lack
 * sub-attributes, because it is merged into what is there.
 * @throws {ScimError} 400 invalidValue, invalidSyntax.
 */
export function readValue(
  path: AttributePath,
  raw: unknown,
  options: ReadOptions,
  told?: Pick<Tolerances, "unknown">,
): Work<OperationValue> {
  const leaf = leafOf(path);
  if (!leaf.multiValued) return raw === null ? NO_VALUE : readSingleValue(leaf, raw, options, told);
  const reader = new ValueReader(options, leaf.path, told);
  return andThen(reader.read(leaf, Array.isArray(raw) || raw === null ? raw : [raw]), (value) => {
    throwProblems(reader);
    return { value, cleared: NONE };
  });
}

/** Reads the values that a remove lists: what they have must fit, and they need not have everything. @throws {ScimError} 400 invalidValue. */
export function readListed(
  path: AttributePath,
  raw: unknown,
  options: ReadOptions,
  told: Pick<Tolerances, "unknown">,
): Work<readonly unknown[]> {
  const leaf = leafOf(path);
  const reader = new ValueReader(options, leaf.path, told);
  return andThen(reader.readPartials(leaf, Array.isArray(raw) ? raw : [raw]), (listed) => {
    throwProblems(reader);
    return (listed ?? []) as readonly unknown[];
  });
}

/** Reads the value for one element, or for a singular attribute. @throws {ScimError} 400 invalidValue, invalidSyntax. */
export function readSingleValue(
  attribute: Attribute,
  raw: unknown,
  options: ReadOptions,
  told?: Pick<Tolerances, "unknown">,
): OperationValue {
  const reader = new ValueReader(options, attribute.path, told);
  const value = attribute.type === "complex" ? reader.readPartial(attribute, raw) : reader.readSingle(attribute, raw);
  throwProblems(reader);
  const meant: unknown = Array.isArray(raw) && raw.length === 1 ? raw[0] : raw;
  // An object that says nothing (readOnly or unknown names alone) leaves everything as it is; only `null` unassigns.
  // What is simple has no part to say nothing of: an object that was read as none of it unassigns it.
  const read = value === undefined && attribute.type === "complex" && isObject(meant) ? {} : value;
  return { value: read, cleared: clearedBy(attribute, meant, read) };
}

/** Reads a value that nobody declared; undefined where it unassigns. @throws {ScimError} 400 invalidValue for one that is too long. */
export function readKeptValue({ text }: AttributePath, raw: unknown, options: ReadOptions): unknown {
  const reader = new ValueReader(options, text);
  const value = reader.readKept(text, raw);
  throwProblems(reader);
  return value;
}

/** @throws {ScimError} 400 with what was wrong with a value. */
function throwProblems({ problems }: ValueReader): void {
  const [first] = problems;
  if (first !== undefined) throw new ScimError(400, `${listProblems(problems)}.`, { scimType: first.scimType });
}

/** Sub-attributes that an object names and that were read as nothing: null, an empty list, a reference to nobody. */
function clearedBy(attribute: Attribute, raw: unknown, read: unknown): readonly Attribute[] {
  if (attribute.type !== "complex" || !isObject(raw)) return NONE;
  return Object.keys(raw).flatMap((name) => {
    const sub = attribute.sub(name);
    const isGiven = sub === undefined || (isObject(read) && read[sub.name] !== undefined);
    // An empty secret is left alone.
    const isKept = isGiven || isServers(attribute, sub) || (sub.mutability === "writeOnly" && raw[name] !== null);
    return isKept ? [] : [sub];
  });
}
