import type { AttributeLiteral } from "scimkit";

type Attributes = { readonly [name: string]: AttributeLiteral };

/** How a resource type changes from one release of a host to the next: a row of docs/evolving.md. */
export interface Change {
  /** As the row is called. */
  readonly name: string;
  readonly verdict: "safe" | "then reindex" | "two releases";
  /** The attributes beside `name` and `note` before and after; in an extension where `inExtension` says so. */
  readonly before: Attributes;
  readonly after: Attributes;
  readonly inExtension?: boolean;
  /** `true`: the extension itself is gone afterwards, or was not there before. */
  readonly extension?: "added" | "removed";
  /** What is written under the release before: one resource each. */
  readonly written: readonly unknown[];
  /** What the release after shows of each; undefined for nothing. */
  readonly shown: readonly unknown[];
  /** No answer and no event of the release after has it. */
  readonly hidden?: string;
  /** The key function of the release after. */
  readonly comparisonKey?: (value: unknown) => string;
  /** A resource with a value that the release after refuses beside those that are there. */
  readonly double?: unknown;
  /** Filters to ask besides the usual ones, with X for the attribute. */
  readonly filters?: readonly string[];
  /** What the release before sees afterwards, where it is not what it wrote. */
  readonly seenBefore?: readonly unknown[];
  /** `true`: a PUT of what was read is refused, because a required value is missing. */
  readonly putIsRefused?: boolean;
}

const text: AttributeLiteral = {};
const texts: AttributeLiteral = { multiValued: true };
const valued = { value: {}, type: {} } as const;
const complex: AttributeLiteral = { type: "complex", subAttributes: valued };
const elements: AttributeLiteral = { type: "complex", multiValued: true, subAttributes: valued };
const collection: AttributeLiteral = {
  type: "complex",
  multiValued: true,
  scimkit: { collection: true },
  subAttributes: valued,
};
const SECRET = "canary-5f1e";

/** A change of the one attribute `x`. */
function change(
  name: string,
  verdict: Change["verdict"],
  before: AttributeLiteral | undefined,
  after: AttributeLiteral | undefined,
  written: readonly unknown[],
  shown: readonly unknown[],
  more: Partial<Change> = {},
): Change {
  const attributes = (x: AttributeLiteral | undefined): Attributes => (x === undefined ? {} : { x });
  return { name, verdict, before: attributes(before), after: attributes(after), written, shown, ...more };
}

const a = { value: "a", type: "work" };
const b = { value: "b", type: "home" };

