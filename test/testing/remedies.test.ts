import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as filter from "../../src/filter/index.ts";
import type { Context } from "../../src/index.ts";
import * as scimkit from "../../src/index.ts";
import * as storage from "../../src/storage/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { type ConformanceOptions, printScoreCard, storageConformance } from "../../src/testing/index.ts";
import { REMEDIES } from "../../src/testing/remedy.ts";

const page = readFileSync(new URL("../../docs/writing-an-adapter.md", import.meta.url), "utf8");

/** Addresses of a page's headings, as GitHub makes them. */
const anchors = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, "")
    .replaceAll(" ", "-"),
);

/** Runs cases of the kit; gives the score card and the messages of those that fail. */
async function runKit(options: Partial<ConformanceOptions>, which: (title: string) => boolean) {
  const runs: (() => Promise<void>)[] = [];
  const kit = storageConformance({
    test: (title, run) => void (which(title) && runs.push(run)),
    factory: () => ({ storage: memoryStorage() }),
    runs: 5,
    seed: 1,
    ...options,
  });
  const messages: string[] = [];
  for (const run of runs) await run().catch((error: Error) => messages.push(error.message));
  return { kit, card: kit.scoreCard(), messages };
}

describe("the cases of the kit", () => {
  test("name the contract that they belong to, and those of a later one than the adapter's are left out", async () => {
    const { kit } = await runKit({}, () => false);
    expect(kit.cases.map(({ title }) => title)).toEqual(kit.titles);
    expect(new Set(kit.cases.map(({ contract }) => contract))).toEqual(new Set([1]));
    const early = { ...memoryStorage(), contract: 0 as 1 };
    const { card } = await runKit({ factory: () => ({ storage: early }) }, (title) => title.startsWith("create: "));
    const { leftOut, failed, passed } = card.chapters.find(({ name }) => name === "create") ?? {};
    expect([failed, passed]).toEqual([[], []]);
    expect(new Set(leftOut?.map(({ because }) => because))).toEqual(new Set(["the adapter keeps contract 0"]));
  });
});

describe("what helps with a failure of the kit", () => {
  test("is known of every chapter, on a heading that there is, by functions that there are", async () => {
    const { kit } = await runKit({}, () => false);
    const chapters = new Set(kit.titles.map((title) => title.slice(0, title.indexOf(": "))));
    expect(new Set(Object.keys(REMEDIES))).toEqual(chapters);
    const exported = new Set([...Object.keys(scimkit), ...Object.keys(storage), ...Object.keys(filter)]);
    for (const [chapter, { anchor, helper }] of Object.entries(REMEDIES)) {
      expect(anchors, chapter).toContain(anchor);
      for (const [, name = ""] of helper.matchAll(/`(?:throw )?(\w+)(?:\(|`)/g))
        expect(
          [
            ...exported,
            "structuredClone",
            "return",
            "notify",
            "untouched",
            "context",
            "capabilities",
            "work",
            "applyDelta",
            "accepts",
            "restores",
            "added",
            "removed",
          ],
          chapter,
        ).toContain(name);
    }
  });

  test("is named by the failure and by the score card", async () => {
    const memory = memoryStorage();
    const storage = { ...memory, replace: async () => undefined };
    const { card, messages } = await runKit({ factory: () => ({ storage }) }, (title) =>
      title.startsWith("uniqueness: "),
    );
    expect(messages.length).toBeGreaterThan(0);
    for (const message of messages)
      expect(message).toMatch(
        /\(seed 1\) See docs\/writing-an-adapter\.md#uniqueness: a unique index over `attribute\.key\(value\)`/,
      );
    expect(printScoreCard(card)).toContain("See docs/writing-an-adapter.md#uniqueness");
  });
});

describe("an adapter whose tenants must exist", () => {
  /** Memory that knows the tenants that were made, and refuses all others. */
  const strict = () => {
    const known = new Set<string>();
    const memory = memoryStorage();
    const checked = new Proxy(memory, {
      get(target, name, receiver) {
        const member: unknown = Reflect.get(target, name, receiver);
        if (typeof member !== "function" || /Tenant$|^reindex$/.test(String(name))) return member;
        return async (request: unknown, context: Context) => {
          if (context.tenant !== undefined && !known.has(context.tenant)) throw new Error("There is no such tenant.");
          return Reflect.apply(member, target, [request, context]);
        };
      },
    });
    return { known, checked };
  };
  const isPlain = (title: string): boolean => !/^(random|transactions): /.test(title);

  test("is given those that `context` makes, one for each name, in every case of the kit [G-22]", async () => {
    const { known, checked } = strict();
    const names: string[] = [];
    const { messages, card } = await runKit(
      {
        factory: () => ({ storage: checked }),
        async context(name) {
          names.push(name);
          const tenant = crypto.randomUUID();
          known.add(tenant);
          return { tenant };
        },
      },
      isPlain,
    );
    expect(messages).toEqual([]);
    expect(card.passed).toBeGreaterThan(300);
    expect(new Set(names).size).toBe(names.length);
  });

  test("fails without `context`, and is told of it [G-22]", async () => {
    const { checked } = strict();
    const { messages } = await runKit({ factory: () => ({ storage: checked }) }, (title) =>
      title.startsWith("tenants: get"),
    );
    expect(messages).toEqual([
      expect.stringMatching(/There is no such tenant.*where tenants must exist first, give the kit a `context`/),
    ]);
  });
});
