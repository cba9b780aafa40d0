import { usersOf } from "../attributes.ts";
import type { Check } from "../check.ts";
import { differences, sameResource, valueAt } from "../compare.ts";
import { expectError, expectResource, expectStatus, isList, isStatus, needList, needStatus, told } from "../judge.ts";
import type { Workbench } from "../workbench.ts";

/** Attributes of each kind, as far as users have them: a list can leave out the one or the other. */
function rich(bench: Workbench): Record<string, unknown> {
  const has = (path: string) => bench.hasAttribute(path);
  return {
    ...(has("name.givenName") && has("name.familyName") ? { name: { givenName: "Ada", familyName: "Check" } } : {}),
    ...(has("emails.value") ? { emails: [{ value: bench.address("listed"), type: "work" }] } : {}),
    ...(has("nickName") ? { nickName: "Countess" } : {}),
  };
}

/** Reading one resource. @see RFC 7644 §3.4.1 */
export const read: readonly Check[] = [
  {
    id: "read/one",
    title: "GET of a user answers 200 with the user.",
    level: "must",
    requirements: ["P-3.4.1-01"],
    section: "RFC 7644 §3.4.1",
    suffers: "A client that knows the id cannot read what it has made.",
    misses: "Other types than users.",
    async run(bench) {
      const made = await bench.user();
      const answer = await bench.get(made.path);
      const body = expectResource(bench, answer);
      bench.expect(body.id === made.id, `The id is ${body.id}.`, `The id is ${made.id}.`, answer);
    },
  },
  {
    id: "read/twice",
    title: "Two reads of a user without a change between them give the same.",
    level: "should",
    requirements: ["P-3.1-04"],
    section: "RFC 7644 §3.1",
    suffers: "A client sees changes where there are none, and writes at every run.",
    misses: "A change that comes after a time.",
    async run(bench) {
      const made = await bench.user();
      const one = await bench.read(made.path);
      const other = await bench.read(made.path);
      const wrong = differences(one, other);
      bench.expect(wrong.length === 0, `${wrong.join(", ")} differ.`, "Both are the same.");
    },
  },
  {
    id: "read/unknown",
    title: "GET of an id that is not there is 404.",
    level: "should",
    requirements: ["P-3.4.1-02", "P-3.12-05"],
    section: "RFC 7644 §3.12",
    suffers: "A client takes a person that is gone for one that is there, or the server for broken.",
    misses: "Ids that cannot be one of the server's; security/… tries those.",
    async run(bench) {
      const answer = await bench.get(`${usersOf(bench)}/nobody-${bench.run}`);
      expectError(bench, answer, { status: 404, right: "The status is 404." });
    },
  },
  {
    id: "read/well-formed-unknown",
    title: "GET of an id of the server's own form that is not there is 404.",
    level: "should",
    requirements: ["P-3.4.1-02"],
    section: "RFC 7644 §3.12",
    suffers: "A client takes a person that is gone for one that is there, or the server for broken.",
    misses: "Ids that were once there; delete/then-get-is-404 tries those.",
    async run(bench) {
      const { id } = await bench.user();
      const other = id.replace(/[0-9a-f](?=[^0-9a-f]*$)/i, (last) => (last === "0" ? "1" : "0"));
      if (other === id) bench.skip("The ids of the server have no digits to change.");
      const answer = await bench.get(`${usersOf(bench)}/${encodeURIComponent(other)}`);
      if (isStatus(answer, 200) && answer.body.id === other) bench.skip("The id that was made up is in use.");
      expectStatus(bench, answer, 404, "The status is 404.");
    },
  },
  {
    id: "read/at-its-own-endpoint",
    title: "A user is not found among the groups.",
    level: "should",
    requirements: ["P-3.4.1-03"],
    section: "RFC 7644 §3.4.1",
    suffers: "A client takes a person for a group.",
    misses: "A group that is found among the users.",
    async run(bench) {
      bench.needsGroups();
      const made = await bench.user();
      const answer = await bench.get(`${bench.facts.groups?.endpoint}/${encodeURIComponent(made.id)}`);
      const isAnother = isStatus(answer, 200) && !sameResource(answer.body.schemas, made.body.schemas, []);
      if (isAnother) bench.skip("There is a group of the same id.");
      expectStatus(bench, answer, 404, "The status is 404.");
    },
  },
  {
    id: "read/as-in-the-list",
    title: "A user is the same in a list as alone.",
    level: "must",
    requirements: ["P-3.9-01", "P-3.4-01"],
    section: "RFC 7644 §3.9",
    suffers: "A client that reads lists sees people without their addresses, and writes them again at every run.",
    misses: "Attributes beyond names, addresses and a text.",
    async run(bench) {
      bench.needs("filter");
      const made = await bench.user(rich(bench));
      const alone = await bench.get(made.path);
      needStatus(bench, alone, 200);
      const filter = `userName eq ${JSON.stringify(valueAt(made.body, "userName"))}`;
      const answer = await bench.get(usersOf(bench), { filter });
      const listed = needList(bench, answer).find((one) => valueAt(one, "userName") === valueAt(made.body, "userName"));
      if (listed === undefined) bench.block("The user is not found by its userName.");
      const wrong = differences({ ...listed, meta: null, id: null }, { ...alone.body, meta: null, id: null });
      bench.expect(
        wrong.length === 0,
        `In the list ${wrong.join(", ")} differ from the read.`,
        "Both are the same.",
        alone,
        answer,
      );
    },
  },
  {
    id: "read/list",
    title: "GET of the endpoint of users, without a filter, is answered by a list.",
    level: "must",
    requirements: ["P-3.4.2-02"],
    section: "RFC 7644 §3.4.2",
    suffers: "A client that reads all people, as each first synchronisation does, reads nobody.",
    misses: "Lists of so many that the server says tooMany, which is legal.",
    async run(bench) {
      const answer = await bench.get(usersOf(bench));
      if (answer.status === 400 && answer.body.scimType === "tooMany")
        return bench.note("A list of all users is refused as too many.");
      if (isStatus(answer, 401, 403)) bench.skip(`The run may not read all users. ${told(answer)}`);
      const seen = isStatus(answer, 200) ? "The body is no list of resources." : told(answer);
      bench.expect(isList(answer), `${usersOf(bench)} without a filter: ${seen}`, "200, and a ListResponse.", answer);
    },
  },
  {
    id: "read/unknown-parameters",
    title: "Parameters that the server does not know are ignored.",
    level: "should",
    requirements: ["P-3.4.2-01", "Q06"],
    section: "RFC 7644 §3.4.2",
    suffers: "Entra and others add parameters of their own, and every request of theirs is refused.",
    misses: "Unknown parameters of lists.",
    async run(bench) {
      const made = await bench.user();
      const answer = await bench.get(made.path, { nothing: "x", "a.b": 1 });
      expectStatus(bench, answer, 200, "The status is 200, as without them.");
    },
  },
  {
    id: "read/location",
    title: "A read says in a header where the user is.",
    level: "option",
    requirements: ["P-3.4.1-04"],
    section: "RFC 7644 §3.4.1",
    suffers: "A client that keeps addresses has to look into the body.",
    misses: "A header that says another place than meta.location.",
    async run(bench) {
      const answer = await bench.get((await bench.user()).path);
      const holds = answer.headers.has("location") || answer.headers.has("content-location");
      bench.expect(holds, "There is neither Location nor Content-Location.", "One of them is there.", answer);
    },
  },
  {
    id: "read/without-nulls",
    title: "Answers leave out what is unassigned.",
    level: "option",
    requirements: ["S-2.5-04"],
    section: "RFC 7643 §2.5",
    suffers: "A client in a typed language stumbles over null where it expects a list.",
    misses: "Nulls of resources of other types.",
    async run(bench) {
      const answer = await bench.get((await bench.user()).path);
      const nulls = Object.keys(answer.body).filter((name) => answer.body[name] === null);
      bench.expect(nulls.length === 0, `null: ${nulls.join(", ")}.`, "What is unassigned is left out.", answer);
    },
  },
];
