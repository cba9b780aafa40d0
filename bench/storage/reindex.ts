// npm run bench:reindex [-- --users=100000 --engine=postgres]
// How long a reindex takes after an attribute was made unique, another one caseExact and a list a collection: alone, and beside
// eight processes that write, four of them of the release before. Then it looks whether what storage derives from every user is
// what the new release makes of it, and whether everything is there that was answered with success.
import { parseArgs } from "node:util";
import { type CompiledResourceType, compileResourceType, type ReindexReport } from "../../src/index.ts";
import type { NewResource } from "../../src/storage/adapter.ts";
import { databaseOf } from "../../src/storage/sql/database.ts";
import { raw, sql } from "../../src/storage/sql/dialect/fragment.ts";
import { readBehind, readElements, readUniques } from "../../src/storage/sql/own/reindex-read.ts";
import { type ElementRow, rowName, rowOf } from "../../src/storage/sql/own/row.ts";
import { Shapes } from "../../src/storage/sql/own/shapes.ts";
import { tablesOf } from "../../src/storage/sql/own/tables.ts";
import { drop, ENGINES, newPlace, type Opened, open, type Place } from "./engine.ts";
import { insert } from "./load.ts";
import { startWorker } from "./processes.ts";
import type { ReleaseFacts } from "./release-worker.ts";
import { userOf, WRITERS } from "./releases.ts";
import { brokenBounds, hold } from "./statistics.ts";

const { values } = parseArgs({
  options: { users: { type: "string", default: "100000" }, engine: { type: "string" } },
});
const USERS = Number(values.users);
const AT = "2026-01-01T00:00:00.000Z";
const CHUNK = 5000;
const [OldUser, NewUser] = [userOf(false), userOf(true)];
const [OldType, NewType] = [compileResourceType(OldUser), compileResourceType(NewUser)];

for (const engine of ENGINES) {
  if (values.engine !== undefined && values.engine !== engine) continue;
  for (const isBusy of [false, true]) {
    const place = newPlace(engine);
    try {
      await (isBusy ? besideWriters(place) : alone(place));
    } finally {
      await drop(place);
    }
  }
}
console.log(brokenBounds() === 0 ? "Nothing is stale, and nothing that was acknowledged was lost." : "Broken.");
process.exit(brokenBounds() === 0 ? 0 : 1);

async function alone(place: Place): Promise<void> {
  const opened = await open(place);
  await fill(opened);
  const dry = await time(() => opened.storage.reindex({ resourceTypes: [NewUser], dryRun: true }));
  console.log(`${place.engine}, ${USERS} users, alone: dry run in ${dry.seconds} s`);
  const { seconds, report } = await time(() => opened.storage.reindex({ resourceTypes: [NewUser] }));
  console.log(`${place.engine}, ${USERS} users, alone: reindex in ${seconds} s`);
  hold("users not made anew", USERS - rebuilt(report), 0);
  hold("is not complete", report.isComplete ? 0 : 1, 0);
  const again = await time(() => opened.storage.reindex({ resourceTypes: [NewUser] }));
  console.log(`${place.engine}, ${USERS} users, alone: once more in ${again.seconds} s`);
  hold("users made anew once more", rebuilt(again.report), 0);
  hold("users that are stale", (await staleOf(opened)).length, 0);
  await opened.close();
}

