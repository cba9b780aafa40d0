import { describe, expect, test } from "vitest";
import { createScim, Group, type Scim, type ScimOptions, User } from "../../src/index.ts";
import type { StorageAdapter } from "../../src/storage/adapter.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { exportResources, importResources, type TransferLine } from "../../src/transfer/index.ts";
import { GROUP, USER } from "../support/directory.ts";
import { withoutTransactions } from "../support/without-transactions.ts";

function serve(storage: StorageAdapter = memoryStorage(), more: Partial<ScimOptions> = {}): Scim {
  return createScim({
    resourceTypes: [User, Group],
    storage,
    baseUrl: "https://example.com/scim/v2",
    unsafeNoAuthentication: true,
    ...more,
  });
}

const user = (id: string, more: object = {}): TransferLine => ({
  resourceType: "User",
  resource: { schemas: [USER], id, userName: id, ...more },
});
const group = (id: string, ...members: readonly string[]): TransferLine => ({
  resourceType: "Group",
  resource: { schemas: [GROUP], id, displayName: id, members: members.map((value) => ({ value })) },
});

async function all<T>(lines: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const line of lines) collected.push(line);
  return collected;
}

/** Memory that cannot keep a reference to nothing, as under a foreign key. */
function strictMemory(): StorageAdapter {
  const memory = withoutTransactions(memoryStorage());
  const dropping = <R extends { readonly checkReferences: object }>(request: R): R => ({
    ...request,
    checkReferences: Object.fromEntries(Object.keys(request.checkReferences).map((name) => [name, "drop"])),
  });
  return {
    ...memory,
    capabilities: { ...memory.capabilities, danglingReferences: false },
    create: (request, context) => memory.create(dropping(request), context),
    replace: (request, context) => memory.replace(dropping(request), context),
  };
}

