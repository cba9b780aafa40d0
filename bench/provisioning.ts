// How long a provider takes to fill an empty directory, through `handle` on a file of SQLite: users by POST, groups by POST, and members by
// PATCH, several at a time. It says what each took, and how much more the last tenth of the users took than the first.
//   npm run bench:provisioning -- [--users=100000 --groups=1000 --memberships=300000 --members=20 --flight=8 --package=<folder of a built scimkit>]
//   --members: how many members one PATCH adds; Entra ID sends up to 100 of one group together, and one by one where they change one by one.
//   --flight: how many requests are under way at a time.
// Every commit is on the disk before it is answered, as openSqlite has it.
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writeFigures } from "./harness/figures.ts";
import { subjectIn } from "./harness/subject.ts";

const { values } = parseArgs({
  options: {
    users: { type: "string", default: "100000" },
    groups: { type: "string", default: "1000" },
    memberships: { type: "string", default: "300000" },
    members: { type: "string", default: "20" },
    flight: { type: "string", default: "8" },
    json: { type: "string" },
    package: { type: "string", default: fileURLToPath(new URL("..", import.meta.url)) },
  },
});
const [users, groups, memberships] = [Number(values.users), Number(values.groups), Number(values.memberships)];
const [membersAtOnce, flight] = [Number(values.members), Number(values.flight)];
const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

const subject = subjectIn(values.package);
const [{ createScim, Group, User }, { openSqlite, sqlStorage }] = await Promise.all([
  subject.load("scimkit"),
  subject.load("scimkit/sql"),
]);
const folder = mkdtempSync(join(tmpdir(), "scimkit-provisioning-"));
const db = await openSqlite(join(folder, "directory.db"));
const storage = sqlStorage({ db });
await storage.prepare();
const scim = createScim({
  resourceTypes: [User, Group],
  storage,
  baseUrl: "https://example.com/scim/v2",
  unsafeNoAuthentication: true,
});

async function ask(method: string, path: string, body: object): Promise<string> {
  const response = await scim.handle({
    method,
    url: `/scim/v2${path}`,
    headers: { "content-type": "application/scim+json" },
    body: JSON.stringify(body),
  });
  const text = String(response.body ?? "");
  if (response.status >= 300) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text;
}

/** Does work many times, `flight` at a time. Gives how many milliseconds each tenth of it took. */
async function timed(name: string, many: number, work: (at: number) => Promise<void>): Promise<readonly number[]> {
  const ends: number[] = [];
  const start = performance.now();
  const cpu = process.cpuUsage();
  let next = 0;
  let done = 0;
  const worker = async (): Promise<void> => {
    while (next < many) {
      await work(next++);
      if (++done % Math.max(1, Math.floor(many / 10)) === 0) ends.push(performance.now());
    }
  };
  await Promise.all(Array.from({ length: flight }, worker));
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  console.log(
    `${name.padEnd(44)} ${seconds.toFixed(1).padStart(7)} s  ${((seconds * 1e6) / many).toFixed(0).padStart(6)} µs each, ${((user + system) / many).toFixed(0)} µs of CPU`,
  );
  return ends.map((end, index) => end - (ends[index - 1] ?? start));
}

try {
  console.log(`${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}; ${flight} requests at a time`);
  const start = performance.now();
  const ids: string[] = [];
  const tenths = await timed(`${users} users`, users, async (at) => {
    const body = {
      schemas: [USER],
      externalId: `0b1c8a54-5b6f-4c7a-9f1e-${at}`,
      userName: `user${at}@example.com`,
      displayName: `Ada Lovelace ${at}`,
      name: { givenName: "Ada", familyName: `Lovelace ${at}` },
      emails: [{ value: `user${at}@example.com`, type: "work", primary: true }],
      active: true,
    };
    ids[at] = JSON.parse(await ask("POST", "/Users", body)).id;
  });
  const groupIds: string[] = [];
  await timed(`${groups} groups`, groups, async (at) => {
    const body = { schemas: [GROUP], displayName: `Group ${at}`, externalId: `group-${at}` };
    groupIds[at] = JSON.parse(await ask("POST", "/Groups", body)).id;
  });
  const patches = Math.ceil(memberships / membersAtOnce);
  await timed(`${memberships} memberships, ${membersAtOnce} a PATCH`, patches, async (at) => {
    // All members of a group one after the other, as a provider goes through its groups.
    const perGroup = Math.ceil(patches / groups);
    const [group, part] = [Math.floor(at / perGroup), at % perGroup];
    const first = group * 7919 + part * membersAtOnce;
    const many = Math.min(membersAtOnce, memberships - at * membersAtOnce);
    const value = Array.from({ length: many }, (_, index) => ({ value: ids[(first + index) % users] }));
    const Operations = [{ op: "add", path: "members", value }];
    await ask("PATCH", `/Groups/${groupIds[group]}`, { schemas: [PATCH], Operations });
  });
  const [first = 0, last = 0] = [tenths[0], tenths.at(-1)];
  const seconds = (performance.now() - start) / 1000;
  const growth = last / first;
  if (values.json !== undefined)
    writeFigures(values.json, {
      title: "Provisioning",
      about:
        `An empty directory on a file of SQLite is filled through \`handle\`: ${users.toLocaleString("en-US")} users, ${groups.toLocaleString("en-US")} groups, ` +
        `${memberships.toLocaleString("en-US")} memberships of which a PATCH adds ${membersAtOnce}, ${flight} requests at a time.`,
      rows: [
        { name: "in all", values: { "": `${seconds.toFixed(1)} s` }, target: "at most 180 s", isMet: seconds <= 180 },
        {
          name: "the last tenth of the users, × the first",
          values: { "": growth },
          target: "at most 1.2",
          isMet: growth <= 1.2,
        },
      ],
    });
  console.log(
    `in all ${((performance.now() - start) / 1000).toFixed(1)} s; the last tenth of the users took × ${(last / first).toFixed(2)} of the first`,
  );
} finally {
  await db.destroy();
  rmSync(folder, { recursive: true, force: true });
}
