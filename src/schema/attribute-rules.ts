import {
  ATTRIBUTE_KEYS,
  ATTRIBUTE_TYPES,
  type AttributeLiteral,
  INTEGRITIES,
  MUTABILITIES,
  OWN_KEYS,
  type OwnCharacteristics,
  RETURNED,
  UNIQUENESS,
} from "./attribute.ts";
import { FORMATS } from "./format.ts";
import { nearestHint } from "./nearest-name.ts";

/** An attribute as a schema has it, with what the rules ask most often worked out. */
interface Subject {
  readonly literal: AttributeLiteral;
  /** What stands under `scimkit`. */
  readonly own: OwnCharacteristics;
  readonly type: string;
  readonly isComplex: boolean;
  readonly isUnique: boolean;
  readonly isInComplex: boolean;
}

/** One thing that RFC 7643 does not allow; its problem is the end of the sentence "Attribute … of … …". */
interface Rule {
  readonly isBroken: (subject: Subject) => boolean;
  readonly problem: (subject: Subject) => string;
}

/** What an attribute is refused for, the first rule that it breaks before the others. @see RFC 7643 §2, §7 */
const RULES: readonly Rule[] = [
  {
    isBroken: ({ literal }) => misplacedIn(literal) !== undefined,
    problem: ({ literal }) =>
      `has ${misplacedIn(literal)} beside the characteristics of RFC 7643; it is scimkit's own: write scimkit: { ${misplacedIn(literal)}: … }`,
  },
  {
    isBroken: ({ literal }) => unknownIn(literal) !== undefined,
    problem: ({ literal }) => `has ${unknownKeyProblem(unknownIn(literal) ?? "", ATTRIBUTE_KEYS)}`,
  },
  keyword("type", ATTRIBUTE_TYPES),
  keyword("mutability", MUTABILITIES),
  keyword("returned", RETURNED),
  keyword("uniqueness", UNIQUENESS),
  {
    isBroken: ({ literal: { scimkit } }) =>
      scimkit !== undefined && (typeof scimkit !== "object" || scimkit === null || Array.isArray(scimkit)),
    problem: () => "has a scimkit that is not an object",
  },
  {
    isBroken: ({ own }) => strangerIn(own) !== undefined,
    problem: ({ own }) =>
      `has scimkit.${strangerIn(own)}, which is none of ${OWN_KEYS.join(", ")}.${nearestHint(OWN_KEYS, strangerIn(own) ?? "")} Correct or remove it`,
  },
  ownKeyword("format", FORMATS),
  ownKeyword("comparison", ["plain", "username"]),
  ownKeyword("integrity", INTEGRITIES),
  flag("multiValued"),
  flag("required"),
  flag("caseExact"),
  ownFlag("collection"),
  ownFlag("lifecycle"),
  texts("canonicalValues"),
  texts("referenceTypes"),
  {
    isBroken: ({ isComplex, isInComplex }) => isComplex && isInComplex,
    problem: () => "is complex within a complex attribute, which RFC 7643 §2.3.8 forbids",
  },
  {
    isBroken: ({ literal, isComplex }) => isComplex && Object.keys(literal.subAttributes ?? {}).length === 0,
    problem: () => "is complex and has no subAttributes",
  },
  {
    isBroken: ({ literal, isComplex }) => !isComplex && literal.subAttributes !== undefined,
    problem: ({ type }) => `has subAttributes but is of type ${type}`,
  },
  {
    isBroken: ({ isComplex, isUnique }) => isComplex && isUnique,
    problem: () => "is complex and so cannot be unique itself",
  },
  {
    isBroken: ({ literal, type, isUnique }) => type === "boolean" && (isUnique || literal.caseExact === true),
    problem: () => "is boolean, which has neither uniqueness nor letter case",
  },
  {
    isBroken: ({ literal, type }) => type !== "reference" && literal.referenceTypes !== undefined,
    problem: ({ type }) => `has referenceTypes but is of type ${type}`,
  },
  {
    isBroken: ({ literal, type }) => type === "reference" && (literal.referenceTypes ?? []).length === 0,
    problem: () => "is a reference without referenceTypes",
  },
  {
    isBroken: ({ own: { format }, type }) =>
      format !== undefined && type !== (format === "certificate" ? "binary" : "string"),
    problem: ({ own, type }) => `has the format ${own.format} but is of type ${type}`,
  },
  {
    isBroken: ({ literal }) => literal.mutability === "writeOnly" && (literal.returned ?? "never") !== "never",
    problem: () => 'is writeOnly and so must be returned "never"',
  },
  {
    isBroken: ({ literal }) => literal.mutability !== "writeOnly" && secretPartOf(literal) !== undefined,
    // A secret travels and is kept apart from the resource, by the name of its attribute.
    problem: ({ literal }) =>
      `has the writeOnly sub-attribute "${secretPartOf(literal)}", which would be kept in clear beside the others; make an attribute of its own of it, or make the whole attribute writeOnly`,
  },
  {
    isBroken: ({ literal, own }) => own.collection === true && literal.mutability === "writeOnly",
    problem: () => "is a collection and so cannot be writeOnly: its elements are kept as they are",
  },
  {
    isBroken: ({ literal, own, isComplex }) =>
      own.collection === true &&
      !(isComplex && literal.multiValued === true && literal.subAttributes?.value !== undefined),
    problem: () => 'is a collection and so must be multi-valued, complex, and have a sub-attribute "value"',
  },
  {
    isBroken: ({ literal: { subAttributes }, own: { integrity } }) =>
      integrity !== undefined && (subAttributes?.value === undefined || subAttributes.$ref === undefined),
    problem: () => 'has an integrity and so must be complex, with sub-attributes "value" and "$ref"',
  },
  {
    isBroken: ({ literal, own }) => own.inverseOf !== undefined && literal.mutability !== "readOnly",
    problem: () => "is computed (inverseOf) and so must be readOnly",
  },
  // The meaning of the default sub-attributes is fixed [S-2.4-02].
  defaultSub("primary", "boolean"),
  defaultSub("type", "string"),
  defaultSub("display", "string"),
  defaultSub("$ref", "reference"),
];

