import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { ListOptions } from "scimkit/client";
import { describe, expect, test } from "vitest";
import { pickSize } from "../support/size.ts";
import { type Asked, clientOf, json, listOf, refusal } from "./answers.ts";

/** The parameters of a request for a page. */
function placeOf({ path }: Asked) {
  const query = new URL(path, "https://example.com").searchParams;
  const number = (name: string): number => Number(query.get(name));
  return { start: number("startIndex"), count: number("count"), cursor: query.get("cursor") ?? undefined };
}

const usersOf = (length: number, from = 0) => Array.from({ length }, (_, index) => ({ id: `u${from + index}` }));
const idsOf = (users: readonly { readonly id: string }[]) => users.map(({ id }) => id);

/** All ids of a list, or the error that it ends with, and the requests that it took. */
async function listed(
  reply: (asked: Asked, number: number) => Response,
  options: ListOptions = { by: "index", count: 10 },
) {
  let number = 0;
  const { users, asked } = clientOf((one) =>
    one.path === "/ServiceProviderConfig" ? refusal(404) : reply(one, number++),
  );
  const ids: (string | undefined)[] = [];
  try {
    for await (const { id } of users.list(options)) ids.push(id);
  } catch (error) {
    return { ids, error, requests: number };
  }
  return { ids, requests: number, asked };
}

/** A list by index as the RFC has it, that gives at most `cap` of it at a time. */
function byIndex(
  all: readonly { readonly id: string }[],
  { cap = 1000, total = all.length as number | undefined } = {},
) {
  return (asked: Asked) => {
    const { start, count } = placeOf(asked);
    const page = all.slice(start - 1, start - 1 + Math.min(count, cap));
    return listOf(page, {
      startIndex: start,
      itemsPerPage: page.length,
      ...(total === undefined ? {} : { totalResults: total }),
    });
  };
}

describe("a list by index", () => {
  test.each([0, 1, 9, 10, 11, 50, 120])("of %d is read whole, whatever the server caps pages at", async (length) => {
    const all = usersOf(length);
    for (const cap of [1, 3, 10, 50]) {
      const { ids, error } = await listed(byIndex(all, { cap }));
      expect(error).toBeUndefined();
      expect(ids).toEqual(idsOf(all));
    }
  });

  test("is read whole where the server announces no total, or that of the page alone", async () => {
    const all = usersOf(35);
    for (const total of [undefined, 10]) {
      const { ids } = await listed(byIndex(all, { total }));
      expect(ids).toEqual(idsOf(all));
    }
    const behind = await listed((asked) => (placeOf(asked).start > 10 ? refusal(400) : byIndex(usersOf(10))(asked)));
    expect(behind).toMatchObject({ ids: idsOf(usersOf(10)), requests: 2 });
  });

  test("is read once where the server passes startIndex over, and is an error where it would be cut", async () => {
    const all = usersOf(25);
    for (const total of [25, undefined]) {
      const whole = await listed(() => listOf(all, total === undefined ? {} : { totalResults: total }));
      expect(whole.error).toBeUndefined();
      expect(whole.ids).toEqual(idsOf(all));
      expect(whole.requests).toBeLessThan(5);
    }
    const cut = await listed(() => listOf(all.slice(0, 10), { totalResults: 25 }));
    expect(cut).toMatchObject({ ids: idsOf(all.slice(0, 10)), error: { code: "paging" } });
    expect(cut.requests).toBeLessThan(5);
  });

  test("is an error where a page is empty that should not be, from the first on", async () => {
    const none = await listed(() => listOf([], { totalResults: 5 }));
    expect(none).toMatchObject({ ids: [], error: { code: "paging" }, requests: 1 });
    expect(String(none.error)).toContain("announces 5 resources and gives none from 1 on");
    const later = await listed((asked) =>
      placeOf(asked).start > 10 ? listOf([], { totalResults: 30 }) : byIndex(usersOf(30))(asked),
    );
    expect(later).toMatchObject({ ids: idsOf(usersOf(10)), error: { code: "paging" } });
  });

  test("gives each resource once, and none too few, while others come and go", async () => {
    let all = usersOf(50);
    const shrinking = await listed((asked, number) => {
      if (number === 2) all = all.slice(7);
      if (number === 4) all = all.slice(20);
      return byIndex(all)(asked);
    });
    expect(shrinking.ids.toSorted()).toEqual(idsOf(usersOf(50)).toSorted());
    all = usersOf(50);
    const growing = await listed((asked, number) => {
      if (number === 3) all = [...usersOf(15, 1000), ...all];
      return byIndex(all)(asked);
    });
    expect(growing.ids).toEqual(idsOf(usersOf(50)));
  });

  test("is read whole while many go that stood further on, however often pages are read twice for it", async () => {
    for (const at of [3, 5, 8, 16, 20]) {
      let all = usersOf(300);
      const { ids, error } = await listed((asked, number) => {
        if (number >= at && number < at + 3) all = all.slice(0, -10);
        return byIndex(all)(asked);
      });
      expect(error, `from request ${at} on`).toBeUndefined();
      expect(ids).toEqual(idsOf(usersOf(270)));
    }
  });

  test("ends where the total goes up and down for ever, and nothing new comes", async () => {
    for (const high of [1000, 1e15]) {
      const { requests, error } = await listed((asked, number) =>
        number > 5000 ? refusal(500) : byIndex(usersOf(50), { total: number % 2 === 0 ? high : 10 })(asked),
      );
      expect(error === undefined || "code" in Object(error)).toBe(true);
      expect(requests).toBeLessThan(1000);
    }
  });

  test("ends where pages go round in a circle of any length", async () => {
    // The last of them is longer than what is remembered.
    for (const length of [2, 10, 50]) {
      const { ids, requests } = await listed((_, number) => listOf(usersOf(100, (number % length) * 100)));
      expect(new Set(ids).size).toBe(length * 100);
      expect(requests).toBeLessThan(length * 4);
    }
  });
});

