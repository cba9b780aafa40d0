import { afterAll, describe, expect, test } from "vitest";
import { idOf, patchOf, postGroup, postUser, sendBulk, statuses } from "../../support/bulk.ts";
import { directory, GROUP } from "../../support/directory.ts";
import { hasPostgres, postgresEngine, sqliteEngine } from "./engines.ts";

const engines = [sqliteEngine("SQLite in memory"), ...(hasPostgres ? [postgresEngine()] : [])];

afterAll(async () => {
  for (const engine of engines) await engine.close();
});

describe.each(engines)("bulk on $name", (engine) => {
  test("creates, changes and deletes, circles included, each in its transaction [P-3.7.1-01 P-3.7-16 G-5]", async () => {
    const { storage } = await engine.open();
    const service = directory({ storage });
    const results = await sendBulk(service, [
      postGroup("a", ["bulkId:b", "bulkId:ada"]),
      postGroup("b", ["bulkId:a"]),
      postUser("ada"),
      patchOf("/Groups/bulkId:b", [{ op: "add", path: "members", value: [{ value: "bulkId:ada" }] }]),
      patchOf("/Groups/bulkId:a", [{ op: "replace", path: "displayName", value: "A" }]),
      postUser("gone"),
      { method: "DELETE", path: "/Users/bulkId:gone" },
    ]);
    expect(statuses(results)).toEqual(["201", "201", "201", "204", "200", "201", "204"]);
    const membersOf = async (index: number) => {
      const { json } = await service.ask("GET", `/Groups/${idOf(results[index])}`);
      return json.members.map(({ value }: { value: string }) => value).sort();
    };
    const [a, b, ada] = results.map(idOf) as [string, string, string];
    expect(await membersOf(0)).toEqual([ada, b].sort());
    expect(await membersOf(1)).toEqual([a, ada].sort());
    expect((await service.ask("GET", "/Users")).json.totalResults).toBe(1);
  });

  test("takes a circle back of which one operation fails, and leaves no event of it [P-3.7.1-01 G-5 G-20]", async () => {
    const { storage } = await engine.open();
    const service = directory({ storage });
    const results = await sendBulk(service, [
      postGroup("a", ["bulkId:b"]),
      { ...postGroup("b"), data: { schemas: [GROUP], members: [{ value: "bulkId:a" }] } },
      postUser("ada"),
    ]);
    expect(statuses(results)).toEqual(["409", "400", "201"]);
    expect((await service.ask("GET", "/Groups")).json.totalResults).toBe(0);
    expect(service.events.map(({ type }) => type)).toEqual(["created"]);
  });

  test("lets two requests change the same groups in opposite order [G-16 T-G12]", async () => {
    const { storage } = await engine.open();
    const service = directory({ storage });
    const created = await sendBulk(service, [postGroup("a"), postGroup("b"), postUser("x"), postUser("y")]);
    const [a, b, x, y] = created.map(idOf) as [string, string, string, string];
    const add = (group: string, value: string) =>
      patchOf(`/Groups/${group}`, [{ op: "add", path: "members", value: [{ value }] }]);
    const answers = await Promise.all([
      sendBulk(service, [add(a, x), add(b, x)]),
      sendBulk(service, [add(b, y), add(a, y)]),
    ]);
    expect(answers.flatMap(statuses)).toEqual(["204", "204", "204", "204"]);
    for (const group of [a, b]) expect((await service.ask("GET", `/Groups/${group}`)).json.members).toHaveLength(2);
  });
});
