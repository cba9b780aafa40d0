import { isDeepStrictEqual } from "node:util";
import type { Change } from "./changes.ts";
import { type Answer, bodyOf, type Package, pathOf, type Release, type Store, startRelease, xOf } from "./server.ts";

/** What is tried after a change: the columns of the matrix. */
export const OPERATIONS = [
  "open",
  "GET",
  "list",
  "filter",
  "sort",
  "cursor walk",
  "old ETag",
  "PATCH other",
  "PUT as read",
  "a double",
  "release before",
  "hidden",
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** What came of it: undefined where all was right. */
export type Outcomes = Readonly<Partial<Record<Operation, string>>>;

/** What is written under the release before: names, ids and entity tags, in the order of `change.written`. */
interface Written {
  readonly name: string;
  readonly id: string;
  readonly tag: string;
}

/**
 * Plays a change of a schema over one storage: the release before writes, the release after does everything that a client does, and then
 * the release before once more, as after a rollback. What the release after finds and in which order is judged by a fresh
 * storage in memory that was filled under its schema.
 */
export async function play(pack: Package, store: Store, fresh: Store, change: Change): Promise<Outcomes> {
  const outcomes: Partial<Record<Operation, string>> = {};
  const attempt = async (operation: Operation, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      outcomes[operation] = error instanceof Error ? error.message : String(error);
    }
  };
  const before = await startRelease(pack, store, change, "before");
  const written = await write(before, change.written);
  let after: Release | undefined;
  await attempt("open", async () => {
    after = await startRelease(pack, store, change, "after");
  });
  if (after === undefined) return outcomes;
  const now = after;
  const oracle = await startRelease(pack, fresh, change, "after");
  await fill(oracle, pack, fresh);
  await attempt("GET", () => checkGets(now, written));
  await attempt("list", () => checkList(now, written, ""));
  await attempt("filter", () => checkFilters(now, oracle));
  await attempt("sort", () => checkSorts(now, oracle));
  await attempt("cursor walk", () => checkWalk(now, oracle, written));
  await attempt("old ETag", () => checkTags(now, written));
  await attempt("PATCH other", () => checkPatches(now, written));
  await attempt("a double", () => checkDouble(now));
  await attempt("release before", () => checkBefore(before, written));
  await attempt("PUT as read", () => checkPuts(now, written));
  await attempt("hidden", async () => {
    const { hidden } = change;
    if (hidden !== undefined)
      expect(
        now.shown.some((text) => text.includes(hidden)),
        false,
        "shown",
      );
  });
  return outcomes;
}

/** The release after is asked the same after a reindex: nothing may be different. */
export async function playReindexed(pack: Package, store: Store, fresh: Store, change: Change): Promise<void> {
  const before = await startRelease(pack, store, change, "before");
  const written = await write(before, change.written);
  const after = await startRelease(pack, store, change, "after");
  const { reindex } = after.storage as unknown as { reindex?: (options: unknown) => Promise<{ isComplete: boolean }> };
  if (reindex === undefined) throw new Error("no reindex");
  const report = await reindex.call(after.storage, { resourceTypes: [after.type], comparisonKey: after.comparisonKey });
  expect(report.isComplete, true, "isComplete");
  const oracle = await startRelease(pack, fresh, change, "after");
  await fill(oracle, pack, fresh);
  await checkGets(after, written);
  await checkTags(after, written);
  await checkFilters(after, oracle);
  await checkSorts(after, oracle);
  await checkDouble(after);
  await checkPatches(after, written);
  await checkPuts(after, written);
}

async function write(release: Release, values: readonly unknown[]): Promise<readonly Written[]> {
  const written: Written[] = [];
  for (const [index, x] of values.entries()) {
    const name = `n${index}`;
    const answer = await release.send("POST", "/Items", bodyOf(release.change, name, x));
    expect(answer.status, 201, `POST of ${name}: ${answer.text}`);
    written.push({ name, id: answer.body.id, tag: answer.headers.ETag as string });
  }
  return written;
}

