import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { COMPARE_OPERATORS, type CompareOperator } from "../../src/filter/ast.ts";
import { parseFilter } from "../../src/filter/parser.ts";
import { elementTest, predicateOf } from "../../src/filter/predicate.ts";
import { resolveFilter } from "../../src/filter/resolve.ts";
import { comparisonKey, compileResourceType, defineResourceType, defineSchema, User } from "../../src/index.ts";
import type { AttributePath } from "../../src/schema/attribute.ts";
import { compareKeys } from "../../src/schema/comparison-key.ts";
import { type Directory, directory, ENTERPRISE, filtered, type Given, GROUP, USER } from "../support/directory.ts";
import { pickSeed, pickSize } from "../support/size.ts";

const SAMPLE = "urn:example:params:scim:schemas:Sample";
/** Every data type, for filters on each. */
const Sample = defineResourceType({
  name: "Sample",
  schema: defineSchema({
    id: SAMPLE,
    name: "Sample",
    attributes: {
      label: {},
      exact: { caseExact: true },
      handle: { scimkit: { comparison: "username" } },
      on: { type: "boolean" },
      ratio: { type: "decimal" },
      size: { type: "integer" },
      at: { type: "dateTime" },
      blob: { type: "binary" },
      link: { type: "reference", referenceTypes: ["external"] },
      tags: { multiValued: true },
      numbers: { type: "integer", multiValued: true },
      place: { type: "complex", subAttributes: { city: {}, zip: { type: "integer" } } },
      parts: {
        type: "complex",
        multiValued: true,
        subAttributes: { value: {}, type: {}, weight: { type: "integer" }, primary: { type: "boolean" } },
      },
      mode: { scimkit: { default: "standard" } },
    },
  }),
});

const SAMPLES: readonly Readonly<Record<string, unknown>>[] = [
  {
    label: "Alpha",
    exact: "Alpha",
    on: true,
    ratio: 1.5,
    size: 10,
    at: "2026-03-01T12:00:00Z",
    blob: "AQID",
    link: "https://example.com/a",
    tags: ["red", "Blue"],
    numbers: [1, 20],
    place: { city: "Rome", zip: 100 },
    parts: [
      { value: "a@x", type: "work", weight: 1, primary: true },
      { value: "b@y", type: "home", weight: 5 },
    ],
  },
  { label: "beta", exact: "beta", on: false, ratio: 2, size: 9, at: "2026-03-01T13:30:00+02:00", tags: ["green"] },
  { label: "", size: 0, place: { zip: 7 }, parts: [{ type: "work" }], mode: "other" },
  { mode: null },
];

let ask: Directory["ask"];
beforeAll(async () => {
  ({ ask } = await samples());
});

async function samples(given: Given = {}): Promise<Directory> {
  const service = directory({ resourceTypes: [Sample, User], ...given });
  for (const [index, sample] of SAMPLES.entries()) {
    const created = await service.ask("POST", "/Samples", { schemas: [SAMPLE], externalId: `s${index}`, ...sample });
    expect(created.status).toBe(201);
  }
  return service;
}

/** The numbers of the samples that match, counted from 0. */
async function found(filter: string, service: Pick<Directory, "ask"> = { ask }): Promise<number[]> {
  const answer = await service.ask("GET", filtered("/Samples", filter));
  expect(answer.status, answer.body).toBe(200);
  expect(answer.json.totalResults).toBe(answer.json.Resources.length);
  return answer.json.Resources.map(({ externalId }: { externalId: string }) => Number(externalId.slice(1))).sort();
}

const rows = (...table: readonly (readonly [filter: string, matches: readonly number[]])[]) => table;

