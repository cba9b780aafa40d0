import { freeText, isPlain, needAttribute } from "../../attributes.ts";
import type { Check } from "../../check.ts";
import { person, personWith } from "../people.ts";
import { expectFinds, expectMissesOut, isNamed, needsAnd, needsEq, quoted, search } from "./search.ts";

const section = "RFC 7644 §3.4.2.2";

/** What attributes are compared with. */
export const valueChecks: readonly Check[] = [
  {
    id: "filter/case-insensitive",
    title: "Text without letter case is found in any: userName above all.",
    level: "must",
    requirements: ["P-3.4.2.2-34", "S-4.1.1-03", "S-7-08"],
    section,
    suffers: "Ada@Example.com is not found as ada@example.com and is created again, or refused as taken for ever.",
    misses: "Letters beyond ASCII, which losses/letter-case-twins tries.",
    async run(bench) {
      const user = await person(bench);
      await needsEq(bench, user);
      await expectFinds(bench, `userName eq ${quoted(user.userName.toUpperCase())}`, user);
      await expectFinds(bench, `userName co ${quoted(user.userName.slice(1).toUpperCase())}`, user);
    },
  },
  {
    id: "filter/case-exact",
    title: "Text with letter case is found in its own alone: externalId.",
    level: "must",
    requirements: ["P-3.4.2.2-34", "S-3.1-13"],
    section,
    suffers:
      "Accounts whose keys differ in letter case alone, as those of Salesforce and Entra ID do, are taken for one another.",
    misses: "Servers whose database compares by a collation that ignores accents alone.",
    async run(bench) {
      const externalId = bench.unique("KeyAbC");
      const user = await personWith(bench, { externalId });
      await expectFinds(bench, `externalId eq ${quoted(externalId)}`, user);
      await expectMissesOut(bench, `externalId eq ${quoted(externalId.toUpperCase())}`, user);
    },
  },
  {
    id: "filter/date-order",
    title: "Dates are compared as moments.",
    level: "must",
    requirements: ["P-3.4.2.2-14"],
    section,
    suffers: "Clients that read what has changed since their last visit read everything, or miss changes for ever.",
    misses: "Moments that differ by less than a millisecond.",
    async run(bench) {
      const user = await person(bench);
      await needsAnd(bench, user);
      if ((await bench.read(user.path)).meta?.created === undefined) bench.skip("The server has no meta.created.");
      await expectFinds(bench, `${isNamed(user)} and meta.created gt "2001-01-01T00:00:00Z"`, user);
      await expectMissesOut(bench, `${isNamed(user)} and meta.created lt "2001-01-01T00:00:00Z"`, user);
      await expectMissesOut(bench, `${isNamed(user)} and meta.created gt "2999-01-01T00:00:00Z"`, user);
    },
  },
  {
    id: "filter/date-equal",
    title: "A moment is found by its date in another zone.",
    level: "should",
    requirements: ["P-3.4.2.2-06", "P-3.4.2.2-14", "S-2.3.5-03"],
    section,
    suffers: "A client in another time zone is answered by what has changed hours earlier or later.",
    misses: "Dates of other attributes than meta.created.",
    async run(bench) {
      const user = await person(bench);
      await needsAnd(bench, user);
      const { meta } = await bench.read(user.path);
      const at = Date.parse(String(meta?.created));
      if (Number.isNaN(at)) bench.block("meta.created is no date.");
      const before = `${new Date(at - 60_000 + 7_200_000).toISOString().slice(0, 19)}+02:00`;
      const after = `${new Date(at + 60_000 - 7_200_000).toISOString().slice(0, 19)}-02:00`;
      await expectFinds(bench, `${isNamed(user)} and meta.created gt ${quoted(before)}`, user);
      await expectFinds(bench, `${isNamed(user)} and meta.created lt ${quoted(after)}`, user);
    },
  },
  {
    id: "filter/boolean",
    title: "Booleans are compared with true and false.",
    level: "must",
    requirements: ["P-3.4.2.2-06"],
    section,
    suffers: "Lists of active or inactive accounts are wrong.",
    misses: "Booleans in the elements of a list.",
    async run(bench) {
      bench.needsAttributes("active");
      const user = await personWith(bench, { active: true });
      await needsAnd(bench, user);
      await expectFinds(bench, `${isNamed(user)} and active eq true`, user);
      await expectMissesOut(bench, `${isNamed(user)} and active eq false`, user);
      await expectFinds(bench, `${isNamed(user)} and active ne false`, user);
    },
  },
  {
    id: "filter/boolean-inactive",
    title: "A user who is not active is found by `active eq false`.",
    level: "must",
    requirements: ["P-3.4.2.2-06", "S-4.1.1-10"],
    section,
    suffers: "Whoever looks for suspended accounts, to delete them or to wake them, finds none.",
    misses: "A user who was deactivated long ago and moved elsewhere.",
    async run(bench) {
      bench.needsAttributes("active");
      const user = await personWith(bench, { active: false });
      await needsAnd(bench, user);
      const { ids } = await search(bench, isNamed(user));
      if (!ids.includes(user.id)) bench.block("A user who is not active is not even found by name.");
      await expectFinds(bench, `${isNamed(user)} and active eq false`, user);
      await expectMissesOut(bench, `${isNamed(user)} and active eq true`, user);
    },
  },
  {
    id: "filter/number",
    title: "Numbers are compared by their value: 10 is greater than 9.",
    level: "must",
    requirements: ["P-3.4.2.2-06", "P-3.4.2.2-14"],
    section,
    suffers: "Ranges of numbers hold the wrong accounts, since 10 comes before 9 as text.",
    misses: "Numbers beyond what a double holds exactly.",
    async run(bench) {
      const isNumber = ({ type }: { type: string }) => type === "integer" || type === "decimal";
      const found = needAttribute(bench, "number", (fact) => isNumber(fact) && !fact.multiValued && isPlain(fact));
      const user = await person(bench, found.with(10));
      await needsAnd(bench, user);
      await expectFinds(bench, `${isNamed(user)} and ${found.path} gt 9`, user);
      await expectFinds(bench, `${isNamed(user)} and ${found.path} eq 10`, user);
      await expectMissesOut(bench, `${isNamed(user)} and ${found.path} lt 9`, user);
    },
  },
  {
    id: "filter/null",
    title: "`eq null` finds who has no value, `ne null` who has one.",
    level: "option",
    requirements: ["P-3.4.2.2-27", "R-33"],
    section,
    suffers: "Clients that ask for accounts without a value so get those with one.",
    misses: "Attributes that are stored as null rather than left out.",
    async run(bench) {
      const name = freeText(bench);
      const user = await person(bench, { [name]: undefined });
      await needsAnd(bench, user);
      const { answer, ids } = await search(bench, `${isNamed(user)} and ${name} eq null`);
      if (answer.status === 400) bench.skip("The server refuses null, to which the grammar gives no meaning.");
      bench.expect(ids.includes(user.id), `\`${name} eq null\` misses a user without it.`, "None is null.", answer);
      await expectMissesOut(bench, `${isNamed(user)} and ${name} ne null`, user);
    },
  },
];
