import { describe, expect, test } from "vitest";
import { clientOf, json, networkFault, type Reply, refusal } from "./answers.ts";
import { testClock } from "./time.ts";

/** Answers each of these once, and the last of them from then on. */
function replies(...list: readonly Reply[]): Reply {
  let at = 0;
  return (asked, request) => {
    const reply = list[Math.min(at++, list.length - 1)];
    if (reply === undefined) throw new Error("there is no reply");
    return reply(asked, request);
  };
}
const ok: Reply = () => json({ id: "1" });
const busy =
  (status: number, headers?: Readonly<Record<string, string>>): Reply =>
  () =>
    refusal(status, "Later.", headers);
const fault =
  (code: string): Reply =>
  () =>
    Promise.reject(networkFault(code));
const ADD = { op: "add", path: "emails", value: [{ value: "a" }] } as const;
const ADDRESS = { op: "add", path: "addresses", value: [{ locality: "London" }] } as const;

describe("waits", () => {
  test("grow, are random in full, and come to an end that gives the last answer", async () => {
    const { users, asked, clock } = clientOf(busy(503), { retry: { attempts: 5, firstWait: 100, longestWait: 500 } });
    await expect(users.get("1")).rejects.toMatchObject({ code: "answered", status: 503, detail: "Later." });
    expect(asked).toHaveLength(5);
    expect(clock.waits).toEqual([100, 200, 400, 500]);
    const half = clientOf(busy(503), { clock: testClock(0.5), retry: { attempts: 3 } });
    await expect(half.users.get("1")).rejects.toMatchObject({ status: 503 });
    expect(half.clock.waits).toEqual([250, 500]);
  });

  test("are what Retry-After asks for, in seconds and by dates of the server's own clock", async () => {
    const date = (ms: number) => new Date(ms).toUTCString();
    const theirs = Date.UTC(2031, 0, 1);
    const { users, clock } = clientOf(
      replies(
        busy(429, { "retry-after": "7" }),
        busy(503, { "retry-after": date(theirs + 9000), date: date(theirs) }),
        busy(503, { "retry-after": date(Date.UTC(2026, 0, 1) + 20_000) }),
        ok,
      ),
      { clock: testClock(0) },
    );
    await users.get("1");
    expect(clock.waits.filter((wait) => wait > 0)).toEqual([7000, 9000, 4000]);
  });

  test("that would end behind the budget are not begun", async () => {
    const { users, asked, clock } = clientOf(busy(429, { "retry-after": "100" }), { retry: { time: 60_000 } });
    await expect(users.get("1")).rejects.toMatchObject({ status: 429 });
    expect(asked).toHaveLength(1);
    expect(clock.waits).toEqual([]);
  });

  test("come ahead of a limit that is used up, in every form that servers give it", async () => {
    const now = Date.UTC(2026, 0, 1) / 1000;
    const forms: readonly Readonly<Record<string, string>>[] = [
      { "x-rate-limit-remaining": "0", "x-rate-limit-reset": `${now + 30}` },
      { "x-ratelimit-remaining": "0", "x-ratelimit-reset": `${(now + 30) * 1000}` },
      { "ratelimit-remaining": "0", "ratelimit-reset": "30" },
      { ratelimit: "limit=10, remaining=0, reset=30" },
      { ratelimit: '"default";r=0;t=30' },
    ];
    for (const form of forms) {
      const { users, clock } = clientOf(replies(() => json({ id: "1" }, 200, form), ok));
      await users.get("1");
      expect(clock.waits).toEqual([]);
      await users.get("1");
      expect(clock.waits, JSON.stringify(form)).toEqual([30_000]);
    }
    const left = clientOf(() => json({ id: "1" }, 200, { "x-rate-limit-remaining": "5", "x-rate-limit-reset": "30" }));
    for (let at = 0; at < 3; at++) await left.users.get("1");
    expect(left.clock.waits).toEqual([]);
  });

  test("of one request hold back the others", async () => {
    let isBusy = true;
    const { users, asked, clock } = clientOf(
      () => {
        if (!isBusy) return json({ id: "1" });
        isBusy = false;
        return refusal(429, "Later.", { "retry-after": "10" });
      },
      { clock: testClock(0), concurrency: 1 },
    );
    const at: number[] = [];
    await Promise.all(
      ["1", "2", "3"].map((id) => users.get(id).then(() => at.push(clock.now() - Date.UTC(2026, 0, 1)))),
    );
    expect(asked).toHaveLength(4);
    expect(Math.min(...at)).toBeGreaterThanOrEqual(10_000);
  });

  test("spread requests as the profile of the server asks for, and count only what counts", async () => {
    const rates = [
      { requests: 3, seconds: 10, methods: ["GET"], endpoints: ["/Users"] },
      { requests: 1, seconds: 100, overBytes: 300 },
    ];
    const server = { name: "one", asOf: "2026-11", sources: [], rates };
    const at: number[] = [];
    const { users, groups, clock } = clientOf(
      ({ path }) => {
        at.push((clock.now() - Date.UTC(2026, 0, 1)) / 1000);
        return json({ id: path });
      },
      { server, concurrency: 1 },
    );
    for (let number = 0; number < 8; number++) await users.get("1");
    expect(at).toEqual([0, 0, 0, 10, 10, 10, 20, 20]);
    at.length = 0;
    for (const displayName of ["a", "b", "c".repeat(300), "d", "e".repeat(300)])
      await groups.replace("1", { displayName });
    expect(at).toEqual([20, 20, 20, 20, 120]);
  });

  test("for a place among many requests take no patience away", async () => {
    const seen = new Set<string>();
    const { users, clock } = clientOf(
      async ({ path }) => {
        await clock.sleep(50_000);
        if (seen.has(path)) return json({ id: "1" });
        seen.add(path);
        return refusal(503);
      },
      // No wait but those for a place and for the answer: the clock is one for all, so waits of one would be counted for another.
      { concurrency: 1, retry: { time: 120_000 }, clock: testClock(0) },
    );
    const ids = Array.from({ length: 10 }, (_, index) => `${index}`);
    expect(await Promise.all(ids.map((id) => users.get(id)))).toHaveLength(10);
  });

  test("end at once when the caller, or the whole client, gives up", async () => {
    for (const whose of ["caller", "client"]) {
      const controller = new AbortController();
      const { signal } = controller;
      const clock = {
        ...testClock(),
        sleep: (_: number, ends?: AbortSignal) =>
          new Promise<void>((_resolve, reject) => {
            ends?.addEventListener("abort", () => reject(ends.reason));
            queueMicrotask(() => controller.abort(new Error("enough")));
          }),
      };
      const { users, asked } = clientOf(busy(503), { clock, ...(whose === "client" ? { signal } : {}) });
      const call = users.get("1", whose === "caller" ? { signal } : {});
      await expect(call).rejects.toMatchObject({
        code: "aborted",
        cause: expect.objectContaining({ message: "enough" }),
      });
      expect(asked).toHaveLength(1);
    }
  });
});