/** Gives what is wrong with an attribute as the end of the sentence "Attribute … of … …", or undefined. */
export function ruleBrokenBy(literal: AttributeLiteral, isInComplex: boolean): string | undefined {
  const type = literal.type ?? "string";
  const isUnique = (literal.uniqueness ?? "none") !== "none";
  const own = literal.scimkit ?? {};
  const subject: Subject = { literal, own, type, isComplex: type === "complex", isUnique, isInComplex };
  return RULES.find(({ isBroken }) => isBroken(subject))?.problem(subject);
}

function secretPartOf({ subAttributes = {} }: AttributeLiteral): string | undefined {
  return Object.keys(subAttributes).find((name) => subAttributes[name]?.mutability === "writeOnly");
}

function keyword(key: "type" | "mutability" | "returned" | "uniqueness", allowed: readonly string[]): Rule {
  return {
    isBroken: ({ literal }) => literal[key] !== undefined && !allowed.includes(literal[key]),
    problem: ({ literal }) => `has ${key} ${JSON.stringify(literal[key])}; it must be one of ${allowed.join(", ")}`,
  };
}

function ownKeyword(key: "format" | "comparison" | "integrity", allowed: readonly string[]): Rule {
  return {
    isBroken: ({ own }) => own[key] !== undefined && !allowed.includes(own[key]),
    problem: ({ own }) => `has ${key} ${JSON.stringify(own[key])}; it must be one of ${allowed.join(", ")}`,
  };
}

function flag(key: "multiValued" | "required" | "caseExact"): Rule {
  return {
    isBroken: ({ literal }) => literal[key] !== undefined && typeof literal[key] !== "boolean",
    problem: () => `has a ${key} that is not a boolean`,
  };
}

function ownFlag(key: "collection" | "lifecycle"): Rule {
  return {
    isBroken: ({ own }) => own[key] !== undefined && typeof own[key] !== "boolean",
    problem: () => `has a ${key} that is not a boolean`,
  };
}

/** A key under `scimkit` that means nothing. */
function strangerIn(own: OwnCharacteristics): string | undefined {
  return Object.keys(own).find((key) => !OWN_KEYS.some((known) => known === key));
}

/** A key that no attribute has: most often one with a slip, whose characteristic would keep its default unnoticed. */
function unknownIn(literal: AttributeLiteral): string | undefined {
  const known: readonly string[] = ATTRIBUTE_KEYS;
  return Object.keys(literal).find((key) => !known.includes(key));
}

/** The end of the sentence "Schema … has …" about a key that means nothing. */
export function unknownKeyProblem(key: string, known: readonly string[]): string {
  const hint = nearestHint(known, key);
  return `the member ${JSON.stringify(key)}, which means nothing${hint === "" ? `; there are ${known.join(", ")}` : `.${hint} Correct or remove it`}`;
}

/** A key of scimkit's own that stands where those of the RFC do. */
function misplacedIn(literal: AttributeLiteral): string | undefined {
  return OWN_KEYS.find((key) => Object.hasOwn(literal, key));
}

function texts(key: "canonicalValues" | "referenceTypes"): Rule {
  return {
    isBroken: ({ literal }) => literal[key] !== undefined && !isTextList(literal[key]),
    problem: () => `has ${key} that are not an array of strings`,
  };
}

function isTextList(values: unknown): boolean {
  return Array.isArray(values) && values.every((value) => typeof value === "string");
}

/** @see RFC 7643 §2.4 */
function defaultSub(name: string, type: string): Rule {
  const typeIn = ({ subAttributes }: AttributeLiteral): string => subAttributes?.[name]?.type ?? "string";
  return {
    isBroken: ({ literal }) =>
      literal.multiValued === true && literal.subAttributes?.[name] !== undefined && typeIn(literal) !== type,
    problem: ({ literal }) =>
      `has a sub-attribute "${name}" of type ${typeIn(literal)}; RFC 7643 §2.4 makes it ${type}`,
  };
}
