import { CompiledQuery } from "kysely";
import { afterAll, expect, test } from "vitest";
import { Group } from "../../../src/index.ts";
import { compileResourceType } from "../../../src/schema/resource-type.ts";
import { directory, filtered, GROUP, USER } from "../../support/directory.ts";
import { patchOf } from "../../support/patching.ts";
import { mariadbEngine, mariadbEngines } from "./engines/mariadb.ts";
import type { Opened } from "./engines.ts";

// One connection, because a session counts its own reads. No statistics are asked for: what the server samples by itself is all it has.
const engines = mariadbEngines().map(() => mariadbEngine(1));
afterAll(async () => {
  for (const engine of engines) await engine.close();
});

const FEW = 100;
const MANY = 400;
/** An index is left and entered now and then, whatever it holds. */
const MOST_READ = 40;

test.each(
  engines,
)("what is looked up reads as many rows in a large directory as in a small one, on $name [G-13]", async (engine) => {
  const opened = await engine.open();
  const { ask, created } = served(opened);
  const group = await created("/Groups", { schemas: [GROUP], displayName: "large" });
  const asked = async (from: number): Promise<ReadonlyMap<string, number>> => {
    const read = new Map<string, number>();
    const name = `user${from - 1}`;
    const [user] = (await ask("GET", filtered("/Users", `userName eq "${name}"`))).json.Resources;
    const requests = {
      "GET of a user with its groups": () => ask("GET", `/Users/${user.id}`),
      "userName eq": () => ask("GET", filtered("/Users", `userName eq "${name}"`)),
      "externalId eq": () => ask("GET", filtered("/Users", `externalId eq "${name}"`)),
      "emails.value eq": () => ask("GET", filtered("/Users", `emails.value eq "${name}@example.com"`)),
      "displayName of groups": () => ask("GET", `${filtered("/Groups", 'displayName eq "large"')}&attributes=id`),
      "groups of a member": () => ask("GET", `${filtered("/Groups", `members.value eq "${user.id}"`)}&attributes=id`),
      "PATCH of a user": () =>
        ask("PATCH", `/Users/${user.id}`, patchOf({ op: "replace", path: "title", value: `t${from}` })),
      "PATCH that adds a member": () =>
        ask(
          "PATCH",
          `/Groups/${group}?attributes=id`,
          patchOf({ op: "add", path: "members", value: [{ value: user.id }] }),
        ),
      "PATCH that removes a member": () =>
        ask(
          "PATCH",
          `/Groups/${group}?attributes=id`,
          patchOf({ op: "remove", path: `members[value eq "${user.id}"]` }),
        ),
      create: () => ask("POST", "/Users", { schemas: [USER], userName: `new${from}` }),
      "DELETE of a user": () => ask("DELETE", `/Users/${user.id}`),
    };
    for (const [what, request] of Object.entries(requests)) {
      const before = await rowsRead(opened);
      const { status, body } = await request();
      expect(status, `${what}: ${body}`).toBeLessThan(300);
      read.set(what, (await rowsRead(opened)) - before);
    }
    return read;
  };
  await fill(opened, group, 0, FEW);
  const few = await asked(FEW);
  await fill(opened, group, FEW, MANY);
  const many = await asked(MANY);
  for (const [what, rows] of many)
    expect(rows, `${what}: ${few.get(what)} rows before`).toBeLessThan((few.get(what) ?? 0) + MOST_READ);
});

function served({ storage }: Opened) {
  const { ask } = directory({ storage });
  const created = async (path: string, body: object): Promise<string> => (await ask("POST", path, body)).json.id;
  return { ask, created };
}

/** Users with a value in each index, all of them members of a group. */
async function fill(opened: Opened, group: string, from: number, to: number): Promise<void> {
  const { created } = served(opened);
  const ids: string[] = [];
  for (let number = from; number < to; number++) {
    const name = `user${number}`;
    const emails = [{ value: `${name}@example.com`, type: "work" }];
    ids.push(await created("/Users", { schemas: [USER], userName: name, externalId: name, displayName: name, emails }));
  }
  const type = compileResourceType(Group);
  const attribute = type.attribute("members");
  if (attribute === undefined) throw new Error("groups have members");
  await opened.storage.applyDelta?.(
    {
      resourceType: type,
      id: group,
      attribute,
      add: ids.map((value) => ({ value })),
      remove: [],
      at: new Date().toISOString(),
      checkReferences: {},
      notify: () => undefined,
    },
    {},
  );
}

/** The rows that the session has read, by an index or by going through a table. */
async function rowsRead({ db }: Opened): Promise<number> {
  const { rows } = await db.executeQuery<{ Variable_name: string; Value: string }>(
    CompiledQuery.raw("SHOW SESSION STATUS LIKE 'Handler_read%'"),
  );
  return rows.reduce((all, { Value }) => all + Number(Value), 0);
}
