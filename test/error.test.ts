import { describe, expect, test } from "vitest";
import { SCIM_TYPES } from "../src/error.ts";
import { errors, isScimError, ScimError, type StorageAdapter } from "../src/index.ts";
import { memoryStorage } from "../src/storage/memory/index.ts";
import { directory, ERROR, filtered, USER } from "./support/directory.ts";
import { expectRefusal } from "./support/refusal.ts";
import { withoutTransactions } from "./support/without-transactions.ts";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const user = { schemas: [USER], userName: "ada" };

/** Storage whose every call fails in the same way. */
function failing(error: unknown): StorageAdapter {
  const fail = async (): Promise<never> => {
    throw error;
  };
  return { ...memoryStorage(), get: fail, query: fail, create: fail, replace: fail, delete: fail, applyDelta: fail };
}

const REQUESTS = [
  ["GET", "/Users"],
  ["GET", "/Users/1"],
  ["HEAD", "/Users/1"],
  ["POST", "/Users", user],
  ["PUT", "/Users/1", user],
  ["PATCH", "/Users/1", { schemas: [PATCH], Operations: [{ op: "replace", path: "title", value: "t" }] }],
  ["PATCH", "/Groups/1", { schemas: [PATCH], Operations: [{ op: "add", path: "members", value: [{ value: "u" }] }] }],
  ["DELETE", "/Users/1"],
  ["POST", "/Users/.search", { schemas: ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"] }],
] as const;

describe("an error", () => {
  test("has its status in the body as a string, one text, and a keyword that the RFCs know [P-3.2-04 P-3.12-03 P-3.12-07 P-3.12-08]", async () => {
    const { ask } = directory();
    const { json } = await ask("POST", "/Users", user);
    const path = `/Users/${json.id}`;
    const patch = (...Operations: object[]): object => ({ schemas: [PATCH], Operations });
    const probes = [
      ["invalidFilter", await ask("GET", filtered("/Users", "userName zz 1"))],
      ["invalidFilter", await ask("GET", filtered("/Users", "nosuch eq 1"))],
      ["uniqueness", await ask("POST", "/Users", user)],
      ["mutability", await ask("PATCH", path, patch({ op: "replace", path: "id", value: "x" }))],
      ["invalidSyntax", await ask("POST", "/Users", "{")],
      ["invalidPath", await ask("PATCH", path, patch({ op: "replace", path: "emails..value", value: "x" }))],
      ["noTarget", await ask("PATCH", path, patch({ op: "replace", path: 'emails[type ne "x"].value', value: "x" }))],
      ["invalidValue", await ask("POST", "/Users", { schemas: [USER] })],
      ["invalidValue", await ask("POST", "/Users", { ...user, active: "x" })],
    ] as const;
    for (const [scimType, answer] of probes) {
      expectRefusal(answer, SCIM_TYPES[scimType], scimType);
      expect(answer.json).toEqual({
        schemas: [ERROR],
        status: String(answer.status),
        scimType,
        detail: expect.any(String),
      });
    }
  });

  test.each(
    REQUESTS,
  )("of storage is a 500 on %s %s that tells the client nothing of the inside, and the host everything [P-3.12-10 T-H6]", async (method, path, body?: unknown) => {
    const error = Object.assign(new Error("secret-canary at db.internal:5432"), { status: 404, detail: "canary" });
    const service = directory({ storage: failing(error) });
    const answer = await service.ask(method, path, body);
    if (method === "HEAD") expect(answer).toMatchObject({ status: 500, body: undefined });
    else expectRefusal(answer, 500, undefined, /Nothing about the request needs to change/);
    expect(JSON.stringify(answer)).not.toMatch(/canary|internal|stack|\.ts/);
    expect(service.events).toMatchObject([{ type: "fault", error, status: 500, method, context: {} }]);
  });

  test.each([
    undefined,
    null,
    "text",
    7,
    { status: 200 },
  ])("that is no Error (%j) is a 500 all the same", async (thrown) => {
    const service = directory({ storage: failing(thrown) });
    expectRefusal(await service.ask("GET", "/Users"), 500);
    expect(service.events).toMatchObject([{ type: "fault", error: thrown, status: 500, context: {} }]);
  });

  test("that storage or the host means for the client reaches it with status, text and headers", async () => {
    expectRefusal(
      await directory({ storage: failing(errors.unavailable("Back at noon.")) }).ask("GET", "/Users"),
      503,
      undefined,
      /noon/,
    );
    const throttled = await directory({
      authorize: () => {
        throw errors.tooManyRequests(1.2);
      },
    }).ask("GET", "/Users");
    expectRefusal(throttled, 429);
    expect(throttled.headers["Retry-After"]).toBe("2");
    const refused = await directory({
      authenticate: () => {
        throw errors.unauthorized("Who?", { headers: { "WWW-Authenticate": "Basic" } });
      },
    }).ask("GET", "/Users");
    expectRefusal(refused, 401, undefined, /Who/);
    expect(refused.headers["WWW-Authenticate"]).toBe("Basic");
  });

  const FOREIGN: readonly (readonly [string, object, object])[] = [
    ["without toJSON and headers", { status: 418, detail: "x" }, { detail: "x" }],
    [
      "with a keyword and headers",
      { status: 400, detail: "x", scimType: "tooMany", headers: { "X-A": "1", "X-B": 2 } },
      { detail: "x", scimType: "tooMany" },
    ],
    [
      "whose toJSON says something else",
      { status: 418, detail: "x", toJSON: () => ({ detail: "y" }) },
      { detail: "x" },
    ],
    [
      "whose toJSON throws",
      {
        status: 418,
        detail: "x",
        toJSON: () => {
          throw new Error("z");
        },
      },
      { detail: "x" },
    ],
    [
      "whose other members are of other shapes",
      { status: 418, detail: "x", scimType: 7, headers: "h", summary: {} },
      { detail: "x" },
    ],
  ];

  test.each(
    FOREIGN,
  )("of another copy or version %s is known by its code and rendered as ours are", async (_, given, body) => {
    const copy = { code: "ERR_SCIM", ...given };
    expect(isScimError(copy)).toBe(true);
    const { status } = copy as unknown as ScimError;
    const expected = { schemas: [ERROR], status: String(status), ...body };
    const service = directory({ storage: withoutTransactions(failing(copy)) });
    for (const [method, path, sent] of REQUESTS as readonly (readonly [string, string, unknown?])[]) {
      const answer = await service.ask(method, path, sent);
      expect(answer.status).toBe(status);
      // Of an operation of a PATCH it says which one.
      const detail = method === "PATCH" ? expect.stringMatching(/^(Operations\[0\]: )?x$/) : "x";
      if (method !== "HEAD") expect(answer.json).toEqual({ ...expected, detail });
      expect(answer.headers).not.toHaveProperty("X-B");
    }
    const bulk = {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
      Operations: [{ method: "DELETE", path: "/Users/1" }],
    };
    expect((await service.ask("POST", "/Bulk", bulk)).json.Operations[0].response).toEqual(expected);
    expect(service.refusals).toContainEqual(expect.objectContaining({ status, detail: "x" }));
  });

  test("that a class of the host's own makes is rendered by us, whatever its toJSON does", async () => {
    class Own extends ScimError {
      override toJSON(): never {
        throw new Error("no JSON");
      }
    }
    expectRefusal(
      await directory({ storage: failing(new Own(409, "Full.")) }).ask("GET", "/Users"),
      409,
      undefined,
      /Full/,
    );
  });

  test.each([
    { code: "ERR_SCIM" },
    { code: "ERR_SCIM", status: 400 },
    { code: "ERR_SCIM", detail: "canary" },
    { code: "ERR_SCIM", status: "400", detail: "canary" },
    { code: "ERR_SCIM", status: 200, detail: "canary" },
    { code: "ERR_SCIM", status: 600, detail: "canary" },
    { code: "ERR_SCIM", status: 400.5, detail: "canary" },
    { code: "ERR_SCIM", status: Number.NaN, detail: "canary" },
    { code: "ERR_SCIM", status: 400, detail: { canary: 1 } },
    { code: "ERR_OTHER", status: 400, detail: "canary" },
  ])("is nothing of another shape: %j is a 500 that does not show it", async (thrown) => {
    expect(isScimError(thrown)).toBe(false);
    const service = directory({ storage: failing(thrown) });
    const answer = await service.ask("GET", "/Users");
    expectRefusal(answer, 500);
    expect(answer.body).not.toContain("canary");
    expect(service.events).toMatchObject([{ type: "fault", error: thrown, status: 500 }]);
  });

  test("of the host's own is rendered by scim.error [P-3.12-01]", () => {
    const { scim } = directory();
    const request = { method: "GET", url: "/scim/v2/Users", headers: {} };
    expect(scim.error(errors.tooManyRequests(5), request)).toEqual({
      status: 429,
      headers: expect.objectContaining({
        "Content-Type": "application/scim+json",
        "Retry-After": "5",
        "Cache-Control": "no-store",
      }),
      body: expect.stringContaining('"status":"429"'),
    });
    expect(scim.error(errors.tooManyRequests(5), { ...request, method: "HEAD" }).body).toBeUndefined();
  });

  test("in a listener, thrown or rejected, fails no request", async () => {
    for (const listener of [
      () => {
        throw new Error("listener");
      },
      () => Promise.reject(new Error("listener")),
    ])
      expect(
        (await directory({ onChange: listener, onNotice: listener }).ask("POST", "/Users", { ...user, unknown: 1 }))
          .status,
      ).toBe(201);
  });
});

describe("authorize", () => {
  test("is asked once for each operation, after it is understood and before storage is; what it throws is the answer", async () => {
    const asked: string[] = [];
    const { ask, events } = directory({
      storage: failing(new Error("storage was asked")),
      authorize: (operation) => {
        asked.push(operation.type);
        throw new ScimError(403, "Not yours.");
      },
    });
    for (const [method, path, body] of REQUESTS as readonly (readonly [string, string, unknown?])[])
      expect((await ask(method, path, body)).status).toBe(403);
    expect(asked).toEqual(["query", "read", "read", "create", "replace", "patch", "patch", "delete", "query"]);
    expectRefusal(await ask("GET", filtered("/Users", "userName zz 1")), 400, "invalidFilter");
    expectRefusal(await ask("GET", "/Nope"), 404);
    expect(asked.length).toBe(9);
    expect(events).toEqual([]);
  });
});

describe("the factories", () => {
  test("make an error of every keyword that the RFCs have, with its status [P-3.12-04]", () => {
    for (const [scimType, status] of Object.entries(SCIM_TYPES))
      expect(errors[scimType as keyof typeof SCIM_TYPES]("userName")).toMatchObject({ status, scimType });
  });

  test("make an error of every status without a keyword that a host may want, its detail a sentence", () => {
    const made = [
      errors.unauthorized(),
      errors.forbidden(),
      errors.notFound(),
      errors.methodNotAllowed("PUT", ["GET", "HEAD"]),
      errors.notAcceptable(),
      errors.conflict(),
      errors.versionMismatch(),
      errors.payloadTooLarge(),
      errors.unsupportedMediaType(),
      errors.tooManyRequests(3),
      errors.internalError(),
      errors.notImplemented(),
      errors.unavailable(),
    ];
    expect(made.map(({ status }) => status)).toEqual([401, 403, 404, 405, 406, 409, 412, 413, 415, 429, 500, 501, 503]);
    for (const { detail, scimType } of made) {
      expect(detail).toMatch(/\.$/);
      expect(scimType).toBeUndefined();
    }
  });
});
