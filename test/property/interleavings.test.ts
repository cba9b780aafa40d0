import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { createScim, EnterpriseUserSchema, Group, type StorageAdapter, User } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { OF_A_TEST } from "../support/able.ts";
import { BASE_URL, bodyText, ENTERPRISE, GROUP, USER } from "../support/directory.ts";
import { pickSeed, pickSize } from "../support/size.ts";

const seed = pickSeed();
/** The writes that each meets: in a thorough run all that there are. */
const OTHERS = pickSize("other writes to meet each write", { everyday: 5, thorough: 100 });
const RUNS = pickSize("crowds of three writes and more", { everyday: 30, thorough: 120 });

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/** A write, as one of several requests at the same time. */
interface Write {
  readonly name: string;
  readonly method: "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  readonly ifMatch?: string;
}

const patch = (...Operations: readonly object[]) => ({ schemas: [PATCH], Operations });
const put = (userName: string, more: object = {}) => ({ schemas: [USER], userName, ...more });
const group = (displayName: string, ...ids: readonly string[]) => ({
  schemas: [GROUP],
  displayName,
  members: ids.map((value) => ({ value })),
});

/** Every kind of write, on a state that holds the users ada and bob and the group staff, of which ada is the only member. */
const PLAIN: readonly Write[] = [
  { name: "create user", method: "POST", path: "/Users", body: put("eve") },
  { name: "create user of the same name in capitals", method: "POST", path: "/Users", body: put("EVE") },
  {
    name: "create user under a manager",
    method: "POST",
    path: "/Users",
    body: { schemas: [USER, ENTERPRISE], userName: "mia", [ENTERPRISE]: { manager: { value: "ada" } } },
  },
  { name: "create group", method: "POST", path: "/Groups", body: group("team", "ada", "bob") },
  { name: "put user", method: "PUT", path: "/Users/ada", body: put("ada", { title: "Countess" }) },
  { name: "put user unchanged", method: "PUT", path: "/Users/ada", body: put("ada") },
  { name: "put user to a new name", method: "PUT", path: "/Users/ada", body: put("eve") },
  { name: "put group", method: "PUT", path: "/Groups/staff", body: group("staff", "bob") },
  {
    name: "patch user",
    method: "PATCH",
    path: "/Users/ada",
    body: patch({ op: "replace", path: "displayName", value: "Ada" }),
  },
  {
    name: "patch another attribute",
    method: "PATCH",
    path: "/Users/ada",
    body: patch({ op: "add", path: "emails", value: [{ value: "ada@example.com" }] }),
  },
  {
    name: "patch user to a new name",
    method: "PATCH",
    path: "/Users/bob",
    body: patch({ op: "replace", path: "userName", value: "eve" }),
  },
  {
    name: "patch group",
    method: "PATCH",
    path: "/Groups/staff",
    body: patch({ op: "replace", path: "displayName", value: "crew" }),
  },
  {
    name: "add a member",
    method: "PATCH",
    path: "/Groups/staff",
    body: patch({ op: "add", path: "members", value: [{ value: "bob" }] }),
  },
  {
    name: "add the member that is there",
    method: "PATCH",
    path: "/Groups/staff",
    body: patch({ op: "add", path: "members", value: [{ value: "ada" }] }),
  },
  {
    name: "remove a member",
    method: "PATCH",
    path: "/Groups/staff",
    body: patch({ op: "remove", path: 'members[value eq "ada"]' }),
  },
  {
    name: "replace the members",
    method: "PATCH",
    path: "/Groups/staff",
    body: patch({ op: "replace", path: "members", value: [{ value: "ada" }, { value: "bob" }] }),
  },
  {
    name: "add a member and rename",
    method: "PATCH",
    path: "/Groups/staff",
    body: patch(
      { op: "add", path: "members", value: [{ value: "bob" }] },
      { op: "replace", path: "displayName", value: "crew" },
    ),
  },
  { name: "delete user", method: "DELETE", path: "/Users/ada" },
  { name: "delete another user", method: "DELETE", path: "/Users/bob" },
  { name: "delete group", method: "DELETE", path: "/Groups/staff" },
];
const CONDITIONAL: readonly Write[] = PLAIN.filter(({ method }) => method !== "POST").flatMap((write) => [
  { ...write, name: `${write.name} if current`, ifMatch: 'W/"1"' },
]);
const WRITES = [...PLAIN, ...CONDITIONAL];

