import { isSame } from "../../../schema/value.ts";
import type { Steps } from "../../../time-slice.ts";
import { getOrCreate } from "../../get-or-create.ts";
import type { Fragment } from "../dialect/fragment.ts";
import { type ElementRow, isNameless, type Row, type UniqueKey, type UniqueRow, uniqueKey } from "./row.ts";
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

/** The rows of a resource's elements, by attribute and key. */
type Elements = Pick<Row, "elements">;

/**
 * How the elements of a resource differ. Those without a key of their own cannot be told apart, and change together.
 */
export function* changeSteps(before: Elements, after: Elements): Steps<ElementChanges> {
  const { gone, come, changed } = yield* keyedChanges(before, after);
  const replaced: string[] = [];
  const nameless: ElementRow[] = [];
  const [old, now] = [namelessRows(before), namelessRows(after)];
  for (const attribute of new Set([...old.keys(), ...now.keys()])) {
    const [was, is] = [old.get(attribute) ?? [], now.get(attribute) ?? []];
    if (was.length === is.length && was.every((row, index) => isContentSame(row, is[index] as ElementRow))) continue;
    if (was.length > 0) replaced.push(attribute);
    nameless.push(...is);
  }
  return { gone, come: [...nameless, ...come], changed, replaced };
}

function* keyedChanges(before: Elements, after: Elements): Steps<Pick<ElementChanges, "gone" | "come" | "changed">> {
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

function namelessRows({ elements }: Elements): ReadonlyMap<string, readonly ElementRow[]> {
  const rows = new Map<string, ElementRow[]>();
  for (const row of elements.values())
    if (isNameless(row.key)) getOrCreate(rows, row.attribute, (): ElementRow[] => []).push(row);
  return rows;
}

/** By what they say and by their keys, whatever the spelling of the JSON. */
function isContentSame(old: ElementRow, row: ElementRow): boolean {
  return isJsonSame(old.element, row.element) && isJsonSame(old.keys, row.keys);
}

function isJsonSame(left: string | null, right: string | null): boolean {
  return left === right || (left !== null && right !== null && isSame(JSON.parse(left), JSON.parse(right)));
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
    ...insertElements(owner, come, isTarget, guard),
  ];
}

/** How the unique values of a resource differ. */
export interface UniqueChanges {
  readonly gone: readonly UniqueKey[];
  readonly come: readonly UniqueRow[];
}

/** How the unique rows of one state differ from those of another. */
export function uniqueChanges(before: readonly UniqueKey[], after: readonly UniqueRow[]): UniqueChanges {
  const [old, now] = [new Set(before.map(uniqueKey)), new Set(after.map(uniqueKey))];
  return {
    gone: before.filter((row) => !now.has(uniqueKey(row))),
    come: after.filter((row) => !old.has(uniqueKey(row))),
  };
}

/** The statements that make the changes. */
export function uniqueStatements(owner: Owner, { gone, come }: UniqueChanges, guard: Fragment): readonly Fragment[] {
  return [...(gone.length === 0 ? [] : [deleteUniques(owner, gone, guard)]), ...insertUniques(owner, come, guard)];
}
