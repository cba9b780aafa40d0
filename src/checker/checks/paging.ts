import { freeText, usersOf } from "../attributes.ts";
import type { Check } from "../check.ts";
import { expectList, expectNoFault, isStatus, needList, told } from "../judge.ts";
import type { Answer, Workbench } from "../workbench.ts";
import { isDeclined } from "./filters/declined.ts";
import { idsOf } from "./filters/search.ts";
import { marked } from "./marked.ts";

const section = "RFC 7644 §3.4.2.4";

/** Three users, whom pages of two do not hold, and the filter that finds them alone; without one they are among all others. */
interface Three {
  readonly filter: string | undefined;
}

/** Makes them; where the server has no filter for them, or declines it, pages are tried on all users of the server. */
async function three(bench: Workbench): Promise<Three> {
  bench.needs("pagination.index");
  const bodies = [{}, {}, {}];
  if (bench.has("filter")) {
    const plain = `${freeText(bench)} eq "x"`;
    if (!isDeclined(await bench.get(usersOf(bench), { filter: plain }))) return marked(bench, usersOf(bench), bodies);
  }
  for (const body of bodies) await bench.user(body);
  return { filter: undefined };
}

const page = (bench: Workbench, { filter }: Three, query: Record<string, string | number>) =>
  bench.get(usersOf(bench), { filter, ...query });

/** Who is on a page, in one text that can be compared: no order is promised where none is asked for. */
const setOf = (answer: Answer) => [...idsOf(answer)].sort().join();

/** Fails unless a page without resources counts as the first one does; whether that one is right is for `paging/total` to say. */
async function expectTotal(bench: Workbench, made: Three, answer: Answer): Promise<void> {
  const first = await page(bench, made, { startIndex: 1, count: 2 });
  const [seen, right] = [answer, first].map(({ body }) => Number(body.totalResults));
  bench.expect(seen === right, `totalResults is ${seen}.`, `It is ${right}, as on the first page.`, answer);
}

/** Ends the check as blocked where a page is longer than it was asked for, which `paging/count` says. */
function needCut(bench: Workbench, ...pages: readonly Answer[]): void {
  if (pages.some((one) => idsOf(one).length > 2)) bench.block("A page has more resources than count says.");
}

