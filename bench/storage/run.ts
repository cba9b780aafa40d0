// npm run bench:storage [-- --users=1000000 --engines=sqlite,postgres]
// What the SQL adapter costs on a large directory: figures, each with the bound that it is held to; exit code 1 where one is broken.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { CompiledQuery } from "kysely";
import { parseFilter, resolveFilter } from "../../src/filter/index.ts";
import { createScim, EnterpriseUserSchema, Group, User } from "../../src/index.ts";
import { SELECT_ALL } from "../../src/storage/adapter.ts";
import { writePosition } from "../../src/storage/keyset.ts";
import { drop, ENGINES, type EngineName, newPlace, type Opened, open } from "./engine.ts";
import { type Directory, load, UserType } from "./load.ts";
import { peakOf, SMALL_HEAP } from "./memory.ts";
import { brokenBounds, hold, milliseconds, timeInTurns } from "./statistics.ts";

const { values } = parseArgs({
  options: {
    users: { type: "string", default: "1000000" },
    engines: { type: "string", default: ENGINES.join(",") },
    rounds: { type: "string", default: "300" },
  },
});
const users = Number(values.users);
const rounds = Number(values.rounds);

console.log(
  `Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model}); ${users} users; medians of ${rounds} rounds taken in turns`,
);
for (const engine of values.engines.split(",") as EngineName[]) await measure(engine);
console.log(brokenBounds() === 0 ? "All bounds hold." : `${brokenBounds()} bounds are broken.`);
process.exit(brokenBounds() === 0 ? 0 : 1);

async function measure(engine: EngineName): Promise<void> {
  const place = newPlace(engine);
  try {
    const opened = await open(place, { isTold: true });
    console.log(`\n${engine} ${await versionOf(opened)}`);
    const start = performance.now();
    const directory = await load(opened, users, [10, users - rounds - 1000]);
    console.log(`  loaded in ${Math.round((performance.now() - start) / 1000)} s`);
    await membership(opened, directory);
    await lookUp(opened, directory);
    await pages(opened, directory);
    await opened.close();
    await peaks(place, directory);
  } finally {
    await drop(place);
  }
}

async function versionOf({ db, place }: Opened): Promise<string> {
  const texts = { sqlite: "SELECT sqlite_version()", postgres: "SHOW server_version", mariadb: "SELECT VERSION()" };
  const text = texts[place.engine];
  const { rows } = await db.executeQuery<Record<string, string>>(CompiledQuery.raw(text));
  return Object.values(rows[0] ?? {}).join("");
}

/** Adding one member: the same in a group of ten and in one of (nearly) all users. */
async function membership(opened: Opened, { userIds, groups }: Directory): Promise<void> {
  const scim = createScim({
    resourceTypes: [User.extend(EnterpriseUserSchema), Group],
    storage: opened.storage,
    baseUrl: "https://example.com/scim/v2",
    unsafeNoAuthentication: true,
  });
  const [small = "", large = ""] = groups.values();
  let next = userIds.length - 1;
  const add = async (group: string, value: string, headers: Record<string, string> = {}): Promise<string> => {
    const { status, headers: answered } = await scim.handle({
      method: "PATCH",
      url: `/scim/v2/Groups/${group}`,
      headers: { "content-type": "application/scim+json", ...headers },
      body: JSON.stringify({
        schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        Operations: [{ op: "add", path: "members", value: [{ value }] }],
      }),
    });
    if (status !== 204) throw new Error(`the member was not added: ${status}`);
    return answered.ETag ?? "";
  };
  opened.statements.length = 0;
  const tag = await add(large, userIds[next--] as string);
  const plain = [...opened.statements];
  opened.statements.length = 0;
  await add(large, userIds[next--] as string, { "if-match": tag });
  const conditional = [...opened.statements];
  const isStatement = (text: string): boolean => !/^(BEGIN|COMMIT|SAVEPOINT|RELEASE|SET|START)/i.test(text);
  const size = [...groups.keys()].at(-1);
  hold(
    `statements to add one member to a group of ${size}`,
    plain.filter(isStatement).length,
    opened.place.engine === "postgres" ? 1 : 8,
  );
  hold("the same with If-Match", conditional.filter(isStatement).length, opened.place.engine === "postgres" ? 2 : 8);
  const read = await rowsRead(opened, async () => {
    for (let index = 0; index < 20; index++) await add(large, userIds[next--] as string);
  });
  if (read !== undefined) hold("member rows read by 20 additions, besides those added", Math.max(0, read - 20), 0);
  const times = await timeInTurns(
    { small: () => add(small, userIds[next] as string), large: () => add(large, userIds[next--] as string) },
    rounds,
  );
  console.log(
    `          one member: ${milliseconds(times.small)} in a group of ten, ${milliseconds(times.large)} in one of ${size}`,
  );
  hold("time in the large group ÷ time in the group of ten", times.large / times.small, 2);
}

