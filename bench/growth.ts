// What ten times the data does to the cost of a request, for storage in memory, SQLite and PostgreSQL whose planner knows nothing of the
// values (nobody has run ANALYZE): look-ups, changes of members and cursor pages at most × 1.2, what looks at every resource at most × 10.5.
// Directories of both sizes take turns, so that whatever else the machine does meets both; ends with a status other than 0 when a bound is broken.
//   npm run bench:growth -- [--users=10000 --times=10 --only=memory,sqlite,postgres]
//   DATABASE_URL=postgres://… npm run bench:growth
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { createScim, Group, type Scim, type StorageAdapter, User } from "scimkit";
import { memoryStorage } from "scimkit/memory";
import { namedStatements, openSqlite, sqlStorage } from "scimkit/sql";
import { importResources, type TransferLine } from "scimkit/transfer";
import { type Figure, writeFigures } from "./harness/figures.ts";
import { median } from "./storage/statistics.ts";

const { values } = parseArgs({
  options: {
    users: { type: "string", default: "10000" },
    times: { type: "string", default: "10" },
    only: { type: "string", default: "memory,sqlite,postgres" },
    json: { type: "string" },
  },
});
const [users, times] = [Number(values.users), Number(values.times)];
const connectionString = process.env.DATABASE_URL ?? "postgres://postgres@127.0.0.1:5432/postgres";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const MOST = { "look-up": 1.2, scan: 1.05 * times } as const;
const ROUNDS = 15;

const idOf = (kind: string, number: number): string => `${kind}-${number.toString(36).padStart(8, "0")}`;

/** Users, and one group of fifty for every hundred of them. */
function* lines(many: number): Generator<TransferLine> {
  for (let number = 0; number < many; number++) {
    const email = `user${number}@example.com`;
    const resource = {
      schemas: [User.schema.id],
      id: idOf("u", number),
      externalId: `ext-${number}`,
      userName: email,
      displayName: `Ada King ${number}`,
      title: `Engineer ${number}`,
      active: true,
      emails: [{ value: email, type: "work", primary: true }],
    };
    yield { resourceType: "User", resource };
  }
  for (let group = 0; group < many / 100; group++) {
    const members = Array.from({ length: 50 }, (_, at) => ({ value: idOf("u", group * 100 + at) }));
    const resource = { schemas: [Group.schema.id], id: idOf("g", group), displayName: `Group ${group}`, members };
    yield { resourceType: "Group", resource };
  }
}

/** A directory of some size, and the requests that are timed. */
interface Directory {
  readonly many: number;
  readonly scim: Scim;
}

async function fill(storage: StorageAdapter, many: number): Promise<Directory> {
  const scim = createScim({
    resourceTypes: [User, Group],
    storage,
    baseUrl: "https://example.com/scim/v2",
    unsafeNoAuthentication: true,
  });
  const { problems } = await importResources(scim, () => lines(many));
  if (problems.length > 0) throw new Error(JSON.stringify(problems[0]));
  return { many, scim };
}

async function ask({ scim }: Directory, method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const headers = { "content-type": "application/scim+json" };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await scim.handle({ method, url: `/scim/v2${path}`, headers, ...sent });
  const text = String(response.body ?? "");
  if (response.status >= 300) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === "" ? {} : JSON.parse(text);
}

interface Request {
  readonly name: string;
  readonly kind: keyof typeof MOST;
  /** `turn` counts up; what is asked for is spread over all that there is. */
  ask(directory: Directory, turn: number): Promise<unknown>;
}

const spread = ({ many }: Directory, turn: number): number => (turn * 7919) % many;
const find = (filter: string): string => `/Users?count=10&filter=${encodeURIComponent(filter)}`;

const REQUESTS: readonly Request[] = [
  { name: "GET", kind: "look-up", ask: (to, turn) => ask(to, "GET", `/Users/${idOf("u", spread(to, turn))}`) },
  {
    name: "userName eq",
    kind: "look-up",
    ask: (to, turn) => ask(to, "GET", find(`userName eq "user${spread(to, turn)}@example.com"`)),
  },
  {
    name: "externalId eq",
    kind: "look-up",
    ask: (to, turn) => ask(to, "GET", find(`externalId eq "ext-${spread(to, turn)}"`)),
  },
  {
    name: "emails.value eq",
    kind: "look-up",
    ask: (to, turn) => ask(to, "GET", find(`emails.value eq "user${spread(to, turn)}@example.com"`)),
  },
  {
    name: "a member comes and goes",
    kind: "look-up",
    async ask(to, turn) {
      const group = Math.floor(spread(to, turn) / 100);
      const value = idOf("u", group * 100 + 99);
      const path = `/Groups/${idOf("g", group)}`;
      await ask(to, "PATCH", path, {
        schemas: [PATCH],
        Operations: [{ op: "add", path: "members", value: [{ value }] }],
      });
      const gone = { op: "remove", path: `members[value eq "${value}"]` };
      await ask(to, "PATCH", path, { schemas: [PATCH], Operations: [gone] });
    },
  },
  {
    name: "two cursor pages of 50",
    kind: "look-up",
    async ask(to) {
      const { nextCursor } = await ask(to, "GET", "/Users?cursor&count=50");
      await ask(to, "GET", `/Users?count=50&cursor=${encodeURIComponent(String(nextCursor))}`);
    },
  },
  { name: "title co, no index", kind: "scan", ask: (to) => ask(to, "GET", find('title co "nobody has this"')) },
];

