// One process of a service of one release, which does random operations; see reindex.ts.
import { createScim } from "../../src/index.ts";
import { open } from "./engine.ts";
import { userOf } from "./releases.ts";

const { place } = JSON.parse(process.argv[2] as string);
const opened = await open(place, { connections: 2 });

/** What was answered with success, and what was not. */
export interface ReleaseFacts {
  /** By id: the last value of the worker's own attribute. */
  readonly slots: Record<string, string>;
  /** By id: addresses that were added. */
  readonly emails: Record<string, string[]>;
  readonly created: string[];
  readonly deleted: string[];
  readonly statuses: Record<string, number>;
  readonly longest: number;
}

interface Task {
  readonly index: number;
  readonly isNew: boolean;
  readonly ids: readonly string[];
}

let isOver = false;
let working: Promise<ReleaseFacts> | undefined;

async function work({ index, isNew, ids }: Task): Promise<ReleaseFacts> {
  const User = userOf(isNew);
  const scim = createScim({
    resourceTypes: [User],
    storage: opened.storage,
    baseUrl: "https://example.com/scim/v2",
    unsafeNoAuthentication: true,
  });
  const facts = { slots: {}, emails: {}, created: [], deleted: [], statuses: {}, longest: 0 } as {
    slots: Record<string, string>;
    emails: Record<string, string[]>;
    created: string[];
    deleted: string[];
    statuses: Record<string, number>;
    longest: number;
  };
  const send = async (method: string, path: string, body?: unknown) => {
    const start = performance.now();
    const headers = { "content-type": "application/scim+json" };
    const answer = await scim.handle({ method, url: `/scim/v2/${path}`, headers, body: body && JSON.stringify(body) });
    facts.longest = Math.max(facts.longest, performance.now() - start);
    const kind = `${method} ${answer.status}`;
    facts.statuses[kind] = (facts.statuses[kind] ?? 0) + 1;
    return answer;
  };
  const patch = (id: string, op: string, path: string, value: unknown) =>
    send("PATCH", `Users/${id}`, {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      Operations: [{ op, path, value }],
    });
  for (let count = 0; !isOver; count++) {
    const text = `w${index}-${count}`;
    const id = ids[Math.floor(Math.random() * ids.length)] as string;
    const chance = Math.random();
    if (chance < 0.2) {
      const user = { schemas: [User.schema.id], userName: text, nickName: text, title: `T${text}` };
      const { status, body } = await send("POST", "Users", user);
      if (status === 201) facts.created.push(JSON.parse(String(body)).id);
    } else if (chance < 0.5) {
      const { status } = await patch(id, "replace", `slot${index}`, text);
      if (status < 300) facts.slots[id] = text;
    } else if (chance < 0.7) {
      const { status } = await patch(id, "add", "emails", [{ value: `${text}@example.com` }]);
      if (status < 300) facts.emails[id] = [...(facts.emails[id] ?? []), `${text}@example.com`];
    } else if (chance < 0.8) await patch(id, "replace", "nickName", text);
    else if (chance < 0.9) {
      const own = facts.created[Math.floor(Math.random() * facts.created.length)];
      if (own === undefined) continue;
      const user = { schemas: [User.schema.id], userName: `${text}p`, nickName: `${text}p`, [`slot${index}`]: text };
      const { status } = await send("PUT", `Users/${own}`, user);
      if (status < 300) facts.slots[own] = text;
      if (status < 300) delete facts.emails[own];
    } else {
      const own = facts.created.pop();
      if (own === undefined) continue;
      const { status } = await send("DELETE", `Users/${own}`);
      if (status >= 300) facts.created.push(own);
      else facts.deleted.push(own);
      if (status < 300) delete facts.slots[own];
    }
  }
  return facts;
}

process.on("message", async ({ task, ...details }: { task: "begin" | "end" } & Task) => {
  if (task === "begin") {
    working = work(details);
    process.send?.({ done: true });
  } else {
    isOver = true;
    process.send?.({ done: await working });
  }
});
process.on("disconnect", () => process.exit());
process.send?.({ ready: process.pid });
