// `npm start`, as it comes, on a database that falls silent.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Cluster, freePort, until } from "./cluster.ts";
import { startForwarder } from "./forwarder.ts";
import { terms } from "./scenario.ts";
import { hold } from "./statistics.ts";

const TOKEN = "token-of-the-bench-0123456789";
/** The `timeout` of the examples, in milliseconds. */
const TIMEOUT = 30_000;

/** Asks it while old and new connections swallow what is sent, and afterwards. */
export async function startInSilence(cluster: Cluster): Promise<void> {
  const forwarder = await startForwarder(cluster.port);
  const port = await freePort();
  const program = spawn(process.execPath, [fileURLToPath(new URL("../../examples/hono/start.ts", import.meta.url))], {
    env: {
      ...process.env,
      PORT: String(port),
      SCIM_TOKEN: TOKEN,
      SCIM_DATABASE: `postgres://postgres@127.0.0.1:${forwarder.port}/postgres`,
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  try {
    const ask = () =>
      fetch(`http://127.0.0.1:${port}/scim/v2/Users?count=1`, { headers: { authorization: `Bearer ${TOKEN}` } });
    const isServed = () =>
      ask().then(
        ({ status }) => status === 200,
        () => false,
      );
    await until(isServed);
    forwarder.swallow();
    const start = performance.now();
    const answers = await Promise.all(Array.from({ length: 12 }, ask));
    const took = performance.now() - start;
    console.log(`npm start, packets swallowed: answers ${answers.map(({ status }) => status).join(" ")}`);
    hold("answers that are not 503 with Retry-After", answers.filter((answer) => !isLater(answer)).length, 0);
    hold("until all are answered", Math.round(took), TIMEOUT + 1000 * terms.margin, " ms");
    forwarder.letGo();
    const letGo = performance.now();
    await until(isServed);
    hold("until it serves again", Math.round(performance.now() - letGo), 3000 * terms.margin, " ms");
  } finally {
    const exit = once(program, "exit");
    program.kill("SIGKILL");
    await exit;
    await forwarder.close();
  }
}

function isLater({ status, headers }: Response): boolean {
  return status === 503 && headers.has("retry-after");
}