describe("importResources", () => {
  test("reads no faster than storage writes", async () => {
    let read = 0;
    let written = 0;
    let most = 0;
    const memory = withoutTransactions(memoryStorage());
    const slow: StorageAdapter = {
      ...memory,
      async create(request, context) {
        const stored = await memory.create(request, context);
        await new Promise((resolve) => setImmediate(resolve));
        written++;
        return stored;
      },
    };
    function* lines(): Generator<TransferLine> {
      for (; read < 500; read++) {
        most = Math.max(most, read - written);
        yield user(`u${read}`);
      }
    }
    const result = await importResources(serve(slow), lines(), { batchSize: 10, concurrency: 2 });
    expect(result).toMatchObject({ created: 500, failed: 0 });
    // The batches under way, the one that is collected, and the line in hand.
    expect(most).toBeLessThanOrEqual(31);
  });

  test("keeps lines that wait for later ones where they cannot be read again, and says which are too many", async () => {
    const scim = serve(strictMemory());
    const lines = [group("g1", "a", "b"), group("g2", "b", "nobody"), group("g3", "a"), user("a"), user("b")];
    const result = await importResources(scim, lines, { batchSize: 1, concurrency: 1, maxWaiting: 2 });
    expect(result).toMatchObject({ created: 5, failed: 0, isComplete: true });
    expect(result.problems.map(({ line, id }) => [line, id])).toEqual([
      [3, "g3"],
      [2, "g2"],
    ]);
    expect(result.problems[0]?.reason).toContain("maxWaiting");
    const groups = await all(exportResources(scim, { resourceTypes: ["Group"] }));
    const members = groups.map(({ resource }) => [resource.id, (resource.members as object[] | undefined)?.length]);
    expect(members).toEqual([
      ["g1", 2],
      ["g2", 1],
      ["g3", undefined],
    ]);
  });

  test("whose lines wait in memory begins before them where it begins again", async () => {
    const scim = serve(strictMemory());
    const lines = [user("a"), group("g1", "b"), user("c"), user("b")];
    const checkpoints: string[] = [];
    const onProgress = ({ checkpoint }: { readonly checkpoint: string }) => void checkpoints.push(checkpoint);
    await importResources(scim, lines.slice(0, 3), { batchSize: 1, concurrency: 1, onProgress });
    const before = checkpoints.find((checkpoint) => checkpoint.startsWith("[1,1,1,"));
    expect(before).toBeDefined();
    const result = await importResources(scim, lines, { after: before });
    expect(result).toMatchObject({ lines: 3, created: 1, replaced: 0, unchanged: 2, problems: [] });
    const [line] = await all(exportResources(scim, { resourceTypes: ["Group"] }));
    expect(line?.resource.members).toMatchObject([{ value: "b" }]);
  });

  test("ends at the first line that cannot be taken where it is told to, and can go on from there", async () => {
    const scim = serve();
    const lines = [user("a"), user("b"), user("", { userName: "x" }), user("c")];
    const stopped = await importResources(scim, lines, { stopOnError: true, batchSize: 1, concurrency: 1 });
    expect(stopped).toMatchObject({ created: 2, failed: 1, isComplete: false, problems: [{ line: 3 }] });
    lines[2] = user("x");
    const rest = await importResources(scim, lines, { after: stopped.checkpoint });
    expect(rest).toMatchObject({ lines: 2, created: 2, failed: 0, isComplete: true });
  });

  test("leaves resources that are there alone where it is told to", async () => {
    const scim = serve();
    await importResources(scim, [user("a", { nickName: "old" })]);
    const lines = [user("a", { nickName: "new" }), user("b")];
    expect(await importResources(scim, lines, { existing: "keep" })).toMatchObject({ created: 1, unchanged: 1 });
    const [line] = await all(exportResources(scim));
    expect(line?.resource.nickName).toBe("old");
  });

  test("asks idFor for lines without an id, and knows them again by it", async () => {
    const idFor: NonNullable<ScimOptions["idFor"]> = ({ resource }) => `id-${String(resource.externalId)}`;
    const scim = serve(memoryStorage(), { idFor });
    const line = { resourceType: "User", resource: { schemas: [USER], userName: "ada", externalId: "7" } };
    expect(await importResources(scim, [line])).toMatchObject({ created: 1, renamed: 0 });
    expect(await importResources(scim, [line])).toMatchObject({ created: 0, unchanged: 1 });
    expect((await all(exportResources(scim))).map(({ resource }) => resource.id)).toEqual(["id-7"]);
  });

  test("reads lines as the profile does, and says which attributes no schema names", async () => {
    const scim = serve();
    const lines = [user("a", { active: "False", shoeSize: 43 }), user("b", { shoeSize: 44 })];
    expect(await importResources(scim, lines)).toMatchObject({ created: 2, unknown: { "User.shoeSize": 2 } });
    expect((await all(exportResources(scim)))[0]?.resource.active).toBe(false);
  });

  test("tells no event, and asks neither authorize nor decide", async () => {
    const refuse = (): never => {
      throw new Error("asked");
    };
    const scim = serve(memoryStorage(), { onChange: refuse, onNotice: refuse, authorize: refuse, decide: refuse });
    const lines = [user("a"), group("g", "a", "nobody")];
    expect(await importResources(scim, lines)).toMatchObject({ created: 2, failed: 0, problems: [{ id: "g" }] });
  });

  test("takes hashes over, and lets storage hash what is clear; neither is in an export that nobody asked to have secrets", async () => {
    const from = memoryStorage({ hashSecret: (_, value) => `hash of ${value}` });
    await importResources(serve(from), [user("a", { password: "pw" })]);
    const lines = await all(exportResources(serve(from), { secrets: true }));
    expect(lines).toMatchObject([{ secrets: { password: "hash of pw" } }]);
    expect(JSON.stringify(await all(exportResources(serve(from))))).not.toContain("hash of");
    const to = memoryStorage({ hashSecret: () => "hashed again" });
    await importResources(serve(to), lines);
    expect(to.readSecret("User", "a", "password")).toBe("hash of pw");
    const without = await importResources(serve(), lines);
    expect(without).toMatchObject({ created: 1, secretsDropped: 1 });
    const wrong = await importResources(serve(to), [{ ...user("b"), secrets: { title: "x" } }]);
    expect(wrong.problems).toMatchObject([{ reason: "secrets may hold writeOnly attributes of User alone." }]);
  });

  test("ends with the reason of its signal, and with what storage throws that is no fault of a line", async () => {
    const controller = new AbortController();
    const reason = new Error("Enough.");
    const options = {
      batchSize: 1,
      concurrency: 1,
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    };
    await expect(importResources(serve(), [user("a"), user("b")], options)).rejects.toBe(reason);
    const gone = new Error("The database is gone.");
    const broken: StorageAdapter = {
      ...withoutTransactions(memoryStorage()),
      create: () => Promise.reject(gone),
    };
    await expect(importResources(serve(broken), [user("a")])).rejects.toBe(gone);
  });

  test.each([
    [{ batchSize: 0 }, /batchSize must be/],
    [{ concurrency: 1.5 }, /concurrency must be/],
    [{ after: "rubbish" }, /after must be a checkpoint/],
    [{ after: "[1,9,0,[],false]" }, /after must be a checkpoint/],
    [{ context: { tenant: "" } }, /tenant/],
  ])("refuses the options %j", async (options, message) => {
    await expect(importResources(serve(), [], options)).rejects.toThrow(message);
  });

  test("refuses what is no service provider, a copy of one included", async () => {
    await expect(importResources({ ...serve() }, [])).rejects.toThrow(/what createScim gave/);
  });
});

