import { usersOf } from "../attributes.ts";
import type { Check } from "../check.ts";
import { expectError, expectNoFault, isStatus, needList, told } from "../judge.ts";
import type { Workbench } from "../workbench.ts";
import { type Marked, marked } from "./marked.ts";
import { twoTexts } from "./texts.ts";

const section = "RFC 7644 §3.4.2.3";

/** The order in which the users come, by their places among those that were made, e.g. `2,0,1`. */
async function orderOf(bench: Workbench, { users, filter }: Marked, query: Record<string, string | number>) {
  const answer = await bench.get(usersOf(bench), { filter, ...query });
  expectNoFault(bench, answer, "A list that is sorted");
  const places = needList(bench, answer).map(({ id }) => users.findIndex((user) => user.id === id));
  return { answer, order: places.join(",") };
}

/** Fails unless the users come in the order of `wanted`. */
async function expectOrder(bench: Workbench, made: Marked, query: Record<string, string | number>, wanted: string) {
  const { answer, order } = await orderOf(bench, made, query);
  if (order.split(",").length > Number(query.count ?? order.length))
    bench.block("A page has more resources than count says.");
  const right = `They come as ${wanted}, counted from 0 as they were made.`;
  bench.expect(order === wanted, `By ${JSON.stringify(query)} they come as ${order || "none"}.`, right, answer);
}

/** Users whose second text is each of the values, absent where it is undefined. */
async function sortable(bench: Workbench, values: readonly (string | undefined)[]) {
  bench.needs("sort");
  const [, key] = twoTexts(bench);
  const made = await marked(
    bench,
    usersOf(bench),
    values.map((value) => ({ [key]: value })),
  );
  return { key, made };
}

