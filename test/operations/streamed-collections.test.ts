import { describe, expect, test } from "vitest";
import {
  createScim,
  defineResourceType,
  defineSchema,
  Group,
  type ScimResponse,
  type StoredResource,
  User,
} from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { BASE_URL, type Directory, directory, GROUP, USER } from "../support/directory.ts";
import { type BeforeElement, type StreamingStorage, streamingStorage } from "../support/streaming-storage.ts";

interface Streaming extends Directory {
  readonly storage: StreamingStorage;
  /** Asks without reading the body. */
  open(method: string, path: string, headers?: Readonly<Record<string, string>>): Promise<ScimResponse>;
}

/** Groups whose members are streamed. References are not checked, so that members need not exist. */
function streaming(before?: BeforeElement): Streaming {
  const storage = streamingStorage(before);
  const service = directory({ storage, settings: { references: "ignore" } });
  return {
    ...service,
    storage,
    open: (method, path, headers = {}) =>
      service.scim.handle({ method, url: `/scim/v2${path}`, headers: { authorization: "Bearer good", ...headers } }),
  };
}

async function group({ ask }: Pick<Directory, "ask">, displayName: string, size: number): Promise<string> {
  const members = Array.from({ length: size }, (_, index) => ({
    value: `user-${index}`,
    // Kept as sent, since there is nobody of that id.
    type: `User ${"ünï".repeat(15)}`,
  }));
  const { status, json } = await ask("POST", "/Groups", { schemas: [GROUP], displayName, members });
  expect(status).toBe(201);
  return json.id;
}

function reader(response: ScimResponse): ReadableStreamDefaultReader<Uint8Array> {
  if (typeof response.body !== "object") throw new Error("the body is not streamed");
  return response.body.getReader();
}

