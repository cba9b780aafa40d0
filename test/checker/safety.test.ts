import { describe, expect, test } from "vitest";
import { runChecks } from "../../src/checker/run-checks.ts";
import { BASE_URL, checkOf, checkScim, freshScim } from "./run.ts";

/** A server that tells what it is asked, and answers by `answers`; the rest is 404. */
function server(
  answers: (method: string, path: string, request: Request) => Response | undefined | Promise<Response | undefined>,
) {
  const asked: string[] = [];
  const answer = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const path = request.url.slice(BASE_URL.length);
    asked.push(`${request.method} ${path}`);
    return (await answers(request.method, path, request)) ?? Response.json({}, { status: 404 });
  };
  return { asked, answer, deleted: () => asked.filter((one) => one.startsWith("DELETE")) };
}

const tried = checkOf("create/one", async (bench) => void (await bench.post("/Users", bench.newUser())));
const runAt = (
  answer: (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>,
  check = tried,
  run = "1234567890",
) => runChecks({ baseUrl: BASE_URL, fetch: answer, checks: [check], run });

describe("nothing is deleted that the run has not made, whatever the server answers", () => {
  test.each([
    `${BASE_URL}/Users`,
    `${BASE_URL}/Users/`,
    `${BASE_URL}/Users/..`,
    `${BASE_URL}/Users/%2e%2E`,
    `${BASE_URL}/Groups/everybody`,
    "/",
  ])("a Location %s without a body", async (location) => {
    const everything = { Resources: [{ userName: "user.1234567890.1@example.com" }] };
    const { answer, asked, deleted } = server((method, path) => {
      if (method === "POST") return new Response(null, { status: 201, headers: { location } });
      return path.startsWith("/Users/") ? undefined : Response.json(everything);
    });
    await runAt(answer);
    expect(asked).toContain("POST /Users");
    const wrong = deleted().filter((one) => !/^DELETE \/Users\/(?:Users|everybody)$/.test(one));
    expect(wrong).toEqual([]);
  });

  test("a resource that cannot be read, under an id that the server gave without a name", async () => {
    const { answer, deleted } = server((method) =>
      method === "POST"
        ? Response.json({ id: "42" }, { status: 201 })
        : Response.json({ detail: "user.1234567890" }, { status: 403 }),
    );
    const report = await runAt(answer);
    expect(deleted()).toEqual([]);
    expect(report.leftOver.map(({ path }) => path)).toContain("/Users/42");
  });

  test("a group of everybody, which shows the run's users among its members", async () => {
    const everybody = { id: "all", displayName: "Everybody", members: [{ display: "user.1234567890.1" }] };
    const check = checkOf(
      "groups/one",
      async (bench) => void (await bench.attempt("POST", "/Groups", { body: bench.newGroup() })),
    );
    const { answer, deleted } = server((method, path) => {
      if (method === "POST" && path === "/Groups") return Response.error();
      return path.startsWith("/Groups") ? Response.json({ totalResults: 1, Resources: [everybody] }) : undefined;
    });
    await runAt(answer, check);
    expect(deleted()).toEqual([]);
  });

  test("the endpoint itself, to which a PUT is answered 201", async () => {
    const check = checkOf("replace/all", async (bench) => void (await bench.put("/Users", bench.newUser())));
    for (const id of [undefined, "7"]) {
      const { answer, deleted } = server(async (method, _, request) =>
        method === "PUT" ? Response.json({ ...(await request.json()), id }, { status: 201 }) : undefined,
      );
      await runAt(answer, check);
      expect(deleted()).toEqual(id === undefined ? [] : ["DELETE /Users/7"]);
    }
  });

  test("what stands in the way of a bulk operation, whose location the refusal names", async () => {
    const check = checkOf("bulk/one", async (bench) => {
      const Operations = [{ method: "POST", path: "/Users", bulkId: "a", data: bench.newUser() }];
      await bench.post("/Bulk", { Operations });
    });
    const refused = { method: "POST", bulkId: "a", status: "409", location: `${BASE_URL}/Users/other` };
    const { answer, deleted } = server((method) =>
      method === "POST" ? Response.json({ Operations: [refused] }) : undefined,
    );
    await runAt(answer, check);
    expect(deleted()).toEqual([]);
  });
});

test("where a filter is ignored, what may have been made is looked for on every page", async () => {
  const others = Array.from({ length: 3 }, (_, place) => ({ id: String(place), userName: `other-${place}` }));
  let mine: Record<string, unknown> | undefined;
  const { answer, deleted } = server(async (method, path, request) => {
    if (method === "POST") {
      mine = { ...(await request.json()), id: "mine" };
      return Response.error();
    }
    if (method === "DELETE") {
      mine = undefined;
      return new Response(null, { status: 204 });
    }
    const start = Number(new URLSearchParams(path.split("?")[1]).get("startIndex") ?? 1);
    const all = mine === undefined ? others : [...others, mine];
    return path.startsWith("/Users") ? Response.json({ Resources: all.slice(start - 1, start + 1) }) : undefined;
  });
  await runAt(
    answer,
    checkOf("create/lost", async (bench) => void (await bench.attempt("POST", "/Users", { body: bench.newUser() }))),
  );
  expect([...new Set(deleted())]).toEqual(["DELETE /Users/mine"]);
});

test("answers that are nested very deep end no run", async () => {
  const deep = (name: string) => `{"id":"1","${name}":${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
  const nested = `${'{"name":"a","subAttributes":['.repeat(20_000)}${"]}".repeat(20_000)}`;
  const schemas = `{"Resources":[{"id":"urn:ietf:params:scim:schemas:core:2.0:User","attributes":[${nested}]}]}`;
  const { answer } = server((method, path) => {
    if (method === "POST") return new Response(deep("userName"), { status: 201 });
    return new Response(path === "/Schemas" ? schemas : deep("x"), { status: 200 });
  });
  const report = await runAt(answer);
  expect(report.results).toHaveLength(1);
});

test("a list of ever more resource types costs no request for each", async () => {
  const Resources = Array.from({ length: 5000 }, (_, place) => ({
    name: `T${place}`,
    endpoint: `/T${place}`,
    schema: `urn:example:t${place}`,
  }));
  const { answer, asked } = server((_, path) => (path === "/ResourceTypes" ? Response.json({ Resources }) : undefined));
  const report = await runAt(answer);
  expect(asked.length).toBeLessThan(100);
  expect(report.remarks.join()).toMatch(/5000 types/);
});

test("an answer without end is not read to its end", async () => {
  const chunk = new Uint8Array(1024 * 1024).fill(32);
  let sent = 0;
  const pull = (controller: ReadableStreamDefaultController) => {
    sent++;
    controller.enqueue(chunk);
  };
  const { answer } = server((_, path) =>
    path === "/Schemas" ? new Response(new ReadableStream({ pull })) : undefined,
  );
  await runAt(answer);
  expect(sent).toBeLessThan(20);
});

test("endpoints that lead out of the base URL, or are no endpoints, are not taken", async () => {
  const endpoints = ["/../admin/Users", "https://elsewhere.example/x/../..", "/%2e%2e/Users", "/", "", "/Users?all="];
  const Resources = endpoints.map((endpoint) => ({
    name: "User",
    endpoint,
    schema: "urn:ietf:params:scim:schemas:core:2.0:User",
  }));
  const { answer, asked } = server((_, path) => (path === "/ResourceTypes" ? Response.json({ Resources }) : undefined));
  await runAt(answer);
  expect(asked.filter((one) => one.startsWith("POST"))).toEqual(["POST /Users", "POST /Users", "POST /Users"]);
});

test("a run that is read-only sends nothing but reads", async () => {
  const methods = new Set<string>();
  await checkScim(freshScim(), {
    isReadOnly: true,
    onExchange: ({ exchange: { method, url } }) => methods.add(/\/\.search$/.test(url) ? "search" : method),
  });
  expect([...methods].filter((method) => !["GET", "HEAD", "OPTIONS", "search"].includes(method))).toEqual([]);
});