describe("a list by cursor", () => {
  const options = { by: "cursor", count: 10 } as const;
  const byCursor =
    (all: readonly { readonly id: string }[], more: object = {}) =>
    (asked: Asked) => {
      const { cursor = "", count } = placeOf(asked);
      const from = Number(cursor);
      const next = from + count < all.length ? { nextCursor: `${from + count}` } : {};
      return listOf(all.slice(from, from + count), { ...next, ...more });
    };

  test("is read whole without totals, and with totals that are guessed", async () => {
    for (const more of [{}, { totalResults: 3 }, { totalResults: 9999 }, { totalResults: 0, nextCursor: undefined }]) {
      const { ids, error } = await listed(byCursor(usersOf(45), "nextCursor" in more ? {} : more), options);
      expect(error).toBeUndefined();
      expect(ids).toEqual(idsOf(usersOf(45)));
    }
  });

  test("begins with an empty cursor, and is the way where the server announces it", async () => {
    const { users, asked } = clientOf((one) =>
      one.path === "/ServiceProviderConfig"
        ? json({ pagination: { cursor: true, index: true, maxPageSize: 20 } })
        : byCursor(usersOf(30))(one),
    );
    let count = 0;
    for await (const _ of users.list()) count++;
    expect(count).toBe(30);
    expect(asked.map(({ path }) => path)).toEqual([
      "/ServiceProviderConfig",
      "/Users?cursor=&count=20",
      "/Users?cursor=20&count=20",
    ]);
  });

  test("goes over empty pages, and ends with an error where it leads nowhere", async () => {
    const gaps = await listed((_, number) => {
      const next = number < 9 ? { nextCursor: `${number}` } : {};
      return listOf(number % 3 === 0 ? usersOf(1, number) : [], next);
    }, options);
    expect(gaps.ids).toEqual(["u0", "u3", "u6", "u9"]);
    const circles = [
      () => listOf(usersOf(10), { nextCursor: "same" }),
      (_: Asked, number: number) => listOf(usersOf(10), { nextCursor: `${number}` }),
      (_: Asked, number: number) => listOf(usersOf(100, (number % 50) * 100), { nextCursor: `${number % 50}` }),
      () => listOf([], { nextCursor: "same" }),
      (_: Asked, number: number) => listOf([], { nextCursor: `${number}` }),
    ];
    for (const circle of circles) {
      const { error, requests } = await listed(circle, options);
      expect(error).toMatchObject({ code: "paging" });
      expect(requests).toBeLessThan(2100);
    }
  });

  test("goes on by index where the server passes the cursor over", async () => {
    const all = usersOf(35);
    const { ids } = await listed((asked) => {
      const { start, count } = placeOf(asked);
      const from = Math.max(0, start - 1);
      return listOf(all.slice(from, from + count), { totalResults: 35 });
    }, options);
    expect(ids).toEqual(idsOf(all));
  });

  test("whose cursor has expired says so", async () => {
    const expired = {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"],
      scimType: "expiredCursor",
      status: "400",
    };
    const { ids, error } = await listed(
      (_, number) => (number === 0 ? listOf(usersOf(10), { nextCursor: "1" }) : json(expired, 400)),
      options,
    );
    expect(ids).toHaveLength(10);
    expect(error).toMatchObject({ code: "answered", scimType: "expiredCursor" });
  });
});

