import { usersOf } from "../attributes.ts";
import { replacement } from "../bodies.ts";
import type { Check } from "../check.ts";
import { isUnassigned, valueAt } from "../compare.ts";
import { isList, isRefused, isStatus, needStatus, told } from "../judge.ts";
import type { Answer, Made, Workbench } from "../workbench.ts";

const section = "RFC 7643 §4.1.1";

/** A password that most policies take, and that is found wherever it turns up. */
const secretOf = (bench: Workbench) => `Xq7!Secret-${bench.run}-${Math.trunc(Math.random() * 1e6)}`;

async function withPassword(bench: Workbench): Promise<{ made: Made; password: string; answer: Answer }> {
  if (!bench.hasAttribute("password")) bench.skip("The schema of users has no password.");
  const password = secretOf(bench);
  const made = await bench.user({ password });
  return { made, password, answer: made.answer };
}

/** Whether the answer tells of it: the text itself, or anything under its name. */
function tells(bench: Workbench, answer: Answer, password: string): void {
  bench.expect(!answer.text.includes(password), "The password is in the answer.", "It is in no answer.", answer);
  const seen = valueAt(answer.body, "password");
  bench.expect(isUnassigned(seen), "The answer has a member password.", "There is none, of any value.", answer);
}

/** Passwords are written and never read. @see RFC 7643 §4.1.1, §9.2 */
export const passwords: readonly Check[] = [
  {
    id: "passwords/never-returned",
    title: "A password is not in the answer to a create, nor to a read.",
    level: "must",
    requirements: ["S-4.1.1-11", "S-7-14", "S-7-16", "Q44"],
    section,
    suffers: "Whoever may read people may read their passwords.",
    misses: "Answers to PATCH and bulk requests.",
    async run(bench) {
      const { made, password, answer } = await withPassword(bench);
      tells(bench, answer, password);
      tells(bench, await bench.get(made.path), password);
    },
  },
  {
    id: "passwords/never-when-asked",
    title: "A password is not returned where attributes names it.",
    level: "must",
    requirements: ["S-4.1.1-11", "S-7-16"],
    section,
    suffers: "Whoever knows how to ask may read passwords.",
    misses: "Searches that name it.",
    async run(bench) {
      const { made, password } = await withPassword(bench);
      tells(bench, await bench.get(made.path, { attributes: "password" }), password);
      tells(bench, await bench.get(made.path, { attributes: "userName,PASSWORD" }), password);
    },
  },
  {
    id: "passwords/never-in-lists",
    title: "A password is in no list.",
    level: "must",
    requirements: ["S-4.1.1-11"],
    section,
    suffers: "Whoever may list people may read their passwords.",
    misses: "Entries beyond those that a filter by name finds.",
    async run(bench) {
      bench.needs("filter");
      const { made, password } = await withPassword(bench);
      const filter = `userName eq ${JSON.stringify(valueAt(made.body, "userName"))}`;
      const answer = await bench.get(usersOf(bench), { filter });
      if (!isList(answer)) bench.block(told(answer));
      for (const body of answer.body.Resources ?? []) tells(bench, { ...answer, body }, password);
    },
  },
  {
    id: "passwords/never-after-replace",
    title: "A password is not in the answer to a PUT.",
    level: "must",
    requirements: ["S-4.1.1-11", "P-3.5.1-01"],
    section,
    suffers: "Passwords end up in the logs of whoever sets them.",
    misses: "Answers to PATCH.",
    async run(bench) {
      const { made } = await withPassword(bench);
      const password = secretOf(bench);
      const answer = await bench.put(made.path, replacement(bench, made, { password }));
      needStatus(bench, answer, [200, 201, 204]);
      tells(bench, answer, password);
    },
  },
  {
    id: "passwords/never-in-errors",
    title: "A password is not in the error about a body that has it.",
    level: "must",
    requirements: ["S-4.1.1-11", "P-3.12-11"],
    section,
    suffers: "Passwords end up in tickets and logs.",
    misses: "Errors about the password itself.",
    async run(bench) {
      if (!bench.hasAttribute("password")) bench.skip("The schema of users has no password.");
      const password = secretOf(bench);
      const answer = await bench.post(usersOf(bench), { ...bench.newUser(), password, userName: null });
      if (!isRefused(answer)) bench.block(told(answer));
      tells(bench, answer, password);
    },
  },
  {
    id: "passwords/not-guessed-by-halves",
    title: "Nobody finds users by the beginning of their passwords.",
    level: "should",
    requirements: ["S-4.1.1-16", "R-36"],
    section,
    suffers: "A password is read letter by letter, by filters.",
    misses: "Guesses of the whole password, which the RFC lets a server allow.",
    async run(bench) {
      bench.needs("filter");
      const { made, password } = await withPassword(bench);
      const finds = async (filter: string) => {
        const answer = await bench.get(usersOf(bench), { filter });
        return isList(answer) && answer.body.Resources?.some(({ id }: { id?: unknown }) => id === made.id) === true;
      };
      if (await finds('password sw "~none~"')) bench.block("The server ignores a filter by password.");
      for (const filter of [`password sw "${password.slice(0, 4)}"`, 'password co "Secret"'])
        bench.expect(!(await finds(filter)), `${filter} finds the user.`, "It is 400, or finds nobody.");
    },
  },
  {
    id: "passwords/not-sorted-by",
    title: "Users are not sorted by their passwords.",
    level: "should",
    requirements: ["S-4.1.1-16", "R-36"],
    section,
    suffers: "The order of a list tells which password comes first, and so what it is.",
    misses: "An order that is kept to in part.",
    async run(bench) {
      bench.needs("sort", "filter");
      if (!bench.hasAttribute("password")) bench.skip("The schema of users has no password.");
      const label = `order${bench.run}`;
      const ids: string[] = [];
      for (const letter of ["C", "A", "B"]) {
        const userName = `${label}-${bench.unique("password")}`;
        ids.push((await bench.user({ userName, password: `${letter}${secretOf(bench)}` })).id);
      }
      const orderOf = async (sortOrder: string) => {
        const filter = `userName sw "${label}"`;
        const answer = await bench.get(usersOf(bench), { filter, sortBy: "password", sortOrder });
        if (!isStatus(answer, 200)) return undefined;
        return (answer.body.Resources ?? []).map(({ id }: { id: string }) => ids.indexOf(id)).join("");
      };
      const up = await orderOf("ascending");
      const down = up === undefined ? undefined : await orderOf("descending");
      bench.expect(
        !(up === "120" && down === "021"),
        "The order is that of the passwords.",
        "It is 400, or another order.",
      );
    },
  },
];
