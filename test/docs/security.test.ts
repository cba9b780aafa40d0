import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { CompiledQuery, type Kysely } from "kysely";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { errors, type OperationFacts, type StorageAdapter } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { openSqlite, sqlStorage } from "../../src/storage/sql/index.ts";
import { patchOf as bulkPatch, postGroup, postUser, sendBulk, statuses } from "../support/bulk.ts";
import { directory, USER } from "../support/directory.ts";
import { patchOf } from "../support/patching.ts";
import { transactionalStorage } from "../support/transactional-storage.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(join(ROOT, "docs/security.md"), "utf8");
const snippets = [...page.matchAll(/```ts\n\/\/ (\S+\.ts)\n([\s\S]*?)```/g)].map(([, name = "", code = ""]) => ({
  name,
  code,
}));
const folder = mkdtempSync(join(tmpdir(), "scimkit-security-"));
const load = (name: string) => import(/* @vite-ignore */ pathToFileURL(join(folder, name)).href);

beforeAll(() => {
  for (const { name, code } of snippets) writeFileSync(join(folder, name), code);
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the page on security", () => {
  test("has no snippet that is not compiled and run here, and they compile under the strictest rules", () => {
    expect(snippets.map(({ name }) => name)).toEqual(["authorize.ts", "guarded.ts", "outbox.ts"]);
    expect(page.match(/```ts/g)).toHaveLength(snippets.length);
    const typeRoots = [join(ROOT, "node_modules/@types")];
    const compilerOptions = { typeRoots };
    const config = { extends: join(ROOT, "tsconfig.json"), include: ["./*.ts"], compilerOptions };
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    const { stdout } = spawnSync(process.execPath, [join(ROOT, "node_modules/typescript7/bin/tsc"), "-p", folder], {
      cwd: ROOT,
      encoding: "utf8",
    });
    expect(stdout).toBe("");
  });

  test("has a guard that holds, whatever the spelling [T-A11]", async () => {
    const { authorize } = await load("authorize.ts");
    const as = async (caller: { readonly mayWrite: boolean; readonly isAdmin: boolean }) => {
      const { ask } = directory({ authenticate: () => caller, authorize });
      const created = await ask("POST", "/Users", { schemas: [USER], userName: "ada" });
      const withRoles = await ask("POST", "/Users", { schemas: [USER], userName: "eve", ROLES: [{ value: "x" }] });
      return [created, withRoles, await ask("DELETE", "/Users/1"), await ask("GET", "/Users")].map(
        ({ status }) => status,
      );
    };
    expect(await as({ mayWrite: false, isAdmin: false })).toEqual([403, 403, 403, 200]);
    expect(await as({ mayWrite: true, isAdmin: false })).toEqual([201, 403, 403, 200]);
    expect(await as({ mayWrite: true, isAdmin: true })).toEqual([201, 201, 403, 200]);
  });

  /** Every way to say it: in a body, by path, without, in a bulk request; in any letter case. */
  const waysOut = (id: string) => {
    const bodies = [{ active: false }, { ACTIVE: false }, { active: "False" }, { Active: "false" }];
    const whole = (body: object) => ({ schemas: [USER], userName: "ada", userType: "Owner", ...body });
    const patches = [
      patchOf({ op: "replace", path: "active", value: false }),
      patchOf({ op: "Replace", path: "ACTIVE", value: "False" }),
      ...bodies.map((value) => patchOf({ op: "replace", value })),
    ];
    return [
      ...bodies.map((body) => ["PUT", `/Users/${id}`, whole(body)] as const),
      ...patches.map((body) => ["PATCH", `/Users/${id}`, body] as const),
    ];
  };

  test.each([
    ["without transactions", () => memoryStorage()],
    ["with transactions", () => transactionalStorage()],
  ] as const)("has a rule that no spelling passes by, over an adapter %s [T-B4 T-G7]", async (_name, storageOf) => {
    const { guarded, keepOwners } = await load("guarded.ts");
    const service = directory({ storage: guarded(storageOf(), keepOwners) });
    const owner = { schemas: [USER], userName: "ada", userType: "Owner" };
    const { id } = (await service.ask("POST", "/Users", owner)).json;
    for (const [method, path, body] of waysOut(id)) {
      expect((await service.ask(method, path, body)).status, JSON.stringify(body)).toBe(403);
      expect(statuses(await sendBulk(service, [{ method, path, data: body }])), JSON.stringify(body)).toEqual(["403"]);
    }
    expect((await service.ask("GET", `/Users/${id}`)).json.active).toBe(true);
    expect((await service.ask("PUT", `/Users/${id}`, { ...owner, title: "x" })).status).toBe(200);
  });

  test("says truly what authorize sees: facts and nothing of the request, and discovery is not asked about", async () => {
    const asked: OperationFacts[] = [];
    const service = directory({
      authorize: (operation) => {
        asked.push(operation);
        if (operation.type === "replace" && operation.touches("active")) throw errors.forbidden();
      },
    });
    const { id } = (await service.ask("POST", "/Users", { schemas: [USER], userName: "ada" })).json;
    const put = (body: object) => service.ask("PUT", `/Users/${id}`, { schemas: [USER], userName: "ada", ...body });
    expect((await put({ active: false })).status).toBe(403);
    expect((await put({ ACTIVE: false })).status).toBe(403);
    expect(JSON.stringify(asked)).not.toMatch(/ada|false/);
    asked.length = 0;
    expect((await service.ask("GET", "/Schemas")).status).toBe(200);
    expect(asked).toEqual([]);
    const closed = directory({ discovery: { anonymous: false }, authorize: (operation) => void asked.push(operation) });
    await closed.ask("GET", "/Schemas");
    expect(asked.map(({ type }) => type)).toEqual(["discover"]);
  });

  test("has an outbox that holds what was changed and nothing else, in a bulk request or out of one [T-I11]", async () => {
    const { withOutbox } = await load("outbox.ts");
    const db = await openSqlite(":memory:");
    onTestFinished(() => db.destroy());
    await sqlStorage({ db }).prepare();
    await db.executeQuery(CompiledQuery.raw("CREATE TABLE outbox (verb text, id text)"));
    let isFull = false;
    const note = async (own: Kysely<unknown>, verb: string, id: string): Promise<void> => {
      if (isFull) throw new Error("the outbox is full");
      await own.executeQuery(CompiledQuery.raw("INSERT INTO outbox VALUES (?, ?)", [verb, id]));
    };
    const storage: StorageAdapter = withOutbox(db, note);
    const service = directory({ storage });
    const noted = async () => {
      const { rows } = await db.executeQuery<{ verb: string }>(
        CompiledQuery.raw("SELECT * FROM outbox ORDER BY rowid"),
      );
      await db.executeQuery(CompiledQuery.raw("DELETE FROM outbox"));
      return rows.map(({ verb }) => verb);
    };
    const { id } = (await service.ask("POST", "/Users", { schemas: [USER], userName: "ada" })).json;
    await service.ask("PATCH", `/Users/${id}`, patchOf({ op: "replace", path: "title", value: "t" }));
    await service.ask("POST", "/Users", { schemas: [USER], userName: "ADA" });
    expect(await noted()).toEqual(["create", "replace"]);

    const results = await sendBulk(service, [
      postUser("ida"),
      postUser("ada"),
      postGroup("team", ["bulkId:ida"]),
      bulkPatch("/Groups/bulkId:team", [{ op: "add", path: "members", value: [{ value: id }] }]),
      { method: "DELETE", path: `/Users/${id}` },
    ]);
    expect(statuses(results)).toEqual(["201", "409", "201", "204", "204"]);
    expect(await noted()).toEqual(["create", "create", "applyDelta", "delete"]);

    isFull = true;
    expect((await service.ask("POST", "/Users", { schemas: [USER], userName: "eve" })).status).toBe(500);
    expect(statuses(await sendBulk(service, [postUser("eve")]))).toEqual(["500"]);
    expect((await service.ask("GET", "/Users")).json.totalResults).toBe(1);
  });
});
