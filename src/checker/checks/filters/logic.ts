import { clearableText, freeText } from "../../attributes.ts";
import type { Check } from "../../check.ts";
import { person, personWith } from "../people.ts";
import { expectFinds, expectMissesOut, expectRefused, isNamed, needsAnd, needsEq, needsOr, quoted } from "./search.ts";

const section = "RFC 7644 §3.4.2.2";

/** How conditions are joined. */
export const logicChecks: readonly Check[] = [
  {
    id: "filter/and",
    title: "and finds what matches both conditions, and not what matches one.",
    level: "must",
    requirements: ["P-3.4.2.2-17"],
    section,
    suffers: "A client that asks for one account by two conditions is given another one.",
    misses: "More conditions than the database takes in one query.",
    async run(bench) {
      const user = await person(bench);
      await needsEq(bench, user);
      await expectFinds(bench, `${isNamed(user)} and id eq ${quoted(user.id)}`, user);
      await expectMissesOut(bench, `${isNamed(user)} and id eq "no-${user.id}"`, user);
      await expectMissesOut(bench, `id eq "no-${user.id}" and ${isNamed(user)}`, user);
    },
  },
  {
    id: "filter/or",
    title: "or finds what matches either condition.",
    level: "must",
    requirements: ["P-3.4.2.2-17"],
    section,
    suffers: "A client that looks for an account by name or by number misses it, and creates it again.",
    misses: "One resource that is listed twice because both conditions match.",
    async run(bench) {
      const [user, other] = [await person(bench), await person(bench)];
      await needsEq(bench, user);
      const filter = `${isNamed(user)} or ${isNamed(other)}`;
      await expectFinds(bench, filter, user);
      await expectFinds(bench, filter, other);
      await expectMissesOut(bench, `userName eq "no-${user.userName}" or ${isNamed(other)}`, user);
    },
  },
  {
    id: "filter/not",
    title: "not turns a condition in parentheses round, with a blank before them and without.",
    level: "must",
    requirements: ["P-3.4.2.2-17", "P-3.4.2.2-21"],
    section,
    suffers: "Clients that exclude service accounts or suspended ones get these alone.",
    misses: "A condition within that has no value to compare, which filter/not-absent tries.",
    async run(bench) {
      const name = freeText(bench);
      const user = await personWith(bench, { [name]: "Engineer" });
      await needsAnd(bench, user);
      await expectFinds(bench, `${isNamed(user)} and not (${name} eq "Clerk")`, user);
      await expectMissesOut(bench, `${isNamed(user)} and not (${name} eq "Engineer")`, user);
      await expectFinds(bench, `${isNamed(user)} and not(${name} eq "Clerk")`, user);
    },
  },
  {
    id: "filter/not-absent",
    title: "not is true of a user who has no value, since the condition within is false.",
    level: "should",
    requirements: ["P-3.4.2.2-17", "R-3"],
    section,
    suffers: "Accounts without a value are in neither of two complementary lists, and are never cleaned up.",
    misses: "Values that are NULL in a joined table.",
    async run(bench) {
      const name = clearableText(bench);
      const user = await person(bench, { [name]: undefined });
      await needsAnd(bench, user);
      await expectFinds(bench, `${isNamed(user)} and not (${name} eq "Clerk")`, user);
    },
  },
  {
    id: "filter/not-bare",
    title: "not without parentheses is refused.",
    level: "should",
    requirements: ["P-3.4.2.2-21"],
    section,
    suffers: "A slip in a filter is answered by a list that means something else.",
    misses: "Other forms that the grammar does not have.",
    async run(bench) {
      const right = "The grammar has `not` before parentheses alone: 400 invalidFilter.";
      await expectRefused(bench, `not ${freeText(bench)} pr`, right);
    },
  },
  {
    id: "filter/precedence",
    title: "and binds tighter than or.",
    level: "must",
    requirements: ["P-3.4.2.2-19", "R-28"],
    section,
    suffers: "A filter finds other accounts than the client means, and what it does next is done to these.",
    misses: "A wrong order of not against the others.",
    async run(bench) {
      const user = await person(bench);
      await needsOr(bench, user);
      await needsAnd(bench, user);
      const no = `id eq "no-${user.id}"`;
      await expectFinds(bench, `${isNamed(user)} or ${isNamed(user)} and ${no}`, user);
      await expectFinds(bench, `${no} and ${isNamed(user)} or ${isNamed(user)}`, user);
    },
  },
  {
    id: "filter/grouping",
    title: "Parentheses change what is joined first.",
    level: "must",
    requirements: ["P-3.4.2.2-18"],
    section,
    suffers: "A filter finds accounts that one of its conditions excludes.",
    misses: "Parentheses that are many levels deep.",
    async run(bench) {
      const user = await person(bench);
      await needsOr(bench, user);
      await needsAnd(bench, user);
      const no = `id eq "no-${user.id}"`;
      await expectMissesOut(bench, `(${isNamed(user)} or ${isNamed(user)}) and ${no}`, user);
      await expectFinds(bench, `${isNamed(user)} and (${no} or ${isNamed(user)})`, user);
      await expectFinds(bench, `((${isNamed(user)}))`, user);
    },
  },
  {
    id: "filter/chain",
    title: "Conditions are joined one after the other without parentheses.",
    level: "should",
    requirements: ["P-3.4.2.2-20"],
    section,
    suffers: "Filters of three conditions, which identity providers send for matching, are refused or misread.",
    misses: "Chains of hundreds of conditions.",
    async run(bench) {
      const one = freeText(bench);
      const user = await personWith(bench, { [one]: "Engineer" });
      await needsAnd(bench, user);
      const all = `${isNamed(user)} and id eq ${quoted(user.id)} and ${one} eq "Engineer"`;
      await expectFinds(bench, all, user);
      await expectMissesOut(bench, `${all} and id eq "no-${user.id}"`, user);
    },
  },
];
