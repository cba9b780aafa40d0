import { invalidValue } from "../../../error.ts";
import type { Attribute } from "../../../schema/attribute.ts";
import { isObject, isSame } from "../../../schema/value.ts";
import { isDefaultFalse } from "../place.ts";
import { type ChildTable, partName } from "./child.ts";
import type { Column } from "./column.ts";
import type { MappedType } from "./compile.ts";

/** Elements by the child table that they lie in. An element of a list of single values is the value. */
export type ChildElements = ReadonlyMap<ChildTable, readonly unknown[]>;

/** What an element has for a column. */
export function partOf(child: ChildTable, column: Column, element: unknown): unknown {
  if (column.attribute === child.attribute) return element;
  return isObject(element) ? element[column.attribute.name] : undefined;
}

/** An element as its row has it; undefined where the row has no value of a list of single values. */
export function elementOfRow(child: ChildTable, columnValue: (column: Column, index: number) => unknown): unknown {
  const element: Record<string, unknown> = { ...child.fixed };
  let single: unknown;
  child.shown.forEach((column, index) => {
    const part = column.read(columnValue(column, index));
    if (part === undefined) return;
    if (column.attribute === child.attribute) single = part;
    else element[column.attribute.name] = part;
  });
  return child.attribute.type === "complex" ? element : single;
}

/** What the table keeps of an element, as one text: of the elements with the same one there is one row. */
export function elementKey(child: ChildTable, element: unknown): string {
  const { attribute } = child;
  const parts = child.shown.map((column) => {
    const value = partOf(child, column, element);
    // What is not primary is so whether it says so or not [S-2.4-04].
    return value === false && column.attribute !== attribute && isDefaultFalse(attribute, column.attribute)
      ? null
      : (value ?? null);
  });
  return JSON.stringify(parts);
}

/** Elements, each once by what the table keeps of them, where no order tells those that are alike apart. */
export function distinctElements(child: ChildTable, elements: readonly unknown[]): readonly unknown[] {
  if (child.given.order !== undefined) return elements;
  return [...new Map(elements.map((element) => [elementKey(child, element), element]))].map(([, element]) => element);
}

/** Whether two lists have the same rows. */
export function areSameElements(
  child: ChildTable,
  left: readonly unknown[] | undefined,
  right: readonly unknown[] | undefined,
): boolean {
  const keysOf = (list: readonly unknown[] = []): readonly string[] => {
    const keys = list.map((element) => elementKey(child, element));
    return child.given.order === undefined ? keys.toSorted() : keys;
  };
  return isSame(keysOf(left), keysOf(right));
}

/**
 * Puts the elements of an attribute into its child tables, and gives those that are left over; undefined where there are none.
 * @throws {ScimError} 400 invalidValue for an element that has no place.
 */
export function fillChildren(
  { children, mapping }: Pick<MappedType, "children" | "mapping">,
  attribute: Attribute,
  value: unknown,
  filled: Map<ChildTable, readonly unknown[]>,
): unknown {
  const own = children.filter((child) => child.attribute === attribute);
  let left: readonly unknown[] = Array.isArray(value) ? value : [];
  for (const child of own) {
    const fitting = left.filter((element) => fitsChild(child, element));
    left = left.filter((element) => !fitting.includes(element));
    filled.set(child, distinctElements(child, fitting));
  }
  if (value !== undefined && !Array.isArray(value)) return value;
  if (left.length === 0) return undefined;
  if (mapping.rest !== undefined) return left;
  const kinds = own.map(({ fixed }) => JSON.stringify(fixed)).join(", ");
  throw invalidValue(
    `${attribute.path} holds an element that this directory cannot store; it stores elements with: ${kinds}.`,
  );
}

/** Whether a table keeps all that an element has. */
function fitsChild(child: ChildTable, element: unknown): boolean {
  const { attribute, fixed, forgotten, shown } = child;
  if (attribute.type !== "complex") return element !== undefined && element !== null && !isObject(element);
  if (!isObject(element) || Array.isArray(element)) return false;
  const isFixed = Object.entries(fixed).every(([name, value]) => isSame(element[name], value));
  const isThere = (column: Column): boolean => partOf(child, column, element) !== undefined;
  if (!isFixed || child.dictionary?.known.some(isThere) === false) return false;
  const names = new Set(shown.map((column) => partName(attribute, column)));
  return Object.entries(element).every(
    ([name, value]) =>
      value === undefined || name === "$ref" || names.has(name) || Object.hasOwn(fixed, name) || forgotten.has(name),
  );
}
