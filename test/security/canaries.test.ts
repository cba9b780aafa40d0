import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { fetchHandler } from "../../src/hosts/fetch.ts";
import {
  bearerToken,
  createScim,
  EnterpriseUserSchema,
  errors,
  Group,
  type ScimOptions,
  type StorageAdapter,
  User,
} from "../../src/index.ts";
import { openSqlite, type SqlStorageOptions, sqlStorage } from "../../src/storage/sql/index.ts";
import { BASE_URL, GROUP, USER } from "../support/directory.ts";
import { patchOf } from "../support/patching.ts";

/** What must not come out. Each is one word, so that no escaping hides it. */
const CANARY = {
  password: "canaryPassword4f1c",
  hash: "canaryHash88d2",
  token: "canaryToken0b3e77aa91",
  wrongToken: "canaryWrongToken51d0",
  cursorSecret: "canaryCursorSecret9d27c1b0a4e8f635",
  /** In the text of an error that storage or a function of the host throws. */
  driver: "canaryDriverText6e0a",
  /** In values, operands, ids and headers of requests that are refused or find nothing. */
  echo: "canaryEcho2c9b",
} as const;
type Canary = keyof typeof CANARY;

/** The one place where each may be: a hash where it is kept, an error where the host is told of it. */
const ALLOWED: Readonly<Partial<Record<Canary, string>>> = { hash: "database", driver: "error of an event" };

/** All that came out of a service, as text, by where it came out. */
type Captured = Readonly<
  Record<"response" | "event" | "error of an event" | "observation" | "log" | "database", string>
>;

/** Where which canary is found that must not be there. */
function scan(captured: Captured): readonly string[] {
  return Object.entries(captured).flatMap(([place, text]) =>
    (Object.keys(CANARY) as Canary[])
      .filter((canary) => ALLOWED[canary] !== place && text.includes(CANARY[canary]))
      .map((canary) => `${canary} in ${place}`),
  );
}

interface Leak {
  readonly options?: Partial<ScimOptions>;
  readonly storage?: (inner: StorageAdapter) => StorageAdapter;
  readonly hashSecret?: NonNullable<SqlStorageOptions["hashSecret"]>;
}

/** Runs one scenario, from a create to faults inside, over the wire format of a fetch host and a database file. */
async function capture(
  leak: Leak = {},
): Promise<{ readonly captured: Captured; readonly statuses: ReadonlySet<number> }> {
  const folder = mkdtempSync(join(tmpdir(), "scimkit-canaries-"));
  const logged: string[] = [];
  const note = (...given: unknown[]) => void logged.push(given.map((one) => inspect(one, { depth: 9 })).join(" "));
  const spies = [
    ...(["log", "error", "warn", "info", "debug", "trace"] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation(note),
    ),
    ...([process.stdout, process.stderr] as const).map((stream) =>
      vi.spyOn(stream, "write").mockImplementation((text) => {
        note(String(text));
        return true;
      }),
    ),
  ];
  const [responses, events, errors, observed]: string[][] = [[], [], [], []];
  const statuses = new Set<number>();
  const db = await openSqlite(join(folder, "scim.db"));
  try {
    const sql = sqlStorage({ db, hashSecret: leak.hashSecret ?? (() => CANARY.hash) });
    await sql.prepare();
    const breaking: StorageAdapter = {
      ...sql,
      get(request, context) {
        if (request.id === "break") throw new Error(`SELECT ${CANARY.driver} FROM "scim_resource"`);
        return sql.get(request, context);
      },
    };
    const scim = createScim({
      resourceTypes: [User.extend(EnterpriseUserSchema), Group],
      storage: leak.storage?.(breaking) ?? breaking,
      baseUrl: BASE_URL,
      authenticate: bearerToken(CANARY.token),
      paging: { cursorSecret: CANARY.cursorSecret },
      onRequest: (event) => void observed?.push(inspect(event, { depth: 9 })),
      ...leak.options,
      onChange(event) {
        events?.push(inspect(event, { depth: 9 }));
        leak.options?.onChange?.(event);
      },
      onNotice(event) {
        const { error, ...rest } = event as { error?: unknown };
        events?.push(inspect(rest, { depth: 9 }));
        if (error !== undefined) errors?.push(inspect(error, { depth: 9 }));
        leak.options?.onNotice?.(event);
      },
    });
    const handle = fetchHandler(scim);
    const ask = async (method: string, path: string, body?: unknown, more: Record<string, string> = {}) => {
      const headers = { authorization: `Bearer ${CANARY.token}`, "content-type": "application/scim+json", ...more };
      const init = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
      const answer = await handle(new Request(`${BASE_URL}${path}`, { method, headers, ...init }));
      const text = await answer.text();
      statuses.add(answer.status);
      responses?.push(inspect([answer.status, ...answer.headers]), text);
      return text;
    };
    await scenario(ask);
    await db.destroy();
    const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), "latin1"));
    const text = (parts: string[] | undefined) => (parts ?? []).join("\n");
    const captured = {
      response: text(responses),
      event: text(events),
      "error of an event": text(errors),
      observation: text(observed),
      log: text(logged),
      database: text(files),
    };
    return { captured, statuses };
  } finally {
    for (const spy of spies) spy.mockRestore();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Ask = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<string>;

async function scenario(ask: Ask): Promise<void> {
  const ada = { schemas: [USER], userName: "ada", password: CANARY.password };
  const { id } = JSON.parse(await ask("POST", "/Users?attributes=password,userName", ada)) as { id?: string };
  const path = `/Users/${id}`;
  await ask("POST", "/Users", ada);
  await ask("POST", "/Users", { ...ada, userName: "ida" });
  await ask("GET", "/Users");
  await ask("PUT", path, ada);
  await ask("PATCH", path, patchOf({ op: "replace", path: "password", value: CANARY.password }));
  await ask("PATCH", path, patchOf({ op: "replace", value: { password: CANARY.password, title: "t" } }));
  await ask("PATCH", path, patchOf({ op: "replace", path: "password", value: [CANARY.password] }));
  await ask("GET", `${path}?attributes=password`);
  await ask("GET", `/Users?filter=${encodeURIComponent(`password eq "${CANARY.password}"`)}`);
  const bulk = [{ method: "POST", path: "/Users", bulkId: "b", data: { ...ada, userName: "grace" } }];
  await ask("POST", "/Bulk", { schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], Operations: bulk });
  await ask("POST", "/Users", { ...ada, userName: "hans", password: { value: CANARY.password } });
  // A page with a cursor, for whom the secret seals it.
  await ask("GET", "/Users?cursor=&count=1");

  for (const authorization of [`Bearer ${CANARY.wrongToken}`, CANARY.wrongToken, `Basic ${CANARY.wrongToken}`])
    await ask("GET", "/Users", undefined, { authorization });

  const echo = CANARY.echo;
  for (const value of [
    { active: echo },
    { emails: [[echo]] },
    { emails: { value: [echo, echo] } },
    { name: [echo] },
    { externalId: { a: echo } },
    { schemas: [echo, GROUP] },
  ])
    await ask("POST", "/Users", { ...ada, userName: "new", ...value });
  await ask("POST", "/Groups", { schemas: [GROUP], displayName: "g", members: [{ value: echo }] });
  await ask("POST", "/Users", `{"userName": ${echo}`);
  await ask("PATCH", path, patchOf({ op: "replace", path: "active", value: echo }));
  await ask("PATCH", path, patchOf({ op: echo, path: "title", value: "x" }));
  for (const filter of [`userName eq "${echo}"`, `active eq "${echo}"`, `meta.created gt "${echo}"`])
    await ask("GET", `/Users?filter=${encodeURIComponent(filter)}`);
  for (const query of [
    `count=${echo}`,
    `startIndex=${echo}`,
    `cursor=${echo}`,
    `sortOrder=${echo}`,
    `attributes=${echo}`,
  ])
    await ask("GET", `/Users?${query}`);
  for (const where of [`/Users/${echo}`, `/${echo}`, `/Schemas/${echo}`]) await ask("GET", where);
  for (const name of ["if-match", "accept", "content-type", "x-forwarded-host", "x-request-id"])
    await ask("PUT", path, ada, { [name]: echo });

  await ask("GET", "/Users/break");
  await ask("PATCH", "/Users/break", patchOf({ op: "replace", path: "title", value: "x" }));
  await ask("DELETE", path);
}