describe("a request is sent again", () => {
  const attempts = async (reply: Reply, call: (users: ReturnType<typeof clientOf>["users"]) => Promise<unknown>) => {
    const { users, asked } = clientOf(reply, { retry: { attempts: 3 } });
    await call(users).catch(() => undefined);
    return asked.length;
  };
  const calls = {
    get: (users) => users.get("1"),
    replace: (users) => users.replace("1", { userName: "a" }),
    delete: (users) => users.delete("1"),
    "patch of what has a key": (users) => users.patch("1", [ADD, { op: "remove", path: "title" }]),
    "patch of a version": (users) => users.patch("1", [ADDRESS], { ifMatch: 'W/"1"' }),
    "patch of whatever version, which has no key": (users) => users.patch("1", [ADDRESS], { ifMatch: "*" }),
    "patch of what has no key": (users) => users.patch("1", [ADDRESS]),
    "patch of such without a path": (users) => users.patch("1", [{ op: "add", value: { addresses: ADDRESS.value } }]),
  } satisfies Record<string, (users: ReturnType<typeof clientOf>["users"]) => Promise<unknown>>;

  test("after what surely has not been done, whatever it is", async () => {
    for (const call of Object.values(calls))
      for (const reply of [busy(429), fault("ECONNREFUSED"), fault("EAI_AGAIN")])
        expect(await attempts(reply, call)).toBe(3);
  });

  test("after what may have been done, where that does no harm", async () => {
    for (const [name, call] of Object.entries(calls))
      for (const reply of [busy(503), busy(502), busy(504), busy(408), fault("ECONNRESET")])
        expect(await attempts(reply, call), name).toBe(name.includes("such") || name.includes("no key") ? 1 : 3);
  });

  test("and a host that is lost once it may have got the request is not one that was never reached", async () => {
    const lost = (message: string) => () =>
      Promise.reject(
        new TypeError("fetch failed", { cause: Object.assign(new Error(message), { code: "EHOSTUNREACH" }) }),
      );
    const call = calls["patch of what has no key"];
    expect(await attempts(lost("read EHOSTUNREACH"), call)).toBe(1);
    expect(await attempts(lost("connect EHOSTUNREACH 192.0.2.1:443"), call)).toBe(3);
  });

  test("never after what another attempt would not change", async () => {
    for (const call of Object.values(calls))
      for (const reply of [
        busy(400),
        busy(409),
        busy(412),
        busy(500),
        busy(501),
        fault("ENOTFOUND"),
        fault("CERT_HAS_EXPIRED"),
      ])
        expect(await attempts(reply, call)).toBe(1);
  });

  test("only if the request wants it", async () => {
    const { client, asked, clock } = clientOf(busy(429, { "retry-after": "3" }));
    const answer = await client.send({ method: "GET", path: "/Users", retry: false });
    expect(answer.status).toBe(429);
    await client.send({ method: "GET", path: "/Users", retry: false });
    expect(asked).toHaveLength(2);
    expect(clock.waits).toEqual([]);
  });

  test("and a DELETE that is answered 404 then has been done, a 412 then may have been", async () => {
    const cut = fault("ECONNRESET");
    expect(await clientOf(replies(cut, () => refusal(404))).users.delete("1")).toBe(true);
    expect(await clientOf(replies(busy(429), () => refusal(404))).users.delete("1")).toBe(false);
    const { users } = clientOf(replies(cut, () => refusal(412)));
    const call = users.patch("1", [ADDRESS], { ifMatch: 'W/"1"' });
    await expect(call).rejects.toMatchObject({ status: 412, mayHaveHappened: true });
  });
});

