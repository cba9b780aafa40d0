// npm run bench:stall [-- --users=10000,100000 --storages=memory,sqlite --only=filter --rounds=5 --short]
// For how long one request within the limits keeps the event loop from everybody else: the worst gap between two turns of it, by
// the kind of request. A loop of known work in the same run says what the machine can do. Exit code 1 where a bound is broken.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { createScim, EnterpriseUserSchema, Group, type Scim, type StorageAdapter, User } from "../src/index.ts";
import { SELECT_NONE } from "../src/operations/stored.ts";
import { memoryStorage } from "../src/storage/memory/index.ts";
import { drop, newPlace, open } from "./storage/engine.ts";
import { type Directory, GroupType, load, UserType, userOf } from "./storage/load.ts";
import { median } from "./storage/statistics.ts";

const { values } = parseArgs({
  options: {
    users: { type: "string", default: "10000,100000" },
    storages: { type: "string", default: "memory,sqlite" },
    only: { type: "string", default: "" },
    rounds: { type: "string" },
    short: { type: "boolean", default: false },
  },
});
/** The longest that a request may hold up the others, in milliseconds; the short form looks for what is wrong by far. */
const BOUND = values.short ? 100 : 50;
/** The known work in milliseconds, where `BOUND` is meant as it stands. */
const KNOWN = 10;
const ROUNDS = Number(values.rounds ?? (values.short ? 3 : 5));
/** How often a kind of request that breaks the bound is measured. */
const TRIES = values.rounds === undefined ? 3 : 1;
/** Members of the large group: as many as 2 MiB of a body hold. */
const MEMBERS = 20_000;

const USER_URN = User.schema.id;
const GROUP_URN = Group.schema.id;
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/** What is asked, and what must come of it. */
interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly status: readonly number[];
}

/** A kind of request, made anew for each round; of several, all at once. */
type Kinds = Readonly<Record<string, (round: number) => Asked | readonly Asked[] | Promise<Asked>>>;

/** A directory that is asked. */
interface Subject {
  readonly scim: Scim;
  readonly directory: Directory;
  close(): Promise<void>;
}

console.log(
  `Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model}); the known work takes ${calibrate().toFixed(1)} ms`,
);
let broken = 0;
for (const storage of values.storages.split(",")) {
  for (const users of (values.short ? "10000" : values.users).split(",").map(Number)) {
    console.log(`\n${storage}, ${users} users; the large group has ${Math.min(users, MEMBERS)} members`);
    const subject = await (storage === "memory" ? inMemory(users) : inFile(users));
    try {
      await measureAll(subject);
    } finally {
      await subject.close();
    }
  }
}
console.log(broken === 0 ? "All bounds hold." : `${broken} bounds are broken.`);
process.exit(broken === 0 ? 0 : 1);

/** The median of a loop of known work: text to JSON and back. */
function calibrate(): number {
  const document = JSON.stringify(Array.from({ length: 2000 }, (_, index) => userOf(`id-${index}`, index)));
  const times: number[] = [];
  for (let round = 0; round < 11; round++) {
    const start = performance.now();
    JSON.stringify(JSON.parse(document));
    if (round >= 2) times.push(performance.now() - start);
  }
  return median(times);
}

async function measureAll(subject: Subject): Promise<void> {
  for (const [name, make] of Object.entries(kindsOf(subject.directory, subject.scim))) {
    if (!name.includes(values.only)) continue;
    let round = 0;
    const measure = async () => {
      const found: { readonly stall: number; readonly time: number }[] = [];
      for (let count = 0; count < ROUNDS; count++) {
        const asked = [await make(round++)].flat();
        found.push(await watch(() => Promise.all(asked.map((one) => ask(subject.scim, one)))));
      }
      return { stall: median(found.map(({ stall }) => stall)), time: median(found.map(({ time }) => time)) };
    };
    // What the machine can do just now; a fast one is no excuse.
    const most = BOUND * Math.max(1, calibrate() / KNOWN);
    let { stall, time } = await measure();
    // What else the machine does is not the request's fault: one that is at fault is so again.
    for (let more = 1; stall > most && more < TRIES; more++) ({ stall, time } = await measure());
    const isHeld = stall <= most;
    if (!isHeld) broken++;
    console.log(
      `  ${isHeld ? "ok    " : "BROKEN"}  ${name.padEnd(58)} held the others up for ${stall.toFixed(0).padStart(6)} ms of ${time.toFixed(0).padStart(6)} ms`,
    );
  }
}

