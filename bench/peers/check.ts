// Runs the checker against the servers of others that are installed here: npm run … is not needed, node bench/peers/check.ts is. What comes
// of it is for whoever mends the checks: each failure is looked at by hand, and none is published.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { checks } from "../../src/checker/checks/index.ts";
import { runChecks } from "../../src/checker/run-checks.ts";
import { PATH, type Ready } from "../http/data.ts";
import { peersMissing } from "./load.ts";

/** The servers by the names of their files. */
const SERVERS = ["scimmy", "better-auth"];

const missing = await peersMissing();
if (missing !== undefined) {
  console.error(missing);
  process.exit(1);
}

const wanted = process.argv.slice(2);
for (const name of SERVERS.filter((server) => wanted.length === 0 || wanted.includes(server))) {
  const file = fileURLToPath(new URL(`../http/servers/${name}.ts`, import.meta.url));
  const server = fork(file, [JSON.stringify({ users: 0, groups: 0, members: 0 })]);
  const [ready] = (await once(server, "message")) as [Ready];
  const { port, path = PATH, token } = ready;
  const report = await runChecks({
    baseUrl: `http://127.0.0.1:${port}${path}`,
    checks,
    fetch,
    authorize: async (): Promise<Record<string, string>> =>
      token === undefined ? {} : { authorization: `Bearer ${token}` },
    secrets: new Set(token === undefined ? [] : [token]),
  });
  console.log(`${name}: ${report.requests} requests in ${report.ms} ms`, report.summary);
  for (const { outcome, level, id, section, reason, failure } of report.results) {
    if (outcome === "passed") continue;
    console.log(`${outcome} ${level} ${id} (${section}): ${failure?.seen ?? reason}`);
    const last = failure?.exchanges.at(-1);
    if (last === undefined) continue;
    console.log(`    right: ${failure?.right}`);
    console.log(`    ${last.method} ${last.url} ${last.requestBody?.slice(0, 300) ?? ""}`);
    console.log(`    ${last.status} ${last.responseBody.slice(0, 400)}`);
  }
  for (const { path: left, reason } of report.leftOver) console.log(`left ${left}: ${reason}`);
  server.disconnect();
}
