import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileResourceType, EnterpriseUserSchema, Group, isScimError, User } from "../../src/index.ts";
import { type PrepareOptions, prepare, type ReadOptions } from "../../src/patch/index.ts";
import { knownPathsOf } from "../../src/patch/known-paths.ts";
import { pickSeed, pickSize } from "../support/size.ts";

const seed = pickSeed();
const RUNS = pickSize("requests on paths that were named before", { everyday: 3000, thorough: 50_000 });

const Person = User.extend(EnterpriseUserSchema);
const ENTERPRISE = EnterpriseUserSchema.id;

const LIMITS = { stringLength: 8192, binaryLength: 65_536, elements: 1000, collectionElements: 50_000 };
const READ: ReadOptions = {
  limits: LIMITS,
  unknownAttributes: "ignore",
  canonicalValues: "suggest",
  formats: "ignore",
  tolerances: {
    value: () => undefined,
    attribute: () => undefined,
    primaries: () => undefined,
    unknown: () => undefined,
    idOf: () => undefined,
  },
};

/** Ways to read an operation that differ in what becomes of a path. */
const OPTIONS: readonly PrepareOptions[] = [
  {},
  { read: { ...READ, canonicalValues: "enforce", formats: "enforce" } },
  { alias: (name) => (name.toLowerCase() === "mail" ? "emails" : undefined) },
  { unknownPath: () => undefined },
  {
    filter: { unquotedOperands: true },
    resolve: {
      unquotedOperand: () => undefined,
      operand: (_attribute, value) => (value === "True" ? true : undefined),
    },
  },
  { filter: { limits: { maxLength: 20, maxDepth: 32, maxClauses: 256 } } },
  { filter: { limits: { maxLength: 8192, maxDepth: 1, maxClauses: 256 } } },
  { filter: { limits: { maxLength: 8192, maxDepth: 32, maxClauses: 1 } } },
  { resolve: { limits: { ...LIMITS, stringLength: 3 } } },
  { read: { ...READ, limits: { ...LIMITS, stringLength: 3 } } },
  { resolve: { isReadable: ({ path }) => path !== "emails.type" } },
  { resolve: { isReadable: ({ path }) => path !== "emails" } },
  { resolve: { neMultiValued: "none" } },
  {
    read: {
      ...READ,
      tolerances: { ...READ.tolerances, refused: (_, value) => (value === "work" ? { detail: "no" } : undefined) },
    },
  },
  {
    refuse: ({ isSelecting, sub }) => {
      if (isSelecting && sub?.name === "display") throw new TypeError("refused");
    },
  },
];

const spelt = (text: string) => fc.constantFrom(text, text, text, text.toUpperCase(), ` ${text}`);
const comparison = fc
  .tuple(
    fc.constantFrom("type", "Type", "primary", "value", "display", "nothing"),
    fc.constantFrom("eq", "EQ", "ne", "co", "pr"),
    fc.constantFrom('"work"', '"Work"', '"home"', '"ada@x"', "true", '"True"', "work", "null", "7"),
  )
  .map(([name, operator, operand]) => (operator === "pr" ? `${name} pr` : `${name} ${operator} ${operand}`));
const filter = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('type eq "work"', "primary eq true", 'type eq "work" and primary eq true') },
  { weight: 3, arbitrary: comparison },
  fc.tuple(comparison, fc.constantFrom("and", "or"), comparison).map((parts) => parts.join(" ")),
  comparison.map((one) => `not (${one})`),
);
const path = fc.oneof(
  fc
    .constantFrom("title", "name.givenName", "emails", "emails.type", "mail", "nothing", "name", "id", "password")
    .chain(spelt),
  fc.constantFrom(ENTERPRISE, `${ENTERPRISE}:department`, `${ENTERPRISE}:manager.value`, User.schema.id).chain(spelt),
  fc
    .tuple(fc.constantFrom("emails", "emails", "Emails", "mail", "title", "schemas", "groups"), filter)
    .chain(([name, text]) =>
      fc.constantFrom("", ".value", ".display", ".nothing").map((sub) => `${name}[${text}]${sub}`),
    ),
);
const request = fc.record({
  op: fc.constantFrom("add" as const, "replace" as const, "remove" as const),
  path,
  value: fc.constantFrom<unknown>("a", "a", "a", { value: "b" }, { title: "c" }, [{ value: "d" }]),
  options: fc.constantFrom(...OPTIONS),
});
type Request = typeof request extends fc.Arbitrary<infer T> ? T : never;

