import { LIST } from "../../../client/urns.ts";
import { freeText, usersOf } from "../../attributes.ts";
import type { Check } from "../../check.ts";
import { expectList, needList, told } from "../../judge.ts";
import { person, personWith } from "../people.ts";
import { isDeclined, skipDeclined } from "./declined.ts";
import { expectFinds, idsOf, isNamed, needsEq, quoted, search } from "./search.ts";

const section = "RFC 7644 §3.4.2";

/** How what a filter finds is answered. */
export const resultChecks: readonly Check[] = [
  {
    id: "filter/none-found",
    title: "A filter that finds nobody is answered by 200 and a list of none, never 404.",
    level: "must",
    requirements: ["P-3.4.2-06"],
    section,
    suffers:
      "Entra ID cannot even test the connection, and clients that look before they create take the error for a fault.",
    misses: "Filters by other attributes than userName.",
    async run(bench) {
      const { answer } = await search(bench, `userName eq ${quoted(bench.unique("nobody"))}`);
      const right = "200, with totalResults 0.";
      bench.expect(answer.status === 200, told(answer, "A filter that finds nobody"), right, answer);
      const { totalResults, Resources } = answer.body;
      const isNone = Number(totalResults ?? 0) === 0 && (Resources ?? []).length === 0;
      bench.expect(isNone, `totalResults is ${JSON.stringify(totalResults)}.`, right, answer);
    },
  },
  {
    id: "filter/list-message",
    title: "What a filter finds is a ListResponse, for one resource too.",
    level: "must",
    requirements: ["P-3.4.2-02", "P-3.4.2-04"],
    section,
    suffers: "Clients look for the account in Resources and do not find it.",
    misses: "Lists of other endpoints.",
    async run(bench) {
      const user = await person(bench);
      await needsEq(bench, user);
      const { answer } = await search(bench, isNamed(user));
      expectList(bench, answer);
      const schemas = JSON.stringify(answer.body.schemas);
      bench.expect(schemas === JSON.stringify([LIST]), `schemas is ${schemas}.`, `schemas is ["${LIST}"].`, answer);
    },
  },
  {
    id: "filter/only-matches",
    title: "A filter finds what matches and nothing else, and counts that.",
    level: "must",
    requirements: ["P-3.4.2.2-02", "P-3.4.2-03"],
    section,
    suffers: "Clients take the first account of the list for the one that they asked for.",
    misses: "Filters that go wrong with other data in the directory.",
    async run(bench) {
      const [user] = [await person(bench), await person(bench)];
      const { answer } = await search(bench, isNamed(user));
      const found = needList(bench, answer);
      bench.expect(found.length === 1, `${found.length} users of one name are found.`, "One has this name.", answer);
      const total = answer.body.totalResults;
      bench.expect(
        total === undefined || Number(total) === 1,
        `totalResults is ${JSON.stringify(total)}.`,
        "It is 1.",
        answer,
      );
    },
  },
  {
    id: "filter/whole-resources",
    title: "What a filter finds is there with its attributes, as a read of it is.",
    level: "must",
    requirements: ["P-3.4.1-01", "P-3.9-01"],
    section: "RFC 7644 §3.9",
    suffers: "Clients take what a list leaves out for absent, and overwrite it.",
    misses: "Attributes of an extension.",
    async run(bench) {
      const name = freeText(bench);
      const value = bench.unique("whole");
      const user = await personWith(bench, { [name]: value });
      await needsEq(bench, user);
      const { answer } = await search(bench, isNamed(user));
      const [found = {}] = needList(bench, answer);
      bench.expect(
        found[name] === value,
        `${name} is ${JSON.stringify(found[name])}.`,
        `A read of it has ${name}.`,
        answer,
      );
    },
  },
  {
    id: "filter/inactive-found",
    title: "A user who is not active is found by name.",
    level: "must",
    requirements: ["S-4.1.1-10", "P-3.4.2.2-02"],
    section: "RFC 7643 §4.1.1",
    suffers: "Who comes back is not found, is created again, and that is refused since the name is taken.",
    misses: "A user who was deactivated long ago and moved elsewhere.",
    async run(bench) {
      bench.needsAttributes("active");
      const user = await personWith(bench, { active: false });
      await expectFinds(bench, isNamed(user), user);
    },
  },
  {
    id: "filter/not-ignored",
    title: "A filter is never ignored: it filters, or the request is refused.",
    level: "must",
    requirements: ["P-3.4.2.2-01", "P-3.4.2.2-02"],
    section: "RFC 7644 §3.4.2.2",
    suffers: "A client that looks for one account is given all of them, and takes the first.",
    misses: "A filter that is ignored for some attributes only.",
    async run(bench) {
      await person(bench);
      const answer = await bench.get(usersOf(bench), { filter: `userName eq ${quoted(bench.unique("nobody"))}` });
      const right = "Where filters are not supported the request is refused, by 400, 403 or 501.";
      bench.expect(answer.status !== 200 || idsOf(answer).length === 0, "The list has others in it.", right, answer);
    },
  },
  {
    id: "filter/not-twice",
    title: "A resource that matches in two ways is in the list once.",
    level: "must",
    requirements: ["P-3.4.2.2-02", "P-3.4.2.2-17"],
    section: "RFC 7644 §3.4.2.2",
    suffers: "Clients take one account for two, and refuse to choose.",
    misses: "Resources that a join doubles in other ways.",
    async run(bench) {
      bench.needsAttributes("emails.value", "emails.type");
      const [one, other] = [bench.address("twice"), bench.address("twice")];
      const user = await personWith(bench, {
        emails: [
          { value: one, type: "work" },
          { value: other, type: "home" },
        ],
      });
      await needsEq(bench, user);
      const filter = `emails.value eq ${quoted(one)} or emails.value eq ${quoted(other)}`;
      const { answer, ids } = await search(bench, filter);
      if (isDeclined(answer)) await skipDeclined(bench, filter);
      needList(bench, answer);
      const times = ids.filter((id) => id === user.id).length;
      bench.expect(times <= 1, `The user is listed ${times} times.`, "A list has each resource once.", answer);
    },
  },
];
