import type { Check } from "../../check.ts";
import type { Json } from "../../json.ts";
import type { Workbench } from "../../workbench.ts";
import { type Described, described, expectNone, listedAt, SCHEMAS } from "../discovery/document.ts";
import { TYPES } from "./core.ts";

const isText = (value: unknown) => typeof value === "string" && value !== "";

/** What one check asks of every attribute that `/Schemas` describes. */
interface Rule extends Omit<Check, "section" | "run"> {
  readonly section?: string;
  readonly isWrong: (one: Described) => boolean;
  readonly seen: string;
  readonly right: string;
}

const oneOf = (name: string, values: readonly string[]) => ({
  isWrong: ({ attribute }: Described) => attribute[name] !== undefined && !values.includes(attribute[name]),
  seen: `${name} of another spelling`,
  right: `${name} is one of ${values.join(", ")}, spelled so, or is left out.`,
});

const rules: readonly Rule[] = [
  {
    id: "schemas/attribute-name",
    title: "Each attribute has a name of letters, digits, -, _ and $ that begins with a letter, or is $ref.",
    level: "must",
    requirements: ["S-2.1-04", "S-2.1-05", "S-7-04"],
    section: "RFC 7643 §2.1",
    suffers: "A client cannot write the name into a path or a filter.",
    misses: "A name that is legal and that the server does not understand.",
    isWrong: ({ attribute: { name } }) => !(isText(name) && /^([A-Za-z][A-Za-z0-9$_-]*|\$ref)$/.test(name)),
    seen: "Other names",
    right: "A name is ALPHA *(nameChar), or $ref.",
  },
  {
    id: "schemas/attribute-type",
    title: "Each attribute has one of the eight types.",
    level: "must",
    requirements: ["S-7-04", "S-2.3-02"],
    suffers: "A client does not know which JSON to send for it.",
    misses: "A type that is stated and not kept to; types/json-in-answers finds it.",
    isWrong: ({ attribute: { type } }) => type !== undefined && !TYPES.includes(type),
    seen: "Of other types",
    right: `The type is one of ${TYPES.join(", ")}, spelled so; it is string where it is left out.`,
  },
  {
    id: "schemas/attribute-says-its-type",
    title: "Each attribute says of which type it is.",
    level: "should",
    requirements: ["S-7-04"],
    suffers: "A client takes a number or an object for text.",
    misses: "A type that no RFC has; schemas/attribute-type finds it.",
    isWrong: ({ attribute: { type } }) => type === undefined,
    seen: "Without a type",
    right: "The type is there, although string is what is meant without it.",
  },
  {
    id: "schemas/attribute-multi-valued",
    title: "Each attribute says with a boolean whether it has many values.",
    level: "should",
    requirements: ["S-7-04"],
    suffers: "A client sends one value where the server wants a list.",
    misses: "A boolean that says the opposite of what the server does.",
    isWrong: ({ attribute: { multiValued } }) => typeof multiValued !== "boolean",
    seen: "Without a boolean multiValued",
    right: "multiValued is true or false.",
  },
  {
    id: "schemas/attribute-required",
    title: "Whether an attribute is required, and whether letter case counts, are booleans where they are said.",
    level: "must",
    requirements: ["S-2.2-01", "S-2.2-03"],
    section: "RFC 7643 §2.2",
    suffers: 'A client takes "false" for true, or fails to read the document.',
    misses: "A boolean that says the opposite of what the server does.",
    isWrong: ({ attribute }) =>
      ["required", "caseExact"].some((name) => attribute[name] !== undefined && typeof attribute[name] !== "boolean"),
    seen: "required or caseExact that is no boolean",
    right: "required and caseExact are true or false, or are left out.",
  },
  {
    id: "schemas/mutability-keyword",
    title: "The mutability of each attribute is one of the four keywords, in their spelling.",
    level: "must",
    requirements: ["S-7-06"],
    suffers: "A client writes what cannot be written, or leaves alone what could be.",
    misses: "A keyword that says what is not so.",
    ...oneOf("mutability", ["readOnly", "readWrite", "immutable", "writeOnly"]),
  },
  {
    id: "schemas/returned-keyword",
    title: "When each attribute is returned is one of the four keywords, in their spelling.",
    level: "must",
    requirements: ["S-7-06"],
    suffers: "A client takes an attribute that is hidden for one that is gone.",
    misses: "A keyword that says what is not so; checks of attributes find it.",
    ...oneOf("returned", ["always", "never", "default", "request"]),
  },
  {
    id: "schemas/uniqueness-keyword",
    title: "The uniqueness of each attribute is one of the three keywords, in their spelling.",
    level: "must",
    requirements: ["S-7-06"],
    suffers: "A client chooses an attribute to match by that several people share.",
    misses: "A keyword that says what is not so; create/unique-attribute finds it.",
    ...oneOf("uniqueness", ["none", "server", "global"]),
  },
  {
    id: "schemas/quoted-keywords",
    title: "Keywords are written without the quotes that the RFC prints around them.",
    level: "must",
    requirements: ["S-1.1-02"],
    section: "RFC 7643 §1.1",
    suffers: "A client compares the keyword and finds none that it knows.",
    misses: "Quotes in other members.",
    isWrong: ({ attribute }) =>
      ["type", "mutability", "returned", "uniqueness"].some((name) => /^["']/.test(String(attribute[name]))),
    seen: "Keywords in quotes",
    right: "The value is the keyword alone.",
  },
  {
    id: "schemas/complex-sub-attributes",
    title: "Each complex attribute lists its sub-attributes.",
    level: "should",
    requirements: ["S-7-05"],
    suffers: "A client does not know what to put into it.",
    misses: "A list that is short of some.",
    isWrong: ({ attribute: { type, subAttributes } }) =>
      type === "complex" && !(Array.isArray(subAttributes) && subAttributes.length > 0),
    seen: "Complex without sub-attributes",
    right: "subAttributes is an array with at least one.",
  },
  {
    id: "schemas/simple-without-sub-attributes",
    title: "No simple attribute has sub-attributes.",
    level: "must",
    requirements: ["S-1.2-01"],
    section: "RFC 7643 §1.2",
    suffers: "A client sends an object where the server wants text.",
    misses: "A simple attribute that is described rightly and answered as an object.",
    isWrong: ({ attribute: { type, subAttributes } }) =>
      type !== "complex" && Array.isArray(subAttributes) && subAttributes.length > 0,
    seen: "Simple with sub-attributes",
    right: "Only complex attributes have subAttributes.",
  },
  {
    id: "schemas/one-level-deep",
    title: "No sub-attribute is complex.",
    level: "must",
    requirements: ["S-2.3.8-02"],
    section: "RFC 7643 §2.3.8",
    suffers: "A client cannot name what lies deeper: a path has one sub-attribute.",
    misses: "Objects within objects that the schema does not tell of.",
    // Those of the schema of schemas are printed so in the RFC.
    isWrong: ({ depth, schema, attribute: { type } }) =>
      depth > 0 && type === "complex" && !schema.toLowerCase().endsWith(":core:2.0:schema"),
    seen: "Complex sub-attributes",
    right: "A complex attribute has simple sub-attributes only.",
  },
  {
    id: "schemas/reference-types",
    title: "Reference types are said of references alone.",
    level: "must",
    requirements: ["S-7-26"],
    suffers: "A client follows text that is no link.",
    misses: "A reference that leads elsewhere than its type says.",
    isWrong: ({ attribute: { type, referenceTypes } }) =>
      type !== "reference" && Array.isArray(referenceTypes) && referenceTypes.length > 0,
    seen: "referenceTypes without being references",
    right: "referenceTypes is there for the type reference only.",
  },
  {
    id: "schemas/canonical-values",
    title: "Canonical values are a list of texts.",
    level: "should",
    requirements: ["S-2.2-02"],
    suffers: "A client that offers them for choice fails to read them.",
    misses: "Values that the list has and the server refuses.",
    isWrong: ({ attribute: { canonicalValues: values, type } }) =>
      values !== undefined &&
      !(Array.isArray(values) && (type !== "string" || values.every((one: unknown) => typeof one === "string"))),
    seen: "canonicalValues that is no list of texts",
    right: "canonicalValues is an array of texts, or is left out.",
  },
  {
    id: "schemas/boolean-characteristics",
    title: "Booleans and complex attributes are neither unique nor of a letter case.",
    level: "should",
    requirements: ["S-2.3.2-02", "S-2.3.8-03"],
    section: "RFC 7643 §2.3.2",
    suffers: "A client reads a meaning into what has none.",
    misses: "A characteristic that is said and has no effect elsewhere.",
    isWrong: ({ attribute: { type, caseExact, uniqueness = "none" } }) =>
      (type === "boolean" || type === "complex") && (caseExact === true || uniqueness !== "none"),
    seen: "With caseExact or uniqueness",
    right: "caseExact is false or left out, and uniqueness none or left out.",
  },
  {
    id: "schemas/write-only-is-never-returned",
    title: "What is writeOnly is never returned.",
    level: "should",
    requirements: ["S-7-14", "S-4.1.1-12"],
    suffers: "A client waits to read back what it has written.",
    misses: "A value that is returned nevertheless; passwords/never-returned finds it.",
    isWrong: ({ attribute: { mutability, returned } }) => mutability === "writeOnly" && returned !== "never",
    seen: "writeOnly and returned",
    right: 'A writeOnly attribute has returned "never".',
  },
  {
    id: "schemas/no-nulls",
    title: "No characteristic is null.",
    level: "client",
    clients: ["entra"],
    requirements: ["R-42"],
    section: "Entra: schema discovery",
    suffers: "Entra's wizard fails to read the schema and offers no attribute.",
    misses: "Nulls outside of the descriptions of attributes.",
    isWrong: ({ attribute }) => Object.values(attribute).includes(null),
    seen: "With null",
    right: "What has no value is left out.",
  },
  {
    id: "schemas/camel-case",
    title: "The characteristics have the spelling of the RFC, in camelCase.",
    level: "client",
    clients: ["entra"],
    requirements: ["S-7-04"],
    section: "Entra: schema discovery",
    suffers: "Entra's wizard finds no multiValued, and takes every attribute for a single text.",
    misses: "Characteristics that are left out.",
    isWrong: ({ attribute }) => Object.keys(attribute).some((name) => MISSPELLED.test(name) && !SPELLED.includes(name)),
    seen: "Of other spellings",
    right: "multiValued, caseExact, canonicalValues, referenceTypes, subAttributes and the others are spelled so.",
  },
];

const SPELLED = [
  "name",
  "type",
  "multiValued",
  "description",
  "required",
  "canonicalValues",
  "caseExact",
  "mutability",
  "returned",
  "uniqueness",
  "referenceTypes",
  "subAttributes",
];
const MISSPELLED = new RegExp(`^(${SPELLED.map((name) => name.replace(/[A-Z]/, "_?$&")).join("|")})$`, "i");

async function judge(bench: Workbench, { isWrong, seen, right }: Rule): Promise<void> {
  const { answer, entries } = await listedAt(bench, SCHEMAS);
  const all = described(entries);
  if (all.length === 0) bench.block("/Schemas describes no attribute.");
  const places = all.filter(isWrong).map(({ schema, path }) => `${lastOf(schema)} ${path}`);
  expectNone(bench, answer, places, { seen, right });
}

const lastOf = (urn: Json) => String(urn).split(":").at(-1);

/** What `/Schemas` says of each attribute. @see RFC 7643 §7 */
export const characteristics: readonly Check[] = rules.map((rule) => {
  const { isWrong: _, seen: __, right: ___, ...check } = rule;
  return { section: "RFC 7643 §7", ...check, run: (bench) => judge(bench, rule) };
});
