import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import { expect, onTestFinished, test } from "vitest";
import { type LibsqlClient, openLibsql, sqlStorage } from "../../../../src/storage/sql/index.ts";
import { directory, USER } from "../../../support/directory.ts";

/** The service over a file of libSQL's, whose transactions can be made to end as they do when something is in the way. */
async function served(connections?: number) {
  const folder = mkdtempSync(join(tmpdir(), "scimkit-"));
  const path = join(folder, "scim.db");
  const client = createClient({ url: `file:${path}` });
  let busy = 0;
  let refusal: Error | undefined;
  const failing: LibsqlClient = {
    protocol: client.protocol,
    execute: (statement) => client.execute(statement),
    close: () => client.close(),
    async transaction(mode) {
      const transaction = await client.transaction(mode);
      const begin = transaction.executeMultiple.bind(transaction);
      const commit = transaction.commit.bind(transaction);
      return Object.assign(transaction, {
        executeMultiple: (statements: string) =>
          begin(statements).catch((error) => {
            busy++;
            throw error;
          }),
        commit: async () => {
          if (refusal === undefined) return commit();
          const error = refusal;
          refusal = undefined;
          // As the client does: the transaction is taken back, and has ended.
          await transaction.rollback();
          throw error;
        },
      });
    },
  };
  const db = await openLibsql(failing, { connections });
  onTestFinished(async () => {
    await db.destroy();
    rmSync(folder, { recursive: true, force: true });
  });
  const storage = sqlStorage({ db });
  await storage.prepare();
  const refuseCommit = (code: string): void => {
    refusal = Object.assign(new Error(`${code}: made up`), { code, rawCode: 5 });
  };
  return { ...directory({ storage }), refuseCommit, path, busy: () => busy };
}

test("a commit that libSQL refuses is 503 and nothing is stored, though the next COMMIT finds no transaction to refuse", async () => {
  const { ask, refuseCommit } = await served();
  refuseCommit("SQLITE_BUSY");
  const ada = { schemas: [USER], userName: "ada" };
  expect(await ask("POST", "/Users", ada)).toMatchObject({ status: 503, headers: { "Retry-After": "5" } });
  expect((await ask("GET", "/Users")).json).toMatchObject({ totalResults: 0 });
  expect((await ask("POST", "/Users", ada)).status).toBe(201);
});

test("a file that another process writes to is waited for [T-K7]", async () => {
  const { ask, path, busy } = await served();
  // Locks of one file are of processes, whichever library takes them.
  const other = spawn(process.execPath, ["--input-type=module", "--eval", HOLD, path]);
  onTestFinished(() => void other.kill());
  await once(other.stdout, "data");
  const answer = ask("POST", "/Users", { schemas: [USER], userName: "ada" });
  await expect.poll(busy).toBeGreaterThan(1);
  other.kill();
  expect((await answer).status).toBe(201);
});

/** Begins to write to a file, says so, and goes on until it is ended. */
const HOLD = `import { DatabaseSync } from "node:sqlite";
const database = new DatabaseSync(process.argv[1]);
database.exec("BEGIN IMMEDIATE");
console.log("begun");
setInterval(() => undefined, 1000);`;

test.each([1, 2, undefined])("with connections as %s many requests at once are all served", async (connections) => {
  const { ask } = await served(connections);
  const users = Array.from({ length: 40 }, (_, index) => ({ schemas: [USER], userName: `u${index}` }));
  const answers = await Promise.all(users.flatMap((user) => [ask("POST", "/Users", user), ask("GET", "/Users")]));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 200]));
  expect((await ask("GET", "/Users")).json).toMatchObject({ totalResults: 40 });
});
