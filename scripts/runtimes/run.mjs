// Runs one combination in a process of its own.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** In milliseconds: what hangs is stopped, and has failed. */
const LONGEST = 5 * 60_000;

/** How many cases passed, and the reasons of those that failed. */
export async function runCell({ command, host, storage, type = "commonjs" }, { root, room, folder, index }) {
  const cwd = join(folder, type);
  const result = join(folder, `result-${index}.json`);
  const [program, ...args] = command;
  const child = spawn(program, args, {
    cwd,
    timeout: LONGEST,
    env: {
      ...process.env,
      // Programs that start Node find the one of the project.
      PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH}`,
      SCIMKIT_HOST: host,
      SCIMKIT_STORAGE: storage,
      SCIMKIT_RESULT: result,
      SCIMKIT_TOOLS: join(room, "package.json"),
    },
  });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => said.push(data));
  const status = await new Promise((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, signal) => resolve(code ?? signal));
  });
  const { passed, failures } = readResult(result);
  if (status !== 0 || (passed === 0 && failures.length === 0))
    failures.push(`ended with ${status}:\n${Buffer.concat(said).toString().slice(-3000)}`);
  return { passed, failures };
}

function readResult(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return { passed: 0, failures: [] };
  }
}
