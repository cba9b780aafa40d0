import { nearestHint } from "../../../schema/nearest-name.ts";

/** The options of an object, and what to write for one that must be there. */
type Shape = Readonly<Record<string, string | undefined>>;

const optional = undefined;

const TABLE: Shape = {
  table: `the table's name`,
  schema: optional,
  id: `the column of the id`,
  version: `an integer column, not NULL, that every change counts up: ALTER TABLE … ADD COLUMN version integer NOT NULL DEFAULT 1`,
  created: `the column of the time at which a row was made`,
  lastModified: `the column of the time at which a row was last changed`,
  tenant: optional,
  columns: `columns by attribute path, such as { userName: "email" }`,
  elements: optional,
  collections: optional,
  children: optional,
  defaults: optional,
  audit: optional,
  deleted: optional,
  membership: optional,
  rest: optional,
  constraints: optional,
  refusals: optional,
};
const ID: Shape = { column: "the column's name", type: optional, generated: optional, prefix: optional };
const TENANT: Shape = { column: "the column's name", type: optional };
const COLUMN: Shape = {
  column: "the column's name",
  read: optional,
  write: optional,
  filter: optional,
  key: optional,
  generated: optional,
  wins: optional,
};
const DELETED: Shape = { column: "the column's name", write: optional, otherwise: optional, restore: optional };
const MEMBERSHIP: Shape = {
  table: "the name of the table of memberships",
  schema: optional,
  holder: "the column that names the organisation",
  user: "the column that names the user",
  columns: optional,
  deleted: optional,
  writes: optional,
  defaults: optional,
  audit: optional,
};
const ELEMENT: Shape = { columns: "columns by sub-attribute", fixed: optional, assumed: optional };
const COLLECTION: Shape = {
  table: "the join table's name",
  schema: optional,
  holder: "the column that names the holder",
  value: "the column that names what the element refers to",
  resourceType: "the resource type that value names",
  tenant: optional,
  columns: optional,
  forgotten: optional,
  defaults: optional,
};
const CHILD: Shape = {
  table: "the name of the table that holds the elements",
  schema: optional,
  holder: "the column that names the holder",
  tenant: optional,
  columns: optional,
  dictionary: optional,
  fixed: optional,
  forgotten: optional,
  constants: optional,
  id: optional,
  order: optional,
  defaults: optional,
};
const DICTIONARY: Shape = {
  table: "the name of the table that says what an element is",
  schema: optional,
  id: "the column of its key",
  column: "the column of the child table that names the key",
  columns: "columns by sub-attribute",
  tenant: optional,
  missing: optional,
};
const ID_TYPES = ["text", "integer", "uuid"];
const MISSING = ["refuse", "drop"];

/**
 * What is wrong with the options of a mapping, whatever its resource type is: all of it at once. Types see most of it,
 * but not where a mapping comes from JavaScript, from a spread or from a file.
 */
export function problemsOfShape(mapping: unknown): readonly string[] {
  const found: string[] = [];
  look(found, "", mapping, TABLE);
  if (!isRecord(mapping)) return found;
  lookUnlessText(found, "id", mapping.id, ID);
  lookUnlessText(found, "tenant", mapping.tenant, TENANT);
  lookUnlessText(found, "deleted", mapping.deleted, DELETED);
  if (mapping.membership !== undefined) lookAtMembership(found, mapping.membership);
  lookAtColumns(found, "columns", mapping.columns);
  lookAtFillings(found, "defaults", mapping.defaults, false);
  lookAtFillings(found, "audit", mapping.audit, true);
  for (const [constraint, answer] of entriesOf(mapping.refusals))
    if (typeof answer !== "function") found.push(`refusals.${constraint} must be a function that gives a ScimError.`);
  for (const [path, elements] of entriesOf(mapping.elements)) lookAtElements(found, `elements.${path}`, elements);
  for (const [path, collections] of entriesOf(mapping.collections))
    for (const collection of listOf(collections)) {
      look(found, `collections.${path}`, collection, COLLECTION);
      if (!isRecord(collection)) continue;
      lookAtColumns(found, `collections.${path}.columns`, collection.columns);
      lookAtFillings(found, `collections.${path}.defaults`, collection.defaults, false);
    }
  for (const [path, children] of entriesOf(mapping.children))
    for (const child of listOf(children)) lookAtChild(found, `children.${path}`, child);
  return found;
}