describe("a collection that storage streams", () => {
  const paths = (id: string): string[] => [
    `/Groups/${id}`,
    "/Groups",
    `/Groups/${id}?attributes=members.value`,
    `/Groups/${id}?attributes=members.display,displayName`,
    `/Groups?excludedAttributes=members.type`,
    `/Groups/${id}?attributes=displayName`,
    `/Groups/${id}?excludedAttributes=members`,
  ];
  test.each([
    0, 1, 3, 2000,
  ])("is answered as an array of %i elements would be, with $ref and selection", async (size) => {
    const ids: string[] = [];
    const answers = await Promise.all(
      [memoryStorage(), streamingStorage()].map(async (storage) => {
        let next = 0;
        const service = directory({
          storage,
          settings: { references: "ignore" },
          newId: () => `id-${next++}`,
          clock: { now: () => new Date("2026-01-31T09:30:00Z") },
        });
        ids.push(await group(service, "first", size));
        await group(service, "second", 2);
        await service.ask("POST", "/Users", { schemas: [USER], userName: "ada" });
        const found = [];
        for (const path of [...paths("id-0"), "/Users"]) {
          const { status, headers, json } = await service.ask("GET", path);
          found.push({ path, status, headers, json });
        }
        expect(service.events.filter(({ type }) => type === "fault")).toEqual([]);
        return found;
      }),
    );
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[0]?.[0]?.json.members?.length ?? 0).toBe(size);
  });

  test("that is empty is left out, as unassigned attributes are [S-2.5-04]", async () => {
    const service = streaming();
    const id = await group(service, "empty", 0);
    const { json } = await service.ask("GET", `/Groups/${id}`);
    expect(json).not.toHaveProperty("members");
    expect(Object.keys(json)).toEqual(["schemas", "id", "displayName", "meta"]);
    expect(service.storage.probe).toMatchObject({ taken: 1, finished: 1, open: 0 });
  });

  test("of which the selection leaves no element anything is left out too", async () => {
    const service = streaming();
    const { json: created } = await service.ask("POST", "/Groups", {
      schemas: [GROUP],
      displayName: "bare",
      members: [{ type: "User" }],
    });
    const { json } = await service.ask("GET", `/Groups/${created.id}?attributes=members.display`);
    expect(json).not.toHaveProperty("members");
  });

  test("that fits into one chunk makes a body of text, a larger one a stream of whole chunks", async () => {
    const service = streaming();
    const small = await service.open("GET", `/Groups/${await group(service, "small", 10)}`);
    expect(typeof small.body).toBe("string");
    const id = await group(service, "large", 5000);
    const large = reader(await service.open("GET", `/Groups/${id}`));
    const sizes: number[] = [];
    for (let chunk = await large.read(); !chunk.done; chunk = await large.read()) sizes.push(chunk.value.length);
    expect(sizes.length).toBeGreaterThan(10);
    for (const size of sizes.slice(0, -1)) {
      expect(size).toBeGreaterThanOrEqual(32_768);
      expect(size).toBeLessThan(65_536);
    }
    expect(service.storage.probe).toMatchObject({ finished: 2, freed: 0, open: 0 });
  });

  test("is asked for elements only while somebody reads [T-J1]", async () => {
    const service = streaming();
    const id = await group(service, "large", 5000);
    const { probe } = service.storage;
    const body = reader(await service.open("GET", `/Groups/${id}`));
    const first = probe.asked;
    expect(first).toBeLessThan(500);
    await new Promise((resolve) => setImmediate(resolve));
    expect(probe.asked).toBe(first);
    await body.read();
    // The first chunk was there already.
    expect(probe.asked).toBe(first);
    await body.read();
    expect(probe.asked).toBeGreaterThan(first);
    expect(probe.asked).toBeLessThan(2 * first + 100);
    await body.cancel();
    expect(probe).toMatchObject({ freed: 1, open: 0 });
  });

  test("is freed when the reader leaves half-way, also while an element is on its way, and that is no fault", async () => {
    let isStuck = false;
    const waiting: (() => void)[] = [];
    const service = streaming(() => (isStuck ? new Promise<void>((resolve) => waiting.push(resolve)) : undefined));
    const id = await group(service, "large", 5000);
    const body = reader(await service.open("GET", `/Groups/${id}`));
    await body.read();
    isStuck = true;
    const pending = body.read();
    await new Promise((resolve) => setImmediate(resolve));
    expect(waiting.length).toBe(1);
    await body.cancel();
    expect(service.storage.probe).toMatchObject({ freed: 1, open: 0 });
    waiting[0]?.();
    expect((await pending).done).toBe(true);
    await new Promise((resolve) => setImmediate(resolve));
    expect(service.storage.probe.freed).toBe(1);
    expect(service.events.filter(({ type }) => type === "fault")).toEqual([]);
  });

  test("that fails half-way breaks the body off and goes to the error event", async () => {
    const service = streaming((index) => {
      if (index === 3000) throw new Error("the cursor is gone");
    });
    const id = await group(service, "large", 5000);
    const body = reader(await service.open("GET", `/Groups/${id}`));
    await expect(
      (async () => {
        while (!(await body.read()).done);
      })(),
    ).rejects.toThrow("the cursor is gone");
    expect(service.events.filter(({ type }) => type === "fault")).toMatchObject([
      { error: new Error("the cursor is gone"), context: {} },
    ]);
  });

  test("that fails before anything is sent is a 500 like any other [P-3.12-01]", async () => {
    const service = streaming(() => {
      throw new Error("no cursor");
    });
    const id = await group(service, "small", 3);
    for (const path of [`/Groups/${id}`, "/Groups"]) {
      const answer = await service.ask("GET", path);
      expect(answer).toMatchObject({ status: 500, json: { status: "500" } });
      expect(answer.body).not.toContain("cursor");
    }
    expect(service.events.filter(({ type }) => type === "fault").length).toBe(2);
  });

  test("is never begun, but freed, where it is not shown: HEAD, 304, excludedAttributes", async () => {
    const service = streaming();
    const id = await group(service, "large", 100);
    const { headers } = await service.ask("GET", `/Groups/${id}?excludedAttributes=members`);
    expect(await service.open("HEAD", `/Groups/${id}`)).toMatchObject({ status: 200, body: undefined });
    expect(await service.open("HEAD", "/Groups")).toMatchObject({ status: 200, body: undefined });
    expect(await service.open("GET", `/Groups/${id}`, { "if-none-match": headers.ETag ?? "" })).toMatchObject({
      status: 304,
      body: undefined,
    });
    expect(service.storage.probe).toMatchObject({ taken: 4, asked: 0, freed: 4 });
  });

  test("of a page is read after that of the resource before, never at the same time", async () => {
    const service = streaming();
    for (const name of ["a", "b", "c"]) await group(service, name, 1500);
    const { json } = await service.ask("GET", "/Groups");
    expect(json.Resources.map(({ members }: { members: unknown[] }) => members.length)).toEqual([1500, 1500, 1500]);
    expect(service.storage.probe).toMatchObject({ taken: 3, finished: 3, mostOpen: 1 });
  });

  test("of a page that is not read on is freed, with those whose turn has not come", async () => {
    const service = streaming();
    for (const name of ["a", "b", "c"]) await group(service, name, 1500);
    const body = reader(await service.open("GET", "/Groups"));
    await body.read();
    await body.cancel();
    expect(service.storage.probe).toMatchObject({ taken: 3, finished: 0, freed: 3, open: 0 });
  });

  test("streams in the answers to PATCH and PUT that read the group back", async () => {
    const service = streaming();
    const id = await group(service, "team", 3);
    const values = (json: { members: { value: string }[] }): string[] => json.members.map(({ value }) => value);
    const patchOf = (Operations: unknown) => ({
      schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      Operations,
    });
    const added = await service.ask(
      "PATCH",
      `/Groups/${id}?attributes=members`,
      patchOf([{ op: "add", path: "members", value: [{ value: "user-9" }] }]),
    );
    expect(values(added.json)).toEqual(["user-0", "user-1", "user-2", "user-9"]);
    const renamed = await service.ask(
      "PATCH",
      `/Groups/${id}`,
      patchOf([{ op: "replace", path: "displayName", value: "x" }]),
    );
    expect(renamed.json).toMatchObject({ displayName: "x", members: added.json.members });
    const unchanged = await service.ask(
      "PATCH",
      `/Groups/${id}`,
      patchOf([{ op: "replace", path: "displayName", value: "x" }]),
    );
    expect(unchanged.json).toEqual(renamed.json);
    const { schemas, displayName, members } = renamed.json;
    const put = await service.ask("PUT", `/Groups/${id}`, { schemas, displayName, members });
    expect(put.json).toEqual(renamed.json);
    // Every one of the four answers came from a stream.
    expect(service.storage.probe).toMatchObject({ taken: 4, finished: 4 });
  });
});

