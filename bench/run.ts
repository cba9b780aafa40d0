// The speed of what every request passes through: filters, and the verbs through `handle`, over memory.
//   npm run bench
import { cpus } from "node:os";
import { bearerToken, createScim, EnterpriseUserSchema, Group, User } from "scimkit";
import { parseFilter } from "scimkit/filter";
import { memoryStorage } from "scimkit/memory";
import { Bench } from "tinybench";

const USER = User.schema.id;
const USERS = 10_000;
const TOKEN = "a-token-of-the-bench-0123";

const scim = createScim({
  resourceTypes: [User.extend(EnterpriseUserSchema), Group],
  storage: memoryStorage(),
  baseUrl: "https://example.com/scim/v2",
  authenticate: bearerToken(TOKEN),
});
let made = 0;

function user(): string {
  const number = made++;
  return JSON.stringify({
    schemas: [USER, EnterpriseUserSchema.id],
    userName: `user${number}@example.com`,
    externalId: `ext-${number}`,
    name: { givenName: "Ada", familyName: `King ${number}` },
    emails: [{ value: `user${number}@example.com`, type: "work", primary: true }],
    [EnterpriseUserSchema.id]: { department: `d${number % 50}` },
  });
}

async function ask(method: string, path: string, status: number, body?: string): Promise<string> {
  const response = await scim.handle({
    method,
    url: `/scim/v2${path}`,
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/scim+json" },
    body,
  });
  if (response.status !== status) throw new Error(`${method} ${path}: ${response.status} ${response.body}`);
  return String(response.body);
}

const filtered = (filter: string): string => `/Users?filter=${encodeURIComponent(filter)}`;
let last = "";
for (let index = 0; index < USERS; index++)
  last = (JSON.parse(await ask("POST", "/Users", 201, user())) as { id: string }).id;

const bench = new Bench({ time: 1000, warmupTime: 200 });
bench
  .add("parse: userName eq", () => void parseFilter('userName eq "ada@example.com"'))
  .add(
    "parse: value path and three terms",
    () => void parseFilter('emails[type eq "work" and value co "@x"] and (active eq true or title pr)'),
  )
  .add(`filter ${USERS} users: by an index (userName eq)`, () =>
    ask("GET", filtered('userName eq "user77@example.com"'), 200),
  )
  .add(`filter ${USERS} users: every one looked at (co)`, () => ask("GET", filtered('name.familyName co "9999"'), 200))
  .add("GET one user", () => ask("GET", `/Users/${last}`, 200))
  .add("GET a list of 100 users", () => ask("GET", "/Users?count=100", 200))
  .add("POST and DELETE a user", async () => {
    const { id } = JSON.parse(await ask("POST", "/Users", 201, user())) as { id: string };
    await ask("DELETE", `/Users/${id}`, 204);
  });
await bench.run();

const [cpu] = cpus();
console.log(`${cpu?.model ?? "unknown"}, ${cpus().length} cores, Node ${process.version}`);
for (const { name, result } of bench.tasks) {
  if (!("throughput" in result)) throw new Error(`${name} failed`);
  const { throughput, latency } = result;
  console.log(
    `${name.padEnd(52)} ${Math.round(throughput.mean).toLocaleString("en").padStart(10)} /s   p99 ${latency.p99.toFixed(3)} ms`,
  );
}
