import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CompiledQuery, type Kysely } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createScim, Group, type Scim, type ScimEvent, User } from "../../../src/index.ts";
import { openSqlite, type SqlStorage, sqlStorage } from "../../../src/storage/sql/index.ts";
import { callsOf, Group as GroupType } from "./calls.ts";
import { hasPostgres, postgresEngine } from "./engines.ts";

/** Members of the group that is read: more than a body that fits into one chunk, and than is read at a time. */
const COUNT = 12_000;
const NAMES = Array.from({ length: COUNT }, (_, index) => `u${String(index).padStart(35, "0")}`);
/** As many as take all the room that there is for what is read ahead. */
const MOST = 45;

interface Place {
  readonly name: string;
  /** Opens a database over a single connection: whoever kept it would hold up everybody else. */
  open(): Promise<{ readonly db: Kysely<unknown>; readonly storage: SqlStorage; close(): Promise<void> }>;
}

const sqlite: Place = {
  name: "SQLite in a file",
  async open() {
    const folder = mkdtempSync(join(tmpdir(), "scimkit-"));
    const db = await openSqlite(join(folder, "slow.db"), { connections: 1 });
    const storage = sqlStorage({ db });
    await storage.prepare();
    const close = async (): Promise<void> => {
      await db.destroy();
      rmSync(folder, { recursive: true });
    };
    return { db, storage, close };
  },
};

const postgres: Place = {
  name: "PostgreSQL",
  async open() {
    const engine = postgresEngine(1);
    return { ...(await engine.open()), close: engine.close };
  },
};

type Reader = ReadableStreamDefaultReader<Uint8Array>;

async function valuesIn(reader: Reader, begun: Uint8Array): Promise<readonly string[]> {
  const parts = [begun];
  for (let part = await reader.read(); !part.done; part = await reader.read()) parts.push(part.value);
  const { members } = JSON.parse(Buffer.concat(parts).toString()) as { members: { value: string }[] };
  return members.map(({ value }) => value);
}

for (const place of hasPostgres ? [sqlite, postgres] : [sqlite])
  describe(place.name, () => {
    let opened: Awaited<ReturnType<Place["open"]>>;
    let scim: Scim;
    let calls: ReturnType<typeof callsOf>;
    const events: ScimEvent[] = [];
    beforeAll(async () => {
      opened = await place.open();
      calls = callsOf(opened.storage, {}, { tenant: "large" });
      await calls.group("all", NAMES);
      scim = createScim({
        resourceTypes: [User, Group],
        storage: opened.storage,
        baseUrl: "https://example.com/scim/v2",
        authenticate: ({ headers }) => ({ tenant: headers["x-tenant"] as string }),
        onChange: (event) => void events.push(event),
        onNotice: (event) => void events.push(event),
      });
    });
    afterAll(() => opened.close());

    const ask = (method: string, path: string, tenant: string, body?: object) =>
      scim.handle({
        method,
        url: `/scim/v2${path}`,
        headers: { "x-tenant": tenant },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    /** Clients that take the first piece of an answer, and then nothing. */
    const slow = async (count: number): Promise<readonly (readonly [Reader, Uint8Array])[]> => {
      const readers: (readonly [Reader, Uint8Array])[] = [];
      for (let index = 0; index < count; index++) {
        const { body } = await ask("GET", "/Groups/all", "large");
        const reader = (body as ReadableStream<Uint8Array>).getReader();
        readers.push([reader, (await reader.read()).value as Uint8Array]);
      }
      return readers;
    };
    const leave = (readers: readonly (readonly [Reader, Uint8Array])[]) =>
      Promise.all(readers.map(([reader]) => reader.cancel()));

    test("16 clients that stop reading hold not even the only connection, and get one state all the same [G-15]", async () => {
      const readers = await slow(16);
      const [read, created] = await Promise.all([
        ask("GET", "/Users", "other"),
        ask("POST", "/Users", "other", { schemas: [User.schema.id], userName: "ada" }),
      ]);
      expect([read.status, created.status]).toEqual([200, 201]);
      await calls.delta("all", ["zzz"], [NAMES.at(-1) as string]);
      for (const [reader, begun] of readers.slice(0, 3)) expect(await valuesIn(reader, begun)).toEqual(NAMES);
      await leave(readers.slice(3));
      await calls.delta("all", [NAMES.at(-1) as string], ["zzz"]);
      expect(events.filter(({ type }) => type === "fault")).toEqual([]);
    });

    test("streams that were never begun hold nothing either", async () => {
      const request = { resourceType: GroupType, id: "all", select: { includes: () => true }, stream: true };
      const found = await Promise.all(
        Array.from({ length: 16 }, () => opened.storage.get(request, { tenant: "large" })),
      );
      expect((await ask("GET", "/Users", "other")).status).toBe(200);
      for (const group of found) await (group?.members as AsyncIterable<unknown>)[Symbol.asyncIterator]().return?.();
    });

    test("no writer keeps a reader from an answer, nor one that has written and is shown what it wrote", async () => {
      const gone = NAMES.slice(0, 8);
      const patch = (value: string) => ({
        schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        Operations: [
          { op: "remove", path: `members[value eq "${value}"]` },
          { op: "replace", path: "displayName", value },
        ],
      });
      const answers = await Promise.all(
        gone.flatMap((value) => [
          ask("GET", "/Groups/all", "large"),
          ask("PATCH", "/Groups/all?attributes=members", "large", patch(value)),
        ]),
      );
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      await Promise.all(answers.map(({ body }) => (body as ReadableStream<Uint8Array>).cancel()));
      await calls.delta("all", gone, []);
    });

    if (place === sqlite)
      test("what slow clients hold keeps nobody from writing SQLite's log back, so that it stays small", async () => {
        const readers = await slow(4);
        const { rows } = await opened.db.executeQuery(CompiledQuery.raw("PRAGMA wal_checkpoint(TRUNCATE)"));
        expect(rows).toEqual([{ busy: 0, log: 0, checkpointed: 0 }]);
        await leave(readers);
      });

    test("where more is read than there is room for, a change breaks off what is not read yet, and tells why", async () => {
      const readers = await slow(MOST);
      const [kept, broken] = [await slow(1), await slow(1)];
      expect(await valuesIn(...(kept[0] as [Reader, Uint8Array]))).toEqual(NAMES);
      await calls.delta("all", ["zzz"], [NAMES.at(-1) as string]);
      const reason = /^The resource was changed while its members were read.* Read it again\.$/;
      await expect(valuesIn(...(broken[0] as [Reader, Uint8Array]))).rejects.toMatchObject({ message: reason });
      expect(events.filter(({ type }) => type === "fault")).toMatchObject([
        {
          error: { status: 503, message: reason },
          path: "/Groups/{id}",
          operation: "read",
          context: { tenant: "large" },
        },
      ]);
      await calls.delta("all", [NAMES.at(-1) as string], ["zzz"]);
      // Those who leave make room, so that the next one is independent of changes again.
      await leave(readers);
      const [next] = await slow(1);
      await calls.delta("all", ["zzz"], [NAMES.at(-1) as string]);
      expect(await valuesIn(...(next as [Reader, Uint8Array]))).toEqual(NAMES);
    });
  });
