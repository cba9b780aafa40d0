import { freeText } from "../../attributes.ts";
import type { Check } from "../../check.ts";
import { expectError, expectNoFault, needList, told } from "../../judge.ts";
import { person } from "../people.ts";
import { expectRefused, quoted, search } from "./search.ts";

const section = "RFC 7644 §3.4.2.2";
const right = "It is no filter by the grammar: 400 invalidFilter.";

/** What is no filter. */
export const malformedChecks: readonly Check[] = [
  {
    id: "filter/unknown-operator",
    title: "An operator that there is not is 400 invalidFilter.",
    level: "must",
    requirements: ["P-3.4.2.2-33"],
    section,
    suffers: "A client that uses an operator of another protocol is answered by the wrong accounts.",
    misses: "Operators that the server has of its own, which are legal.",
    async run(bench) {
      const user = await person(bench);
      const { answer } = await search(bench, `userName regex ${quoted(user.userName)}`);
      expectError(bench, answer, {
        status: 400,
        scimType: "invalidFilter",
        right: "400, with scimType invalidFilter.",
      });
    },
  },
  {
    id: "filter/refusal-text",
    title: "A filter that is refused is answered by a text that a person can read.",
    level: "should",
    requirements: ["P-3.4.2.2-33"],
    section: "RFC 7644 §3.12",
    suffers: "Who sets up the connection sees that it fails, and not why.",
    misses: "Whether the text tells the truth.",
    async run(bench) {
      const { answer } = await search(bench, 'userName regex "x"');
      if (answer.status !== 400) bench.block(told(answer));
      const hasText = typeof answer.body.detail === "string" && answer.body.detail !== "";
      bench.expect(hasText, "The error has no detail.", "`detail` says what is wrong with the filter.", answer);
    },
  },
  {
    id: "filter/incomplete",
    title: "A condition that lacks its operator, its operand or its attribute is refused.",
    level: "must",
    requirements: ["P-3.4.2.2-05"],
    section,
    suffers: "A client whose operand was lost is answered by everybody, and may delete or take over the first of them.",
    misses: "Conditions that lack something behind and or or.",
    async run(bench) {
      for (const filter of ["userName", "userName eq", 'eq "x"', '"x"']) await expectRefused(bench, filter, right);
    },
  },
  {
    id: "filter/dangling",
    title: "A filter that ends behind and, or, or not is refused.",
    level: "must",
    requirements: ["P-3.4.2.2-05", "P-3.4.2.2-25"],
    section,
    suffers: "A filter that was cut on its way is answered as if it were whole.",
    misses: "Filters that are cut within an operand.",
    async run(bench) {
      for (const filter of ['userName eq "x" and', 'userName eq "x" or', 'and userName eq "x"', "not"])
        await expectRefused(bench, filter, right);
    },
  },
  {
    id: "filter/unbalanced",
    title: "Parentheses, brackets and quotes that are not closed are refused.",
    level: "must",
    requirements: ["P-3.4.2.2-25"],
    section,
    suffers: "A filter that was cut on its way is answered as if it were whole.",
    misses: "Parentheses within brackets.",
    async run(bench) {
      for (const filter of ['(userName eq "x"', 'userName eq "x")', 'emails[type eq "work"', 'userName eq "x', "()"])
        await expectRefused(bench, filter, right);
    },
  },
  {
    id: "filter/trailing",
    title: "Something behind a whole filter is refused.",
    level: "must",
    requirements: ["P-3.4.2.2-25"],
    section,
    suffers: "Half of what a client asks is not read, and it is answered by more than it asked for.",
    misses: "A comment or a semicolon that a database reads, which filter/injection tries.",
    async run(bench) {
      for (const filter of ['userName eq "x" "y"', 'userName eq "x" userName eq "y"'])
        await expectRefused(bench, filter, right);
    },
  },
  {
    id: "filter/unquoted",
    title: "A text without quotes, or in single ones, is refused or read as what it says, never as everybody.",
    level: "should",
    requirements: ["P-3.4.2.2-26", "R-30"],
    section,
    suffers: "A client that forgets the quotes is answered by everybody.",
    misses: "Words that are keywords of the grammar.",
    async run(bench) {
      const user = await person(bench);
      for (const filter of [`userName eq no-${user.userName}`, `userName eq 'no-${user.userName}'`]) {
        const { answer, ids } = await search(bench, filter);
        if (answer.status === 400) continue;
        needList(bench, answer);
        bench.expect(ids.length === 0, `\`${filter}\` finds ${ids.length} users.`, "400, or a list of nobody.", answer);
        bench.note("A text without quotes is read as text, which the grammar does not have.");
      }
    },
  },
  {
    id: "filter/two-dots",
    title: "An attribute with a part of a part is refused.",
    level: "must",
    requirements: ["P-3.4.2.2-29"],
    section,
    suffers: "A slip in a filter is answered by a list that means something else.",
    misses: "Parts of parts behind a URN.",
    async run(bench) {
      await expectRefused(bench, 'name.familyName.first eq "x"', right);
    },
  },
  {
    id: "filter/order-boolean",
    title: "gt, ge, lt and le on a boolean are 400 invalidFilter.",
    level: "must",
    requirements: ["P-3.4.2.2-15"],
    section,
    suffers: "A filter without a meaning is answered by some accounts or others.",
    misses: "The same on certificates and other bytes.",
    async run(bench) {
      bench.needsAttributes("active");
      for (const operator of ["gt", "le"]) {
        const { answer } = await search(bench, `active ${operator} true`);
        expectError(bench, answer, {
          status: 400,
          scimType: "invalidFilter",
          right: "400, with scimType invalidFilter.",
        });
      }
    },
  },
  {
    id: "filter/substring-boolean",
    title: "co, sw and ew on a boolean are refused, or find nobody.",
    level: "should",
    requirements: ["P-3.4.2.2-12", "R-34"],
    section,
    suffers: "A filter without a meaning is answered by accounts.",
    misses: "The same on numbers and dates.",
    async run(bench) {
      bench.needsAttributes("active");
      const { answer, ids } = await search(bench, 'active co "zz"');
      expectNoFault(bench, answer, "A part of a boolean");
      bench.expect(ids.length === 0, "A boolean contains text.", "400 invalidFilter, or nobody.", answer);
    },
  },
  {
    id: "filter/wrong-type",
    title: "An operand of another type than the attribute is refused, or finds nobody.",
    level: "should",
    requirements: ["P-3.4.2.2-36", "R-34"],
    section,
    suffers: "A filter that compares apples with pears breaks the server, or finds everybody.",
    misses: "Types that a database casts in silence to something that matches.",
    async run(bench) {
      for (const filter of [`${freeText(bench)} eq 5`, "userName eq true", 'meta.created gt "notadate"']) {
        const { answer, ids } = await search(bench, filter);
        expectNoFault(bench, answer, `\`${filter}\``);
        bench.expect(ids.length === 0, `\`${filter}\` finds ${ids.length}.`, "400 invalidFilter, or nobody.", answer);
      }
    },
  },
  {
    id: "filter/complex-compared",
    title: "A complex attribute without a value of its own is not compared as a whole.",
    level: "must",
    requirements: ["P-3.4.2.2-31"],
    section,
    suffers: "A filter without a meaning is answered by some accounts or others.",
    misses: "Complex attributes of an extension.",
    async run(bench) {
      bench.needsAttributes("name.familyName");
      await expectRefused(bench, 'name eq "Check"', "A part of it has to be named: 400 invalidFilter.");
    },
  },
  {
    id: "filter/bounded",
    title: "A filter that is very long or very deep is answered or refused, and breaks nothing.",
    level: "should",
    requirements: ["P-3.4.2.2-37"],
    section,
    suffers: "Anybody with a token can stop the server by one request.",
    misses: "Filters that take exponential time in the database.",
    async run(bench) {
      for (const filter of [`${"(".repeat(1500)}userName pr${")".repeat(1500)}`, `userName eq "${"x".repeat(4000)}"`]) {
        const { answer } = await search(bench, filter);
        expectNoFault(bench, answer, "Such a filter");
      }
    },
  },
];