describe("eq and ne", () => {
  test.each(
    rows(
      ['label eq "ALPHA"', [0]],
      ['exact eq "Alpha"', [0]],
      ['exact eq "alpha"', []],
      ["on eq true", [0]],
      ["on eq false", [1]],
      ["ratio eq 1.50", [0]],
      ["ratio eq 2.0", [1]],
      ["size eq 10", [0]],
      ["size eq 0", [2]],
      ['at eq "2026-03-01T14:00:00+02:00"', [0]],
      ['blob eq "AQID"', [0]],
      ['blob eq "aqid"', []],
      ['link eq "https://example.com/a"', [0]],
      ['label eq ""', [2]],
      ['label eq "nobody"', []],
    ),
  )("compare identical values of the attribute's type: %s [P-3.4.2.2-02 P-3.4.2.2-06 P-3.4.2.2-34]", async (filter, matches) => {
    expect(await found(filter)).toEqual(matches);
  });

  test.each(
    rows(
      ['label ne "Alpha"', [1, 2, 3]],
      ["on ne true", [1, 2, 3]],
      ["size ne 10", [1, 2, 3]],
      ['not (label eq "Alpha")', [1, 2, 3]],
      ['not (label ne "Alpha")', [0]],
      ['place.city ne "Rome"', [1, 2, 3]],
      ["not (size gt 5)", [2, 3]],
      ['not (label co "a")', [2, 3]],
    ),
  )("are two-valued: no value is not identical to the operand: %s [P-3.4.2.2-07 P-3.4.2.2-08 R-3]", async (filter, matches) => {
    expect(await found(filter)).toEqual(matches);
  });

  test.each(
    rows(
      ["label eq null", [3]],
      ["not (label pr)", [2, 3]],
      ["label ne null", [0, 1, 2]],
      ["on eq null", [2, 3]],
      ["tags eq null", [2, 3]],
      ["parts.value ne null", [0]],
      ["place.city eq null", [1, 2, 3]],
    ),
  )("compare with null as with no value: %s [P-3.4.2.2-27 R-33]", async (filter, matches) => {
    expect(await found(filter)).toEqual(matches);
  });
});

describe("co, sw and ew", () => {
  test.each(
    rows(
      ['label co "LPH"', [0]],
      ['label co "a"', [0, 1]],
      ['label co ""', [0, 1, 2]],
      ['exact co "lph"', [0]],
      ['exact co "LPH"', []],
      ['label sw "al"', [0]],
      ['label sw "alpha"', [0]],
      ['label sw "lph"', []],
      ['label ew "PHA"', [0]],
      ['label ew "alpha"', [0]],
      ['label ew "alph"', []],
      ['link sw "https://example"', [0]],
      ['tags co "lu"', [0]],
    ),
  )("find a part, the beginning, the end, all of it included: %s [P-3.4.2.2-09 P-3.4.2.2-10 P-3.4.2.2-11]", async (filter, matches) => {
    expect(await found(filter)).toEqual(matches);
  });

  test("take no character for a wildcard [P-3.4.2.2-09]", async () => {
    for (const text of ["%", "_", "*", ".", "a%", "[a-z]"]) {
      expect(await found(`label co ${JSON.stringify(text)}`)).toEqual([]);
      expect(await found(`label sw ${JSON.stringify(text)}`)).toEqual([]);
    }
  });
});

describe("pr", () => {
  test.each(
    rows(
      ["label pr", [0, 1]],
      ["on pr", [0, 1]],
      ["size pr", [0, 1, 2]],
      ["tags pr", [0, 1]],
      ["place pr", [0, 2]],
      ["place.city pr", [0]],
      ["parts pr", [0, 2]],
      ["parts.value pr", [0]],
      ["not (parts pr)", [1, 3]],
      ["mode pr", [0, 1, 2, 3]],
    ),
  )("asks for a value that is not empty; false and 0 are values: %s [P-3.4.2.2-13 R-32]", async (filter, matches) => {
    expect(await found(filter)).toEqual(matches);
  });
});

describe("gt, ge, lt and le", () => {
  test.each(
    rows(
      ['label gt "ALPHA"', [1]],
      ['label ge "ALPHA"', [0, 1]],
      ['label lt "b"', [0, 2]],
      ['exact gt "Z"', [1]],
      ["size gt 9", [0]],
      ["size ge 9", [0, 1]],
      ["size lt 9", [2]],
      ["size le 0", [2]],
      ["ratio gt 1.5", [1]],
      ['at gt "2026-03-01T11:45:00Z"', [0]],
      ['at ge "2026-03-01T11:30:00.000Z"', [0, 1]],
      ['at lt "2026-03-01T13:00:00+01:00"', [1]],
      ['meta.lastModified ge "2011-05-13T04:42:34Z"', [0, 1, 2, 3]],
      ['meta.created lt "2011-05-13T04:42:34Z"', []],
      ["numbers gt 19", [0]],
    ),
  )("order text by its key, instants in time and numbers by value, and never what has no value: %s [P-3.4.2.2-14 P-3.4.2.2-16 R-34]", async (filter, matches) => {
    expect(await found(filter)).toEqual(matches);
  });

  test("order text beyond the basic plane by code point [P-3.4.2.2-14]", async () => {
    const service = directory({ resourceTypes: [Sample] });
    for (const [index, label] of ["\u{1f600}", "\uffee"].entries())
      await service.ask("POST", "/Samples", { schemas: [SAMPLE], externalId: `s${index}`, label });
    expect(await found('label gt "\uffee"', service)).toEqual([0]);
  });
});

