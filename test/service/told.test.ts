import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { fetchHandler } from "../../src/hosts/fetch.ts";
import { nodeHandler } from "../../src/hosts/node.ts";
import { errors, type RequestEvent, ScimError, type ScimEvent, type StorageAdapter } from "../../src/index.ts";
import { wrapStorage } from "../../src/storage/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { BULK_REQUEST } from "../support/bulk.ts";
import { BASE_URL, directory, filtered, GROUP, USER } from "../support/directory.ts";
import { patchOf } from "../support/patching.ts";

const user = { schemas: [USER], userName: "ada" };

/** A service, and all that it tells, in order. */
function telling(given: Parameters<typeof directory>[0] = {}) {
  const events: ScimEvent[] = [];
  const observed: RequestEvent[] = [];
  const service = directory({
    onChange: (event) => events.push(event),
    onNotice: (event) => events.push(event),
    onRequest: (event) => observed.push(event),
    ...given,
  });
  return { ...service, events, observed };
}

/** Storage whose reads fail. */
const failing = (error: unknown): StorageAdapter => ({
  ...memoryStorage(),
  get: () => Promise.reject(error),
  query: () => Promise.reject(error),
});

describe("a refusal is told once, with what was asked for, to `onNotice` and to `onRequest` alike:", () => {
  const refused = {
    "400, a filter": [
      ["GET", filtered("/Users", "userName zz 1")],
      { status: 400, scimType: "invalidFilter", method: "GET", path: "/Users", resourceType: "User" },
    ],
    "400, a body": [
      ["POST", "/Users", { schemas: [USER] }],
      {
        status: 400,
        scimType: "invalidValue",
        method: "POST",
        path: "/Users",
        operation: "create",
        resourceType: "User",
      },
    ],
    "400, a search": [
      ["POST", "/.search", { schemas: [USER] }],
      { status: 400, scimType: "invalidSyntax", method: "POST", path: "/.search" },
    ],
    "401": [["GET", "/Users/1", undefined, { authorization: "" }], { status: 401, method: "GET", path: "/Users/{id}" }],
    "403": [
      ["DELETE", "/Groups/1"],
      { status: 403, method: "DELETE", path: "/Groups/{id}", operation: "delete", resourceType: "Group" },
    ],
    "404, a resource": [
      ["GET", "/Users/1"],
      { status: 404, method: "GET", path: "/Users/{id}", operation: "read", resourceType: "User" },
    ],
    "404, an endpoint": [["GET", "/Nobody"], { status: 404, method: "GET" }],
    "404, a schema": [
      ["GET", "/Schemas/1"],
      { status: 404, method: "GET", path: "/Schemas/{id}", operation: "discover" },
    ],
    "405": [["BREW", "/Users"], { status: 405, method: "OTHER", path: "/Users", resourceType: "User" }],
    "406": [["GET", "/", undefined, { accept: "text/html" }], { status: 406, method: "GET", path: "/" }],
    "409": [
      ["PUT", "/Users/taken", { ...user, active: true }],
      {
        status: 409,
        scimType: "uniqueness",
        method: "PUT",
        path: "/Users/{id}",
        operation: "replace",
        resourceType: "User",
      },
    ],
    "412": [
      ["PATCH", "/Users/ada", patchOf({ op: "replace", path: "title", value: "t" }), { "if-match": '"none"' }],
      { status: 412, method: "PATCH", path: "/Users/{id}", operation: "patch", resourceType: "User" },
    ],
    "413": [
      ["POST", "/Users", { ...user, title: "x".repeat(4000) }],
      { status: 413, method: "POST", path: "/Users", resourceType: "User" },
    ],
    "415": [
      ["POST", "/Users/.search", "x", { "content-type": "text/plain" }],
      { status: 415, method: "POST", path: "/Users/.search", resourceType: "User" },
    ],
    "429": [["GET", "/Groups", undefined, { "x-busy": "yes" }], { status: 429, method: "GET", path: "/Groups" }],
    "501": [["GET", "/Me"], { status: 501, method: "GET", path: "/Me" }],
    "501 of storage": [
      ["GET", "/Users/old"],
      { status: 501, method: "GET", path: "/Users/{id}", operation: "read", resourceType: "User" },
    ],
  } as const;

  test.each(Object.entries(refused))("%s [P-3.12-01]", async (_name, [[method, path, body, headers], asked]) => {
    const memory = memoryStorage();
    const ids = ["ada", "taken"];
    const service = telling({
      storage: {
        ...memory,
        get: async (request, context) => {
          if (request.id === "old") throw new ScimError(501, "Not here.");
          return memory.get(request, context);
        },
        replace: async (request, context) => {
          if (request.id === "taken") throw errors.uniqueness("userName");
          return memory.replace(request, context);
        },
      },
      newId: () => ids.shift() ?? "none",
      limits: { body: 3000 },
      authorize: ({ type }) => {
        if (type === "delete") throw errors.forbidden();
      },
      throttle: ({ headers: { "x-busy": busy } }) => {
        if (busy !== undefined) throw errors.tooManyRequests(3);
      },
    });
    await service.ask("POST", "/Users", user);
    await service.ask("POST", "/Users", { ...user, userName: "ida" });
    service.events.length = 0;
    service.observed.length = 0;
    const answer = await service.ask(method, path, body, headers);
    expect(answer.status).toBe(asked.status);
    const isAnonymous = asked.status === 401 || asked.status === 406 || path === "/Schemas/1";
    const detail = service.events[0]?.type === "refused" ? service.events[0].detail : "";
    expect(service.events).toEqual([
      { type: "refused", quirks: [], ...asked, detail, context: isAnonymous ? undefined : {} },
    ]);
    // The sentence of the answer, but for what that shows of a filter, and for a method that can be any word.
    expect(answer.json.detail.replace("BREW", "this method").startsWith(detail.slice(0, -1))).toBe(true);
    expect(service.observed).toMatchObject([{ ...asked, detail }]);
  });

  test("of a HEAD it says what its answer has no body for", async () => {
    const { ask, events } = telling();
    await ask("HEAD", "/Users/none");
    expect(events).toMatchObject([{ type: "refused", method: "HEAD", status: 404, detail: "No User has this id." }]);
  });

  test("with the rules that had fired by then", async () => {
    const { ask, events } = telling();
    const patch = patchOf({ op: "replace", path: "active", value: "False" }, { op: "replace", path: "id", value: "x" });
    const { json } = await ask("POST", "/Users", user);
    await ask("PATCH", `/Users/${json.id}`, patch);
    expect(events.at(-1)).toMatchObject({ type: "refused", scimType: "mutability", quirks: ["boolean-strings"] });
  });

  test("of a path that the base URL does not lead to, and of one that only a tenant has", async () => {
    const { scim, events } = telling({ tenant: () => ({ baseUrl: "https://example.com/acme" }) });
    const headers = { authorization: "Bearer good" };
    for (const url of ["/else/Users", "/scim/v2/Users", "/acme/Users/1"])
      await scim.handle({ method: "GET", url, headers });
    // The first of them comes with a warning to the host, which is another event.
    expect(events.map(({ type }) => type)).toEqual(["warning", "refused", "refused", "refused"]);
    expect(events.slice(1).map((event) => "path" in event && event.path)).toEqual([false, false, "/Users/{id}"]);
  });
});