/** RFC 7644 §3.4.2.3: sorting. */
export const sortChecks: readonly Check[] = [
  {
    id: "sort/ascending",
    title: "sortBy sorts, upwards where nothing else is said",
    level: "must",
    requirements: ["P-3.4.2.3-02", "P-3.4.2.3-06"],
    section,
    suffers: "Lists that people read are in no order, and clients that merge sorted lists lose accounts.",
    misses: "The order of letters with accents, which the RFC leaves open.",
    async run(bench) {
      const { key, made } = await sortable(bench, ["mike", "alpha", "zulu"]);
      await expectOrder(bench, made, { sortBy: key }, "1,0,2");
      await expectOrder(bench, made, { sortBy: key, sortOrder: "ascending" }, "1,0,2");
    },
  },
  {
    id: "sort/descending",
    title: "sortOrder descending sorts downwards",
    level: "must",
    requirements: ["P-3.4.2.3-06"],
    section,
    suffers: "Who asks for the last ones is given the first.",
    misses: "Other letter case of the word, which the RFC leaves open.",
    async run(bench) {
      const { key, made } = await sortable(bench, ["mike", "alpha", "zulu"]);
      await expectOrder(bench, made, { sortBy: key, sortOrder: "descending" }, "2,0,1");
    },
  },
  {
    id: "sort/absent",
    title: "Who has no value comes last upwards, and first downwards",
    level: "must",
    requirements: ["P-3.4.2.3-05", "R-23"],
    section,
    suffers: "Accounts without a value are between the others, where nobody looks.",
    misses: "Values that are empty texts.",
    async run(bench) {
      const { key, made } = await sortable(bench, ["mike", undefined, "alpha"]);
      await expectOrder(bench, made, { sortBy: key }, "2,0,1");
      await expectOrder(bench, made, { sortBy: key, sortOrder: "descending" }, "1,0,2");
    },
  },
  {
    id: "sort/case-insensitive",
    title: "Text without letter case is sorted without it",
    level: "must",
    requirements: ["P-3.4.2.3-07"],
    section,
    suffers: "People whose names begin with a small letter are behind all others.",
    misses: "Letters beyond ASCII.",
    async run(bench) {
      const { key, made } = await sortable(bench, ["Bravo", "alpha", "Charlie"]);
      await expectOrder(bench, made, { sortBy: key }, "1,0,2");
    },
  },
  {
    id: "sort/case-exact",
    title: "Text with letter case is sorted by it: externalId",
    level: "must",
    requirements: ["P-3.4.2.3-07", "S-3.1-13"],
    section,
    suffers: "Clients that merge lists by their own keys lose accounts.",
    misses: "Other attributes that have letter case.",
    async run(bench) {
      bench.needs("sort");
      const label = bench.unique("x");
      const made = await marked(bench, usersOf(bench), [{ externalId: `${label}a` }, { externalId: `${label}B` }]);
      await expectOrder(bench, made, { sortBy: "externalId" }, "1,0");
    },
  },
  {
    id: "sort/sub-attribute",
    title: "A part of a complex attribute can be sorted by",
    level: "must",
    requirements: ["P-3.4.2.3-02", "P-3.4.2.3-04"],
    section,
    suffers: "Lists of people cannot be had by family name.",
    misses: "Parts of other complex attributes.",
    async run(bench) {
      bench.needs("sort");
      bench.needsAttributes("name.familyName");
      const names = ["Mike", "Alpha", "Zulu"].map((familyName) => ({ name: { givenName: "Ada", familyName } }));
      const made = await marked(bench, usersOf(bench), names);
      await expectOrder(bench, made, { sortBy: "name.familyName" }, "1,0,2");
    },
  },
  {
    id: "sort/primary",
    title: "A list is sorted by its primary element, or else its first",
    level: "must",
    requirements: ["P-3.4.2.3-03"],
    section,
    suffers: "Lists by mail address are in the order of addresses that nobody uses.",
    misses: "Lists whose primary element changes.",
    async run(bench) {
      bench.needs("sort");
      bench.needsAttributes("emails.value", "emails.primary");
      const [low, middle, high] = ["a", "m", "z"].map((letter) => bench.address(letter));
      const made = await marked(bench, usersOf(bench), [
        {
          emails: [
            { value: high, type: "home" },
            { value: low, type: "work", primary: true },
          ],
        },
        { emails: [{ value: middle, type: "work" }] },
      ]);
      const { emails } = await bench.read(String(made.users[0]?.path));
      if (emails?.length !== 2) bench.skip("The server keeps one e-mail address alone.");
      await expectOrder(bench, made, { sortBy: "emails.value" }, "0,1");
    },
  },
  {
    id: "sort/name-case",
    title: "The attribute to sort by has no letter case, and may have its URN in front",
    level: "must",
    requirements: ["P-3.10-01", "P-3.10-02"],
    section: "RFC 7644 §3.10",
    suffers: "Clients that write attributes in their own way get lists in no order.",
    misses: "Attributes of an extension.",
    async run(bench) {
      const { key, made } = await sortable(bench, ["mike", "alpha"]);
      await expectOrder(bench, made, { sortBy: key.toUpperCase() }, "1,0");
      await expectOrder(bench, made, { sortBy: `${bench.facts.users?.schema}:${key}` }, "1,0");
    },
  },
  {
    id: "sort/before-paging",
    title: "All that matches is sorted, and then cut into pages",
    level: "must",
    requirements: ["P-3.4.2.3-02"],
    section,
    suffers: "Each page is in order by itself, and the list of all is in none.",
    misses: "Directories that are larger than what the server sorts in memory.",
    async run(bench) {
      bench.needs("pagination.index");
      const { key, made } = await sortable(bench, ["mike", "zulu", "alpha"]);
      await expectOrder(bench, made, { sortBy: key, startIndex: 1, count: 2 }, "2,0");
      await expectOrder(bench, made, { sortBy: key, startIndex: 3, count: 2 }, "1");
    },
  },
  {
    id: "sort/dates",
    title: "Dates are sorted as moments",
    level: "must",
    requirements: ["P-3.4.2.3-07"],
    section,
    suffers: "Who asks for the newest accounts is given others.",
    misses: "Dates that were sent in several zones.",
    async run(bench) {
      const { made } = await sortable(bench, ["a", "b"]);
      const query = { filter: made.filter, sortBy: "meta.created", sortOrder: "descending" };
      const answer = await bench.get(usersOf(bench), query);
      const times = needList(bench, answer).map(({ meta }) => Date.parse(String(meta?.created)));
      const areSorted = times.every((time, place) => place === 0 || time <= Number(times[place - 1]));
      bench.expect(areSorted, "A later account comes behind an earlier one.", "The newest comes first.", answer);
    },
  },
  {
    id: "sort/unknown",
    title: "An attribute that there is not, to sort by, is refused or ignored",
    level: "option",
    requirements: ["R-35", "P-3.4.2.3-04"],
    section,
    suffers: "A slip in sortBy breaks the list.",
    misses: "Whether a list that ignores it is in the order that it has without.",
    async run(bench) {
      bench.needs("sort");
      const answer = await bench.get(usersOf(bench), { sortBy: "noSuchAttribute", count: 1 });
      bench.expect(isStatus(answer, 200, 400), told(answer), "400, or the list in any order.", answer);
      bench.note(`sortBy by an unknown attribute: ${answer.status}.`);
    },
  },
  {
    id: "sort/bad-order",
    title: "A sortOrder that is neither ascending nor descending is refused",
    level: "should",
    requirements: ["P-3.4.2.3-06"],
    section,
    suffers: "Clients that abbreviate to `desc` get the order that they did not ask for.",
    misses: "Other letter case of the two words.",
    async run(bench) {
      bench.needs("sort");
      const answer = await bench.get(usersOf(bench), { sortBy: "userName", sortOrder: "sideways", count: 1 });
      expectError(bench, answer, { status: 400, right: "400: the RFC knows ascending and descending." });
    },
  },
];
