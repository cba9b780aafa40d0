import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createScim, type Scim, type ScimOptions } from "../../src/index.ts";
import type { StorageAdapter } from "../../src/storage/adapter.ts";
import { exportResources, type ImportOptions, importResources, type TransferLine } from "../../src/transfer/index.ts";
import { GROUP, USER } from "../support/directory.ts";
import { type Kind, kinds } from "./storages.ts";

const uuid = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
const TIMES = { created: "2020-01-02T03:04:05.000Z", lastModified: "2021-01-02T03:04:05.000Z" };

function user(number: number, more: object = {}): TransferLine {
  return {
    resourceType: "User",
    resource: {
      schemas: [USER],
      id: uuid(number),
      userName: `user${number}@example.com`,
      active: true,
      meta: { ...TIMES, version: "7" },
      ...more,
    },
  };
}

function group(number: number, members: readonly number[], more: object = {}): TransferLine {
  return {
    resourceType: "Group",
    resource: {
      schemas: [GROUP],
      id: uuid(number),
      displayName: `Group ${number}`,
      members: members.map((value) => ({ value: uuid(value) })),
      ...more,
    },
  };
}

function serve(storage: StorageAdapter, kind: Pick<Kind, "resourceTypes">, more: Partial<ScimOptions> = {}): Scim {
  return createScim({
    resourceTypes: kind.resourceTypes,
    storage,
    baseUrl: "https://example.com/scim/v2",
    unsafeNoAuthentication: true,
    ...more,
  });
}

async function all<T>(lines: AsyncIterable<T>): Promise<readonly T[]> {
  const collected: T[] = [];
  for await (const line of lines) collected.push(line);
  return collected;
}

async function stateOf(scim: Scim, context: object): Promise<readonly TransferLine[]> {
  return all(exportResources(scim, { context }));
}

/** The members of each group by the names of users and groups, whatever their ids. */
async function membersByName(scim: Scim, context: object): Promise<Record<string, readonly string[]>> {
  const lines = await stateOf(scim, context);
  const names = new Map(lines.map(({ resource }) => [resource.id, String(resource.userName ?? resource.displayName)]));
  const groups = lines.filter(({ resourceType }) => resourceType === "Group");
  return Object.fromEntries(
    groups.map(({ resource }) => [
      String(resource.displayName),
      ((resource.members ?? []) as readonly { readonly value: string }[])
        .map(({ value }) => names.get(value) ?? "nobody")
        .toSorted(),
    ]),
  );
}

