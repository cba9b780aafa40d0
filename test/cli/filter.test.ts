import { describe, expect, test } from "vitest";
import { ran } from "./terminal.ts";

const WORK = 'emails[type eq "work" and value co "@example.com"]';

describe("scimkit filter", () => {
  test("shows the tokens, the tree, the words, the canonical text, and the SQL of each database [P-3.4.2.2-01]", async () => {
    const { status, out } = await ran(["filter", `userName EQ "ada" and (${WORK} or not (active eq true))`]);
    expect(status).toBe(0);
    expect(out).toMatch(/^ {2}StringLiteral +"ada"$/m);
    expect(out).toMatch(/^ {2}and\n {4}compare {2}userName {2}eq {2}"ada"\n {4}or\n {6}element of emails\n/m);
    expect(out).toContain(
      'Users where userName is "ada" (whatever the letter case) and (one and the same element of emails has: type is "work"',
    );
    expect(out).toContain(`\n  userName eq "ada" and (${WORK} or not (active eq true))\n`);
    for (const dialect of ["PostgreSQL", "SQLite", "MariaDB"]) expect(out).toMatch(new RegExp(`^SQL, ${dialect}`, "m"));
    expect(out).not.toMatch(/SELECT[^\n]*ada/);
  });

  test("says the same as JSON", async () => {
    const { status, out } = await ran(["filter", "--json", "--type", "Group", 'displayName sw "Sales"']);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      tokens: [
        { type: "Word", text: "displayName", position: 1 },
        { type: "sw", text: "sw", position: 13 },
        { type: "StringLiteral", text: '"Sales"', position: 16 },
      ],
      tree: { type: "compare", path: "displayName", operator: "sw", value: "Sales" },
      canonical: 'displayName sw "Sales"',
      sql: [{ isExact: true }, { isExact: true }, { isExact: true }],
    });
  });

  test("uses the indexes that it is told of", async () => {
    const [with_, without] = await Promise.all([
      ran(["filter", 'title eq "x"', "--index", "title"]),
      ran(["filter", 'title eq "x"']),
    ]);
    expect(with_.out).toMatch(/title/);
    expect(with_.out).not.toBe(without.out);
  });

  test("shows where a wrong filter is wrong, with a caret, and exits with 1 [P-3.4.2.2-10]", async () => {
    const { status, out, error } = await ran(["filter", 'userName eqq "ada"']);
    expect({ status, out }).toEqual({ status: 1, out: "" });
    expect(error).toContain('userName eqq "ada"\n         ^\n');
    const unknown = await ran(["filter", 'usrName eq "ada"']);
    expect(unknown.status).toBe(1);
    expect(unknown.error).toMatch(/^invalidFilter: "usrName" is not an attribute/);
  });

  test.each([
    [["filter"], /there is no filter; type: npx scimkit filter/],
    [["filter", "userName", "eq", "ada"], /came as 3 words: put all of it in one pair of single quotes/],
    [["filter", "x pr", "--type", "Device"], /--type is User or Group, and not "Device"/],
  ])("%j is answered by what to type", async (words, message) => {
    const { status, error } = await ran(words);
    expect(status).toBe(2);
    expect(error).toMatch(message);
  });
});
