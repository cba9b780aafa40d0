import { readdirSync, readFileSync } from "node:fs";

/** A recorded request of an identity provider, and what it needs back. test/interop/README.md says what the keys mean. */
export interface Sample {
  readonly id: string;
  readonly client: string;
  readonly phase: string;
  readonly why: string;
  readonly given: {
    readonly users?: Readonly<Record<string, object>>;
    readonly extraUsers?: number;
    readonly groupMembers?: Readonly<Record<string, number>>;
  };
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
    readonly bodyText?: string;
  };
  readonly expect: Expectation & {
    readonly after?: readonly (Expectation & { readonly get: string; readonly status: number })[];
  };
  readonly strictRfc?: { readonly status: number; readonly scimType?: string; readonly note?: string };
  readonly quirks?: readonly string[];
}

/** What is asked of a response. */
export interface Expectation {
  readonly status: number | readonly number[];
  readonly bodyContains?: unknown;
  readonly arrayLengths?: Readonly<Record<string, number>>;
  readonly bodyAbsent?: readonly string[];
  readonly bodyEmpty?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

const FOLDER = new URL("../interop/", import.meta.url);

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, FOLDER), "utf8"));
const list = (path: string): readonly string[] => readdirSync(new URL(path, FOLDER)).sort();

export function readSamples(): readonly Sample[] {
  return list("samples").flatMap((client) =>
    list(`samples/${client}`).map((file) => read(`samples/${client}/${file}`) as Sample),
  );
}

export interface Fixtures {
  readonly users: readonly { readonly id: string }[];
  readonly groups: readonly { readonly id: string; readonly members?: readonly { readonly value: string }[] }[];
}

/** The state before a sample: the fixtures, with what the sample gives besides. */
export function stateBefore(sample: Pick<Sample, "given">): Fixtures {
  const { users, groups } = read("store.json") as Fixtures;
  const { given } = sample;
  const extra = Array.from({ length: given.extraUsers ?? 0 }, (_, index) => ({
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
    id: `gen-${String(index).padStart(4, "0")}`,
    userName: `gen${index}@example.com`,
  }));
  return {
    users: [...users.map((user) => ({ ...user, ...given.users?.[user.id] })), ...extra],
    groups: groups.map((group) => {
      const count = given.groupMembers?.[group.id];
      return count === undefined
        ? group
        : { ...group, members: extra.slice(0, count).map(({ id }) => ({ value: id })) };
    }),
  };
}

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
  const body: unknown = text ? JSON.parse(text) : undefined;
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
  for (const [name, value] of Object.entries(expected.headers ?? {})) {
    const found = Object.entries(headers).find(([header]) => header.toLowerCase() === name)?.[1];
    if (!found?.startsWith(value)) problems.push(`header ${name} is ${found}`);
  }
  return problems;
}

/** Deep subset: of an array every listed element is found, "*" is any value but null. */
function contains(actual: unknown, expected: unknown): boolean {
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
