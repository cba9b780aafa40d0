import type { AttributeFact, ResourceTypeFact, ServerFacts } from "./facts.ts";
import { type Names, withPlaceholders, withTag } from "./names.ts";

type Body = Record<string, unknown>;

/** Whether the server asks for more than its schemas say. */
export type Fullness = "least" | "usual";

/**
 * A body that a server should take for a new resource: what its schemas require, on top of it a template, on top of it what a check asks
 * for. Every value that has to be unique is new.
 */
export function generate(
  type: ResourceTypeFact,
  facts: ServerFacts,
  names: Names,
  template: Body | undefined,
  fullness: Fullness,
): Body {
  const own = facts.schemas.get(type.schema)?.attributes ?? [];
  const extensions = type.extensions.filter(({ required }) => required);
  const body: Body = { schemas: [type.schema, ...extensions.map(({ schema }) => schema)] };
  if (type === facts.users) body.userName = names.address("user");
  if (type === facts.groups) body.displayName = names.unique("group");
  setRequired(body, own, names);
  for (const { schema } of extensions)
    body[schema] = setRequired({}, facts.schemas.get(schema)?.attributes ?? [], names);
  if (type === facts.users && fullness === "usual") Object.assign(body, usualOf(own, String(body.userName)));
  return template === undefined ? body : withTemplate(body, template, own, names);
}

function setRequired(body: Body, attributes: readonly AttributeFact[], names: Names): Body {
  for (const attribute of attributes) if (isAsked(attribute) && !(attribute.name in body)) set(body, attribute, names);
  return body;
}

/** What servers ask for whose schemas do not say so: a name, a name to show, an address, and that the account is on. */
function usualOf(attributes: readonly AttributeFact[], userName: string): Body {
  const has = (name: string) => attributes.some((attribute) => attribute.name === name);
  return {
    ...(has("name") ? { name: { givenName: "Ada", familyName: "Lovelace", formatted: "Ada Lovelace" } } : {}),
    ...(has("displayName") ? { displayName: "Ada Lovelace" } : {}),
    ...(has("emails") ? { emails: [{ value: userName, type: "work", primary: true }] } : {}),
    ...(has("active") ? { active: true } : {}),
  };
}

function isAsked({ required, mutability }: AttributeFact): boolean {
  return required && mutability !== "readOnly";
}

function set(body: Body, attribute: AttributeFact, names: Names): void {
  // Every resource has them, and schemas that list them say nothing new.
  if (["schemas", "id", "meta"].includes(attribute.name)) return;
  const value = sampleOf(attribute, names);
  if (value !== undefined) body[attribute.name] = attribute.multiValued ? [value] : value;
}

function sampleOf(attribute: AttributeFact, names: Names): unknown {
  switch (attribute.type) {
    case "boolean":
      return true;
    case "integer":
      return 1;
    case "decimal":
      return 1.5;
    case "dateTime":
      return "2026-01-02T03:04:05Z";
    case "binary":
      return "c2NpbWtpdA==";
    case "reference":
      return attribute.referenceTypes.some((type) => type !== "external" && type !== "uri")
        ? undefined
        : "https://example.com/";
    case "complex":
      return complexOf(attribute, names);
    default:
      return attribute.canonicalValues[0] ?? textOf(attribute, names);
  }
}

/** What is required of it; where that is nothing, its value, so that it is not empty. */
function complexOf({ name, subAttributes }: AttributeFact, names: Names): Body {
  const writable = subAttributes.filter(({ mutability }) => mutability !== "readOnly");
  const required = writable.filter(isAsked);
  const main = writable.find((sub) => sub.name === "value") ?? writable[0];
  const body: Body = {};
  for (const sub of required.length > 0 || main === undefined ? required : [main])
    set(body, sub.name === "value" ? { ...sub, name } : sub, names);
  if (name in body) {
    body.value = body[name];
    delete body[name];
  }
  return body;
}

/** By what its name says. */
const BY_NAME: readonly (readonly [RegExp, (names: Names) => string])[] = [
  [/e-?mail/i, (names) => names.address("mail")],
  [/phone|fax|mobile/i, () => "+1-201-555-0123"],
  [/locale/i, () => "en-US"],
  [/time-?zone/i, () => "Europe/Berlin"],
  [/language/i, () => "en"],
  [/country/i, () => "DE"],
  [/photo|ur[il]$|link|website/i, () => "https://example.com/"],
  [/date/i, () => "2026-01-02"],
  [/password/i, (names) => `Aa1!${names.unique("secret")}`],
];

function textOf({ name, uniqueness }: AttributeFact, names: Names): string {
  const found = BY_NAME.find(([pattern]) => pattern.test(name));
  if (found !== undefined) return found[1](names);
  return uniqueness === "none" ? name : names.unique(name);
}

function withTemplate(body: Body, template: Body, attributes: readonly AttributeFact[], names: Names): Body {
  const tag = names.tag();
  const filled = withPlaceholders(template, tag) as Body;
  const hasPlaceholder = (name: string) => /\{(?:run|number)\}/.test(JSON.stringify(template[name]));
  const unique = attributes.filter(({ uniqueness, type }) => uniqueness !== "none" && type === "string");
  for (const name of new Set(["userName", "externalId", "emails", ...unique.map((attribute) => attribute.name)]))
    if (name in filled && !hasPlaceholder(name)) filled[name] = withTag(filled[name], tag);
  // A group's one name is its displayName; a user's is for people, and may be anybody's.
  if (!("userName" in filled) && typeof filled.displayName === "string" && !hasPlaceholder("displayName"))
    if (!("userName" in body)) filled.displayName = withTag(filled.displayName, tag);
  const schemas = [...new Set([...(body.schemas as string[]), ...((filled.schemas as string[] | undefined) ?? [])])];
  const extensions = Object.keys(filled).filter((name) => name.startsWith("urn:"));
  return { ...body, ...filled, schemas: [...new Set([...schemas, ...extensions])] };
}