describe("a caller who gives up", () => {
  test("waits neither for a token nor for what the server can, and nothing is sent for them", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const never = new Promise<never>(() => {});
    let isStuck = true;
    const stuck = clientOf(ok, { concurrency: 1, token: () => (isStuck ? never : "new") });
    const call = stuck.users.get("1", { signal }).catch((error: unknown) => error);
    const list = clientOf(() => never)
      .users.list({ signal })
      .next()
      .catch((error: unknown) => error);
    controller.abort(new Error("enough"));
    for (const error of [await call, await list])
      expect(error).toMatchObject({ code: "aborted", cause: { message: "enough" }, mayHaveHappened: false });
    expect(stuck.asked).toEqual([]);
    isStuck = false;
    expect(await stuck.users.get("1")).toMatchObject({ id: "1" });
  });

  test("while a token is got sends nothing, even by a fetch that passes signals over", async () => {
    const controller = new AbortController();
    const { users, asked } = clientOf(ok, {
      token: async () => {
        controller.abort();
        return "good";
      },
    });
    const call = users.replace("1", { userName: "a" }, { signal: controller.signal });
    await expect(call).rejects.toMatchObject({ code: "aborted", mayHaveHappened: false });
    expect(asked).toEqual([]);
  });
});

describe("requests at once", () => {
  test("are one or more", () => {
    for (const concurrency of [0, -1, Number.NaN])
      expect(() => clientOf(ok, { concurrency })).toThrow("concurrency must be 1 or more");
  });

  test("are as many as the limit lets through, and who waits may give up", async () => {
    const open: (() => void)[] = [];
    let most = 0;
    const { users, asked } = clientOf(
      () =>
        new Promise((resolve) => {
          open.push(() => resolve(json({ id: "1" })));
          most = Math.max(most, open.length);
        }),
      { concurrency: 2 },
    );
    const controller = new AbortController();
    const calls = ["1", "2", "3"].map((id) => users.get(id));
    const given = users.get("4", { signal: controller.signal }).catch((error: unknown) => error);
    const last = users.get("5");
    controller.abort();
    expect(await given).toMatchObject({ code: "aborted" });
    const all = Promise.all([...calls, last]);
    let isOver = false;
    void all.then(() => {
      isOver = true;
    });
    while (!isOver) {
      open.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(most).toBe(2);
    expect(asked.map(({ path }) => path)).toEqual(["/Users/1", "/Users/2", "/Users/3", "/Users/5"]);
  });
});