/** Where each call of storage waits for its turn. */
type Gate = (request: number) => Promise<void>;

let memory: StorageAdapter = memoryStorage();
let gate: Gate | undefined;

/** Requests that look on are numbered below 0 and do not wait. */
const turn = async (request: number): Promise<void> => (request < 0 ? undefined : gate?.(request));

/** Ids are names, and every call waits at the gate. */
const storage: StorageAdapter<{ readonly request: number }> = {
  ...OF_A_TEST,
  async get(request, context) {
    await turn(context.request);
    return memory.get(request, {});
  },
  async query(request) {
    return memory.query(request, {});
  },
  async create(request, context) {
    await turn(context.request);
    const { userName, displayName } = request.resource;
    const id = `${context.request < 0 ? "" : `${context.request}-`}${userName ?? displayName}`.toLowerCase();
    return memory.create({ ...request, resource: { ...request.resource, id } }, {});
  },
  async replace(request, context) {
    await turn(context.request);
    return memory.replace(request, {});
  },
  async applyDelta(request, context) {
    await turn(context.request);
    return (await memory.applyDelta?.(request, {})) ?? undefined;
  },
  async delete(request, context) {
    await turn(context.request);
    return memory.delete(request, {});
  },
};

const scim = createScim<{ readonly request: number }>({
  resourceTypes: [User.extend(EnterpriseUserSchema), Group],
  storage,
  baseUrl: BASE_URL,
  authenticate: ({ headers }) => ({ request: Number(headers.request) }),
  clock: { now: () => new Date("2026-01-02T03:04:05Z") },
});

async function ask(
  request: number,
  { method, path, body, ifMatch }: Omit<Write, "name" | "method"> & { method: string },
) {
  const response = await scim.handle({
    method,
    url: `/scim/v2${path}`,
    headers: { request: String(request), ...(ifMatch === undefined ? {} : { "if-match": ifMatch }) },
    body,
  });
  return { status: response.status, etag: response.headers.ETag, body: sorted(await bodyText(response)) };
}

/** The members of a group and the groups of a user have no order. */
function sorted(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  return JSON.parse(text, (_, value) =>
    Array.isArray(value) && value.every((element) => typeof element?.value === "string")
      ? value.toSorted((left, right) => (left.value < right.value ? -1 : 1))
      : value,
  );
}

async function reset(): Promise<void> {
  gate = undefined;
  memory = memoryStorage();
  for (const userName of ["ada", "bob"]) await ask(-1, { method: "POST", path: "/Users", body: put(userName) });
  await ask(-1, { method: "POST", path: "/Groups", body: group("staff", "ada") });
}

type Outcome = Awaited<ReturnType<typeof ask>>;

/** The whole directory, and the proof that it holds together. */
async function finalState(): Promise<unknown> {
  gate = undefined;
  const lists = [];
  for (const path of ["/Users", "/Groups"]) lists.push((await ask(-1, { method: "GET", path })).body as Listed);
  const [users, groups] = lists as [Listed, Listed];
  const ids = new Set([...users.Resources, ...groups.Resources].map(({ id }) => id));
  for (const { members = [] } of groups.Resources) for (const { value } of members) expect(ids).toContain(value);
  for (const user of users.Resources) {
    const manager = user[ENTERPRISE]?.manager;
    // A manager who is not there is kept, and leads nowhere [R-80].
    if (manager !== undefined) expect(ids.has(manager.value)).toBe(manager.$ref !== undefined);
  }
  const names = users.Resources.map(({ userName }) => String(userName).toLowerCase());
  expect(new Set(names).size).toBe(names.length);
  const byId = (list: Listed) => list.Resources.toSorted((left, right) => (left.id < right.id ? -1 : 1));
  return [byId(users), byId(groups)];
}

