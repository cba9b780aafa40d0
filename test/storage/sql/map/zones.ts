import { parseArgs } from "node:util";
import { CompiledQuery, Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { createScim, defineResourceType, defineSchema } from "../../../../src/index.ts";
import { type MappedStorage, mappedStorage, mapTable, openSqlite } from "../../../../src/storage/sql/index.ts";

// What a process in another time zone makes of times in tables: run by zones.test.ts, with TZ set. Prints what it finds as JSON.

const { url, schema, sessionZone } = parseArgs({
  options: { url: { type: "string" }, schema: { type: "string" }, sessionZone: { type: "string" } },
}).values;

const SCHEMA = "urn:example:Badge";
const Badge = defineResourceType({
  name: "Badge",
  endpoint: "/Badges",
  schema: defineSchema({
    id: SCHEMA,
    name: "Badge",
    attributes: {
      name: { type: "string" },
      plain: { type: "dateTime" },
      zoned: { type: "dateTime" },
      text: { type: "dateTime" },
      day: { type: "dateTime" },
    },
  }),
});

const db =
  url === undefined
    ? await openSqlite(":memory:")
    : new Kysely<unknown>({
        dialect: new PostgresDialect({
          pool: new pg.Pool({
            connectionString: url,
            max: 2,
            options: `-c TimeZone=${sessionZone} -c search_path=${schema}`,
          }),
        }),
      });
const run = (text: string) => db.executeQuery<Record<string, unknown>>(CompiledQuery.raw(text));
const [plain, zoned, day, json] =
  url === undefined ? ["text", "text", "text", "text"] : ["timestamp(3)", "timestamptz", "date", "jsonb"];
await run(`CREATE TABLE badges (id text PRIMARY KEY, name text, plain ${plain}, zoned ${zoned}, text text, day ${day}, rest ${json},
  version integer NOT NULL DEFAULT 1, created_at ${plain} NOT NULL, updated_at ${plain} NOT NULL, gone_at ${plain})`);
await run(`INSERT INTO badges (id, name, plain, zoned, text, day, created_at, updated_at) VALUES ('old', 'old', '2026-07-01 02:30:00.5',
  '2026-07-01 02:30:00.5Z', '2026-07-01T02:30:00', '2026-07-01', '2026-01-15 10:00:00', '2026-03-08 02:30:00.25')`);

const storage: MappedStorage = mappedStorage({
  db,
  tables: [
    mapTable(Badge, {
      table: "badges",
      id: "id",
      version: "version",
      created: "created_at",
      lastModified: "updated_at",
      deleted: "gone_at",
      columns: { name: "name", plain: "plain", zoned: "zoned", text: "text", day: "day" },
      rest: "rest",
    }),
  ],
});
await storage.prepare();
const scim = createScim({
  resourceTypes: [Badge],
  storage,
  baseUrl: "https://example.com",
  authenticate: () => ({}),
});
const ask = async (method: string, path: string, body?: object) => {
  const response = await scim.handle({
    method,
    url: `https://example.com${path}`,
    headers: { "content-type": "application/scim+json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return JSON.parse(String(response.body ?? "{}") || "{}");
};
const found = async (filter: string): Promise<readonly string[]> => {
  const { Resources = [] } = await ask("GET", `/Badges?filter=${encodeURIComponent(filter)}`);
  return (Resources as readonly { readonly name: string }[]).map(({ name }) => name).sort();
};

const old = await ask("GET", "/Badges/old");
const before = Date.now();
const time = "2026-11-01T01:30:00.000+05:30";
const given = { schemas: [SCHEMA], name: "new", plain: time, zoned: time, text: time, day: "2026-11-01T00:00:00Z" };
const created = await ask("POST", "/Badges", given);
const again = await ask("PUT", `/Badges/${created.id}`, { ...given, plain: "2026-10-31T20:00:00Z" });
const changed = await ask("PUT", `/Badges/${created.id}`, { ...given, name: "new", plain: "2026-10-31T20:00:01Z" });
const { rows } = await run("SELECT CAST(plain AS text) AS plain FROM badges WHERE name = 'new'");
const isNow = (text: string): boolean => Date.parse(text) >= before - 1 && Date.parse(text) <= Date.now();
process.stdout.write(
  JSON.stringify({
    old,
    created,
    isUnchanged: again.meta.version === created.meta.version,
    stored: rows[0]?.plain,
    isNow: isNow(created.meta.created) && isNow(changed.meta.lastModified),
    found: {
      plain: await found('plain eq "2026-07-01T02:30:00.5Z"'),
      zoned: await found('zoned eq "2026-07-01T04:30:00.5+02:00"'),
      text: await found('text eq "2026-07-01T02:30:00Z"'),
      day: await found('day lt "2026-07-01T00:00:01Z" and day gt "2026-06-30T23:59:59Z"'),
      created: await found('meta.created lt "2026-01-15T10:00:01Z" and meta.created gt "2026-01-15T09:59:59Z"'),
      modified: await found('meta.lastModified eq "2026-03-08T02:30:00.25Z"'),
      new: await found('plain eq "2026-10-31T20:00:01Z" and zoned eq "2026-10-31T20:00:00Z"'),
      sorted: (await ask("GET", "/Badges?sortBy=plain")).Resources.map(({ name }: { name: string }) => name),
    },
  }),
);
await db.destroy();
