import { CompiledQuery } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EnterpriseUserSchema } from "../../../../src/index.ts";
import { callsOf, Group, NOTHING, User } from "../calls.ts";
import { hasMariadb } from "../engines/mariadb.ts";
import { createdId, LARGE, LARGE_APPLICATIONS, SMALL, userId } from "./large.ts";
import { mariadbTables } from "./mariadb.ts";
import { made, storageOf } from "./tables.ts";

const USERS = 4000;
/** Most rows and entries of indexes that a call may read, of some thousands that there are. */
const FEW = 250;
const ALL = { includes: () => true };
const MANAGER = `${EnterpriseUserSchema.id}:manager`;

// Nothing has ever analysed the tables, and nothing will. What is counted is what the server reads, whatever its plans are.
describe.runIf(hasMariadb)(
  "Of large tables of MariaDB, with the indexes that docs/existing-tables.md asks for,",
  () => {
    const [application] = LARGE_APPLICATIONS;
    if (application === undefined) throw new Error("there is no large application");
    // One connection, of which the server counts what it reads.
    const engine = mariadbTables(1);
    let tables: Awaited<ReturnType<typeof made>>;
    let calls: ReturnType<typeof callsOf>;
    beforeAll(async () => {
      tables = await made(application, engine);
      const storage = storageOf(tables.options);
      await storage.prepare();
      calls = callsOf(storage, undefined, { tenant: "acme" });
      const id = "concat('00000000-0000-4000-8000-', lpad(seq, 12, '0'))";
      const at = "'2026-01-01 00:00:00', '2026-01-01 00:00:00'";
      const { run } = tables;
      await run(`INSERT INTO users (org, id, email, email_key, full_name, created_at, updated_at)
      SELECT 'acme', ${id}, concat('User', seq, '@example.com'), concat('user', seq, '@example.com'), concat('Person ', seq), ${at} FROM seq_0_to_${USERS}`);
      await run(`UPDATE users SET manager_id = '${userId(3)}' WHERE id = '${userId(9)}'`);
      await run(`INSERT INTO teams (org, id, name, name_key, created_at, updated_at)
      SELECT 'acme', ${id}, concat('Team ', seq), concat('team ', seq), ${at} FROM seq_1_to_1000`);
      for (const [team, name, size] of [
        [LARGE, "large", 3000],
        [SMALL, "small", 4],
      ] as const) {
        await run(`INSERT INTO teams (org, id, name, name_key, created_at, updated_at)
        VALUES ('acme', '${team}', '${name}', '${name}', ${at})`);
        await run(
          `INSERT INTO memberships (org, team_id, user_id) SELECT 'acme', '${team}', ${id} FROM seq_1_to_${size}`,
        );
      }
    });
    afterAll(() => engine.close());

    /** How many rows and entries of indexes the server reads for a call. */
    async function readsOf(call: () => Promise<unknown>): Promise<number> {
      const { db } = tables;
      await db.executeQuery(CompiledQuery.raw("FLUSH STATUS"));
      await call();
      const { rows } = await db.executeQuery<{ Variable_name: string; Value: string }>(
        CompiledQuery.raw("SHOW SESSION STATUS LIKE 'Handler_read%'"),
      );
      return rows
        .filter(({ Variable_name }) => !/_(?:deleted|retry)$/.test(Variable_name))
        .reduce((sum, { Value }) => sum + Number(Value), 0);
    }

    const find = (type: typeof User, filter: string | undefined, page = { startIndex: 1, count: 20 }) =>
      calls.find(type, filter, page, undefined, type === User ? ALL : NOTHING);

    test.each<[string, number, () => Promise<unknown>]>([
      ["GET of a user, with groups", 1, () => calls.get(User, userId(2))],
      ["GET of a group without members", 1, () => calls.get(Group, LARGE, NOTHING)],
      ["userName eq", 1, () => find(User, 'userName eq "USER7@example.com"')],
      ["id eq", 1, () => find(User, `id eq "${userId(3)}"`)],
      ["manager.value eq", 1, () => find(User, `${MANAGER}.value eq "${userId(3)}"`)],
      ["displayName eq of a group", 1, () => find(Group, 'displayName eq "SMALL"')],
      ["groups.value eq", 4, () => find(User, `groups.value eq "${SMALL}"`)],
      ["groups.display eq", 4, () => find(User, 'groups.display eq "small"')],
      ["members.value eq", 2, () => find(Group, `members.value eq "${userId(3)}"`)],
      ["a value path of members", 2, () => find(Group, `members[value eq "${userId(3)}" and type eq "User"]`)],
    ])("%s reads few rows, and finds what is there", async (_, count, call) => {
      let found: unknown;
      const reads = await readsOf(async () => {
        found = await call();
      });
      const { resources = [found] } = found as { resources?: readonly unknown[] };
      expect(resources.filter((one) => one !== undefined)).toHaveLength(count);
      expect(reads).toBeLessThan(FEW);
    });

    test("a create, a delta, and the deletion of a member read few rows, however many there are", async () => {
      const id = createdId(1);
      const kinds: readonly (readonly [string, () => Promise<unknown>])[] = [
        [
          "create",
          () => calls.user(id, { userName: "worker", [EnterpriseUserSchema.id]: { manager: { value: userId(1) } } }),
        ],
        ["addition", () => calls.delta(LARGE, [id])],
        ["removal", () => calls.delta(LARGE, [], [userId(5)])],
        ["deletion", () => calls.remove(User, id)],
      ];
      for (const [name, call] of kinds) expect(await readsOf(call), name).toBeLessThan(FEW);
      expect(await tables.run(`SELECT count(*) AS many FROM memberships WHERE team_id = '${LARGE}'`)).toMatchObject({
        rows: [{ many: 2999 }],
      });
    });
  },
);