describe("within a bulk request", () => {
  const data = { schemas: [USER], userName: "ada" };

  test("each operation that failed is told, with its position, and none that was done [P-3.7-11]", async () => {
    const { ask, events, observed } = telling();
    const Operations = [
      { method: "POST", path: "/Users", bulkId: "a", data },
      { method: "POST", path: "/Users", bulkId: "b", data },
      {
        method: "PATCH",
        path: "/users/none",
        data: { Operations: [{ op: "replace", path: "active", value: "True" }] },
      },
      { method: "BREW", path: "/Users" },
      { method: "DELETE", path: "/Nobody/1" },
      { method: "PUT", path: "/Groups/bulkId:b", data: { schemas: [GROUP], displayName: "g" } },
    ];
    expect((await ask("POST", "/Bulk", { schemas: [BULK_REQUEST], Operations })).status).toBe(200);
    const told = events
      .filter(({ type }) => type === "refused")
      .toSorted((left, right) =>
        "position" in left && "position" in right ? (left.position ?? 0) - (right.position ?? 0) : 0,
      );
    expect(told).toMatchObject([
      { position: 1, status: 409, scimType: "uniqueness", method: "POST", path: "/Users", operation: "create" },
      {
        position: 2,
        status: 404,
        method: "PATCH",
        path: "/Users/{id}",
        operation: "patch",
        resourceType: "User",
        quirks: ["endpoint-case", "missing-schemas", "boolean-strings"],
      },
      { position: 3, method: "OTHER" },
      { position: 4, status: 404, method: "DELETE", operation: "delete" },
      { position: 5, status: 409, method: "PUT", path: "/Groups/{id}", operation: "replace" },
    ]);
    expect(told).toHaveLength(5);
    expect(observed).toMatchObject([{ status: 200, path: "/Bulk", operation: "bulk" }]);
  });

  test("a fault is told with its position and its cause [G-4]", async () => {
    const disk = new Error("disk full");
    const storage = wrapStorage(memoryStorage(), () => ({
      create: () => Promise.reject(errors.unavailable(undefined, { cause: disk })),
    }));
    const { ask, events } = telling({ storage });
    const Operations = [{ method: "POST", path: "/Users", bulkId: "a", data }];
    await ask("POST", "/Bulk", { schemas: [BULK_REQUEST], Operations });
    expect(events).toMatchObject([
      { type: "fault", status: 503, position: 0, path: "/Users", operation: "create", error: { cause: disk } },
    ]);
  });
});

