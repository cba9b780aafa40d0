import { isObject } from "../schema/value.ts";
import type { AttributeFact, SchemaFact } from "./facts.ts";

/** A schema as a server publishes it, with the defaults of RFC 7643 §2.2 for what it leaves out; `undefined` where it is none. */
export function schemaFact(json: unknown): SchemaFact | undefined {
  if (!isObject(json) || typeof json.id !== "string" || !Array.isArray(json.attributes)) return undefined;
  return { id: json.id, attributes: attributeFacts(json.attributes) };
}

/** Sub-attributes have none of their own; one level more is read, as the schema of schemas has it. */
const DEEPEST = 3;

function attributeFacts(list: unknown, depth = 1): readonly AttributeFact[] {
  if (!Array.isArray(list) || depth > DEEPEST) return [];
  return list.filter(isObject).flatMap((json) => attributeFact(json, depth));
}

function attributeFact(json: Record<string, unknown>, depth: number): readonly AttributeFact[] {
  if (typeof json.name !== "string" || json.name === "") return [];
  return [
    {
      name: json.name,
      type: text(json.type, "string"),
      multiValued: json.multiValued === true,
      required: json.required === true,
      caseExact: json.caseExact === true,
      mutability: text(json.mutability, "readWrite"),
      returned: text(json.returned, "default"),
      uniqueness: text(json.uniqueness, "none"),
      canonicalValues: texts(json.canonicalValues),
      referenceTypes: texts(json.referenceTypes),
      subAttributes: attributeFacts(json.subAttributes, depth + 1),
    },
  ];
}

function text(value: unknown, otherwise: string): string {
  return typeof value === "string" && value !== "" ? value : otherwise;
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/**
 * The attribute that a path names, in its own schema or those of its extensions: `name.givenName`, `emails.type`,
 * `urn:…:2.0:User:department`. The attributes that all resources have are those of RFC 7643 §3.1.
 */
export function findAttribute(path: string, schemas: readonly SchemaFact[]): readonly AttributeFact[] | undefined {
  const schema = schemas.find(({ id }) => path.toLowerCase().startsWith(`${id.toLowerCase()}:`));
  const names = (schema === undefined ? path : path.slice(schema.id.length + 1)).split(".");
  const places = schema === undefined ? schemas : [schema];
  for (const { attributes } of places) {
    const found = walk(names, attributes);
    if (found !== undefined) return found;
  }
  return undefined;
}

function walk(names: readonly string[], attributes: readonly AttributeFact[]): readonly AttributeFact[] | undefined {
  const [name = "", ...rest] = names;
  const found = attributes.find((attribute) => attribute.name.toLowerCase() === name.toLowerCase());
  if (found === undefined || rest.length === 0) return found && [found];
  const inner = walk(rest, found.subAttributes);
  return inner && [found, ...inner];
}