/** Milliseconds of one request, of as many as fill a while. What is done in this process is measured by what it takes of the processor. */
async function timed({ ask: send, kind }: Request, directory: Directory, round: number, isHere: boolean) {
  const many = kind === "scan" ? 3 : 40;
  const clock = isHere ? cpuTime : () => performance.now();
  const start = clock();
  for (let turn = 0; turn < many; turn++) await send(directory, round * many + turn);
  return (clock() - start) / many;
}

function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const broken: string[] = [];
const rows: Figure[] = [];

async function compare(storage: string, small: Directory, large: Directory): Promise<void> {
  for (const request of REQUESTS) {
    const took: readonly [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++)
      for (const index of [round % 2, 1 - (round % 2)] as const) {
        const one = await timed(request, index === 0 ? small : large, round, storage !== "postgres");
        // The first ones are of statements that are read for the first time.
        if (round > 1) took[index as 0 | 1].push(one);
      }
    const [few, many] = [median(took[0]), median(took[1])];
    // In memory there are no indexes but those of look-ups that are always there.
    const most = MOST[storage === "memory" && request.name === "emails.value eq" ? "scan" : request.kind];
    const isMet = many / few <= most;
    const figures = `${(few * 1000).toFixed(0).padStart(7)} → ${(many * 1000).toFixed(0).padStart(7)} µs`;
    console.log(
      `${storage.padEnd(9)} ${request.name.padEnd(26)} ${figures}  × ${(many / few).toFixed(2).padStart(5)}, at most ${most.toFixed(1)}: ${isMet ? "met" : "BROKEN"}`,
    );
    rows.push({
      name: `${request.name}: ${storage}`,
      values: { [`× at ${times} × the data`]: many / few, "µs, few": few * 1000, "µs, many": many * 1000 },
      target: `at most × ${most.toFixed(1)}`,
      isMet,
    });
    if (!isMet) broken.push(`${storage}, ${request.name}`);
  }
}

const folder = mkdtempSync(join(tmpdir(), "scimkit-growth-"));
const schemas: string[] = [];
const pool = new pg.Pool({ connectionString, max: 4 });
const ends: (() => Promise<unknown>)[] = [];

async function inSqlite(many: number): Promise<StorageAdapter> {
  const db = await openSqlite(join(folder, `${many}.db`));
  ends.push(() => db.destroy());
  const storage = sqlStorage({ db });
  await storage.prepare();
  return storage;
}

async function inPostgres(many: number): Promise<StorageAdapter> {
  const schema = `scimkit_growth_${process.pid}_${many}`;
  schemas.push(schema);
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: namedStatements(pool) }) });
  const storage = sqlStorage({ db, schema });
  await storage.prepare();
  const { rows } = await pool.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = $1`,
    [schema],
  );
  for (const { name } of rows) await pool.query(`ALTER TABLE ${name} SET (autovacuum_enabled = false)`);
  return storage;
}

const STORAGES: Readonly<Record<string, (many: number) => Promise<StorageAdapter>>> = {
  memory: async () => memoryStorage(),
  sqlite: inSqlite,
  postgres: inPostgres,
};

try {
  for (const name of values.only.split(",")) {
    const open = STORAGES[name];
    if (open === undefined) throw new TypeError(`There is no storage ${name}.`);
    const small = await fill(await open(users), users);
    const large = await fill(await open(users * times), users * times);
    await compare(name, small, large);
  }
} finally {
  for (const schema of schemas) await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  await pool.end();
  for (const end of ends) await end();
  rmSync(folder, { recursive: true, force: true });
}
if (values.json !== undefined)
  writeFigures(values.json, {
    title: "Growth",
    about: `What a request takes with ${users.toLocaleString("en-US")} users, and with ${times} times as many, without statistics in the database.`,
    rows,
  });
if (broken.length > 0) {
  console.error(`Broken: ${broken.join("; ")}.`);
  process.exit(1);
}