/** Rows that statements fetched from the members' table by index or scan, as PostgreSQL counts them. */
async function rowsRead({ db, place }: Opened, work: () => Promise<void>): Promise<number | undefined> {
  if (place.engine !== "postgres") {
    await work();
    return undefined;
  }
  const count = async (): Promise<number> => {
    // Each connection reports its counts when it is asked to, or by and by.
    for (let index = 0; index < 8; index++)
      await db.executeQuery(CompiledQuery.raw("SELECT pg_stat_force_next_flush()"));
    await new Promise((resolve) => setTimeout(resolve, 1200));
    const { rows } = await db.executeQuery<{ read: string }>(
      CompiledQuery.raw(
        "SELECT seq_tup_read + idx_tup_fetch AS read FROM pg_stat_user_tables WHERE schemaname = $1 AND relname = 'scim_element'",
        [place.schema],
      ),
    );
    return Number(rows[0]?.read);
  };
  const before = await count();
  await work();
  return (await count()) - before;
}

/** userName eq: through the adapter, and by the plainest SQL over the same driver. */
async function lookUp(opened: Opened, { userIds }: Directory): Promise<void> {
  const { db, storage, place } = opened;
  const table = (name: string): string =>
    place.schema === undefined ? `scim_${name}` : `"${place.schema}".scim_${name}`;
  const mark = place.engine === "postgres" ? "$1" : "?";
  const key = place.engine === "mariadb" ? "u.`key`" : "u.key";
  const text = `SELECT r.id, r.version, r.created, r.modified, r.document FROM ${table("unique")} u JOIN ${table("resource")} r ON r.tenant = u.tenant AND r.id = u.id WHERE u.scope = '=' AND u.attribute = '${UserType.urn} userName' AND ${key} = ${mark}`;
  const random = (): number => Math.floor(Math.random() * userIds.length);
  // Reading the client's text is not storage's work.
  const filters = Array.from({ length: rounds + 20 }, () =>
    resolveFilter(parseFilter(`userName eq "USER${random()}@example.com"`), UserType),
  );
  let next = 0;
  let found = 0;
  const times = await timeInTurns(
    {
      raw: async () => {
        const { rows } = await db.executeQuery<{ document: string }>(
          CompiledQuery.raw(text, [`user${random()}@example.com`]),
        );
        found += rows.map(({ document }) => JSON.parse(document)).length;
      },
      adapter: async () => {
        const filter = filters[next++];
        const { resources } = await storage.query(
          {
            resourceType: UserType,
            filter,
            page: { startIndex: 1, count: 100 },
            select: { includes: (attribute) => attribute.name !== "groups" },
          },
          {},
        );
        found += resources.length;
      },
    },
    rounds,
  );
  if (found !== 2 * (rounds + 20)) throw new Error(`only ${found} were found`);
  console.log(
    `          userName eq: ${milliseconds(times.adapter)} through the adapter, ${milliseconds(times.raw)} by SQL of one's own`,
  );
  hold("userName eq ÷ raw look-up over the same driver", times.adapter / times.raw, 1.5);
}

/** A cursor page of 100 at the far end, and the first one. */
async function pages({ storage }: Opened, { userIds }: Directory): Promise<void> {
  const far = [...userIds].sort()[userIds.length - 150] as string;
  const cursor = writePosition({ place: { id: far, key: undefined }, backwards: false });
  const page = async (at: string | undefined): Promise<void> => {
    const request = { resourceType: UserType, page: { cursor: at, count: 100 }, select: SELECT_ALL };
    const { resources } = await storage.query(request, {});
    if (resources.length !== 100) throw new Error(`the page has ${resources.length} resources`);
  };
  const index = async (startIndex: number): Promise<void> => {
    const request = { resourceType: UserType, page: { startIndex, count: 100 }, select: SELECT_ALL };
    await storage.query(request, {});
  };
  const times = await timeInTurns({ first: () => page(undefined), far: () => page(cursor) }, Math.min(rounds, 100));
  console.log(
    `          cursor page of 100: ${milliseconds(times.first)} first, ${milliseconds(times.far)} at the far end`,
  );
  hold("cursor page at the far end ÷ the first one", times.far / times.first, 1.5);
  const deep = await timeInTurns({ deep: () => index(userIds.length - 150) }, 5);
  console.log(
    `          index page of 100 at startIndex ${userIds.length - 150}, total counted: ${milliseconds(deep.deep)}`,
  );
}

/** Peak memory of whole processes. */
async function peaks(place: Opened["place"], { groups }: Directory): Promise<void> {
  const large = [...groups.values()].at(-1) as string;
  const size = [...groups.keys()].at(-1);
  for (const [task, what] of [
    ["list", `listing ${users} users page by page`],
    ["patch", `a PATCH of displayName and one member of a group of ${size}`],
    ["get", `GET of a group of ${size} over HTTP, members streamed`],
  ] as const) {
    const { megabytes: byDefault } = await peakOf(task, place, large);
    const { megabytes, note } = await peakOf(task, place, large, SMALL_HEAP);
    hold(`peak memory of ${what}${note}`, megabytes, 150, " MB");
    console.log(`          with Node's own settings instead of ${SMALL_HEAP.join(" ")}: ${byDefault} MB`);
  }
}
