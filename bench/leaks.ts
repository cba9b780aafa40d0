// Whether one tenant can tell from the time of its requests what another one has asked for: the first tenant sends a request with a value, then
// the second times the same request with that value and with one that nobody has sent, in changing order, each value once. What is kept between
// requests is kept by what the schema says, and never by values: both take the same. Ends with a status other than 0 when a bound is broken.
//   npm run bench:leaks
import { createScim, EnterpriseUserSchema, Group, type StorageAdapter, User } from "scimkit";
import { memoryStorage } from "scimkit/memory";
import { openSqlite, sqlStorage } from "scimkit/sql";
import { brokenBounds, hold, median } from "./storage/statistics.ts";

const ROUNDS = 4000;
const WARM_UP = 1000;
/** How many times as long a value may take that the other tenant has sent, or the other way round. */
const MOST = 1.05;
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

interface Request {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

/** Requests in which a value of a tenant stands where something might be kept by it. */
const REQUESTS: Readonly<Record<string, (value: string, id: string) => Request>> = {
  "a filter": (value) => ({ method: "GET", path: `/Users?filter=${encodeURIComponent(`userName eq "${value}"`)}` }),
  "a filter in a value path": (value) => ({
    method: "GET",
    path: `/Users?filter=${encodeURIComponent(`emails[type eq "work" and value eq "${value}"]`)}`,
  }),
  "the path of a PATCH": (value, id) => ({
    method: "PATCH",
    path: `/Users/${id}`,
    body: { schemas: [PATCH], Operations: [{ op: "remove", path: `emails[value eq "${value}"]` }] },
  }),
  "the value of a PATCH": (value, id) => ({
    method: "PATCH",
    path: `/Users/${id}`,
    body: { schemas: [PATCH], Operations: [{ op: "replace", path: "title", value }] },
  }),
  "names of attributes": (value) => ({ method: "GET", path: `/Users?count=1&attributes=userName,${value}` }),
};

const storages: Readonly<Record<string, () => Promise<StorageAdapter>>> = {
  memory: async () => memoryStorage(),
  async SQLite() {
    const storage = sqlStorage({ db: await openSqlite(":memory:") });
    await storage.prepare();
    return storage;
  },
};
for (const [name, open] of Object.entries(storages)) await measure(name, await open());
process.exit(brokenBounds() === 0 ? 0 : 1);

async function measure(storageName: string, storage: StorageAdapter): Promise<void> {
  const scim = createScim({
    resourceTypes: [User.extend(EnterpriseUserSchema), Group],
    storage,
    baseUrl: "https://example.com/scim/v2",
    authenticate: ({ headers }) => ({ tenant: String(headers.authorization) }),
  });
  const send = async (tenant: string, { method, path, body }: Request): Promise<string> => {
    const response = await scim.handle({
      method,
      url: `/scim/v2${path}`,
      headers: { authorization: tenant, "content-type": "application/scim+json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (response.status >= 300) throw new Error(`${method} ${path}: ${response.status} ${response.body}`);
    return String(response.body);
  };
  const create = async (tenant: string): Promise<string> => {
    const body = { schemas: [User.schema.id], userName: "ada", emails: [{ value: "ada@example.com", type: "work" }] };
    return (JSON.parse(await send(tenant, { method: "POST", path: "/Users", body })) as { id: string }).id;
  };
  const ids = { one: await create("one"), other: await create("other") };
  let made = 0;
  for (const [what, request] of Object.entries(REQUESTS)) {
    const times = { sent: [] as number[], unsent: [] as number[] };
    for (let round = 0; round < ROUNDS; round++) {
      const values = { sent: `v${made++}`, unsent: `v${made++}` };
      await send("one", request(values.sent, ids.one));
      const order = round % 2 === 0 ? (["sent", "unsent"] as const) : (["unsent", "sent"] as const);
      for (const which of order) {
        const start = performance.now();
        await send("other", request(values[which], ids.other));
        if (round >= WARM_UP) times[which].push(performance.now() - start);
      }
    }
    const ratio = median(times.sent) / median(times.unsent);
    hold(`${storageName}, ${what}: a value that the other tenant has sent`, ratio, MOST, " ×");
    hold(`${storageName}, ${what}: one that nobody has sent`, 1 / ratio, MOST, " ×");
  }
}
