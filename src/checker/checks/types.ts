import { attributeOfType, factOf, usersOf } from "../attributes.ts";
import { created, stored } from "../bodies.ts";
import type { Check } from "../check.ts";
import { isSame, valueAt } from "../compare.ts";
import type { AttributeFact } from "../facts.ts";
import type { Json } from "../json.ts";
import { expectMade, isFault, isRefused, told } from "../judge.ts";
import type { Workbench } from "../workbench.ts";

const shown = (value: Json) => (JSON.stringify(value) ?? "absent").slice(0, 120);

/** JSON types that each type of the RFC has. @see RFC 7643 §2.3 */
const IS: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  dateTime: (value) => typeof value === "string",
  binary: (value) => typeof value === "string",
  reference: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  decimal: (value) => typeof value === "number",
  integer: (value) => typeof value === "number" && Number.isInteger(value),
  complex: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};

/** The paths of an object whose values are of another JSON type than the schema says. */
function wrongTypes(body: Json, facts: readonly AttributeFact[], above = ""): readonly string[] {
  return facts.flatMap((fact) => {
    const value = valueAt(body, fact.name);
    if (value === undefined || value === null) return [];
    const path = above + fact.name;
    if (fact.multiValued !== Array.isArray(value)) return [path];
    const values: readonly Json[] = fact.multiValued ? value : [value];
    if (!values.every(IS[fact.type] ?? (() => true))) return [path];
    return values.flatMap((one) => wrongTypes(one, fact.subAttributes, `${path}.`));
  });
}

/** A value that must come back as it was, or means the same. */
interface Kept {
  readonly type: string;
  readonly id: string;
  readonly what: string;
  readonly value: Json;
  readonly requirement: string;
  readonly suffers: string;
  readonly isRight?: (seen: Json) => boolean;
}

const isInstant = (text: string) => (seen: Json) => Date.parse(seen) === Date.parse(text);
const withoutPadding = (text: unknown) => String(text).replace(/=+$/, "");

const kept: readonly Kept[] = [
  {
    type: "integer",
    id: "integer",
    what: "A whole number",
    value: 42,
    requirement: "S-2.3.4-01",
    suffers: "A number arrives as another one, or as text.",
  },
  {
    type: "integer",
    id: "zero",
    what: "Zero",
    value: 0,
    requirement: "S-2.5-01",
    suffers: "Nothing and none are taken for one.",
  },
  {
    type: "decimal",
    id: "decimal",
    what: "A decimal number",
    value: 1.25,
    requirement: "S-2.3.3-01",
    suffers: "The part behind the point is lost.",
  },
  {
    type: "dateTime",
    id: "date-time",
    what: "A time in UTC",
    value: "2008-01-23T04:56:22Z",
    requirement: "S-2.3.5-01",
    suffers: "An account ends on another day.",
    isRight: isInstant("2008-01-23T04:56:22Z"),
  },
  {
    type: "dateTime",
    id: "date-time-with-offset",
    what: "A time with an offset",
    value: "2008-01-23T04:56:22.5+02:00",
    requirement: "S-2.3.5-03",
    suffers: "An account ends hours too early.",
    isRight: (seen) => Math.abs(Date.parse(seen) - Date.parse("2008-01-23T04:56:22.5+02:00")) < 1000,
  },
  {
    type: "binary",
    id: "binary",
    what: "Bytes in base64",
    value: "AAEC/+8=",
    requirement: "S-2.3.6-01",
    suffers: "A certificate is broken.",
    isRight: (seen) => withoutPadding(seen) === "AAEC/+8",
  },
];

/** A value that is none of the type: refused, or read by what it means, but never given back as it is. */
interface Wrong {
  readonly type: string;
  readonly id: string;
  readonly what: string;
  readonly value: Json;
  readonly requirement: string;
}

