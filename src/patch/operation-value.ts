import { ScimError } from "../error.ts";
import { type Attribute, type AttributePath, isBlank, isReferenceId, leafOf } from "../schema/attribute.ts";
import { listProblems } from "../schema/problem.ts";
import { isObject } from "../schema/value.ts";
import { isServers, type ReadOptions, ValueReader } from "../schema/value-reader.ts";

/** The value of an operation, checked against the attribute that it is for. */
export interface OperationValue {
  /** Canonical; undefined where it unassigns; `{}` where a complex value says nothing. */
  readonly value: unknown;
  /** Sub-attributes that a complex value sets to `null` or `[]`, and the id of a reference that is empty. */
  readonly cleared: readonly Attribute[];
}

/**
 * Reads the value for an attribute: for a multi-valued one a list, also where a single element came; a complex value may lack
 * sub-attributes, because it is merged into what is there.
 * @throws {ScimError} 400 invalidValue, invalidSyntax.
 */
export function readValue(path: AttributePath, raw: unknown, options: ReadOptions): OperationValue {
  const leaf = leafOf(path);
  if (leaf.multiValued) {
    const value = readOrThrow(leaf.path, options, (reader) =>
      reader.read(leaf, Array.isArray(raw) || raw === null ? raw : [raw]),
    );
    return { value, cleared: [] };
  }
  return raw === null ? { value: undefined, cleared: [] } : readSingleValue(leaf, raw, options);
}

/** Reads the values that a remove lists: what they have must fit, and they need not have everything. @throws {ScimError} 400 invalidValue. */
export function readListed(path: AttributePath, raw: unknown, options: ReadOptions): readonly unknown[] {
  const leaf = leafOf(path);
  const listed = readOrThrow(leaf.path, options, (reader) =>
    reader.readPartials(leaf, Array.isArray(raw) ? raw : [raw]),
  );
  return (listed ?? []) as readonly unknown[];
}

/** Reads the value for one element, or for a singular attribute. @throws {ScimError} 400 invalidValue, invalidSyntax. */
export function readSingleValue(attribute: Attribute, raw: unknown, options: ReadOptions): OperationValue {
  const value = readOrThrow(attribute.path, options, (reader) =>
    attribute.type === "complex" ? reader.readPartial(attribute, raw) : reader.readSingle(attribute, raw),
  );
  const meant: unknown = Array.isArray(raw) && raw.length === 1 ? raw[0] : raw;
  // An object that says nothing (readOnly or unknown names alone) leaves everything as it is; only `null` unassigns.
  const read = value === undefined && isObject(meant) ? {} : value;
  const isGiven = ({ name }: Attribute): boolean => isObject(read) && read[name] !== undefined;
  return { value: read, cleared: clearedBy(attribute, meant).filter((sub) => !isGiven(sub)) };
}

function readOrThrow(path: string, options: ReadOptions, read: (reader: ValueReader) => unknown): unknown {
  const reader = new ValueReader(options);
  const value = reader.within(path, () => read(reader));
  const [first] = reader.problems;
  if (first === undefined) return value;
  throw new ScimError(400, `${listProblems(reader.problems)}.`, { scimType: first.scimType });
}

function clearedBy(attribute: Attribute, raw: unknown): Attribute[] {
  if (attribute.type !== "complex" || !isObject(raw)) return [];
  return Object.entries(raw).flatMap(([name, value]) => {
    const sub = attribute.sub(name);
    const isNobody = sub !== undefined && isReferenceId(sub) && isBlank(value);
    const isEmpty = value === null || isNobody || (Array.isArray(value) && value.length === 0);
    return sub !== undefined && isEmpty && !isServers(attribute, sub) ? [sub] : [];
  });
}
