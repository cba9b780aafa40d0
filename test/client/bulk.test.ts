import type { BulkOperation } from "scimkit/client";
import { fetchHandler } from "scimkit/fetch";
import { describe, expect, test } from "vitest";
import { directory } from "../support/directory.ts";
import { type Asked, clientOf, Employee, json, refusal } from "./answers.ts";

const schemas = [Employee.schema.id];
const user = (userName: string, more: object = {}): BulkOperation => ({
  method: "POST",
  path: "/Users",
  bulkId: userName,
  data: { schemas, userName, ...more },
});
const group = (displayName: string, ...members: readonly string[]): BulkOperation => ({
  method: "POST",
  path: "/Groups",
  bulkId: displayName,
  data: {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"],
    displayName,
    members: members.map((value) => ({ value: `bulkId:${value}` })),
  },
});

function overScim(options: object, before: (asked: Asked) => Response | undefined = () => undefined) {
  const handle = fetchHandler(directory().scim);
  return clientOf((asked, request) => before(asked) ?? handle(request), options);
}
const bulks = (asked: readonly Asked[]): readonly number[] =>
  asked.filter(({ path }) => path === "/Bulk").map(({ body }) => body.Operations.length);

const WAYS = [
  ["in one request", { capabilities: { bulk: true } }],
  ["in requests of three operations", { capabilities: { bulk: { maxOperations: 3 } } }],
  ["in requests of 600 bytes", { capabilities: { bulk: { maxPayloadSize: 600 } } }],
  ["one by one, where there is no bulk", { capabilities: { bulk: false } }],
] as const;

describe.each(WAYS)("bulk operations, %s,", (_, options) => {
  test("give each its result in its place, and references lead to what was created, whatever the order", async () => {
    const { client, users, groups } = overScim(options);
    const given = [
      group("team", "ada", "bob"),
      {
        method: "PATCH",
        path: "/Users/bulkId:ada",
        data: {
          schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
          Operations: [{ op: "add", path: "title", value: "Dr." }],
        },
      },
      ...["ada", "bob", "cy", "dee"].map((name) => user(name)),
      group("all", "team"),
      { method: "DELETE", path: "/Users/bulkId:dee" },
      user("ada", { externalId: "again" }),
    ] as const satisfies readonly BulkOperation[];
    const operations = given.map((one, index) => (index === given.length - 1 ? { ...one, bulkId: "again" } : one));
    const results = await client.bulk(operations);
    expect(results.map(({ operation }) => operation)).toEqual(operations);
    expect(results.map(({ status }) => (status === 204 ? 200 : status))).toEqual([
      201, 200, 201, 201, 201, 201, 201, 200, 409,
    ]);
    expect(results.at(-1)?.response).toMatchObject({ scimType: "uniqueness" });
    const [team, , ada, bob, , dee, all] = results.map(({ id }) => id as string);
    expect(await users.get(ada as string)).toMatchObject({ userName: "ada", title: "Dr." });
    expect(await users.get(dee as string)).toBeUndefined();
    const membersOf = async (id: string | undefined) =>
      ((await groups.get(id as string)) as { members?: readonly { value: string }[] }).members;
    expect((await membersOf(team))?.map(({ value }) => value).sort()).toEqual([ada, bob].sort());
    expect((await membersOf(all))?.map(({ value }) => value)).toEqual([team]);
  });

  test("stop after as many failures as may be, and do not do what refers to a failure", async () => {
    const { client, users } = overScim(options);
    await users.create({ userName: "taken" });
    const operations = [user("taken"), user("a"), group("g", "taken"), user("b"), user("c")];
    const results = await client.bulk(operations);
    expect(results.map(({ status }) => status !== undefined && status < 300)).toEqual([false, true, false, true, true]);
    const stopped = await client.bulk([user("taken"), user("d"), user("e"), user("f")], { failOnErrors: 1 });
    expect(stopped.map(({ status }) => status)).toEqual([409, undefined, undefined, undefined]);
    expect(stopped.every(({ status, reason }) => status !== undefined || reason !== undefined)).toBe(true);
    expect(await users.first('userName eq "f"')).toBeUndefined();
  });
});

