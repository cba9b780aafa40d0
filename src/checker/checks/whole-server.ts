import { SEARCH } from "../../client/urns.ts";
import type { Check } from "../check.ts";
import { absolute } from "../compare.ts";
import { needList, told } from "../judge.ts";
import { idsOf, isNamed, needsOr, quoted } from "./filters/search.ts";
import { newGroup } from "./groups/peopled.ts";
import { person } from "./people.ts";

/** Statuses by which a server says that it has no such thing, or that it would be too much. */
const REFUSALS = [400, 401, 403, 404, 405, 501];

/** RFC 7644 §3.4.2.1 and §3.11: queries over all types, and `/Me`. */
export const wholeServerChecks: readonly Check[] = [
  {
    id: "root/query",
    title: "A query at the base URL finds over all types, or is refused.",
    level: "option",
    requirements: ["P-3.4.2.1-01", "P-3.4.2.1-02", "R-75"],
    section: "RFC 7644 §3.4.2.1",
    suffers: "Clients that ask so get a page of HTML, or nothing of what there is.",
    misses: "A query without a filter, which may be too much.",
    async run(bench) {
      bench.needs("filter");
      const user = await person(bench);
      const answer = await bench.get("/", { filter: isNamed(user) });
      bench.expect([200, ...REFUSALS].includes(answer.status), told(answer), "200, or a refusal such as 501.", answer);
      if (!answer.isJson || answer.status !== 200) bench.skip("The server has no queries at its root.");
      bench.expect(idsOf(answer).includes(user.id), "The user is not found.", "It matches, and is found.", answer);
    },
  },
  {
    id: "root/search",
    title: "POST to /.search at the base URL finds over all types, or is refused.",
    level: "option",
    requirements: ["P-3.4.3-01", "P-3.4.2.1-02", "R-75"],
    section: "RFC 7644 §3.4.3",
    suffers: "Clients that ask so get nothing of what there is.",
    misses: "Sorting and paging over several types.",
    async run(bench) {
      bench.needs("filter");
      const user = await person(bench);
      const answer = await bench.post("/.search", { schemas: [SEARCH], filter: isNamed(user) });
      bench.expect([200, ...REFUSALS].includes(answer.status), told(answer), "200, or a refusal such as 501.", answer);
      if (answer.status !== 200) bench.skip("The server has no .search at its root.");
      bench.expect(idsOf(answer).includes(user.id), "The user is not found.", "It matches, and is found.", answer);
    },
  },
  {
    id: "root/types",
    title: "A query over all types finds resources of each.",
    level: "must",
    requirements: ["P-3.4.2.1-02", "P-3.4.2.1-04"],
    section: "RFC 7644 §3.4.2.1",
    suffers: "Clients take what is not in the list for deleted.",
    misses: "Types other than users and groups.",
    async run(bench) {
      bench.needs("filter");
      const user = await person(bench);
      const one = await bench.get("/", { filter: isNamed(user) });
      if (one.status !== 200 || !Array.isArray(one.body.Resources))
        bench.skip("The server has no queries at its root.");
      const group = await newGroup(bench, []);
      await needsOr(bench, user);
      const filter = `id eq ${quoted(user.id)} or id eq ${quoted(group.id)}`;
      const answer = await bench.get("/", { filter });
      if (answer.status !== 200 || !Array.isArray(answer.body.Resources))
        bench.skip("The server has no queries at its root.");
      needList(bench, answer);
      const ids = idsOf(answer);
      bench.expect(
        ids.includes(user.id) && ids.includes(group.id),
        "One of the two is missing.",
        "Both match.",
        answer,
      );
    },
  },
  {
    id: "root/unknown-there",
    title: "In a query over all types, an attribute that one type lacks has no value there.",
    level: "must",
    requirements: ["P-3.4.2.1-04", "R-35"],
    section: "RFC 7644 §3.4.2.1",
    suffers: "Clients cannot ask over all types by what only users have.",
    misses: "Attributes that no type has.",
    async run(bench) {
      bench.needs("filter");
      const [user, group] = [await person(bench), await newGroup(bench, [])];
      const plain = await bench.get("/", { filter: `id eq ${quoted(user.id)}` });
      if (plain.status !== 200 || idsOf(plain).length !== 1) bench.skip("The server has no queries at its root.");
      const answer = await bench.get("/", { filter: `${isNamed(user)} or id eq ${quoted(group.id)}` });
      bench.expect(answer.status === 200, told(answer), "200: groups have no userName.", answer);
      const ids = idsOf(answer);
      bench.expect(
        ids.includes(user.id) && ids.includes(group.id),
        "One of the two is missing.",
        "Both match.",
        answer,
      );
    },
  },
  {
    id: "me/answer",
    title: "/Me is the resource of who asks, a redirect to it, or a refusal.",
    level: "should",
    requirements: ["P-3.11-01", "P-3.11-02", "P-3.11-04", "R-57"],
    section: "RFC 7644 §3.11",
    suffers: "Applications that show people their own account break.",
    misses: "Whether it is the right resource.",
    async run(bench) {
      const answer = await bench.get("/Me");
      const isLegal = [200, 307, 308, 401, 403, 404, 405, 501].includes(answer.status);
      bench.expect(isLegal, told(answer), "200, 308, or 501 where it is not supported.", answer);
      bench.note(`/Me is answered by ${answer.status}.`);
    },
  },
  {
    id: "me/location",
    title: "Where /Me is answered by the resource, Location is where it is for ever.",
    level: "must",
    requirements: ["P-3.11-03"],
    section: "RFC 7644 §3.11",
    suffers: "Clients keep the address /Me for an account, which is another one for the next who asks.",
    misses: "Answers to changes through /Me.",
    async run(bench) {
      const answer = await bench.get("/Me");
      if (answer.status !== 200 || answer.body.id === undefined)
        bench.skip("The server does not answer /Me by a resource.");
      const location = answer.headers.get("location");
      const right = "Location is that of the resource, and not /Me.";
      bench.expect(location !== null, "There is no Location.", right, answer);
      const isPermanent = absolute(bench, String(location)).endsWith(encodeURIComponent(answer.body.id));
      bench.expect(isPermanent, `Location is ${location}.`, right, answer);
    },
  },
];