describe("and, or, not and parentheses", () => {
  const terms = { a: 'tags eq "red"', b: 'label sw "b"', c: "size lt 10" };
  test.each(
    rows(
      [`${terms.a} and ${terms.c}`, []],
      [`${terms.b} and ${terms.c}`, [1]],
      [`${terms.a} or ${terms.b}`, [0, 1]],
      [`${terms.a} or ${terms.b} and ${terms.c}`, [0, 1]],
      [`(${terms.a} or ${terms.b}) and ${terms.c}`, [1]],
      [`not (${terms.a})`, [1, 2, 3]],
      [`not (${terms.a} or ${terms.b})`, [2, 3]],
      [`not (${terms.a}) and ${terms.c}`, [1, 2]],
      [`not (not (${terms.a}))`, [0]],
    ),
  )("are as logic has them: %s [P-3.4.2.2-17 P-3.4.2.2-18 P-3.4.2.2-19 P-3.4.2.2-20 R-28]", async (filter, matches) => {
    expect(await found(filter)).toEqual(matches);
  });
});

describe("multi-valued and complex attributes", () => {
  test.each(
    rows(
      ['tags eq "BLUE"', [0]],
      ['tags ne "red"', [0, 1, 2, 3]],
      ['not (tags eq "red")', [1, 2, 3]],
      ["numbers ne 1", [0, 1, 2, 3]],
      ['parts eq "b@y"', [0]],
      ['parts co "@"', [0]],
      ['parts.type eq "work"', [0, 2]],
      ['parts.type eq "work" and parts.value eq "b@y"', [0]],
      ['parts[type eq "work" and value eq "b@y"]', []],
      ['parts[type eq "home" and value eq "b@y"]', [0]],
      ['parts[type eq "work"]', [0, 2]],
      ['parts[not (type eq "work")]', [0]],
      ["parts[not (value pr)]", [2]],
      ['parts[type eq "work" and (weight lt 3 or value eq null)]', [0, 2]],
      ["parts[primary eq false]", [0, 2]],
      ["parts[primary ne true]", [0, 2]],
      ['tags[value sw "b"]', [0]],
      ['parts[type eq "work"].value eq "a@x"', [0]],
      ['parts[type eq "home"].value eq "a@x"', []],
    ),
  )("match when any value does, and within brackets one value as a whole: %s [P-3.4.2.2-22 P-3.4.2.2-24 P-3.4.2.2-30 P-3.4.2.2-31 R-4 R-29 R-31 R-52]", async (filter, matches) => {
    expect(await found(filter)).toEqual(matches);
  });

  test("have an ne that means no value, where the server says neMultiValued: none [R-4]", async () => {
    const service = await samples({ settings: { neMultiValued: "none" } });
    for (const [filter, matches] of rows(
      ['tags ne "red"', [1, 2, 3]],
      ["numbers ne 1", [1, 2, 3]],
      ['parts.type ne "work"', [1, 3]],
      ['not (tags ne "red")', [0]],
      ['parts[type ne "work"]', [0]],
      ['label ne "Alpha"', [1, 2, 3]],
      ["tags ne null", [0, 1]],
    ))
      expect(await found(filter, service), filter).toEqual(matches);
  });

  test("are refused where a comparison needs a sub-attribute [P-3.4.2.2-31 R-31]", async () => {
    for (const filter of ['place eq "Rome"', 'place co "R"', "place gt 1", 'place[city eq "Rome"]']) {
      const answer = await ask("GET", filtered("/Samples", filter));
      expect(answer.json, filter).toMatchObject({ status: "400", scimType: "invalidFilter" });
    }
    expect((await ask("GET", filtered("/Samples", 'place eq "Rome"'))).json.detail).toContain("place.city");
  });
});