describe("a fault is told once, with what was thrown, whatever the server's own status is:", () => {
  test.each([
    [500, new Error("no such table")],
    [500, new ScimError(500, "The directory is broken.")],
    [502, new ScimError(502, "The directory behind this one is broken.")],
    [503, errors.unavailable()],
    [503, errors.unavailable("Moved.", { cause: new Error("ECONNREFUSED") })],
  ])("%i, %o", async (status, error) => {
    const { ask, events, observed } = telling({ storage: failing(error) });
    const { json } = await ask("GET", "/Users/1");
    expect(events).toEqual([
      {
        type: "fault",
        error,
        storage: "memory",
        status,
        detail: json.detail,
        method: "GET",
        path: "/Users/{id}",
        operation: "read",
        resourceType: "User",
        quirks: [],
        context: {},
      },
    ]);
    expect(observed).toMatchObject([{ status, detail: json.detail }]);
  });

  test("503 for the time that is up, once, also where storage heeds the signal [T-J6]", async () => {
    for (const isHeeded of [true, false]) {
      const query: StorageAdapter["query"] = ({ signal }) =>
        new Promise((_, reject) => {
          if (isHeeded) signal?.addEventListener("abort", () => reject(signal.reason));
        });
      const { ask, events } = telling({ storage: { ...memoryStorage(), query }, timeout: 20 });
      await ask("GET", "/Users");
      expect(events).toMatchObject([{ type: "fault", status: 503, error: { name: "TimeoutError" } }]);
    }
  });

  test("what fails after the time was up is told without a status, since its client has another answer", async () => {
    const disk = new Error("disk full");
    const told = new Promise<readonly ScimEvent[]>((resolve) => {
      const events: ScimEvent[] = [];
      const storage: StorageAdapter = {
        ...memoryStorage(),
        create: ({ signal }) =>
          new Promise((_, reject) => signal?.addEventListener("abort", () => setTimeout(() => reject(disk)))),
      };
      const on = (event: ScimEvent) => (events.push(event) === 2 ? resolve(events) : undefined);
      directory({ storage, timeout: 20, onChange: on, onNotice: on }).ask("POST", "/Users", user);
    });
    const [late, fault] = await told;
    expect(late).toMatchObject({ type: "fault", status: 503 });
    expect(fault).toMatchObject({ type: "fault", error: disk, operation: "create" });
    expect(fault).not.toHaveProperty("status");
  });

  test("a listener that throws at a refusal is told so, and the refusal stands", async () => {
    const seen: ScimEvent[] = [];
    const broken = new Error("listener");
    const { ask } = directory({
      onNotice: (event) => {
        seen.push(event);
        throw broken;
      },
    });
    expect((await ask("GET", "/Users/none")).status).toBe(404);
    expect(seen).toEqual([
      expect.objectContaining({ type: "refused", status: 404 }),
      { type: "fault", error: broken, context: {} },
    ]);
  });
});

describe("every 503 says in whole seconds when to come back:", () => {
  const when = async (given: Parameters<typeof directory>[0]) => {
    const { status, headers } = await directory(given).ask("GET", "/Users");
    expect(status).toBe(503);
    return Object.entries(headers).filter(([name]) => name.toLowerCase() === "retry-after");
  };
  const standard = [["Retry-After", "5"]];

  test("storage that is not available", async () => {
    expect(await when({ storage: failing(errors.unavailable()) })).toEqual(standard);
    expect(await when({ storage: failing(new ScimError(503, "Gone.")) })).toEqual(standard);
  });

  test("storage that knows when it will be", async () => {
    for (const name of ["Retry-After", "retry-after"])
      expect(await when({ storage: failing(errors.unavailable("At noon.", { headers: { [name]: "90" } })) })).toEqual([
        [name, "90"],
      ]);
  });

  test("a time that is up", async () => {
    expect(await when({ timeout: 10, authenticate: () => new Promise(() => undefined) })).toEqual(standard);
  });

  test("a host's limiter, and a server that is about to stop", async () => {
    const stop = () => Promise.reject(errors.unavailable("About to stop."));
    expect(await when({ throttle: stop })).toEqual(standard);
    const signal = AbortSignal.abort(errors.unavailable("About to stop."));
    const headers = { authorization: "Bearer good" };
    const answer = await directory().scim.handle({ method: "GET", url: "/scim/v2/Users", headers, signal });
    expect(answer).toMatchObject({ status: 503, headers: { "Retry-After": "5" } });
  });

  test("and no other error does", async () => {
    const { headers } = await directory({ storage: failing(new Error("x")) }).ask("GET", "/Users");
    expect(headers).not.toHaveProperty("Retry-After");
  });
});