describe("bulk", () => {
  test("takes as few requests as the limits allow", async () => {
    const { client, asked } = overScim({ capabilities: { bulk: { maxOperations: 4 } } });
    await client.bulk(Array.from({ length: 10 }, (_, index) => user(`u${index}`)));
    expect(bulks(asked)).toEqual([4, 4, 2]);
  });

  test.each([
    413, 429,
  ])("halves a request that is answered %i, and sends alone what is too much even so", async (status) => {
    const { client, asked } = overScim({ capabilities: { bulk: true }, retry: { attempts: 1 } }, ({ path, body }) =>
      path === "/Bulk" && body.Operations.length > 3 ? refusal(status) : undefined,
    );
    const results = await client.bulk(Array.from({ length: 10 }, (_, index) => user(`u${index}`)));
    expect(results.map(({ status }) => status)).toEqual(results.map(() => 201));
    expect(bulks(asked)).toEqual([10, 5, 3, 3, 3, 1]);
  });

  test("goes on one by one where /Bulk turns out to be no endpoint", async () => {
    const html = new Response("<html></html>", { status: 404, headers: { "content-type": "text/html" } });
    const { client, asked } = overScim({ capabilities: { bulk: true } }, ({ path }) =>
      path === "/Bulk" ? html.clone() : undefined,
    );
    expect(await client.bulk([group("g", "a"), user("a")])).toMatchObject([{ status: 201 }, { status: 201 }]);
    expect(bulks(asked)).toEqual([2]);
  });

  test("leaves a circle to one request, and tells where it cannot be one", async () => {
    const circle = [group("a", "b"), group("b", "a"), user("c")];
    const together = overScim({ capabilities: { bulk: { maxOperations: 2 } } });
    expect((await together.client.bulk(circle)).map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(bulks(together.asked)).toEqual([2, 1]);
    const apart = await overScim({ capabilities: { bulk: false } }).client.bulk(circle);
    expect(apart.map(({ status }) => status)).toEqual([undefined, undefined, 201]);
    expect(apart[0]?.reason).toBe(
      "a, b refer to each other in a circle, and the server takes no bulk requests: create them first, and refer to them then",
    );
  });

  test("refuses a reference to nothing, and two operations of one bulkId, before anything is sent", async () => {
    const { client, asked } = overScim({ capabilities: { bulk: true } });
    await expect(client.bulk([group("g", "nobody")])).rejects.toThrow("bulkId:nobody is the bulkId of no operation");
    await expect(client.bulk([user("a"), user("a")])).rejects.toThrow("two operations have the bulkId a");
    expect(asked).toEqual([]);
  });

  test("tells of what the server was not reached with, and of what was not sent then", async () => {
    const { client } = overScim(
      { capabilities: { bulk: { maxOperations: 2 } }, retry: { attempts: 1 } },
      ({ path }) => {
        if (path === "/Bulk") throw new TypeError("fetch failed");
        return undefined;
      },
    );
    const results = await client.bulk([user("a"), user("b"), user("c")]);
    expect(results.map(({ status, error }) => [status, error !== undefined])).toEqual([
      [undefined, true],
      [undefined, true],
      [undefined, false],
    ]);
  });

  test("takes nothing for done that was led elsewhere, or answered with a page for people", async () => {
    const answers = [
      () => new Response(null, { status: 302, headers: { location: "https://login.example.com/" } }),
      () => new Response("<!doctype html><title>Log in</title>", { headers: { "content-type": "text/html" } }),
    ];
    for (const bulk of [true, false])
      for (const answer of answers) {
        const { client } = overScim({ capabilities: { bulk } }, answer);
        const results = await client.bulk([user("a"), { method: "DELETE", path: "/Users/1" }, user("b")], {
          failOnErrors: 1,
        });
        for (const { status, reason } of results) expect(status === 302 || reason !== undefined).toBe(true);
        expect(results.every(({ status = 0 }) => status < 200 || status > 299)).toBe(true);
      }
  });

  test("knows results by their turn where no bulkId comes back, and reads ids wherever they are told", async () => {
    const told = [
      { method: "post", status: { code: 201 }, response: { id: "a 1" } },
      { status: 201, location: "https://example.com/scim/v2/Users/100%" },
      { method: "POST" },
    ];
    const { client, asked } = overScim({ capabilities: { bulk: { maxOperations: 3 } } }, ({ path, body }) =>
      path !== "/Bulk" ? undefined : json({ Operations: body.Operations.length === 3 ? told : [] }),
    );
    const results = await client.bulk([user("a"), user("b"), user("c"), group("g", "a", "b")]);
    expect(results).toMatchObject([
      { status: 201, id: "a 1" },
      { status: 201, id: "100%" },
      { status: undefined, reason: expect.stringContaining("read before you ask again") },
      { status: undefined, reason: expect.stringContaining("read before you ask again") },
    ]);
    expect(asked.at(-1)?.body.Operations[0].data.members).toEqual([{ value: "a 1" }, { value: "100%" }]);
  });

  test("orders a chain of ten thousand without a stack of that depth", async () => {
    const { client } = overScim({ capabilities: { bulk: false } }, ({ path }) =>
      path === "/Users" ? refusal(500) : undefined,
    );
    const chain = Array.from({ length: 10_000 }, (_, index) => user(`u${index}`, { title: `bulkId:u${index + 1}` }));
    const results = await client.bulk([...chain, user("u10000")], { failOnErrors: 1 });
    expect(results.filter(({ status }) => status === 500)).toHaveLength(1);
    expect(results.at(-1)?.status).toBe(500);
  });
});
