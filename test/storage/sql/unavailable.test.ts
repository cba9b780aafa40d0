import { Kysely, PostgresDialect } from "kysely";
import { expect, test } from "vitest";
import { createScim, Group, type ScimEvent, User } from "../../../src/index.ts";
import { namedStatements, sqlStorage } from "../../../src/storage/sql/index.ts";
import { USER } from "../../support/directory.ts";

/** What `pg`, its pool, PostgreSQL and PgBouncer say of a database that does not serve just now. */
const ERRORS: readonly { readonly message: string; readonly code?: string }[] = [
  { message: "cannot execute INSERT in a read-only transaction", code: "25006" },
  { message: "terminating connection due to idle-in-transaction timeout", code: "25P03" },
  { message: "terminating connection due to transaction timeout", code: "25P04" },
  { message: "canceling statement due to statement timeout", code: "57014" },
  { message: "terminating connection due to administrator command", code: "57P01" },
  { message: "terminating connection because of crash of another server process", code: "57P02" },
  { message: "the database system is starting up", code: "57P03" },
  { message: "terminating connection due to idle-session timeout", code: "57P05" },
  { message: "sorry, too many clients already", code: "53300" },
  { message: "password authentication failed", code: "28P01" },
  { message: 'database "scim" does not exist', code: "3D000" },
  { message: "could not write to file: No space left on device", code: "53100" },
  { message: "could not read block 0", code: "58030" },
  { message: "invalid page in block 0", code: "XX001" },
  { message: "connection failure", code: "08006" },
  { message: "server_login_has_been_failing", code: "08P01" },
  { message: "query_wait_timeout", code: "08P01" },
  { message: "could not serialize access due to concurrent update", code: "40001" },
  ...[
    "ECONNREFUSED",
    "ECONNRESET",
    "ECONNABORTED",
    "EPIPE",
    "ETIMEDOUT",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "ENOTFOUND",
    "EAI_AGAIN",
    "EADDRNOTAVAIL",
    "EMFILE",
    "ENOENT",
    // Of postgres.js.
    "CONNECT_TIMEOUT",
    "CONNECTION_CLOSED",
    "CONNECTION_DESTROYED",
    "CONNECTION_ENDED",
  ].map((code) => ({ message: `connect ${code}`, code })),
  { message: "Query read timeout" },
  { message: "timeout expired" },
  { message: "timeout exceeded when trying to connect" },
  { message: "Connection terminated due to connection timeout" },
  { message: "Connection terminated unexpectedly" },
  { message: "Client has encountered a connection error and is not queryable" },
  { message: "Client was closed and is not queryable" },
  { message: "Cannot use a pool after calling end on the pool" },
  { message: "Can't add new command when connection is in closed state" },
];

/** The service over a pool whose connections, or whose statements, fail. */
function serviceOver(where: "connections" | "statements", error: Error) {
  const fail = async () => {
    throw error;
  };
  const client = { query: fail, release: () => undefined };
  const pool = { connect: where === "connections" ? fail : async () => client, end: async () => undefined };
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: namedStatements(pool as never) }) });
  const events: ScimEvent[] = [];
  const scim = createScim({
    resourceTypes: [User, Group],
    storage: sqlStorage({ db }),
    baseUrl: "https://example.com/scim/v2",
    unsafeNoAuthentication: true,
    onChange: (event) => events.push(event),
    onNotice: (event) => events.push(event),
  });
  return { scim, events };
}

const write = { method: "POST", body: JSON.stringify({ schemas: [USER], userName: "ada" }) };
const requests = [
  { method: "GET", url: "/scim/v2/Users/u1" },
  { method: "GET", url: "/scim/v2/Users" },
  { ...write, url: "/scim/v2/Users" },
  { ...write, method: "PUT", url: "/scim/v2/Users/u1" },
  { method: "DELETE", url: "/scim/v2/Users/u1" },
];

test.each(
  ERRORS,
)("a database that says $code $message is 503 with Retry-After for reads and writes, and a fault with that cause [G-18]", async ({
  message,
  ...more
}) => {
  const error = Object.assign(new Error(message), more);
  for (const where of ["connections", "statements"] as const) {
    const { scim, events } = serviceOver(where, error);
    for (const request of requests) {
      events.length = 0;
      const answer = await scim.handle({ headers: { "content-type": "application/scim+json" }, ...request });
      expect(answer).toMatchObject({ status: 503, headers: { "Retry-After": "5" } });
      expect(answer.body).not.toContain(message);
      expect(events).toMatchObject([{ type: "fault", status: 503, error: { cause: error } }]);
    }
  }
});

test.each([
  "26000",
  "42P05",
])("%s that no other try mends is 503, and the fault names the pooler that it comes of", async (code) => {
  const error = Object.assign(new Error("prepared statement"), { code });
  for (const where of ["connections", "statements"] as const) {
    const { scim, events } = serviceOver(where, error);
    const answer = await scim.handle({ method: "GET", url: "/scim/v2/Users", headers: {} });
    expect(answer).toMatchObject({ status: 503, headers: { "Retry-After": "5" } });
    const message = expect.stringMatching(/pooler .* keeps no prepared statements.*`prepare: false`/);
    expect(events).toMatchObject([{ type: "fault", error: { cause: { message, cause: error } } }]);
  }
});

test("an error that nothing is known of stays a 500, so that nobody is told to come back for it", async () => {
  const { scim, events } = serviceOver("statements", Object.assign(new Error("a bug"), { code: "42703" }));
  const answer = await scim.handle({ method: "GET", url: "/scim/v2/Users", headers: {} });
  expect(answer.status).toBe(500);
  expect(events).toMatchObject([{ type: "fault", status: 500 }]);
});
