import { sql } from "kysely";
import { afterAll, describe, expect, test } from "vitest";
import { admins, roles } from "../../examples/grants/roles.ts";
import { createDirectory } from "../../examples/grants/server.ts";
import { seats, TABLE } from "../../examples/seats/seats.ts";
import { createScim, Group, type Scim, User } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { type Engine, type Opened, someEngines } from "../storage/sql/engines.ts";
import { bodyText } from "../support/directory.ts";
import { run } from "./process.ts";

async function send(scim: Scim, method: string, path: string, body?: object) {
  const response = await scim.handle({
    method,
    url: `/scim/v2${path}`,
    headers: { "content-type": "application/scim+json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await bodyText(response);
  return { status: response.status, json: text === undefined ? undefined : JSON.parse(text) };
}

/** Drops the tables of the application, which are beside those of the storage. */
async function dropTables({ db }: Opened): Promise<void> {
  for (const table of ["app_role", "app_suspended", "app_guard", "app_seats"])
    await sql.raw(`DROP TABLE IF EXISTS ${table}`).execute(db);
}

describe.each(someEngines())("examples/grants on $name", (engine: Engine) => {
  afterAll(() => engine.close());

  test("the last administrator is neither deleted, nor deactivated, nor taken out of the group, whoever tries at once", async () => {
    const opened = await engine.open();
    await dropTables(opened);
    const { db, storage } = opened;
    const scim = await createDirectory(db, storage);
    const members: { value: string }[] = [];
    for (let number = 0; number < 6; number++)
      members.push({ value: (await send(scim, "POST", "/Users", { userName: `u${number}` })).json.id });
    const group = (await send(scim, "POST", "/Groups", { displayName: "Administrators", members })).json.id;
    expect(await admins(db, "")).toBe(6);
    const answers = await Promise.all(
      members.map(({ value }, index) => {
        if (index % 3 === 0) return send(scim, "DELETE", `/Users/${value}`);
        const off = { Operations: [{ op: "replace", path: "active", value: false }] };
        if (index % 3 === 1) return send(scim, "PATCH", `/Users/${value}`, off);
        const out = { Operations: [{ op: "remove", path: `members[value eq "${value}"]` }] };
        return send(scim, "PATCH", `/Groups/${group}`, out);
      }),
    );
    expect(await admins(db, "")).toBe(1);
    const refused = answers.filter(({ status }) => status === 409);
    expect(refused).toHaveLength(1);
    expect(refused[0]?.json.detail).toBe("The last administrator stays: make somebody else an administrator first.");
    expect((await send(scim, "DELETE", `/Groups/${group}`)).status).toBe(409);
    const rename = { Operations: [{ op: "replace", path: "displayName", value: "Nobodies" }] };
    expect((await send(scim, "PATCH", `/Groups/${group}`, rename)).status).toBe(409);
    const explained = await Promise.all(members.map(({ value }) => roles.explain(scim, value, {})));
    expect(explained.filter((each) => each?.isActive && each.roles.admin !== undefined)).toHaveLength(1);
    expect((await send(scim, "POST", "/Users", { userName: "new" })).status).toBe(201);
    await dropTables(opened);
  });

  test("the seats of examples/seats hold, whoever is created and comes back at once", async () => {
    const opened = await engine.open();
    await dropTables(opened);
    const { db, storage } = opened;
    await sql.raw(TABLE).execute(db);
    const scim = createScim({
      resourceTypes: [User, Group],
      storage,
      baseUrl: "https://example.com/scim/v2",
      unsafeNoAuthentication: true,
      decide: seats(() => 5),
    });
    const out = await Promise.all(
      [1, 2, 3].map(async (n) => (await send(scim, "POST", "/Users", { userName: `out${n}`, active: false })).json.id),
    );
    const back = { Operations: [{ op: "replace", path: "active", value: true }] };
    const answers = await Promise.all([
      ...Array.from({ length: 8 }, (_, index) => send(scim, "POST", "/Users", { userName: `u${index}` })),
      ...out.map((id) => send(scim, "PATCH", `/Users/${id}`, back)),
    ]);
    expect(answers.filter(({ status }) => status < 300)).toHaveLength(5);
    for (const { json } of answers.filter(({ status }) => status === 409))
      expect(json.detail).toBe("No seat is left: free one or buy more, then provision again.");
    const active = await send(scim, "GET", `/Users?count=0&filter=${encodeURIComponent("active eq true")}`);
    expect(active.json.totalResults).toBe(5);
    await dropTables(opened);
  });
});

test("the seats of examples/seats hold in memory as well", async () => {
  const scim = createScim({
    resourceTypes: [User],
    storage: memoryStorage(),
    baseUrl: "https://example.com/scim/v2",
    unsafeNoAuthentication: true,
    decide: seats(() => 2),
  });
  const answers = await Promise.all([1, 2, 3, 4].map((n) => send(scim, "POST", "/Users", { userName: `u${n}` })));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 201, 409, 409]);
});

test("npm run example:grants keeps the last administrator, and exits 0", async () => {
  const example = run("grants/run.ts");
  expect(await example.exitCode).toBe(0);
  expect(example.printed()).toContain("1 administrator is left.");
});
