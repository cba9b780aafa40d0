import type { AttributeLiteral } from "../schema/attribute.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { DiffOperation } from "./diff-operation.ts";
import { isObject } from "./json-object.ts";
import { isSame, isUnassigned } from "./same.ts";
import { targetOf, textOf } from "./target-list.ts";

/** What a server takes of operations on lists. */
export interface ListRules {
  /** Whether an element may be named by a filter. Default `true`. */
  readonly valuePaths?: boolean | undefined;
  /** Attributes that are neither replaced nor removed as a whole. Default none. */
  readonly byElement?: readonly string[] | undefined;
}

type Literals = Readonly<Record<string, AttributeLiteral>>;

/** By what an element may be named, in the order in which they are preferred where they take as much. */
const NAMINGS = [["value"], ["type"], ["value", "type"]] as const;

/** The operations on a list, which has no order. @see RFC 7644 §3.5.2 */
export function listOperations(
  path: string,
  was: readonly unknown[],
  wanted: readonly unknown[],
  literals: Literals | undefined,
  removes: boolean,
  { valuePaths = true, byElement = [] }: ListRules,
): readonly DiffOperation[] {
  const target = targetOf(path, was, wanted, literals, removes);
  const { going, coming } = leftover(was, target);
  if (going.length + coming.length === 0) return [];
  if (was.length === 0) return [{ op: "add", path, value: target }];
  const isByElement = byElement.includes(path);
  if (target.length === 0 && !isByElement) return [{ op: "remove", path }];
  const plans = valuePaths ? NAMINGS.map((names) => planBy(names, path, was, going, coming, literals)) : [];
  const best = plans.reduce(smaller, undefined);
  if (best !== undefined) return best;
  if (going.length === 0) return [{ op: "add", path, value: coming }];
  return [{ op: "replace", path, value: target }];
}

type Plan = readonly DiffOperation[] | undefined;

function smaller(best: Plan, plan: Plan): Plan {
  if (best === undefined || plan === undefined) return best ?? plan;
  const more = best.length - plan.length || valuesIn(best) - valuesIn(plan);
  return more > 0 ? plan : best;
}

function valuesIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + valuesIn(one), 0);
  if (isObject(value)) return "op" in value ? valuesIn(value.value) : valuesIn(Object.values(value));
  return value === undefined ? 0 : 1;
}

/** What is in one of the lists and not in the other. */
function leftover(
  was: readonly unknown[],
  target: readonly unknown[],
): { readonly going: readonly unknown[]; readonly coming: readonly unknown[] } {
  // By a text of the whole first, so that a group of many thousands does not take the square of them.
  const texts = new Map<string, unknown[]>();
  for (const element of target) {
    const text = textOf(element);
    texts.set(text, [...(texts.get(text) ?? []), element]);
  }
  const going = was.filter((element) => texts.get(textOf(element))?.pop() === undefined);
  return { going, coming: [...texts.values()].flat() };
}

/** The operations that name each element by these sub-attributes; none where one that changes cannot be named so. */
function planBy(
  names: readonly string[],
  path: string,
  was: readonly unknown[],
  going: readonly unknown[],
  coming: readonly unknown[],
  literals: Literals | undefined,
): Plan {
  const isAlone = aloneIn(was.map((element) => keyBy(names, element)));
  const isTaken = coming.some((element) => isObject(element) && element.primary === true);
  const added = new Set(coming);
  const byKey = new Map<string | undefined, ResourceObject[]>();
  for (const element of coming.filter(isObject)) {
    const key = keyBy(names, element);
    byKey.set(key, [...(byKey.get(key) ?? []), element]);
  }
  const removals: DiffOperation[] = [];
  const changes: DiffOperation[] = [];
  for (const element of going) {
    const key = keyBy(names, element);
    if (key === undefined || !isAlone(key)) return undefined;
    const named = `${path}[${key}]`;
    const [next] = (byKey.get(key) ?? [])
      .map((one) => ({ one, parts: changesOf(named, element as ResourceObject, one, literals, isTaken) }))
      .sort((left, right) => costOf(left) - costOf(right));
    if (next?.parts === undefined) removals.push({ op: "remove", path: named });
    else if (added.delete(next.one)) changes.push(...next.parts);
  }
  const addition: readonly DiffOperation[] = added.size > 0 ? [{ op: "add", path, value: [...added] }] : [];
  return [...removals, ...changes, ...addition];
}

/** Whether a name is that of one element, in whatever letter case a server compares. */
function aloneIn(keys: readonly (string | undefined)[]): (key: string) => boolean {
  const seen = new Map<string | undefined, number>();
  for (const key of keys) seen.set(key?.toLowerCase(), (seen.get(key?.toLowerCase()) ?? 0) + 1);
  return (key) => seen.get(key.toLowerCase()) === 1;
}

/** The filter that names an element, e.g. `value eq "a" and type eq "work"`. */
function keyBy(names: readonly string[], element: unknown): string | undefined {
  if (!isObject(element)) return undefined;
  const values = names.map((name) => element[name]);
  if (values.some((value) => value === undefined || value === null || typeof value === "object")) return undefined;
  return names.map((name, place) => `${name} eq ${JSON.stringify(values[place])}`).join(" and ");
}

/**
 * What makes one element of the other; none where that would change what is immutable. The server takes `primary` from it by itself where
 * another gets it. @see RFC 7644 §3.5.2
 */
function changesOf(
  named: string,
  before: ResourceObject,
  after: ResourceObject,
  literals: Literals | undefined,
  isTaken: boolean,
): readonly DiffOperation[] | undefined {
  const isEqual = (name: string): boolean =>
    isSame(before[name], after[name]) ||
    (name === "primary" && after[name] !== true && (isTaken || before[name] !== true));
  const names = [...new Set([...Object.keys(after), ...Object.keys(before)])];
  const changed = names.filter((name) => !isEqual(name));
  if (changed.some((name) => literals?.[name]?.mutability === "immutable")) return undefined;
  return changed.map((name) => {
    const path = `${named}.${name}`;
    return isUnassigned(after[name]) ? { op: "remove", path } : { op: "replace", path, value: after[name] };
  });
}

/** Of several elements that one may become, which takes least: operations first, then values that need not be added. */
function costOf({ one, parts }: { readonly one: unknown; readonly parts: Plan }): number {
  return parts === undefined ? Number.POSITIVE_INFINITY : parts.length * 1000 + valuesIn(parts) - valuesIn(one);
}
