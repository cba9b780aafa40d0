import { fetchHandler } from "scimkit/fetch";
import { testClient } from "scimkit/testing";
import { describe, expect, test } from "vitest";
import { BASE_URL, checkOf, checkScim, freshScim } from "./run.ts";

/** Makes things in every way that there is. */
const MAKERS = [
  checkOf("a/users", async (bench) => {
    const one = await bench.user();
    await bench.user({ nickName: "two" });
    await bench.patch(one.path, [{ op: "replace", path: "active", value: false }]);
  }),
  checkOf("a/many", async (bench) => {
    await Promise.all(Array.from({ length: 6 }, () => bench.user()));
  }),
  checkOf("a/group", async (bench) => {
    const { id } = await bench.user();
    await bench.group({ members: [{ value: id }] });
  }),
  checkOf("a/bulk", async (bench) => {
    await bench.post("/Bulk", {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
      Operations: [1, 2].map((n) => ({ method: "POST", path: "/Users", bulkId: `b${n}`, data: bench.newUser() })),
    });
  }),
  checkOf("a/refused", async (bench) => {
    await bench.post("/Users", { ...bench.newUser(), active: "perhaps" });
  }),
];

async function left(scim: ReturnType<typeof freshScim>): Promise<number> {
  const client = testClient(scim);
  const totals = await Promise.all(["/Users", "/Groups"].map((path) => client.get(path)));
  return totals.reduce((sum, { body }) => sum + Number(body.totalResults), 0);
}

test("a run to its end leaves nothing behind", async () => {
  const scim = freshScim();
  const report = await checkScim(scim, { checks: MAKERS });
  expect(report.results.map(({ outcome }) => outcome)).toEqual(MAKERS.map(() => "passed"));
  expect(report.leftOver).toEqual([]);
  expect(await left(scim)).toBe(0);
});

describe("a run that is stopped leaves nothing behind", () => {
  for (let stopAt = 1; stopAt <= 20; stopAt++)
    test(`at request ${stopAt}`, async () => {
      const scim = freshScim();
      const handle = fetchHandler(scim);
      const stop = new AbortController();
      let requests = 0;
      const report = await checkScim(scim, {
        checks: MAKERS,
        signal: stop.signal,
        fetch: (input, init) => {
          if (++requests === stopAt) stop.abort();
          return handle(new Request(input, init));
        },
      });
      expect(report.isStopped).toBe(true);
      expect(report.leftOver).toEqual([]);
      expect(await left(scim)).toBe(0);
    });
});

describe("what was made although the answer was lost is found by its name and removed", () => {
  for (const cutAt of [4, 6, 8, 12, 16, 18])
    test(`at request ${cutAt}`, async () => {
      const scim = freshScim();
      const handle = fetchHandler(scim);
      let requests = 0;
      const report = await checkScim(scim, {
        checks: MAKERS,
        fetch: async (input, init) => {
          const answer = await handle(new Request(input, init));
          if (++requests === cutAt) throw new TypeError("fetch failed", { cause: new Error("other side closed") });
          return answer;
        },
      });
      expect(report.leftOver).toEqual([]);
      expect(await left(scim)).toBe(0);
    });
});

test("what a server stores although it refuses it is found and removed", async () => {
  const scim = freshScim();
  const handle = fetchHandler(scim);
  const report = await checkScim(scim, {
    checks: MAKERS,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const answer = await handle(request);
      return request.method === "POST" && request.url.endsWith("/Users") && answer.status === 201
        ? Response.json({ status: "400", detail: "refused" }, { status: 400 })
        : answer;
    },
  });
  expect(report.remarks).toEqual([expect.stringContaining("No user could be created: 400 (refused)")]);
  expect(await left(scim)).toBe(0);
});

test("what cannot be removed is named", async () => {
  const scim = freshScim();
  const handle = fetchHandler(scim);
  const report = await checkScim(scim, {
    checks: MAKERS.slice(0, 1),
    fetch: (input, init) => {
      const request = new Request(input, init);
      return request.method === "DELETE" ? Promise.resolve(new Response(null, { status: 405 })) : handle(request);
    },
  });
  expect(report.leftOver).toHaveLength(3);
  for (const { path, name, reason } of report.leftOver) {
    expect(path).toMatch(/^\/Users\/./);
    expect(name).toContain(report.run);
    expect(reason).toBe("DELETE gave 405");
  }
});

test("what is still there after a DELETE that succeeded is named", async () => {
  const scim = freshScim();
  const handle = fetchHandler(scim);
  const report = await checkScim(scim, {
    checks: MAKERS.slice(0, 1),
    fetch: (input, init) => {
      const request = new Request(input, init);
      return request.method === "DELETE" ? Promise.resolve(new Response(null, { status: 204 })) : handle(request);
    },
  });
  expect(report.leftOver).toHaveLength(3);
  expect(report.leftOver[0]?.reason).toContain("still there");
});

test("a resource of somebody else is not removed, whatever a server answers to a POST", async () => {
  const scim = freshScim();
  const handle = fetchHandler(scim);
  const client = testClient(scim);
  const { body: theirs } = await client.post("/Users", {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
    userName: "somebody@example.com",
  });
  const report = await checkScim(scim, {
    checks: MAKERS.slice(0, 1),
    fetch: (input, init) => {
      const request = new Request(input, init);
      return request.method === "POST" && request.url === `${BASE_URL}/Users`
        ? Promise.resolve(Response.json(theirs, { status: 201 }))
        : handle(request);
    },
  });
  expect(report.leftOver[0]?.reason).toContain("not touched");
  expect((await client.get(`/Users/${theirs.id}`)).status).toBe(200);
});