describe("what a host refuses by itself", () => {
  const request = { method: "POST", url: "/scim/v2/Users/1", headers: { accept: "application/json" } };

  test("is told by scim.error as any other refusal, with what is known of the request [P-3.12-01]", () => {
    const { scim, events, observed } = telling();
    const answer = scim.error(errors.invalidSyntax("The body is not JSON."), request);
    expect(answer).toMatchObject({ status: 400, headers: { "Content-Type": "application/json" } });
    const asked = { method: "POST", path: "/Users/{id}", status: 400, detail: "The body is not JSON.", quirks: [] };
    expect(events).toEqual([{ type: "refused", ...asked, scimType: "invalidSyntax", context: undefined }]);
    expect(observed).toMatchObject([{ ...asked, duration: 0, aborted: false }]);
  });

  test("is a fault where it is no ScimError, and the client reads nothing of it [T-H6]", () => {
    const { scim, events } = telling();
    const error = new Error("canary");
    const { status, body } = scim.error(error, { ...request, headers: { accept: "text/html" } });
    expect(status).toBe(500);
    expect(body).not.toContain("canary");
    expect(events).toMatchObject([{ type: "fault", error, status: 500 }]);
  });

  test("is observed once, where the answer that cannot be sent was handle's [T-H2]", async () => {
    const { scim, events, observed } = telling();
    const asked = { ...request, method: "GET", headers: { authorization: "Bearer good" } };
    await scim.handle(asked);
    scim.error(new TypeError("Invalid character in header"), asked);
    expect(observed).toMatchObject([{ status: 404 }]);
    expect(events.map(({ type }) => type)).toEqual(["refused", "fault"]);
    expect(events[1]).toMatchObject({ operation: "read", context: {} });
  });
});

describe.each(
  Object.entries({
    "node:http": async (service: ReturnType<typeof telling>, isTaken: boolean) => {
      const handle = nodeHandler(service.scim);
      const listener: RequestListener = async (request, response) => {
        if (isTaken) for await (const _ of request);
        await handle(request, response);
      };
      const server = createServer(listener).listen(0, "127.0.0.1");
      onTestFinished(() => void server.close());
      await once(server, "listening");
      return (path: string, init: RequestInit) =>
        fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/scim/v2${path}`, init);
    },
    fetch: async (service: ReturnType<typeof telling>, isTaken: boolean) => {
      const handle = fetchHandler(service.scim);
      return async (path: string, init: RequestInit) => {
        const request = new Request(`${BASE_URL}${path}`, init);
        if (isTaken) await request.text();
        return handle(request);
      };
    },
  }),
)("over %s", (_name, hostOf) => {
  const headers = { authorization: "Bearer good", "content-type": "application/scim+json" };

  test("a body that something ahead has read is a 500, and `onNotice` is told why", async () => {
    const service = telling();
    const send = await hostOf(service, true);
    const response = await send("/Users", { method: "POST", headers, body: JSON.stringify(user) });
    expect(response.status).toBe(500);
    expect(service.events).toMatchObject([
      {
        type: "fault",
        status: 500,
        path: "/Users",
        detail: expect.stringContaining("Mount scimkit ahead of body parsers"),
        error: { detail: expect.stringContaining("read the request body before scimkit could") },
      },
    ]);
    expect(service.observed).toMatchObject([{ status: 500, path: "/Users" }]);
  });

  test("an answer that the runtime does not take is a 500, and `onNotice` is told why [T-H2]", async () => {
    const wrong: StorageAdapter = {
      ...memoryStorage(),
      create: () => Promise.reject(new ScimError(400, "x", { headers: { "X-Broken": "a\nb" } })),
    };
    const broken = telling({ storage: wrong });
    const send = await hostOf(broken, false);
    const response = await send("/Users", { method: "POST", headers, body: JSON.stringify(user) });
    expect(response.status).toBe(500);
    expect(broken.events.at(-1)).toMatchObject({ type: "fault", error: expect.any(TypeError), path: "/Users" });
  });
});
