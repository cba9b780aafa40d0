// The clock of the machine jumps an hour ahead and back, again and again.
import { type Scim, User } from "../../src/index.ts";
import type { Cluster } from "./cluster.ts";
import { play, type Scene } from "./scenario.ts";
import { hold } from "./statistics.ts";

const HOUR = 3_600_000;
/** How far the clock is off, one after the other. */
const STEPS = [HOUR, 0, -HOUR, HOUR, -HOUR, 0];
/** How long it stays so, in milliseconds. */
const STEP = 300;

type Send = (
  method: string,
  path: string,
  body?: unknown,
) => Promise<{ readonly status: number; readonly json: Answer }>;

interface Answer {
  readonly id: string;
  readonly meta: { readonly version: string; readonly lastModified: string };
  readonly Resources: readonly { readonly id: string }[];
  readonly nextCursor?: string;
}

/** Clients write and walk through all users while the clock jumps `rounds` times through its steps. */
export async function stepClock(cluster: Cluster, rounds: number): Promise<void> {
  await play("Clock steps of an hour", cluster, async ({ services, traffic }: Scene) => {
    const [service] = services;
    if (service === undefined) throw new Error("there is no service");
    const send = sender(service.scim);
    const begun = Date.now();
    const stepping = steps(rounds);
    let isOver = false;
    stepping.finally(() => {
      isOver = true;
    });
    const [changed, walked] = await Promise.all([
      change(send, () => isOver),
      walk(send, () => isOver, traffic.facts.titles),
      stepping,
    ]);
    const times = changed.map(({ lastModified }) => Date.parse(lastModified));
    console.log(`Clock: ${changed.length} changes of one user, ${walked.walks} walks through all users by cursor`);
    const versions = changed.map(({ version }) => Number(version.replace(/\D/g, "")));
    const notHigher = versions.filter((version, index) => index > 0 && version <= (versions[index - 1] ?? 0));
    hold("versions that repeat or go back", notHigher.length, 0);
    const last = Date.now() + HOUR;
    const odd = times.filter((time) => !(time >= begun - HOUR && time <= last));
    hold("times of changes that no clock showed", odd.length, 0);
    hold("walks that ended before their end", walked.broken, 0);
    hold("users that a walk missed or met twice", walked.wrong, 0);
    return { cluster };
  });
}

async function steps(rounds: number): Promise<void> {
  const Real = Date;
  let off = 0;
  globalThis.Date = class extends Real {
    constructor(...given: [] | [number | string | Date]) {
      const [value = Real.now() + off] = given;
      super(value);
    }
    static override now(): number {
      return Real.now() + off;
    }
  } as DateConstructor;
  try {
    for (let step = 0; step < rounds * STEPS.length; step++) {
      off = STEPS[step % STEPS.length] ?? 0;
      await new Promise((resolve) => setTimeout(resolve, STEP));
    }
  } finally {
    globalThis.Date = Real;
  }
}

/** Changes one user until it is over; gives what was said of each change. */
async function change(send: Send, isOver: () => boolean): Promise<readonly Answer["meta"][]> {
  const { json } = await send("POST", "Users", { schemas: [User.schema.id], userName: "clock@example.com" });
  const told: Answer["meta"][] = [];
  for (let number = 0; !isOver(); number++) {
    const schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
    const value = { title: `c${number}`, nickName: `c${number}` };
    const answer = await send("PATCH", `Users/${json.id}`, { schemas, Operations: [{ op: "replace", value }] });
    if (answer.status === 200) told.push(answer.json.meta);
  }
  return told;
}

/** Walks through all users until it is over: those that were there when a walk began are met once each. */
async function walk(send: Send, isOver: () => boolean, users: ReadonlyMap<string, string>) {
  let walks = 0;
  let broken = 0;
  let wrong = 0;
  while (!isOver()) {
    const known = [...users.keys()];
    const met = new Map<string, number>();
    let cursor: string | undefined = "";
    while (cursor !== undefined) {
      const { status, json }: Awaited<ReturnType<Send>> = await send(
        "GET",
        `Users?count=10&attributes=id&cursor=${encodeURIComponent(cursor)}`,
      );
      if (status !== 200) broken++;
      for (const { id } of json.Resources ?? []) met.set(id, (met.get(id) ?? 0) + 1);
      cursor = json.nextCursor;
    }
    walks++;
    wrong += known.filter((id) => met.get(id) !== 1).length;
  }
  return { walks, broken, wrong };
}

function sender(scim: Pick<Scim, "handle">): Send {
  return async (method, path, body) => {
    const headers = { "content-type": "application/scim+json" };
    const url = `/scim/v2/${path}`;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const answer = await scim.handle({ method, url, headers, body: text });
    return { status: answer.status, json: JSON.parse(String(answer.body ?? "{}")) as Answer };
  };
}
