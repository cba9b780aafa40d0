import { fetchHandler } from "scimkit/fetch";
import { expect, test } from "vitest";
import { checks } from "../../src/checker/checks/index.ts";
import type { Exchange } from "../../src/checker/exchange.ts";
import { checkOf, checkScim, freshScim } from "./run.ts";

const TOKEN = "a-long-random-secret";

test("a run that is read-only sends no request that writes, and skips what would", async () => {
  const handle = fetchHandler(freshScim());
  const writes: string[] = [];
  const report = await checkScim(freshScim(), {
    checks,
    isReadOnly: true,
    fetch: (input, init) => {
      const request = new Request(input, init);
      const isSearch = request.method === "POST" && new URL(request.url).pathname.endsWith("/.search");
      if (!["GET", "HEAD", "OPTIONS"].includes(request.method) && !isSearch)
        writes.push(`${request.method} ${request.url}`);
      return handle(request);
    },
  });
  expect(writes).toEqual([]);
  expect(report.isReadOnly).toBe(true);
  expect(report.results.filter(({ outcome }) => outcome === "failed")).toEqual([]);
  expect(report.results.filter(({ outcome }) => outcome === "passed").length).toBeGreaterThan(30);
  expect(report.results.some(({ reason }) => reason?.includes("read-only"))).toBe(true);
});

test("no token, cookie or password stands in what is kept, whoever sends it back", async () => {
  const handle = fetchHandler(freshScim());
  const exchanges: Exchange[] = [];
  const password = 'T0p"Secret\\é';
  const report = await checkScim(freshScim(), {
    secrets: new Set([TOKEN]),
    authorize: async () => ({ authorization: `Bearer ${TOKEN}`, "x-api-key": "k1" }),
    onExchange: ({ exchange }) => void exchanges.push(exchange),
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const said = `${request.headers.get("authorization")} ${await request.clone().text()}`;
      const answer = await handle(request);
      return new Response(JSON.stringify({ said, ...(await answer.clone().json()) }), {
        status: answer.status,
        headers: { "content-type": "application/scim+json", "set-cookie": "session=of-the-server", "x-echo": TOKEN },
      });
    },
    checks: [
      checkOf("a/secret", async (bench) => {
        const answer = await bench.post("/Users", bench.newUser({ password }));
        // What a check looks at is what came.
        bench.expect(answer.text.includes(TOKEN), "masked", "as it came");
        await bench.patch(`/Users/${answer.body.id}`, [{ op: "replace", path: "password", value: "An0therSecret" }]);
        await bench.get("/Users", { filter: 'password eq "Filtered1"' });
        bench.fail("shown", "shown");
      }),
    ],
  });
  const kept = JSON.stringify([exchanges, report]);
  for (const secret of [TOKEN, "k1", "T0p", "An0therSecret", "Filtered1", "of-the-server"])
    expect(kept.includes(secret), secret).toBe(false);
  expect(kept).toContain("Bearer ***");
  expect(exchanges.length).toBe(report.requests);
});

test("a check that asks without credentials sends none, and one that leads elsewhere is not followed", async () => {
  const seen: (string | null)[] = [];
  const handle = fetchHandler(freshScim());
  const report = await checkScim(freshScim(), {
    authorize: async () => ({ authorization: `Bearer ${TOKEN}` }),
    fetch: (input, init) => {
      const request = new Request(input, init);
      if (request.url.endsWith("/Users/1")) seen.push(request.headers.get("authorization"));
      return handle(request);
    },
    checks: [
      checkOf("a/anonymous", async (bench) => {
        await bench.ask("GET", "/Users/1", { anonymous: true });
        await bench.get("/Users/1");
      }),
      checkOf("a/elsewhere", async (bench) => void (await bench.get("https://elsewhere.example/Users/1"))),
    ],
  });
  expect(seen).toEqual([null, `Bearer ${TOKEN}`]);
  expect(report.results[1]).toMatchObject({ outcome: "blocked", reason: expect.stringContaining("another host") });
});

test("a check that takes too long is over, and what it still asks is refused", async () => {
  let isLate: unknown;
  const done = Promise.withResolvers<void>();
  const report = await checkScim(freshScim(), {
    checkTimeout: 20,
    checks: [
      checkOf("a/slow", async (bench) => {
        await new Promise((resolve) => bench.facts && setTimeout(resolve, 60));
        isLate = await bench.get("/Users").catch((error: unknown) => error);
        done.resolve();
      }),
    ],
  });
  await done.promise;
  expect(report.results[0]).toMatchObject({ outcome: "blocked", reason: "it took longer than 0.02 seconds" });
  expect(isLate).toMatchObject({ message: "the check is over" });
});

test("a server that is gone ends the run after a few checks, and not after a time limit for each", async () => {
  const handle = fetchHandler(freshScim());
  let requests = 0;
  const report = await checkScim(freshScim(), {
    checks: Array.from({ length: 50 }, (_, index) => checkOf(`a/${index}`, async (bench) => void (await bench.user()))),
    fetch: (input, init) =>
      ++requests > 10
        ? Promise.reject(new TypeError("fetch failed", { cause: Object.assign(new Error(), { code: "ECONNREFUSED" }) }))
        : handle(new Request(input, init)),
  });
  expect(report.isStopped).toBe(true);
  expect(report.results.length).toBeLessThan(10);
  expect(report.remarks.at(-1)).toContain("stopped answering");
  expect(report.leftOver.length).toBeGreaterThan(0);
});
