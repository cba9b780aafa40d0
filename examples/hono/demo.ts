// Plays the provisioning cycles of Entra ID and Okta over HTTP, and exits 0 only if each step was answered as its
// client needs.
import { randomBytes } from "node:crypto";
import { styleText } from "node:util";
import { getRequestListener } from "@hono/node-server";
import { listen } from "../listen.ts";
import { openStorage } from "../storage.ts";
import { cycles } from "./cycles.ts";
import { type Outcome, play } from "./play.ts";
import { createApp } from "./server.ts";

const token = randomBytes(24).toString("base64url");
// The play begins with an empty directory, so the database is one that ends with it, unless another one is named.
const { storage, description, close: closeStorage } = await openStorage(process.env.SCIM_DATABASE ?? ":memory:");
const application = (baseUrl: string) => getRequestListener(createApp({ baseUrl, token, storage }).fetch);
const { baseUrl, stop } = await listen(0, application);
console.log(`SCIM 2.0 by scimkit on Hono, ${description}, at ${baseUrl}`);

const outcomes: Outcome[] = [];
for await (const outcome of play(baseUrl, token, cycles)) {
  const { client } = outcome.step;
  if (outcomes.at(-1)?.step.client !== client) printTitle(client);
  outcomes.push(outcome);
  printOutcome(outcome);
}
await stop();
await closeStorage();
printSummary();
process.exitCode = outcomes.every(({ problem }) => problem === undefined) ? 0 : 1;

function printTitle(client: string): void {
  console.log(`\n${styleText("bold", cycles.find((cycle) => cycle.client === client)?.title ?? client)}\n`);
}

function printOutcome({ step, path, body, status, result, problem }: Outcome): void {
  const mark = problem === undefined ? styleText("green", "ok  ") : styleText("red", "FAIL");
  console.log(`${mark} ${step.name}`);
  console.log(styleText("dim", `       ${step.request.method} ${path}`));
  for (const line of operationsIn(body)) console.log(styleText("dim", `         ${line}`));
  console.log(`       ${status} ${result}`);
  if (problem !== undefined) console.log(styleText("red", `       ${step.client} ${problem}`));
}

/** The operations of a PATCH, one a line: `Replace active "False"`. */
function operationsIn(body: unknown): readonly string[] {
  const { Operations = [] } = (body ?? {}) as {
    Operations?: readonly { op: string; path?: string; value?: unknown }[];
  };
  return Operations.map(({ op, path, value }) =>
    [op, path, value === undefined ? undefined : JSON.stringify(value)].filter((part) => part !== undefined).join(" "),
  );
}

function printSummary(): void {
  console.log(`\n${styleText("bold", "Summary")}\n`);
  for (const { client } of cycles) {
    const steps = outcomes.filter((outcome) => outcome.step.client === client);
    const good = steps.filter(({ problem }) => problem === undefined);
    console.log(`${`${client}:`.padEnd(10)}${good.length} of ${steps.length} steps as the client needs`);
    for (const { step, problem } of steps) if (problem !== undefined) console.log(`       ${step.name}: ${problem}`);
  }
}
