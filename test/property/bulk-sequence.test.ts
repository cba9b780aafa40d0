import fc from "fast-check";
import { expect, test } from "vitest";
import { bulkOf, PATCH_OP } from "../support/bulk.ts";
import {
  type Answer,
  BASE_URL,
  type Directory,
  directory,
  ENTERPRISE,
  ERROR,
  GROUP,
  USER,
} from "../support/directory.ts";
import { pickSeed, pickSize } from "../support/size.ts";

const seed = pickSeed();
const RUNS = pickSize("bulk requests", { everyday: 120, thorough: 400 });

/** An operation whose references name operations by position; those of a POST lead to lower ranks, so that no circle is closed. */
interface Spec {
  readonly kind: "user" | "group" | "put" | "patchUser" | "patchGroup" | "removeMember" | "delete" | "bad";
  readonly name: number;
  readonly rank: number;
  /** Chosen among the operations that it may refer to; -1 is a bulkId that nobody has. */
  readonly picks: readonly number[];
  readonly version: "none" | "stale" | "any";
}

const spec: fc.Arbitrary<Spec> = fc.record({
  kind: fc.constantFrom(
    "user",
    "user",
    "user",
    "group",
    "group",
    "put",
    "patchUser",
    "patchGroup",
    "removeMember",
    "delete",
    "bad",
  ),
  name: fc.nat(5),
  rank: fc.nat(1000),
  picks: fc.array(fc.integer({ min: -1, max: 30 }), { minLength: 1, maxLength: 4 }),
  version: fc.constantFrom("none", "none", "none", "none", "stale", "any"),
});

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly bulkId?: string;
  readonly version?: string;
  readonly data?: unknown;
}

/** The operations of a bulk request. The bulkId of the POST at a position is "b" and the position. */
function operationsOf(specs: readonly Spec[]): readonly Operation[] {
  const posts = specs.flatMap(({ kind }, index) =>
    kind === "user" || kind === "group" || kind === "bad" ? [index] : [],
  );
  const operationAt = ({ kind, name, rank, picks, version }: Spec, index: number): Operation => {
    const isPost = posts.includes(index);
    const allowed = posts.filter((other) => !isPost || (specs[other]?.rank ?? 0) < rank);
    const refer = (pick: number): string =>
      pick === -1 ? "bulkId:nobody" : allowed.length === 0 ? "no-such-id" : `bulkId:b${allowed[pick % allowed.length]}`;
    const references = picks.map(refer);
    const [first = ""] = references;
    const members = references.map((value) => ({ value }));
    const manager = { [ENTERPRISE]: { manager: { value: first } } };
    const condition = version === "none" ? {} : { version: version === "any" ? "*" : 'W/"stale"' };
    const patch = (path: string, operation: object): Operation => {
      return { method: "PATCH", path, ...condition, data: { schemas: [PATCH_OP], Operations: [operation] } };
    };
    switch (kind) {
      case "user": {
        const data = { schemas: [USER], userName: `u${name}`, ...(picks.length > 1 ? manager : {}) };
        return { method: "POST", path: "/Users", bulkId: `b${index}`, data };
      }
      case "group":
        return {
          method: "POST",
          path: "/Groups",
          bulkId: `b${index}`,
          data: { schemas: [GROUP], displayName: `g${name}`, members },
        };
      case "bad":
        return { method: "POST", path: "/Users", bulkId: `b${index}`, data: { schemas: [USER], userName: name } };
      case "put": {
        const data = { schemas: [USER], userName: `u${name}`, title: `t${index}`, ...manager };
        return { method: "PUT", path: `/Users/${first}`, ...condition, data };
      }
      case "patchUser":
        return patch(`/Users/${first}`, { op: "replace", path: "userName", value: `u${name}` });
      case "patchGroup":
        return patch(`/Groups/${first}`, { op: "add", path: "members", value: members });
      case "removeMember":
        return patch(`/Groups/${first}`, { op: "remove", path: `members[value eq "${references.at(-1)}"]` });
      case "delete":
        return { method: "DELETE", path: `/${name % 2 === 0 ? "Users" : "Groups"}/${first}`, ...condition };
    }
  };
  return specs.map(operationAt);
}

function numbered(): Directory {
  let created = 0;
  return directory({ newId: () => `id-${++created}`, clock: { now: () => new Date("2026-01-01T00:00:00Z") } });
}

/**
 * The same operations as single requests, each after the POSTs that it refers to: an order found by recursion over the text of
 * the operations, which knows nothing of schemas and graphs.
 */
