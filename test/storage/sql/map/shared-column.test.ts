import { CompiledQuery } from "kysely";
import { afterAll, describe, expect, test } from "vitest";
import { type ChangeEvent, createScim, EnterpriseUserSchema, User } from "../../../../src/index.ts";
import { type MappedColumn, mappedStorage, mapTable, type TableMapping } from "../../../../src/storage/sql/index.ts";
import { USER } from "../../../support/directory.ts";
import { pickSize } from "../../../support/size.ts";
import { someEngines } from "../engines.ts";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const meta = { version: "version", created: "created_at", lastModified: "updated_at" };
const Employee = User.extend(EnterpriseUserSchema);
const STEPS = pickSize("writes to users whose name is their address", { everyday: 60, thorough: 2000 });

interface Opening {
  readonly userName?: string | MappedColumn<string>;
  readonly address?: string | MappedColumn<string>;
  readonly isKeyed?: boolean;
}

for (const engine of someEngines())
  describe(`${engine.name}: one column for two attributes`, () => {
    afterAll(() => engine.close());

    /** `email` is the userName and the work e-mail, `label` the displayName and the nickName. */
    async function open({ userName = "email", address = "email" }: Opening = {}) {
      const { db, tables } = await engine.open();
      const place = tables.schema === undefined ? {} : { schema: tables.schema };
      const at = tables.schema === undefined ? "" : `"${tables.schema}".`;
      const run = async (text: string) =>
        (await db.executeQuery<Record<string, unknown>>(CompiledQuery.raw(text.replaceAll("@", at)))).rows;
      const key = engine.isPostgres ? 'text COLLATE "C"' : "text";
      await run(`CREATE TABLE @users (id text PRIMARY KEY, email text NOT NULL, email_key ${key} UNIQUE, label text, dept text,
        version integer NOT NULL DEFAULT 1, created_at text, updated_at text, rest text)`);
      const events: ChangeEvent[] = [];
      const storage = mappedStorage({
        db,
        tables: [
          mapTable(Employee, {
            ...place,
            ...meta,
            table: "users",
            id: "id",
            columns: { userName, displayName: "label", nickName: "label" },
            elements: {
              emails: [{ columns: { value: address }, fixed: { type: "work" }, assumed: { primary: true } }],
            },
            rest: "rest",
          }),
        ],
      });
      await storage.prepare();
      const scim = createScim({
        resourceTypes: [Employee],
        storage,
        baseUrl: "https://example.com/scim/v2",
        authenticate: () => ({}),
        onChange: (event) => void events.push(event as never),
      });
      const ask = async (method: string, path: string, body?: object) => {
        const response = await scim.handle({
          method,
          url: `https://example.com/scim/v2${path}`,
          headers: { "content-type": "application/scim+json" },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        return { status: response.status, body: JSON.parse(String(response.body ?? "{}") || "{}") };
      };
      const found = async (filter: string) =>
        ((await ask("GET", `/Users?filter=${encodeURIComponent(filter)}`)).body.Resources ?? []).map(
          ({ id }: { id: string }) => id,
        );
      return { ask, run, found, events };
    }
    const user = (more: object) => ({ schemas: [USER], ...more });
    const work = (value: string) => [{ value, type: "work", primary: true }];
    const patch = (...Operations: readonly object[]) => ({ schemas: [PATCH], Operations });

    test("What a create gives one of them both have, and filters over either find it", async () => {
      const { ask, found } = await open();
      const { body, status } = await ask("POST", "/Users", user({ userName: "Ada@x.org" }));
      expect([status, body.userName, body.emails]).toEqual([201, "Ada@x.org", work("Ada@x.org")]);
      expect(await found('userName eq "ada@X.org"')).toEqual([body.id]);
      expect(await found('emails[type eq "work" and value eq "ada@x.org"]')).toEqual([body.id]);
      expect(await found('emails.value sw "ada"')).toEqual([body.id]);
      expect(await found('emails.value eq "eve@x.org"')).toEqual([]);
    });

    test("Two values that differ are 400 in a create, and in a change of both; nothing is stored", async () => {
      const { ask, run } = await open();
      const differing = user({ userName: "a@x.org", emails: work("b@x.org") });
      const refused = {
        status: 400,
        body: { scimType: "invalidValue", detail: expect.stringContaining("are one value in this directory") },
      };
      expect(await ask("POST", "/Users", differing)).toMatchObject(refused);
      expect(await run("SELECT * FROM @users")).toEqual([]);
      const { body } = await ask("POST", "/Users", user({ userName: "ada@x.org" }));
      expect(await ask("PUT", `/Users/${body.id}`, differing)).toMatchObject(refused);
      expect((await ask("GET", `/Users/${body.id}`)).body).toEqual(body);
    });

    test("A PATCH of one changes the other, in one version, and the answer and the event show both", async () => {
      const { ask, events } = await open();
      const { body } = await ask("POST", "/Users", user({ userName: "ada@x.org" }));
      const path = `/Users/${body.id}`;
      const op = { op: "replace", path: 'emails[type eq "work"].value', value: "new@x.org" };
      const patched = await ask("PATCH", path, patch(op));
      expect(patched.body).toMatchObject({
        userName: "new@x.org",
        emails: work("new@x.org"),
        meta: { version: 'W/"2"' },
      });
      expect(events.at(-1)).toMatchObject({
        before: { userName: "ada@x.org", emails: work("ada@x.org") },
        after: { userName: "new@x.org", emails: work("new@x.org") },
      });
      const changed = JSON.stringify(events.at(-1)?.changes);
      expect(changed).toContain("/userName");
      expect(changed).toContain("/emails");
      const named = await ask("PATCH", path, patch({ op: "replace", path: "userName", value: "last@x.org" }));
      expect(named.body).toMatchObject({
        userName: "last@x.org",
        emails: work("last@x.org"),
        meta: { version: 'W/"3"' },
      });
    });

    test("What a PUT leaves out keeps what the other has, and changes nothing by itself", async () => {
      const { ask } = await open();
      const { body } = await ask("POST", "/Users", user({ userName: "ada@x.org", displayName: "Ada" }));
      const path = `/Users/${body.id}`;
      const put = await ask("PUT", path, user({ userName: "ada@x.org", nickName: "Ada" }));
      expect(put.body).toMatchObject({ emails: work("ada@x.org"), displayName: "Ada", meta: { version: 'W/"1"' } });
      expect((await ask("PATCH", path, patch({ op: "remove", path: "userName" }))).status).toBe(400);
      const emptied = await ask("PUT", path, user({ userName: "ada@x.org" }));
      expect(emptied.body.displayName, "left out with all that share its column, it is gone").toBeUndefined();
      expect(emptied.body.nickName).toBeUndefined();
    });

    test("A name that somebody has is 409 by whichever attribute it comes", async () => {
      const { ask } = await open();
      await ask("POST", "/Users", user({ userName: "ada@x.org" }));
      const { body } = await ask("POST", "/Users", user({ userName: "eve@x.org" }));
      const op = { op: "replace", path: 'emails[type eq "work"].value', value: "ADA@x.org" };
      expect(await ask("PATCH", `/Users/${body.id}`, patch(op))).toMatchObject({
        status: 409,
        body: { scimType: "uniqueness" },
      });
    });

    test("With wins the attribute that has it counts wherever two values differ", async () => {
      const { ask } = await open({ userName: { column: "email", wins: true } });
      const differing = user({ userName: "a@x.org", emails: work("b@x.org") });
      const { body, status } = await ask("POST", "/Users", differing);
      expect([status, body.emails]).toEqual([201, work("a@x.org")]);
      const put = await ask("PUT", `/Users/${body.id}`, differing);
      expect(put.body).toMatchObject({ userName: "a@x.org", emails: work("a@x.org"), meta: { version: 'W/"1"' } });
    });

    test("With a key column both are found by it", async () => {
      const { ask, found, run } = await open({ userName: { column: "email", key: "email_key" } });
      const { body } = await ask("POST", "/Users", user({ emails: work("ÄDA@x.org"), userName: "ÄDA@x.org" }));
      expect(await run("SELECT email, email_key FROM @users")).toEqual([
        { email: "ÄDA@x.org", email_key: "äda@x.org" },
      ]);
      expect(await found('emails.value eq "äda@X.ORG"')).toEqual([body.id]);
      const op = { op: "replace", path: 'emails[type eq "work"].value', value: "new@x.org" };
      await ask("PATCH", `/Users/${body.id}`, patch(op));
      expect(await found('userName eq "new@x.org"')).toEqual([body.id]);
    });

    const lower = (value: unknown) => (typeof value === "string" ? value.toLowerCase() : null);

    test("A unique column may keep addresses in lower case: found by any case, unique, and a write in another case changes nothing", async () => {
      const column = { column: "email", write: lower };
      const { ask, found, run } = await open({ userName: column, address: column });
      const { body, status } = await ask("POST", "/Users", user({ userName: "Ada@X.org" }));
      expect([status, body.userName, body.emails]).toEqual([201, "ada@x.org", work("ada@x.org")]);
      expect(await run("SELECT email FROM @users")).toEqual([{ email: "ada@x.org" }]);
      expect(await found('userName eq "ADA@x.org"')).toEqual([body.id]);
      expect(await found('userName co "A@X"')).toEqual([body.id]);
      expect(await ask("POST", "/Users", user({ userName: "ADA@X.ORG" }))).toMatchObject({ status: 409 });
      const put = await ask("PUT", `/Users/${body.id}`, user({ userName: "ADA@x.org" }));
      expect(put.body.meta.version).toBe('W/"1"');
    });

    test("A form that would make a unique value another one is 400, and nothing is stored", async () => {
      const column = { column: "email", write: (value: unknown) => String(value).trim() };
      const { ask, run } = await open({ userName: column, address: column });
      const refused = await ask("POST", "/Users", user({ userName: " ada@x.org" }));
      expect(refused).toMatchObject({
        status: 400,
        body: { scimType: "invalidValue", detail: expect.stringContaining("userName") },
      });
      expect(await run("SELECT * FROM @users")).toEqual([]);
      expect((await ask("POST", "/Users", user({ userName: "ada@x.org" }))).status).toBe(201);
    });

    test("Whatever is written, both read equal afterwards, filters over both find the same, and the version counts what changed", async () => {
      const seed = Number(process.env.SCIMKIT_SEED ?? Date.now() % 1_000_000);
      console.log(`${STEPS} writes, seed ${seed}`);
      let state = (seed % 2_147_483_646) + 1;
      const pick = <T>(list: readonly T[]): T => {
        state = (state * 48_271) % 2_147_483_647;
        return list[state % list.length] as T;
      };
      const { ask, found } = await open();
      const names = ["a@x.org", "A@x.org", "ä@x.org", "b@x.org", "c", "d@x.org"];
      const ids: string[] = [];
      const emailsOf = (): object =>
        pick([
          {},
          { emails: work(pick(names)) },
          { emails: [{ value: pick(names), type: "home" }] },
          { emails: [{ value: pick(names), type: "work" }] },
        ]);
      for (let step = 0; step < STEPS; step++) {
        const id = pick([...ids, undefined]);
        const before = id === undefined ? undefined : (await ask("GET", `/Users/${id}`)).body;
        const whole = user({
          userName: pick(names),
          ...emailsOf(),
          ...pick([{}, { displayName: pick(names) }, { nickName: pick(names) }]),
        });
        const operation = pick([
          { op: "replace", path: 'emails[type eq "work"].value', value: pick(names) },
          { op: "replace", path: "userName", value: pick(names) },
          { op: "replace", value: { userName: pick(names), emails: work(pick(names)) } },
          { op: "remove", path: "emails" },
          { op: "add", path: "nickName", value: pick(names) },
          { op: "remove", path: "displayName" },
        ]);
        const verb = pick(["PUT", "PATCH"]);
        const answer =
          id === undefined
            ? await ask("POST", "/Users", whole)
            : await ask(verb, `/Users/${id}`, verb === "PUT" ? whole : patch(operation));
        expect([200, 201, 204, 400, 409], `step ${step}: ${JSON.stringify(answer.body)}`).toContain(answer.status);
        if (answer.status === 201) ids.push(answer.body.id);
        const at = id ?? answer.body.id;
        if (at === undefined) continue;
        const now = (await ask("GET", `/Users/${at}`)).body;
        if (answer.status >= 400) expect(now, `step ${step}: a refusal changes nothing`).toEqual(before);
        else if (answer.status !== 204) expect(now, `step ${step}: the answer is what is stored`).toEqual(answer.body);
        expect(now.emails.find(({ type }: { type: string }) => type === "work").value, `step ${step}`).toBe(
          now.userName,
        );
        expect(now.nickName, `step ${step}`).toBe(now.displayName);
        const { meta: wasMeta, ...was } = before ?? {};
        const { meta: isMeta, ...is } = now;
        if (before !== undefined)
          expect(isMeta.version === wasMeta.version, `step ${step}: a version for each change`).toBe(
            JSON.stringify(is) === JSON.stringify(was),
          );
        const byName = await found(`userName eq "${now.userName}"`);
        expect(byName).toEqual([at]);
        expect(await found(`emails[type eq "work" and value eq "${now.userName}"]`)).toEqual(byName);
      }
    });
  });

test("Attributes that cannot share a column are refused when the storage is made", () => {
  const map =
    (columns: object, more: object = {}) =>
    () =>
      mappedStorage({
        db: {} as never,
        tables: [
          mapTable(User, { table: "users", id: "id", ...meta, rest: "rest", ...more, columns } as never as TableMapping<
            typeof User
          >),
        ],
      });
  const read = (value: unknown) => value as string;
  expect(map({ userName: "a", active: "a" })).toThrow(
    "userName and active share the column a, and must be of one type.",
  );
  expect(map({ userName: { column: "a", key: "k" }, title: { column: "a", read, write: read } })).toThrow(
    "need the same read and write",
  );
  expect(map({ userName: { column: "a", wins: true }, title: { column: "a", wins: true } })).toThrow(
    "only one of them can win",
  );
  expect(map({ userName: "a", password: "a" })).toThrow("the column a is named twice");
  expect(map({ userName: { column: "a", key: "a" } })).toThrow("the column a is named twice");
  const elements = { emails: [{ columns: { value: "v", display: "a" } }] };
  expect(map({ userName: "a" }, { elements })).toThrow("the column a is named twice");
});
