import { ENTERPRISE } from "../../client/urns.ts";
import { factOf, freeText, usersOf } from "../attributes.ts";
import { stored } from "../bodies.ts";
import type { Check } from "../check.ts";
import { valueAt } from "../compare.ts";
import { expectStatus, isRefused, needList, needStatus, told } from "../judge.ts";
import type { Answer, Made, Workbench } from "../workbench.ts";
import { done, isGood, madeId, makes } from "./bulk/job.ts";
import { idsOf } from "./filters/search.ts";
import { expectMembers, memberIds, newGroup, peopled } from "./groups/peopled.ts";
import { type Marked, marked } from "./marked.ts";
import { isDone } from "./patch/patched.ts";
import { person } from "./people.ts";

/** As many members as one PATCH has to carry; fewer where each would have to be made by a request of its own. */
const MANY = 300;
const FEW = 60;

/** Makes many users, by bulk requests where there are some. */
async function crowd(bench: Workbench): Promise<readonly Made[]> {
  const users: Made[] = [];
  if (!bench.has("bulk")) {
    while (users.length < FEW) users.push(await bench.user());
    return users;
  }
  const size = Math.min(100, bench.facts.bulk.maxOperations ?? 100);
  while (users.length < MANY) {
    const operations = Array.from({ length: size }, (_, place) => makes(bench, `user-${place}`));
    const { answer, results } = await done(bench, operations);
    if (results.length !== size || !results.every(isGood))
      bench.block("A bulk request does not make all of its users.");
    for (const id of results.map(madeId)) users.push({ id, path: `${usersOf(bench)}/${id}`, body: {}, answer });
  }
  return users;
}

/** Removes them by bulk requests, so that it does not take a request for each. */
async function disperse(bench: Workbench, users: readonly Made[]): Promise<void> {
  if (!bench.has("bulk")) return;
  const size = Math.min(100, bench.facts.bulk.maxOperations ?? 100);
  for (let start = 0; start < users.length; start += size)
    await done(
      bench,
      users.slice(start, start + size).map(({ path }) => ({ method: "DELETE", path })),
    );
}

/** Reads two pages of two and does something between them; the ids of all that was read. */
async function pagesAround(bench: Workbench, made: Marked, change: (first: Answer) => Promise<unknown>) {
  const first = await bench.get(usersOf(bench), { filter: made.filter, startIndex: 1, count: 2 });
  needList(bench, first);
  await change(first);
  const second = await bench.get(usersOf(bench), { filter: made.filter, startIndex: 3, count: 2 });
  return { first, second, ids: [...idsOf(first), ...idsOf(second)] };
}

/** Names that are one name to whoever compares them as userName has to be compared. */
async function expectTwin(bench: Workbench, one: string, other: string): Promise<void> {
  const made = await bench.post(usersOf(bench), bench.newUser({ userName: one }));
  if (made.status !== 201) bench.skip(`The server refuses such names. ${told(made)}`);
  const twin = await bench.post(usersOf(bench), bench.newUser({ userName: other }));
  expectStatus(bench, twin, [409, 400], "409 uniqueness: to people and to comparison both are one name.");
}

