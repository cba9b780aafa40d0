import { afterAll, describe, expect, test } from "vitest";
import { sendBulk, statuses } from "../../support/bulk.ts";
import { directory, GROUP, USER } from "../../support/directory.ts";
import { patchOf } from "../../support/patching.ts";
import { hasPostgres, type Opened, postgresEngine, sqliteEngine } from "./engines.ts";

const engines = [sqliteEngine("SQLite in memory"), ...(hasPostgres ? [postgresEngine()] : [])];

afterAll(async () => {
  for (const engine of engines) await engine.close();
});

const rename = (displayName: string) => ({ op: "replace", path: "displayName", value: displayName });
const add = (value: string) => ({ op: "add", path: "members", value: [{ value }] });
const remove = (value: string) => ({ op: "remove", path: `members[value eq "${value}"]` });

describe.each(engines)("a PATCH of members and more on $name", (engine) => {
  async function group() {
    const opened = await engine.open();
    const ids = ["g", "u0", "u1", "u2", "u3"];
    const service = directory({ storage: opened.storage, newId: () => ids.shift() ?? crypto.randomUUID() });
    await service.ask("POST", "/Groups", { schemas: [GROUP], displayName: "A" });
    for (const userName of ["u0", "u1", "u2", "u3"]) await service.ask("POST", "/Users", { schemas: [USER], userName });
    await service.ask("PATCH", "/Groups/g", patchOf(add("u0"), add("u1"), add("u2")));
    opened.sent.length = 0;
    service.events.length = 0;
    const read = async () => {
      const { json } = await service.ask("GET", "/Groups/g");
      const members: readonly { readonly value: string }[] = json.members ?? [];
      return { name: json.displayName, members: members.map(({ value }) => value).sort() };
    };
    return { ...service, opened, read };
  }

  /** Statements that give the members of a group: all of them, whatever the request names. */
  const readsOfMembers = ({ sent }: Opened) => sent.filter(({ sql }) => /\bapart0\b/.test(sql));

  test("reads no member: no statement asks for those of the group, and none names one that the request does not", async () => {
    const { ask, opened, read, events } = await group();
    const answer = await ask(
      "PATCH",
      "/Groups/g?excludedAttributes=members",
      patchOf(remove("u0"), rename("B"), add("u3"), add("u1")),
    );
    expect(answer).toMatchObject({ status: 200, json: { displayName: "B" } });
    expect(opened.sent.length).toBeGreaterThan(3);
    expect(readsOfMembers(opened)).toEqual([]);
    expect(JSON.stringify(opened.sent)).not.toContain("u2");
    expect(await read()).toEqual({ name: "B", members: ["u1", "u2", "u3"] });
    // The log knows such a read when it sees one.
    expect(readsOfMembers(opened)).not.toEqual([]);
    expect(events).toMatchObject([
      {
        type: "patched",
        attributes: ["displayName", "members"],
        deltas: [{ attribute: "members", joined: [{ value: "u3" }], left: ["u0"] }],
      },
    ]);
  });

  test("within a bulk request it takes effect as a whole or not at all, beside others that do", async () => {
    const { ask, opened, read, events } = await group();
    const operation = (...operations: readonly object[]) => {
      return { method: "PATCH", path: "/Groups/g", data: patchOf(...operations) };
    };
    const results = await sendBulk({ ask } as never, [
      operation(remove("u0"), rename("B")),
      operation(remove("u1"), { op: "remove", path: "displayName" }),
      operation(rename("C"), add("nobody")),
      operation(add("u3"), rename("D")),
    ]);
    expect(statuses(results)).toEqual(["200", "400", "400", "200"]);
    expect(readsOfMembers(opened)).toEqual([]);
    expect(await read()).toEqual({ name: "D", members: ["u1", "u2", "u3"] });
    expect(events.map((event) => ("deltas" in event ? event.deltas : event))).toMatchObject([
      [{ joined: [], left: ["u0"] }],
      [{ joined: [{ value: "u3" }], left: [] }],
    ]);
  });

  test("of two at once, both are done whole", async () => {
    const { ask, read, events } = await group();
    const answers = await Promise.all([
      ask("PATCH", "/Groups/g?excludedAttributes=members", patchOf(rename("B"), remove("u0"))),
      ask(
        "PATCH",
        "/Groups/g?excludedAttributes=members",
        patchOf({ op: "add", path: "externalId", value: "e" }, remove("u1"), add("u3")),
      ),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(await read()).toEqual({ name: "B", members: ["u2", "u3"] });
    expect(events).toHaveLength(2);
  });
});
