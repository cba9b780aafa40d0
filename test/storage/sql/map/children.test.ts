import { CompiledQuery, type Kysely } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createScim, defineResourceType, defineSchema, type ScimEvent, User } from "../../../../src/index.ts";
import { type MappedStorage, mappedStorage, mapTable, type TableMapping } from "../../../../src/storage/sql/index.ts";
import { USER } from "../../../support/directory.ts";
import { hasMariadb } from "../engines/mariadb.ts";
import { type Sent, someEngines } from "../engines.ts";
import { inWordsOf, mariadbTables } from "./mariadb.ts";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const meta = { version: "version", created: "created_at", lastModified: "updated_at" };

/** The tables of an application with its lists in tables of their own. */
const ddl = (isPostgres: boolean, at: string): readonly string[] => {
  const id = isPostgres ? "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY" : "integer PRIMARY KEY";
  const key = `text${isPostgres ? ' COLLATE "C"' : ""}`;
  const toUser = `user_id bigint NOT NULL REFERENCES ${at}users (id) ON DELETE CASCADE`;
  return [
    `CREATE TABLE ${at}users (id ${id}, org text NOT NULL, login text NOT NULL, extra text,
      version integer NOT NULL DEFAULT 1, created_at text, updated_at text)`,
    `CREATE TABLE ${at}emails (id ${id}, ${toUser}, org text NOT NULL, address text NOT NULL, address_key ${key} UNIQUE,
      kind text CHECK (kind IN ('work', 'home')), is_primary boolean NOT NULL DEFAULT false, verified_at text,
      source text NOT NULL, UNIQUE (user_id, kind))`,
    `CREATE UNIQUE INDEX emails_primary ON ${at}emails (user_id) WHERE is_primary`,
    `CREATE TABLE ${at}phones (${toUser}, number text NOT NULL, is_primary boolean, PRIMARY KEY (user_id, number))`,
    `CREATE TABLE ${at}roles (id ${id}, org text NOT NULL, name text NOT NULL, title text)`,
    `CREATE TABLE ${at}users_roles (${toUser}, org text NOT NULL, role_id bigint NOT NULL REFERENCES ${at}roles (id),
      granted_by text, PRIMARY KEY (user_id, role_id))`,
    `CREATE TABLE ${at}grants (${toUser}, place integer NOT NULL, name text, PRIMARY KEY (user_id, place))`,
  ];
};

const mapping = (place: { readonly schema?: string }) =>
  ({
    ...place,
    ...meta,
    table: "users",
    id: { column: "id", type: "integer" } as const,
    tenant: "org",
    columns: { userName: "login" } as const,
    children: {
      emails: {
        ...place,
        table: "emails",
        holder: "user_id",
        tenant: "org",
        id: "id",
        columns: { value: { column: "address", key: "address_key" }, type: "kind", primary: "is_primary" },
        forgotten: ["display"],
        defaults: { source: (element: object) => `scim ${Object.keys(element).length}` },
      },
      phoneNumbers: {
        ...place,
        table: "phones",
        holder: "user_id",
        columns: { value: "number", primary: "is_primary" },
        fixed: { type: "work" },
      },
      roles: {
        ...place,
        table: "users_roles",
        holder: "user_id",
        tenant: "org",
        forgotten: ["type", "primary"],
        dictionary: {
          ...place,
          table: "roles",
          id: "id",
          column: "role_id",
          tenant: "org",
          columns: { value: "name", display: "title" },
        },
      },
      entitlements: {
        ...place,
        table: "grants",
        holder: "user_id",
        order: "place",
        columns: { value: "name" },
        forgotten: ["display", "type", "primary"],
      },
    },
    rest: "extra",
  }) satisfies TableMapping<typeof User>;

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what a client reads
  readonly body: any;
}

