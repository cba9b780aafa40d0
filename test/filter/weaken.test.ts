import { describe, expect, test } from "vitest";
import type { Filter } from "../../src/filter/ast.ts";
import {
  explain,
  parseFilter,
  predicateOf,
  printFilter,
  resolveFilter,
  type Supports,
  weaken,
} from "../../src/filter/index.ts";
import type { AttributePath } from "../../src/schema/attribute.ts";
import { EnterpriseUserSchema } from "../../src/schema/core/enterprise-user.ts";
import { User as UserDefinition } from "../../src/schema/core/user.ts";
import { compileResourceType } from "../../src/schema/resource-type.ts";
import { filterChoice, rowChoice } from "../../src/testing/generate.ts";
import { randomFrom } from "../../src/testing/random.ts";
import { pickSeed, pickSize } from "../support/size.ts";

const seed = pickSeed();
const ROUNDS = pickSize("rounds of ten filters", { everyday: 200, thorough: 2000 });

const User = compileResourceType(UserDefinition.extend(EnterpriseUserSchema));
const resolve = (text: string) => resolveFilter(parseFilter(text), User);
const print = (filter: Filter<AttributePath> | undefined) => filter && printFilter(filter, (path) => path.text);

/** A backend that can look up by equality of some attributes, and nothing else. */
const keyValue: Supports = (node) =>
  node.type === "compare" &&
  node.operator === "eq" &&
  node.value !== null &&
  ["userName", "emails.value", "externalId"].includes(node.path.text);
/** The same, with the junctions. */
const junctions: Supports = (node) =>
  node.type === "and" ||
  node.type === "or" ||
  (node.type === "not" && node.filter.type === "compare") ||
  keyValue(node);

