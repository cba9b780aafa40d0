import { isObject, isSame, type ResourceObject } from "../schema/value.ts";
import type { JsonPatchOperation } from "./json-patch.ts";
import { pointerOf } from "./pointer.ts";

/**
 * An element, or a complex value, with another one's members: a copy of `before` in which each member that differs is set or gone, and
 * an operation for each, `path` being the pointer of the whole. `take` makes what is put into the copy of what the operation says.
 * @see RFC 6902
 */
export function changed(
  before: unknown,
  after: unknown,
  path: string,
  changes: JsonPatchOperation[],
  take: (value: unknown) => unknown,
): unknown {
  if (isObject(before) && isObject(after)) return withMembers(before, after, path, changes, take);
  if (isSame(before, after)) return before;
  changes.push({ op: "replace", path, value: after });
  return take(after);
}

function withMembers(
  before: ResourceObject,
  after: ResourceObject,
  path: string,
  changes: JsonPatchOperation[],
  take: (value: unknown) => unknown,
): ResourceObject {
  const state = { ...before };
  for (const name in before) {
    const value = after[name];
    if (!Object.hasOwn(before, name) || isSame(before[name], value)) continue;
    changes.push(changeOf(before[name], value, path + pointerOf(name)));
    if (value === undefined) delete state[name];
    else state[name] = take(value);
  }
  for (const name in after) {
    const value = after[name];
    if (Object.hasOwn(before, name) || !Object.hasOwn(after, name) || isSame(before[name], value)) continue;
    changes.push(changeOf(before[name], value, path + pointerOf(name)));
    if (value !== undefined) state[name] = take(value);
  }
  return state;
}

function changeOf(old: unknown, value: unknown, path: string): JsonPatchOperation {
  if (value === undefined) return { op: "remove", path };
  return { op: old === undefined ? "add" : "replace", path, value };
}
