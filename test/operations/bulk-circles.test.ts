import { describe, expect, test } from "vitest";
import { defineResourceType, defineSchema, errors, type ScimEvent } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { idOf, patchOf, postGroup, postUser, sendBulk, statuses } from "../support/bulk.ts";
import { type Directory, directory, ENTERPRISE, GROUP } from "../support/directory.ts";
import { transactionalStorage } from "../support/transactional-storage.ts";

async function membersOf(service: Directory, id: string): Promise<string[]> {
  const { json } = await service.ask("GET", `/Groups/${id}`);
  return (json.members ?? []).map(({ value }: { value: string }) => value).sort();
}

async function countOf(service: Directory, endpoint: string): Promise<number> {
  return (await service.ask("GET", endpoint)).json.totalResults;
}

/** Resource types whose references are of every kind: required, immutable, in a list, in a single value, as a URL. */
const Node = defineResourceType({
  name: "Node",
  schema: defineSchema({
    id: "urn:example:Node",
    name: "Node",
    attributes: {
      next: reference({ required: true }),
      optional: reference({}),
      fixed: reference({ mutability: "immutable" }),
      link: { type: "reference", referenceTypes: ["Node"] },
      links: { type: "reference", referenceTypes: ["Node"], multiValued: true },
      others: { ...reference({}), multiValued: true },
    },
  }),
});

function reference(more: { readonly required?: true; readonly mutability?: "immutable" }) {
  return {
    type: "complex",
    ...more,
    subAttributes: { value: { caseExact: true }, $ref: { type: "reference", referenceTypes: ["Node"] }, note: {} },
  } as const;
}

function postNode(bulkId: string, attributes: object): object {
  return { method: "POST", path: "/Nodes", bulkId, data: { schemas: ["urn:example:Node"], ...attributes } };
}

