import { LIST, PATCH, SEARCH } from "../../client/urns.ts";
import { freeText, usersOf } from "../attributes.ts";
import type { Check } from "../check.ts";
import { isSame } from "../compare.ts";
import { expectList, expectStatus, needList, told } from "../judge.ts";
import type { Answer, Workbench } from "../workbench.ts";
import { idsOf, isNamed, needsEq } from "./filters/search.ts";
import { groupsOf } from "./groups/peopled.ts";
import { person } from "./people.ts";

const section = "RFC 7644 §3.4.3";

/** Searches users by POST; skips the check where the server does not, which search/answered says. */
async function searched(bench: Workbench, body: object): Promise<Answer> {
  const answer = await bench.post(`${usersOf(bench)}/.search`, { schemas: [SEARCH], ...body });
  if ([404, 405, 501].includes(answer.status)) bench.skip("The server has no .search.");
  return answer;
}

/** RFC 7644 §3.4.3: queries by POST. */
export const searchRequestChecks: readonly Check[] = [
  {
    id: "search/answered",
    title: "POST to .search is a query, answered by 200.",
    level: "should",
    requirements: ["P-3.4.3-01", "P-3.4.3-04"],
    section,
    suffers: "Names and addresses that are looked for stand in URLs, and so in logs.",
    misses: "Whether the query is answered right, which the other checks try.",
    async run(bench) {
      bench.needs("filter");
      const user = await person(bench);
      const answer = await bench.post(`${usersOf(bench)}/.search`, { schemas: [SEARCH], filter: isNamed(user) });
      bench.expect(answer.status !== 201, "The search has created a user.", "It creates nothing.", answer);
      expectStatus(bench, answer, 200, "200, and a list.");
    },
  },
  {
    id: "search/filter",
    title: "A search by POST finds what the same filter finds by GET.",
    level: "must",
    requirements: ["P-3.4.3-04"],
    section,
    suffers: "Clients that keep names out of URLs find other accounts than those that do not.",
    misses: "Filters that only one of the two ways can carry.",
    async run(bench) {
      const user = await person(bench);
      await person(bench);
      await needsEq(bench, user);
      const answer = await searched(bench, { filter: isNamed(user) });
      const found = expectList(bench, answer);
      const isFound = found.length === 1 && found[0]?.id === user.id;
      bench.expect(isFound, `${found.length} users are found.`, "The one user of this name is found.", answer);
      const byGet = needList(bench, await bench.get(usersOf(bench), { filter: isNamed(user) }));
      bench.expect(isSame(found, byGet), "The user differs from that of GET.", "Both say the same.", answer);
    },
  },
  {
    id: "search/groups",
    title: "POST to .search at groups finds a group, and none but groups.",
    level: "must",
    requirements: ["P-3.4.3-01", "P-3.4.3-04"],
    section,
    suffers: "A client that keeps names out of URLs finds no group, and creates each again.",
    misses: "Filters by members.",
    async run(bench) {
      bench.needs("filter");
      bench.needsGroups();
      const [group, other] = [await bench.group(), await bench.group()];
      const filter = `displayName eq ${JSON.stringify(group.body.displayName)}`;
      const [byGet] = needList(bench, await bench.get(groupsOf(bench), { filter }));
      if (byGet?.id !== group.id) bench.block("A GET does not find the group by its displayName.");
      const answer = await bench.post(`${groupsOf(bench)}/.search`, { schemas: [SEARCH], filter });
      if ([404, 405, 501].includes(answer.status)) bench.skip("The server has no .search at groups.");
      const ids = expectList(bench, answer).map(({ id }) => id);
      const right = "The one group of this name is found, as by GET.";
      bench.expect(ids.includes(group.id), `The search finds ${ids.length} groups, and not this one.`, right, answer);
      bench.expect(!ids.includes(other.id), "The search finds a group of another name.", right, answer);
    },
  },
  {
    id: "search/list-message",
    title: "A search by POST is answered by a ListResponse.",
    level: "must",
    requirements: ["P-3.4.3-04", "P-3.4.2-02"],
    section,
    suffers: "Clients do not know the answer for a list.",
    misses: "Other members of the message.",
    async run(bench) {
      bench.needs("filter");
      const answer = await searched(bench, { filter: isNamed(await person(bench)) });
      const right = `schemas is ["${LIST}"].`;
      bench.expect(
        isSame(answer.body.schemas, [LIST]),
        `schemas is ${JSON.stringify(answer.body.schemas)}.`,
        right,
        answer,
      );
    },
  },
  {
    id: "search/attributes",
    title: "A search by POST shows the attributes that it names, in a list.",
    level: "must",
    requirements: ["P-3.4.2.5-01", "P-3.4.3-03", "P-3.9-02"],
    section,
    suffers: "Clients read much more than they ask for.",
    misses: "excludedAttributes, which attributes/list-excluded tries by GET.",
    async run(bench) {
      const name = freeText(bench);
      const user = await person(bench, { [name]: "Engineer" });
      await needsEq(bench, user);
      const answer = await searched(bench, { filter: isNamed(user), attributes: ["userName"] });
      const [found = {}] = needList(bench, answer);
      const right = "id, schemas and userName, and nothing else that need not be there.";
      bench.expect(found.userName !== undefined, "userName is missing.", right, answer);
      bench.expect(found[name] === undefined, `${name} is shown.`, right, answer);
    },
  },
  {
    id: "search/page",
    title: "A search by POST has startIndex and count as numbers.",
    level: "should",
    requirements: ["P-3.4.3-03", "P-3.4.2.4-02"],
    section,
    suffers: "Clients that search by POST read the first page for ever.",
    misses: "Pages of other sizes.",
    async run(bench) {
      bench.needs("pagination.index", "filter");
      const [one, other] = [await person(bench), await person(bench)];
      await needsEq(bench, one);
      const filter = `${isNamed(one)} or ${isNamed(other)}`;
      const first = await searched(bench, { filter, startIndex: 1, count: 1 });
      const second = await searched(bench, { filter, startIndex: 2, count: 1 });
      if (needList(bench, first).length + needList(bench, second).length === 0) bench.block("The filter finds nobody.");
      const ids = [...idsOf(first), ...idsOf(second)].sort().join();
      bench.expect(
        ids === [one.id, other.id].sort().join(),
        "Two pages of one do not have both users.",
        "Each has one of them.",
        second,
      );
    },
  },
  {
    id: "search/sort",
    title: "A search by POST can be sorted.",
    level: "must",
    requirements: ["P-3.4.3-04", "P-3.4.2.3-02"],
    section,
    suffers: "Clients that search by POST get lists in no order.",
    misses: "Other attributes than userName.",
    async run(bench) {
      bench.needs("sort", "filter");
      const [one, other] = [await person(bench), await person(bench)];
      await needsEq(bench, one);
      const filter = `${isNamed(one)} or ${isNamed(other)}`;
      const query = { filter, sortBy: "userName", sortOrder: "descending" };
      const up = idsOf(await searched(bench, { ...query, sortOrder: "ascending" }));
      const answer = await searched(bench, query);
      const isTurned = up.length === 2 && idsOf(answer).join() === [...up].reverse().join();
      bench.expect(isTurned, "Downwards is not upwards turned round.", "userName sorts, in both ways.", answer);
    },
  },
  {
    id: "search/wrong-schema",
    title: "A search whose schemas says that it is something else is refused.",
    level: "should",
    requirements: ["P-3.4.3-02"],
    section,
    suffers: "A resource that a client meant to create is answered as if it were a search.",
    misses: "A message without schemas, which servers may read as what stands there.",
    async run(bench) {
      const answer = await searched(bench, { schemas: [PATCH] });
      bench.expect(answer.status === 400, told(answer), "400 invalidSyntax.", answer);
    },
  },
];