for (const engine of [...someEngines(), ...(hasMariadb ? [mariadbTables()] : [])])
  describe(`${engine.name}: lists in child tables`, () => {
    let db: Kysely<unknown>;
    let at = "";
    let place: { readonly schema?: string } = {};
    // Where writers of a value without a key column can take turns in nothing else.
    const turns = engine.name === "MariaDB" ? { ledger: "scim_ledger" } : {};
    let sent: Sent[];
    let storage: MappedStorage;
    const events: ScimEvent[] = [];
    const run = async (text: string) =>
      (
        await db.executeQuery<Record<string, unknown>>(
          CompiledQuery.raw(inWordsOf(engine, text.replace(/(?<=\s)@(?=\w)/g, at))),
        )
      ).rows;

    const serviceOver = (over: MappedStorage, tenant = "acme") => {
      const scim = createScim({
        resourceTypes: [User],
        storage: over,
        baseUrl: "https://example.com/scim/v2",
        authenticate: () => ({ tenant }),
        onChange: (event) => void events.push(event),
        onNotice: (notice) => void events.push(notice),
      });
      return async (method: string, path: string, body?: unknown): Promise<Answer> => {
        const response = await scim.handle({
          method,
          url: `https://example.com/scim/v2${path}`,
          headers: { "content-type": "application/scim+json" },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        return { status: response.status, body: JSON.parse(String(response.body ?? "{}") || "{}") };
      };
    };
    let ask: ReturnType<typeof serviceOver>;
    const create = async (attributes: object): Promise<Answer> =>
      ask("POST", "/Users", { schemas: [USER], ...attributes });
    const patch = (id: string, ...Operations: object[]) =>
      ask("PATCH", `/Users/${id}`, { schemas: [PATCH], Operations });
    const found = async (filter: string): Promise<readonly string[]> => {
      const { body } = await ask("GET", `/Users?filter=${encodeURIComponent(filter)}`);
      return body.Resources.map(({ userName }: { userName: string }) => userName).sort();
    };

    beforeAll(async () => {
      const opened = await engine.open();
      ({ db, sent } = opened);
      if (opened.tables.schema !== undefined) place = { schema: opened.tables.schema };
      at = opened.tables.schema === undefined ? "" : `"${opened.tables.schema}".`;
      for (const text of ddl(engine.isPostgres, at)) await run(text);
      if (!engine.isPostgres) await run("CREATE INDEX emails_user ON @emails (user_id)");
      storage = mappedStorage({ db, tables: [mapTable(User, mapping(place))], ...turns });
      await storage.prepare();
      await run(
        "INSERT INTO @roles (org, name, title) VALUES ('acme', 'admin', 'Administrator'), ('acme', 'reader', NULL)",
      );
      await run("INSERT INTO @roles (org, name, title) VALUES ('other', 'owner', 'Owner')");
      ask = serviceOver(storage);
    });
    beforeEach(async () => {
      for (const table of ["users_roles", "grants", "phones", "emails", "users"]) await run(`DELETE FROM @${table}`);
      events.length = 0;
      sent.length = 0;
    });
    afterAll(() => engine.close());

    test("a PUT writes the rows of the elements that differ, and leaves all others as they are", async () => {
      const emails = [
        { value: "ada@example.com", type: "work", primary: true },
        { value: "ada@home.example", type: "home" },
      ];
      const { status, body } = await create({ userName: "ada", emails });
      expect(status).toBe(201);
      expect(body.emails).toEqual([emails[0], { ...emails[1], primary: false }]);
      await run("UPDATE @emails SET verified_at = 'yes'");
      const before = await run("SELECT id, address FROM @emails ORDER BY id");
      sent.length = 0;
      const put = await ask("PUT", `/Users/${body.id}`, {
        schemas: [USER],
        userName: "ada",
        emails: [emails[0], { value: "new@home.example", type: "home" }],
      });
      expect(put.body.emails.map(({ value }: { value: string }) => value)).toEqual([
        "ada@example.com",
        "new@home.example",
      ]);
      expect(put.body.meta.version).not.toBe(body.meta.version);
      expect(await run("SELECT id, address, verified_at, source FROM @emails ORDER BY id")).toEqual([
        { ...before[0], verified_at: "yes", source: "scim 3" },
        { id: expect.anything(), address: "new@home.example", verified_at: null, source: "scim 2" },
      ]);
      const writes = sent
        .filter(({ sql }) => /^(INSERT|UPDATE|DELETE).*emails/s.test(sql))
        .map(({ sql }) => sql.slice(0, 6));
      expect(writes).toEqual(["DELETE", "INSERT"]);
      expect(
        await ask("PUT", `/Users/${body.id}`, { schemas: [USER], userName: "ada", emails: put.body.emails }),
      ).toMatchObject({
        body: { meta: { version: put.body.meta.version } },
      });
    });

    test("an element keeps its row, and what SCIM does not know of it, while its value stays", async () => {
      const { body } = await create({ userName: "bob", emails: [{ value: "bob@example.com", type: "home" }] });
      await run("UPDATE @emails SET verified_at = 'yes'");
      const [{ id } = { id: undefined }] = await run("SELECT id FROM @emails");
      const patched = await patch(body.id, {
        op: "replace",
        path: 'emails[value eq "BOB@example.com"].type',
        value: "work",
      });
      expect(patched.status).toBe(200);
      expect(await run("SELECT id, kind, verified_at FROM @emails")).toEqual([
        { id, kind: "work", verified_at: "yes" },
      ]);
    });

    test("another primary and swapped types pass unique indexes that let one row have each", async () => {
      const { body } = await create({
        userName: "cleo",
        emails: [
          { value: "a@example.com", type: "work", primary: true },
          { value: "b@example.com", type: "home" },
        ],
      });
      const primary = await patch(body.id, { op: "replace", path: 'emails[type eq "home"].primary', value: true });
      expect(primary.body.emails).toMatchObject([{ primary: false }, { value: "b@example.com", primary: true }]);
      const back = await patch(body.id, { op: "replace", path: 'emails[type eq "work"].primary', value: true });
      expect(back.body.emails).toMatchObject([{ primary: true }, { value: "b@example.com", primary: false }]);
      const swapped = await ask("PUT", `/Users/${body.id}`, {
        schemas: [USER],
        userName: "cleo",
        emails: [
          { value: "a@example.com", type: "home" },
          { value: "b@example.com", type: "work", primary: true },
        ],
      });
      expect(swapped.status).toBe(200);
      const rows = await run("SELECT address, kind FROM @emails ORDER BY address");
      expect(rows).toEqual([
        { address: "a@example.com", kind: "home" },
        { address: "b@example.com", kind: "work" },
      ]);
    });

    test("a refusal by the tables names the attribute, and nothing is stored", async () => {
      await create({ userName: "one", emails: [{ value: "taken@example.com", type: "work" }] });
      const emails = [{ value: "TAKEN@example.com", type: "work" }];
      expect(await create({ userName: "two", emails })).toMatchObject({
        status: 409,
        body: { scimType: "uniqueness", detail: expect.stringContaining("emails.value") },
      });
      expect(await create({ userName: "two", emails: [{ value: "x@example.com", type: "other" }] })).toMatchObject({
        status: 400,
        body: { detail: expect.stringContaining("emails.type") },
      });
      expect(await create({ userName: "two", emails: [{ type: "work" }] })).toMatchObject({
        status: 400,
        body: { detail: expect.stringContaining("emails.value") },
      });
      expect(await run("SELECT login FROM @users")).toEqual([{ login: "one" }]);
    });

    test("value paths, comparisons and sorts find and order what the rows have", async () => {
      await create({ userName: "a", emails: [{ value: "z@x.example", type: "work" }], roles: [{ value: "admin" }] });
      await create({
        userName: "b",
        emails: [
          { value: "m@y.example", type: "work" },
          { value: "m@x.example", type: "home" },
        ],
      });
      await create({
        userName: "c",
        phoneNumbers: [
          { value: "1", type: "work" },
          { value: "2", type: "home" },
        ],
      });
      expect(await found('emails[type eq "work" and value co "@x"]')).toEqual(["a"]);
      expect(await found('emails.value eq "M@X.example"')).toEqual(["b"]);
      expect(await found("emails pr")).toEqual(["a", "b"]);
      expect(await found('not (emails[type eq "home"])')).toEqual(["a", "c"]);
      expect(await found('roles.value eq "ADMIN"')).toEqual(["a"]);
      expect(await found('roles.display eq "administrator"')).toEqual(["a"]);
      expect(await found('phoneNumbers[type eq "work" and value eq "1"]')).toEqual(["c"]);
      expect(await found('phoneNumbers[type eq "home" and value eq "2"]')).toEqual(["c"]);
      const { body } = await ask("GET", "/Users?sortBy=emails.value&sortOrder=descending");
      expect(body.Resources.map(({ userName }: { userName: string }) => userName)).toEqual(["c", "a", "b"]);
    });

    test("a page is read by as many statements, however many users it has: one, or one for each list", async () => {
      for (let index = 0; index < 12; index++)
        await create({
          userName: `u${index}`,
          emails: [{ value: `${index}@example.com`, type: "work" }],
          roles: [{ value: "admin" }],
          entitlements: [{ value: "one" }, { value: "two" }],
        });
      sent.length = 0;
      const { body } = await ask("GET", "/Users?count=10&filter=userName%20sw%20%22u%22");
      expect(body.Resources).toHaveLength(10);
      const statements = sent.filter(({ sql }) => /emails|grants|users_roles/.test(sql));
      // MariaDB cuts what it aggregates, so that the rows of each list are read beside those of the page.
      expect(statements).toHaveLength(engine.name === "MariaDB" ? 3 : 1);
      sent.length = 0;
      expect(await found('emails.value eq "7@example.com"')).toEqual(["u7"]);
      expect(sent.filter(({ sql }) => /emails/.test(sql)).every(({ sql }) => /address_key/.test(sql))).toBe(true);
    });

    test("a role is looked up in the dictionary of the tenant, and has what that says of it", async () => {
      const { body } = await create({
        userName: "ada",
        roles: [{ value: "ADMIN", display: "whatever" }, { display: "administrator" }],
      });
      expect(body.roles).toEqual([{ value: "admin", display: "Administrator" }]);
      await run("UPDATE @users_roles SET granted_by = 'ops'");
      const added = await patch(body.id, { op: "add", path: "roles", value: [{ value: "reader" }] });
      expect(added.body.roles).toEqual([{ value: "admin", display: "Administrator" }, { value: "reader" }]);
      expect(await run("SELECT granted_by FROM @users_roles ORDER BY role_id")).toEqual([
        { granted_by: "ops" },
        { granted_by: null },
      ]);
      const again = await ask("PUT", `/Users/${body.id}`, {
        schemas: [USER],
        userName: "ada",
        roles: added.body.roles,
      });
      expect(again.body.meta.version).toBe(added.body.meta.version);
      const removed = await patch(body.id, { op: "remove", path: 'roles[value eq "admin"]' });
      expect(removed.body.roles).toEqual([{ value: "reader" }]);
    });

    test("a role that the dictionary does not have is 400 by its place, and with missing: drop left out with an event", async () => {
      expect(await create({ userName: "ada", roles: [{ value: "admin" }, { value: "owner" }] })).toMatchObject({
        status: 400,
        body: { scimType: "invalidValue", detail: expect.stringContaining("roles[1]") },
      });
      expect(await run("SELECT login FROM @users")).toEqual([]);
      const lenient = mapping(place);
      const roles = {
        ...lenient.children.roles,
        dictionary: { ...lenient.children.roles.dictionary, missing: "drop" },
      } as const;
      const dropping = mappedStorage({
        ...turns,
        db,
        tables: [mapTable(User, { ...lenient, children: { ...lenient.children, roles } })],
      });
      const { status, body } = await serviceOver(dropping)("POST", "/Users", {
        schemas: [USER],
        userName: "ada",
        roles: [{ value: "admin" }, { value: "owner" }],
      });
      expect(status).toBe(201);
      expect(body.roles).toEqual([{ value: "admin", display: "Administrator" }]);
      expect(events).toContainEqual(
        expect.objectContaining({ type: "missingReference", attribute: "roles", value: "owner", outcome: "dropped" }),
      );
    });

    test("an order column keeps the order, and moves no more rows than it must", async () => {
      const entitlements = ["c", "a", "b"].map((value) => ({ value }));
      const { body } = await create({ userName: "ada", entitlements });
      expect(body.entitlements).toEqual(entitlements);
      sent.length = 0;
      const added = await patch(body.id, { op: "add", path: "entitlements", value: [{ value: "0" }] });
      expect(added.body.entitlements).toEqual([...entitlements, { value: "0" }]);
      expect(sent.filter(({ sql }) => /^(UPDATE|DELETE).*grants/s.test(sql))).toEqual([]);
      const turned = [...added.body.entitlements].reverse();
      const put = await ask("PUT", `/Users/${body.id}`, { schemas: [USER], userName: "ada", entitlements: turned });
      expect(put.body.entitlements).toEqual(turned);
    });

    test("an element that its table does not keep goes to rest, and comes back", async () => {
      const phoneNumbers = [
        { value: "1", type: "work" },
        { value: "2", type: "home" },
        { value: "3", type: "work", display: "three" },
      ];
      const { body } = await create({ userName: "ada", phoneNumbers });
      expect(body.phoneNumbers).toEqual([{ ...phoneNumbers[0] }, phoneNumbers[1], phoneNumbers[2]]);
      expect(await run("SELECT number FROM @phones")).toEqual([{ number: "1" }]);
    });

    test("a deletion takes the rows with it, and events tell of elements before and after", async () => {
      const { body } = await create({
        userName: "ada",
        emails: [{ value: "a@example.com", type: "work" }],
        roles: [{ value: "admin" }],
      });
      await patch(body.id, { op: "remove", path: "emails" });
      const changed = events.find(({ type }) => type === "patched") as { before?: object; after?: object } | undefined;
      expect(changed).toMatchObject({
        before: { emails: [{ value: "a@example.com" }] },
        after: { roles: [{ value: "admin" }] },
      });
      expect(changed?.after).not.toHaveProperty("emails");
      expect((await ask("DELETE", `/Users/${body.id}`)).status).toBe(204);
      expect(await run("SELECT * FROM @users_roles")).toEqual([]);
    });

    test("rows of another tenant are not seen, and renameTenant takes those of the tenant along", async () => {
      await create({
        userName: "ada",
        emails: [{ value: "a@example.com", type: "work" }],
        roles: [{ value: "admin" }],
      });
      await storage.renameTenant("acme", "acme2");
      const renamed = await serviceOver(storage, "acme2")("GET", "/Users");
      expect(renamed.body.Resources).toMatchObject([{ emails: [{ value: "a@example.com" }] }]);
      await storage.renameTenant("acme2", "acme");
      expect(await found('emails.value eq "a@example.com"')).toEqual(["ada"]);
      expect((await serviceOver(storage, "other")("GET", "/Users")).body.totalResults).toBe(0);
    });

    test("reindex moves what is in rest from before to its table, and prepare fills keys", async () => {
      const { body } = await create({ userName: "ada" });
      await run(
        `UPDATE @users SET extra = '{"emails":[{"value":"old@example.com","type":"work"}],"roles":[{"value":"Reader"}]}'`,
      );
      const shown = await ask("GET", `/Users/${body.id}`);
      expect(shown.body.emails).toEqual([{ value: "old@example.com", type: "work" }]);
      await storage.reindex({ resourceTypes: [User], tenant: "acme" });
      expect(await run("SELECT address, address_key FROM @emails")).toEqual([
        { address: "old@example.com", address_key: "old@example.com" },
      ]);
      expect(await run("SELECT extra FROM @users")).toEqual([{ extra: "{}" }]);
      expect((await ask("GET", `/Users/${body.id}`)).body.roles).toEqual([{ value: "reader" }]);
      await run("UPDATE @emails SET address = 'New@Example.com', address_key = NULL");
      await storage.prepare();
      expect(await found('emails.value eq "new@example.com"')).toEqual(["ada"]);
    });

    test("prepare says of each table of a list what to change", async () => {
      await run("CREATE TABLE @misfits (owner text, kind text NOT NULL, plan text NOT NULL)");
      const wrong = mapTable(User, {
        ...mapping(place),
        children: {
          emails: {
            ...place,
            table: "misfits",
            holder: "owner",
            columns: { value: "adress" },
            defaults: { kind: "x" },
            forgotten: ["type", "display", "primary"],
          },
          roles: {
            ...mapping(place).children.roles,
            dictionary: { ...mapping(place).children.roles.dictionary, columns: { value: "nam" } },
          },
          ims: { ...place, table: "nowhere", holder: "user_id", columns: { value: "v" } },
        },
      });
      const error = await mappedStorage({ db, tables: [wrong], ...turns })
        .prepare()
        .then(
          () => undefined,
          (thrown: Error) => thrown,
        );
      const lines = (error?.message.split("\n- ").slice(1) ?? []).map((line) =>
        line.replaceAll(`${place.schema}.`, ""),
      );
      expect(lines).toEqual([
        expect.stringMatching(/^misfits\.owner is (text|varchar\(190\)) and names ids of User/),
        "misfits.adress: there is no such column. Add it, or change the mapping.",
        expect.stringContaining("misfits.plan is NOT NULL and nothing fills it"),
        expect.stringContaining("roles.nam: there is no such column."),
        expect.stringContaining("nowhere: there is no such table"),
      ]);
      await run("CREATE TABLE @slow (user_id bigint NOT NULL, value text)");
      const slow = mapTable(User, {
        ...mapping(place),
        children: { ims: { ...place, table: "slow", holder: "user_id", columns: { value: "value" } } },
      });
      await expect(mappedStorage({ db, tables: [slow], ...turns }).prepare()).rejects.toThrow(
        "slow: no index begins with user_id, so that every page would read all of it: CREATE INDEX ON slow (user_id).",
      );
    });
  });

const Tagged = defineResourceType({
  name: "Tagged",
  schema: defineSchema({
    id: "urn:example:params:scim:schemas:Tagged",
    name: "Tagged",
    attributes: { name: {}, tags: { multiValued: true }, sizes: { multiValued: true, type: "integer" } },
  }),
});

describe("mapTable with child tables", () => {
  const at = { table: "users", id: "id", ...meta } as const;
  const storageOf = (given: Partial<TableMapping<typeof User>>) => () =>
    mappedStorage({
      db: {} as Kysely<unknown>,
      tables: [mapTable(User, { ...at, columns: { userName: "login" }, rest: "rest", ...given })],
    });

  test("refuses what is no list, what has another place, and parts that would be lost", () => {
    const emails = { table: "emails", holder: "user_id", columns: { value: "address" } } as const;
    expect(storageOf({ children: { emails }, elements: { emails: [{ columns: { value: "mail" } }] } })).toThrow(
      "emails has more than one place",
    );
    // @ts-expect-error groups are computed
    expect(storageOf({ children: { groups: emails } })).toThrow("groups");
    // @ts-expect-error there is no such list
    expect(storageOf({ children: { email: emails } })).toThrow("Did you mean emails?");
    // @ts-expect-error there is no such part
    expect(storageOf({ children: { emails: { ...emails, columns: { valeu: "address" } } } })).toThrow("emails.valeu");
    // @ts-expect-error nor a list of single parts
    expect(storageOf({ children: { name: emails } })).toThrow("name");
    expect(() =>
      mapTable(Tagged, {
        ...at,
        columns: { name: "name" },
        children: {
          tags: { table: "tags", holder: "tagged_id", columns: { value: "tag" } },
          // @ts-expect-error a list of numbers reads numbers
          sizes: { table: "sizes", holder: "tagged_id", columns: { value: { column: "size", read: () => "one" } } },
        },
      }),
    ).not.toThrow();
    const whole = { table: "emails", holder: "user_id", columns: { value: "address", type: "kind" } } as const;
    expect(() =>
      mappedStorage({
        db: {} as Kysely<unknown>,
        tables: [mapTable(Tagged, { ...at, columns: { name: "name", externalId: "x" }, children: {} })],
      }),
    ).toThrow("these attributes have no column: tags, sizes");
    const { rest: _, ...without } = { ...at, rest: "rest", columns: {}, children: { emails: whole } };
    expect(() => mappedStorage({ db: {} as Kysely<unknown>, tables: [mapTable(User, without)] })).toThrow(
      "emails.display, emails.primary would be lost: name a column of emails for it, list it in forgotten, or name a JSON column as rest.",
    );
  });
});
