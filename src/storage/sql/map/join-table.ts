import type { Attribute } from "../../../schema/attribute.ts";
import type { Fragment } from "../dialect/fragment.ts";
import { type Column, columnOf } from "./column.ts";
import type { Compiling } from "./compiling.ts";
import type { ElementDefault } from "./filled-column.ts";
import type { MappedCollection } from "./mapping.ts";
import { didYouMean } from "./nearest.ts";
import { type Aliased, tableName, viewOf } from "./table.ts";

/** A join table. */
export interface JoinTable {
  readonly attribute: Attribute;
  readonly table: Fragment;
  readonly tableName: string;
  readonly holder: string;
  readonly value: string;
  readonly tenant: string | undefined;
  /** Name of the resource type that `value` names. */
  readonly target: string;
  readonly columns: readonly Column[];
  readonly forgotten: ReadonlySet<string>;
  /** Columns that no part of an element has, and what a new row has in them. */
  readonly filled: readonly { readonly name: string; readonly filling: ElementDefault }[];
  /** Whether that depends on the element. */
  readonly isFilledByElement: boolean;
  /**
   * The table as scimkit's statements see it: with the columns holder, value, tenant and those of `columns` by their
   * aliases.
   */
  readonly view: Fragment;
}

/** What every join table tells of an element: the columns' `value`, and what follows from it. */
const KEPT = ["value", "$ref", "type"];

/** The join tables of a mapping. */
export function compileJoins(compiling: Compiling): readonly JoinTable[] {
  const { mapping, fail } = compiling;
  const joins = Object.entries(mapping.collections ?? {}).flatMap(([text, given]) => {
    const list = Array.isArray(given) ? (given as readonly MappedCollection[]) : [given as MappedCollection];
    return compileCollection(compiling, text, list);
  });
  const targets = joins.map(({ attribute, target }) => `${attribute.path} ${target}`);
  if (new Set(targets).size < targets.length) fail("two join tables hold the same kind of elements.");
  return joins;
}

function compileCollection(compiling: Compiling, text: string, given: readonly MappedCollection[]) {
  const { resourceType, fail } = compiling;
  const isList = (one: Attribute): boolean =>
    one.multiValued && resourceType.references.some(({ attribute }) => attribute === one);
  const reference = resourceType.references.find(({ attribute }) => attribute.path === text);
  if (reference === undefined || !reference.attribute.multiValued)
    return fail(`collections names ${text}, which is no list of references.${didYouMean(resourceType, text, isList)}`);
  const { attribute, resourceTypes } = reference;
  return given.map((join) => {
    if (!resourceTypes.includes(join.resourceType))
      return fail(`${text} cannot refer to ${join.resourceType}, only to ${resourceTypes.join(", ")}.`);
    return compileJoin(compiling, attribute, join);
  });
}

function compileJoin({ fail }: Compiling, attribute: Attribute, given: MappedCollection): JoinTable {
  const { forgotten = [], defaults = {}, tenant } = given;
  const columns = Object.entries(given.columns ?? {}).map(([text, column], index) => {
    const sub = attribute.sub(text);
    if (sub?.name !== text || KEPT.includes(text))
      return fail(`${attribute.path}.${text} cannot have a column of a join table.`);
    const compiled = columnOf(column, sub, `c${index}`);
    if (compiled.key !== undefined)
      return fail(`${attribute.path}.${text} lies in a join table, which has no key columns.`);
    return compiled;
  });
  const kept = new Set([...KEPT, ...Object.keys(given.columns ?? {}), ...forgotten]);
  // What no client can set cannot be lost.
  const lost = attribute.subAttributes
    .filter(({ name, mutability }) => !kept.has(name) && mutability !== "readOnly")
    .map(({ path }) => path);
  if (lost.length > 0)
    fail(`${lost.join(", ")} would be lost: name a column of ${given.table} for it, or list it in forgotten.`);
  const table = tableName(given);
  const view: readonly Aliased[] = [
    [given.holder, "holder"],
    [given.value, "value"],
    ...(tenant === undefined ? [] : [[tenant, "tenant"] as const]),
    ...columns.map(({ name, alias }) => [name, alias] as const),
  ];
  return {
    attribute,
    table,
    tableName: given.table,
    holder: given.holder,
    value: given.value,
    tenant,
    target: given.resourceType,
    columns,
    forgotten: new Set(forgotten),
    filled: Object.entries(defaults).map(([name, filling]) => ({ name, filling })),
    isFilledByElement: Object.values(defaults).some((filling) => typeof filling === "function"),
    view: viewOf(table, view),
  };
}
