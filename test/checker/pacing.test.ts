import { fetchHandler } from "scimkit/fetch";
import { expect, test } from "vitest";
import type { Clock } from "../../src/checker/clock.ts";
import { checkOf, checkScim, freshScim } from "./run.ts";

/** Time that passes where it is waited for. */
function handClock(): Clock & { readonly waits: number[] } {
  let now = Date.UTC(2026, 0, 1);
  const waits: number[] = [];
  return {
    waits,
    now: () => now,
    wait: async (ms) => {
      waits.push(ms);
      now += ms;
    },
  };
}

const USER = checkOf("a/user", async (bench) => void (await bench.user()));

/** Refuses so many requests first. */
function throttled(times: number, status: number, headers: Record<string, string>): typeof fetch {
  const handle = fetchHandler(freshScim());
  let left = times;
  return (input, init) =>
    left-- > 0 ? Promise.resolve(new Response(null, { status, headers })) : handle(new Request(input, init));
}

test("a 429 is waited for as long as the server asks: seconds, a date, or twice as long each time", async () => {
  const date = new Date(Date.UTC(2026, 0, 1, 0, 0, 20)).toUTCString();
  for (const [headers, waits] of [
    [{ "retry-after": "7" }, [7000, 7000]],
    [{ "retry-after": date }, [20_000, 0]],
    [{}, [1000, 2000]],
  ] as const) {
    const clock = handClock();
    const report = await checkScim(freshScim(), { checks: [USER], clock, fetch: throttled(2, 429, headers) });
    expect(report.results[0]?.outcome).toBe("passed");
    expect(clock.waits).toEqual(waits);
    expect(report.remarks).toEqual([expect.stringContaining("asked to wait")]);
  }
});

test("a 503 is waited for where the server says how long, and is an answer where it does not", async () => {
  const clock = handClock();
  const patient = await checkScim(freshScim(), {
    checks: [USER],
    clock,
    fetch: throttled(1, 503, { "retry-after": "3" }),
  });
  expect(clock.waits).toEqual([3000]);
  expect(patient.remarks).toHaveLength(1);
  const plain = await checkScim(freshScim(), { checks: [USER], clock: handClock(), fetch: throttled(1, 503, {}) });
  expect(plain.remarks[0]).toContain("/ServiceProviderConfig gave 503");
});

test("a server that throttles for ever is not waited for for ever, and no check fails for it", async () => {
  const clock = handClock();
  const fetch = throttled(Number.POSITIVE_INFINITY, 429, { "retry-after": "50" });
  const report = await checkScim(freshScim(), { checks: [USER, USER], clock, fetch });
  expect(report.results.map(({ outcome }) => outcome)).toEqual(["blocked", "blocked"]);
  expect(clock.waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThanOrEqual(10 * 60_000);
});

test("a check that wants to see the 429 is given it", async () => {
  const statuses: number[] = [];
  const look = checkOf("a/look", async (bench) => {
    statuses.push((await bench.ask("GET", "/Users", { once: true })).status);
  });
  const handle = fetchHandler(freshScim());
  const clock = handClock();
  await checkScim(freshScim(), {
    checks: [look],
    clock,
    fetch: (input, init) => {
      const request = new Request(input, init);
      return request.url.endsWith("/Users") && request.method === "GET"
        ? Promise.resolve(new Response(null, { status: 429 }))
        : handle(request);
    },
  });
  expect(statuses).toEqual([429]);
  expect(clock.waits).toEqual([]);
});

test("no more requests a second are sent than were asked for", async () => {
  const clock = handClock();
  const report = await checkScim(freshScim(), { checks: [USER], clock, rate: 4 });
  expect(clock.waits).toEqual(Array.from({ length: report.requests - 1 }, () => 250));
});
