// What the worst requests within the limits cost: doubling them must at most multiply the time by 2.5, and what is beyond the limits
// is refused at once. CPU time, medians within one run; ends with a status other than 0 when a bound is broken.
import { createScim, EnterpriseUserSchema, Group, type ScimOptions, User } from "../src/index.ts";
import { memoryStorage } from "../src/storage/memory/index.ts";
import { median } from "./storage/statistics.ts";

const BASE_URL = "https://example.com/scim/v2";
const SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
const [MOST_RATIO, SAMPLES, DOUBLINGS, TRIES] = [2.5, 9, 3, 3];
const failures: string[] = [];

interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

async function service(limits: ScimOptions["limits"]) {
  const scim = createScim({
    resourceTypes: [User.extend(EnterpriseUserSchema), Group],
    storage: memoryStorage(),
    baseUrl: BASE_URL,
    unsafeNoAuthentication: true,
    newId: () => "ann",
    ...(limits === undefined ? {} : { limits }),
  });
  const ask = async ({ method, url, headers = {}, body }: Request, expected: number): Promise<void> => {
    const response = await scim.handle({ method, url: `/scim/v2${url}`, headers, body });
    if (response.status !== expected)
      throw new Error(`${method} ${url.slice(0, 80)}: ${response.status} ${response.body}`);
  };
  await ask(
    { method: "POST", url: "/Users", body: JSON.stringify({ schemas: [User.schema.id], userName: "ann" }) },
    201,
  );
  return ask;
}

/** CPU time of one call in milliseconds, which other processes do not disturb. */
async function time(run: () => Promise<void>, repeat: number): Promise<number> {
  const before = process.cpuUsage();
  for (let count = 0; count < repeat; count++) await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / repeat;
}

function say(name: string, figures: string, isMet: boolean): void {
  console.log(`${name.padEnd(52)} ${figures} ${isMet ? "met" : "BROKEN"}`);
  if (!isMet) failures.push(name);
}

/** Times a request at n, 2n, 4n and 8n, in turns, so that all of them share the machine's moods. */
async function doubling(
  name: string,
  start: number,
  make: (n: number) => Request,
  ask: (request: Request, expected: number) => Promise<void>,
  expected = 200,
): Promise<void> {
  const sizes = Array.from({ length: DOUBLINGS + 1 }, (_, index) => start * 2 ** index);
  const requests = sizes.map(make);
  for (const request of requests) await time(() => ask(request, expected), 20);
  const once = await time(() => ask(requests[0] as Request, expected), 20);
  const repeat = Math.max(1, Math.ceil(4 / once));
  for (let attempt = 1; ; attempt++) {
    const times: number[][] = sizes.map(() => []);
    for (let sample = 0; sample < SAMPLES; sample++)
      for (const [index, request] of requests.entries())
        times[index]?.push(await time(() => ask(request, expected), repeat));
    const medians = times.map(median);
    const ratios = medians.slice(1).map((value, index) => value / (medians[index] as number));
    const isMet = Math.max(...ratios) <= MOST_RATIO;
    if (!isMet && attempt < TRIES) continue;
    const shown = `n = ${start} … ${sizes.at(-1)}: ${(medians[0] as number).toFixed(3)} … ${(medians.at(-1) as number).toFixed(3)} ms, × ${ratios.map((ratio) => ratio.toFixed(2)).join(" ")}`;
    say(name, `${shown}, bound ${MOST_RATIO}:`, isMet);
    return;
  }
}

const repeated = (count: number, text: string, separator = ""): string =>
  Array<string>(count).fill(text).join(separator);
const filter = (text: string, path = "/Users"): Request => ({
  method: "GET",
  url: `${path}?filter=${encodeURIComponent(text)}`,
});
const search = (members: object): Request => ({
  method: "POST",
  url: "/Users/.search",
  body: JSON.stringify({ schemas: [SEARCH], ...members }),
});

const large = 10_000_000;
const ask = await service({
  filterLength: large,
  filterClauses: large,
  filterDepth: 300,
  attributes: large,
  body: large,
  stringLength: large,
});

