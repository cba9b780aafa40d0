import type { Attribute } from "../../../schema/attribute.ts";
import { isSame } from "../../../schema/value.ts";
import type { NewResource, StoredResource } from "../../adapter.ts";
import type { Column } from "./column.ts";
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
}

/** Compares two states of a resource, but for the elements of collections that are `untouched`. */
export function differenceOf(
  scope: MapScope,
  before: StoredResource,
  after: NewResource,
  untouched: readonly Attribute[] = [],
): Difference {
  const { type } = scope;
  const [old, now] = [takeApart(type, before), takeApart(type, after)];
  const isTouched = (attribute: Attribute): boolean => !untouched.some(({ path }) => path === attribute.path);
  return {
    after: now,
    columns: [...now.values.keys()].filter((column) => !isSame(old.values.get(column), now.values.get(column))),
    isRestChanged: !isSame(old.rest, now.rest),
    elements: type.joins
      .filter((join) => isTouched(join.attribute))
      .map((join) => changesOf(scope, before, after, join)),
  };
}

export function isAnyDifference({ columns, isRestChanged, elements }: Difference): boolean {
  return columns.length > 0 || isRestChanged || elements.some(isAnyChange);
}
