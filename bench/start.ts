// How long a process takes until it can answer: the import, `createScim` and a first GET, and then a first filter; how much processor time
// that is, and how much memory the process has more than a bare one. Needs a built scimkit.
//   node bench/start.ts [folder of another built scimkit …]
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { subjectIn } from "./harness/subject.ts";

const TIMES = 21;
const HERE = fileURLToPath(new URL("..", import.meta.url));

const BARE = "const times = []; const start = performance.now();";
const END = `
  const { user, system } = process.cpuUsage();
  console.log(JSON.stringify([...times, (user + system) / 1000, process.memoryUsage.rss() / 2 ** 20]));`;

function programOf(folder: string): string {
  const { fileOf } = subjectIn(folder);
  const urlOf = (entry: Parameters<typeof fileOf>[0]): string => JSON.stringify(pathToFileURL(fileOf(entry)).href);
  return `${BARE}
    const { createScim, Group, User } = await import(${urlOf("scimkit")});
    const { memoryStorage } = await import(${urlOf("scimkit/memory")});
    times.push(performance.now() - start);
    const scim = createScim({
      resourceTypes: [User, Group], storage: memoryStorage(), baseUrl: "https://example.com/scim/v2", unsafeNoAuthentication: true,
    });
    times.push(performance.now() - start);
    const get = async (query) => {
      const { status } = await scim.handle({ method: "GET", url: "/scim/v2/Users" + query, headers: {} });
      if (status !== 200) throw new Error(String(status));
      times.push(performance.now() - start);
    };
    await get("");
    await get("?filter=" + encodeURIComponent('userName eq "ada"'));${END}`;
}

const programs: Readonly<Record<string, string>> = {
  "bare node": `${BARE} times.push(0, 0, 0, 0);${END}`,
  ...Object.fromEntries([HERE, ...process.argv.slice(2)].map((folder) => [folder, programOf(resolve(folder))])),
};
const runs = new Map<string, number[][]>(Object.keys(programs).map((name) => [name, []]));
for (let time = 0; time < TIMES; time++)
  for (const [name, program] of Object.entries(programs))
    runs
      .get(name)
      ?.push(JSON.parse(execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" })));

for (const [name, figures] of runs) {
  const medianOf = (at: number): string => {
    const sorted = figures.map((one) => one[at] as number).sort((left, right) => left - right);
    return (sorted[TIMES >> 1] as number).toFixed(1);
  };
  console.log(
    `${name}: import ${medianOf(0)} ms, createScim at ${medianOf(1)}, GET at ${medianOf(2)}, filter at ${medianOf(3)}; ${medianOf(4)} ms of CPU, ${medianOf(5)} MiB`,
  );
}
