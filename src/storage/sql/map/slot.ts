import type { Attribute } from "../../../schema/attribute.ts";
import { type Column, columnOf } from "./column.ts";
import type { Compiling } from "./compiling.ts";
import type { MappedElement } from "./mapping.ts";
import { didYouMean } from "./nearest.ts";

/** An element of a multi-valued attribute that has columns. */
export interface Slot {
  readonly attribute: Attribute;
  readonly columns: readonly Column[];
  /** The column of `value`: the element is there where it is not NULL. */
  readonly value: Column;
  /** What the other sub-attributes are, those included that a client may leave out. */
  readonly fixed: Readonly<Record<string, unknown>>;
  readonly assumed: Readonly<Record<string, unknown>>;
}

/** The elements of a mapping. */
export function compileSlots(compiling: Compiling): readonly Slot[] {
  const { resourceType, mapping, fail } = compiling;
  const isList = ({ type, multiValued }: Attribute): boolean => type === "complex" && multiValued;
  return Object.entries(mapping.elements ?? {}).flatMap(([text, elements]) => {
    const attribute = resourceType.resolve(text)?.attribute;
    if (attribute === undefined || attribute.path !== text || !isList(attribute))
      return fail(
        `elements names ${text}, which is no multi-valued complex attribute.${didYouMean(resourceType, text, isList)}`,
      );
    return elements.map((element) => compileSlot(compiling, attribute, element));
  });
}

function compileSlot({ nextAlias, fail }: Compiling, attribute: Attribute, element: MappedElement): Slot {
  const sub = (text: string): Attribute => {
    const found = attribute.sub(text);
    return found?.name === text ? found : fail(`elements names ${attribute.path}.${text}, which is no attribute.`);
  };
  const columns = Object.entries(element.columns).map(([text, given]) => columnOf(given, sub(text), nextAlias()));
  const value = columns.find((column) => column.attribute.name === "value");
  if (columns.some(({ given }) => given.generated === true))
    fail("generated columns are for columns, not for elements.");
  if (value === undefined) return fail(`an element of ${attribute.path} needs a column for value.`);
  const { assumed = {} } = element;
  const fixed = { ...assumed, ...element.fixed };
  for (const text of Object.keys(fixed)) {
    sub(text);
    if (Object.hasOwn(element.columns, text)) fail(`${attribute.path}.${text} is fixed and has a column.`);
  }
  return { attribute, columns, value, fixed, assumed };
}