describe("exportResources", () => {
  const lines = [user("a"), user("b"), user("c"), group("g", "a", "b")];

  test.each([
    ["with an export of its own", (memory: StorageAdapter) => memory],
    [
      "that can page alone",
      ({
        name,
        contract,
        get,
        query,
        create,
        replace,
        delete: remove,
        capabilities,
      }: StorageAdapter): StorageAdapter => ({
        name,
        contract,
        ...(capabilities === undefined ? {} : { capabilities }),
        get,
        query,
        create,
        replace,
        delete: remove,
      }),
    ],
    [
      "that can page by index alone",
      ({ name, contract, get, query, create, replace, delete: remove }: StorageAdapter): StorageAdapter => ({
        name,
        contract,
        capabilities: { filter: true, sort: true, danglingReferences: true },
        get,
        query,
        create,
        replace,
        delete: remove,
      }),
    ],
  ])("gives all that storage %s has, and goes on behind any line", async (_, make) => {
    const memory = memoryStorage();
    const scim = serve(make(memory));
    await importResources(scim, lines);
    const exported = await all(exportResources(scim));
    expect(exported.map(({ resource }) => resource.id)).toEqual(["a", "b", "c", "g"]);
    expect(exported[3]?.resource).not.toHaveProperty("groups");
    expect(exported[0]?.resource).not.toHaveProperty("groups");
    const rest = await all(exportResources(scim, { after: { resourceType: "User", id: "b" } }));
    expect(rest).toEqual(exported.slice(2));
    expect(await all(exportResources(scim, { resourceTypes: ["Group"] }))).toEqual(exported.slice(3));
    const copy = serve();
    await importResources(copy, exported);
    expect(await all(exportResources(copy))).toEqual(exported);
  });

  test("refuses types that are not served, and secrets where storage cannot give them", async () => {
    const { exportTenant: _, ...memory } = memoryStorage();
    await expect(all(exportResources(serve(), { resourceTypes: ["Robot"] }))).rejects.toThrow(/no resource type Robot/);
    await expect(all(exportResources(serve(memory), { secrets: true }))).rejects.toThrow(/needs storage/);
    const after = { resourceType: "User", id: "nobody" };
    await expect(all(exportResources(serve(memory), { after }))).rejects.toThrow(/no longer there/);
  });
});