describe("a list", () => {
  test("of a server without pages is one request, and an error where it is not all", async () => {
    const options = { capabilities: { index: false, cursor: false } };
    const whole = clientOf(() => listOf(usersOf(300), { totalResults: 300 }), options);
    let count = 0;
    for await (const _ of whole.users.list()) count++;
    expect(count).toBe(300);
    expect(whole.asked.map(({ path }) => path)).toEqual(["/ServiceProviderConfig", "/Users"]);
    const cut = clientOf(() => listOf(usersOf(3), { totalResults: 300 }), options);
    await expect(cut.users.list().return(undefined)).resolves.toMatchObject({ done: true });
    const all = async () => {
      for await (const _ of cut.users.list()) count++;
    };
    await expect(all()).rejects.toMatchObject({ code: "paging" });
  });

  test("that is left is asked for no more, and one that is ended ends", async () => {
    const controller = new AbortController();
    const { users, asked } = clientOf(byIndex(usersOf(100)));
    for await (const { id } of users.list({ by: "index", count: 10 })) if (id === "u14") break;
    expect(asked).toHaveLength(3);
    const read = async () => {
      for await (const { id } of users.list({ by: "index", count: 10, signal: controller.signal }))
        if (id === "u14") controller.abort();
    };
    await expect(read()).rejects.toMatchObject({ code: "aborted" });
    expect(asked).toHaveLength(5);
  });

  test("of 20,000 users and more takes the memory of some pages", async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    const length = pickSize("users iterated", { everyday: 20_000, thorough: 20_000 });
    const weight = "x".repeat(1000);
    for (const by of ["cursor", "index"] as const) {
      const { users, asked } = clientOf(async (one) => {
        // As a network has it: what is only used within one turn of the loop is kept until its end.
        await new Promise((resolve) => setImmediate(resolve));
        const { start, cursor = "0", count } = placeOf(one);
        const from = by === "index" ? start - 1 : Number(cursor);
        // Ids as long as those of most servers.
        const page = Array.from({ length: Math.min(count, length - from) }, (_, index) => ({
          id: `00000000-0000-4000-8000-${String(from + index).padStart(12, "0")}`,
          displayName: `${from + index}${weight}`,
        }));
        asked.length = 0;
        return listOf(
          page,
          by === "index" ? { totalResults: length } : from + count < length ? { nextCursor: `${from + count}` } : {},
        );
      });
      // The least of each half: what is garbage, or another's, is on top of what the list holds for a while, and never below it.
      const least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY] as [number, number];
      let count = 0;
      for await (const _ of users.list({ by })) {
        if (++count % (length / 20) !== 0 || count <= length / 4) continue;
        await new Promise((resolve) => setImmediate(resolve));
        collectGarbage();
        const half = count <= length / 2 ? 0 : 1;
        // The last tenth tells what is held at the end.
        if (half === 0 || count > length * 0.8) least[half] = Math.min(least[half], process.memoryUsage().heapUsed);
      }
      expect(count).toBe(length);
      const [before, after] = least;
      console.log(`by ${by}: heap ${[before, after].map((bytes) => (bytes / 1e6).toFixed(1)).join(", then ")} MB`);
      // Each user is a thousand bytes and more, and between the two measures there are three tenths of them.
      expect(after - before).toBeLessThan((length * 0.3 * weight.length) / 2);
    }
  });
});
