// What a tenant with an extension of its own of four attributes costs: 10,000 of them, cached as README says. Heap after garbage collection once each
// has served one GET and one filter, without what the host holds itself, and the time of a tenant's first request beside that of its
// next. Once over storage that keeps nothing, which shows the resource types and what the engine makes of them, and once in memory,
// with a user each. Ends with a status other than 0 when a bound is broken.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
  createScim,
  defineSchema,
  EnterpriseUserSchema,
  Group,
  type Scim,
  type StorageAdapter,
  type TenantOptions,
  User,
} from "../src/index.ts";
import { memoryStorage } from "../src/storage/memory/index.ts";

const TENANTS = 10_000;
const MOST_KILOBYTES = 8;
const collect = globalThis.gc;
if (collect === undefined) throw new Error("Start node with --expose-gc.");

const Base = User.extend(EnterpriseUserSchema);

function ownOptions(index: number): TenantOptions {
  const own = defineSchema({
    id: `urn:example:params:scim:schemas:tenant${index}:User`,
    name: `Tenant ${index}`,
    attributes: {
      badge: { caseExact: true },
      level: { type: "integer" },
      rooms: { multiValued: true },
      since: { type: "dateTime" },
    },
  });
  return { resourceTypes: [Base.extend(own), Group] };
}

function heap(): number {
  collect?.();
  collect?.();
  return process.memoryUsage().heapUsed;
}

const AT = "2026-01-01T00:00:00Z";
const ADA = {
  schemas: [User.schema.id],
  id: "ada",
  userName: "ada",
  meta: { resourceType: "User", created: AT, lastModified: AT, version: "1" },
};

/** Has the same user for everybody, and keeps nothing. */
const NOTHING_KEPT: StorageAdapter = {
  name: "nothing kept",
  contract: 1,
  capabilities: { filter: true, sort: true, tenants: true, danglingReferences: true },
  get: async () => ADA,
  query: async () => ({ resources: [ADA], totalResults: 1 }),
  create: async () => ADA,
  replace: async () => ADA,
  delete: async () => true,
};

async function ask(scim: Scim, tenant: number, method: string, path: string, body?: object): Promise<string> {
  const headers = { authorization: String(tenant) };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await scim.handle({ method, url: path, headers, ...sent });
  if (answer.status >= 300 || typeof answer.body !== "string") throw new Error(`${method} ${path}: ${answer.status}`);
  return answer.body;
}

/** Microseconds of CPU that one step for every tenant takes, each. */
async function time(step: (tenant: number) => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  for (let tenant = 0; tenant < TENANTS; tenant++) await step(tenant);
  const { user, system } = process.cpuUsage(before);
  return Math.round((user + system) / TENANTS);
}

async function measure(name: string, storage: StorageAdapter, hasUsers: boolean): Promise<number> {
  const tenants = Array.from({ length: TENANTS }, (_, index) => ownOptions(index));
  const ids: string[] = Array.from({ length: TENANTS }, () => "ada");
  const scim = createScim({
    resourceTypes: [Base, Group],
    storage,
    baseUrl: "https://example.com",
    authenticate: ({ headers }) => ({ tenant: String(headers.authorization) }),
    tenant: ({ tenant }) => tenants[Number(tenant)],
  });
  const before = heap();
  const first = await time(async (tenant) => {
    if (!hasUsers) return ask(scim, tenant, "GET", "/Users/ada");
    const body = { schemas: [User.schema.id], userName: "ada" };
    ids[tenant] = JSON.parse(await ask(scim, tenant, "POST", "/Users", body)).id;
  });
  const next = await time((tenant) => ask(scim, tenant, "GET", `/Users/${ids[tenant]}`));
  const filter = `/Users?filter=${encodeURIComponent('userName eq "ada"')}`;
  await time((tenant) => ask(scim, tenant, "GET", filter));
  const kilobytes = (heap() - before) / TENANTS / 1000;
  console.log(`${name}: ${kilobytes.toFixed(1)} KB a tenant; first request ${first} µs, a later GET ${next} µs`);
  // All of it has to be alive until here.
  if (tenants.length + ids.length === 0) await ask(scim, 0, "GET", "/Users/ada");
  return kilobytes;
}

/** Each in a process of its own, so that neither counts what the other leaves. */
const [, , kind] = process.argv;
if (kind === undefined) {
  const path = fileURLToPath(import.meta.url);
  for (const one of ["engine", "memory"])
    process.exitCode ||= spawnSync(process.execPath, ["--expose-gc", path, one], { stdio: "inherit" }).status ?? 1;
} else if (kind === "memory") await measure("with memory storage and a user each", memoryStorage(), true);
else if ((await measure("types and engine", NOTHING_KEPT, false)) > MOST_KILOBYTES) {
  console.error(`A tenant is to hold at most ${MOST_KILOBYTES} KB.`);
  process.exitCode = 1;
}
