import { Kysely, SqliteDialect } from "kysely";
import { expect, test } from "vitest";
import { sqlStorage } from "../../../src/storage/sql/index.ts";
import { directory } from "../../support/directory.ts";

/** A database that refuses what D1 does, in its words (miniflare 4). */
function d1() {
  const prepare = (text: string) => {
    const answer = () => {
      if (/^PRAGMA (?:journal_mode|synchronous)/.test(text)) throw new Error("D1_ERROR: not authorized: SQLITE_AUTH");
      if (/^(?:BEGIN|SAVEPOINT)/.test(text))
        throw new Error("D1_ERROR: To execute a transaction, please use the state.storage.transaction() …");
      return [];
    };
    return { reader: true, all: answer, run: answer as never, iterate: answer as never };
  };
  return new Kysely<unknown>({ dialect: new SqliteDialect({ database: { prepare, close: () => undefined } }) });
}

const SENTENCE = /D1 has no transactions but batch\(\).*documentStorage.*docs\/databases\.md#d1/;

test("D1 is refused by name when it is prepared and when it is first asked, with what to take instead", async () => {
  const storage = sqlStorage({ db: d1() });
  await expect(storage.prepare()).rejects.toThrow(SENTENCE);
  const { ask, events } = directory({ storage });
  const answer = await ask("GET", "/Users");
  expect(answer.status).toBe(500);
  expect(answer.body).not.toContain("D1");
  expect(events).toMatchObject([{ type: "fault", error: { message: expect.stringMatching(SENTENCE) } }]);
});
