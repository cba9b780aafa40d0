import { clearableText, freeText } from "../../attributes.ts";
import type { Check } from "../../check.ts";
import { person, personWith } from "../people.ts";
import { expectFinds, expectMissesOut, isNamed, needsAnd, quoted } from "./search.ts";

const section = "RFC 7644 §3.4.2.2";

/** Each operator, on text. */
export const operatorChecks: readonly Check[] = [
  {
    id: "filter/eq",
    title: "eq finds the one user of a name, and nobody by half of it.",
    level: "must",
    requirements: ["P-3.4.2.2-02", "P-3.4.2.2-06"],
    section,
    suffers:
      "Every client looks an account up before it creates one, and would create it twice or take over another one's.",
    misses: "A lookup that goes wrong only where there are very many users.",
    async run(bench) {
      const user = await person(bench);
      await expectFinds(bench, isNamed(user), user);
      await expectMissesOut(bench, `userName eq ${quoted(user.userName.slice(0, -1))}`, user);
      await expectMissesOut(bench, `userName eq ${quoted(`x${user.userName}`)}`, user);
    },
  },
  {
    id: "filter/ne",
    title: "ne finds a user whose value is another one, and not one whose value is the same.",
    level: "must",
    requirements: ["P-3.4.2.2-07"],
    section,
    suffers: "Reports of all but one kind of account list the wrong accounts.",
    misses: "Another meaning of ne on attributes of several values, which R-4 says is open.",
    async run(bench) {
      const name = freeText(bench);
      const user = await personWith(bench, { [name]: "Engineer" });
      await needsAnd(bench, user);
      await expectFinds(bench, `${isNamed(user)} and ${name} ne "Clerk"`, user);
      await expectMissesOut(bench, `${isNamed(user)} and ${name} ne "Engineer"`, user);
    },
  },
  {
    id: "filter/ne-absent",
    title: "ne finds a user who has no value at all, since none is not the same as one.",
    level: "should",
    requirements: ["P-3.4.2.2-08", "R-3"],
    section,
    suffers: "Accounts that lack the attribute are in neither of two complementary lists, and are forgotten.",
    misses: "A server that reads ne so for one attribute and otherwise for others.",
    async run(bench) {
      const name = freeText(bench);
      const user = await person(bench, { [name]: undefined });
      await needsAnd(bench, user);
      await expectFinds(bench, `${isNamed(user)} and ${name} ne "Clerk"`, user);
    },
  },
  {
    id: "filter/co",
    title: "co finds by a part of the value wherever it stands.",
    level: "must",
    requirements: ["P-3.4.2.2-09"],
    section,
    suffers: "Searching people by a part of their name finds nobody, or everybody.",
    misses: "Parts that stand across the border of combined characters.",
    async run(bench) {
      const user = await person(bench);
      await expectFinds(bench, `userName co ${quoted(user.userName.slice(1, -1))}`, user);
      await expectMissesOut(bench, `userName co ${quoted(`${user.userName.slice(1)}x`)}`, user);
    },
  },
  {
    id: "filter/sw",
    title: "sw finds by the beginning of the value, and by all of it.",
    level: "must",
    requirements: ["P-3.4.2.2-10"],
    section,
    suffers: "Type-ahead searches of people miss those they are after.",
    misses: "A beginning that is cut in the middle of a character of two code units.",
    async run(bench) {
      const user = await person(bench);
      await expectFinds(bench, `userName sw ${quoted(user.userName.slice(0, -1))}`, user);
      await expectFinds(bench, `userName sw ${quoted(user.userName)}`, user);
      await expectMissesOut(bench, `userName sw ${quoted(user.userName.slice(1))}`, user);
    },
  },
  {
    id: "filter/ew",
    title: "ew finds by the end of the value, and by all of it.",
    level: "must",
    requirements: ["P-3.4.2.2-11"],
    section,
    suffers: "Accounts of one mail domain cannot be listed.",
    misses: "Blanks at the end of a value, which a database may pad or trim.",
    async run(bench) {
      const user = await person(bench);
      await expectFinds(bench, `userName ew ${quoted(user.userName.slice(1))}`, user);
      await expectFinds(bench, `userName ew ${quoted(user.userName)}`, user);
      await expectMissesOut(bench, `userName ew ${quoted(user.userName.slice(0, -1))}`, user);
    },
  },
  {
    id: "filter/pr",
    title: "pr finds a user who has a value, and not one who has none.",
    level: "must",
    requirements: ["P-3.4.2.2-13"],
    section,
    suffers: "Lists of accounts that lack something, a department or an address, are wrong.",
    misses: "A server that counts an empty text as a value.",
    async run(bench) {
      const name = clearableText(bench);
      const user = await personWith(bench, { [name]: "Engineer" });
      await needsAnd(bench, user);
      await expectFinds(bench, `${isNamed(user)} and ${name} pr`, user);
      const bare = await person(bench, { [name]: undefined });
      await expectMissesOut(bench, `${isNamed(bare)} and ${name} pr`, bare);
    },
  },
  {
    id: "filter/pr-complex",
    title: "pr of a complex attribute is true where one of its parts has a value.",
    level: "must",
    requirements: ["P-3.4.2.2-13", "P-3.4.2.2-31"],
    section,
    suffers: "Accounts without a name or an address cannot be told from those with one.",
    misses: "Complex attributes all of whose parts are empty texts.",
    async run(bench) {
      bench.needsAttributes("name.familyName");
      const user = await personWith(bench, { name: { givenName: "Ada", familyName: "Check" } });
      await needsAnd(bench, user);
      await expectFinds(bench, `${isNamed(user)} and name pr`, user);
    },
  },
  {
    id: "filter/order",
    title: "gt, ge, lt and le compare text in its order.",
    level: "must",
    requirements: ["P-3.4.2.2-14"],
    section,
    suffers: "Clients that read a directory in slices of the alphabet lose people at the borders.",
    misses: "The order of letters with accents and of scripts other than Latin.",
    async run(bench) {
      const name = freeText(bench);
      const user = await personWith(bench, { [name]: "mm" });
      await needsAnd(bench, user);
      for (const condition of ['gt "ma"', 'ge "mm"', 'lt "mz"', 'le "mm"'])
        await expectFinds(bench, `${isNamed(user)} and ${name} ${condition}`, user);
      for (const condition of ['gt "mm"', 'lt "mm"', 'ge "mz"', 'le "ma"'])
        await expectMissesOut(bench, `${isNamed(user)} and ${name} ${condition}`, user);
    },
  },
  {
    id: "filter/order-absent",
    title: "gt, ge, lt and le never match a user who has no value.",
    level: "should",
    requirements: ["P-3.4.2.2-16", "R-3"],
    section,
    suffers: "Accounts without a value turn up in ranges of values.",
    misses: "A server that does so under `not` alone.",
    async run(bench) {
      const name = freeText(bench);
      const user = await person(bench, { [name]: undefined });
      await needsAnd(bench, user);
      await expectMissesOut(bench, `${isNamed(user)} and ${name} lt "zzzz"`, user);
      await expectMissesOut(bench, `${isNamed(user)} and ${name} ge ""`, user);
    },
  },
];
