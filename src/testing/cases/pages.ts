import { compareBy } from "../../filter/order.ts";
import type { ResourceObject } from "../../schema/value.ts";
import type { StoredResource } from "../../storage/adapter.ts";
import { chapter } from "../case.ts";
import { begun, must, mustBe, mustRefuse, outcomeOf } from "../failure.ts";
import { WARRANTY } from "../resource-types.ts";
import type { Subject } from "../subject.ts";

const pages = chapter({ name: "pages", needs: ["User.userName"] });
const sorting = chapter({ name: "sorting", features: ["sort"] });
const cursors = chapter({ name: "cursors", needs: ["User.userName", "User.displayName"], features: ["cursor"] });

async function users(subject: Subject, count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index++)
    ids.push((await subject.create("User", { userName: `u${index}`, displayName: `d${index % 3}` })).id);
  return ids;
}

pages.add("each page holds its part, and totalResults counts all [P-3.4.2-03]", async (subject) => {
  const ids = await users(subject, 10);
  const found: string[] = [];
  for (const [startIndex, due] of [
    [1, 4],
    [5, 4],
    [9, 2],
  ] as const) {
    const { resources, totalResults } = await subject.query("User", { page: { startIndex, count: 4 } });
    mustBe(resources.length, due, `the page from ${startIndex} with count 4 of 10 must have ${due} resources`);
    mustBe(totalResults, 10, "totalResults must count all that match, not the page");
    found.push(...resources.map(({ id }) => id));
  }
  mustBe(found.toSorted(), ids.toSorted(), "pages without a sort must hold every resource exactly once [P-3.4.2.3-08]");
});

pages.add("the order without a sort is the same on every query [P-3.4.2.3-08]", async (subject) => {
  await users(subject, 12);
  const first = await subject.find("User", undefined);
  mustBe(await subject.find("User", undefined), first, "the order without a sort must stay the same");
  const singles: string[] = [];
  for (let startIndex = 1; startIndex <= 12; startIndex++)
    singles.push(...(await subject.find("User", undefined, { page: { startIndex, count: 1 } })));
  mustBe(singles, first, "the order without a sort must not depend on the size of the page");
});

pages.add("count 0 gives no resource and the right total [P-3.4.2.4-03]", async (subject) => {
  await users(subject, 3);
  const { resources, totalResults } = await subject.query("User", { page: { startIndex: 1, count: 0 } });
  mustBe([resources.length, totalResults], [0, 3], "count 0 must give no resource and count all");
});

pages.add("a page beyond the end is empty and still counts all [P-3.4.2.4-06]", async (subject) => {
  await users(subject, 3);
  for (const startIndex of [4, 1000, 2 ** 31, Number.MAX_SAFE_INTEGER]) {
    const { resources, totalResults } = await subject.query("User", { page: { startIndex, count: 2 } });
    mustBe([resources.length, totalResults], [0, 3], `the page from ${startIndex} of 3 must be empty and count all`);
  }
});

pages.add("an empty store gives an empty page and the total 0 [P-3.4.2-06]", async (subject) => {
  const { resources, totalResults } = await subject.query("User");
  mustBe([resources, totalResults], [[], 0], "a query without resources must give an empty page and the total 0");
});

pages.add(
  "a page with a filter counts what matches the filter",
  async (subject) => {
    await users(subject, 9);
    for (const startIndex of [1, 2, 3, 4]) {
      const { resources, totalResults } = await subject.query("User", {
        filter: 'displayName eq "D1"',
        page: { startIndex, count: 1 },
      });
      mustBe(
        [resources.length, totalResults],
        [startIndex > 3 ? 0 : 1, 3],
        "filter first, then page; totalResults counts what matches the filter",
      );
    }
  },
  { features: ["filter"], needs: ["User.displayName"] },
);

pages.add(
  "a query finds resources of its own type only",
  async (subject) => {
    await users(subject, 2);
    await subject.create("Group", { displayName: "g" });
    mustBe((await subject.query("User")).totalResults, 2, "a query of Users must not count Groups");
    mustBe((await subject.query("Group")).totalResults, 1, "a query of Groups must not count Users");
  },
  { needs: ["Group.displayName"] },
);

