import { USER } from "../client/urns.ts";
import { valueAt } from "./compare.ts";
import type { AttributeFact } from "./facts.ts";
import type { Json } from "./json.ts";
import type { Workbench } from "./workbench.ts";

/** The endpoint of users; ends the check as skipped where the server has none. */
export function usersOf(bench: Workbench): string {
  return bench.facts.users?.endpoint ?? bench.skip("The server has no users.");
}

/** The schema of users; ends the check as skipped where the server has none. */
export function userSchemaOf(bench: Workbench): string {
  return bench.facts.users?.schema ?? bench.skip("The server has no users.");
}

/** A text attribute of users that is free to be written; ends the check as skipped where the schema has none. */
export function freeText(bench: Workbench): string {
  const name = ["nickName", "title", "displayName", "userType"].find(
    (one) => bench.hasAttribute(one) && isFree(factOf(bench, one)),
  );
  return (
    name ??
    bench.skip("The schema of users has none of nickName, title, displayName and userType for clients to write freely.")
  );
}

const isFree = (fact: AttributeFact | undefined) =>
  fact === undefined ||
  (!fact.required && fact.uniqueness === "none" && fact.canonicalValues.length === 0 && fact.returned === "default");

/** An attribute of users by its name, as `/Schemas` describes it. */
export function factOf(bench: Workbench, name: string): AttributeFact | undefined {
  const schema = bench.facts.schemas.get(bench.facts.users?.schema ?? USER);
  return schema?.attributes.find((one) => one.name.toLowerCase() === name.toLowerCase());
}

/** An attribute of users that has what a check looks for. */
export interface Found {
  readonly fact: AttributeFact;
  /** Its name as a parameter of a query has it, with the URN in front for one of an extension. */
  readonly path: string;
  /** The members of a body that set it. */
  with(value: unknown): Record<string, unknown>;
  /** What a representation has for it. */
  of(body: Json): Json;
}

const OF_ALL = ["id", "externalid", "meta", "schemas", "username", "password", "active"];

/** The first attribute of users, of the base schema or of an extension, that is as `isWanted` says. */
export function findAttribute(bench: Workbench, isWanted: (fact: AttributeFact) => boolean): Found | undefined {
  const { users, schemas } = bench.facts;
  if (users === undefined) return undefined;
  for (const urn of [users.schema, ...users.extensions.map(({ schema }) => schema)]) {
    const fact = schemas.get(urn)?.attributes.find((one) => !OF_ALL.includes(one.name.toLowerCase()) && isWanted(one));
    if (fact !== undefined) return found(fact, urn === users.schema ? undefined : urn);
  }
  return undefined;
}

function found(fact: AttributeFact, urn: string | undefined): Found {
  const names = urn === undefined ? [fact.name] : [urn, fact.name];
  return {
    fact,
    path: names.join(":"),
    with: (value) => (urn === undefined ? { [fact.name]: value } : { [urn]: { [fact.name]: value } }),
    of: (body) => valueAt(body, ...names),
  };
}

/** The first attribute of the kind; ends the check as skipped where users have none. */
export function needAttribute(bench: Workbench, what: string, isWanted: (fact: AttributeFact) => boolean): Found {
  return findAttribute(bench, isWanted) ?? bench.skip(`The schema of users has no ${what}.`);
}

/** A singular attribute of the type that clients may write and read back; ends the check as skipped where users have none. */
export function attributeOfType(bench: Workbench, type: string): Found {
  return needAttribute(
    bench,
    `${type} attribute that clients may write`,
    (fact) => fact.type === type && !fact.multiValued && isPlain(fact),
  );
}

export const isPlain = (fact: AttributeFact): boolean => fact.mutability === "readWrite" && fact.returned === "default";

/** A value that the attribute should take, and that nothing else has. */
export function sampleOf(bench: Workbench, fact: AttributeFact): unknown {
  const value = fact.type === "complex" ? complexSample(bench, fact) : simpleSample(bench, fact);
  return fact.multiValued ? [value] : value;
}

function complexSample(bench: Workbench, { subAttributes }: AttributeFact): Record<string, unknown> {
  const settable = subAttributes.filter(({ mutability }) => mutability !== "readOnly");
  const required = settable.filter((one) => one.required);
  const chosen = required.length > 0 ? required : settable.slice(0, 1);
  return Object.fromEntries(chosen.map((one) => [one.name, sampleOf(bench, one)]));
}

function simpleSample(bench: Workbench, { type, canonicalValues, name }: AttributeFact): unknown {
  if (type === "boolean") return true;
  if (type === "integer") return 7;
  if (type === "decimal") return 1.5;
  if (type === "dateTime") return "2024-02-29T12:30:00Z";
  if (type === "binary") return "AAEC";
  if (type === "reference") return `https://example.com/${bench.unique(name)}`;
  return canonicalValues[0] ?? bench.unique(name);
}
