// What a page costs, whatever the number of users and wherever it lies: the memory adapter, 10,000 and 100,000 users.
// CPU time, medians within one run; ends with a status other than 0 when a bound is broken.
import { createScim, type Scim, User } from "../src/index.ts";
import { compileResourceType } from "../src/schema/resource-type.ts";
import { memoryStorage } from "../src/storage/memory/index.ts";
import { median } from "./storage/statistics.ts";

const [MOST_RATIO, SAMPLES, TRIES, COUNT] = [2, 15, 3, 100];
const AT = "2026-01-01T00:00:00Z";
const Type = compileResourceType(User);

async function directory(users: number): Promise<Scim> {
  const storage = memoryStorage();
  const meta = { resourceType: "User", created: AT, lastModified: AT };
  const write = { resourceType: Type, secrets: {}, at: AT, checkReferences: {}, notify: () => undefined };
  for (let index = 0; index < users; index++) {
    const resource = { schemas: [User.schema.id], id: `u${index}`, userName: `user${index}@example.com`, meta };
    await storage.create({ ...write, resource, select: { includes: () => false } }, {});
  }
  return createScim({ resourceTypes: [User], storage, baseUrl: "https://example.com", unsafeNoAuthentication: true });
}

async function page(scim: Scim, query: string): Promise<{ readonly nextCursor?: string }> {
  const { status, body } = await scim.handle({ method: "GET", url: `/Users?count=${COUNT}&${query}`, headers: {} });
  if (status !== 200 || typeof body !== "string") throw new Error(`${query}: ${status} ${body}`);
  return JSON.parse(body);
}

/** The query of the page that begins behind so many pages. */
async function cursorBehind(scim: Scim, pages: number): Promise<string> {
  let cursor = "";
  for (let index = 0; index < pages; index++) cursor = (await page(scim, `cursor=${cursor}`)).nextCursor ?? "";
  return `cursor=${cursor}`;
}

async function time(run: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  for (let count = 0; count < 10; count++) await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 10_000;
}

const [small, large] = [await directory(10_000), await directory(100_000)];
const cases = [
  ["first page by index", "startIndex=1", "startIndex=1"],
  ["last page by index", "startIndex=9901", "startIndex=99901"],
  ["first page by cursor", "cursor=", "cursor="],
  ["last page by cursor", await cursorBehind(small, 99), await cursorBehind(large, 999)],
] as const;

let isBroken = false;
for (const [name, few, many] of cases) {
  for (let attempt = 1; ; attempt++) {
    const times: [number[], number[]] = [[], []];
    for (let sample = 0; sample < SAMPLES; sample++) {
      times[0].push(await time(() => page(small, few)));
      times[1].push(await time(() => page(large, many)));
    }
    const [left, right] = [median(times[0]), median(times[1])];
    const isMet = right / left <= MOST_RATIO;
    if (!isMet && attempt < TRIES) continue;
    console.log(
      `${name.padEnd(24)} 10,000 users ${left.toFixed(2)} ms, 100,000 users ${right.toFixed(2)} ms, × ${(right / left).toFixed(2)}, bound ${MOST_RATIO}: ${isMet ? "met" : "BROKEN"}`,
    );
    isBroken ||= !isMet;
    break;
  }
}
process.exit(isBroken ? 1 : 0);
