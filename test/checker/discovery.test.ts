import { defineSchema, Group, User } from "scimkit";
import { fetchHandler } from "scimkit/fetch";
import { describe, expect, test } from "vitest";
import { checkOf, checkScim, freshScim } from "./run.ts";

const USER = checkOf("a/user", async (bench) => void (await bench.user()));
const DOCUMENTS = ["/ServiceProviderConfig", "/Schemas", "/ResourceTypes"];

const WRONG: Readonly<Record<string, () => Response>> = {
  "a 404": () => new Response(null, { status: 404 }),
  "a page of HTML": () => new Response("<!doctype html><p>Hello", { headers: { "content-type": "text/html" } }),
  "a 500": () => new Response("Internal Server Error", { status: 500 }),
  "an empty list": () => Response.json({ totalResults: 0, Resources: [] }),
  "a list of nonsense": () => Response.json({ Resources: [null, 7, { id: 3 }, { attributes: {} }, []] }),
  "cut JSON": () => new Response('{"schemas":["urn'),
  null: () => Response.json(null),
};

describe("a wrong document of discovery ends no run, and a remark says what is assumed", () => {
  for (const [what, answer] of Object.entries(WRONG))
    for (const paths of [...DOCUMENTS.map((path) => [path]), DOCUMENTS])
      test(`${what} for ${paths.join(", ")}`, async () => {
        const handle = fetchHandler(freshScim());
        const report = await checkScim(freshScim(), {
          checks: [USER],
          fetch: (input, init) => {
            const request = new Request(input, init);
            return paths.some((path) => request.url.endsWith(path)) ? Promise.resolve(answer()) : handle(request);
          },
        });
        expect(report.results[0]).toMatchObject({ outcome: "passed" });
        const isAnything = paths.length === 1 && paths[0] === "/ServiceProviderConfig" && /list/.test(what);
        expect(report.remarks.length > 0 || isAnything).toBe(true);
        expect(report.leftOver).toEqual([]);
      });
});

test("an array instead of a ListResponse is read, and remarked", async () => {
  const handle = fetchHandler(freshScim());
  const report = await checkScim(freshScim(), {
    checks: [checkOf("a/schemas", async (bench) => bench.expect(bench.facts.schemas.size > 2, "few", "all"))],
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const answer = await handle(request);
      return request.url.endsWith("/Schemas") ? Response.json((await answer.json()).Resources) : answer;
    },
  });
  expect(report.results[0]?.outcome).toBe("passed");
  expect(report.remarks).toEqual(["GET /Schemas gave an array and no ListResponse."]);
});

const BADGE = defineSchema({
  id: "urn:example:params:scim:schemas:Badge",
  name: "Badge",
  attributes: {
    number: { required: true, uniqueness: "server" },
    colour: { required: true, canonicalValues: ["red", "blue"] },
    contactEmail: { required: true },
    since: { type: "dateTime", required: true },
    doors: {
      type: "complex",
      multiValued: true,
      required: true,
      subAttributes: { value: { required: true }, level: { type: "integer", required: true } },
    },
  },
});

test("what the schemas of a server require is sent, that of extensions too", async () => {
  const scim = freshScim({ resourceTypes: [User.extend(BADGE, { required: true }), Group] });
  const report = await checkScim(scim, { checks: [USER, USER] });
  expect(report.results.map(({ outcome, reason }) => [outcome, reason])).toEqual([
    ["passed", undefined],
    ["passed", undefined],
  ]);
  expect(report.remarks).toEqual([]);
});

test("a server that requires more than its schemas say is sent a name and an address, and a template says the rest", async () => {
  const demanding = (required: readonly string[]): typeof fetch => {
    const handle = fetchHandler(freshScim());
    return async (input, init) => {
      const request = new Request(input, init);
      const body = request.method === "POST" ? await request.clone().json() : {};
      const missing = request.method === "POST" && required.find((name) => !(name in body));
      return missing ? Response.json({ detail: `${missing} is needed` }, { status: 400 }) : handle(request);
    };
  };
  const guessed = await checkScim(freshScim(), { checks: [USER], fetch: demanding(["emails", "displayName"]) });
  expect(guessed.results[0]?.outcome).toBe("passed");
  expect(guessed.remarks).toEqual([expect.stringContaining("emails is needed")]);

  const blocked = await checkScim(freshScim(), { checks: [USER], fetch: demanding(["title"]) });
  expect(blocked.results[0]?.outcome).toBe("blocked");
  expect(blocked.remarks).toEqual([expect.stringContaining("--template")]);

  const template = {
    userName: "test@corp.example",
    title: "Engineer {number}",
    emails: [{ value: "test@corp.example" }],
  };
  const bodies: Record<string, unknown>[] = [];
  const told = await checkScim(freshScim(), {
    checks: [USER, checkOf("a/look", async (bench) => void bodies.push(bench.newUser(), bench.newUser()))],
    template,
    fetch: demanding(["title"]),
  });
  expect(told.results[0]?.outcome).toBe("passed");
  const [first, second] = bodies;
  expect(first?.userName).toMatch(new RegExp(`^test\\.${told.run}\\.\\d+@corp\\.example$`));
  expect(first?.emails).toEqual([{ value: first?.userName }]);
  expect(first?.title).toMatch(/^Engineer \d+$/);
  expect(first?.userName).not.toBe(second?.userName);
});
