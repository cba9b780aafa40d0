// People are deactivated and deleted while the session service is down and the process ends. It exits 0 only if all of them are out within
// a bound after the service is back, and nobody else is.
import { createScim, Group, type Scim, type StorageAdapter, User } from "scimkit";
import { openSqlite, sqlStorage } from "scimkit/sql";
import { type Access, createAccess } from "./access.ts";
import { createOffboarding } from "./offboard.ts";

/** What failed comes back after this many milliseconds at the latest, and is seen after as many more. */
const retry = { first: 50, longest: 500 };
const interval = 100;
/** So all of them are out in this many milliseconds, with some time for the work itself. */
const BOUND = 5000;

const access = createAccess();
const storage = sqlStorage({ db: await openSqlite(process.env.SCIM_DATABASE ?? ":memory:") });
await storage.prepare();

const first = serve(storage, access);
const ids: string[] = [];
for (let number = 0; number < 30; number++) {
  const { id } = await send(first.scim, "POST", "/Users", { schemas: [User.schema.id], userName: `user-${number}` });
  access.logIn(id);
  ids.push(id);
}

access.isUp = false;
const leaving = ids.slice(0, 20);
for (const [number, id] of leaving.entries()) {
  if (number % 2 === 0) await send(first.scim, "DELETE", `/Users/${id}`);
  else await send(first.scim, "PATCH", `/Users/${id}`, deactivation());
}
await first.failed(leaving.length);
await first.stop();
const { waiting } = await first.scim.lag();
console.log(`The session service is down: ${waiting} events wait, and ${left(leaving)} people who left are still in.`);

// Another process, over the same database.
const second = serve(storage, access);
const back = Date.now();
access.isUp = true;
while ((await second.scim.lag()).waiting > 0 && Date.now() - back < BOUND)
  await new Promise((resolve) => setTimeout(resolve, 10));
const took = Date.now() - back;
await second.stop();
const others = ids.slice(20);
const isDone = left(leaving) === 0 && left(others) === others.length && took < BOUND;
console.log(
  isDone
    ? `All ${leaving.length} people are out, within the bound of ${BOUND / 1000} s; the other ${others.length} are still in.`
    : `${left(leaving)} people who left are in after ${took} ms, and ${left(others)} of ${others.length} others.`,
);
process.exitCode = isDone ? 0 : 1;

/** A server, and the drain that runs beside it. */
function serve(storage: StorageAdapter, access: Access) {
  const attempted = new Set<string>();
  let heard = (): void => undefined;
  const scim = createScim({
    resourceTypes: [User, Group],
    storage,
    baseUrl: "https://crm.example.com/scim/v2",
    // The story needs no token; a server does: see examples/hono.
    unsafeNoAuthentication: true,
    outbox: true,
    // Here a host raises the alarm: somebody is out of office and still in.
    onNotice(notice) {
      if (notice.type !== "undelivered") return;
      attempted.add(notice.id);
      heard();
    },
  });
  const stopping = new AbortController();
  const drained = scim.drain(createOffboarding(access), { signal: stopping.signal, retry, interval });
  return {
    scim,
    /** Until it was tried in vain for so many people. */
    async failed(people: number): Promise<void> {
      while (attempted.size < people)
        await new Promise<void>((resolve) => {
          heard = resolve;
        });
    },
    async stop(): Promise<void> {
      stopping.abort();
      await drained;
    },
  };
}

async function send(scim: Scim, method: string, path: string, body?: object): Promise<{ readonly id: string }> {
  const response = await scim.handle({
    method,
    url: `/scim/v2${path}`,
    headers: { "content-type": "application/scim+json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.status >= 300) throw new Error(`${method} ${path}: ${response.status} ${response.body}`);
  return typeof response.body === "string" ? JSON.parse(response.body) : { id: "" };
}

function deactivation(): object {
  return {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    Operations: [{ op: "replace", path: "active", value: false }],
  };
}

/** How many of these people have a session or a key. */
function left(people: readonly string[]): number {
  return people.filter((id) => access.sessions.has(id) || access.keys.has(id)).length;
}
