// What a PATCH costs: of one member, whatever the size of its group, and of many operations, whatever their number.
// Times within one run, compared with each other: medians of short requests by the clock, medians of long ones by processor time,
// because other work on the machine interrupts the longer one more often. Ends with a status other than 0 when a bound is broken.
import { createScim, defineProfile, Group, type StorageAdapter, User } from "../src/index.ts";
import { memoryStorage } from "../src/storage/memory/index.ts";
import { median } from "./storage/statistics.ts";

const BASE_URL = "https://example.com/scim/v2";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const failures: string[] = [];

/** A service over memory that counts what is read from it, and that takes deltas or not. */
function service(takesDeltas: boolean) {
  const memory = memoryStorage();
  const reads = { count: 0 };
  const { applyDelta, ...others } = memory;
  const storage: StorageAdapter = {
    ...others,
    get: (request, context) => {
      reads.count++;
      return memory.get(request, context);
    },
    query: (request, context) => {
      reads.count++;
      return memory.query(request, context);
    },
    ...(takesDeltas && applyDelta !== undefined ? { applyDelta } : {}),
  };
  const limits = { operations: 100_000, collectionElements: 200_000, elements: 100_000, body: 64_000_000 };
  const scim = createScim({
    resourceTypes: [User, Group],
    storage,
    baseUrl: BASE_URL,
    unsafeNoAuthentication: true,
    profile: defineProfile({ extends: "lenient", settings: { references: "ignore" } }),
    limits,
  });
  const ask = async (method: string, url: string, body: object, expected: readonly number[]): Promise<string> => {
    const response = await scim.handle({ method, url: `/scim/v2${url}`, headers: {}, body: JSON.stringify(body) });
    if (!expected.includes(response.status)) throw new Error(`${method} ${url}: ${response.status} ${response.body}`);
    return typeof response.body === "string" ? response.body : "";
  };
  return { ask, reads };
}

const memberList = (count: number) => Array.from({ length: count }, (_, index) => ({ value: `member-${index}` }));
const patchOf = (...Operations: readonly object[]) => ({ schemas: [PATCH], Operations });

async function groupOf(count: number, takesDeltas: boolean) {
  const made = service(takesDeltas);
  const group = { schemas: [Group.schema.id], displayName: "Group", members: memberList(count) };
  const { id } = JSON.parse(await made.ask("POST", "/Groups?excludedAttributes=members", group, [201]));
  return { ...made, path: `/Groups/${id}` };
}

function say(name: string, value: string, bound?: { readonly isMet: boolean; readonly text: string }): void {
  console.log(
    `${name.padEnd(64)} ${value.padStart(12)}${bound === undefined ? "" : `  ${bound.text}: ${bound.isMet ? "met" : "BROKEN"}`}`,
  );
  if (bound?.isMet === false) failures.push(name);
}

const microseconds = (milliseconds: number): string => `${(milliseconds * 1000).toFixed(1)} µs`;

/** One member added, and another one removed, by a request each; both groups take turns, so that they share the machine's moods. */
async function oneMember(): Promise<void> {
  const groups = [await groupOf(100, true), await groupOf(100_000, true)] as const;
  const times = { add: [[], []] as [number[], number[]], remove: [[], []] as [number[], number[]] };
  for (const { reads } of groups) reads.count = 0;
  for (let round = 0; round < 3000; round++) {
    for (const [index, { ask, path }] of groups.entries()) {
      const value = `new-${round}`;
      const add = patchOf({ op: "add", path: "members", value: [{ value }] });
      const remove = patchOf({ op: "remove", path: `members[value eq "${value}"]` });
      const start = performance.now();
      await ask("PATCH", path, add, [204]);
      const between = performance.now();
      await ask("PATCH", path, remove, [204]);
      if (round < 500) continue;
      times.add[index]?.push(between - start);
      times.remove[index]?.push(performance.now() - between);
    }
  }
  for (const name of ["add", "remove"] as const) {
    const [small, large] = [median(times[name][0]), median(times[name][1])];
    say(`${name} one member, group of 100`, microseconds(small));
    say(`${name} one member, group of 100,000`, microseconds(large));
    const ratio = large / small;
    say(`${name} one member, 100,000 to 100`, `× ${ratio.toFixed(2)}`, { isMet: ratio <= 1.5, text: "at most × 1.5" });
  }
  const count = groups[0].reads.count + groups[1].reads.count;
  say("storage reads in 12,000 of these requests", String(count), { isMet: count === 0, text: "none" });
}

/** Times one request for n and 2n in turns; a cost that is linear doubles. */
async function doubling(name: string, n: number, request: (n: number) => Promise<() => Promise<void>>): Promise<void> {
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < 12; round++) {
    for (const [index, size] of [n, 2 * n].entries()) {
      const run = await request(size);
      const start = process.cpuUsage();
      await run();
      const { user, system } = process.cpuUsage(start);
      if (round > 1) times[index]?.push((user + system) / 1000);
    }
  }
  const [once, twice] = [median(times[0]), median(times[1])];
  const ratio = twice / once;
  say(`${name}: ${n} → ${2 * n}`, `× ${ratio.toFixed(2)}`, {
    isMet: ratio <= 2.5,
    text: `${once.toFixed(1)} → ${twice.toFixed(1)} ms of processor, at most × 2.5`,
  });
}

async function scaling(): Promise<void> {
  const onGroup = (operations: (n: number) => readonly object[], size: (n: number) => number) => async (n: number) => {
    const { ask, path } = await groupOf(size(n), false);
    // A change of the name keeps the request from being a delta: the group is read and written.
    const body = patchOf({ op: "replace", path: "displayName", value: "New" }, ...operations(n));
    return async () => void (await ask("PATCH", `${path}?attributes=displayName`, body, [200]));
  };
  const range = (n: number) => Array.from({ length: n }, (_, index) => index);
  const adds = (n: number) =>
    range(n).map((index) => ({ op: "add", path: "members", value: [{ value: `new-${index}` }] }));
  const removes = (n: number) =>
    range(n).map((index) => ({ op: "remove", path: `members[value eq "member-${index * 2}"]` }));
  await doubling(
    "operations: adds to a group of 10,000, read and written",
    2000,
    onGroup(adds, () => 10_000),
  );
  await doubling(
    "operations: removes from a group of 10,000, read and written",
    2000,
    onGroup(removes, () => 10_000),
  );
  await doubling(
    "elements: 1,000 adds to a group of",
    10_000,
    onGroup(
      () => adds(1000),
      (n) => n,
    ),
  );
  await doubling(
    "elements: 1,000 removes from a group of",
    10_000,
    onGroup(
      () => removes(1000),
      (n) => n,
    ),
  );
  await doubling(
    "elements: a full list in place of another, group of",
    10_000,
    onGroup(
      (n) => [{ op: "replace", path: "members", value: memberList(n) }],
      (n) => n,
    ),
  );
  await doubling("operations and elements: emails added, one an operation", 2000, async (n) => {
    const { ask } = service(true);
    const { id } = JSON.parse(await ask("POST", "/Users", { schemas: [User.schema.id], userName: "ada" }, [201]));
    const body = patchOf(
      ...range(n).map((index) => ({ op: "add", path: "emails", value: { value: `${index}@x`, primary: true } })),
    );
    return async () => void (await ask("PATCH", `/Users/${id}?attributes=userName`, body, [200]));
  });
}

await oneMember();
await scaling();
if (failures.length > 0) {
  console.error(`Broken bounds: ${failures.join("; ")}`);
  process.exitCode = 1;
}
