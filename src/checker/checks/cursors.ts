import { usersOf } from "../attributes.ts";
import type { Check } from "../check.ts";
import { expectError, expectList, isFault, isRefused, needList, told } from "../judge.ts";
import type { Answer, Workbench } from "../workbench.ts";
import { idsOf } from "./filters/search.ts";
import { type Marked, marked } from "./marked.ts";

const section = "RFC 9865 §2";

/** In seconds: a run does not wait longer for a cursor to expire. */
const LONGEST_WAIT = 10;

/** Three users, whom pages of two do not hold. */
async function three(bench: Workbench): Promise<Marked> {
  bench.needs("pagination.cursor");
  return marked(bench, usersOf(bench), [{}, {}, {}]);
}

const page = (bench: Workbench, { filter }: Marked, cursor: unknown, count = 2) =>
  bench.get(usersOf(bench), { filter, count, cursor: String(cursor) });

/** A first page that has a next one; ends the check as blocked where it has none. */
async function firstPage(bench: Workbench, made: Marked): Promise<{ answer: Answer; cursor: string }> {
  const answer = await page(bench, made, "");
  needList(bench, answer);
  const { nextCursor } = answer.body;
  if (typeof nextCursor !== "string" || nextCursor === "") bench.block("The first page of two has no nextCursor.");
  return { answer, cursor: String(nextCursor) };
}

