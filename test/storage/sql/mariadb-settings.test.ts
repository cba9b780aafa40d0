import { Kysely, MysqlDialect } from "kysely";
import { afterAll, expect, test } from "vitest";
import { sqlStorage } from "../../../src/storage/sql/index.ts";
import { directory, USER } from "../../support/directory.ts";
import { createDatabase, dropDatabase, mariadbEngines, poolOf } from "./engines/mariadb.ts";

const engines = mariadbEngines();
afterAll(async () => {
  for (const engine of engines) await engine.close();
});

test.each(
  engines.flatMap(
    (engine) =>
      [
        [engine, "SET SESSION sql_mode = ''", "strict sql_mode"],
        [engine, "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES'", "NO_BACKSLASH_ESCAPES"],
        [engine, "SET NAMES latin1", "utf8mb4"],
      ] as const,
  ),
)("a session in which values would become others is refused when storage is opened: $1 [T-K3]", async (_, setting, reason) => {
  const database = await createDatabase();
  const pool = poolOf(database, 2);
  pool.on("connection", (connection) => connection.query(setting));
  const db = new Kysely<unknown>({ dialect: new MysqlDialect({ pool }) });
  try {
    await expect(sqlStorage({ db }).prepare()).rejects.toThrow(reason);
  } finally {
    await db.destroy();
    await dropDatabase(database);
  }
});

test.each(
  engines,
)("quotes, backslashes and comments are values in every operand, and are stored to the letter, on $name [T-K3]", async (engine) => {
  const { storage } = await engine.open();
  const { ask } = directory({ storage });
  const hostile = [
    "\\",
    "\\'",
    "'; DROP TABLE scim_resource; -- ",
    '" OR 1=1 #',
    "a\u001a?b",
    "/*! x */ ? ''",
    "\\\\' OR ''='",
    "%_\\%",
  ];
  for (const [index, text] of hostile.entries()) {
    const user = {
      schemas: [USER],
      userName: `user${index}`,
      title: text,
      externalId: text,
      emails: [{ value: text }],
    };
    const { status, json, body } = await ask("POST", "/Users", user);
    expect([status, json.title], body).toEqual([201, text]);
    const operand = encodeURIComponent(JSON.stringify(text));
    for (const path of ["title", "externalId", "emails.value"])
      for (const operator of ["eq", "co", "sw", "ew", "ge"]) {
        const found = await ask("GET", `/Users?filter=${path}%20${operator}%20${operand}`);
        expect(
          found.json.Resources?.some(({ id }: { id: string }) => id === json.id),
          `${path} ${operator} ${text}: ${found.body}`,
        ).toBe(true);
      }
  }
  expect((await ask("GET", "/Users?count=0")).json.totalResults).toBe(hostile.length);
});

test.each(
  engines,
)("a resource that is larger than a packet is refused as one, and the connection goes on, on $name", async (engine) => {
  const { storage } = await engine.open();
  const { ask } = directory({ storage, limits: { body: 64 * 1024 * 1024, stringLength: 32 * 1024 * 1024 } });
  const user = { schemas: [USER], userName: "large", title: "x".repeat(17 * 1024 * 1024) };
  const { status, body } = await ask("POST", "/Users", user);
  expect([status, body?.slice(0, 300)]).toEqual([400, expect.stringContaining("too long")]);
  expect((await ask("POST", "/Users", { ...user, title: "x" })).status).toBe(201);
});
