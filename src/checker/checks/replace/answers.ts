import { freeText, usersOf } from "../../attributes.ts";
import { replacement } from "../../bodies.ts";
import type { Check } from "../../check.ts";
import { differences, valueAt } from "../../compare.ts";
import { expectError, expectStatus, isRefused, isResource, isStatus, needStatus } from "../../judge.ts";

const section = "RFC 7644 §3.5.1";

/** What a PUT is answered. @see RFC 7644 §3.5.1 */
export const answers: readonly Check[] = [
  {
    id: "replace/answer",
    title: "A PUT is answered 200 with the whole user.",
    level: "must",
    requirements: ["P-3.5.1-09"],
    section,
    suffers: "A client does not learn what the server has made of it; Okta takes it for failed.",
    misses: "A body that is short of some; replace/answer-is-what-is-kept finds it.",
    async run(bench) {
      const made = await bench.user();
      const answer = await bench.put(made.path, replacement(bench, made));
      expectStatus(bench, answer, 200, "The status is 200, and the body is the user.", "A PUT of a user");
      bench.expect(isResource(answer), "The body is no user with an id.", "The body is the user.", answer);
      const { id } = answer.body;
      bench.expect(String(id) === made.id, `The id is ${id}.`, `The id is still ${made.id}.`, answer);
    },
  },
  {
    id: "replace/answer-is-what-is-kept",
    title: "The answer to a PUT is what a GET gives afterwards.",
    level: "must",
    requirements: ["P-3.5.1-09", "P-3.1-04"],
    section: "RFC 7644 §3.1",
    suffers: "A client believes that the server holds what it has dropped.",
    misses: "Attributes that this body does not have.",
    async run(bench) {
      const name = freeText(bench);
      const made = await bench.user();
      const answer = await bench.put(made.path, replacement(bench, made, { [name]: bench.unique(name) }));
      if (!isResource(answer)) bench.block("The PUT is answered without the user.");
      const read = await bench.read(made.path);
      const wrong = differences({ ...answer.body, meta: null, id: null }, { ...read, meta: null, id: null });
      bench.expect(wrong.length === 0, `${wrong.join(", ")} differ.`, "Both are the same.", answer);
    },
  },
  {
    id: "replace/unknown",
    title: "A PUT to an id that is not there is 404.",
    level: "should",
    requirements: ["P-3.5.1-10"],
    section: "RFC 7644 §3.12",
    suffers: "A client believes that it has changed a person who is gone.",
    misses: "An id that was once there; delete/then-put-is-404 tries it.",
    async run(bench) {
      const answer = await bench.put(`${usersOf(bench)}/nobody-${bench.run}`, bench.newUser());
      expectError(bench, answer, {
        status: 404,
        right: "The status is 404.",
        what: "A PUT to an id that is not there",
      });
    },
  },
  {
    id: "replace/creates-nothing",
    title: "A PUT never creates a user.",
    level: "must",
    requirements: ["P-3.2-01"],
    section: "RFC 7644 §3.2",
    suffers: "A person who was deleted comes back under an id that nobody knows.",
    misses: "A user that comes to be under another id.",
    async run(bench) {
      const path = `${usersOf(bench)}/nobody-put-${bench.run}`;
      const answer = await bench.put(path, bench.newUser());
      const read = await bench.get(path);
      if (isStatus(read, 200)) await bench.delete(path);
      const holds = !isStatus(answer, 201, 200) && !isStatus(read, 200);
      bench.expect(holds, "The user is there.", "It is refused, and nothing is there.", answer, read);
    },
  },
  {
    id: "replace/conflict",
    title: "A PUT to a userName that another user has is 409, or 400, and changes nothing.",
    level: "must",
    requirements: ["S-4.1.1-02", "P-3.5.1-10", "S-7-25"],
    section: "RFC 7643 §4.1.1",
    suffers: "Two people have one name, and one of them gets into the other's account.",
    misses: "A conflict that differs in letter case.",
    async run(bench) {
      const other = await bench.user();
      const made = await bench.user();
      const userName = valueAt(other.body, "userName");
      const answer = await bench.put(made.path, { ...replacement(bench, made), userName });
      expectStatus(bench, answer, [409, 400], "The status is 409.", "A PUT with the userName of another user");
      const seen = valueAt(await bench.read(made.path), "userName");
      bench.expect(seen !== userName, "Both have it.", "The user has its own name still.", answer);
    },
  },
  {
    id: "replace/conflict-status",
    title: "A PUT to a userName that another user has is 409 with the scimType uniqueness.",
    level: "should",
    requirements: ["P-3.5.1-10", "R-38", "S-7-25"],
    section: "RFC 7644 §3.12",
    suffers: "A client cannot tell a name that is taken from one that is wrong.",
    misses: "The keyword on PATCH.",
    async run(bench) {
      const other = await bench.user();
      const made = await bench.user();
      const body = { ...replacement(bench, made), userName: valueAt(other.body, "userName") };
      const answer = await bench.put(made.path, body);
      if (!isRefused(answer)) bench.block("It is not refused.");
      expectError(bench, answer, {
        status: 409,
        scimType: "uniqueness",
        right: "It is 409 uniqueness.",
        what: "A PUT with the userName of another user",
      });
    },
  },
  {
    id: "replace/of-one-leaves-others",
    title: "A PUT to one user changes no other.",
    level: "must",
    requirements: ["P-3.5.1-01"],
    section,
    suffers: "One person is overwritten with another one's data.",
    misses: "Users other than the one made before it.",
    async run(bench) {
      const other = await bench.user();
      const made = await bench.user();
      const before = await bench.read(other.path);
      needStatus(bench, await bench.put(made.path, replacement(bench, made)), [200, 201, 204]);
      const wrong = differences(before, await bench.read(other.path));
      bench.expect(wrong.length === 0, `${wrong.join(", ")} of another user differ.`, "The other is as it was.");
    },
  },
  {
    id: "replace/to-the-collection",
    title: "A PUT to the endpoint of all users is refused.",
    level: "should",
    requirements: ["P-3.2-03"],
    section: "RFC 7644 §3.2",
    suffers: "A client that has lost an id overwrites nobody knows whom, or believes that it has.",
    misses: "The same for groups.",
    async run(bench) {
      const answer = await bench.put(usersOf(bench), bench.newUser());
      expectStatus(
        bench,
        answer,
        [400, 403, 404, 405, 501],
        "The status is 405, 404 or 501.",
        "A PUT to the endpoint of all users",
      );
    },
  },
];