/** RFC 7644 §3.4.2.4: pages by index. */
export const pagingChecks: readonly Check[] = [
  {
    id: "paging/all-once",
    title: "Over all pages every resource comes once.",
    level: "client",
    clients: ["okta", "onelogin", "sailpoint"],
    requirements: ["P-3.4.2.3-08", "P-3.4.2.4-01"],
    section,
    suffers: "People are missing from what the client reads, and it takes them for deleted or creates them again.",
    misses: "Directories in which many have been created in the same millisecond.",
    async run(bench) {
      const made = await three(bench);
      const first = await page(bench, made, { startIndex: 1, count: 2 });
      const second = await page(bench, made, { startIndex: 3, count: 2 });
      needCut(bench, first, second);
      const ids = [...needList(bench, first), ...needList(bench, second)].map(({ id }) => String(id));
      const right = "Each of the three is on one page of two.";
      bench.expect(new Set(ids).size === ids.length, "A user is on both pages.", right, first, second);
      const isAll = made.filter === undefined ? ids.length >= 3 : ids.length === 3;
      bench.expect(isAll, `The pages have ${ids.length} of 3 users.`, right, first, second);
    },
  },
  {
    id: "paging/count",
    title: "A page has as many resources as count says, at most.",
    level: "must",
    requirements: ["P-3.4.2.4-02"],
    section,
    suffers: "Clients run out of memory, or read the same accounts again and again.",
    misses: "Counts that are larger than what there is.",
    async run(bench) {
      const made = await three(bench);
      for (const count of [1, 2]) {
        const answer = await page(bench, made, { startIndex: 1, count });
        const found = needList(bench, answer).length;
        bench.expect(found <= count, `A page of ${count} has ${found}.`, `It has ${count} at most.`, answer);
        bench.expect(found > 0, `A page of ${count} is empty.`, "Three match: there is a first page.", answer);
      }
    },
  },
  {
    id: "paging/total",
    title: "totalResults counts all that match, not those of the page.",
    level: "must",
    requirements: ["P-3.4.2-03"],
    section: "RFC 7644 §3.4.2",
    suffers: "Clients stop after the first page, and take everybody else for deleted.",
    misses: "Totals that change while pages are read.",
    async run(bench) {
      const made = await three(bench);
      const answer = await page(bench, made, { startIndex: 1, count: 2 });
      needList(bench, answer);
      const total = answer.body.totalResults;
      const isRight = made.filter === undefined ? Number(total) >= 3 : Number(total) === 3;
      bench.expect(isRight, `totalResults is ${JSON.stringify(total)}.`, "Three match.", answer);
    },
  },
  {
    id: "paging/numbers",
    title: "A page that is not all has startIndex and itemsPerPage.",
    level: "must",
    requirements: ["P-3.4.2-05", "S-2.3.4-02"],
    section: "RFC 7644 §3.4.2",
    suffers: "Okta's test of a new connection fails, and clients do not know where the next page begins.",
    misses: "Pages that are all, where the two may be left out.",
    async run(bench) {
      const made = await three(bench);
      const answer = await page(bench, made, { startIndex: 2, count: 1 });
      needList(bench, answer);
      for (const name of ["totalResults", "startIndex", "itemsPerPage"]) {
        const value = answer.body[name];
        bench.expect(Number.isInteger(value), `${name} is ${JSON.stringify(value)}.`, "It is a whole number.", answer);
      }
    },
  },
  {
    id: "paging/start-echoed",
    title: "startIndex in the answer is that of the page's first resource.",
    level: "must",
    requirements: ["P-3.4.2.4-06", "P-3.4.2-05"],
    section: "RFC 7644 §3.4.2",
    suffers: "Entra ID's validator fails, and clients that count on from it read pages again or leave some out.",
    misses: "Pages past the end.",
    async run(bench) {
      const made = await three(bench);
      const answer = await page(bench, made, { startIndex: 2, count: 1 });
      needList(bench, answer);
      const { startIndex } = answer.body;
      if (startIndex === undefined) bench.block("The page has no startIndex.");
      bench.expect(Number(startIndex) === 2, `startIndex is ${startIndex}.`, "The page begins at 2.", answer);
    },
  },
  {
    id: "paging/items-counted",
    title: "itemsPerPage is how many resources are on the page.",
    level: "must",
    requirements: ["P-3.4.2.4-05", "P-3.4.2-05"],
    section: "RFC 7644 §3.4.2",
    suffers: "Clients that count on by it leave accounts out on the last page.",
    misses: "Pages past the end.",
    async run(bench) {
      const made = await three(bench);
      const answer = await page(bench, made, { startIndex: 3, count: 2 });
      const found = needList(bench, answer).length;
      const { itemsPerPage } = answer.body;
      if (itemsPerPage === undefined) bench.block("The page has no itemsPerPage.");
      bench.expect(
        Number(itemsPerPage) === found,
        `itemsPerPage is ${itemsPerPage}, and ${found} are there.`,
        "They are one number.",
        answer,
      );
    },
  },
  {
    id: "paging/start-below-one",
    title: "A startIndex of 0 or below is 1.",
    level: "must",
    requirements: ["P-3.4.2.4-01", "R-22"],
    section,
    suffers: "Clients that count from 0 are refused, or miss the first account.",
    misses: "Numbers beyond what an integer of the database holds.",
    async run(bench) {
      const made = await three(bench);
      const first = setOf(await page(bench, made, { startIndex: 1, count: 3 }));
      for (const startIndex of [0, -5]) {
        const answer = await page(bench, made, { startIndex, count: 3 });
        expectList(bench, answer);
        bench.expect(setOf(answer) === first, `startIndex=${startIndex} is another page.`, "It is the first.", answer);
      }
    },
  },
  {
    id: "paging/start-default",
    title: "Without a startIndex the first page is answered.",
    level: "must",
    requirements: ["P-3.4.2.4-01"],
    section,
    suffers: "Clients that ask for a count alone get something else than the beginning.",
    misses: "A count that is left out, for which each server has its own.",
    async run(bench) {
      const made = await three(bench);
      const first = setOf(await page(bench, made, { startIndex: 1, count: 3 }));
      const answer = await page(bench, made, { count: 3 });
      expectList(bench, answer);
      if (answer.body.nextCursor !== undefined) bench.skip("The server pages by cursor where nothing is said.");
      bench.expect(setOf(answer) === first, "It is another page than that of 1.", "It is the first page.", answer);
    },
  },
  {
    id: "paging/count-zero",
    title: "A count of 0 gives the total and no resource.",
    level: "must",
    requirements: ["P-3.4.2.4-03", "R-21"],
    section,
    suffers: "Clients that only want to know how many there are read all of them, or are refused.",
    misses: "Totals that are estimated.",
    async run(bench) {
      const made = await three(bench);
      const answer = await page(bench, made, { startIndex: 1, count: 0 });
      bench.expect(answer.status === 200, told(answer), "200, with totalResults.", answer);
      const found = idsOf(answer).length;
      bench.expect(found === 0, `${found} are on a page of 0.`, "None is there.", answer);
      await expectTotal(bench, made, answer);
    },
  },
  {
    id: "paging/count-negative",
    title: "A count below 0 is 0.",
    level: "must",
    requirements: ["P-3.4.2.4-03", "R-21"],
    section,
    suffers: "A fault in a client's sum is answered by the whole directory, or breaks the server.",
    misses: "Other numbers than -1.",
    async run(bench) {
      const made = await three(bench);
      const answer = await page(bench, made, { startIndex: 1, count: -1 });
      bench.expect(answer.status === 200, told(answer), "200, as for a count of 0.", answer);
      const found = idsOf(answer).length;
      bench.expect(found === 0, `${found} are on the page.`, "None is there.", answer);
    },
  },
  {
    id: "paging/past-end",
    title: "Past the end the page is empty, and no error.",
    level: "should",
    requirements: ["P-3.4.2.4-06", "R-22"],
    section,
    suffers: "Clients that read until a page is empty, as Okta does, end with an error and import nothing.",
    misses: "A server that answers the last page once more where the number is just past it.",
    async run(bench) {
      const made = await three(bench);
      const first = await page(bench, made, { startIndex: 1, count: 2 });
      const startIndex = 1000 + (made.filter === undefined ? Number(first.body.totalResults ?? 0) : 0);
      const answer = await page(bench, made, { startIndex, count: 2 });
      bench.expect(answer.status === 200, told(answer), "200, and a list of none.", answer);
      bench.expect(idsOf(answer).length === 0, "The page has resources.", "Fewer match: none is there.", answer);
      await expectTotal(bench, made, answer);
    },
  },
  {
    id: "paging/not-a-number",
    title: "A startIndex or count that is no number is refused, and breaks nothing.",
    level: "should",
    requirements: ["P-3.4.2.4-07", "P-3.4.2-07"],
    section,
    suffers: "A fault in a client breaks the server, or is answered by another page.",
    misses: "Numbers with a fraction.",
    async run(bench) {
      bench.needs("pagination.index");
      for (const query of [{ startIndex: "x" }, { startIndex: 1, count: "abc" }]) {
        const answer = await bench.get(usersOf(bench), query);
        expectNoFault(bench, answer, JSON.stringify(query));
        bench.expect(isStatus(answer, 400), told(answer), "400: it is no number.", answer);
      }
    },
  },
  {
    id: "paging/max-results",
    title: "No page has more than filter.maxResults announces.",
    level: "must",
    requirements: ["P-3.4.2.4-04", "S-5-06", "S-5-10"],
    section: "RFC 7643 §5",
    suffers: "Clients that reserve room for what is announced run over.",
    misses: "Servers that announce more than this check dares to read, or have fewer resources than that.",
    async run(bench) {
      bench.needs("pagination.index");
      const { maxResults } = bench.facts;
      if (maxResults === undefined || maxResults > 500)
        bench.skip("The server announces no maximum, or a very large one.");
      const answer = await bench.get(usersOf(bench), {
        startIndex: 1,
        count: 2 * Number(maxResults),
        attributes: "id",
      });
      if (answer.status === 400) bench.skip("The server refuses counts above its maximum.");
      const found = needList(bench, answer).length;
      bench.expect(found <= Number(maxResults), `A page has ${found}.`, `It has ${maxResults} at most.`, answer);
    },
  },
  {
    id: "paging/count-large",
    title: "A count above the maximum is cut to it, and no error.",
    level: "should",
    requirements: ["P-3.4.2.4-02", "R-21"],
    section,
    suffers: "Clients whose page is larger than the server's cannot read at all.",
    misses: "Counts beyond what an integer of the database holds.",
    async run(bench) {
      const made = await three(bench);
      const answer = await page(bench, made, { startIndex: 1, count: 100_000 });
      bench.expect(answer.status === 200, told(answer), "Fewer may be answered than are asked for: 200.", answer);
    },
  },
  {
    id: "paging/stable",
    title: "The same page has the same resources in the same order, with no order asked for.",
    level: "client",
    requirements: ["P-3.4.2.3-08", "Q32"],
    section: "RFC 7644 §3.4.2.3",
    clients: ["okta", "sailpoint"],
    suffers: "Okta and SailPoint read some accounts twice and others not at all, and delete those.",
    misses: "An order that is lost only under load.",
    async run(bench) {
      const made = await three(bench);
      const first = await page(bench, made, { startIndex: 1, count: 2 });
      needList(bench, first);
      const again = await page(bench, made, { startIndex: 1, count: 2 });
      const isSame = idsOf(first).join() === idsOf(again).join();
      bench.expect(
        isSame,
        "Read twice it has other resources, or another order.",
        "Nothing has changed.",
        first,
        again,
      );
    },
  },
];