interface Listed {
  readonly Resources: readonly {
    readonly id: string;
    readonly meta: { readonly version: string };
    readonly userName?: string;
    readonly members?: readonly { readonly value: string }[];
    readonly [ENTERPRISE]?: { readonly manager?: { readonly value: string; readonly $ref?: string } };
  }[];
}

/** A PATCH is answered without its resource where that has been deleted right after; what was done is the same. */
function comparable({ status }: Outcome): number {
  return status === 204 ? 200 : status;
}

/** One after the other, in an order; statuses are in the order of `writes`. */
async function serially(writes: readonly Write[], order: readonly number[]): Promise<string> {
  await reset();
  const statuses: number[] = [];
  for (const index of order) statuses[index] = comparable(await ask(index, writes[index] as Write));
  return JSON.stringify([statuses, await finalState()]);
}

function orders(count: number): readonly (readonly number[])[] {
  if (count === 0) return [[]];
  return orders(count - 1).flatMap((order) =>
    Array.from({ length: count }, (_, at) => [...order.slice(0, at), count - 1, ...order.slice(at)]),
  );
}

/**
 * Runs requests at the same time, one call of storage after the other, in the order that `choose` says of the requests that
 * wait. Gives the outcome, and how many requests waited at each step.
 */
async function interleaved(
  writes: readonly Write[],
  choose: (waiting: number, step: number) => number | Promise<number>,
) {
  await reset();
  const waiting: { request: number; go: () => void }[] = [];
  const witness = new Witness();
  let running = writes.length;
  let quiet: () => void = () => undefined;
  const pause = (): void => {
    running--;
    if (running === 0) quiet();
  };
  gate = (request) =>
    new Promise((go) => {
      waiting.push({ request, go });
      pause();
    });
  const outcomes: Outcome[] = [];
  const asked = writes.map(async (write, index) => {
    outcomes[index] = await ask(index, write);
    pause();
  });
  const steps: number[] = [];
  for (;;) {
    if (running > 0) {
      await new Promise<void>((resolve) => {
        quiet = resolve;
      });
    }
    await witness.look();
    if (waiting.length === 0) break;
    waiting.sort((left, right) => left.request - right.request);
    steps.push(waiting.length);
    const [next] = waiting.splice(await choose(waiting.length, steps.length - 1), 1);
    running = 1;
    next?.go();
  }
  await Promise.all(asked);
  witness.confirm(writes, outcomes);
  const statuses = outcomes.map(comparable);
  return { outcomes, steps, result: JSON.stringify([statuses, await finalState()]) };
}

/** Looks at every resource after each step, and knows what each of their versions was. */
class Witness {
  readonly #states = new Map<string, Set<string>>();
  readonly #gone = new Set<string>();
  #there = new Set<string>();