describe.each(kinds())("a directory moves to $name", (kind) => {
  let storage: Awaited<ReturnType<Kind["open"]>>;
  let scim: Scim;
  let tenants = 0;
  beforeAll(async () => {
    storage = await kind.open();
    scim = serve(storage, kind);
  });
  afterAll(() => kind.close());

  /** A tenant that nobody has had; where there is one tenant only, another storage. */
  async function context(): Promise<{ readonly tenant?: string }> {
    if (storage.capabilities?.tenants !== false) return { tenant: `moved-${++tenants}` };
    storage = await kind.open();
    scim = serve(storage, kind);
    return {};
  }
  const take = async (lines: readonly TransferLine[], options: ImportOptions) =>
    importResources(scim, () => lines, { batchSize: 3, ...options });

  test("with its times, and with groups that come before their members and in circles", async () => {
    const own = await context();
    const lines = [group(100, [1, 2, 101]), group(101, [100, 3]), user(1), user(2), user(3), user(4)];
    const result = await take(lines, { context: own });
    expect(result).toMatchObject({ lines: 6, created: 6, replaced: 0, failed: 0, problems: [], isComplete: true });
    expect(result.renamed).toBe(kind.keepsIds ? 0 : 6);
    expect(await membersByName(scim, own)).toEqual({
      "Group 100": ["Group 101", "user1@example.com", "user2@example.com"],
      "Group 101": ["Group 100", "user3@example.com"],
    });
    const users = (await stateOf(scim, own)).filter(({ resourceType }) => resourceType === "User");
    for (const { resource } of users) expect(resource.meta).toMatchObject({ ...TIMES, version: "7" });
    if (kind.keepsIds) expect(users.map(({ resource }) => resource.id)).toEqual([1, 2, 3, 4].map(uuid));
  });

  test("twice, and the second time changes nothing", async () => {
    const own = await context();
    const lines = [group(100, [1, 2]), user(1, { externalId: "e1" }), user(2)];
    await take(lines, { context: own });
    const before = await stateOf(scim, own);
    if (kind.keepsIds || storage.ledger !== undefined) {
      expect(await take(lines, { context: own })).toMatchObject({ created: 0, replaced: 0, unchanged: 3, failed: 0 });
      expect(await stateOf(scim, own)).toEqual(before);
      const changed = [user(1, { externalId: "e2" }), user(2), user(3)];
      expect(await take(changed, { context: own })).toMatchObject({ created: 1, replaced: 1, unchanged: 1, failed: 0 });
    }
  });

  test("but for lines that nobody can take, which are told of by number and reason", async () => {
    const own = await context();
    const lines: readonly (TransferLine | string)[] = [
      user(1),
      "{ no JSON",
      "",
      { resourceType: "Robot", resource: {} },
      user(2, { userName: undefined }),
      user(3, { userName: "USER1@example.com" }),
      JSON.stringify(user(4)),
      group(100, [1, 99]),
      user(5, { id: "a\u0000b" }),
    ];
    const told: unknown[] = [];
    const result = await importResources(scim, () => lines, {
      context: own,
      onProblem: (problem) => told.push(problem),
    });
    expect(result).toMatchObject({ lines: 8, created: 3, failed: 5, isComplete: true });
    expect(result.problems).toEqual(told);
    expect(result.problems.map(({ line, reason }) => [line, reason])).toEqual(
      expect.arrayContaining([
        [2, "The line is not valid JSON."],
        [4, "resourceType must be one of: User, Group."],
        [5, expect.stringContaining("userName is required")],
        [6, expect.stringContaining("userName must be unique")],
        [9, expect.stringContaining("id must be 1 to 255 printable characters")],
        [
          storage.capabilities?.danglingReferences === true ? undefined : 8,
          expect.stringContaining("members names no resource that is there"),
        ],
      ]),
    );
    expect(result.problems).toHaveLength(6);
    // By the ids of the lines, whatever ids storage has given in their place.
    const inFile = lines.map((line) => (typeof line === "string" ? undefined : line.resource.id));
    for (const { line, id } of result.problems) if (line !== undefined) expect(id).toBe(inFile[line - 1]);
    expect(await membersByName(scim, own)).toEqual({ "Group 100": ["user1@example.com"] });
  });

  test("and goes on behind a checkpoint where it broke off, to the same end", async () => {
    const own = await context();
    // Who makes ids and remembers none cannot tell what it has taken.
    if (!kind.keepsIds && storage.ledger === undefined) return;
    const lines = [group(100, [1, 8]), ...Array.from({ length: 8 }, (_, index) => user(index + 1))];
    const checkpoints: string[] = [];
    const ending = new Error("The power went.");
    async function* until(number: number): AsyncGenerator<TransferLine> {
      yield* lines.slice(0, number);
      throw ending;
    }
    const broken = importResources(scim, () => until(5), {
      context: own,
      batchSize: 2,
      concurrency: 1,
      onProgress: ({ checkpoint }) => checkpoints.push(checkpoint),
    });
    await expect(broken).rejects.toBe(ending);
    const after = checkpoints.at(-1);
    const result = await take(lines, { context: own, batchSize: 2, ...(after === undefined ? {} : { after }) });
    expect(result).toMatchObject({ failed: 0, problems: [], isComplete: true });
    expect(result.lines).toBeLessThan(lines.length);
    expect(await membersByName(scim, own)).toEqual({ "Group 100": ["user1@example.com", "user8@example.com"] });
    expect((await stateOf(scim, own)).length).toBe(lines.length);
    expect(await take(lines, { context: own, after: result.checkpoint })).toMatchObject({ lines: 0, problems: [] });
  });
});
