// How long a directory takes to move in: users with a manager each, half of them before that manager, and groups of all of them, which
// come first. It makes a schema of its own in the database and drops it.
//   npm run bench:import -- [users] [groups]
//   DATABASE_URL=postgres://… npm run bench:import
import { cpus, loadavg } from "node:os";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { createScim, EnterpriseUserSchema, Group, User } from "scimkit";
import { namedStatements, sqlStorage } from "scimkit/sql";
import { exportResources, importResources, type TransferLine } from "scimkit/transfer";

const [users = 100_000, groups = 100] = process.argv.slice(2).map(Number);
const ENTERPRISE = EnterpriseUserSchema.id;
const connectionString = process.env.DATABASE_URL ?? "postgres://postgres@127.0.0.1:5432/postgres";

const idOf = (kind: string, number: number): string => `${kind}-${number.toString(36).padStart(8, "0")}`;

function user(number: number): TransferLine {
  return {
    resourceType: "User",
    resource: {
      schemas: [User.schema.id, ENTERPRISE],
      id: idOf("u", number),
      externalId: `ext-${number}`,
      userName: `user${number}@example.com`,
      name: { givenName: "Ada", familyName: `King ${number}` },
      active: true,
      emails: [{ value: `user${number}@example.com`, type: "work", primary: true }],
      [ENTERPRISE]: { department: `d${number % 50}`, manager: { value: idOf("u", (number * 7919) % users) } },
      meta: { created: "2020-01-02T03:04:05Z", lastModified: "2021-01-02T03:04:05Z", version: "3" },
    },
  };
}

function group(number: number): TransferLine {
  const members = Array.from({ length: Math.floor(users / groups) }, (_, index) => ({
    value: idOf("u", index * groups + number),
  }));
  return {
    resourceType: "Group",
    resource: { schemas: [Group.schema.id], id: idOf("g", number), displayName: `Group ${number}`, members },
  };
}

function* lines(): Generator<TransferLine> {
  for (let number = 0; number < groups; number++) yield group(number);
  for (let number = 0; number < users; number++) yield user(number);
}

const schema = `scimkit_import_${process.pid}`;
const pool = new pg.Pool({ connectionString, max: 8 });
const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: namedStatements(pool) }) });
const storage = sqlStorage({ db, schema });

async function timed<T>(name: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const cpu = process.cpuUsage();
  const result = await work();
  const seconds = (performance.now() - start) / 1000;
  const { user: inUser, system } = process.cpuUsage(cpu);
  const rate = Math.round((users + groups) / seconds).toLocaleString("en");
  const spent = ((inUser + system) / 1e6).toFixed(1);
  console.log(
    `${name.padEnd(28)} ${seconds.toFixed(1).padStart(6)} s   ${rate.padStart(7)} lines/s   ${spent} s of CPU here`,
  );
  return result;
}

try {
  await storage.prepare();
  const scim = createScim({
    resourceTypes: [User.extend(EnterpriseUserSchema), Group],
    storage,
    baseUrl: "https://example.com/scim/v2",
    unsafeNoAuthentication: true,
  });
  let most = 0;
  const onProgress = (): void => {
    most = Math.max(most, process.memoryUsage().heapUsed);
  };
  const [cpu] = cpus();
  console.log(
    `${cpu?.model ?? "unknown"}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}`,
  );
  console.log(`${users.toLocaleString("en")} users, ${groups} groups of all of them, into PostgreSQL`);
  const first = await timed("import", () => importResources(scim, lines, { onProgress }));
  if (first.created !== users + groups || first.problems.length > 0) throw new Error(JSON.stringify(first.problems[0]));
  const again = await timed("the same lines again", () => importResources(scim, lines, { onProgress }));
  if (again.unchanged !== users + groups) throw new Error(`${again.replaced} lines were replaced`);
  await timed("export", async () => {
    let count = 0;
    for await (const _ of exportResources(scim)) count++;
    if (count !== users + groups) throw new Error(`${count} lines came out`);
  });
  console.log(`most memory in use: ${Math.round(most / 2 ** 20)} MiB; load ${loadavg()[0]?.toFixed(1)} at the end`);
} finally {
  await pool.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
  await db.destroy();
}
