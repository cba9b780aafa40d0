import { freeText, usersOf } from "../attributes.ts";
import { needName } from "../bodies.ts";
import type { Check } from "../check.ts";
import { valueAt } from "../compare.ts";
import { expectError, expectMade, expectStatus, needList, needStatus } from "../judge.ts";
import type { Made, Workbench } from "../workbench.ts";

const section = "RFC 7644 §3.6";

/** Makes a user and deletes it; ends the check as blocked where that is refused. */
async function deleted(bench: Workbench): Promise<Made> {
  const made = await bench.user();
  needStatus(bench, await bench.delete(made.path), [200, 202, 204]);
  return made;
}

const gone = (
  method: string,
  misses: string,
  run: (bench: Workbench, made: Made) => ReturnType<Workbench["get"]>,
): Check => ({
  id: `delete/then-${method.toLowerCase()}-is-404`,
  title: `A ${method} of a user that was deleted is 404.`,
  level: "must",
  requirements: ["P-3.6-02", "R-49"],
  section,
  suffers: "A client believes that a person is there who is gone.",
  misses,
  async run(bench) {
    const answer = await run(bench, await deleted(bench));
    expectError(bench, answer, { status: 404, right: "The status is 404." });
  },
});

/** Deleting. @see RFC 7644 §3.6 */
export const remove: readonly Check[] = [
  {
    id: "delete/answer",
    title: "A DELETE is answered 204.",
    level: "must",
    requirements: ["P-3.6-01"],
    section,
    suffers: "A client takes the deletion for failed, and repeats it.",
    misses: "Other types than users.",
    async run(bench) {
      const { path } = await bench.user();
      expectStatus(bench, await bench.delete(path), 204, "The status is 204.", "A DELETE of a user");
    },
  },
  {
    id: "delete/without-body",
    title: "The answer to a DELETE has no body.",
    level: "must",
    requirements: ["P-3.6-01"],
    section,
    suffers: "A client on a connection that is kept takes the body for the next answer.",
    misses: "A body that a gateway cuts off.",
    async run(bench) {
      const { path } = await bench.user();
      const answer = await bench.delete(path);
      needStatus(bench, answer, [200, 204]);
      bench.expect(answer.text === "", "There is a body.", "There is none.", answer);
    },
  },
  gone("GET", "A user that a filter still finds; delete/absent-from-lists finds it.", (bench, { path }) =>
    bench.get(path),
  ),
  gone("PUT", "A PUT that is answered 404 and brings the user back.", (bench, { path }) =>
    bench.put(path, bench.newUser()),
  ),
  gone("PATCH", "A PATCH that is answered 404 and brings the user back.", (bench, { path }) => {
    const name = freeText(bench);
    return bench.patch(path, [{ op: "replace", path: name, value: "x" }]);
  }),
  gone("DELETE", "A third DELETE.", (bench, { path }) => bench.delete(path)),
  {
    id: "delete/unknown",
    title: "A DELETE of an id that was never there is 404.",
    level: "should",
    requirements: ["P-3.6-05"],
    section: "RFC 7644 §3.12",
    suffers: "A client believes that it has deleted a person whom it has never found.",
    misses: "An id of a form that the server never gives.",
    async run(bench) {
      const answer = await bench.delete(`${usersOf(bench)}/nobody-${bench.run}`);
      expectError(bench, answer, { status: 404, right: "The status is 404." });
    },
  },
  {
    id: "delete/absent-from-lists",
    title: "A user that was deleted is in no list.",
    level: "must",
    requirements: ["P-3.6-03"],
    section,
    suffers: "A client finds the person by name and writes to somebody who is gone.",
    misses: "Lists without a filter, and searches.",
    async run(bench) {
      bench.needs("filter");
      const made = await bench.user();
      const filter = `userName eq ${JSON.stringify(needName(bench, made))}`;
      const before = needList(bench, await bench.get(usersOf(bench), { filter }));
      if (before.length === 0) bench.block("The user is not found by its userName.");
      needStatus(bench, await bench.delete(made.path), [200, 202, 204]);
      const answer = await bench.get(usersOf(bench), { filter });
      const after = needList(bench, answer);
      bench.expect(after.length === 0, "It is found.", "It is not found.", answer);
    },
  },
  {
    id: "delete/name-is-free",
    title: "The userName of a user that was deleted can be given again.",
    level: "should",
    requirements: ["P-3.6-04"],
    section,
    suffers: "A person who comes back can never have an account again.",
    misses: "Other unique values than userName.",
    async run(bench) {
      const made = await deleted(bench);
      const body = { ...bench.newUser(), userName: valueAt(made.body, "userName") };
      const answer = await bench.post(usersOf(bench), body);
      expectMade(
        bench,
        answer,
        "The status is 201: what is deleted is in conflict with nothing.",
        "A new user with the userName of one who was deleted",
      );
    },
  },
  {
    id: "delete/only-the-one",
    title: "A DELETE of one user leaves the others.",
    level: "must",
    requirements: ["P-3.6-01"],
    section,
    suffers: "People lose their accounts who had nothing to do with it.",
    misses: "Users other than the one made before it.",
    async run(bench) {
      const other = await bench.user();
      await deleted(bench);
      expectStatus(
        bench,
        await bench.get(other.path),
        200,
        "The other user is there.",
        "A read of another user than the one who was deleted",
      );
    },
  },
];