/** Fills a storage with what the release after is to see, written so that it may be: readOnly values by a schema without the word. */
async function fill(oracle: Release, pack: Package, fresh: Store): Promise<void> {
  const { change } = oracle;
  const writable = Object.fromEntries(
    Object.entries(change.after).map(([name, literal]) => [
      name,
      literal.mutability === "readOnly" ? { ...literal, mutability: "readWrite" as const } : literal,
    ]),
  );
  const writer = await startRelease(pack, fresh, { ...change, after: writable }, "after");
  for (const [index, x] of storedUnder(change).entries()) {
    const answer = await writer.send("POST", "/Items", bodyOf(change, `n${index}`, x));
    expect(answer.status, 201, `the oracle's POST: ${answer.text}`);
  }
}

/** What is there under the release after, shown or not. */
function storedUnder(change: Change): readonly unknown[] {
  const { returned, mutability } = change.after.x ?? {};
  const isHidden = returned === "never" || returned === "request" || mutability === "writeOnly";
  return isHidden ? change.written : change.shown;
}

function expect(actual: unknown, wanted: unknown, what: string): void {
  if (!isDeepStrictEqual(actual, wanted))
    throw new Error(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(wanted)}`);
}

function expectX(change: Change, body: Record<string, unknown>, wanted: unknown, what: string): void {
  expect(inOrder(xOf(change, body)), inOrder(wanted), what);
}

/** A collection has no order. */
function inOrder(value: unknown): unknown {
  return Array.isArray(value)
    ? [...value].sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
    : value;
}

async function checkGets(release: Release, written: readonly Written[]): Promise<void> {
  for (const [index, { name, id }] of written.entries()) {
    const { status, body, text } = await release.send("GET", `/Items/${id}`);
    expect(status, 200, `GET ${name}: ${text}`);
    expectX(release.change, body, release.change.shown[index], `GET ${name}`);
  }
}

async function checkList(release: Release, written: readonly Written[], query: string): Promise<void> {
  const resources = await list(release, query);
  expect(resources.map(({ name }) => name).sort(), written.map(({ name }) => name).sort(), "names");
  for (const [index, { name }] of written.entries())
    expectX(
      release.change,
      resources.find((one) => one.name === name) as Record<string, unknown>,
      release.change.shown[index],
      `list ${name}`,
    );
}

async function list(release: Release, query: string): Promise<readonly Record<string, unknown>[]> {
  const { status, body, text } = await release.send("GET", `/Items${query}`);
  expect(status, 200, `GET /Items${query}: ${text}`);
  return body.Resources;
}

/** The answer to a filter, by names; or the status and keyword of the refusal. */
async function found(release: Release, filter: string): Promise<unknown> {
  const { status, body } = await release.send("GET", `/Items?filter=${encodeURIComponent(filter)}`);
  return status === 200
    ? [body.totalResults, body.Resources.map(({ name }: { name: string }) => name).sort()]
    : [status, body.scimType];
}

async function checkFilters(release: Release, oracle: Release): Promise<void> {
  for (const filter of filtersOf(release.change))
    expect(await found(release, filter), await found(oracle, filter), filter);
}

function filtersOf(change: Change): readonly string[] {
  const path = pathOf(change);
  const texts = ["a", "A", "U1", "u1", "true", "x", "2020-01-01T00:00:00Z"].map((text) => JSON.stringify(text));
  const operands = [...texts, "42", "true"];
  const equal = operands.flatMap((operand) => [
    `${path} eq ${operand}`,
    `${path} ne ${operand}`,
    `not (${path} eq ${operand})`,
  ]);
  const more = (change.filters ?? []).map((filter) => filter.replaceAll("X", path));
  return [
    `${path} pr`,
    `not (${path} pr)`,
    `${path} eq null`,
    ...equal,
    ...more,
    ...more.map((filter) => `not (${filter})`),
    `name pr and ${path} pr`,
    `name eq "n0" or ${path} pr`,
  ];
}

async function checkSorts(release: Release, oracle: Release): Promise<void> {
  for (const order of ["ascending", "descending"]) {
    const query = `?sortBy=${encodeURIComponent(pathOf(release.change))}&sortOrder=${order}`;
    const keysOf = async (one: Release) => {
      const { status, body } = await one.send("GET", `/Items${query}`);
      return [
        status,
        body.Resources?.map((item: Record<string, unknown>) =>
          JSON.stringify(inOrder(xOf(release.change, item)) ?? null),
        ),
      ];
    };
    expect(await keysOf(release), await keysOf(oracle), query);
  }
}

async function checkWalk(release: Release, oracle: Release, written: readonly Written[]): Promise<void> {
  const names: string[] = [];
  const sort = `&sortBy=${encodeURIComponent(pathOf(release.change))}`;
  // Not every attribute can be sorted by.
  const canSort = (await oracle.send("GET", `/Items?${sort}`)).status === 200;
  for (let cursor = ""; ; ) {
    const query = `?count=1${canSort ? sort : ""}&cursor=${encodeURIComponent(cursor)}`;
    const { status, body, text } = await release.send("GET", `/Items${query}`);
    expect(status, 200, `GET /Items${query}: ${text}`);
    names.push(...body.Resources.map(({ name }: { name: string }) => name));
    if (body.nextCursor === undefined || names.length > written.length) break;
    cursor = body.nextCursor;
  }
  expect(names.sort(), written.map(({ name }) => name).sort(), "walk");
}

async function checkTags(release: Release, written: readonly Written[]): Promise<void> {
  for (const { name, id, tag } of written) {
    const { status } = await release.send("GET", `/Items/${id}`, undefined, { "if-none-match": tag });
    expect(status, 304, `the tag of ${name}`);
  }
}

async function checkPatches(release: Release, written: readonly Written[]): Promise<void> {
  for (const [index, { name, id }] of written.entries()) {
    const patch = {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      Operations: [{ op: "replace", path: "note", value: "patched" }],
    };
    const answer: Answer = await release.send("PATCH", `/Items/${id}`, patch);
    expect(answer.status, 200, `PATCH ${name}: ${answer.text}`);
    expectX(release.change, answer.body, release.change.shown[index], `the answer to PATCH ${name}`);
    const { body } = await release.send("GET", `/Items/${id}`);
    expect(body.note, "patched", `note of ${name}`);
    expectX(release.change, body, release.change.shown[index], `after PATCH ${name}`);
  }
}

async function checkPuts(release: Release, written: readonly Written[]): Promise<void> {
  for (const [index, { name, id }] of written.entries()) {
    const { body: read } = await release.send("GET", `/Items/${id}`);
    const answer = await release.send("PUT", `/Items/${id}`, { ...read, note: "put" });
    expect(answer.status, 200, `PUT ${name}: ${answer.text}`);
    const { body } = await release.send("GET", `/Items/${id}`);
    expect(body.note, "put", `note of ${name}`);
    expectX(release.change, body, release.change.shown[index], `after PUT ${name}`);
  }
  await checkList(release, written, "");
}

async function checkDouble(release: Release): Promise<void> {
  const { double } = release.change;
  if (double === undefined) return;
  const { status, body } = await release.send("POST", "/Items", bodyOf(release.change, "double", double));
  expect([status, body.scimType], [409, "uniqueness"], "a double");
  expect(await found(release, 'name eq "double"'), [0, []], "the double");
}

/** After a rollback the release before sees what it wrote, though the one after has written since. */
async function checkBefore(release: Release, written: readonly Written[]): Promise<void> {
  const { change } = release;
  const seen = change.seenBefore ?? change.written;
  for (const [index, { name, id }] of written.entries()) {
    const { status, body, text } = await release.send("GET", `/Items/${id}`);
    expect(status, 200, `GET ${name} by the release before: ${text}`);
    expectX(change, body, seen[index], `GET ${name} by the release before`);
    const patch = {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      Operations: [{ op: "replace", path: "note", value: "back" }],
    };
    const { status: patched, text: told } = await release.send("PATCH", `/Items/${id}`, patch);
    expect(patched, 200, `PATCH ${name} by the release before: ${told}`);
  }
}
