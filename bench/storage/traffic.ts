// Clients that write without end, and note what they were told.
import { type Scim, User } from "../../src/index.ts";
import { type Facts, noFacts } from "./facts.ts";

/** A client that was refused comes back after this time, in milliseconds. */
const PAUSE = 20;

/** Writes of several clients at once. */
export interface Traffic {
  readonly facts: Facts;
  /** How many answers had each status. */
  readonly statuses: Map<number, number>;
  /** When something was acknowledged, by `performance.now()`. */
  readonly acknowledged: number[];
  /** The longest that a request took, in milliseconds. */
  longest(): number;
  /** 503s that did not say when to come back. */
  unsaid(): number;
  /** Waits until `count` more writes are acknowledged. */
  more(count: number): Promise<void>;
  stop(): Promise<void>;
}

let clients = 0;

/** Starts clients that create users, change them, and make them members of the group, each through the next of the services. */
export function startTraffic(services: readonly Pick<Scim, "handle">[], group: string, count = 8): Traffic {
  const facts = noFacts();
  const statuses = new Map<number, number>();
  const acknowledged: number[] = [];
  let longest = 0;
  let unsaid = 0;
  let isStopped = false;

  const send = async (scim: Pick<Scim, "handle">, method: string, path: string, body: unknown) => {
    const start = performance.now();
    const headers = { "content-type": "application/scim+json" };
    const answer = await scim.handle({ method, url: `/scim/v2/${path}`, headers, body: JSON.stringify(body) });
    const end = performance.now();
    longest = Math.max(longest, end - start);
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    if (answer.status === 503 && answer.headers["Retry-After"] === undefined) unsaid++;
    if (answer.status < 300) {
      acknowledged.push(end);
      facts.acknowledged++;
    } else {
      facts.refused++;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    return answer;
  };

  const work = async (scim: Pick<Scim, "handle">): Promise<void> => {
    const client = clients++;
    for (let number = 0; !isStopped; number++) {
      const title = `t${client}-${number}`;
      const user = { schemas: [User.schema.id], userName: `${title}@example.com`, title, nickName: title };
      const { status, body } = await send(scim, "POST", "Users", user);
      if (status !== 201) continue;
      const { id } = JSON.parse(String(body)) as { id: string };
      facts.titles.set(id, title);
      const changed = { title: `${title}b`, nickName: `${title}b` };
      const change = await send(scim, "PATCH", `Users/${id}`, patchOf({ op: "replace", value: changed }));
      if (change.status === 200) facts.titles.set(id, changed.title);
      const addition = { op: "add", path: "members", value: [{ value: id }] };
      if ((await send(scim, "PATCH", `Groups/${group}`, patchOf(addition))).status === 204) facts.members.add(id);
    }
  };

  const working = Array.from({ length: count }, (_, index) => {
    const scim = services[index % services.length];
    if (scim === undefined) throw new Error("there is no service");
    return work(scim);
  });
  return {
    facts,
    statuses,
    acknowledged,
    longest: () => longest,
    unsaid: () => unsaid,
    async more(wanted) {
      const enough = acknowledged.length + wanted;
      const end = performance.now() + 60_000;
      // A bound that is broken is said as such, and so this ends in any case.
      while (acknowledged.length < enough && performance.now() < end)
        await new Promise((resolve) => setTimeout(resolve, 10));
    },
    async stop() {
      isStopped = true;
      await Promise.all(working);
    },
  };
}

function patchOf(operation: object) {
  return { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: [operation] };
}