  async look(): Promise<void> {
    const there = new Set<string>();
    for (const path of ["/Users", "/Groups"]) {
      for (const resource of ((await ask(-1, { method: "GET", path })).body as Listed).Resources) {
        there.add(resource.id);
        expect(this.#gone, "what is deleted does not come back").not.toContain(resource.id);
        const key = `${resource.id} ${resource.meta.version}`;
        const states = this.#states.get(key) ?? new Set();
        this.#states.set(key, states.add(JSON.stringify(resource)));
        // The groups of a user are computed, and no part of its version.
        const stored = new Set([...states].map((state) => JSON.stringify({ ...JSON.parse(state), groups: undefined })));
        expect(stored.size, `${key} is one state`).toBe(1);
      }
    }
    for (const id of this.#there) if (!there.has(id)) this.#gone.add(id);
    this.#there = there;
  }

  /** An answer shows one committed state, under that state's version. */
  confirm(writes: readonly Write[], outcomes: readonly Outcome[]): void {
    outcomes.forEach(({ status, etag, body }, index) => {
      if (status !== 200 && status !== 201) return;
      const { id } = body as { readonly id: string };
      expect([...(this.#states.get(`${id} ${etag}`) ?? [])], writes[index]?.name).toContain(JSON.stringify(body));
    });
  }
}

/** Every order in which the calls of the requests can reach storage. */
async function* schedules(writes: readonly Write[]) {
  const open: (readonly number[])[] = [[]];
  for (let choices = open.pop(); choices !== undefined; choices = open.pop()) {
    const chosen = choices;
    const run = await interleaved(writes, (_, step) => chosen[step] ?? 0);
    yield run;
    for (let step = chosen.length; step < run.steps.length; step++) {
      const before = [...chosen, ...Array(step - chosen.length).fill(0)];
      for (let other = 1; other < (run.steps[step] as number); other++) open.push([...before, other]);
    }
  }
}

async function serialResults(writes: readonly Write[]): Promise<ReadonlySet<string>> {
  const results = new Set<string>();
  for (const order of orders(writes.length)) results.add(await serially(writes, order));
  return results;
}

function expectOneOf(result: string, serial: ReadonlySet<string>): void {
  if (!serial.has(result)) expect(result).toBe([...serial].join("\n or \n"));
}

/** As many as are to be met, from anywhere on in the list. */
function some<T>(list: readonly T[]): readonly T[] {
  const start = Math.abs(seed) % list.length;
  return [...list.slice(start), ...list.slice(0, start)].slice(0, OTHERS);
}

let count = 0;
afterAll(() => console.log(`interleavings: ${count} of pairs of writes`));

describe("two writes at the same time end as if one had come after the other, in every order of their calls", () => {
  test.each(
    WRITES.map((write, index) => [write.name, write, some(WRITES.slice(index))] as const),
  )("%s, and every other write [G-1 G-2 G-3 G-6 G-7 G-8 G-15 T-I1 T-I2 T-I3 T-I5 T-I7 T-I9 T-I12]", async (_name, write, others) => {
    for (const other of others) {
      const serial = await serialResults([write, other]);
      for await (const { result } of schedules([write, other])) {
        count++;
        expectOneOf(result, serial);
      }
    }
  });
});

test("of several writes with the version that they all saw, exactly one is done [G-2 T-I3]", async () => {
  const changing = CONDITIONAL.filter(({ name }) => !/unchanged|is there/.test(name));
  let races = 0;
  for (const [index, left] of changing.entries()) {
    for (const right of changing.slice(index).filter(({ path }) => path === left.path)) {
      for await (const { outcomes } of schedules([left, right])) {
        races++;
        const done = outcomes.filter(({ status }) => status < 300);
        expect(done, `${left.name} | ${right.name}`).toHaveLength(1);
        for (const { status } of outcomes) expect([200, 204, 404, 412]).toContain(status);
      }
    }
  }
  console.log(`interleavings: ${races} of races for one version`);
  expect(races).toBeGreaterThan(100);
});

test("three writes and more at the same time end as if they had come one after the other [G-1 G-2 G-3 G-6 G-7 G-8 G-15]", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...WRITES), { minLength: 3, maxLength: 4 }),
      fc.scheduler(),
      async (writes, scheduler) => {
        const serial = await serialResults(writes);
        const { result } = await interleaved(writes, async (waiting) => {
          // All that wait are given to the scheduler; the first that it lets go has its turn.
          const turns = Array.from({ length: waiting }, (_, index) => scheduler.schedule(Promise.resolve(index)));
          const first = Promise.race(turns);
          await scheduler.waitAll();
          return first;
        });
        expectOneOf(result, serial);
      },
    ),
    { numRuns: RUNS, seed },
  );
});
