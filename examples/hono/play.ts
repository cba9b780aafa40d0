import type { Cycle, Needs, Step } from "./step.ts";

/** What came of a step. */
export interface Outcome {
  readonly step: Step;
  /** As sent, decoded for reading. */
  readonly path: string;
  readonly body: unknown;
  readonly status: number;
  /** What changed, in a few words. */
  readonly result: string;
  /** Why the client could not go on; undefined where it can. */
  readonly problem: string | undefined;
}

/** An answer's body: a resource, a list or an error. */
type Body = Readonly<Record<string, unknown>>;

/** What the steps of a run know of each other: ids by name, and the resources that were last seen by id. */
interface Memory {
  readonly ids: Map<string, string>;
  readonly seen: Map<string, Body>;
}

/** Sends the cycles' requests one after the other, as their clients do. */
export async function* play(baseUrl: string, token: string, cycles: readonly Cycle[]): AsyncGenerator<Outcome> {
  const memory: Memory = { ids: new Map([["guid", crypto.randomUUID()]]), seen: new Map() };
  for (const { headers, steps } of cycles) {
    for (const step of steps) yield await send(step, baseUrl, token, headers, memory);
  }
}

async function send(
  step: Step,
  baseUrl: string,
  token: string,
  headers: Cycle["headers"],
  memory: Memory,
): Promise<Outcome> {
  const { method } = step.request;
  const path = withIds(step.request.path, memory.ids);
  const given = step.request.body === undefined ? undefined : withIds(step.request.body, memory.ids);
  const { "Content-Type": contentType, ...common } = headers;
  const response = await fetch(baseUrl + encoded(path), {
    method,
    headers: {
      ...common,
      Authorization: `Bearer ${step.request.token ?? token}`,
      ...(given === undefined || contentType === undefined ? {} : { "Content-Type": contentType }),
    },
    ...(given === undefined ? {} : { body: JSON.stringify(given) }),
  });
  const text = await response.text();
  // A 204 to a PATCH is all that the client needs; what came of it is read here, for whoever watches.
  const body: Body | undefined =
    text !== "" ? JSON.parse(text) : method === "PATCH" ? await readBack(path, baseUrl, token) : undefined;
  const problem = problemOf(response.status, body, withIds(step.needs, memory.ids));
  const result = resultOf(method, path, response, body, memory);
  remember(step, path, body, memory);
  return { step, path, body: given, status: response.status, result, problem };
}

async function readBack(path: string, baseUrl: string, token: string): Promise<Body> {
  const [plain = ""] = path.split("?");
  const response = await fetch(baseUrl + plain, { headers: { Authorization: `Bearer ${token}` } });
  return (await response.json()) as Body;
}

/** Clients encode the values of the query alone. */
function encoded(path: string): string {
  const [plain = "", query] = path.split("?", 2);
  if (query === undefined) return plain;
  const parameters = query.split("&").map((parameter) => {
    const [name = "", ...value] = parameter.split("=");
    if (value.length === 0) return name;
    return `${name}=${encodeURIComponent(value.join("="))}`;
  });
  return `${plain}?${parameters.join("&")}`;
}

/** Puts ids in the place of `{name}`, at any depth. */
function withIds<V>(value: V, ids: ReadonlyMap<string, string>): V {
  const text = JSON.stringify(value).replaceAll(/\{(\w+)\}/g, (whole, name: string) => ids.get(name) ?? whole);
  return JSON.parse(text);
}

function remember(step: Step, path: string, body: Body | undefined, { ids, seen }: Memory): void {
  if (typeof body?.id === "string") {
    seen.set(body.id, body);
    if (step.keep !== undefined) ids.set(step.keep, body.id);
  } else if (step.request.method === "DELETE") {
    seen.delete(idIn(path));
  }
}

const idIn = (path: string): string => path.split("?", 1)[0]?.split("/").at(-1) ?? "";