describe.each([
  ["an adapter without transactions", memoryStorage],
  ["an adapter with transactions", transactionalStorage],
])("references in a circle, on %s", (_, storage) => {
  test.each([
    2, 3, 7, 100,
  ])("of %i groups are resolved: each is created, complete, and in its last version [P-3.7.1-01 P-3.7.3-04 T-G2]", async (length) => {
    const service = directory({ storage: storage() });
    const groups = Array.from({ length }, (_, index) => postGroup(`g${index}`, [`bulkId:g${(index + 1) % length}`]));
    const results = await sendBulk(service, groups);
    expect(new Set(statuses(results))).toEqual(new Set(["201"]));
    const ids = results.map(idOf);
    for (const [index, id] of ids.entries()) {
      expect(await membersOf(service, id)).toEqual([ids[(index + 1) % length]]);
      expect((await service.ask("GET", `/Groups/${id}`)).headers.ETag).toBe(results[index].version);
    }
  });

  test("of users and their managers, by value or by bare id, leave the other attributes of the manager [P-3.7.1-01 P-3.7.2-02]", async () => {
    const service = directory({ storage: storage() });
    const results = await sendBulk(service, [
      postUser("ada", { [ENTERPRISE]: { department: "A", manager: { value: "bulkId:grace" } } }),
      postUser("grace", { [ENTERPRISE]: { department: "B", manager: "bulkId:edsger" } }),
      postUser("edsger", { [ENTERPRISE]: { department: "C", manager: { $ref: "bulkId:ada" } } }),
    ]);
    expect(statuses(results)).toEqual(["201", "201", "201"]);
    for (const [index, department] of ["A", "B", "C"].entries()) {
      const { json: user } = await service.ask("GET", `/Users/${idOf(results[index])}`);
      const { location } = results[(index + 1) % 3];
      expect(user[ENTERPRISE]).toEqual({ department, manager: { value: idOf({ location }), $ref: location } });
    }
  });

  test("with more than one way round, and with members besides, come out whole [P-3.7.1-01]", async () => {
    const service = directory({ storage: storage() });
    const results = await sendBulk(service, [
      postGroup("a", ["bulkId:b", "bulkId:c", "bulkId:ada"]),
      postGroup("b", ["bulkId:a", "bulkId:c"]),
      postGroup("c", ["bulkId:b", "bulkId:ada"]),
      postGroup("outside", ["bulkId:a", "bulkId:c"]),
      postUser("ada"),
    ]);
    expect(new Set(statuses(results))).toEqual(new Set(["201"]));
    const [a, b, c, outside, ada] = results.map(idOf) as [string, string, string, string, string];
    expect(await membersOf(service, a)).toEqual([ada, b, c].sort());
    expect(await membersOf(service, b)).toEqual([a, c].sort());
    expect(await membersOf(service, c)).toEqual([ada, b].sort());
    expect(await membersOf(service, outside)).toEqual([a, c].sort());
  });

  test("of one resource to itself are resolved where the schema has such a thing, and 409 with nothing stored where not [P-3.7.1-01 T-G2]", async () => {
    const service = directory({ storage: storage() });
    const results = await sendBulk(service, [
      postUser("ada", { [ENTERPRISE]: { manager: { value: "bulkId:ada" } } }),
      postGroup("self", ["bulkId:self", "bulkId:ada"]),
      patchOf("/Groups/bulkId:self", [{ op: "replace", path: "displayName", value: "x" }]),
    ]);
    expect(statuses(results)).toEqual(["201", "409", "409"]);
    const { json: ada } = await service.ask("GET", `/Users/${idOf(results[0])}`);
    expect(ada[ENTERPRISE].manager.value).toBe(ada.id);
    expect(results[1]).not.toHaveProperty("location");
    expect(results[1].response.detail).toContain("names the resource itself");
    expect(await countOf(service, "/Groups")).toBe(0);
  });

  test("are resolved as long as some order is left for the required ones, immutable ones included [P-3.7.1-01]", async () => {
    const service = directory({ resourceTypes: [Node], storage: storage() });
    const start = await service.ask("POST", "/Nodes", { schemas: ["urn:example:Node"], next: { value: "x" } });
    expect(start.status).toBe(400);
    const optional = await sendBulk(
      directory({ resourceTypes: [Node], storage: storage(), settings: { references: "ignore" } }),
      [
        postNode("a", { next: { value: "bulkId:b" }, link: "bulkId:a" }),
        postNode("b", { next: { value: "bulkId:c" }, others: [{ value: "bulkId:a", note: "n" }] }),
        postNode("c", {
          next: { value: "outside" },
          optional: { value: "bulkId:a", note: "kept" },
          fixed: { value: "bulkId:b" },
          links: ["bulkId:a", "bulkId:b"],
        }),
      ],
    );
    expect(statuses(optional)).toEqual(["201", "201", "201"]);
  });

  test("have every reference in its place afterwards, as id or as URL [P-3.7.1-01 P-3.7.2-02]", async () => {
    const service = directory({ resourceTypes: [Node], storage: storage(), settings: { references: "ignore" } });
    const results = await sendBulk(service, [
      postNode("a", { next: { value: "bulkId:b" }, link: "bulkId:a" }),
      postNode("b", { next: { value: "outside" }, others: [{ value: "bulkId:a", note: "n" }, { value: "x" }] }),
      postNode("c", {
        next: { value: "bulkId:a" },
        optional: { value: "bulkId:d", note: "kept" },
        fixed: { value: "bulkId:d" },
        links: ["bulkId:d", "https://example.com/scim/v2/Nodes/x", "bulkId:c"],
      }),
      postNode("d", { next: { value: "bulkId:c" } }),
    ]);
    expect(statuses(results)).toEqual(["201", "201", "201", "201"]);
    const [a, b, c, d] = await Promise.all(
      results.map(async (result) => (await service.ask("GET", `/Nodes/${idOf(result)}`)).json),
    );
    expect(a).toMatchObject({ next: { value: b.id }, link: results[0].location });
    expect(b.others).toEqual(
      expect.arrayContaining([
        { value: a.id, note: "n", $ref: results[0].location },
        expect.objectContaining({ value: "x" }),
      ]),
    );
    expect(c).toMatchObject({
      next: { value: a.id },
      optional: { value: d.id, note: "kept" },
      fixed: { value: d.id },
    });
    expect(new Set(c.links)).toEqual(
      new Set([results[3].location, "https://example.com/scim/v2/Nodes/x", results[2].location]),
    );
    expect(d.next.value).toBe(c.id);
  });

  test("through required attributes all the way cannot be resolved: 409 for each of them and what depends on them, and nothing is stored [P-3.7.1-01]", async () => {
    const service = directory({ resourceTypes: [Node], storage: storage(), settings: { references: "ignore" } });
    const results = await sendBulk(service, [
      postNode("a", { next: { value: "bulkId:b" } }),
      postNode("b", { next: { value: "bulkId:a" } }),
      postNode("self", { next: { value: "bulkId:self" } }),
      postNode("dependent", { next: { value: "bulkId:a" } }),
      postNode("free", { next: { value: "outside" } }),
    ]);
    expect(statuses(results)).toEqual(["409", "409", "409", "409", "201"]);
    expect(results[0].response.detail).toContain("required");
    expect(await countOf(service, "/Nodes")).toBe(1);
  });

  test("of which one operation fails are undone as a whole: its own error, 409 that names it for the others, and no event of a change [P-3.7.1-01 G-5]", async () => {
    const service = directory({ storage: storage() });
    const results = await sendBulk(service, [
      postGroup("before"),
      postGroup("a", ["bulkId:b"]),
      { ...postGroup("b", ["bulkId:c"]), data: { schemas: [GROUP], members: [{ value: "bulkId:c" }] } },
      postGroup("c", ["bulkId:a"]),
      postGroup("after", ["bulkId:before"]),
      postGroup("dependent", ["bulkId:a"]),
    ]);
    expect(statuses(results)).toEqual(["201", "409", "400", "409", "201", "409"]);
    for (const index of [1, 3]) expect(results[index].response.detail).toContain('"bulkId:b" (Operations[2])');
    const { json } = await service.ask("GET", "/Groups");
    expect(json.Resources.map(({ displayName }: { displayName: string }) => displayName).sort()).toEqual([
      "after",
      "before",
    ]);
    expect(service.events.filter(isChange).map(({ id }) => id)).toEqual([idOf(results[0]), idOf(results[4])]);
  });

  test("are told of after all is done: created and patched, each named by its operation [G-20 R-69]", async () => {
    const service = directory({ storage: storage() });
    await sendBulk(service, [postUser("x"), postGroup("a", ["bulkId:b"]), postGroup("b", ["bulkId:a"])]);
    const changes = service.events.filter(isChange);
    expect(changes.map(({ type }) => type)).toEqual(["created", "created", "created", "patched"]);
    const [request] = changes[0]?.transaction.split(":") ?? [];
    expect(changes.map(({ transaction }) => transaction)).toEqual([0, 2, 1, 2].map((index) => `${request}:${index}`));
  });

  test("are authorised one by one before anything is created, each with what it touches; one refusal refuses all [T-A11 T-G7]", async () => {
    const seen: unknown[] = [];
    const service = directory({
      storage: storage(),
      authorize: (operation) => {
        if (operation.type === "bulk") return;
        if (operation.type !== "create") throw new Error("only the creates are to be decided on");
        seen.push([operation.resourceTypes, operation.touches("members"), operation.touches("externalId")]);
        if (operation.touches("externalId")) throw errors.forbidden();
      },
    });
    const b = postGroup("b", ["bulkId:a"], { externalId: "b" });
    const results = await sendBulk(service, [postGroup("a", ["bulkId:b"]), b]);
    expect(statuses(results)).toEqual(["409", "403"]);
    expect(seen).toContainEqual([["Group"], true, true]);
    expect(service.events).toEqual([]);
  });

  test("count as so many errors when they fail [P-3.7-13]", async () => {
    const service = directory({ storage: storage() });
    const operations = [
      postGroup("a", ["bulkId:b"]),
      { ...postGroup("b"), data: { schemas: [GROUP], members: [{ value: "bulkId:a" }] } },
      postUser("ada"),
    ];
    expect(statuses(await sendBulk(service, operations, { failOnErrors: 2 }))).toEqual(["409", "400"]);
    expect(statuses(await sendBulk(service, operations, { failOnErrors: 3 }))).toEqual(["409", "400", "201"]);
  });
});

