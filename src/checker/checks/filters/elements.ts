import type { Check } from "../../check.ts";
import { expectStatus, told } from "../../judge.ts";
import type { Workbench } from "../../workbench.ts";
import { type Addressed, addressed } from "../addressed.ts";
import { expectFinds, expectMissesOut, expectRefused, isNamed, needsAnd, quoted, search } from "./search.ts";

const section = "RFC 7644 §3.4.2.2";

/** Filters on attributes of several values. */
export const elementChecks: readonly Check[] = [
  {
    id: "filter/any-element",
    title: "A list matches where any of its elements does.",
    level: "must",
    requirements: ["P-3.4.2.2-30"],
    section,
    suffers: "People are found by their first address alone.",
    misses: "Lists of very many elements.",
    async run(bench) {
      const user = await addressed(bench);
      await expectFinds(bench, `emails.value eq ${quoted(user.work)}`, user);
      await expectFinds(bench, `emails.value eq ${quoted(user.home)}`, user);
      await expectMissesOut(bench, `emails.value eq ${quoted(`no-${user.home}`)}`, user);
    },
  },
  {
    id: "filter/implied-value",
    title: "A list without a part named stands for its value, as `emails co` in the RFC's examples.",
    level: "must",
    requirements: ["P-3.4.2.2-31", "R-31"],
    section,
    suffers: "Clients that take the filter from the RFC's own list of examples are refused.",
    misses: "Lists other than emails.",
    async run(bench) {
      const user = await addressed(bench);
      await expectFinds(bench, `emails co ${quoted(user.home)}`, user);
      await expectMissesOut(bench, `emails co ${quoted(`no-${user.home}`)}`, user);
    },
  },
  {
    id: "filter/same-element",
    title: "What stands in brackets must hold of one element.",
    level: "must",
    requirements: ["P-3.4.2.2-22", "P-3.4.2.2-23"],
    section,
    suffers: "A person is found by another person's work address, since her private one is the same.",
    misses: "Brackets on lists of groups and members.",
    async run(bench) {
      const user = await addressed(bench);
      const { answer, ids } = await search(bench, `emails[type eq "work" and value eq ${quoted(user.work)}]`);
      if (answer.status === 400 || answer.status === 501)
        bench.skip("The server has no filters in brackets, which it may choose.");
      expectStatus(bench, answer, 200, "200 and those who match, or 400 where the server has no such filters.");
      bench.expect(ids.includes(user.id), "The user who matches is not found.", "One element matches both.", answer);
      await expectMissesOut(bench, `emails[type eq "work" and value eq ${quoted(user.home)}]`, user);
      await expectMissesOut(bench, `emails[type eq "home" and value eq ${quoted(user.work)}]`, user);
    },
  },
  {
    id: "filter/other-elements",
    title: "Conditions without brackets may hold of different elements.",
    level: "must",
    requirements: ["P-3.4.2.2-22", "P-3.4.2.2-30"],
    section,
    suffers: "Filters without brackets find fewer than the RFC says.",
    misses: "Conditions that are joined by or.",
    async run(bench) {
      const user = await addressed(bench);
      await needsAnd(bench, user);
      await expectFinds(bench, `emails.type eq "work" and emails.value eq ${quoted(user.home)}`, user);
    },
  },
  {
    id: "filter/brackets-logic",
    title: "Brackets may hold or, not and parentheses.",
    level: "should",
    requirements: ["P-3.4.2.2-24"],
    section,
    suffers: "Filters that the grammar allows are refused.",
    misses: "Logic that is nested deeply in brackets.",
    async run(bench) {
      const user = await addressed(bench);
      await needsBrackets(bench, user);
      const no = `value eq ${quoted(`no-${user.work}`)}`;
      await expectFinds(bench, `emails[type eq "work" and (${no} or value eq ${quoted(user.work)})]`, user);
      await expectFinds(bench, `emails[value eq ${quoted(user.work)} and not (type eq "home")]`, user);
      await expectMissesOut(bench, `emails[value eq ${quoted(user.work)} and not (type eq "work")]`, user);
    },
  },
  {
    id: "filter/brackets-joined",
    title: "Brackets are a condition like others, joined by and.",
    level: "must",
    requirements: ["P-3.4.2.2-22", "P-3.4.2.2-25"],
    section,
    suffers: "Entra ID matches by an address of one type and something else, and is refused.",
    misses: "Two pairs of brackets on one list.",
    async run(bench) {
      const user = await addressed(bench);
      await needsAnd(bench, user);
      await needsBrackets(bench, user);
      await expectFinds(bench, `${isNamed(user)} and emails[value eq ${quoted(user.home)}]`, user);
      await expectMissesOut(bench, `emails[value eq ${quoted(user.home)}] and id eq "no-${user.id}"`, user);
    },
  },
  {
    id: "filter/brackets-unknown",
    title: "Brackets around a part that there is not are refused, or match nobody.",
    level: "should",
    requirements: ["P-3.4.2.2-23"],
    section,
    suffers: "A slip in a filter finds people who do not match.",
    misses: "Slips in brackets behind the path of a PATCH.",
    async run(bench) {
      const user = await addressed(bench);
      await needsBrackets(bench, user);
      const { answer, ids } = await search(bench, `emails[noSuchPart eq ${quoted(user.work)}]`);
      const right = "400 invalidFilter, or a list without the user.";
      bench.expect(
        !ids.includes(user.id) && answer.status < 500,
        `${told(answer)} ${ids.length} found.`,
        right,
        answer,
      );
    },
  },
  {
    id: "filter/brackets-empty",
    title: "Empty brackets are refused.",
    level: "must",
    requirements: ["P-3.4.2.2-05", "P-3.4.2.2-23"],
    section,
    suffers: "A client whose operand was lost is answered by everybody.",
    misses: "Brackets that are not closed.",
    async run(bench) {
      bench.needsAttributes("emails.value");
      await expectRefused(bench, "emails[]", "A filter has at least one condition: 400 invalidFilter.");
    },
  },
];

/** Ends the check as skipped where the server has no filters in brackets, which are its choice. */
async function needsBrackets(bench: Workbench, user: Addressed): Promise<void> {
  const { answer, ids } = await search(bench, `emails[value eq ${quoted(user.work)}]`);
  if (answer.status !== 200) bench.skip("The server has no filters in brackets, which it may choose.");
  if (!ids.includes(user.id)) bench.block("A filter in brackets does not find the user who matches.");
}