/** Does something, and looks how far apart the turns of the event loop are meanwhile. */
async function watch(work: () => Promise<unknown>): Promise<{ readonly stall: number; readonly time: number }> {
  globalThis.gc?.();
  let last = performance.now();
  let stall = 0;
  let isOver = false;
  const look = (): void => {
    const now = performance.now();
    stall = Math.max(stall, now - last);
    last = now;
    if (!isOver) setImmediate(look);
  };
  await new Promise((resolve) => setImmediate(resolve));
  last = performance.now();
  setImmediate(look);
  const start = performance.now();
  await work();
  const time = performance.now() - start;
  isOver = true;
  look();
  return { stall, time };
}

async function ask(scim: Scim, { method, path, body, status }: Asked): Promise<void> {
  const headers = { "content-type": "application/scim+json" };
  const response = await scim.handle({ method, url: `/scim/v2${path}`, headers, body });
  if (!status.includes(response.status))
    throw new Error(`${method} ${path.slice(0, 80)}: ${response.status} ${String(response.body).slice(0, 300)}`);
  if (typeof response.body !== "object") return;
  // A client that reads as fast as it can.
  for (const reader = response.body.getReader(); ; ) if ((await reader.read()).done) return;
}

/** The kinds of requests that take long, each within the limits. */
function kindsOf({ userIds, groups }: Directory, scim: Scim): Kinds {
  const large = groups.get(MEMBERS) ?? [...groups.values()].at(-1);
  const members = userIds.slice(0, MEMBERS).map((value) => ({ value, type: "User" }));
  const clauses = (count: number, clause: (index: number) => string, joint = " or "): string =>
    Array.from({ length: count }, (_, index) => clause(index)).join(joint);
  const get = (path: string, ...status: number[]): Asked => ({ method: "GET", path, status: [200, ...status] });
  const filter = (text: string, ...status: number[]): Asked =>
    get(`/Users?count=100&filter=${encodeURIComponent(text)}`, ...status);
  const send = (method: string, path: string, body: unknown, ...status: number[]): Asked => {
    return { method, path, body: JSON.stringify(body), status };
  };
  const patch = (path: string, Operations: readonly unknown[], ...status: number[]): Asked =>
    send("PATCH", path, { schemas: [PATCH], Operations }, 200, 204, ...status);
  const group = (displayName: string, list: readonly unknown[]): unknown => {
    return { schemas: [GROUP_URN], displayName, members: list };
  };
  const madeGroup = async (list: readonly unknown[]): Promise<string> => {
    const body = JSON.stringify(group("A group to be changed", list));
    const response = await scim.handle({ method: "POST", url: "/scim/v2/Groups?attributes=id", headers: {}, body });
    return (JSON.parse(String(response.body)) as { id: string }).id;
  };
  const mixed = (round: number, index: number) => ({
    method: "PATCH",
    path: `/Groups/${large}`,
    data: {
      schemas: [PATCH],
      Operations: [
        { op: "replace", path: "displayName", value: `Name ${round} ${index}` },
        { op: "remove", path: `members[value eq "${userIds[round * 100 + index]}"]` },
        { op: "add", path: "members", value: members.slice(0, 200) },
      ],
    },
  });
  return {
    "GET 1000 users": () => get("/Users?count=1000"),
    "GET 1000 users, sorted by name.familyName": () => get("/Users?count=1000&sortBy=name.familyName"),
    "GET the last 100 users by startIndex, sorted": () =>
      get(`/Users?count=100&sortBy=name.familyName&startIndex=${userIds.length - 99}`),
    "filter: name.familyName co": () => filter('name.familyName co "zz"'),
    "filter: 200 clauses userName ew": () =>
      filter(
        clauses(200, (index) => `userName ew "q${index}"`),
        400,
      ),
    "filter: 120 value paths": () =>
      filter(
        clauses(120, (index) => `emails[type eq "work" and value co "q${index}"]`),
        400,
      ),
    "8 at once: filter: 50 clauses userName ew": () =>
      Array.from({ length: 8 }, () => filter(clauses(50, (index) => `userName ew "q${index}"`))),
    "filter: groups.display co": () => filter('groups.display co "zz"', 400),
    "GET a large group": () => get(`/Groups/${large}`),
    "POST a large group": () => send("POST", "/Groups", group("Another group", members), 201),
    "PUT a large group, one member fewer": (round) =>
      send("PUT", `/Groups/${large}`, group("Large group", members.slice(round + 1)), 200),
    "PATCH a name and one member of a large group": (round) =>
      patch(`/Groups/${large}`, mixed(round, 0).data.Operations),
    "bulk: 100 PATCHes of a name and members of a large group": (round) =>
      send(
        "POST",
        "/Bulk",
        { schemas: [BULK], Operations: Array.from({ length: 100 }, (_, index) => mixed(round, index)) },
        200,
      ),
    "bulk: 1000 PATCHes of users": (round) =>
      send(
        "POST",
        "/Bulk",
        {
          schemas: [BULK],
          Operations: userIds.slice(0, 1000).map((id, index) => ({
            method: "PATCH",
            path: `/Users/${id}`,
            data: { schemas: [PATCH], Operations: [{ op: "replace", path: "title", value: `T${round} ${index}` }] },
          })),
        },
        200,
      ),
    "8 at once: bulk: 100 PATCHes of users": (round) =>
      Array.from({ length: 8 }, (_, number) =>
        send(
          "POST",
          "/Bulk",
          {
            schemas: [BULK],
            Operations: userIds.slice(number * 100, (number + 1) * 100).map((id, index) => ({
              method: "PATCH",
              path: `/Users/${id}`,
              data: { schemas: [PATCH], Operations: [{ op: "replace", path: "title", value: `U${round} ${index}` }] },
            })),
          },
          200,
        ),
      ),
    "bulk: a circle of 1000 POSTs": () =>
      send(
        "POST",
        "/Bulk",
        {
          schemas: [BULK],
          Operations: Array.from({ length: 1000 }, (_, index) => ({
            method: "POST",
            path: "/Groups",
            bulkId: `b${index}`,
            data: group(`Circle ${index}`, [{ value: `bulkId:b${(index + 1) % 1000}` }]),
          })),
        },
        200,
      ),
    "PATCH: 120 removals by a filter over a large group": () =>
      patch(
        `/Groups/${large}`,
        Array.from({ length: 120 }, (_, index) => ({ op: "remove", path: `members[type co "q${index}"]` })),
        400,
      ),
    "POST 2 MB of unknown names": (round) =>
      send(
        "POST",
        "/Users",
        {
          schemas: [USER_URN],
          userName: `unknown${round}`,
          ...Object.fromEntries(Array.from({ length: 130_000 }, (_, index) => [`n${index}`, index])),
        },
        201,
        400,
        413,
      ),
    "POST 2 MB of zeros": () => send("POST", "/Users", { schemas: [USER_URN], zeros: Array(1_000_000).fill(0) }, 400),
    "DELETE a large group": async () => {
      return { method: "DELETE", path: `/Groups/${await madeGroup(members)}`, status: [204] };
    },
    "DELETE a user of a large group": (round) => {
      return { method: "DELETE", path: `/Users/${userIds[members.length - 1 - round]}`, status: [204] };
    },
  };
}

