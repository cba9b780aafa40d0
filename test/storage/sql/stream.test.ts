import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compileResourceType, Group as GroupDefinition, User as UserDefinition } from "../../../src/index.ts";
import { SELECT_ALL } from "../../../src/storage/adapter.ts";
import { mariadbEngines } from "./engines/mariadb.ts";
import { engines, type Opened } from "./engines.ts";

const Group = compileResourceType(GroupDefinition);
const User = compileResourceType(UserDefinition);
const AT = "2026-01-01T00:00:00Z";
const COUNT = 2500;
const meta = (resourceType: string) => ({ resourceType, created: AT, lastModified: AT });
const writes = { at: AT, checkReferences: {}, notify: () => {} };
const members = Array.from({ length: COUNT }, (_, index) => ({ value: `u${String(index).padStart(6, "0")}` }));

for (const engine of [...engines(), ...mariadbEngines()]) {
  describe(engine.name, () => {
    let opened: Opened;
    beforeAll(async () => {
      opened = await engine.open();
      for (const [id, list] of [
        ["large", members],
        ["other", members],
        ["small", members.slice(0, 3)],
      ] as const)
        await opened.storage.create(
          {
            resourceType: Group,
            resource: { schemas: [Group.urn], id, displayName: id, members: list, meta: meta("Group") },
            secrets: {},
            select: { includes: () => false },
            ...writes,
          },
          {},
        );
    });
    afterAll(() => engine.close());

    const read = async (id: string) => {
      const group = await opened.storage.get({ resourceType: Group, id, select: SELECT_ALL, stream: true }, {});
      return group?.members as AsyncIterable<{ value: string }> | { value: string }[];
    };
    const isStream = (value: object): boolean => Symbol.asyncIterator in value;
    const add = (value: string) =>
      opened.storage.applyDelta?.(
        {
          resourceType: Group,
          id: "large",
          attribute: Group.attribute("members") ?? expect.fail(),
          add: [{ value }],
          remove: [members[0]?.value],
          ...writes,
        },
        {},
      );

    test("hands out a large collection as a stream, a small one as an array", async () => {
      const large = await read("large");
      expect(isStream(large)).toBe(true);
      const values: string[] = [];
      for await (const element of large) values.push(element.value);
      expect(values).toEqual(members.map(({ value }) => value));
      expect(isStream(await read("small"))).toBe(false);
    });

    test("in a transaction a collection is an array, whatever its size: a stream would outlive it", async () => {
      const request = { resourceType: Group, id: "large", select: SELECT_ALL, stream: true };
      const found = await opened.storage.transaction?.((inner) => inner.get(request, {}), {});
      expect(found?.members).toHaveLength(COUNT);
    });

    test("a change before the first element is asked for is 503 for a page, with when to ask again, and nothing to one resource", async () => {
      const other = {
        resourceType: Group,
        id: "other",
        attribute: Group.attribute("members") ?? expect.fail(),
        ...writes,
      };
      const request = { resourceType: Group, select: SELECT_ALL, stream: true };
      const one = await opened.storage.get({ ...request, id: "other" }, {});
      const page = await opened.storage.query({ ...request, page: { startIndex: 1, count: 10 } }, {});
      const listed = page.resources.find(({ id }) => id === "other");
      await opened.storage.applyDelta?.({ ...other, add: [{ value: "zzz" }], remove: [] }, {});
      const values: unknown[] = [];
      for await (const { value } of one?.members as AsyncIterable<{ value: string }>) values.push({ value });
      expect(values).toEqual(members);
      const iterator = (listed?.members as AsyncIterable<unknown>)[Symbol.asyncIterator]();
      await expect(iterator.next()).rejects.toMatchObject({ status: 503, headers: { "Retry-After": "1" } });
      expect(await iterator.next()).toEqual({ done: true, value: undefined });
      await opened.storage.applyDelta?.({ ...other, add: [], remove: ["zzz"] }, {});
    });

    test("a stream is of one state, whatever is written meanwhile [G-15]", async () => {
      const values: string[] = [];
      for await (const element of await read("large")) {
        if (values.length === 10) await add("zzz");
        values.push(element.value);
      }
      expect(values).toEqual(members.map(({ value }) => value));
      const now: string[] = [];
      for await (const element of await read("large")) now.push(element.value);
      expect(now).toEqual([...members.slice(1).map(({ value }) => value), "zzz"]);
      await opened.storage.applyDelta?.(
        {
          resourceType: Group,
          id: "large",
          attribute: Group.attribute("members") ?? expect.fail(),
          add: [members[0] ?? {}],
          remove: ["zzz"],
          ...writes,
        },
        {},
      );
    });

    test("a stream that is left early, or never begun, leaves the tables to others", async () => {
      for (let round = 0; round < 40; round++) {
        const large = (await read("large")) as AsyncIterable<unknown>;
        if (round % 2 === 0) await large[Symbol.asyncIterator]().return?.();
        else for await (const _ of large) break;
      }
      expect(await opened.storage.get({ resourceType: User, id: "nobody", select: SELECT_ALL }, {})).toBeUndefined();
    });

    test("the streams of a page are of one state", async () => {
      const found = await opened.storage.query(
        { resourceType: Group, page: { startIndex: 1, count: 10 }, select: SELECT_ALL, stream: true },
        {},
      );
      const counts: Record<string, number> = {};
      for (const { id, members: list } of found.resources) {
        counts[id] = 0;
        for await (const _ of list as AsyncIterable<unknown>) counts[id]++;
      }
      expect(counts).toEqual({ large: COUNT, other: COUNT, small: 3 });
    });
  });
}
