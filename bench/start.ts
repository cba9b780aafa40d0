// How long a process takes until it can answer: the import, `createScim` and a first GET, and then a first filter; and how much memory a server
// that waits for requests has more than a bare one. Processes take turns. Needs a built scimkit.
//   npm run bench:start -- [--before=<folder of another built scimkit> --json=<file>]
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { type Figure, writeFigures } from "./harness/figures.ts";
import { subjectIn } from "./harness/subject.ts";
import { median } from "./storage/statistics.ts";

const { values } = parseArgs({
  options: { before: { type: "string" }, json: { type: "string" }, short: { type: "boolean" } },
});
const TIMES = 21;
const HERE = fileURLToPath(new URL("..", import.meta.url));
/** What is aimed at, in milliseconds and MiB. */
const MOST = { get: 50, filter: 25, memory: 30 } as const;

/** What a process has measured: milliseconds since its first line, and MiB. */
interface Measured {
  readonly import: number;
  readonly createScim: number;
  readonly get: number;
  /** How long the first filter took by itself. */
  readonly filter: number;
  readonly memory: number;
}

const LISTEN = `
  const { createServer } = await import("node:http");
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  times.memory = process.memoryUsage.rss() / 2 ** 20;
  console.log(JSON.stringify(times));
  process.exit();`;

const BARE = `
  const times = { import: 0, createScim: 0, get: 0, filter: 0 };
  const listener = (request, response) => response.end();${LISTEN}`;

function programOf(folder: string): string {
  const { fileOf } = subjectIn(folder);
  const urlOf = (entry: Parameters<typeof fileOf>[0]): string => JSON.stringify(pathToFileURL(fileOf(entry)).href);
  return `
    const times = {};
    const start = performance.now();
    const since = () => performance.now() - start;
    const { createScim, EnterpriseUserSchema, Group, User } = await import(${urlOf("scimkit")});
    const { memoryStorage } = await import(${urlOf("scimkit/memory")});
    times.import = since();
    const scim = createScim({
      resourceTypes: [User.extend(EnterpriseUserSchema), Group],
      storage: memoryStorage(),
      baseUrl: "https://example.com/scim/v2",
      unsafeNoAuthentication: true,
    });
    times.createScim = since();
    const get = async (query) => {
      const { status } = await scim.handle({ method: "GET", url: "/scim/v2/Users" + query, headers: {} });
      if (status !== 200) throw new Error(String(status));
    };
    await get("");
    times.get = since();
    await get("?filter=" + encodeURIComponent('userName eq "ada"'));
    times.filter = since() - times.get;
    const { nodeHandler } = await import(${urlOf("scimkit/node")});
    const listener = nodeHandler(scim);${LISTEN}`;
}

const programs: Readonly<Record<string, string>> = {
  "node:http alone": BARE,
  scimkit: programOf(HERE),
  ...(values.before === undefined ? {} : { before: programOf(resolve(values.before)) }),
};
const runs = Object.fromEntries(Object.keys(programs).map((name) => [name, [] as Measured[]]));
for (let time = 0; time < TIMES; time++)
  for (const [name, program] of Object.entries(programs))
    runs[name]?.push(
      JSON.parse(execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" })),
    );

const medianOf = (name: string, of: keyof Measured): number =>
  Math.round(median((runs[name] ?? []).map((one) => one[of])) * 10) / 10;
const rows = Object.keys(programs)
  .filter((name) => name !== "node:http alone")
  .map((name): Figure => {
    const [get, filter] = [medianOf(name, "get"), medianOf(name, "filter")];
    const more = Math.round((medianOf(name, "memory") - medianOf("node:http alone", "memory")) * 10) / 10;
    return {
      name,
      values: {
        "import, ms": medianOf(name, "import"),
        "createScim at, ms": medianOf(name, "createScim"),
        "first GET at, ms": get,
        "first filter, ms": filter,
        "memory over node:http alone, MiB": more,
      },
      ...(name === "scimkit"
        ? {
            target: `first GET ≤ ${MOST.get} ms, first filter ≤ ${MOST.filter} ms, memory ≤ + ${MOST.memory} MiB`,
            isMet: get <= MOST.get && filter <= MOST.filter && more <= MOST.memory,
          }
        : {}),
    };
  });
for (const { name, values: measured } of rows)
  console.log(
    `${name}: ${Object.entries(measured)
      .map(([what, value]) => `${what}: ${value}`)
      .join("; ")}`,
  );
if (values.json !== undefined)
  writeFigures(values.json, {
    title: "start",
    about: `A process from its first line: what is imported, created and answered first, over memory; and what it then holds as a server that waits. Medians of ${TIMES} processes each, in turns.`,
    rows,
  });