function serve(storage: StorageAdapter): Scim {
  return createScim({
    resourceTypes: [User.extend(EnterpriseUserSchema), Group],
    storage,
    baseUrl: "https://example.com/scim/v2",
    unsafeNoAuthentication: true,
  });
}

async function inFile(users: number): Promise<Subject> {
  const place = newPlace("sqlite");
  const opened = await open(place, { connections: 16 });
  const directory = await load(opened, users, [Math.min(users, MEMBERS)]);
  const close = async (): Promise<void> => {
    await opened.close();
    await drop(place);
  };
  return { scim: serve(opened.storage), directory, close };
}

async function inMemory(users: number): Promise<Subject> {
  const storage = memoryStorage();
  const userIds = Array.from({ length: users }, () => crypto.randomUUID());
  const write = { at: "2026-01-01T00:00:00.000Z", checkReferences: {}, notify: () => undefined, secrets: {} };
  for (const [number, id] of userIds.entries())
    await storage.create({ ...write, resourceType: UserType, resource: userOf(id, number), select: SELECT_NONE }, {});
  const size = Math.min(users, MEMBERS);
  const id = crypto.randomUUID();
  const resource = {
    schemas: [GroupType.urn],
    id,
    displayName: `Group of ${size}`,
    members: userIds.slice(0, size).map((value) => ({ value, type: "User" })),
    meta: { resourceType: "Group", created: write.at, lastModified: write.at },
  };
  await storage.create({ ...write, resourceType: GroupType, resource, select: SELECT_NONE }, {});
  return { scim: serve(storage), directory: { userIds, groups: new Map([[size, id]]) }, close: async () => undefined };
}
