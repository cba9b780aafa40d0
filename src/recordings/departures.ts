import type { Expectation } from "./sample.ts";

/** Lists how a response departs from what is asked of it; empty when it does not. */
export function departures(
  expected: Expectation,
  status: number,
  headers: Readonly<Record<string, string>>,
  text: string | undefined,
): string[] {
  const problems: string[] = [];
  const statuses = typeof expected.status === "number" ? [expected.status] : expected.status;
  if (!statuses.includes(status))
    problems.push(`status ${status} instead of ${statuses.join(" or ")}: ${text?.slice(0, 300)}`);
  if (status === 204) return problems;
  if (expected.bodyEmpty === true && text) problems.push("the body is not empty");
  problems.push(...departuresOfBody(expected, text));
  for (const [name, value] of Object.entries(expected.headers ?? {})) {
    const found = Object.entries(headers).find(([header]) => header.toLowerCase() === name)?.[1];
    if (!found?.startsWith(value)) problems.push(`header ${name} is ${found}`);
  }
  return problems;
}

function departuresOfBody(expected: Expectation, text: string | undefined): string[] {
  const problems: string[] = [];
  const body = parsed(text);
  if (expected.bodyContains !== undefined && !contains(body, expected.bodyContains)) {
    problems.push(`the body lacks ${JSON.stringify(expected.bodyContains)}: ${text?.slice(0, 500)}`);
  }
  for (const [pointer, length] of Object.entries(expected.arrayLengths ?? {})) {
    const found = at(body, pointer);
    const actual = found === undefined ? 0 : Array.isArray(found) ? found.length : Number.NaN;
    if (actual !== length) problems.push(`${pointer} has ${actual} elements instead of ${length}`);
  }
  for (const pointer of expected.bodyAbsent ?? [])
    if (at(body, pointer) !== undefined) problems.push(`${pointer} is there`);
  return problems;
}

/** A page of HTML lacks whatever is asked of it. */
function parsed(text: string | undefined): unknown {
  try {
    return text ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

/** Deep subset: of an array every listed element is found, "*" is any value but null. */
export function contains(actual: unknown, expected: unknown): boolean {
  if (expected === "*") return actual !== undefined && actual !== null;
  if (Array.isArray(expected))
    return (
      Array.isArray(actual) && expected.every((element) => actual.some((candidate) => contains(candidate, element)))
    );
  if (typeof expected === "object" && expected !== null) {
    if (typeof actual !== "object" || actual === null) return false;
    return Object.entries(expected).every(([name, value]) =>
      contains((actual as Record<string, unknown>)[name], value),
    );
  }
  return actual === expected;
}

/** Follows a JSON pointer. @see RFC 6901 */
function at(value: unknown, pointer: string): unknown {
  let found = value;
  for (const segment of pointer.split("/").slice(1)) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Record<string, unknown>)[segment.replaceAll("~1", "/").replaceAll("~0", "~")];
  }
  return found;
}