async function besideWriters(place: Place): Promise<void> {
  const opened = await open(place);
  const ids = await fill(opened);
  const workers = await Promise.all(
    Array.from({ length: WRITERS }, () => startWorker(place, false, "release-worker.ts")),
  );
  const facts: ReleaseFacts[] = [];
  try {
    await Promise.all(
      workers.map((worker, index) => worker.run("begin", { index, isNew: index % 2 === 1, ids: ids.slice(0, 2000) })),
    );
    const { seconds, report } = await time(() => opened.storage.reindex({ resourceTypes: [NewUser] }));
    facts.push(...(await Promise.all(workers.map((worker) => worker.run<ReleaseFacts>("end", {})))));
    const writes = facts.flatMap(({ statuses }) => Object.entries(statuses));
    const count = (isWanted: (kind: string) => boolean): number =>
      writes.reduce((sum, [kind, times]) => sum + (isWanted(kind) ? times : 0), 0);
    const longest = Math.max(...facts.map((one) => one.longest));
    console.log(
      `${place.engine}, ${USERS} users, beside ${WRITERS} writers: reindex in ${seconds} s, ${rebuilt(report)} made anew, ` +
        `complete: ${report.isComplete}; ${count((kind) => / 2/.test(kind))} writes acknowledged, ` +
        `${count((kind) => !/ 2/.test(kind))} refused, the longest took ${Math.round(longest)} ms`,
    );
    hold(
      "answers of 500",
      count((kind) => kind.endsWith(" 500")),
      0,
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
  hold("users of the new shape that are stale at once", (await staleOf(opened)).length, 0);
  const last = await time(() => opened.storage.reindex({ resourceTypes: [NewUser] }));
  console.log(`  a last reindex took ${last.seconds} s and made ${rebuilt(last.report)} anew`);
  hold("is not complete", last.report.isComplete ? 0 : 1, 0);
  hold("users that are stale", (await staleOf(opened)).length, 0);
  await checkFacts(opened, facts);
  await opened.close();
}

function rebuilt({ resourceTypes }: ReindexReport): number {
  return resourceTypes[0]?.rebuilt ?? 0;
}

async function time(work: () => Promise<ReindexReport>) {
  const start = performance.now();
  const report = await work();
  return { seconds: ((performance.now() - start) / 1000).toFixed(1), report };
}

/** Fills the directory as the release before writes it. */
async function fill(opened: Opened): Promise<readonly string[]> {
  const database = databaseOf(opened.db);
  const tables = tablesOf(undefined, opened.place.schema);
  await new Shapes(tables).announce(database, "", OldType);
  const ids = Array.from({ length: USERS }, () => crypto.randomUUID());
  for (let start = 0; start < USERS; start += CHUNK) {
    const users = ids.slice(start, start + CHUNK).map((id, index) => oldUser(id, start + index));
    await database.transaction((session) => insert(session, tables, OldType, users));
  }
  return ids;
}

function oldUser(id: string, number: number): NewResource {
  return {
    schemas: [OldType.urn],
    id,
    externalId: `ext-${number}`,
    userName: `User${number}@Example.com`,
    nickName: `Nick${number}`,
    title: `Title ${number % 500}`,
    name: { givenName: `Given${number % 5000}`, familyName: `Family${number % 20000}` },
    emails: [
      { value: `user${number}@example.com`, type: "work", primary: true },
      { value: `home${number}@example.com`, type: "home" },
    ],
    active: number % 10 !== 0,
    meta: { resourceType: "User", created: AT, lastModified: AT },
  };
}

/** The ids of users of the new shape of which something derived is not what is derived of them now. */
async function staleOf(opened: Opened): Promise<readonly string[]> {
  const database = databaseOf(opened.db);
  const tables = tablesOf(undefined, opened.place.schema);
  const rows = { tables, tenant: "", type: "User" };
  const stale: string[] = [];
  for (let last = ""; ; ) {
    const raws = await readBehind(database, rows, last, CHUNK);
    if (raws.length === 0) return stale;
    const ids = raws.map(({ id }) => id);
    const uniques = await readUniques(database, rows, ids);
    const elements = await readElements(
      database,
      rows,
      ids.map((id) => [id, "emails"] as const),
    );
    const keys = await database.run<{ id: string; keys: string }>(
      sql`SELECT r.id, ${database.dialect.jsonText(raw("r.keys"))} AS keys FROM ${tables.resource} r
        WHERE r.tenant = '' AND r.type = 'User' AND r.id > ${last} ORDER BY r.id LIMIT ${CHUNK}`,
    );
    const keysById = new Map(keys.map((row) => [row.id, row.keys]));
    for (const row of raws) {
      const mark = JSON.parse(keysById.get(row.id) ?? "{}")["@shape"];
      const held = elements.get(row.id) ?? new Map<string, ElementRow>();
      const wanted = wantedOf(NewType, row, [...held.values()]);
      const isOwn = mark === JSON.parse(wanted.keys)["@shape"];
      const isFresh =
        sorted(JSON.parse(keysById.get(row.id) ?? "{}")) === sorted(JSON.parse(wanted.keys)) &&
        names(uniques.get(row.id) ?? []) === names(wanted.uniques) &&
        [...held.keys()].sort().join() === [...wanted.elements.keys()].sort().join();
      if (isOwn && !isFresh) stale.push(row.id);
    }
    last = ids.at(-1) as string;
  }
}

function wantedOf(
  type: CompiledResourceType,
  row: {
    readonly id: string;
    readonly document: string;
    readonly created: string;
    readonly modified: string;
    readonly version: string;
  },
  elements: readonly ElementRow[],
) {
  const document = JSON.parse(row.document) as Record<string, unknown>;
  const emails = [
    ...elements.map(({ element }) => JSON.parse(element ?? "{}")),
    ...((document.emails ?? []) as readonly unknown[]),
  ];
  const meta = { resourceType: type.name, created: row.created, lastModified: row.modified, version: row.version };
  const resource = { ...document, ...(emails.length === 0 ? {} : { emails }), id: row.id, meta };
  return rowOf(type, resource as unknown as NewResource, "");
}

function sorted(keys: Record<string, unknown>): string {
  return JSON.stringify(Object.entries(keys).sort(([left], [right]) => (left < right ? -1 : 1)));
}

function names(rows: readonly { readonly attribute: string; readonly key: string }[]): string {
  return rows
    .map(({ attribute, key }) => rowName(attribute, key))
    .sort()
    .join("\n");
}

/** Holds the directory to what the writers were told is done. */
async function checkFacts({ storage }: Opened, facts: readonly ReleaseFacts[]): Promise<void> {
  const users = new Map<string, Record<string, unknown>>();
  let cursor: string | undefined;
  do {
    const page = await storage.query(
      { resourceType: NewType, page: { cursor, count: 1000 }, select: { includes: () => true } },
      {},
    );
    for (const user of page.resources) users.set(user.id, user as unknown as Record<string, unknown>);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  const lost = { slots: 0, emails: 0, created: 0, deleted: 0 };
  facts.forEach(({ slots, emails, created, deleted }, index) => {
    for (const [id, value] of Object.entries(slots)) if (users.get(id)?.[`slot${index}`] !== value) lost.slots++;
    for (const id of created) if (!users.has(id)) lost.created++;
    for (const id of deleted) if (users.has(id)) lost.deleted++;
    for (const [id, added] of Object.entries(emails)) {
      const there = ((users.get(id)?.emails ?? []) as readonly { value: string }[]).map(({ value }) => value);
      for (const value of added) if (!there.includes(value)) lost.emails++;
    }
  });
  for (const [what, count] of Object.entries(lost)) hold(`acknowledged ${what} lost`, count, 0);
}