/** What loses accounts, members and changes. */
export const lossChecks: readonly Check[] = [
  {
    id: "losses/large-group",
    title: "One PATCH adds 300 members to a group, and all of them are in it.",
    level: "must",
    requirements: ["P-3.5.2.1-06", "Q14", "Q109"],
    section: "RFC 7644 §3.5.2.1",
    suffers: "Everybody beyond the first hundred is left out, has no access, and no error says so.",
    misses: "Groups of tens of thousands; where there are no bulk requests it tries 60 members.",
    async run(bench) {
      bench.needs("patch");
      const users = await crowd(bench);
      const group = await newGroup(bench, []);
      const value = users.map(({ id }) => ({ value: id }));
      const answer = await bench.patch(group.path, [{ op: "add", path: "members", value }]);
      const right = "All are added, or the request is refused as too large.";
      if (isRefused(answer)) bench.note(`A PATCH of ${users.length} members is refused.`);
      else bench.expect(isDone(answer), told(answer, `A PATCH that adds ${users.length} members`), right, answer);
      await expectMembers(bench, group, isDone(answer) ? users : []);
      await disperse(bench, users);
    },
  },
  {
    id: "losses/page-shift",
    title: "A change of who is on the first page does not move the pages behind it.",
    level: "client",
    requirements: ["Q32", "P-3.4.2.3-08"],
    section: "RFC 7644 §3.4.2.4",
    clients: ["okta", "sailpoint", "onelogin"],
    suffers: "Accounts that change while the client reads are read twice or never, and it deletes those.",
    misses: "Accounts that come and go while the client reads, which move pages by index everywhere.",
    async run(bench) {
      bench.needs("patch", "pagination.index");
      const made = await marked(bench, usersOf(bench), [{}, {}, {}, {}]);
      for (const isAhead of [false, true]) {
        const { first, second, ids } = await pagesAround(bench, made, async (page) => {
          const read = idsOf(page);
          const touched = made.users.find(({ id }) => read.includes(id) !== isAhead);
          await bench.patch(String(touched?.path), [
            { op: "replace", path: "externalId", value: bench.unique("touched") },
          ]);
        });
        const right = "Each of the four is on one of the two pages.";
        bench.expect(new Set(ids).size === 4, `The pages have ${new Set(ids).size} of 4 users.`, right, first, second);
      }
    },
  },
  {
    id: "losses/parallel-creates",
    title: "Of five requests at once for one name one makes a user.",
    level: "must",
    requirements: ["S-4.1.1-02", "P-3.3-08", "Q108"],
    section: "RFC 7643 §4.1.1",
    suffers: "One person has several accounts of one name, and clients find now the one and now the other.",
    misses: "Races that need more luck than five requests have.",
    async run(bench) {
      const body = bench.newUser();
      const answers = await Promise.all(Array.from({ length: 5 }, () => bench.post(usersOf(bench), body)));
      const made = answers.filter(isDone).length;
      bench.expect(made <= 1, `${made} users of one name are made.`, "One is, and the others are 409.", ...answers);
      if (made === 0 && !answers.some(({ status }) => status === 409)) bench.block("No user can be created.");
      bench.expect(made === 1, "None is made.", "One is, and the others are 409.", ...answers);
    },
  },
  {
    id: "losses/parallel-members",
    title: "Five members who are added at once, each by a request, are all in the group.",
    level: "must",
    requirements: ["P-3.5.2.1-06"],
    section: "RFC 7644 §3.5.2.1",
    suffers: "Of two who join a group at one moment one is left out, and both were told that they are in.",
    misses: "Races that need more luck than five requests have.",
    async run(bench) {
      bench.needs("patch");
      const { group, others } = await peopled(bench, 0, 5);
      const answers = await Promise.all(
        others.map(({ id }) => bench.patch(group.path, [{ op: "add", path: "members", value: [{ value: id }] }])),
      );
      const told200 = others.filter((_, place) => isDone(answers[place] as Answer));
      if (told200.length === 0) bench.block("No member can be added.");
      const ids = await memberIds(bench, group);
      const lost = told200.filter(({ id }) => !ids.includes(id)).length;
      bench.expect(lost === 0, `${lost} of ${told200.length} are not in it.`, "Who was told so is in it.", ...answers);
    },
  },
  {
    id: "losses/remove-list",
    title: "remove of members with a list never empties the group: it takes these out, or is refused.",
    level: "should",
    requirements: ["P-3.5.2.2-08", "R-2", "Q73"],
    section: "RFC 7644 §3.5.2.2",
    suffers: "One who leaves a group takes everybody else along.",
    misses: "A list that names nobody.",
    async run(bench) {
      const { group, members } = await peopled(bench, 2);
      const value = [{ value: members[0]?.id }];
      const answer = await bench.patch(group.path, [{ op: "remove", path: "members", value }]);
      const ids = await memberIds(bench, group);
      const right = "Who is not in the list stays: the server takes out those who are, or answers 400.";
      bench.expect(ids.includes(String(members[1]?.id)), "Who is not in the list is gone.", right, answer);
    },
  },
  {
    id: "losses/remove-empty-list",
    title: "remove of members with an empty list never empties the group.",
    level: "should",
    requirements: ["R-2", "Q75"],
    section: "RFC 7644 §3.5.2.2",
    suffers: "A client that has nobody to remove removes everybody.",
    misses: "A list of elements that name nobody.",
    async run(bench) {
      const { group, members } = await peopled(bench, 2);
      const answer = await bench.patch(group.path, [{ op: "remove", path: "members", value: [] }]);
      const right = "Nobody is in the list, and nobody is taken out.";
      const ids = await memberIds(bench, group);
      bench.expect(
        members.every(({ id }) => ids.includes(id)),
        "Members are gone.",
        right,
        answer,
      );
    },
  },
  {
    id: "losses/letter-case-twins",
    title: "Two names that differ in letter case alone are one, beyond ASCII too.",
    level: "must",
    requirements: ["P-3.3-08", "S-4.1.1-02", "S-4.1.1-03"],
    section: "RFC 7643 §4.1.1",
    suffers: "Two people have what looks like one login name, and each can be taken for the other.",
    misses: "Letters whose case depends on the language, such as the Turkish i.",
    async run(bench) {
      const name = bench.address("jörg");
      await expectTwin(bench, name, name.replace("jörg", "JÖRG"));
    },
  },
  {
    id: "losses/unicode-twins",
    title: "Two names that differ in how accents are composed are one.",
    level: "must",
    requirements: ["P-5-01", "S-4.1.1-02"],
    section: "RFC 7644 §5",
    suffers: "Two people have what looks like one login name, and each can be taken for the other.",
    misses: "Letters of other scripts that look the same.",
    async run(bench) {
      const name = bench.address("josé");
      await expectTwin(bench, name.normalize("NFC"), name.normalize("NFD"));
    },
  },
  {
    id: "losses/unknown-manager",
    title: "A manager who does not exist is kept as he was sent, or the request is refused.",
    level: "option",
    requirements: ["R-80", "Q94", "S-2.3.7-05"],
    section: "RFC 7643 §4.3",
    suffers: "Clients believe that a person has a manager, and nothing of it is there.",
    misses: "A manager who is deleted later.",
    async run(bench) {
      bench.needsAttributes(`${ENTERPRISE}:manager.value`);
      const value = `no-such-${bench.run}`;
      const body = bench.newUser({ [ENTERPRISE]: { manager: { value } } });
      const answer = await bench.post(usersOf(bench), body);
      bench.expect(answer.status < 500, told(answer), "201, or 400 invalidValue.", answer);
      if (answer.status !== 201) return bench.note("A manager who does not exist is refused.");
      const kept = await bench.read(`${usersOf(bench)}/${encodeURIComponent(answer.body.id)}`);
      const seen = valueAt(kept, ENTERPRISE, "manager", "value");
      bench.note(
        seen === value ? "A manager who does not exist is kept." : "A manager who does not exist is left out.",
      );
      bench.expect(
        seen === value || seen === undefined,
        `The manager is ${seen}.`,
        "He is as sent, or left out.",
        answer,
      );
    },
  },
  {
    id: "losses/text-kept",
    title: "Text comes back as it was sent, blanks and signs of every script and all.",
    level: "must",
    requirements: ["S-2.3.1-01", "Q70"],
    section: "RFC 7643 §2.3.1",
    suffers: "The client compares, finds a difference, and writes the same value for ever.",
    misses: "Long texts; losses/long-text looks at them.",
    async run(bench) {
      const name = freeText(bench);
      const value = `${bench.unique("t")}  <b>&amp; "Ł" 李 🙂 \u00e9 e\u0301 %41 \\n`;
      const user = await person(bench, { [name]: value });
      const kept = (await bench.read(user.path))[name];
      bench.expect(kept === value, `${name} is ${JSON.stringify(kept)}.`, `It is ${JSON.stringify(value)}.`);
    },
  },
  {
    id: "losses/long-text",
    title: "A text of two hundred letters comes back whole, or is refused.",
    level: "must",
    requirements: ["S-2.3.1-01"],
    section: "RFC 7643 §2.3.1",
    suffers: "The end of a long name is gone without a word, and the client writes it again at every run.",
    misses: "Texts that are longer, and those of lists and extensions.",
    async run(bench) {
      const names = ["displayName", "title", "nickName", "userType"].filter((name) => isLong(bench, name));
      if (names.length === 0) bench.skip("Users have no text that clients may write freely.");
      const texts = names.map((name) => [name, `${bench.unique(name)} ${"long ".repeat(40)}end`] as const);
      const answer = await bench.post(usersOf(bench), bench.newUser(Object.fromEntries(texts)));
      if (isRefused(answer)) return bench.note(`Texts of two hundred letters are refused. ${told(answer)}`);
      needStatus(bench, answer, [200, 201]);
      const kept = await stored(bench, answer);
      for (const [name, text] of texts) {
        const seen = valueAt(kept, name);
        const says = `Of the ${text.length} letters of ${name} there are ${seen === undefined ? 0 : String(seen).length}.`;
        bench.expect(
          seen === text,
          seen?.length === text.length ? `${name} is another text.` : says,
          "It is as it was sent.",
          answer,
        );
      }
    },
  },
];

/** Whether any text goes: there are no values to choose from. */
function isLong(bench: Workbench, name: string): boolean {
  const fact = factOf(bench, name);
  return bench.hasAttribute(name) && fact?.type !== "reference" && (fact?.canonicalValues.length ?? 0) === 0;
}