function lookAtElements(found: string[], where: string, elements: unknown): void {
  if (!Array.isArray(elements)) found.push(`${where} must be a list: [{ columns: …, fixed: … }].`);
  for (const [index, element] of listOf(elements).entries()) {
    look(found, `${where}[${index}]`, element, ELEMENT);
    if (isRecord(element)) lookAtColumns(found, `${where}[${index}].columns`, element.columns);
  }
}

function lookAtMembership(found: string[], membership: unknown): void {
  look(found, "membership", membership, MEMBERSHIP);
  if (!isRecord(membership)) return;
  lookUnlessText(found, "membership.holder", membership.holder, TENANT);
  lookUnlessText(found, "membership.deleted", membership.deleted, DELETED);
  lookAtColumns(found, "membership.columns", membership.columns);
  lookAtFillings(found, "membership.defaults", membership.defaults, false);
  lookAtFillings(found, "membership.audit", membership.audit, true);
}

function lookAtChild(found: string[], where: string, child: unknown): void {
  look(found, where, child, CHILD);
  if (!isRecord(child)) return;
  lookAtColumns(found, `${where}.columns`, child.columns);
  lookAtFillings(found, `${where}.defaults`, child.defaults, false);
  const { dictionary } = child;
  if (dictionary === undefined) return;
  look(found, `${where}.dictionary`, dictionary, DICTIONARY);
  if (!isRecord(dictionary)) return;
  lookAtColumns(found, `${where}.dictionary.columns`, dictionary.columns);
  if (dictionary.missing !== undefined && !MISSING.includes(String(dictionary.missing)))
    found.push(`${where}.dictionary.missing must be one of: ${MISSING.join(", ")}.`);
}

function lookAtColumns(found: string[], where: string, columns: unknown): void {
  for (const [path, column] of entriesOf(columns)) lookUnlessText(found, `${where}.${path}`, column, COLUMN);
}

/** What columns are filled with. */
function lookAtFillings(found: string[], where: string, given: unknown, isAudit: boolean): void {
  if (given !== undefined && !isRecord(given)) found.push(`${where} must be an object of columns.`);
  for (const [column, value] of entriesOf(given)) {
    if (typeof value === "function") continue;
    if (isAudit) found.push(`${where}.${column} must be a function of the context.`);
    else if (value === undefined || (typeof value === "object" && value !== null && !(value instanceof Date)))
      found.push(`${where}.${column} must be a single value, as the driver takes it, or a function that makes one.`);
  }
}

function lookUnlessText(found: string[], where: string, given: unknown, shape: Shape): void {
  if (given === undefined || (typeof given === "string" && given !== "")) return;
  look(found, where, given, shape);
  if (isRecord(given) && given.type !== undefined && "type" in shape && !ID_TYPES.includes(String(given.type)))
    found.push(`${where}.type must be one of: ${ID_TYPES.join(", ")}.`);
  if (shape === ID && isRecord(given) && given.type === "integer" && given.generated === false)
    found.push(`${where}: ids of type integer are made by the database; leave generated out.`);
}

function look(found: string[], where: string, given: unknown, shape: Shape): void {
  if (!isRecord(given)) {
    found.push(`${where === "" ? "the mapping" : where} must be an object with ${Object.keys(shape).join(", ")}.`);
    return;
  }
  const at = (name: string): string => (where === "" ? name : `${where}.${name}`);
  for (const name of Object.keys(given))
    if (!Object.hasOwn(shape, name)) found.push(`${at(name)} is no option.${nearestHint(Object.keys(shape), name)}`);
  for (const [name, meaning] of Object.entries(shape))
    if (meaning !== undefined && (given[name] === undefined || given[name] === null || given[name] === ""))
      found.push(`${at(name)} is missing: give ${meaning}.`);
}

function entriesOf(given: unknown): readonly (readonly [string, unknown])[] {
  return isRecord(given) ? Object.entries(given) : [];
}

function listOf(given: unknown): readonly unknown[] {
  return Array.isArray(given) ? given : [given];
}

function isRecord(given: unknown): given is Readonly<Record<string, unknown>> {
  return typeof given === "object" && given !== null && !Array.isArray(given);
}
