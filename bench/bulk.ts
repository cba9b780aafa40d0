// What a bulk request costs: as much as its operations sent singly, and twice as much where it is twice as long, whatever its
// operations refer to. The best of several turns, compared with each other within one run; ends with a status other than 0
// when a bound is broken.
import { createScim, EnterpriseUserSchema, Group, type Scim, User } from "../src/index.ts";
import { memoryStorage } from "../src/storage/memory/index.ts";

const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const ENTERPRISE = EnterpriseUserSchema.id;
const ROUNDS = 9;
const failures: string[] = [];

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly bulkId?: string;
  readonly data?: unknown;
}

function service(): Scim {
  return createScim({
    resourceTypes: [User.extend(EnterpriseUserSchema), Group],
    storage: memoryStorage(),
    baseUrl: "https://example.com/scim/v2",
    unsafeNoAuthentication: true,
    limits: { bulkOperations: 100_000, body: 256_000_000 },
  });
}

async function ask(scim: Scim, method: string, path: string, body?: string): Promise<string> {
  const response = await scim.handle({
    method,
    url: `/scim/v2${path}`,
    headers: {},
    ...(body === undefined ? {} : { body }),
  });
  if (response.status >= 300) throw new Error(`${method} ${path}: ${response.status} ${response.body}`);
  return typeof response.body === "string" ? response.body : "";
}

const textOf = (operations: readonly Operation[]): string =>
  JSON.stringify({ schemas: [BULK], Operations: operations });

/** Sends a bulk request all of whose operations must succeed; gives the ids of what they are about. */
async function sendBulk(scim: Scim, text: string): Promise<readonly string[]> {
  const { Operations } = JSON.parse(await ask(scim, "POST", "/Bulk", text)) as {
    readonly Operations: readonly { readonly status: string; readonly location: string }[];
  };
  const failed = Operations.find(({ status }) => !status.startsWith("2"));
  if (failed !== undefined) throw new Error(JSON.stringify(failed));
  return Operations.map(({ location }) => location.slice(location.lastIndexOf("/") + 1));
}

function say(name: string, value: string, isMet: boolean, bound: string): void {
  console.log(`${name.padEnd(62)} ${value.padStart(8)}  ${bound}: ${isMet ? "met" : "BROKEN"}`);
  if (!isMet) failures.push(name);
}

/** Milliseconds of CPU time, so that what else the machine does counts for little. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

const range = (n: number): readonly number[] => Array.from({ length: n }, (_, index) => index);
const best = (times: readonly number[]): number => Math.min(...times);

function postUser(index: number, manager?: number): Operation {
  const extension = manager === undefined ? {} : { [ENTERPRISE]: { manager: { value: `bulkId:u${manager}` } } };
  const data = {
    schemas: [User.schema.id, ENTERPRISE],
    userName: `user-${index}@example.com`,
    name: { givenName: "Ada", familyName: `Lovelace ${index}` },
    emails: [{ value: `user-${index}@example.com`, type: "work", primary: true }],
    active: true,
    ...extension,
  };
  return { method: "POST", path: "/Users", bulkId: `u${index}`, data };
}

/** A request of n operations next to n requests, in turns. */
async function againstSingle(name: string, n: number, operationAt: (index: number, id: string) => Operation) {
  const times: readonly [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    const [together, apart] = [service(), service()];
    const users = textOf(range(n).map((index) => postUser(-1 - index)));
    const [ids, otherIds] = [await sendBulk(together, users), await sendBulk(apart, users)];
    const bulk = textOf(range(n).map((index) => operationAt(index, ids[index] ?? "")));
    const single = range(n).map((index) => operationAt(index, otherIds[index] ?? ""));
    const bodies = single.map(({ data }) => (data === undefined ? undefined : JSON.stringify(data)));
    times[0].push(await timed(() => sendBulk(together, bulk)));
    times[1].push(
      await timed(async () => {
        for (const [index, { method, path }] of single.entries()) await ask(apart, method, path, bodies[index]);
      }),
    );
  }
  const [bulk, single] = [best(times[0]), best(times[1])];
  const ratio = bulk / single;
  const bound = `${single.toFixed(1)} ms singly, ${bulk.toFixed(1)} ms in bulk, at most × 1.25`;
  say(`${name}: ${n} operations, to as many requests`, `× ${ratio.toFixed(2)}`, ratio <= 1.25, bound);
}

/** One request for n and one for 2n, in turns; a cost that is linear doubles. */
async function doubling(name: string, n: number, operationsOf: (n: number) => readonly Operation[]) {
  const times: readonly [number[], number[]] = [[], []];
  const texts = [textOf(operationsOf(n)), textOf(operationsOf(2 * n))] as const;
  for (let round = 0; round < ROUNDS; round++) {
    for (const index of [0, 1] as const) {
      const scim = service();
      times[index].push(await timed(() => sendBulk(scim, texts[index])));
    }
  }
  const [once, twice] = [best(times[0]), best(times[1])];
  const ratio = twice / once;
  const bound = `${once.toFixed(1)} → ${twice.toFixed(1)} ms, at most × 2.5`;
  say(`${name}: ${n} → ${2 * n}`, `× ${ratio.toFixed(2)}`, ratio <= 2.5, bound);
}

const patchOf = (id: string): Operation => {
  const Operations = [{ op: "replace", path: "title", value: "Dr" }];
  return { method: "PATCH", path: `/Users/${id}`, data: { schemas: [PATCH], Operations } };
};

await againstSingle("create", 1000, (index) => postUser(index));
await againstSingle("change", 1000, (_, id) => patchOf(id));
await againstSingle("delete", 1000, (_, id) => ({ method: "DELETE", path: `/Users/${id}` }));

await doubling("operations without references", 2000, (n) => range(n).map((index) => postUser(index)));
await doubling("a chain, each to the next one", 2000, (n) =>
  range(n).map((index) => postUser(index, index + 1 < n ? index + 1 : undefined)),
);
await doubling("a chain, each to the one before", 2000, (n) =>
  range(n).map((index) => postUser(index, index === 0 ? undefined : index - 1)),
);
await doubling("one circle", 2000, (n) => range(n).map((index) => postUser(index, (index + 1) % n)));
await doubling("circles of two", 2000, (n) => range(n).map((index) => postUser(index, index ^ 1)));
await doubling("all to the last one", 2000, (n) =>
  range(n).map((index) => postUser(index, index === n - 1 ? undefined : n - 1)),
);
await doubling("a group of all that follow", 2000, (n) => [
  {
    method: "POST",
    path: "/Groups",
    bulkId: "all",
    data: {
      schemas: [Group.schema.id],
      displayName: "All",
      members: range(n).map((index) => ({ value: `bulkId:u${index}` })),
    },
  },
  ...range(n).map((index) => postUser(index)),
]);
await doubling("changes of one user by its bulkId", 2000, (n) => [
  ...range(n - 1).map((index): Operation => {
    const Operations = [{ op: "replace", path: "title", value: `t${index}` }];
    return { method: "PATCH", path: "/Users/bulkId:u0", data: { schemas: [PATCH], Operations } };
  }),
  postUser(0),
]);

if (failures.length > 0) {
  console.error(`Broken: ${failures.join("; ")}.`);
  process.exit(1);
}
