import { isObject, isSame } from "../schema/value.ts";
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
  if (!isObject(before) || !isObject(after)) {
    if (isSame(before, after)) return before;
    changes.push({ op: "replace", path, value: after });
    return take(after);
  }
  const state = { ...before };
  const change = (name: string): void => {
    const [old, value] = [before[name], after[name]];
    if (isSame(old, value)) return;
    const member = path + pointerOf(name);
    if (value === undefined) {
      delete state[name];
      changes.push({ op: "remove", path: member });
    } else {
      state[name] = take(value);
      changes.push({ op: old === undefined ? "add" : "replace", path: member, value });
    }
  };
  for (const name of Object.keys(before)) change(name);
  for (const name of Object.keys(after)) if (!Object.hasOwn(before, name)) change(name);
  return state;
}
