// npm run bench:steps [-- --users=5000 --rounds=300]
// PostgreSQL in steps, as storage writes where tables are distributed (`distributed: "citus"`), against parts of a WITH, on one ordinary
// server: what a request takes, and how many statements it is. What distributes tables is there by name alone.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { Kysely, PostgresDialect } from "kysely";
import { createScim, Group, type Scim, User } from "../../src/index.ts";
import { namedStatements, sqlStorage } from "../../src/storage/sql/index.ts";
import { createStubs, dropStubs, stubbedPool } from "../../test/storage/sql/engines/steps.ts";
import { drop, newPlace } from "./engine.ts";
import { milliseconds, timeInTurns } from "./statistics.ts";

const { values } = parseArgs({
  options: { users: { type: "string", default: "5000" }, rounds: { type: "string", default: "300" } },
});
const [users, rounds] = [Number(values.users), Number(values.rounds)];
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/** A service over one of the two. */
interface Service {
  send(method: string, path: string, body?: object): Promise<{ readonly status: number; readonly id: string }>;
  /** What was sent since it was last asked. */
  told(): readonly string[];
  readonly ids: string[];
  readonly group: string;
  close(): Promise<void>;
}

const stubs = `scimkit_stubs_${process.pid}_${crypto.randomUUID().slice(0, 8)}`;
await createStubs(stubs);
const services = { with: await serve(undefined), steps: await serve("citus") };
try {
  console.log(
    `Node ${process.version}, ${cpus().length} cores; ${users} users; medians of ${rounds} rounds taken in turns`,
  );
  console.log("  request                       WITH: ms  statements    steps: ms  statements    steps ÷ WITH");
  for (const [name, work] of Object.entries(works())) await measure(name, work);
} finally {
  for (const service of Object.values(services)) await service.close();
  await dropStubs(stubs);
}

async function serve(distributed: "citus" | undefined): Promise<Service> {
  const place = newPlace("postgres");
  const texts: string[] = [];
  const pool = stubbedPool(stubs, 4, ({ sql }) => texts.push(sql));
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: namedStatements(pool) }) });
  const storage = sqlStorage({ db, distributed, ...(place.schema === undefined ? {} : { schema: place.schema }) });
  await storage.prepare();
  const scim: Scim = createScim({
    resourceTypes: [User, Group],
    storage,
    baseUrl: "https://example.com/scim/v2",
    authenticate: () => ({ tenant: "acme" }),
  });
  const send: Service["send"] = async (method, path, body) => {
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const headers = { "content-type": "application/scim+json" };
    const { status, body: answer } = await scim.handle({ method, url: `/scim/v2${path}`, headers, ...text });
    if (status >= 400) throw new Error(`${method} ${path} is ${status}: ${String(answer)}`);
    return { status, id: status === 201 ? JSON.parse(String(answer)).id : "" };
  };
  const ids: string[] = [];
  for (let index = 0; index < users; index++) ids.push((await send("POST", "/Users", userOf(`user${index}`))).id);
  const members = ids.slice(0, 1000).map((value) => ({ value }));
  const { id: group } = await send("POST", "/Groups", { schemas: [Group.schema.id], displayName: "Staff", members });
  const told = (): readonly string[] => texts.splice(0);
  return { send, told, ids, group, close: () => db.destroy().then(() => drop(place)) };
}

function userOf(userName: string): object {
  return {
    schemas: [User.schema.id],
    userName,
    name: { givenName: "Ada", familyName: userName },
    emails: [{ value: `${userName}@example.com`, type: "work" }],
    active: true,
  };
}

function works(): Readonly<Record<string, (service: Service, index: number) => Promise<unknown>>> {
  const patch = (...Operations: readonly object[]): object => ({ schemas: [PATCH], Operations });
  const idAt = ({ ids }: Service, index: number): string => ids[index % ids.length] as string;
  return {
    "POST a user": ({ send }, index) => send("POST", "/Users", userOf(`new${index}`)),
    "GET a user": (service, index) => service.send("GET", `/Users/${idAt(service, index)}`),
    "GET by userName": ({ send }, index) =>
      send("GET", `/Users?filter=${encodeURIComponent(`userName eq "user${index}"`)}`),
    "list of 20": ({ send }) => send("GET", "/Users?count=20"),
    "list of 20, sorted": ({ send }) => send("GET", "/Users?count=20&sortBy=displayName"),
    "PATCH a user": (service, index) =>
      service.send(
        "PATCH",
        `/Users/${idAt(service, index)}`,
        patch({ op: "replace", path: "title", value: `t${index}` }),
      ),
    "member added to a group": (service, index) =>
      service.send(
        "PATCH",
        `/Groups/${service.group}`,
        patch({ op: "add", path: "members", value: [{ value: idAt(service, 1000 + index) }] }),
      ),
    "member removed from it": (service, index) =>
      service.send(
        "PATCH",
        `/Groups/${service.group}`,
        patch({ op: "remove", path: `members[value eq "${idAt(service, 1000 + index)}"]` }),
      ),
    "group of 100 members": ({ send, ids }, index) =>
      send("POST", "/Groups", {
        schemas: [Group.schema.id],
        displayName: `Group ${index}`,
        members: ids.slice(0, 100).map((value) => ({ value })),
      }),
  };
}

async function measure(name: string, work: (service: Service, index: number) => Promise<unknown>): Promise<void> {
  const next = { with: 0, steps: 0 };
  const counts = { with: [] as number[], steps: [] as number[] };
  const run = async (path: "with" | "steps"): Promise<void> => {
    services[path].told();
    await work(services[path], next[path]++);
    // What is asked once in a lease is not the request's.
    counts[path].push(services[path].told().filter((text) => !/shape_use|migration" m /.test(text)).length);
  };
  const times = await timeInTurns({ with: () => run("with"), steps: () => run("steps") }, rounds);
  const most = (path: "with" | "steps"): string =>
    String(counts[path].sort((one, other) => one - other)[counts[path].length >> 1]);
  console.log(
    `  ${name.padEnd(28)}${milliseconds(times.with).padStart(10)}${most("with").padStart(12)}${milliseconds(times.steps).padStart(13)}${most("steps").padStart(12)}${(times.steps / times.with).toFixed(2).padStart(16)}`,
  );
}