pages.add("page and total come from one state while others write [G-14]", async (subject) => {
  const writes = begun(users(subject, 20));
  for (let round = 0; round < 10; round++) {
    const { resources, totalResults } = await subject.query("User");
    mustBe(totalResults, resources.length, "page and totalResults must come from one snapshot");
  }
  await writes;
});

pages.add("10 more rows than a page change no resource twice in it", async (subject) => {
  await users(subject, 30);
  const ids = await subject.find("User", undefined, { page: { startIndex: 1, count: 20 } });
  mustBe(new Set(ids).size, 20, "a page must not hold a resource twice");
});

/** Values of each type that a backend puts in an order of its own. */
const SORTED: readonly (readonly [what: string, by: string, rows: readonly ResourceObject[]])[] = [
  [
    "text without regard to case",
    "note",
    ["b", "A", "a", "B", "ä", "z", "Z", "_", "10", "9", ""].map((note) => ({ note })),
  ],
  [
    "case exact text by code point",
    "label",
    ["b", "A", "a", "B", "ä", "😀", "\uFFFD", "\uE000", "_"].map((label) => ({ label })),
  ],
  ["integers by value", "amount", [10, 9, -1, 0, Number.MAX_SAFE_INTEGER, 100].map((amount) => ({ amount }))],
  ["decimals by value", "weight", [1e21, 0.1, -0.5, 10, 9, 1e-7].map((weight) => ({ weight }))],
  [
    "instants in time order",
    "built",
    ["2024-01-01T00:00:00Z", "2024-01-01T00:30:00+01:00", "2024-01-01T00:00:00.5Z", "0001-01-01T00:00:00Z"].map(
      (built) => ({ built }),
    ),
  ],
  ["false before true", "retired", [true, false, true, false].map((retired) => ({ retired }))],
  [
    "references by their normal form",
    "page",
    ["https://b.example", "HTTPS://A.example", "urn:x"].map((page) => ({ page })),
  ],
  ["sub-attributes", "spec.maker", ["b", "A", "c"].map((maker) => ({ spec: { maker } }))],
  [
    "attributes of an extension",
    `${WARRANTY}:ends`,
    ["2025-01-01T00:00:00Z", "2024-01-01T00:00:00Z"].map((ends) => ({ [WARRANTY]: { ends } })),
  ],
  ["several values by the first", "keywords", [["b", "a"], ["a", "z"], ["c"]].map((keywords) => ({ keywords }))],
  [
    "several complex values by the primary one, or else the first [P-3.4.2.3-03]",
    "contacts",
    [
      { contacts: [{ value: "z" }, { value: "a", primary: true }] },
      { contacts: [{ value: "b" }, { value: "0" }] },
      { contacts: [{ type: "no value" }, { value: "y" }] },
      { contacts: [{ value: "c", primary: false }, { value: "1" }] },
      { contacts: [{ primary: true }, { value: "x" }] },
    ],
  ],
];

for (const [what, by, rows] of SORTED) {
  for (const descending of [false, true]) {
    const where = descending ? "missing values first" : "missing values last";
    sorting.add(
      `${what}, ${descending ? "descending" : "ascending"}, ${where}, ties by id [P-3.4.2.3-05 P-3.4.2.3-07 P-3.4.2.3-08]`,
      async (subject) => {
        const stored: StoredResource[] = [];
        for (const row of [{}, ...rows, ...rows, {}]) {
          const { id, meta } = await subject.create("Asset", row);
          stored.push({ ...row, id, meta, schemas: [] });
        }
        const sort = { path: subject.path("Asset", by), descending };
        const expected = stored.toSorted(compareBy(sort)).map(({ id }) => id);
        const number = (ids: readonly string[]) => ids.map((id) => stored.findIndex((row) => row.id === id));
        const rule = `a query sorted by ${by} must order by the comparison key, ${where}, ties by id in code point order (rows by number)`;
        mustBe(number(await subject.find("Asset", undefined, { sort })), number(expected), rule);
        const paged: string[] = [];
        for (let startIndex = 1; startIndex <= stored.length; startIndex += 3)
          paged.push(...(await subject.find("Asset", undefined, { sort, page: { startIndex, count: 3 } })));
        mustBe(number(paged), number(expected), `${rule}, on every page`);
      },
      { needs: [`Asset.${by}`] },
    );
  }
}

