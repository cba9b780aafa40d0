// Whether a filter that another library has read means what it says, where that library shows nothing but its answers.
import assert from "node:assert/strict";
import type { Filter } from "scimkit/filter";

type Document = Record<string, unknown>;
type Leaf = Extract<Filter, { readonly type: "compare" | "present" }> & { readonly within?: string };

/** Members of which a document has several, with a type and a value each. */
const LISTS = ["emails", "phoneNumbers", "members"];

/** Throws where `matches` and the filter part on one of the documents in which each condition is met or not. */
export function assertMeaning(filter: Filter, matches: (document: Document) => boolean): void {
  const leaves = leavesOf(filter);
  for (let met = 0; met < 2 ** leaves.length; met++) {
    const document: Document = {};
    for (const [at, leaf] of leaves.entries()) put(document, leaf, (met >> at) % 2 === 1);
    assert.equal(matches(document), meets(document, filter), `another answer for ${JSON.stringify(document)}`);
  }
}

function leavesOf(filter: Filter, within?: string): readonly Leaf[] {
  switch (filter.type) {
    case "and":
    case "or":
      return filter.filters.flatMap((one) => leavesOf(one, within));
    case "not":
      return leavesOf(filter.filter, within);
    case "element":
      return leavesOf(filter.filter, String(filter.path));
    default:
      return [{ ...filter, ...(within === undefined ? {} : { within }) }];
  }
}

function put(document: Document, leaf: Leaf, isMet: boolean): void {
  const value = valueFor(leaf, isMet);
  const path = String(leaf.path);
  if (leaf.within !== undefined || LISTS.includes(path)) {
    const name = leaf.within ?? path;
    const [first = {}] = (document[name] ?? []) as Document[];
    document[name] = [{ ...first, [leaf.within === undefined ? "value" : path]: value }];
  } else {
    const [parent, name] = stepsOf(path);
    if (parent !== undefined) document[parent] ??= {};
    const holder = parent === undefined ? document : (document[parent] as Document);
    if (value === undefined) delete holder[name];
    else holder[name] = value;
  }
}

/** `name.givenName`, and what stands behind the last colon of an extension. */
function stepsOf(path: string): readonly [string | undefined, string] {
  const at = path.startsWith("urn:") ? path.lastIndexOf(":") : path.indexOf(".");
  return at === -1 ? [undefined, path] : [path.slice(0, at), path.slice(at + 1)];
}

function valueFor(leaf: Leaf, isMet: boolean): unknown {
  if (leaf.type === "present") return isMet ? "something" : undefined;
  const { operator, value } = leaf;
  if (operator === "gt") return isMet ? "2027-01-01T00:00:00.000Z" : "2020-01-01T00:00:00.000Z";
  if (typeof value === "boolean") return isMet === (operator === "eq") ? value : !value;
  if (operator === "eq") return isMet ? value : `${value}x`;
  if (operator === "ne") return isMet ? `${value}x` : value;
  if (operator === "co" || operator === "sw") return isMet ? `${value}x` : "zzz";
  throw new TypeError(`Nobody asks for ${operator} here.`);
}

function meets(document: Document, filter: Filter): boolean {
  switch (filter.type) {
    case "and":
      return filter.filters.every((one) => meets(document, one));
    case "or":
      return filter.filters.some((one) => meets(document, one));
    case "not":
      return !meets(document, filter.filter);
    case "element":
      return ((document[String(filter.path)] ?? []) as Document[]).some((one) => meets(one, filter.filter));
    default:
      return valuesOf(document, String(filter.path)).some((value) => holds(value, filter));
  }
}

function valuesOf(document: Document, path: string): readonly unknown[] {
  if (LISTS.includes(path)) return ((document[path] ?? []) as Document[]).map(({ value }) => value);
  const [parent, name] = stepsOf(path);
  return [(parent === undefined ? document : ((document[parent] ?? {}) as Document))[name]];
}

function holds(actual: unknown, leaf: Leaf): boolean {
  if (leaf.type === "present") return actual !== undefined;
  const { operator, value } = leaf;
  if (operator === "eq") return actual === value;
  if (operator === "ne") return actual !== value;
  if (operator === "gt") return Date.parse(String(actual)) > Date.parse(String(value));
  return operator === "co" ? String(actual).includes(String(value)) : String(actual).startsWith(String(value));
}