async function sendSingly(
  service: Directory,
  operations: readonly Operation[],
  failOnErrors = Number.POSITIVE_INFINITY,
): Promise<readonly object[]> {
  const results: (object | undefined)[] = operations.map(() => undefined);
  const ids = new Map<number, string | undefined>();
  let errors = 0;
  const send = async (index: number): Promise<void> => {
    if (results[index] !== undefined || errors >= failOnErrors) return;
    const operation = operations[index] as Operation;
    const { method, path, bulkId, version, data } = operation;
    const text = JSON.stringify([path, data]);
    const endpoint = path.split("/")[1] ?? "";
    const common = { method, ...(bulkId === undefined ? {} : { bulkId }) };
    const located = (id: string) =>
      method === "POST" ? {} : { location: `${BASE_URL}/${endpoint}/${encodeURIComponent(id)}` };
    const refuse = (status: number): void => {
      errors++;
      const id = path.split("/")[2] ?? "";
      const known = text.includes("bulkId:nobody") ? id : resolve(id);
      results[index] = { ...common, ...located(status === 409 ? id : known), status: String(status), response: status };
    };
    const resolve = (part: string): string =>
      part.replaceAll(/bulkId:b(\d+)/g, (whole, position) => ids.get(Number(position)) ?? whole);
    if (text.includes("bulkId:nobody")) return refuse(400);
    const needs = [...text.matchAll(/bulkId:b(\d+)/g)].map(([, position]) => Number(position)).sort((a, b) => a - b);
    for (const need of needs) await send(need);
    if (errors >= failOnErrors) return;
    if (needs.some((need) => ids.get(need) === undefined)) return refuse(409);
    const headers: Record<string, string> = version === undefined ? {} : { "if-match": version };
    const body = data === undefined ? undefined : JSON.parse(resolve(JSON.stringify(data)));
    const answer: Answer = await service.ask(method, resolve(path), body, headers);
    if (method === "POST") ids.set(index, answer.json?.id);
    const isError = answer.status >= 400;
    if (isError) errors++;
    const version_ = answer.headers.ETag;
    const location = method === "POST" ? answer.headers.Location : located(resolve(path).split("/")[2] ?? "").location;
    results[index] = {
      ...common,
      ...(location === undefined ? {} : { location }),
      ...(version_ === undefined ? {} : { version: version_ }),
      status: String(answer.status),
      ...(isError ? { response: answer.json } : {}),
    };
  };
  for (const index of operations.keys()) await send(index);
  return results.filter((result) => result !== undefined);
}

async function stateOf(service: Directory): Promise<readonly unknown[]> {
  return Promise.all(["/Users", "/Groups"].map(async (path) => (await service.ask("GET", path)).json));
}

/** Of errors about references only the status is compared: no single request has them. */
function comparable(results: readonly object[], expected: readonly object[]): readonly object[] {
  return results.map((result, index) => {
    const { response } = expected[index] as { readonly response?: unknown };
    if (typeof response !== "number") return result;
    const own = (result as { readonly response: { readonly schemas: unknown; readonly status: string } }).response;
    expect(own.schemas).toEqual([ERROR]);
    return { ...result, response: Number(own.status) };
  });
}

test("a bulk request comes to the same as its operations sent one by one, each after what it refers to: same results in request order, same state, same ids and versions [P-3.7-16 P-3.7-17 P-3.7.3-01 P-3.7.3-02 P-3.7-08 R-47 T-G3]", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(spec, { minLength: 1, maxLength: 14 }), async (specs) => {
      const operations = operationsOf(specs);
      const [together, apart] = [numbered(), numbered()];
      const { json } = await together.ask("POST", "/Bulk", bulkOf(operations));
      const expected = await sendSingly(apart, operations);
      expect(comparable(json.Operations, expected)).toEqual(expected);
      expect(await stateOf(together)).toEqual(await stateOf(apart));
    }),
    { numRuns: RUNS, seed },
  );
});

test("with failOnErrors it stops where the single requests would have: the results are those up to the last error, and so is the state [P-3.7-13 R-46]", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(spec, { minLength: 1, maxLength: 14 }),
      fc.integer({ min: 1, max: 4 }),
      async (specs, failOnErrors) => {
        const operations = operationsOf(specs);
        const [together, apart] = [numbered(), numbered()];
        const { json } = await together.ask("POST", "/Bulk", bulkOf(operations, { failOnErrors }));
        const expected = await sendSingly(apart, operations, failOnErrors);
        expect(comparable(json.Operations, expected)).toEqual(expected);
        expect(await stateOf(together)).toEqual(await stateOf(apart));
      },
    ),
    { numRuns: (RUNS * 3) / 4, seed },
  );
});

test("the operations that are drawn succeed and fail in every way, so that the properties mean something", async () => {
  const seen = new Map<string, number>();
  for (const specs of fc.sample(fc.array(spec, { minLength: 8, maxLength: 14 }), { numRuns: 300, seed: 1 })) {
    const { json } = await numbered().ask("POST", "/Bulk", bulkOf(operationsOf(specs)));
    for (const { method, status } of json.Operations) {
      const key = `${method} ${status}`;
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
  }
  const wanted = [
    "POST 201",
    "POST 400",
    "POST 409",
    "PUT 200",
    "PUT 404",
    "PUT 409",
    "PUT 412",
    "PATCH 200",
    "PATCH 204",
  ];
  for (const key of [...wanted, "PATCH 409", "PATCH 412", "DELETE 204", "DELETE 404", "DELETE 412"])
    expect(seen.get(key) ?? 0, key).toBeGreaterThan(2);
});
