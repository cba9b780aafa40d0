import { factOf, freeText } from "../../attributes.ts";
import type { Check } from "../../check.ts";
import { personWith } from "../people.ts";
import { expectFinds, expectMissesOut, quoted } from "./search.ts";

const section = "RFC 7644 §3.4.2.2";

/** Text as an operand: escapes, scripts, and what a database would read into it. */
export const textChecks: readonly Check[] = [
  {
    id: "filter/escapes",
    title: "Quotes and backslashes in an operand are escaped as in JSON.",
    level: "must",
    requirements: ["P-3.4.2.2-26"],
    section,
    suffers: "People with a quotation mark in their name cannot be found, or break the query.",
    misses: "Control characters that JSON must escape.",
    async run(bench) {
      const name = freeText(bench);
      const value = `${bench.unique("esc")} "a" \\b/`;
      const user = await personWith(bench, { [name]: value });
      if ((await bench.read(user.path))[name] !== value)
        bench.block("The server did not keep the text as it was sent.");
      await expectFinds(bench, `${name} eq ${quoted(value)}`, user);
      await expectMissesOut(bench, `${name} eq ${quoted(value.replace("\\", ""))}`, user);
    },
  },
  {
    id: "filter/unicode-escape",
    title: "An operand may have letters as \\u escapes.",
    level: "must",
    requirements: ["P-3.4.2.2-26"],
    section,
    suffers: "Clients whose JSON library escapes letters beyond ASCII find nobody with an umlaut.",
    misses: "Escapes of characters of two code units.",
    async run(bench) {
      const name = freeText(bench);
      const label = bench.unique("jörg");
      const user = await personWith(bench, { [name]: label });
      await expectFinds(bench, `${name} eq ${quoted(label).replace("ö", "\\u00f6")}`, user);
    },
  },
  {
    id: "filter/unicode",
    title: "Letters of any script are compared as they are.",
    level: "must",
    requirements: ["P-1.2-01", "P-3.4.2.2-26"],
    section: "RFC 7644 §1.2",
    suffers: "People whose names are not written in ASCII cannot be found.",
    misses: "Letters that a database of three bytes a character cuts off in attributes other than this one.",
    async run(bench) {
      const name = freeText(bench);
      const value = `${bench.unique("u")} Žofie Łukasz 李 🙂`;
      const user = await personWith(bench, { [name]: value });
      await expectFinds(bench, `${name} eq ${quoted(value)}`, user);
      await expectFinds(bench, `${name} ew "李 🙂"`, user);
      await expectMissesOut(bench, `${name} eq ${quoted(value.replace("🙂", "🙁"))}`, user);
    },
  },
  {
    id: "filter/composition",
    title: "Text is found whether its accents are composed or not.",
    level: "must",
    requirements: ["P-7.8-01"],
    section: "RFC 7644 §7.8",
    suffers: "A name that was typed on a Mac is not found from Windows.",
    misses: "Forms of compatibility, such as letters of full width.",
    async run(bench) {
      const name = freeText(bench);
      const value = `${bench.unique("nf")} José`;
      if (factOf(bench, name)?.caseExact === true) bench.skip(`${name} is compared exactly.`);
      const user = await personWith(bench, { [name]: value.normalize("NFD") });
      await expectFinds(bench, `${name} eq ${quoted(value.normalize("NFC"))}`, user);
    },
  },
  {
    id: "filter/no-wildcards",
    title: "%, _ and * in an operand are letters, and no wildcards of the database.",
    level: "must",
    requirements: ["P-3.4.2.2-02", "P-3.4.2.2-09", "S-9.2-02"],
    section,
    suffers: "A search for `a_b` finds others, and whoever may search by one letter can list the directory.",
    misses: "Wildcards of a database that has others, such as ? and #.",
    async run(bench) {
      const name = freeText(bench);
      const label = bench.unique("wild");
      const user = await personWith(bench, { [name]: `${label}xyz` });
      for (const operand of [`${label}_yz`, `${label}%`, `${label}*`])
        for (const operator of ["eq", "co"])
          await expectMissesOut(bench, `${name} ${operator} ${quoted(operand)}`, user);
    },
  },
];