test("a collection of an extension is streamed as well, and an empty one takes its extension with it [S-3-08]", async () => {
  const Extension = defineSchema({
    id: "urn:example:params:scim:schemas:extension:Seats",
    name: "Seats",
    attributes: {
      seats: {
        type: "complex",
        multiValued: true,
        scimkit: { collection: true },
        subAttributes: { value: { caseExact: true } },
      },
    },
  });
  const Room = defineResourceType({
    name: "Room",
    schema: defineSchema({
      id: "urn:example:params:scim:schemas:Room",
      name: "Room",
      attributes: { displayName: { required: true } },
    }),
  }).extend(Extension);
  const memory = memoryStorage();
  const asStream = (resource: StoredResource): StoredResource => {
    const { seats = [] } = (resource[Extension.id] ?? {}) as { seats?: readonly unknown[] };
    return {
      ...resource,
      [Extension.id]: {
        seats: (async function* () {
          yield* seats;
        })(),
      },
    };
  };
  const service = directory({
    resourceTypes: [Room],
    storage: {
      ...memory,
      get: async (request, context) => {
        const found = await memory.get(request, context);
        return found === undefined || request.stream !== true ? found : asStream(found);
      },
    },
  });
  for (const seats of [[], [{ value: "1A" }, { value: "1B" }]]) {
    const body = { schemas: [Room.schema.id], displayName: "hall", [Extension.id]: { seats } };
    const created = await service.ask("POST", "/Rooms", body);
    const read = await service.ask("GET", `/Rooms/${created.json.id}`);
    expect(read.json).toEqual(created.json);
    expect(read.json.schemas.length).toBe(seats.length === 0 ? 1 : 2);
  }
});

test("storage is asked for streams where a collection is only shown, for arrays where it is worked on", async () => {
  const memory = memoryStorage();
  const asked: string[] = [];
  const scim = createScim({
    resourceTypes: [User, Group],
    storage: {
      ...memory,
      get: (request, context) => {
        asked.push(`get ${request.stream === true}`);
        return memory.get(request, context);
      },
      query: (request, context) => {
        asked.push(`query ${request.stream === true}`);
        return memory.query(request, context);
      },
    },
    baseUrl: BASE_URL,
    authenticate: () => ({}),
  });
  const send = (method: string, url: string, body?: unknown) => scim.handle({ method, url, headers: {}, body });
  const created = await send("POST", "/scim/v2/Groups", { schemas: [GROUP], displayName: "a" });
  const { id } = JSON.parse(String(created.body)) as { id: string };
  await send("GET", `/scim/v2/Groups/${id}`);
  await send("GET", "/scim/v2/Groups");
  await send("PUT", `/scim/v2/Groups/${id}`, { schemas: [GROUP], displayName: "b" });
  expect(asked).toEqual(["get true", "query true", "get false"]);
});

describe("a page whose second resource fails while its client is still at the first", () => {
  test("is cut off once the client gets there, and nobody else hears of it", async () => {
    const at = "2026-01-31T09:30:00.000Z";
    const meta = { resourceType: "Group", created: at, lastModified: at, version: "1" };
    async function* members(size: number): AsyncGenerator<object> {
      for (let index = 0; index < size; index++) yield { value: `user-${index}`, display: "x".repeat(20) };
    }
    const failing = {
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error("the cursor is gone")) }),
    };
    // Wherever the end of a chunk falls.
    for (let size = 800; size < 1200; size += 4) {
      const resources = [
        { schemas: [GROUP], id: "a".repeat(250), members: members(size), meta },
        { schemas: [GROUP], id: "b", members: failing, meta, displayName: "b" },
      ] as unknown as readonly StoredResource[];
      const storage = { ...memoryStorage(), query: async () => ({ resources, totalResults: 2 }) };
      const { scim, events } = directory({ storage });
      const { body } = await scim.handle({
        method: "GET",
        url: "/scim/v2/Groups",
        headers: { authorization: "Bearer good" },
      });
      const reader = (body as ReadableStream<Uint8Array>).getReader();
      const read = async (): Promise<void> => {
        while (!(await reader.read()).done)
          for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
      };
      await expect(read()).rejects.toThrow("the cursor is gone");
      expect(events).toMatchObject([{ type: "fault", error: { message: "the cursor is gone" } }]);
    }
  });
});
