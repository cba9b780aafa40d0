import type { ResourceType } from "../../../schema/resource-type.ts";
import { isSame } from "../../../schema/value.ts";
import type { Steps } from "../../../time-slice.ts";
import type { Fragment } from "../dialect/fragment.ts";
import { type ElementRow, isApart, isNameless, type Row, type UniqueRow } from "./row.ts";
import {
  deleteElements,
  deleteNameless,
  deleteUniques,
  type IsTarget,
  insertElements,
  insertUniques,
  type Owner,
  updateElements,
} from "./statements.ts";

/** What a replace does to the rows of elements. */
export interface ElementChanges {
  readonly gone: readonly ElementRow[];
  readonly come: readonly ElementRow[];
  readonly changed: readonly ElementRow[];
  /** Attributes whose elements without a key all go. */
  readonly replaced: readonly string[];
}

/**
 * How the elements of a resource differ. Those without a key of their own cannot be told apart, and change together.
 */
export function* changeSteps(resourceType: ResourceType, before: Row, after: Row): Steps<ElementChanges> {
  const { gone, come, changed } = yield* keyedChanges(before, after);
  const replaced: string[] = [];
  const nameless: ElementRow[] = [];
  for (const { path } of resourceType.attributes.filter(isApart)) {
    const [old, now] = [namelessRows(before, path), namelessRows(after, path)];
    if (isSame(old.map(contentOf), now.map(contentOf))) continue;
    if (old.length > 0) replaced.push(path);
    nameless.push(...now);
  }
  return { gone, come: [...nameless, ...come], changed, replaced };
}

function* keyedChanges(before: Row, after: Row): Steps<Pick<ElementChanges, "gone" | "come" | "changed">> {
  const come: ElementRow[] = [];
  const changed: ElementRow[] = [];
  for (const [name, row] of after.elements) {
    if (isNameless(row.key)) continue;
    const old = before.elements.get(name);
    if (old === undefined) come.push(row);
    else if (old.value !== row.value || !isContentSame(old, row)) changed.push(row);
    yield;
  }
  const isGone = (name: string, row: ElementRow): boolean => !isNameless(row.key) && !after.elements.has(name);
  return { gone: [...before.elements].flatMap(([name, row]) => (isGone(name, row) ? [row] : [])), come, changed };
}

function namelessRows(row: Row, attribute: string): readonly ElementRow[] {
  return [...row.elements.values()].filter((element) => element.attribute === attribute && isNameless(element.key));
}

function isContentSame(old: ElementRow, row: ElementRow): boolean {
  return old.element === row.element || isSame(contentOf(old), contentOf(row));
}

function contentOf({ element }: ElementRow): unknown {
  return element === null ? null : JSON.parse(element);
}

/** Whether there is anything to write. */
export function isAnyChange({ gone, come, changed, replaced }: ElementChanges): boolean {
  return gone.length + come.length + changed.length + replaced.length > 0;
}

/** The statements that make the changes. */
export function elementStatements(
  owner: Owner,
  { gone, come, changed, replaced }: ElementChanges,
  isTarget: IsTarget,
  guard: Fragment,
): readonly Fragment[] {
  return [
    ...(gone.length === 0 ? [] : [deleteElements(owner, gone, guard)]),
    ...replaced.map((attribute) => deleteNameless(owner, attribute, guard)),
    ...(changed.length === 0 ? [] : [updateElements(owner, changed, isTarget, guard)]),
    ...(come.length === 0 ? [] : [insertElements(owner, come, isTarget, guard)]),
  ];
}

/** The statements that make the unique rows of one state those of another. */
export function uniqueStatements(owner: Owner, before: Row, after: Row, guard: Fragment): readonly Fragment[] {
  const name = ({ scope, attribute, key }: UniqueRow): string => JSON.stringify([scope, attribute, key]);
  const [old, now] = [new Set(before.uniques.map(name)), new Set(after.uniques.map(name))];
  const gone = before.uniques.filter((row) => !now.has(name(row)));
  const come = after.uniques.filter((row) => !old.has(name(row)));
  return [
    ...(gone.length === 0 ? [] : [deleteUniques(owner, gone, guard)]),
    ...(come.length === 0 ? [] : [insertUniques(owner, come, guard)]),
  ];
}