test("no password, token, driver's text or refused input is in a response, event, observation, log or database file [T-L2 T-H6 T-B5 T-F3]", async () => {
  const { captured, statuses } = await capture();
  expect(scan(captured)).toEqual([]);
  // The scenario reached what it is for, and each place was captured.
  expect([...statuses]).toEqual(expect.arrayContaining([200, 201, 204, 400, 401, 404, 409, 500]));
  expect(captured["error of an event"]).toContain(CANARY.driver);
  expect(captured.database).toContain(CANARY.hash);
  for (const place of ["response", "event", "observation"] as const) expect(captured[place]).not.toBe("");
});

describe("the scanner finds what a careless host or adapter lets out:", () => {
  const leaks: Readonly<Record<string, readonly [found: readonly string[], Leak]>> = {
    "a password kept as it came": [["password in database"], { hashSecret: (_attribute, value) => value }],
    "a password put into the resource": [
      ["password in response", "password in database"],
      {
        storage: (inner) => ({
          ...inner,
          create: (request, context) =>
            inner.create(
              { ...request, resource: { ...request.resource, nickName: request.secrets.password } },
              context,
            ),
        }),
      },
    ],
    "a hash that is handed out": [
      ["hash in response"],
      {
        storage: (inner) => ({
          ...inner,
          async create(request, context) {
            return { ...(await inner.create(request, context)), displayName: CANARY.hash };
          },
        }),
      },
    ],
    "a driver's text passed on as the client's fault": [
      ["driver in response"],
      {
        storage: (inner) => ({
          ...inner,
          async get(request, context) {
            try {
              return await inner.get(request, context);
            } catch (error) {
              throw errors.invalidValue(String(error));
            }
          },
        }),
      },
    ],
    "a fault written to the console": [
      ["driver in log"],
      { options: { onNotice: (event) => event.type === "fault" && console.error(event.error) } },
    ],
    "a token in the context": [
      ["token in event", "token in observation"],
      { options: { authenticate: ({ headers }) => ({ token: headers.authorization }) } },
    ],
    "a refused token in the refusal": [
      ["wrongToken in response"],
      {
        options: {
          authenticate({ headers }) {
            if (headers.authorization === `Bearer ${CANARY.token}`) return {};
            throw errors.unauthorized(`${headers.authorization} is no token.`);
          },
        },
      },
    ],
    "a request written to the log": [
      ["echo in log", "token in log"],
      {
        options: {
          throttle: ({ url, headers }) => void process.stdout.write(`${url} ${JSON.stringify(headers)}\n`),
        },
      },
    ],
    "input quoted in an error": [
      ["echo in response"],
      {
        storage: (inner) => ({
          ...inner,
          get: (request, context) =>
            request.id === CANARY.echo
              ? Promise.reject(errors.invalidValue(`${request.id} is no id.`))
              : inner.get(request, context),
        }),
      },
    ],
  };

  test.each(Object.entries(leaks))("%s", async (_name, [found, leak]) => {
    expect(scan((await capture(leak)).captured)).toEqual(expect.arrayContaining([...found]));
  });
});