function problemOf(status: number, body: Body | undefined, needs: Needs): string | undefined {
  if (!needs.status.includes(status)) return `needs status ${needs.status.join(" or ")}, got ${status}`;
  const present = needs.absent?.find((name) => body !== undefined && name in body);
  if (present !== undefined) return `needs no ${present} in the answer`;
  return needs.contains === undefined ? undefined : difference(needs.contains, body, "");
}

/** The first place where `actual` lacks something of `expected`. */
function difference(expected: unknown, actual: unknown, path: string): string | undefined {
  if (typeof expected !== "object" || expected === null) {
    return Object.is(expected, actual)
      ? undefined
      : `needs ${path} ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`;
  }
  if (typeof actual !== "object" || actual === null) return `needs ${path || "a body"}, got ${JSON.stringify(actual)}`;
  if (Array.isArray(expected) && expected.length !== (actual as readonly unknown[]).length) {
    return `needs ${expected.length} ${path}, got ${(actual as readonly unknown[]).length}`;
  }
  const inOrder = ordered(actual) as Body;
  for (const [name, value] of Object.entries(ordered(expected))) {
    const found = difference(value, inOrder[name], path === "" ? name : `${path}.${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Elements that have a `value`, such as members, come in any order. */
function ordered(list: object): object {
  const identityOf = (element: unknown): string | undefined => (element as { readonly value?: string } | null)?.value;
  if (!Array.isArray(list) || list.some((element) => typeof identityOf(element) !== "string")) return list;
  return list.toSorted((left, right) => (identityOf(left) ?? "").localeCompare(identityOf(right) ?? ""));
}

/** What the answer tells, in a few words. */
function resultOf(method: string, path: string, response: Response, body: Body | undefined, { seen }: Memory): string {
  if (!response.ok) return [body?.scimType, body?.detail ?? response.statusText].filter(Boolean).join(": ");
  const id = typeof body?.id === "string" ? body.id : idIn(path);
  const before = seen.get(id);
  if (method === "DELETE") return `deleted ${named(before ?? { id })}`;
  if (body === undefined) return "done";
  if (Array.isArray(body.Resources)) {
    const total = Number(body.totalResults);
    if (path.includes("filter="))
      return `${total} ${total === 1 ? "match" : "matches"}${total === 1 ? `: ${named(body.Resources[0])}` : ""}`;
    return `${body.itemsPerPage} of ${total}, from ${body.startIndex}`;
  }
  if (method === "POST") return `created ${named(body)}`;
  if (method === "GET" || before === undefined) return named(body);
  return changes(before, body).join(", ") || "nothing changed";
}

function named(resource: Body): string {
  const { resourceType = "resource" } = (resource.meta ?? {}) as { resourceType?: string };
  const name = resource.userName ?? resource.displayName ?? "";
  return `${resourceType.toLowerCase()} ${String(resource.id).slice(0, 8)}… ${name}`.trimEnd();
}

/** `active true → false` for every attribute that differs, those of the envelope left aside. */
function changes(before: Body, after: Body, prefix = ""): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .filter((name) => name !== "$ref" && (prefix !== "" || !["schemas", "meta", "id"].includes(name)))
    .flatMap((name) => {
      const [old, present] = [before[name], after[name]];
      if (JSON.stringify(old) === JSON.stringify(present)) return [];
      if (isComplex(old ?? present) && isComplex(present ?? old))
        return changes(
          (old ?? {}) as Body,
          (present ?? {}) as Body,
          name.startsWith("urn:") ? "" : `${prefix}${name}.`,
        );
      return `${prefix}${name} ${shown(old, present)} → ${shown(present, old)}`;
    });
}

const isComplex = (value: unknown): value is Body =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A list is its length, or, where another one has the same, what is in this one and not in that. */
function shown(value: unknown, other: unknown): string {
  if (value === undefined) return "none";
  if (!Array.isArray(value)) return String(value);
  if (!Array.isArray(other) || other.length !== value.length)
    return `${value.length} ${value.length === 1 ? "value" : "values"}`;
  const known = new Set(other.map((element) => element.value));
  return value.flatMap((element) => (known.has(element.value) ? [] : [element.value])).join(", ");
}
