import { playSample } from "../../recordings/play.ts";
import type { Sample } from "../../recordings/sample.ts";
import type { Stage } from "../../recordings/stage.ts";
import { ownRecordings } from "../../recordings/store.ts";
import type { Check } from "../check.ts";
import type { Answer, Workbench } from "../workbench.ts";
import { type CycleStep, playCycle } from "./cycle.ts";
import { authentik } from "./cycles/authentik.ts";
import { cyberArk } from "./cycles/cyberark.ts";
import { entra, superOfficeEntra } from "./cycles/entra.ts";
import { google } from "./cycles/google.ts";
import { jumpCloud } from "./cycles/jumpcloud.ts";
import { keycloak } from "./cycles/keycloak.ts";
import { okta } from "./cycles/okta.ts";
import { oneLogin } from "./cycles/onelogin.ts";
import { ping } from "./cycles/ping.ts";
import { rippling } from "./cycles/rippling.ts";
import { sailPoint } from "./cycles/sailpoint.ts";
import { clientName } from "./names.ts";
import { sufferingOf } from "./suffering.ts";

const CYCLES: Readonly<Record<string, readonly CycleStep[]>> = {
  entra,
  okta,
  google,
  onelogin: oneLogin,
  jumpcloud: jumpCloud,
  ping,
  authentik,
  keycloak,
  sailpoint: sailPoint,
  cyberark: cyberArk,
  rippling,
  "superoffice-entra": superOfficeEntra,
};

/** Recordings that are of no one client. */
const NOBODYS = "misc";

/** Clients that can be played: those with a cycle first, then those of which there are single requests. */
export const CLIENTS: readonly string[] = [
  ...Object.keys(CYCLES),
  ...new Set(
    ownRecordings()
      .samples.map(({ client }) => client)
      .filter((client) => client !== NOBODYS && !(client in CYCLES)),
  ),
];

/** The client's cycle, and each of its recorded requests, as checks. Empty for a name that is not among `CLIENTS`. */
export function clientChecks(client: string): readonly Check[] {
  const cycle = CYCLES[client];
  const recorded = ownRecordings().samples.filter((sample) => sample.client === client && client !== NOBODYS);
  return [...(cycle === undefined ? [] : [checkOfCycle(client, cycle)]), ...recorded.map(checkOfSample)];
}

function checkOfSample(sample: Sample): Check {
  const { client, id, phase, why, quirks = [] } = sample;
  return {
    id: `as/${id}`,
    title: why,
    level: "client",
    requirements: quirks,
    section: "as recorded",
    clients: [client],
    suffers: sufferingOf(client, phase),
    misses: "What the client sends on other days, with other settings or other people.",
    async run(bench) {
      const { problems, answers, skipped, blocked } = await playSample(sample, ownRecordings().world, stageOf(bench));
      if (skipped !== undefined) bench.skip(skipped);
      if (blocked !== undefined) bench.block(blocked);
      if (problems.length > 0) bench.fail(problems.join("; "), rightOf(sample), ...answers);
    },
  };
}

function checkOfCycle(client: string, steps: readonly CycleStep[]): Check {
  const title = clientName(client);
  return {
    id: `as/${client}/cycle`,
    title: `The whole cycle of ${title} goes through on one and the same people: look-up, creation, changes, groups, the end.`,
    level: "client",
    requirements: quirksOf(steps),
    section: "as recorded",
    clients: [client],
    suffers: `Provisioning by ${title} stops at this step, for everybody.`,
    misses: "Requests that cross each other: they are sent one after another.",
    async run(bench) {
      const samples = new Map(ownRecordings().samples.map((sample) => [sample.id, sample]));
      const broken = await playCycle(steps, samples, stageOf(bench));
      if (broken === undefined) return;
      const { step, problems, answers } = broken;
      const place = `step ${steps.indexOf(step) + 1} of ${steps.length}`;
      bench.fail(
        `${title} ${step.does} (${place}): ${problems.join("; ")}`,
        `${title} ${step.does}, and goes on.`,
        ...answers,
      );
    },
  };
}

/** Rules that the cycle cannot do without. */
function quirksOf(steps: readonly CycleStep[]): readonly string[] {
  const sent = new Set(steps.map(({ sends }) => sends));
  return [
    ...new Set(
      ownRecordings()
        .samples.filter(({ id }) => sent.has(id))
        .flatMap(({ quirks = [] }) => quirks),
    ),
  ];
}

function stageOf(bench: Workbench): Stage<Answer> {
  return {
    tag: bench.unique("").replaceAll(/\D/g, ""),
    domain: bench.address().split("@")[1] ?? "example.com",
    baseUrl: bench.facts.baseUrl.replace(/\/+$/, ""),
    ask: (method, path, options) => bench.ask(method, path, options),
  };
}

function rightOf({ client, expect }: Sample): string {
  const statuses = typeof expect.status === "number" ? [expect.status] : expect.status;
  const body = expect.bodyContains === undefined ? "" : `, with ${JSON.stringify(expect.bodyContains)} in the body`;
  return `${clientName(client)} needs ${statuses.join(" or ")}${body}.`;
}