const wrong: readonly Wrong[] = [
  { type: "integer", id: "text-for-integer", what: "Text for a whole number", value: "many", requirement: "S-2.3-02" },
  {
    type: "integer",
    id: "fraction-for-integer",
    what: "A fraction for a whole number",
    value: 5.5,
    requirement: "S-2.3.4-01",
  },
  {
    type: "decimal",
    id: "text-for-decimal",
    what: "Text for a decimal number",
    value: "much",
    requirement: "S-2.3.3-01",
  },
  { type: "dateTime", id: "no-date-time", what: "Text that is no time", value: "yesterday", requirement: "S-2.3.5-01" },
  { type: "dateTime", id: "date-alone", what: "A date without a time", value: "2008-01-23", requirement: "S-2.3.5-02" },
  {
    type: "dateTime",
    id: "impossible-date",
    what: "A thirteenth month",
    value: "2008-13-01T00:00:00Z",
    requirement: "S-2.3.5-01",
  },
  { type: "binary", id: "no-base64", what: "Text that is no base64", value: "not base64!", requirement: "S-2.3.6-01" },
  {
    type: "boolean",
    id: "text-for-boolean",
    what: "Text for true or false",
    value: "perhaps",
    requirement: "S-2.3.2-01",
  },
];

async function put(bench: Workbench, type: string, value: Json) {
  const one = type === "boolean" && bench.hasAttribute("active") ? active : attributeOfType(bench, type);
  const answer = await bench.post(usersOf(bench), { ...bench.newUser(), ...one.with(value) });
  return { one, answer };
}

const active = {
  path: "active",
  with: (value: unknown): Record<string, unknown> => ({ active: value }),
  of: (body: Json): Json => valueAt(body, "active"),
};