/** What an operation comes to; of an error, all that it says. */
function outcomeOf(type: ReturnType<typeof compileResourceType>, { options, op, path, value }: Request): unknown {
  const operation = op === "remove" ? { op, path } : { op, path, value };
  try {
    return prepare(type, [operation], options);
  } catch (error) {
    if (isScimError(error)) return { ...error.toJSON(), summary: error.summary };
    return String(error);
  }
}

describe("paths that were named before", () => {
  test("mean what they mean to who names them first, whatever profile, limits and rights others had", () => {
    const used = compileResourceType(Person);
    let successes = 0;
    fc.assert(
      fc.property(request, (one) => {
        // Once to be kept under options of its own, and once to be found.
        const first = outcomeOf(compileResourceType(Person), one);
        for (const time of ["first", "second"]) {
          const outcome = outcomeOf(used, one);
          if (!isDeepStrictEqual(outcome, first)) expect(outcome, time).toStrictEqual(first);
        }
        if (Array.isArray(first)) successes++;
      }),
      { numRuns: RUNS, seed },
    );
    expect(successes).toBeGreaterThan(RUNS / 5);
  });

  test("describe no element that a rule of the host's refuses", () => {
    const type = compileResourceType(Person);
    const operation = { op: "add", path: 'emails[type eq "work"].value', value: "ada@example.com" } as const;
    const refused = (_: unknown, value: unknown) => (value === "work" ? { detail: "must not be work" } : undefined);
    const options = { read: { ...READ, tolerances: { ...READ.tolerances, refused } } };
    for (const [given, described] of [
      [{}, { type: "work" }],
      [options, undefined],
      [{}, { type: "work" }],
    ] as const)
      expect(prepare(type, [operation], given)).toMatchObject([{ type: "element", described }]);
  });

  test("are kept where the schema says all of them, and are not where a value of a tenant's stands in them", () => {
    const group = compileResourceType(Group);
    const person = compileResourceType(Person);
    const kept = [
      'emails[type eq "work"].value',
      "emails[primary eq true]",
      "name.givenName",
      `${ENTERPRISE}:department`,
    ];
    const values = [
      'emails[value eq "ada@example.com"].type',
      'emails[type eq "work" and value eq "a"]',
      'emails[type eq "secret"]',
    ];
    for (const path of [...kept, ...values]) prepare(person, [{ op: "replace", path, value: null }]);
    prepare(group, [{ op: "remove", path: 'members[value eq "u1"]' }]);
    expect(kept.filter((path) => knownPathsOf(person).find(path) === undefined)).toEqual([]);
    expect(values.filter((path) => knownPathsOf(person).find(path) !== undefined)).toEqual([]);
    expect(knownPathsOf(group).find('members[value eq "u1"]')).toBeUndefined();
    // Of another type there is nothing, though it has the same attributes.
    expect(knownPathsOf(compileResourceType(Person)).find("name.givenName")).toBeUndefined();
  });

  test("are kept some hundreds at most, and those that come again and again stay", () => {
    const type = compileResourceType(Person);
    const spellings = Array.from({ length: 2048 }, (_, at) =>
      [..."displayname"].map((letter, place) => ((at >> place) & 1 ? letter.toUpperCase() : letter)).join(""),
    );
    for (const path of spellings) {
      const [operation] = prepare(type, [{ op: "replace", path, value: "a" }]);
      expect(operation).toMatchObject({ path: { text: "displayName" } });
      prepare(type, [{ op: "replace", path: "title", value: "a" }]);
    }
    const found = spellings.filter((path) => knownPathsOf(type).find(path) !== undefined);
    expect(found.length).toBeLessThanOrEqual(512);
    expect(knownPathsOf(type).find("title")).toBeDefined();
  });
});