sorting.add(
  "ties are in one order on all pages [P-3.4.2.3-08]",
  async (subject) => {
    const ids = await users(subject, 9);
    const paged: string[] = [];
    for (let startIndex = 1; startIndex <= 9; startIndex++)
      paged.push(
        ...(await subject.find("User", undefined, { sort: { by: "displayName" }, page: { startIndex, count: 1 } })),
      );
    mustBe(paged.toSorted(), ids.toSorted(), "pages of a sort with ties must hold every resource exactly once");
    const whole = await subject.query("User", { sort: { by: "displayName" } });
    mustBe(
      paged,
      whole.resources.map(({ id }) => id),
      "ties must be in one order whatever the page",
    );
    const byId = whole.resources.filter(({ displayName }) => displayName === "d0").map(({ id }) => id);
    mustBe(byId, byId.toSorted(), "ties must be broken by id");
  },
  { needs: ["User.userName", "User.displayName"] },
);

sorting.add(
  "filter, then sort, then page",
  async (subject) => {
    await users(subject, 9);
    const { resources, totalResults } = await subject.query("User", {
      filter: 'displayName ne "d1"',
      sort: { by: "userName", descending: true },
      page: { startIndex: 2, count: 2 },
    });
    mustBe(
      [resources.map(({ userName }) => userName), totalResults],
      [["u6", "u5"], 6],
      "filter first, then sort, then page",
    );
  },
  { needs: ["User.userName", "User.displayName"], features: ["filter"] },
);

/** Reads a walk by cursor to its end; `between` runs after each page. */
async function walk(
  subject: Subject,
  count: number,
  options: Parameters<Subject["query"]>[1] = {},
  between: (page: number) => Promise<unknown> = async () => {},
): Promise<readonly string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  for (let page = 1; page < 100; page++) {
    const result = await subject.query("User", { ...options, page: { cursor, count } });
    must(
      result.resources.length <= count,
      "a cursor page must not be longer than count",
      `it has ${result.resources.length} resources`,
    );
    ids.push(...result.resources.map(({ id }) => id));
    if (result.nextCursor === undefined) return ids;
    must(result.resources.length > 0, "a page with a nextCursor must not be empty", "it is");
    cursor = result.nextCursor;
    await between(page);
  }
  must(false, "a cursor walk must come to an end", "it did not within 100 pages");
}

cursors.add("a walk meets every resource exactly once [G-13]", async (subject) => {
  const ids = await users(subject, 11);
  for (const count of [1, 3, 11, 12])
    mustBe(
      (await walk(subject, count)).toSorted(),
      ids.toSorted(),
      `a cursor walk in pages of ${count} must meet every resource exactly once`,
    );
});

cursors.add("the last page has no nextCursor, and neither has a page that holds all", async (subject) => {
  await users(subject, 4);
  mustBe(
    (await subject.query("User", { page: { cursor: undefined, count: 4 } })).nextCursor,
    undefined,
    "a page that holds all must have no nextCursor",
  );
  mustBe(
    (await subject.query("User", { page: { cursor: undefined, count: 10 } })).previousCursor,
    undefined,
    "the first page must have no previousCursor",
  );
});

cursors.add("an empty result is one empty page", async (subject) => {
  const { resources, nextCursor, previousCursor } = await subject.query("User", {
    page: { cursor: undefined, count: 5 },
  });
  mustBe(
    [resources, nextCursor, previousCursor],
    [[], undefined, undefined],
    "a walk over nothing must be one empty page",
  );
});