test("a circle over several adapters is resolved, and undone in all of them when it fails [P-3.7.1-01]", async () => {
  const Team = defineResourceType({
    name: "Team",
    schema: defineSchema({
      id: "urn:example:Team",
      name: "Team",
      attributes: {
        lead: {
          type: "complex",
          subAttributes: { value: { caseExact: true }, $ref: { type: "reference", referenceTypes: ["Player"] } },
        },
      },
    }),
  });
  const Player = defineResourceType({
    name: "Player",
    schema: defineSchema({
      id: "urn:example:Player",
      name: "Player",
      attributes: {
        name: { required: true },
        team: {
          type: "complex",
          subAttributes: { value: { caseExact: true }, $ref: { type: "reference", referenceTypes: ["Team"] } },
        },
      },
    }),
  });
  const service = directory({
    resourceTypes: [Team, Player],
    storage: { Team: memoryStorage(), Player: transactionalStorage() },
  });
  const circle = (player: object) => [
    {
      method: "POST",
      path: "/Teams",
      bulkId: "t",
      data: { schemas: ["urn:example:Team"], lead: { value: "bulkId:p" } },
    },
    {
      method: "POST",
      path: "/Players",
      bulkId: "p",
      data: { schemas: ["urn:example:Player"], team: { value: "bulkId:t" }, ...player },
    },
  ];
  const failed = await sendBulk(service, circle({}));
  expect(statuses(failed)).toEqual(["409", "400"]);
  expect([await countOf(service, "/Teams"), await countOf(service, "/Players")]).toEqual([0, 0]);
  const results = await sendBulk(service, circle({ name: "ada" }));
  expect(statuses(results)).toEqual(["201", "201"]);
  expect((await service.ask("GET", `/Teams/${idOf(results[0])}`)).json.lead.value).toBe(idOf(results[1]));
  expect((await service.ask("GET", `/Players/${idOf(results[1])}`)).json.team.value).toBe(idOf(results[0]));
});

function isChange(event: ScimEvent): event is Extract<ScimEvent, { readonly transaction: string }> {
  return "transaction" in event;
}