describe("weaken", () => {
  test.each<[string, Supports, string | undefined]>([
    ['userName eq "a"', keyValue, 'userName eq "a"'],
    ['userName eq "a" and active eq true', keyValue, 'userName eq "a"'],
    ['userName eq "a" or active eq true', junctions, undefined],
    ['userName eq "a" or externalId eq "b"', keyValue, undefined],
    ['userName eq "a" or externalId eq "b"', junctions, 'userName eq "a" or externalId eq "b"'],
    [
      '(userName eq "a" and title pr) or (externalId eq "b" and active eq true)',
      junctions,
      'userName eq "a" or externalId eq "b"',
    ],
    ['not (userName eq "a")', keyValue, undefined],
    ['not (userName eq "a")', junctions, 'not (userName eq "a")'],
    ['not (userName eq "a" or title pr)', junctions, 'not (userName eq "a")'],
    ['not (userName eq "a" and title pr)', junctions, undefined],
    ['not (not (userName eq "a" and title pr))', junctions, 'userName eq "a"'],
    ['not (not (title pr) or not (userName eq "a"))', keyValue, 'userName eq "a"'],
    ['emails[value eq "a" and type eq "work"]', keyValue, 'emails.value eq "a"'],
    ['emails[value eq "a" or type eq "work"]', junctions, undefined],
    ['emails[not (value eq "a")]', junctions, undefined],
    ['not (emails[value eq "a"])', junctions, undefined],
    ["title pr", keyValue, undefined],
  ])("of %s gives the strongest that the backend can run and that follows from it [P-3.4.2.2-17]", (text, supports, expected) => {
    expect(print(weaken(resolve(text), supports))).toBe(expected);
  });

  test("keeps a value path that can be run over less", () => {
    const supports: Supports = (node) =>
      node.type === "element" || (node.type === "compare" && node.path.text === "emails.type");
    const filter = resolve('emails[type eq "work" and value co "x"]');
    expect(
      print(weaken(filter, (node) => supports(node) && !(node.type === "element" && node.filter.type === "and"))),
    ).toBe('emails[emails.type eq "work"]');
  });

  test("does not take `ne` and `eq null` out of a value path: another element may have the value", () => {
    const all: Supports = (node) => node.type !== "element";
    for (const text of ['emails[type ne "work"]', "emails[type eq null]", 'emails[not (type eq "work")]'])
      expect(weaken(resolve(text), all)).toBeUndefined();
    expect(print(weaken(resolve('emails[type ne "work" and value sw "a"]'), all))).toBe('emails.value sw "a"');
  });

  test("is implied by the original, whatever the backend can run: random filters over random rows [P-3.4.2.2-02]", () => {
    const random = randomFrom(seed);
    const [aRow, aFilter] = [rowChoice(User), filterChoice(User, 3)];
    let useful = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const rows = random.list(8, 8, (index) => aRow.sample(random)(`${index}`));
      for (let run = 0; run < 10; run++) {
        const filter = aFilter.sample(random)(rows);
        const salt = random.below(1000);
        // Any choice of nodes, the same each time it is asked.
        const supports: Supports = (node) => hash(`${salt}${print(node)}`) % 3 !== 0;
        const weak = weaken(filter, supports);
        if (weak === undefined) continue;
        useful++;
        expect(runs(weak, supports), print(weak)).toBe(true);
        const [original, weaker] = [predicateOf(filter), predicateOf(weak)];
        for (const row of rows)
          if (original(row))
            expect(weaker(row), `${print(filter)} -> ${print(weak)} on ${JSON.stringify(row)}, seed ${seed}`).toBe(
              true,
            );
      }
    }
    expect(useful).toBeGreaterThan(ROUNDS * 1.25);
  });

  test("is the strongest that can be said with what the backend can run, where no comparison stands twice, by brute force", () => {
    const random = randomFrom(seed);
    const names = ["userName", "title", "nickName", "locale"];
    const rows = Array.from({ length: 16 }, (_, bits) =>
      Object.fromEntries(names.map((name, at) => [name, bits & (1 << at) ? "1" : "0"])),
    );
    /** A filter over these attributes, each named once. */
    const make = (over: readonly string[]): Filter<AttributePath> => {
      if (random.oneIn(4)) return { type: "not", filter: make(over) };
      if (over.length === 1) return resolve(`${over[0]} eq "1"`);
      const cut = 1 + random.below(over.length - 1);
      return { type: random.oneIn(2) ? "and" : "or", filters: [make(over.slice(0, cut)), make(over.slice(cut))] };
    };
    for (let round = 0; round < 1000; round++) {
      const filter = make(names);
      const known = names.filter(() => random.oneIn(2));
      const weak = weaken(filter, (node) => node.type !== "compare" || known.includes(node.path.text));
      const agree = (left: object, right: object) =>
        known.every((name) => left[name as keyof object] === right[name as keyof object]);
      for (const row of rows) {
        // What the backend knows of the row leaves it open whether the filter matches: then it has to be looked at.
        const isOpen = rows.some((other) => agree(row, other) && predicateOf(filter)(other));
        const found = weak === undefined || predicateOf(weak)(row);
        expect(found, `${print(filter)} -> ${print(weak)}, seed ${seed}`).toBe(isOpen);
      }
    }
  });
});

describe("explain", () => {
  test("tells which parts run in storage and which are looked at again", () => {
    const supports: Supports = (node) => keyValue(node) || node.type === "and";
    expect(explain(resolve('userName eq "a" and externalId eq "b"'), supports)).toEqual({
      storage: 'userName eq "a" and externalId eq "b"',
      rechecked: [],
    });
    expect(explain(resolve('userName eq "a" and active eq true and title pr'), supports)).toEqual({
      storage: 'userName eq "a"',
      rechecked: ["active eq true", "title pr"],
    });
    expect(explain(resolve("title pr"), supports)).toEqual({ storage: undefined, rechecked: ["title pr"] });
  });
});

/** Whether a backend can run a filter whole. */
function runs(filter: Filter<AttributePath>, supports: Supports): boolean {
  if (filter.type === "and" || filter.type === "or")
    return filter.filters.every((part) => runs(part, supports)) && supports(filter);
  return filter.type === "not" ? runs(filter.filter, supports) && supports(filter) : supports(filter);
}

function hash(text: string): number {
  let value = 17;
  for (const letter of text) value = (Math.imul(value, 31) + (letter.codePointAt(0) ?? 0)) >>> 0;
  return value;
}
