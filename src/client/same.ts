import { isObject } from "./json-object.ts";

/** Whether a value says that there is none: null, an empty list, an object of nothing but such values. @see RFC 7643 §2.5 */
export function isUnassigned(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value !== "object") return false;
  return Object.values(value).every(isUnassigned);
}

/** Whether two values are the same: the order of members and of elements does not count, nor how "none" is spelt. @see RFC 7643 §2.4 */
export function isSame(left: unknown, right: unknown): boolean {
  if (left === right || (isUnassigned(left) && isUnassigned(right))) return true;
  if (Array.isArray(left) && Array.isArray(right)) return isSameSet(left, right);
  if (!isObject(left) || !isObject(right)) return false;
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((name) => isSame(left[name], right[name]));
}

function isSameSet(left: readonly unknown[], right: readonly unknown[]): boolean {
  if (left.length !== right.length) return false;
  const rest = [...right];
  return left.every((element) => {
    const place = rest.findIndex((other) => isSame(element, other));
    return place >= 0 && rest.splice(place, 1).length === 1;
  });
}
