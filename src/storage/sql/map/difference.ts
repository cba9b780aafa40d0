import type { Attribute } from "../../../schema/attribute.ts";
import { instantOf } from "../../../schema/date-time.ts";
import { isSame, type ResourceObject } from "../../../schema/value.ts";
import type { NewResource, StoredResource } from "../../adapter.ts";
import { agreed } from "./agreed.ts";
import { areSameElements, type ChildElements } from "./child-elements.ts";
import type { Column } from "./column.ts";
import type { MappedType } from "./compile.ts";
import { changesOf, type ElementChanges, isAnyChange } from "./elements.ts";
import { type TakenApart, takeApart } from "./row.ts";
import type { MapScope } from "./scope.ts";

/** What of a resource is not as it was, in the terms of its tables. */
export interface Difference {
  /** The resource as it is to be. */
  readonly after: TakenApart;
  readonly columns: readonly Column[];
  readonly isRestChanged: boolean;
  readonly elements: readonly ElementChanges[];
  /** The lists in child tables that differ, as they are to be. */
  readonly children: ChildElements;
}

/** A state of a resource in the terms of its tables. */
export interface TableState {
  readonly inRow: TakenApart;
  /** Collections, as far as they are in join tables. */
  readonly elements: ResourceObject;
}

/** The tables' state where everything is in the place that it has now. `before` is what a write changes into it. */
export function stateOf(type: MappedType, resource: NewResource | StoredResource, before?: TableState): TableState {
  const inRow = takeApart(type, resource);
  return { inRow: before === undefined ? inRow : agreed(type.coinciding, inRow, before.inRow), elements: resource };
}

/** Compares two states of a resource, but for the elements of collections that are `untouched`. */
export function differenceOf(
  scope: MapScope,
  before: TableState,
  after: TableState,
  untouched: readonly Attribute[] = [],
): Difference {
  const { type } = scope;
  const [old, now] = [before.inRow, after.inRow];
  const isTouched = (attribute: Attribute): boolean => !untouched.some(({ path }) => path === attribute.path);
  return {
    after: now,
    columns: [...now.values.keys()].filter(
      (column) => !isSameIn(column, old.values.get(column), now.values.get(column)),
    ),
    isRestChanged: !isSame(old.rest, now.rest),
    children: new Map(
      [...now.children].filter(([child, list]) => !areSameElements(child, old.children.get(child), list)),
    ),
    elements: type.joins
      .filter((join) => isTouched(join.attribute))
      .map((join) => changesOf(scope, before.elements, after.elements, join)),
  };
}

/** Whether a column would hold the same: a time by its instant, since columns do not keep how it was written. */
function isSameIn({ attribute, isConverted }: Column, old: unknown, now: unknown): boolean {
  if (attribute.type !== "dateTime" || isConverted) return isSame(old, now);
  return isSame(instantIn(old), instantIn(now));
}

function instantIn(value: unknown): unknown {
  const instant = typeof value === "string" ? instantOf(value) : undefined;
  return instant?.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "") ?? value;
}

export function isAnyDifference({ columns, isRestChanged, elements, children }: Difference): boolean {
  return columns.length > 0 || isRestChanged || children.size > 0 || elements.some(isAnyChange);
}
