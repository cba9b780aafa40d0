// What a request costs in `handle`, over storage in memory: with nothing on, with a `decide` that lets everything pass, and with an outbox as
// well; and, with `--package <folder>`, what it costs another build of the package with nothing on. All in one run, round by round in
// turn; a ratio is the median of the rounds' ratios to the first of them.
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { median } from "./storage/statistics.ts";

interface Response {
  readonly status: number;
  readonly body?: unknown;
}
interface Scim {
  handle(request: object): Promise<Response>;
}
interface Build {
  readonly createScim: (options: object) => Scim;
  readonly User: { readonly schema: { readonly id: string } };
  readonly Group: { readonly schema: { readonly id: string } };
  readonly memoryStorage: () => object;
}

const { values } = parseArgs({ options: { package: { type: "string" }, rounds: { type: "string", default: "30" } } });
const REQUESTS = 300;
const USERS = 1000;
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

async function load(folder: string): Promise<Build> {
  const from = (name: string) => import(new URL(`dist/${name}.js`, pathToFileURL(`${folder}/`)).href);
  const [index, memory] = await Promise.all([from("index"), from("memory")]);
  return { ...index, ...memory };
}

async function contender(build: Build, options: object) {
  const scim = build.createScim({
    resourceTypes: [build.User, build.Group],
    storage: build.memoryStorage(),
    baseUrl: "https://example.com/scim/v2",
    authenticate: () => ({}),
    ...options,
  });
  const headers = { "content-type": "application/scim+json" };
  const send = async (method: string, path: string, body?: object): Promise<Response> => {
    const response = await scim.handle({
      method,
      url: `/scim/v2${path}`,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.status >= 400) throw new Error(`${method} ${path}: ${response.status} ${String(response.body)}`);
    return response;
  };
  const create = async (path: string, body: object): Promise<string> =>
    JSON.parse(String((await send("POST", path, body)).body)).id;
  const ids: string[] = [];
  for (let index = 0; index < USERS; index++)
    ids.push(await create("/Users", { schemas: [build.User.schema.id], userName: `u${index}`, active: true }));
  const group = await create("/Groups", {
    schemas: [build.Group.schema.id],
    displayName: "g",
    members: ids.map((value) => ({ value })),
  });
  const patch = (path: string, ...operations: readonly object[]) =>
    send("PATCH", path, { schemas: [PATCH], Operations: operations });
  let count = 0;
  const id = () => ids[count++ % ids.length] ?? "";
  return {
    GET: () => send("GET", `/Users/${id()}`),
    list: () => send("GET", "/Users?count=20"),
    POST: () => send("POST", "/Users", { schemas: [build.User.schema.id], userName: `n${count++}`, active: true }),
    "PATCH active": () => patch(`/Users/${id()}`, { op: "replace", path: "active", value: count++ % 2 === 0 }),
    PUT: () =>
      send("PUT", `/Users/${ids[0]}`, { schemas: [build.User.schema.id], userName: "u0", title: `t${count++}` }),
    "member in 1,000": () => {
      const value = id();
      const isLeaving = count % 2 === 0;
      return isLeaving
        ? patch(`/Groups/${group}`, { op: "remove", path: `members[value eq "${value}"]` })
        : patch(`/Groups/${group}`, { op: "add", path: "members", value: [{ value }] });
    },
  };
}

const own = await load(process.cwd());
const contenders = new Map([
  ...(values.package === undefined ? [] : [["other build", await contender(await load(values.package), {})] as const]),
  ["nothing on", await contender(own, {})] as const,
  ["decide", await contender(own, { decide: () => undefined })] as const,
  ["decide and outbox", await contender(own, { decide: () => undefined, outbox: true })] as const,
]);
const [[firstName, first] = ["", undefined]] = contenders;
if (first === undefined) throw new Error("There is nobody to time.");
console.log(`ratios to “${firstName}”, medians of ${values.rounds} rounds of ${REQUESTS} requests in turn`);
for (const name of Object.keys(first) as (keyof typeof first)[]) {
  const times = new Map<string, number[]>([...contenders.keys()].map((one) => [one, []]));
  for (let round = -3; round < Number(values.rounds); round++) {
    for (const [who, requests] of contenders) {
      const start = performance.now();
      for (let index = 0; index < REQUESTS; index++) await requests[name]();
      if (round >= 0) times.get(who)?.push(performance.now() - start);
    }
  }
  const base = times.get(firstName) ?? [];
  const shown = [...times].map(([who, list]) => {
    const ratio = median(list.map((time, index) => time / (base[index] ?? Number.NaN)));
    return `${who} ${ratio.toFixed(2)} (${((median(list) / REQUESTS) * 1000).toFixed(0)} µs)`;
  });
  console.log(`${name.padEnd(16)} ${shown.join("   ")}`);
}
