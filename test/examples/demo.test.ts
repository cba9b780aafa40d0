import { getRequestListener } from "@hono/node-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createApp as createExpressApp } from "../../examples/express/server.ts";
import { cycles } from "../../examples/hono/cycles.ts";
import { type Outcome, play } from "../../examples/hono/play.ts";
import { createApp as createHonoApp } from "../../examples/hono/server.ts";
import { listen } from "../../examples/listen.ts";
import type { Stop } from "../../examples/stop.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { run } from "./process.ts";

const TOKEN = "a-token-of-the-tests-0123";
const EXAMPLES = {
  Hono: (baseUrl: string) =>
    getRequestListener(createHonoApp({ baseUrl, token: TOKEN, storage: memoryStorage() }).fetch),
  Express: (baseUrl: string) => createExpressApp({ baseUrl, token: TOKEN, storage: memoryStorage() }),
};

for (const [name, applicationAt] of Object.entries(EXAMPLES)) {
  let stop: Stop;
  const outcomes: Outcome[] = [];

  beforeAll(async () => {
    const listening = await listen(0, applicationAt);
    stop = listening.stop;
    for await (const outcome of play(listening.baseUrl, TOKEN, cycles)) outcomes.push(outcome);
  });
  afterAll(() => stop());

  test(`every step of each cycle is answered by the ${name} example as its client needs [Q10 Q15 Q24 Q26 Q27 Q31 Q38 Q41 Q44 Q45 Q46 Q51 Q52 Q54 Q55 Q56 Q57 Q59 Q64 Q73 Q74 Q76 Q77 Q78 Q80 Q88]`, () => {
    expect(outcomes.filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect(outcomes).toHaveLength(cycles.flatMap(({ steps }) => steps).length);
  });

  test(`what changed is told, by the ${name} example`, () => {
    const told = (step: string) => outcomes.find((outcome) => outcome.step.name === step)?.result;
    expect(told("create Ada")).toMatch(/^created user [0-9a-f]{8}… ada\.byron@example\.com$/);
    expect(told("match Ada by userName, in capitals")).toMatch(/^1 match: user [0-9a-f]{8}… ada\.byron@example\.com$/);
    expect(told("unassign Joan: deactivate")).toBe("active true → false");
    expect(told("push its members, one of them twice")).toBe("members none → 2 values");
    expect(told("create Ada again, from a second job")).toMatch(/^uniqueness: /);
    expect(told("update Ada: three attributes at once, one by a value path")).toContain(
      "displayName Ada Byron → Ada King",
    );
    expect(told("remove Alan, named in the value: Ada must stay")).toBe("members 2 values → 1 value");
    expect(told("add Ada once more")).toBe("nothing changed");
    expect(told("change Ada's role by Entra's own filter")).toBe("roles User level 1 → User level 2");
    expect(told("take the manager away, by an empty text")).toMatch(/^manager\.value [0-9a-f-]{36} → none$/);
  });
}

test("a step that is not answered as its client needs is told apart, with what it got", async () => {
  const { baseUrl, stop } = await listen(0, EXAMPLES.Hono);
  const request = { method: "GET", path: "/Users" } as const;
  const steps = [
    { needs: { status: [204] }, problem: "needs status 204, got 200" },
    { needs: { status: [200], contains: { totalResults: 3 } }, problem: "needs totalResults 3, got 0" },
    { needs: { status: [200], contains: { Resources: [{}] } }, problem: "needs 1 Resources, got 0" },
    { needs: { status: [200], contains: { meta: { x: 1 } } }, problem: "needs meta, got undefined" },
    { needs: { status: [200], absent: ["Resources"] }, problem: "needs no Resources in the answer" },
  ].map(({ needs, problem }) => ({ name: problem, client: "Test", request, needs }));
  for await (const { step, problem } of play(baseUrl, TOKEN, [{ client: "Test", title: "Test", headers: {}, steps }])) {
    expect(problem).toBe(step.name);
  }
  await stop();
});

test("npm run demo prints each request, status and change, then a summary, and exits 0", async () => {
  const demo = run("hono/demo.ts");
  expect(await demo.exitCode).toBe(0);
  const printed = demo.printed();
  for (const { client, steps } of cycles) {
    expect(printed).toMatch(
      new RegExp(`^${client}: +${steps.length} of ${steps.length} steps as the client needs$`, "m"),
    );
    for (const { name } of steps) expect(printed).toContain(`ok   ${name}`);
  }
  expect(printed).toContain('GET /Users?filter=userName eq "ada.byron@example.com"');
  // A PATCH is printed with its operations, each answer with its status and what changed.
  expect(printed).toMatch(/PATCH \/Users\/[0-9a-f-]{36}\n {9}Replace active "False"\n {7}200 active true → false/);
  expect(printed).toMatch(/Remove members \[.*\]\n {7}204 members 2 values → 1 value\n/);
  expect(printed).not.toContain("\u001b");
});
