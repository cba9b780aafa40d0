import { noTarget, type ScimError } from "../error.ts";
import type { Filter } from "../filter/ast.ts";
import type { AttributePath } from "../schema/attribute.ts";
import { isObject, type ResourceObject } from "../schema/value.ts";
import { andThen, eachOf, type Work } from "../time-slice.ts";
import { merge, overwrite, withoutSub, withSub } from "./complex.ts";
import { type ElementList, isPrimary } from "./element-list.ts";
import { addElements, checkGuard, guardOf, makeSolePrimary } from "./elements.ts";
import type { ElementOperation } from "./operation.ts";
import { type Selector, selectorOf } from "./selector.ts";

/** Told of a value path that selects nothing, whose element is then made from the filter; undefined where that is 400 noTarget. */
export type CreateOnNoMatch = ((path: string) => void) | undefined;

/**
 * Applies an operation on the elements that a value path selects, or on a sub-attribute of theirs: on each of them.
 * @throws {ScimError} 400 noTarget, mutability, invalidValue, tooMany.
 */
export function applyToSelected(
  list: ElementList,
  operation: ElementOperation,
  createOnNoMatch: CreateOnNoMatch,
): Work<void> {
  const guard = guardOf(list, operation.op);
  const changed = andThen(select(list, operation.filter), changeSelected, list, operation, createOnNoMatch);
  return andThen(changed, checkGuard, guard);
}

function changeSelected(
  selected: readonly number[],
  list: ElementList,
  operation: ElementOperation,
  createOnNoMatch: CreateOnNoMatch,
): Work<void> {
  const { op, value, cleared } = operation;
  // The index finds them, but each is changed.
  list.effort.spend(selected.length);
  if (op === "remove") return removeSelected(list, selected, operation);
  const isUnassigning = value === undefined && cleared.length === 0;
  // "no record match was made … 400 and a scimType error code of noTarget" [P-3.5.2.3-09].
  if (selected.length === 0 && isUnassigning) return refuse(list, op);
  if (selected.length === 0) return create(list, operation, createOnNoMatch);
  if (isUnassigning) return removeSelected(list, selected, operation);
  return andThen(setSelected(list, selected, operation), checkPrimary, list, selected, operation);
}

function setSelected(list: ElementList, selected: readonly number[], operation: ElementOperation): Work<void> {
  return eachOf(selected, (slot) => list.set(slot, elementAfter(list, slot, operation)));
}

function checkPrimary(
  _done: unknown,
  list: ElementList,
  selected: readonly number[],
  operation: ElementOperation,
): void {
  const [only] = selected;
  if (only !== undefined && selected.length === 1 && setsPrimary(operation)) makeSolePrimary(list, only);
}

/** "the values matched by the filter are removed" [P-3.5.2.2-04]; of none, nothing changes [R-11 P-3.5.2.2-06]. */
function removeSelected(list: ElementList, selected: readonly number[], operation: ElementOperation): Work<void> {
  const { op, sub } = operation;
  const value = operation.value as readonly unknown[] | undefined;
  return eachOf(selected, (slot) => {
    if (sub === undefined) list.remove(slot);
    else list.set(slot, withoutSub(list.at(slot) as ResourceObject, sub, op, list.effort, value));
  });
}

function elementAfter(list: ElementList, slot: number, { op, sub, value, cleared }: ElementOperation): unknown {
  const before = list.at(slot);
  // "the matching sub-attribute of all matching records is replaced" [P-3.5.2.3-08].
  if (sub !== undefined) return withSub(before as ResourceObject, sub, op, value, list.effort);
  if (op === "add" && isObject(before))
    return merge(list.attribute, before, op, { given: (value ?? {}) as ResourceObject, cleared }, list.effort);
  // "all matching record values SHALL be replaced" [P-3.5.2.3-07].
  return overwrite(list.attribute, before, value ?? {});
}

function setsPrimary({ sub, value }: ElementOperation): boolean {
  return sub === undefined ? isPrimary(value) : sub.name === "primary" && value === true;
}

/** An add of nothing to nothing is done already. */
function refuse(list: ElementList, op: string): void {
  if (op === "replace") throw nothingSelected(list);
}

function nothingSelected({ attribute }: ElementList): ScimError {
  return noTarget(`No value of ${attribute.path} matches the filter of the path.`);
}

/** The element that the filter describes, with what the operation says of it [R-5 R-6]. */
function create(list: ElementList, operation: ElementOperation, createOnNoMatch: CreateOnNoMatch): Work<void> {
  const { filter, described, sub, value } = operation;
  const { attribute } = list;
  if (described === undefined) throw nothingSelected(list);
  // Without a filter the target is a sub-attribute that does not exist, which both operations add [P-3.5.2.3-05].
  if (filter !== undefined) {
    if (createOnNoMatch === undefined) throw nothingSelected(list);
    createOnNoMatch(attribute.path);
  }
  return addElements(list, [
    { ...described, ...(sub === undefined ? (value as ResourceObject) : { [sub.name]: value }) },
  ]);
}

/** The slots of the elements that the filter matches, in order; without a filter, of all. */
function select(list: ElementList, filter: Filter<AttributePath> | undefined): Work<readonly number[]> {
  const selected: number[] = [];
  if (filter === undefined)
    return andThen(
      list.eachSlot((slot) => {
        selected.push(slot);
      }),
      () => selected,
    );
  const selector = selectorOf(filter);
  const { matches, comparisons, values } = selector;
  if (values !== undefined) return andThen(list.holders(), selectAmongHolders, list, selector, values);
  list.spend(comparisons);
  const test = list.eachSlot((slot) => {
    if (matches(list.at(slot))) selected.push(slot);
  }, comparisons);
  return andThen(test, () => selected);
}

/** Of those that an index finds. */
function selectAmongHolders(
  holdersOf: (value: unknown) => readonly number[],
  list: ElementList,
  { matches, comparisons }: Selector,
  values: readonly unknown[],
): Work<readonly number[]> {
  const candidates = [...new Set(values.flatMap((value) => holdersOf(value)))];
  list.effort.spend(candidates.length * comparisons);
  const selected: number[] = [];
  const test = eachOf(candidates, (slot) => {
    if (matches(list.at(slot))) selected.push(slot);
  });
  return andThen(test, () => selected.sort((left, right) => left - right));
}
