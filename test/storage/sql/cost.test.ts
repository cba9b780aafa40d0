import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { parseFilter } from "../../../src/filter/parser.ts";
import { resolveFilter } from "../../../src/filter/resolve.ts";
import { createScim, EnterpriseUserSchema, User as UserDefinition } from "../../../src/index.ts";
import type { StorageAdapter } from "../../../src/storage/adapter.ts";
import { callsOf, NOTHING, User } from "./calls.ts";
import { engines, type Sent } from "./engines.ts";
import { LARGE_APPLICATIONS, type LargeApplication, largeOf } from "./map/large.ts";

const DEFAULT = 10_000_000;
const USERS = 30;
/** A filter that no index answers, of so many comparisons. */
const costly = (comparisons: number): string =>
  Array.from({ length: comparisons }, (_, index) => `displayName ew "-${index}"`).join(" or ");

interface Asked {
  readonly storage: StorageAdapter;
  readonly sent: Sent[];
}

/** The tables of the package, and those of an application, with users in them. */
const tables: Readonly<Record<string, (engine: ReturnType<typeof engines>[number]) => Promise<Asked>>> = {
  "tables of its own": async (engine) => {
    const { storage, sent } = await engine.open();
    for (let index = 0; index < USERS; index++)
      await callsOf(storage).user(`u${index}`, { userName: `user${index}@example.com` });
    return { storage, sent };
  },
  "tables of an application": async (engine) => {
    const [, application] = LARGE_APPLICATIONS as readonly [LargeApplication, LargeApplication];
    // There is one more, who is in no group.
    const { storage, sent } = await largeOf(application, engine, USERS - 1, 1);
    return { storage, sent };
  },
};

describe.each(Object.entries(tables))("%s", (_name, open) => {
  for (const engine of engines().filter(({ name }) => name !== "PGlite"))
    describe(engine.name, () => {
      let asked: Asked;
      beforeAll(async () => {
        asked = await open(engine);
      });
      afterAll(() => engine.close());
      afterEach(() => {
        asked.sent.length = 0;
      });

      /** How many match, and the statements that it took. */
      async function find(filter: string, maxComparisons?: number) {
        asked.sent.length = 0;
        const { totalResults } = await asked.storage.query(
          {
            resourceType: User,
            filter: resolveFilter(parseFilter(filter), User),
            page: { startIndex: 1, count: 10 },
            select: NOTHING,
            maxComparisons,
          },
          {},
        );
        return { totalResults, statements: asked.sent.map(({ sql }) => sql) };
      }

      test("a filter that would cost more than it may is 400 tooMany, says what to do, and is compared with nothing", async () => {
        const { totalResults } = await find(costly(200), 200 * USERS);
        expect(totalResults).toBe(0);
        expect(asked.sent).toHaveLength(2);
        await expect(find(costly(200), 200 * USERS - 1)).rejects.toMatchObject({
          status: 400,
          scimType: "tooMany",
          detail: `The filter makes 200 comparisons of each resource that it looks at, more than ${200 * USERS - 1} in all (limits.comparisons). Send fewer at once, or add a term that must hold and can be looked up, such as userName eq.`,
        });
        expect(asked.sent).toHaveLength(1);
        expect(asked.sent[0]?.sql).not.toContain("-0");
        await expect(find(costly(1), USERS - 1)).rejects.toMatchObject({ scimType: "tooMany" });
        expect((await find(costly(1), USERS)).totalResults).toBe(0);
      });

      test("what an index narrows, though to many, is counted like all", async () => {
        for (const narrow of ['userName sw "user"', 'displayName sw "u"']) {
          const matching = (await find(narrow)).totalResults ?? 0;
          const filter = `${narrow} and (${costly(200)})`;
          expect((await find(filter, 201 * USERS)).totalResults).toBe(0);
          if (matching > 1)
            await expect(find(filter, 201 * matching - 1)).rejects.toMatchObject({ status: 400, scimType: "tooMany" });
        }
      });

      test("a service hands its limit down, and answers with what to do", async () => {
        const ask = (comparisons: number) =>
          createScim({
            resourceTypes: [UserDefinition.extend(EnterpriseUserSchema)],
            storage: asked.storage,
            baseUrl: "https://example.com",
            unsafeNoAuthentication: true,
            limits: { comparisons },
          }).handle({ method: "GET", url: `/Users?filter=${encodeURIComponent(costly(200))}`, headers: {} });
        expect(await ask(200 * USERS)).toMatchObject({ status: 200 });
        expect(await ask(200 * USERS - 1)).toMatchObject({ status: 400, body: expect.stringContaining("tooMany") });
      });

      test("a filter of few comparisons, or one that an index narrows, takes the statements that it took without a bound", async () => {
        for (const filter of [costly(1), costly(10), 'userName eq "user3@example.com"', 'id eq "x"']) {
          const { statements } = await find(filter, DEFAULT);
          expect(statements).toEqual((await find(filter)).statements);
          expect(statements).toHaveLength(1);
        }
        expect((await find(`userName eq "user3@example.com" and (${costly(200)})`, 1)).statements).toHaveLength(1);
        expect((await find(costly(11), DEFAULT)).statements).toHaveLength(2);
      });
    });
});