for (const sort of [
  undefined,
  { by: "displayName" },
  { by: "displayName", descending: true },
  { by: "userName" },
] as const) {
  const how =
    sort === undefined ? "without a sort" : `sorted by ${sort.by} ${"descending" in sort ? "descending" : "ascending"}`;
  const options = { sort };
  const features = sort === undefined ? [] : (["sort"] as const);
  cursors.add(
    `deletes meanwhile make a walk ${how} skip nothing [G-13]`,
    async (subject) => {
      const ids = await users(subject, 15);
      const order = await walk(subject, 100, options);
      const gone = new Set<string>();
      const met = await walk(subject, 3, options, async (page) => {
        for (const id of [order[page * 3 - 1], order[page * 3 - 2]]) {
          if (id === undefined) continue;
          gone.add(id);
          await subject.remove("User", id);
        }
      });
      const missed = ids.filter((id) => !gone.has(id) && !met.includes(id));
      mustBe(
        missed.length,
        0,
        "a walk must meet every resource that stays, whatever is deleted behind it: the cursor is a key, never an offset",
      );
      mustBe(new Set(met).size, met.length, "a walk must not meet a resource twice");
    },
    { features },
  );
  cursors.add(
    `inserts meanwhile make a walk ${how} repeat nothing [G-13]`,
    async (subject) => {
      const ids = await users(subject, 12);
      const met = await walk(subject, 3, options, async (page) => {
        if (page < 5)
          for (const name of ["!", "m", "~"])
            await subject.create("User", { userName: `${name}${page}`, displayName: name });
      });
      mustBe(
        ids.filter((id) => met.filter((other) => other === id).length !== 1).length,
        0,
        "a walk must meet every resource that was there before exactly once, whatever is inserted meanwhile",
      );
    },
    { features },
  );
  cursors.add(
    `previousCursor, where there is one, leads a walk ${how} back to the page before`,
    async (subject) => {
      await users(subject, 9);
      const first = await subject.query("User", { ...options, page: { cursor: undefined, count: 4 } });
      const second = await subject.query("User", { ...options, page: { cursor: first.nextCursor, count: 4 } });
      if (second.previousCursor === undefined) return;
      const back = await subject.query("User", { ...options, page: { cursor: second.previousCursor, count: 4 } });
      mustBe(
        back.resources.map(({ id }) => id),
        first.resources.map(({ id }) => id),
        "previousCursor must lead to the page before, in the same order",
      );
      const forth = await subject.query("User", { ...options, page: { cursor: back.nextCursor, count: 4 } });
      mustBe(
        forth.resources.map(({ id }) => id),
        second.resources.map(({ id }) => id),
        "nextCursor of the page before must lead forth again",
      );
    },
    { features },
  );
}

cursors.add("changes of the rows read already change nothing of the rest [G-13]", async (subject) => {
  const ids = await users(subject, 9);
  const met = await walk(subject, 2, {}, async (page) => {
    const id = ids[page - 1];
    if (id !== undefined) await subject.replace("User", id, { userName: `changed${page}`, displayName: "zz" });
  });
  mustBe(
    met.toSorted(),
    ids.toSorted(),
    "a walk without a sort must meet every resource exactly once, whatever is changed",
  );
});

cursors.add("the row that a cursor points at may be deleted [G-13]", async (subject) => {
  await users(subject, 6);
  const first = await subject.query("User", { page: { cursor: undefined, count: 3 } });
  for (const { id } of first.resources) await subject.remove("User", id);
  const second = await subject.query("User", { page: { cursor: first.nextCursor, count: 3 } });
  mustBe(second.resources.length, 3, "a cursor must lead on where the row that it points at is gone");
});

cursors.add(
  "a walk with a filter meets what matches",
  async (subject) => {
    await users(subject, 9);
    mustBe(
      (await walk(subject, 1, { filter: 'displayName eq "d1"' })).length,
      3,
      "a walk with a filter must meet what matches, and all of it",
    );
  },
  { features: ["filter"] },
);

cursors.add("a cursor that was not given out is refused with invalidCursor(), or leads nowhere", async (subject) => {
  await users(subject, 3);
  for (const cursor of ["", "x", "{}", "[]", "null", "[1]", '["<"]', "\u0000", "'; --"]) {
    const outcome = await outcomeOf(subject.query("User", { page: { cursor, count: 2 } }));
    if (outcome.error !== undefined)
      await mustRefuse(
        Promise.reject(outcome.error),
        "invalidCursor",
        "a cursor that was not given out must be refused with invalidCursor()",
      );
  }
});

cursors.add(
  "a cursor shows another tenant nothing of this one [G-22]",
  async (subject) => {
    await users(subject, 5);
    const { nextCursor } = await subject.query("User", { page: { cursor: undefined, count: 2 } });
    const outcome = await outcomeOf(
      subject.query("User", { page: { cursor: nextCursor, count: 2 }, context: await subject.tenant() }),
    );
    mustBe(outcome.value?.resources ?? [], [], "a cursor must not open the tenant that it comes from");
  },
  { features: ["tenants"] },
);

export const { cases: pageCases } = pages;
export const { cases: sortCases } = sorting;
export const { cases: cursorCases } = cursors;