describe("an attribute with a default", () => {
  test("is found by the value that the client was given, and always has one [P-3.4.2.2-32 R-19a]", async () => {
    expect(await found('mode eq "standard"')).toEqual([0, 1, 3]);
    expect(await found('mode ne "standard"')).toEqual([2]);
    expect(await found("mode eq null")).toEqual([]);
  });
});

describe("common and computed attributes", () => {
  test("are filtered by like any other [P-3.4.2.2-35 P-3.4.2.2-38 P-3.4.2.2-34]", async () => {
    const service = directory();
    const create = async (user: Readonly<Record<string, unknown>>) => {
      const schemas = [USER, ...(ENTERPRISE in user ? [ENTERPRISE] : [])];
      return (await service.ask("POST", "/Users", { schemas, ...user })).json;
    };
    // One after the other: answers are in the order of creation.
    const ann = await create({ userName: "ann", externalId: "A1" });
    const bob = await create({ userName: "bob", [ENTERPRISE]: { department: "x" } });
    const members = [{ value: ann.id }];
    const group = (await service.ask("POST", "/Groups", { schemas: [GROUP], displayName: "g", members })).json;
    const names = async (filter: string) =>
      (await service.ask("GET", filtered("/Users", filter))).json.Resources.map(
        ({ userName }: { userName: string }) => userName,
      );
    expect(await names(`id eq "${bob.id}"`)).toEqual(["bob"]);
    expect(await names(`id eq "${bob.id.toUpperCase()}"`)).toEqual(bob.id === bob.id.toUpperCase() ? ["bob"] : []);
    expect(await names('externalId eq "A1"')).toEqual(["ann"]);
    expect(await names('externalId eq "a1"')).toEqual([]);
    expect(await names('USERNAME eq "ANN"')).toEqual(["ann"]);
    expect(await names(`groups.value eq "${group.id}"`)).toEqual(["ann"]);
    expect(await names('groups.display eq "G"')).toEqual(["ann"]);
    expect(await names(`not (groups eq "${group.id}")`)).toEqual(["bob"]);
    expect(await names(`schemas eq "${ENTERPRISE}"`)).toEqual(["bob"]);
    expect(await names(`schemas eq "${USER}"`)).toEqual(["ann", "bob"]);
    expect(await names('meta.resourceType eq "User"')).toEqual(["ann", "bob"]);
    expect(await names(`meta.location eq "${ann.meta.location}"`)).toEqual(["ann"]);
    expect(await names(`meta.lastModified gt "${bob.meta.lastModified}" and userName pr`)).toEqual([]);
    const groups = await service.ask("GET", filtered("/Groups", `members.$ref eq "${ann.meta.location}"`));
    expect(groups.json.totalResults).toBe(1);
  });
});

describe("a filter that compares one attribute many times", () => {
  const Compiled = compileResourceType(Sample);
  const predicate = (filter: string) => predicateOf(resolveFilter(parseFilter(filter), Compiled));
  const CLAUSES = [
    'label eq "ALPHA"',
    'label ne "beta"',
    'label ew "a"',
    "label eq null",
    "label pr",
    'tags co "l"',
    'tags ne "red"',
    "numbers gt 5",
    'parts.value ew "x"',
    'parts.type ne "work"',
    'parts[value ew "x" and type eq "home"]',
    'parts[not (value sw "a") and value co "y"]',
    "parts[primary eq false]",
    "parts.primary eq true",
    'place.city eq "ROME"',
  ];

  test("says what its comparisons say one by one", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), fc.constantFrom(...CLAUSES)), { minLength: 2, maxLength: 12 }),
        fc.constantFrom("and", "or"),
        (clauses, junction) => {
          const texts = clauses.map(([negated, clause]) => (negated ? `not (${clause})` : clause));
          const whole = predicate(texts.join(` ${junction} `));
          const parts = texts.map(predicate);
          for (const sample of SAMPLES) {
            const expected = parts.map((part) => part(sample));
            expect(whole(sample)).toBe(junction === "and" ? expected.every(Boolean) : expected.some(Boolean));
          }
        },
      ),
    );
  });

  test("looks at a resource that changed anew", () => {
    const matches = predicate('label eq "a" or label eq "b"');
    const resource: Record<string, unknown> = { label: "A" };
    expect(matches(resource)).toBe(true);
    resource.label = "c";
    expect(matches(resource)).toBe(false);
    const isWork = elementTest({
      type: "or",
      filters: ["work", "home"].map((value) => ({
        type: "compare" as const,
        path: Compiled.resolve("parts.type") as AttributePath,
        operator: "eq" as const,
        value,
      })),
    });
    const element: Record<string, unknown> = { type: "WORK" };
    expect(isWork(element)).toBe(true);
    element.type = "other";
    expect(isWork(element)).toBe(false);
  });

  test("computes the key of a value once", () => {
    let computed = 0;
    const Counting = compileResourceType(Sample, (attribute, value) => {
      computed++;
      return comparisonKey(attribute, value);
    });
    const filter = Array.from({ length: 50 }, (_, index) => `label ew "x${index}"`).join(" or ");
    const matches = predicateOf(resolveFilter(parseFilter(filter), Counting));
    computed = 0;
    for (const sample of SAMPLES) matches(sample);
    expect(computed).toBe(SAMPLES.filter(({ label }) => label !== undefined).length);
  });
});