/** Data types. @see RFC 7643 §2.3 */
export const types: readonly Check[] = [
  {
    id: "types/json-in-answers",
    title: "Each value in an answer is of the JSON type that the schema says.",
    level: "must",
    requirements: ["S-2.3-02", "S-2.4-01", "P-3.8-08"],
    section: "RFC 7643 §2.3",
    suffers: "A client in a typed language fails to read people at all.",
    misses: "Values of resources that others have made, beyond the first ten.",
    async run(bench) {
      const facts = bench.facts.schemas.get(bench.facts.users?.schema ?? "")?.attributes;
      if (facts === undefined) return bench.skip("The server has no schema of users.");
      await bench.user();
      const answer = await bench.get(usersOf(bench), { count: 10 });
      const bodies: readonly Json[] = answer.body.Resources ?? bench.block(told(answer));
      const paths = [...new Set(bodies.flatMap((body) => wrongTypes(body, facts)))];
      bench.expect(paths.length === 0, `Of another type: ${paths.join(", ")}.`, "Each is as /Schemas says.", answer);
    },
  },
  {
    id: "types/active-is-boolean",
    title: "active is true or false in answers, and no text.",
    level: "must",
    requirements: ["S-2.3.2-01", "P-3.8-08"],
    section: "RFC 7643 §2.3.2",
    suffers: 'A client takes "false" for true, and lets people in who were shut out.',
    misses: "Other booleans than active.",
    async run(bench) {
      bench.needsAttributes("active");
      const body = await stored(bench, await created(bench, { active: true }));
      const seen = valueAt(body, "active");
      bench.expect(typeof seen === "boolean", `active is ${shown(seen)}.`, "active is true.");
    },
  },
  {
    id: "types/boolean-text",
    title: '"False" for active is refused, or means false.',
    level: "must",
    requirements: ["S-2.3.2-01", "R-54", "Q37"],
    section: "RFC 7643 §2.3.2",
    suffers: "An account that a client wants shut stays open, and the client believes that it is shut.",
    misses: "Other spellings, and PATCH.",
    async run(bench) {
      bench.needsAttributes("active");
      const answer = await bench.post(usersOf(bench), { ...bench.newUser(), active: "False" });
      if (isRefused(answer)) return bench.note("Booleans as text are refused.");
      expectMade(bench, answer, "It is 400, or 201 with active false.");
      const seen = valueAt(await stored(bench, answer), "active");
      bench.expect(seen === false, `active is ${shown(seen)}.`, "active is false, or the text is refused.", answer);
    },
  },
  ...kept.map(
    ({ type, id, what, value, requirement, suffers, isRight = (seen: Json) => isSame(seen, value) }): Check => ({
      id: `types/${id}`,
      title: `${what} comes back as it was sent.`,
      level: "must",
      requirements: [requirement],
      section: "RFC 7643 §2.3",
      suffers,
      misses: "Values at the ends of the range, and those of extensions beyond the first of this type.",
      async run(bench) {
        const { one, answer } = await put(bench, type, value);
        expectMade(bench, answer, `It is 201: ${shown(value)} is a ${type}.`);
        const seen = one.of(await stored(bench, answer));
        bench.expect(isRight(seen), `${one.path} is ${shown(seen)}.`, `${one.path} is ${shown(value)}.`, answer);
      },
    }),
  ),
  ...wrong.map(
    ({ type, id, what, value, requirement }): Check => ({
      id: `types/${id}`,
      title: `${what} is refused, or not kept.`,
      level: "must",
      requirements: [requirement],
      section: "RFC 7643 §2.3",
      suffers: "One client's fault makes a person unreadable for all others.",
      misses: "Other values that are none of the type.",
      async run(bench) {
        const { one, answer } = await put(bench, type, value);
        if (isRefused(answer)) return;
        if (isFault(answer)) bench.skip(told(answer));
        const seen = one.of(await stored(bench, answer));
        bench.expect(seen !== value, `${one.path} is ${shown(seen)}.`, `It is 400: this is no ${type}.`, answer);
      },
    }),
  ),
  {
    id: "types/number-for-text",
    title: "A number for userName is refused, or read as the text of its digits.",
    level: "must",
    requirements: ["S-2.3-02", "S-2.3.1-02"],
    section: "RFC 7643 §2.3.1",
    suffers: "One client's fault makes a person unreadable for all others.",
    misses: "Numbers for other texts; errors/wrong-type looks that none of them is a fault.",
    async run(bench) {
      const userName = Number(bench.run);
      if (!Number.isSafeInteger(userName)) bench.skip("The digits of this run are no number.");
      const answer = await bench.post(usersOf(bench), { ...bench.newUser(), userName });
      if (isRefused(answer)) return bench.note("A number for a text is refused.");
      if (isFault(answer)) bench.skip(told(answer));
      const name = valueAt(await stored(bench, answer), "userName");
      const seen = `The number ${userName} is taken as a userName, and comes back as ${shown(name)}.`;
      bench.expect(name === String(userName), seen, `It is 400, or userName is "${userName}", a text.`, answer);
      bench.note("A number for a text is read as its digits.");
    },
  },
  {
    id: "types/case-of-text",
    title: "Text comes back in the letter case in which it was sent.",
    level: "should",
    requirements: ["S-7-10", "S-7-09"],
    section: "RFC 7643 §7",
    suffers: "A client finds a difference at every run, and writes it again for ever.",
    misses: "Letter case of other attributes than userName.",
    async run(bench) {
      const own = String(bench.newUser().userName);
      const userName = own.replace(/[a-z]/, (first) => first.toUpperCase());
      const seen = valueAt(await stored(bench, await created(bench, { userName })), "userName");
      bench.expect(seen === userName, `userName is ${shown(seen)}.`, `userName is "${userName}".`);
    },
  },
  {
    id: "types/any-value-without-canonical-ones",
    title: "A text attribute without canonical values takes any text.",
    level: "should",
    requirements: ["S-2.2-02", "S-4.1.1-05"],
    section: "RFC 7643 §2.2",
    suffers: "A client's own word for a kind of people is refused, and the schema does not say why.",
    misses: "Attributes beyond userType.",
    async run(bench) {
      bench.needsAttributes("userType");
      if ((factOf(bench, "userType")?.canonicalValues.length ?? 0) > 0) bench.skip("userType has canonical values.");
      const answer = await bench.post(usersOf(bench), { ...bench.newUser(), userType: bench.unique("type") });
      expectMade(bench, answer, "It is taken.");
    },
  },
];
