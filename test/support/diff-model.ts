/** What a desired state means, said once more, slowly: nothing here is shared with `diff`. */
type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The state that there must be once a PATCH was applied: what is desired, and what is there beside it. */
export function stateAfter(current: Json, desired: Json): Json {
  const after: Json = { ...current };
  for (const [name, wanted] of Object.entries(desired)) {
    if (wanted === undefined) continue;
    const was = current[name];
    if (name.includes(":") && wanted === null) delete after[name];
    else if (name.includes(":")) after[name] = stateAfter(isObject(was) ? was : {}, wanted as Json);
    else if (Array.isArray(wanted)) after[name] = listAfter(Array.isArray(was) ? was : [], wanted);
    else if (isObject(wanted)) after[name] = { ...(isObject(was) ? was : {}), ...defined(wanted) };
    else after[name] = wanted;
  }
  return after;
}

function defined(value: Json): Json {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined));
}

function listAfter(was: readonly unknown[], wanted: readonly unknown[]): readonly unknown[] {
  const tell = [["value"], ["value", "type"], ["type"]].find((names) =>
    [was, wanted].every((list) => {
      const keys = list.map((element) => keyOf(names, element));
      return !keys.includes("") && new Set(keys).size === keys.length;
    }),
  );
  const primary = wanted.find((element) => isObject(element) && element.primary === true);
  return wanted.map((element) => {
    const there = tell && was.find((other) => keyOf(tell, other) === keyOf(tell, element));
    if (!isObject(element) || !isObject(there)) return element;
    const next: Json = { ...there, ...defined(element) };
    if (primary !== undefined && element.primary === undefined) delete next.primary;
    return next;
  });
}

function keyOf(names: readonly string[], element: unknown): string {
  if (!isObject(element) || names.some((name) => typeof element[name] !== "string")) return "";
  return names.map((name) => JSON.stringify(element[name])).join();
}

/** A state without what makes no difference: the order of lists, how "none" is written, a `primary` that is false. */
export function plainOf(value: unknown): unknown {
  if (Array.isArray(value)) {
    const elements = value.map(plainOf).filter((element) => element !== undefined);
    return elements.length === 0 ? undefined : elements.map((one) => JSON.stringify(one)).sort();
  }
  if (!isObject(value)) return value ?? undefined;
  const parts = Object.entries(value)
    .filter(([name, part]) => !(name === "primary" && part === false) && name !== "schemas")
    .map(([name, part]) => [name, plainOf(part)] as const)
    .filter(([, part]) => part !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return parts.length === 0 ? undefined : Object.fromEntries(parts);
}

/** Whether a list has two elements of the same value and type, in whatever letter case, which no server keeps. @see RFC 7643 §2.4 */
export function hasTwins(value: unknown): boolean {
  if (Array.isArray(value)) {
    const keys = value.map((element) => (isObject(element) && element.value ? [element.value, element.type] : element));
    return new Set(keys.map((key) => JSON.stringify(key).toLowerCase())).size < value.length;
  }
  return isObject(value) && Object.values(value).some(hasTwins);
}