await doubling("filter clauses, or", 64, (n) => filter(repeated(n, 'title eq "x"', " or ")), ask);
await doubling("filter clauses, and", 64, (n) => filter(repeated(n, "userName pr", " and ")), ask);
await doubling("filter clauses in brackets", 64, (n) => filter(`emails[${repeated(n, 'type eq "x"', " or ")}]`), ask);
await doubling(
  "filter clauses over all types",
  64,
  (n) => filter(repeated(n, 'title eq "x" and not (displayName pr)', " or "), "/"),
  ask,
);
await doubling("filter nesting", 32, (n) => filter(`${repeated(n, "(")}id pr${repeated(n, ")")}`), ask);
await doubling("filter nesting of not", 32, (n) => filter(`${repeated(n, "not (")}id pr${repeated(n, ")")}`), ask);
await doubling("filter operand", 2048, (n) => filter(`title eq "${repeated(n, "x")}"`), ask);
await doubling("filter operand, unclosed", 2048, (n) => filter(`title eq "${repeated(n, "\\\\")}`), ask, 400);
await doubling("filter blanks", 2048, (n) => filter(`title${repeated(n, " ")}pr`), ask);
await doubling(
  "attributes in the URL",
  128,
  (n) => ({ method: "GET", url: `/Users?attributes=${repeated(n, "name.givenName", ",")}` }),
  ask,
);
await doubling(
  "attributes, unknown",
  128,
  (n) => search({ attributes: Array.from({ length: n }, (_, index) => `no${index}`) }),
  ask,
);
await doubling(
  "excludedAttributes",
  128,
  (n) => search({ excludedAttributes: Array(n).fill("urn:ietf:params:scim:schemas:core:2.0:User:emails.type") }),
  ask,
);
await doubling(
  "members of a search request",
  256,
  (n) => search(Object.fromEntries(Array.from({ length: n }, (_, index) => [`no${index}`, index]))),
  ask,
);
await doubling(
  "query parameters",
  256,
  (n) => ({ method: "GET", url: `/Users?${repeated(n, "a%20b=c+d", "&")}` }),
  ask,
);
await doubling("query separators", 1024, (n) => ({ method: "GET", url: `/Users?${repeated(n, "&=")}` }), ask);
await doubling(
  "schemas of a body",
  256,
  (n) => ({
    method: "POST",
    url: "/Users",
    body: JSON.stringify({ schemas: Array.from({ length: n }, (_, index) => `urn:x:${index}`) }),
  }),
  ask,
  400,
);
const tags = (name: string, start: number, header: (n: number) => string) =>
  doubling(name, start, (n) => ({ method: "GET", url: "/Users/ann", headers: { "if-none-match": header(n) } }), ask);
await tags("tags", 128, (n) => repeated(n, 'W/"x"', ","));
await tags("tags without quotes", 256, (n) => repeated(n, "xy", ", "));
await tags("tag header of blanks and commas", 1024, (n) => repeated(n, " ,").slice(0, n));
await tags("tag header, unclosed", 1024, (n) => `W/"${repeated(n - 3, "W")}`);
await doubling("cursor", 4096, (n) => ({ method: "GET", url: `/Users?cursor=${repeated(n, "A")}` }), ask, 400);

await worstFilters();

if (failures.length > 0) {
  console.error(`Broken: ${failures.join(", ")}.`);
  process.exit(1);
}

/** The worst filters that the default limits let through, and the first ones that they do not. */
async function worstFilters(): Promise<void> {
  const bounded = await service(undefined);
  const cases: readonly (readonly [name: string, text: string, status: number])[] = [
    ["256 clauses, 8 KiB", repeated(256, 'userName co "x"', " or "), 200],
    ["256 long clauses", repeated(256, 'title sw "abcdefg"', " and "), 200],
    ["32 levels of 8 clauses", `${repeated(31, 'not (id pr or title eq "x" and ')}id pr${repeated(31, ")")}`, 200],
    ["one operand of 8 KiB", `title eq "${repeated(8170, "x")}"`, 200],
    ["8 KiB of escapes", `title eq "${repeated(4080, "\\\\")}"`, 200],
  ];
  for (const [name, text, status] of cases) {
    const request = filter(text);
    const cold = await time(() => bounded(request, status), 1);
    const warm: number[] = [];
    for (let sample = 0; sample < 50; sample++) warm.push(await time(() => bounded(request, status), 1));
    say(
      `worst filter, ${name}`,
      `cold ${cold.toFixed(2)} ms, warm ${median(warm).toFixed(2)} ms, bound 5 ms warm:`,
      median(warm) < 5,
    );
  }
  for (const length of [8193, 65_536, 1_000_000]) {
    const request = search({ filter: repeated(length, "(") });
    const times: number[] = [];
    for (let sample = 0; sample < 9; sample++) times.push(await time(() => bounded(request, 400), 1));
    say(`filter of ${length} characters, refused`, `${median(times).toFixed(2)} ms, bound 10 ms:`, median(times) < 10);
  }
}
