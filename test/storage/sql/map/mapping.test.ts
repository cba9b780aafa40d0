import { CompiledQuery } from "kysely";
import { afterAll, describe, expect, test } from "vitest";
import {
  createScim,
  defineResourceType,
  defineSchema,
  EnterpriseUserSchema,
  Group,
  type ResourceTypeDefinition,
  type ScimResponse,
  User,
} from "../../../../src/index.ts";
import {
  type ColumnCondition,
  mappedStorage,
  mapTable,
  openSqlite,
  type TableMapping,
} from "../../../../src/storage/sql/index.ts";
import { USER } from "../../../support/directory.ts";
import { someEngines } from "../engines.ts";
import { type Application, json, made, type NamedOptions, organizations, plain, storageOf } from "./tables.ts";

const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/** A service over mapped tables: what an identity provider meets. */
function service(options: NamedOptions) {
  const scim = createScim({
    resourceTypes: options.resourceTypes ?? [User.extend(EnterpriseUserSchema), Group],
    storage: storageOf(options),
    baseUrl: "https://example.com/scim/v2",
    authenticate: () =>
      Object.values(options.types).some(({ tenant }) => tenant !== undefined) ? { tenant: "acme" } : {},
  });
  return async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const response: ScimResponse = await scim.handle({
      method,
      url: `https://example.com/scim/v2${path}`,
      headers: { "content-type": "application/scim+json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = typeof response.body === "string" ? response.body : "";
    return { status: response.status, body: text === "" ? {} : JSON.parse(text) };
  };
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, never>>;
}

const meta = { version: "version", created: "created_at", lastModified: "updated_at" };
const userMapping = (more: Partial<TableMapping>): TableMapping => ({
  table: "users",
  id: "id",
  ...meta,
  columns: { userName: "email" },
  rest: "rest",
  ...more,
});

describe("a mapping is refused when the storage is made", async () => {
  const db = await openSqlite(":memory:");
  const refused = (mapping: Partial<TableMapping>, more: Partial<NamedOptions> = {}): unknown => {
    try {
      return storageOf({ db, types: { User: userMapping(mapping) }, ...more });
    } catch (error) {
      return (error as Error).message;
    }
  };
  afterAll(() => db.destroy());

  test.each([
    [
      "a path that is no attribute, with the nearest one",
      { columns: { userName: "email", "name.givename": "x" } },
      "Did you mean name.givenName?",
    ],
    ["a path in another letter case", { columns: { username: "email" } }, "Did you mean userName?"],
    [
      "attributes without a place, each by its name",
      { rest: undefined },
      "these attributes have no column: externalId, name.formatted",
    ],
    ["a list in a plain column", { columns: { userName: "email", emails: "mails" } }, "emails is no single value"],
    [
      "a part of each element in a plain column",
      { columns: { userName: "email", "emails.value": "mail" } },
      "use elements",
    ],
    [
      "a column for what is computed",
      { columns: { userName: "email", groups: { column: "g", read: () => 1, write: () => 1 } } },
      "groups is computed",
    ],
    ["a column for the id", { columns: { userName: "email", id: "uuid" } }, "must not name id"],
    [
      "a column that is named twice",
      { columns: { userName: "email", title: { column: "other", key: "email" } } },
      "the column email is named twice",
    ],
    ["a unique attribute without a column", { columns: {} }, "userName is unique, and needs a column"],
    [
      "a unique attribute behind converters without a key",
      { columns: { userName: { column: "email", read: String, write: String } } },
      "name a key column",
    ],
    ["an element without value", { elements: { emails: [{ columns: { display: "d" } }] } }, "needs a column for value"],
    [
      "a collection that refers to nothing",
      { collections: { emails: { table: "m", holder: "h", value: "v", resourceType: "User" } } },
      "no list of references",
    ],
    [
      "two places for one attribute",
      { columns: { userName: "email", emails: json("mails") }, elements: { emails: [{ columns: { value: "mail" } }] } },
      "emails has more than one place: name it in one of columns, elements, collections and children.",
    ],
    [
      "a column for an object and one for a part of it",
      { columns: { userName: "email", name: json("name"), "name.givenName": "first" } },
      "name has a column for all of it",
    ],
    [
      "a comparison key of a list",
      { columns: { userName: "email", emails: { ...json("mails"), key: "mail_key" } } },
      "emails is no single value, of which mail_key could hold the comparison key",
    ],
    [
      "an attribute of an extension by its name alone and with its URN",
      { columns: { userName: "email", department: "d", [`${EnterpriseUserSchema.id}:department`]: "e" } },
      `${EnterpriseUserSchema.id}:department is named with its URN and without it: leave one of them out.`,
    ],
    [
      "an option that there is none of, with the one that was meant",
      { colums: {}, colection: {} },
      "colums is no option. Did you mean columns? colection is no option. Did you mean collections?",
    ],
    [
      "elements that are no list",
      { elements: { emails: { columns: { value: "email" }, fixed: { type: "work" } } } },
      "elements.emails must be a list: [{ columns: …, fixed: … }].",
    ],
    [
      "an option of a column that there is none of",
      { columns: { userName: { column: "email", kee: "k" } } },
      "columns.userName.kee is no option. Did you mean key?",
    ],
    [
      "what every table needs, all at once",
      { version: undefined, created: undefined },
      "version is missing: give an integer column, not NULL, that every change counts up: ALTER TABLE … ADD COLUMN version integer NOT NULL DEFAULT 1. created is missing",
    ],
    [
      "an id of a type that there is none of",
      { id: { column: "id", type: "bigint" } },
      "id.type must be one of: text, integer, uuid",
    ],
    [
      "a constraint that is about no attribute",
      { constraints: { users_phone: "phoneNumber" } },
      "Did you mean phoneNumbers?",
    ],
    ["a secret without a hash", { columns: { userName: "email", password: "hash" } }, "give hashSecret"],
  ] satisfies [string, object, string][])("for %s", (_, mapping, said) => {
    expect(refused(mapping as Partial<TableMapping>)).toContain(said);
  });

  test("with a hint only where there is something near that can stand there", () => {
    const roles = { roles: { table: "r", holder: "h", value: "v", resourceType: "User" } };
    expect(refused({ collections: roles })).toMatch(/collections names roles, which is no list of references\.$/);
    expect(refused({ columns: { userName: "email", shoeSize: "s" } })).toMatch(/which is no attribute\.$/);
  });

  test("for groups that a user's groups could not be computed from", () => {
    const types = {
      User: userMapping({}),
      Group: {
        table: "teams",
        id: "id",
        ...meta,
        columns: { displayName: "name", members: json("members") },
        rest: "rest",
      },
    };
    expect(refused({}, { types })).toContain(
      "User.groups is computed from Group.members, which a column of converters hides",
    );
  });

  test("for tables that mapTable did not make, and a db that is no Kysely", async () => {
    const storageWith = (options: unknown) => () => mappedStorage(options as Parameters<typeof mappedStorage>[0]);
    const tables = [
      mapTable(User, {
        table: "t",
        id: "id",
        version: "v",
        created: "c",
        lastModified: "m",
        columns: { userName: "u" },
        rest: "r",
      }),
    ];
    for (const given of [undefined, { User: tables[0] }, [tables[0]?.mapping], [undefined]])
      expect(storageWith({ db: await openSqlite(":memory:"), tables: given })).toThrow(
        "tables must be a list of what mapTable",
      );
    for (const db of [undefined, "postgres://localhost", { query() {} }])
      expect(storageWith({ db, tables })).toThrow("db must be a Kysely, which a driver, a pool or a URL is not");
  });

  test("for a type that is named twice, join tables that lead nowhere or lose something, ids that two types share, and tenants of some", () => {
    const members = { table: "m", holder: "h", value: "v", resourceType: "User" };
    const group = (more: Partial<TableMapping>): TableMapping => ({
      table: "teams",
      id: "id",
      ...meta,
      columns: { displayName: "name" },
      rest: "rest",
      ...more,
    });
    const [one, other]: readonly ResourceTypeDefinition[] = [User, User.unique("title")];
    const twice = [one, other].flatMap((type) => (type === undefined ? [] : [mapTable(type, userMapping({}))]));
    expect(() => mappedStorage({ db, tables: twice })).toThrow("tables has the resource type User twice");
    const fans = {
      type: "complex",
      multiValued: true,
      subAttributes: { value: {}, $ref: { type: "reference", referenceTypes: ["User"] }, since: {} },
    } as const;
    const Club = defineResourceType({
      name: "Club",
      schema: defineSchema({ id: "urn:example:params:scim:schemas:Club", name: "Club", attributes: { fans } }),
    });
    const clubs = {
      table: "c",
      id: "id",
      ...meta,
      columns: {},
      rest: "rest",
      collections: { fans: members },
    };
    expect(refused({}, { types: { Club: clubs }, resourceTypes: [User, Club] })).toContain("fans.since would be lost");
    // A member's display is the server's, and cannot be lost [R-51a].
    const known = members;
    expect(refused({}, { types: { Group: group({ collections: { members: known } }) } })).toContain(
      "refers to User, which has no table",
    );
    const id = { column: "id", type: "integer" } as const;
    expect(refused({}, { types: { User: userMapping({ id }), Group: group({ id }) } })).toContain(
      "would have the same ids",
    );
    expect(refused({}, { types: { User: userMapping({ tenant: "org" }), Group: group({}) } })).toContain("or none");
    expect(refused({}, { comparisonKey: () => "x" })).toContain("comparisonKey is your own");
  });
});

/** Users that are switched off by a time, as many applications have it. */
const disabling: Application = {
  ...plain,
  name: "a time of disabling",
  ddl: (isPostgres) =>
    plain
      .ddl(isPostgres)
      .map((text) => text.replace("enabled boolean", `disabled_at ${isPostgres ? "timestamptz" : "text"}`)),
  types(schema) {
    const { User: user, ...others } = plain.types(schema);
    return {
      ...others,
      User: {
        ...(user as TableMapping),
        columns: {
          userName: "login",
          active: {
            column: "disabled_at",
            read: (value) => value === null,
            write: (value) => (value === false ? new Date(0) : null),
            filter: (operator, operand): ColumnCondition | undefined => {
              if (operator === "pr") return true;
              return operator === "eq" && typeof operand === "boolean" ? { isNull: operand } : undefined;
            },
          },
        },
      },
    };
  },
};

for (const engine of someEngines()) {
  describe(engine.name, () => {
    afterAll(() => engine.close());
    const userOf = (userName: string, more: object = {}) => ({ schemas: [USER], userName, ...more });

    test("a user goes to the columns, what has no column to the rest, and both come back", async () => {
      const { options, run } = await made(plain, engine);
      const ask = service(options);
      const given = userOf("ada", {
        title: "Countess",
        active: true,
        emails: [
          { value: "ada@example.com", type: "work", primary: true },
          { value: "ada@home.example", type: "home" },
        ],
        phoneNumbers: [{ value: "+1", type: "work" }],
        [EnterpriseUserSchema.id]: { department: "Engines" },
        schemas: [USER, EnterpriseUserSchema.id],
      });
      const { status, body } = await ask("POST", "/Users", given);
      expect(status).toBe(201);
      expect(body).toMatchObject(given);
      const [row] = (await run("SELECT * FROM users")).rows;
      expect(row).toMatchObject({ login: "ada", email: "ada@example.com", phone: "+1" });
      expect(JSON.parse(String(row?.extra))).toEqual({
        title: "Countess",
        emails: [{ value: "ada@home.example", type: "home" }],
        [EnterpriseUserSchema.id]: { department: "Engines" },
      });
      const path = `/Users/${body.id}`;
      const operations = [
        { op: "replace", path: 'emails[type eq "work"].value', value: "lovelace@example.com" },
        { op: "remove", path: "phoneNumbers" },
        { op: "remove", path: "title" },
      ];
      expect((await ask("PATCH", path, { schemas: [PATCH], Operations: operations })).status).toBe(200);
      const after = await ask("GET", path);
      expect(after.body).toMatchObject({
        emails: [{ value: "lovelace@example.com", type: "work", primary: true }, { type: "home" }],
      });
      expect(after.body).not.toHaveProperty("phoneNumbers");
      expect((await run("SELECT * FROM users")).rows[0]).toMatchObject({ email: "lovelace@example.com", phone: null });
      for (const filter of [
        'emails[type eq "work" and value sw "lovelace"]',
        'emails.value eq "ADA@home.example"',
        "not (title pr)",
      ])
        expect((await ask("GET", `/Users?filter=${encodeURIComponent(filter)}`)).body, filter).toMatchObject({
          totalResults: 1,
        });
    });

    test("an element that has no place is refused where there is no rest, and nothing is written", async () => {
      const { options } = await made(plain, engine);
      const Contact = User;
      const { rest: _, ...user } = options.types.User as TableMapping;
      const kept = ["userName", "active", "emails", "phoneNumbers"];
      const attributes = Object.fromEntries(
        Object.entries(Contact.schema.attributes).filter(([name]) => kept.includes(name)),
      );
      const { defineResourceType, defineSchema } = await import("../../../../src/index.ts");
      const Small = defineResourceType({ name: "User", schema: defineSchema({ id: USER, name: "User", attributes }) });
      const types = { User: { ...user, columns: { ...user.columns, externalId: "extra" } } };
      const ask = service({ ...options, resourceTypes: [Small], types });
      const refused = await ask("POST", "/Users", userOf("ada", { emails: [{ value: "a", type: "home" }] }));
      expect(refused).toMatchObject({ status: 400, body: { scimType: "invalidValue" } });
      expect(String(refused.body.detail)).toContain('it stores one of each of: {"type":"work","primary":true}');
      expect((await ask("GET", "/Users")).body).toMatchObject({ totalResults: 0 });
      expect(
        (await ask("POST", "/Users", userOf("ada", { emails: [{ value: "a", type: "work", primary: true }] }))).status,
      ).toBe(201);
    });

    test("a converter turns a time of disabling into active, both ways, in filters and only where it changes", async () => {
      const { options, run } = await made(disabling, engine);
      const ask = service(options);
      const { body } = await ask("POST", "/Users", userOf("ada"));
      await ask("POST", "/Users", userOf("bob", { active: false }));
      const found = async (filter: string) =>
        (await ask("GET", `/Users?filter=${encodeURIComponent(filter)}`)).body.totalResults;
      expect([
        await found("active eq true"),
        await found("active eq false"),
        await found("active ne true"),
        await found("active pr"),
      ]).toEqual([1, 1, 1, 2]);
      expect([await found("not (active eq true)"), await found('active eq false and userName eq "BOB"')]).toEqual([
        1, 1,
      ]);
      const patch = (value: unknown) => ({ schemas: [PATCH], Operations: [{ op: "replace", path: "active", value }] });
      await ask("PATCH", `/Users/${body.id}`, patch(false));
      const time = "1999-01-01 00:00:00+00";
      await run(`UPDATE users SET disabled_at = '${time}'`);
      await ask("PATCH", `/Users/${body.id}`, {
        schemas: [PATCH],
        Operations: [{ op: "add", path: "title", value: "x" }],
      });
      for (const row of (await run("SELECT disabled_at FROM users")).rows)
        expect(new Date(String(row.disabled_at)).getUTCFullYear()).toBe(1999);
      await ask("PATCH", `/Users/${body.id}`, patch(true));
      expect((await ask("GET", `/Users/${body.id}`)).body).toMatchObject({ active: true });
    });

    test("a userName in a plain column is unique and found by its comparison key, whatever the table's own constraints are [G-3 S-7-22]", async () => {
      const { options } = await made(plain, engine);
      const ask = service(options);
      for (const userName of ["ada", "Straße", "KÉVIN", "kelvin"])
        expect((await ask("POST", "/Users", userOf(userName))).status).toBe(201);
      for (const userName of ["ADA", "STRAßE", "ke\u0301vin", "\u212aelvin"])
        expect((await ask("POST", "/Users", userOf(userName))).body, userName).toMatchObject({
          scimType: "uniqueness",
        });
      const racing = await Promise.all(
        Array.from({ length: 8 }, (_, index) => ask("POST", "/Users", userOf(index % 2 ? "Éva" : "éva"))),
      );
      expect(racing.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(409)]);
      const found = await ask("GET", `/Users?filter=${encodeURIComponent('userName eq "kévin"')}`);
      expect(found.body).toMatchObject({ totalResults: 1, Resources: [{ userName: "KÉVIN" }] });
    });

    test("a constraint of the table is told as the attribute whose column it is about", async () => {
      const { options, run } = await made(plain, engine);
      await run("CREATE UNIQUE INDEX one_mail ON users (email)");
      if (engine.isPostgres) await run("ALTER TABLE users ADD CONSTRAINT short CHECK (length(phone) < 9)");
      const ask = service(options);
      const mails = { emails: [{ value: "a@example.com", type: "work", primary: true }] };
      expect((await ask("POST", "/Users", userOf("ada", mails))).status).toBe(201);
      const taken = await ask("POST", "/Users", userOf("bob", mails));
      expect(taken).toMatchObject({ status: 409, body: { scimType: "uniqueness" } });
      expect(String(taken.body.detail)).toContain("emails");
      if (!engine.isPostgres) return;
      const long = await ask("POST", "/Users", userOf("eve", { phoneNumbers: [{ value: "123456789", type: "work" }] }));
      expect(long).toMatchObject({ status: 400, body: { scimType: "invalidValue" } });
      expect(String(long.body.detail)).toContain("phoneNumbers does not keep the rules");
      const named = await ask("POST", "/Users", userOf("x".repeat(301)));
      expect(named).toMatchObject({ status: 400, body: { scimType: "invalidValue" } });
      expect((await ask("GET", "/Users")).body).toMatchObject({ totalResults: 1 });
    });

    test("ids that the column cannot hold are unknown, and never an error", async () => {
      for (const application of [plain, organizations]) {
        const { options, sent } = await made(application, engine);
        const ask = service(options);
        const { body } = await ask("POST", "/Groups", { schemas: [GROUP], displayName: "g" });
        sent.length = 0;
        const patch = { schemas: [PATCH], Operations: [{ op: "add", path: "members", value: [{ value: "u1" }] }] };
        for (const id of [
          "1",
          "u0x1",
          "u01",
          "u99999999999999999999",
          "u1 OR 1=1",
          "u-0",
          "%00",
          "u1e0",
          "U1",
          "7f0c0e6e-0000-4000-8000-00000000000Z",
        ]) {
          const path = `/Users/${encodeURIComponent(id)}`;
          expect((await ask("GET", path)).status, id).toBe(404);
          expect((await ask("DELETE", path)).status, id).toBe(404);
          expect(
            (await ask("PATCH", path, { ...patch, Operations: [{ op: "add", path: "title", value: "x" }] })).status,
            id,
          ).toBe(404);
          const found = await ask(
            "GET",
            `/Users?filter=${encodeURIComponent(`id eq "${id}" or groups.value eq "${id}"`)}`,
          );
          expect(found, id).toMatchObject({ status: 200, body: { totalResults: 0 } });
          const member = { schemas: [PATCH], Operations: [{ op: "add", path: "members", value: [{ value: id }] }] };
          expect((await ask("PATCH", `/Groups/${body.id}`, member)).status, id).toBe(400);
        }
      }
    });

    test("no text of a client is part of a statement", async () => {
      const { options, sent } = await made(plain, engine);
      const ask = service(options);
      const text = "'\"; DROP TABLE users; --$1?";
      const { body } = await ask(
        "POST",
        "/Users",
        userOf(text, { title: text, emails: [{ value: text, type: text }] }),
      );
      const quoted = JSON.stringify(text);
      for (const filter of [
        `userName eq ${quoted}`,
        `title co ${quoted}`,
        `emails[type eq ${quoted} and value ew ${quoted}]`,
        `groups.display eq ${quoted}`,
      ])
        expect((await ask("GET", `/Users?filter=${encodeURIComponent(filter)}&sortBy=title`)).status).toBe(200);
      await ask("PUT", `/Users/${body.id}`, userOf(`${text}2`));
      expect(sent.length).toBeGreaterThan(5);
      for (const { sql } of sent) expect(sql).not.toContain("DROP");
    });

    test("a member is added by one statement on PostgreSQL and read by none, groups of a page of users come with the page, and a removal reads no other member", async () => {
      const { options, sent, run } = await made(plain, engine);
      const ask = service(options);
      const users = [];
      for (let index = 0; index < 6; index++) users.push((await ask("POST", "/Users", userOf(`u${index}`))).body.id);
      const members = users.slice(1).map((value) => ({ value }));
      const { body } = await ask("POST", "/Groups", { schemas: [GROUP], displayName: "g", members });
      const path = `/Groups/${body.id}?excludedAttributes=members`;
      const change = async (op: string, ids: readonly unknown[]) => {
        sent.length = 0;
        const value = ids.map((id) => ({ value: id }));
        expect(
          (await ask("PATCH", path, { schemas: [PATCH], Operations: [{ op, path: "members", value }] })).status,
        ).toBe(200);
        return sent.filter(({ sql }) => !/^(begin|commit|start transaction|BEGIN IMMEDIATE)/i.test(sql)).length;
      };
      // The last one reads the group for the answer.
      expect(await change("add", users.slice(0, 1))).toBe(engine.isPostgres ? 2 : 6);
      await change("add", users.slice(0, 1));
      sent.length = 0;
      const page = await ask("GET", "/Users?count=5");
      expect(sent).toHaveLength(1);
      expect(page.body).toMatchObject({
        totalResults: 6,
        Resources: Array(5).fill({ groups: [{ value: body.id, display: "g", type: "direct" }] }),
      });
      await ask("DELETE", `/Users/${users[2]}`);
      expect((await run("SELECT * FROM memberships")).rows).toHaveLength(5);
      expect((await ask("GET", `/Groups/${body.id}`)).body).toMatchObject({ meta: { version: 'W/"3"' } });
    });

    test("rows of other parts of the application are there, with what they lack left out", async () => {
      const { options, run } = await made(plain, engine);
      const ask = service(options);
      await run("INSERT INTO users (login, created_at) VALUES ('Ada', '2020-01-02 03:04:05')");
      const { body } = await ask("GET", '/Users?filter=userName%20eq%20"ada"');
      expect(body).toMatchObject({ totalResults: 1, Resources: [{ userName: "Ada", meta: { version: 'W/"1"' } }] });
      expect(JSON.stringify(body)).toContain("2020-01-02T");
      expect(JSON.stringify(body)).not.toContain("active");
    });

    test("a userName in a plain column is found by the two indexes that the documentation names", async () => {
      const { options, run, sent, db } = await made(plain, engine);
      const numbers = engine.isPostgres
        ? "SELECT generate_series(1, 5000) AS n"
        : "WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 5000) SELECT n FROM counted";
      await run(
        `INSERT INTO users (login, created_at) SELECT 'User' || n, '2026-01-01 00:00:00' FROM (${numbers}) numbers`,
      );
      const beyond = engine.isPostgres
        ? "octet_length(login) - char_length(login)"
        : "length(CAST(login AS BLOB)) - length(login)";
      await run(`CREATE INDEX login_lower ON users (lower(login${engine.isPostgres ? ' COLLATE "C"' : ""}))`);
      await run(`CREATE INDEX login_beyond ON users ((${beyond}))`);
      const ask = service(options);
      sent.length = 0;
      const { body } = await ask("GET", `/Users?filter=${encodeURIComponent('userName eq "USER77"')}`);
      expect(body).toMatchObject({ totalResults: 1, Resources: [{ userName: "User77" }] });
      expect(sent).toHaveLength(1);
      const explain = engine.isPostgres ? "EXPLAIN" : "EXPLAIN QUERY PLAN";
      const plan = [];
      for (const { sql, parameters } of [...sent])
        plan.push(...(await db.executeQuery(CompiledQuery.raw(`${explain} ${sql}`, [...parameters]))).rows);
      for (const index of ["login_lower", "login_beyond"]) expect(JSON.stringify(plan)).toContain(index);
    });

    test("check fills the keys of rows that have none, and says which column is missing", async () => {
      const { options, run } = await made(organizations, engine);
      await run(
        `ALTER TABLE users ${engine.isPostgres ? "ALTER COLUMN email_key DROP NOT NULL" : "ADD COLUMN unused text"}`,
      );
      const time = "'2026-01-01T00:00:00Z'";
      const key = engine.isPostgres ? "NULL" : "''";
      await run(
        `INSERT INTO users (id, org, email, email_key, version, created_at, updated_at) VALUES ('7f0c0e6e-0000-4000-8000-000000000001', 'acme', 'ÉVA', ${key}, 1, ${time}, ${time})`,
      );
      await storageOf(options).prepare();
      const [row] = (await run("SELECT email_key FROM users")).rows;
      expect(row?.email_key).toBe(engine.isPostgres ? "éva" : "");
      const { User: user } = options.types;
      const types = { ...options.types, User: { ...(user as TableMapping), rest: "nowhere" } };
      await expect(storageOf({ ...options, types }).prepare()).rejects.toThrow("nowhere");
    });
  });
}