describe("comparisons", () => {
  const Compiled = compileResourceType(Sample);
  const leaf = (name: string) => Compiled.resolve(name) as AttributePath;
  const matches = (name: string, operator: CompareOperator, operand: string, value: string) =>
    predicateOf({ type: "compare", path: leaf(name), operator, value: operand })({ [name]: value });
  const run = { seed: pickSeed(), numRuns: pickSize("pairs of texts", { everyday: 3000, thorough: 200_000 }) };

  /** What the keys say: the comparison may find the same out in another way. */
  function byKeys(name: string, operator: CompareOperator, operand: string, value: string): boolean {
    const [key, other] = [comparisonKey(leaf(name).attribute, value), comparisonKey(leaf(name).attribute, operand)];
    const [left, right] = [String(key), String(other)];
    const order = compareKeys(key, other);
    const outcomes: Readonly<Record<CompareOperator, boolean>> = {
      eq: key === other,
      ne: key !== other,
      co: left.includes(right),
      sw: left.startsWith(right),
      ew: left.endsWith(right),
      gt: order > 0,
      ge: order >= 0,
      lt: order < 0,
      le: order <= 0,
    };
    return outcomes[operator];
  }

  test("say of texts what their keys say, with accents, letters of two widths and signs that become ASCII", () => {
    const piece = fc.constantFrom(
      ...[
        "a",
        "A",
        "b",
        "k",
        "K",
        "\u212a",
        "i",
        "I",
        "\u0130",
        "\u00e9",
        "e",
        "E",
        "\u0301",
        "\u0338",
        "<",
        ";",
        "\u037e",
      ],
      ...["\uff21", "\ud83d\ude00", "\uff5e", "\u03a3", "\u03c2", "ss", "\u00df", "[", "{", "@", "`"],
    );
    const text = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(fc.constantFrom("label", "exact", "handle"), text, text, text, (name, start, own, other) => {
        for (const operator of COMPARE_OPERATORS)
          expect(matches(name, operator, start + other, start + own), operator).toBe(
            byKeys(name, operator, start + other, start + own),
          );
      }),
      run,
    );
  });

  test("say of times what their instants say, in any notation, and of what is none", () => {
    const clock = ["00:00:00", "00:00:00.5", "00:00:00.500", "00:00:00.000", "23:59:59", "24:00:00", "12:00:60"];
    const times = ["2026-03-01", "2026-02-28", "0001-01-01"].flatMap((day) =>
      clock.flatMap((time) => ["Z", "+00:00", "+02:00", ""].map((zone) => `${day}T${time}${zone}`)),
    );
    // By code points the first of these stands behind the second, and by UTF-16 in front of it.
    const strange = ["", "Z", "\ud83d\ude00026-01-01T00:00:00Z", "\uff5e0026-01-01T00:00:00Z", "2026-03-01 00:00:00Z"];
    for (const value of [...times, ...strange])
      for (const operand of [...times, ...strange])
        for (const operator of ["eq", "ne", "gt", "ge", "lt", "le"] as const)
          if (matches("at", operator, operand, value) !== byKeys("at", operator, operand, value))
            throw new Error(`${value} ${operator} ${operand}`);
  });
});