/** RFC 9865: pages by cursor. */
export const cursorChecks: readonly Check[] = [
  {
    id: "cursor/first",
    title: "An empty cursor asks for the first page, which has a nextCursor where more follow.",
    level: "must",
    requirements: ["C-2-01", "C-2-02", "C-2-07"],
    section,
    suffers: "Clients stop after the first page, and take everybody else for deleted.",
    misses: "A parameter `cursor` without a value and without =.",
    async run(bench) {
      const made = await three(bench);
      const answer = await page(bench, made, "");
      const found = expectList(bench, answer);
      if (found.length > 2) bench.block("A page has more resources than count says.");
      const { nextCursor } = answer.body;
      const right = "nextCursor is a text that is not empty: three match, and two are here.";
      const isText = typeof nextCursor === "string" && nextCursor !== "";
      bench.expect(isText, `nextCursor is ${JSON.stringify(nextCursor)}.`, right, answer);
    },
  },
  {
    id: "cursor/all-once",
    title: "Over all pages of cursors every resource comes once.",
    level: "must",
    requirements: ["C-2-13", "C-2-07"],
    section,
    suffers: "People are missing from what the client reads, and it takes them for deleted or creates them again.",
    misses: "Directories that change meanwhile.",
    async run(bench) {
      const made = await three(bench);
      const { answer, cursor } = await firstPage(bench, made);
      const next = await page(bench, made, cursor);
      const ids = [...idsOf(answer), ...needList(bench, next).map(({ id }) => String(id))];
      bench.expect(new Set(ids).size === ids.length, "A user is on both pages.", "Each is on one.", answer, next);
      const isAll = ids.length === 3 || next.body.nextCursor !== undefined;
      bench.expect(isAll, `The pages end with ${ids.length} of 3 users.`, "They have all three.", answer, next);
    },
  },
  {
    id: "cursor/end",
    title: "The last page has no nextCursor, not null and not an empty one.",
    level: "must",
    requirements: ["C-2-08"],
    section,
    suffers: "Clients read the last page for ever, or begin again at the first.",
    misses: "Servers whose last page is empty, which is legal.",
    async run(bench) {
      const made = await three(bench);
      let { cursor } = await firstPage(bench, made);
      for (let pages = 0; pages < 5; pages++) {
        const answer = await page(bench, made, cursor);
        needList(bench, answer);
        if (!("nextCursor" in answer.body)) return;
        cursor = answer.body.nextCursor;
        const isCursor = typeof cursor === "string" && cursor !== "";
        bench.expect(isCursor, `nextCursor is ${JSON.stringify(cursor)}.`, "On the last page it is left out.", answer);
      }
      bench.fail("Three users take more than six pages of two.", "The last page has no nextCursor.");
    },
  },
  {
    id: "cursor/count",
    title: "A page by cursor has as many resources as count says, at most.",
    level: "must",
    requirements: ["C-2-05"],
    section,
    suffers: "Clients run out of memory.",
    misses: "Later pages than the first.",
    async run(bench) {
      const made = await three(bench);
      const answer = await page(bench, made, "", 1);
      const found = needList(bench, answer).length;
      bench.expect(found <= 1, `A page of 1 has ${found}.`, "It has one at most.", answer);
    },
  },
  {
    id: "cursor/count-zero",
    title: "A count of 0 or below gives no resource, and no error.",
    level: "must",
    requirements: ["C-2-04"],
    section,
    suffers: "Clients that only want to know how many there are read all of them, or are refused.",
    misses: "Other numbers below 0.",
    async run(bench) {
      const made = await three(bench);
      for (const count of [0, -3]) {
        const answer = await page(bench, made, "", count);
        bench.expect(answer.status === 200, told(answer), "200, and no resource.", answer);
        bench.expect(idsOf(answer).length === 0, `count=${count} has resources.`, "It has none.", answer);
      }
    },
  },
  {
    id: "cursor/total",
    title: "totalResults by cursor is right, or left out.",
    level: "should",
    requirements: ["C-2-14"],
    section,
    suffers: "Clients that compare what they read with the total believe that they have lost some.",
    misses: "Totals that are wrong on later pages.",
    async run(bench) {
      const { answer } = await firstPage(bench, await three(bench));
      const total = answer.body.totalResults;
      bench.expect(
        total === undefined || Number(total) === 3,
        `totalResults is ${JSON.stringify(total)}.`,
        "3, or none.",
        answer,
      );
    },
  },
  {
    id: "cursor/characters",
    title: "A cursor has only characters that a URL need not escape.",
    level: "should",
    requirements: ["C-2-03"],
    section,
    suffers: "Clients that put it into a URL as it is ask for another page.",
    misses: "Cursors of later pages.",
    async run(bench) {
      const { answer, cursor } = await firstPage(bench, await three(bench));
      bench.expect(
        /^[A-Za-z0-9\-._~]+$/.test(cursor),
        `The cursor is ${cursor}.`,
        "Letters, digits and -._~ alone.",
        answer,
      );
    },
  },
  {
    id: "cursor/invalid",
    title: "A cursor that the server has not made is 400 invalidCursor.",
    level: "should",
    requirements: ["C-2.1-02"],
    section: "RFC 9865 §2.1",
    suffers:
      "A client whose cursor was damaged begins at the first page and never ends, or takes the empty page for the end.",
    misses: "Cursors that have expired; cursor/expired tries those.",
    async run(bench) {
      bench.needs("pagination.cursor");
      const answer = await bench.get(usersOf(bench), { cursor: "no-such-cursor", count: 2 });
      expectError(bench, answer, { status: 400, scimType: "invalidCursor", right: "400 invalidCursor." });
    },
  },
  {
    id: "cursor/forged",
    title: "A cursor that was changed is refused.",
    level: "should",
    requirements: ["C-5.2-04", "C-2.1-02"],
    section: "RFC 9865 §5.2",
    suffers: "Who may read some accounts reads others by guessing cursors.",
    misses: "Cursors of another client, for which it would need a second token.",
    async run(bench) {
      const made = await three(bench);
      const { cursor } = await firstPage(bench, made);
      const at = Math.floor(cursor.length / 2);
      const answer = await page(
        bench,
        made,
        cursor.slice(0, at) + (cursor[at] === "A" ? "B" : "A") + cursor.slice(at + 1),
      );
      bench.expect(answer.status >= 400 && answer.status < 500, told(answer), "400 invalidCursor.", answer);
    },
  },
  {
    id: "cursor/other-endpoint",
    title: "A cursor of users is refused at groups.",
    level: "option",
    requirements: ["C-2-12", "R-63"],
    section: "RFC 9865 §2",
    suffers: "A client that mixes up its cursors reads a list that is none.",
    misses: "A cursor of another filter of the same endpoint; cursor/other-filter tries it.",
    async run(bench) {
      bench.needsGroups();
      const made = await three(bench);
      const { cursor } = await firstPage(bench, made);
      const answer = await bench.get(bench.facts.groups?.endpoint ?? "/Groups", { cursor, count: 2 });
      const shows = idsOf(answer).some((id) => made.users.some((user) => user.id === id));
      bench.expect(!shows, "A list of groups has users.", "400 invalidCursor, or groups.", answer);
      if (answer.status === 200) bench.note("A cursor of users is answered at groups.");
    },
  },
  {
    id: "cursor/other-filter",
    title: "A cursor of one filter, sent with another, is refused or shows nobody whom neither finds.",
    level: "option",
    requirements: ["C-2-11"],
    section,
    suffers: "A client that mixes up its cursors reads people of another list, and takes them for those it asked for.",
    misses: "Other parameters that are changed, such as the order.",
    async run(bench) {
      const made = await three(bench);
      const { cursor } = await firstPage(bench, made);
      const other = await bench.user();
      const filter = `userName eq ${JSON.stringify(other.body.userName)}`;
      const answer = await bench.get(usersOf(bench), { filter, count: 2, cursor });
      bench.expect(!isFault(answer), told(answer), "400 invalidCursor, or a page of either filter.", answer);
      if (isRefused(answer)) return bench.note("A cursor is refused with another filter than its own.");
      const known = [...made.users.map(({ id }) => id), other.id];
      const strange = idsOf(answer).filter((id) => !known.includes(id)).length;
      const seen = `The page has ${strange} users whom neither filter finds.`;
      bench.expect(strange === 0, seen, "400 invalidCursor, or a page of either filter.", answer);
      bench.note("A cursor is answered with another filter than its own.");
    },
  },
  {
    id: "cursor/changed-count",
    title: "A cursor with another count is a page of that size at most, or is 400.",
    level: "must",
    requirements: ["C-2-05", "C-2.1-04", "C-2-13"],
    section,
    suffers: "A client that makes its pages smaller after a time-out is sent people twice, or pages as long as before.",
    misses: "A count that grows beyond what the server allows.",
    async run(bench) {
      bench.needs("pagination.cursor");
      const made = await marked(bench, usersOf(bench), [{}, {}, {}, {}]);
      const { answer: first, cursor } = await firstPage(bench, made);
      const answer = await page(bench, made, cursor, 1);
      if (isRefused(answer)) return bench.note("A cursor is refused with another count than its own.");
      const ids = needList(bench, answer).map(({ id }) => String(id));
      const right = "The next page begins behind the first one, and has one user at most.";
      bench.expect(ids.length <= 1, `The next page, by count=1, has ${ids.length} users.`, right, first, answer);
      const again = ids.filter((id) => idsOf(first).includes(id)).length;
      bench.expect(again === 0, "The next page, by count=1, has a user of the first one.", right, first, answer);
    },
  },
  {
    id: "cursor/expired",
    title: "A cursor that is older than cursorTimeout says is 400 expiredCursor, or is answered nevertheless.",
    level: "should",
    requirements: ["C-2.1-03"],
    section: "RFC 9865 §2.1",
    suffers: "A client that was too slow does not learn that it has to begin again, and takes what it has for all.",
    misses: `Servers whose cursors live longer than ${LONGEST_WAIT} seconds, or for ever.`,
    async run(bench) {
      bench.needs("pagination.cursor");
      const { pagination } = await bench.read("/ServiceProviderConfig");
      const seconds = Number(pagination?.cursorTimeout);
      if (!(seconds > 0 && seconds <= LONGEST_WAIT))
        bench.skip(`The server announces no cursorTimeout of ${LONGEST_WAIT} seconds or less.`);
      const made = await three(bench);
      const { cursor } = await firstPage(bench, made);
      await new Promise((resolve) => setTimeout(resolve, (seconds + 1) * 1000));
      const answer = await page(bench, made, cursor);
      if (answer.status === 200) return bench.note("A cursor is answered after its cursorTimeout.");
      expectError(bench, answer, { status: 400, scimType: "expiredCursor", right: "400 expiredCursor, or 200." });
    },
  },
  {
    id: "cursor/previous",
    title: "The first page has no previousCursor; where later ones have one, it leads back.",
    level: "must",
    requirements: ["C-2-09", "C-2-10"],
    section,
    suffers: "Clients that go back are led round in a circle.",
    misses: "Going back over several pages.",
    async run(bench) {
      const made = await three(bench);
      const { answer, cursor } = await firstPage(bench, made);
      const hasNone = !("previousCursor" in answer.body);
      bench.expect(hasNone, "The first page has a previousCursor.", "Nothing stands before it.", answer);
      const { previousCursor } = (await page(bench, made, cursor)).body;
      if (typeof previousCursor !== "string") return;
      const back = await page(bench, made, previousCursor);
      const isBack = idsOf(back).join() === idsOf(answer).join();
      bench.expect(isBack, "It leads to another page.", "It leads to the page before.", back);
    },
  },
  {
    id: "cursor/sorted",
    title: "Pages by cursor are sorted over all of them.",
    level: "should",
    requirements: ["C-2.2-01"],
    section: "RFC 9865 §2.2",
    suffers: "Each page is in order by itself, and the list of all is in none.",
    misses: "Other attributes than userName.",
    async run(bench) {
      bench.needs("sort");
      const made = await three(bench);
      const query = { filter: made.filter, sortBy: "userName", sortOrder: "descending" };
      const all = idsOf(await bench.get(usersOf(bench), { ...query, cursor: "", count: 10 }));
      const first = await bench.get(usersOf(bench), { ...query, cursor: "", count: 2 });
      needList(bench, first);
      const next = await bench.get(usersOf(bench), { ...query, cursor: first.body.nextCursor, count: 2 });
      const isSorted = [...idsOf(first), ...idsOf(next)].join() === all.join();
      bench.expect(isSorted, "The pages one after the other are not the sorted list.", "They are.", first, next);
    },
  },
  {
    id: "cursor/unannounced",
    title: "Where cursors are not announced, the parameter is ignored.",
    level: "should",
    requirements: ["C-4-06", "P-3.4.2-01"],
    section: "RFC 7644 §3.4.2",
    suffers: "Clients that try cursors first cannot read at all.",
    misses: "Servers that have cursors and do not announce them, of which it makes a note.",
    async run(bench) {
      if (bench.has("pagination.cursor")) bench.skip("The server has cursors.");
      const answer = await bench.get(usersOf(bench), { cursor: "", count: 1 });
      bench.expect(answer.status === 200, told(answer), "200, and a list, as without it.", answer);
      if (answer.body.nextCursor !== undefined) bench.note("The server pages by cursor, and does not announce it.");
    },
  },
];