export const CHANGES: readonly Change[] = [
  change("An attribute is added", "safe", undefined, text, [undefined, undefined], [undefined, undefined]),
  change("An attribute is taken out", "safe", text, undefined, ["a", "b"], [undefined, undefined]),
  change("A hidden attribute is taken out", "safe", { returned: "never" }, undefined, [SECRET], [undefined], {
    hidden: SECRET,
    seenBefore: [undefined],
  }),
  change(
    "A hidden sub-attribute is taken out",
    "safe",
    { type: "complex", subAttributes: { user: {}, token: { returned: "never" } } },
    { type: "complex", subAttributes: { user: {} } },
    [{ user: "u", token: SECRET }],
    [{ user: "u" }],
    { hidden: SECRET, seenBefore: [{ user: "u" }] },
  ),
  change(
    "A sub-attribute is added",
    "safe",
    { type: "complex", subAttributes: { value: {} } },
    complex,
    [{ value: "a" }, undefined],
    [{ value: "a" }, undefined],
    { filters: ['X.type eq "work"', "X.type pr", 'X.value eq "a"'] },
  ),
  change(
    "A sub-attribute is taken out",
    "safe",
    elements,
    { type: "complex", multiValued: true, subAttributes: { value: {} } },
    [[a, b], [b]],
    [[{ value: "a" }, { value: "b" }], [{ value: "b" }]],
    { filters: ['X.value eq "b"', 'X[value eq "a"]'] },
  ),
  change(
    "An attribute becomes unique",
    "then reindex",
    text,
    { uniqueness: "server" },
    ["U1", "U2", undefined],
    ["U1", "U2", undefined],
    {
      double: "u1",
    },
  ),
  change(
    "An attribute becomes unique and exact",
    "then reindex",
    text,
    { uniqueness: "server", caseExact: true },
    ["U1", "u1"],
    ["U1", "u1"],
    {
      double: "U1",
    },
  ),
  change("An attribute is no longer unique", "safe", { uniqueness: "server" }, text, ["U1", "U2"], ["U1", "U2"]),
  change(
    "A unique attribute becomes exact",
    "then reindex",
    { uniqueness: "server" },
    { uniqueness: "server", caseExact: true },
    ["U1", "U2"],
    ["U1", "U2"],
    {
      double: "U1",
      filters: ['X eq "u1"'],
    },
  ),
  change("An attribute becomes exact", "then reindex", text, { caseExact: true }, ["Ada", "ada"], ["Ada", "ada"], {
    filters: ['X eq "ADA"', 'X co "A"', 'X gt "a"'],
  }),
  change("An attribute is no longer exact", "then reindex", { caseExact: true }, text, ["Ada", "bob"], ["Ada", "bob"], {
    filters: ['X eq "ADA"', 'X sw "BO"'],
  }),
  change(
    "A string becomes an integer",
    "then reindex",
    text,
    { type: "integer" },
    ["42", "7", "x"],
    [42, 7, undefined],
    {
      filters: ["X gt 7", "X eq 42", "X le 7"],
    },
  ),
  change("An integer becomes a string", "then reindex", { type: "integer" }, text, [42, 7], ["42", "7"], {
    filters: ['X sw "4"', 'X gt "5"'],
  }),
  change("An integer becomes a decimal", "then reindex", { type: "integer" }, { type: "decimal" }, [42, -7], [42, -7], {
    filters: ["X gt 7.5"],
  }),
  change(
    "A decimal becomes an integer",
    "then reindex",
    { type: "decimal" },
    { type: "integer" },
    [42, 1.5],
    [42, undefined],
    { filters: ["X ge 2"] },
  ),
  change(
    "A string becomes a boolean",
    "then reindex",
    text,
    { type: "boolean" },
    ["true", "False", "x"],
    [true, false, undefined],
    {
      filters: ["X eq true", "X eq false"],
    },
  ),
  change("A boolean becomes a string", "then reindex", { type: "boolean" }, text, [true, false], ["true", "false"], {
    filters: ['X eq "TRUE"'],
  }),
  change(
    "A string becomes a dateTime",
    "then reindex",
    text,
    { type: "dateTime" },
    ["2020-01-01T00:00:00Z", "x"],
    ["2020-01-01T00:00:00Z", undefined],
    {
      filters: ['X gt "2019-12-31T23:00:00-05:00"', 'X lt "2020-01-01T00:00:00+01:00"'],
    },
  ),
  change(
    "A dateTime becomes a string",
    "then reindex",
    { type: "dateTime" },
    text,
    ["2020-01-01T00:00:00Z"],
    ["2020-01-01T00:00:00Z"],
    { filters: ['X co "01T"'] },
  ),
  change("A string becomes complex", "then reindex", text, complex, ["a", "b"], [{ value: "a" }, { value: "b" }], {
    filters: ['X.value eq "A"', "X.type pr"],
  }),
  change(
    "A complex attribute becomes a string",
    "two releases",
    complex,
    text,
    [{ value: "a" }, { value: "b", type: "work" }],
    ["a", undefined],
    { filters: ['X eq "A"'] },
  ),
  change("A single string becomes a list", "then reindex", text, texts, ["a", "b"], [["a"], ["b"]]),
  change("A list of strings becomes single", "two releases", texts, text, [["a"], ["a", "b"]], ["a", undefined]),
  change("A single complex attribute becomes a list", "then reindex", complex, elements, [a, b], [[a], [b]], {
    filters: ['X.value eq "A"', 'X[type eq "work" and value eq "a"]'],
  }),
  change("A list of complex values becomes single", "two releases", elements, complex, [[a], [a, b]], [a, undefined], {
    filters: ['X.value eq "A"', "X.type pr"],
  }),
  change(
    "A list of strings becomes complex",
    "then reindex",
    texts,
    elements,
    [["a", "b"], ["c"]],
    [[{ value: "a" }, { value: "b" }], [{ value: "c" }]],
    {
      filters: ['X.value eq "B"'],
    },
  ),
  change("A list becomes a collection", "then reindex", elements, collection, [[a, b], [b]], [[a, b], [b]], {
    filters: ['X.value eq "a"', 'X[type eq "home"]', "X.type pr"],
  }),
  change("A collection becomes a list", "then reindex", collection, elements, [[a, b], [b]], [[a, b], [b]], {
    filters: ['X.value eq "a"', 'X[type eq "home"]', "X.type pr"],
  }),
  change("An attribute becomes writeOnly", "then reindex", text, { mutability: "writeOnly" }, [SECRET], [undefined], {
    hidden: SECRET,
    seenBefore: [undefined],
  }),
  change("A writeOnly attribute becomes plain", "safe", { mutability: "writeOnly" }, text, [SECRET], [undefined], {
    hidden: SECRET,
    seenBefore: [undefined],
  }),
  change("An attribute becomes readOnly", "safe", text, { mutability: "readOnly" }, ["a", "b"], ["a", "b"]),
  change("An attribute becomes immutable", "safe", text, { mutability: "immutable" }, ["a", "b"], ["a", "b"]),
  change("An attribute is no longer returned", "safe", text, { returned: "never" }, [SECRET], [undefined], {
    hidden: SECRET,
  }),
  change("An attribute is returned on request", "safe", text, { returned: "request" }, ["a"], [undefined]),
  change("An attribute becomes required", "two releases", text, { required: true }, ["a", "b"], ["a", "b"]),
  change(
    "Canonical values change",
    "safe",
    { canonicalValues: ["a"] },
    { canonicalValues: ["b"] },
    ["a", "b"],
    ["a", "b"],
  ),
  change(
    "The comparison key changes",
    "then reindex",
    { uniqueness: "server" },
    { uniqueness: "server" },
    ["a.b", "cd"],
    ["a.b", "cd"],
    {
      comparisonKey: (value) => String(value).toLowerCase().replaceAll(".", ""),
      double: "AB",
      filters: ['X eq "ab"', 'X eq "A.B"'],
    },
  ),
  change("An extension is taken out", "safe", text, text, [SECRET], [undefined], {
    inExtension: true,
    extension: "removed",
    hidden: SECRET,
  }),
  change("An extension is added", "safe", text, text, [undefined], [undefined], {
    inExtension: true,
    extension: "added",
  }),
  change(
    "An attribute of an extension becomes unique",
    "then reindex",
    text,
    { uniqueness: "server" },
    ["U1", "U2"],
    ["U1", "U2"],
    {
      inExtension: true,
      double: "u2",
    },
  ),
];
