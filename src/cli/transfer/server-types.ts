import type { Client } from "../../client/index.ts";
import { defineResourceType, defineSchema, Group, type ResourceTypeDefinition, User } from "../../index.ts";
import { isObject, type ResourceObject } from "../../schema/value.ts";

/** The resource types that a server announces, users first and groups behind all that may be their members; users and groups where it says nothing. */
export async function typesOf(client: Pick<Client, "send">): Promise<readonly ResourceTypeDefinition[]> {
  const answer = await client.send({ method: "GET", path: "/ResourceTypes" });
  const { body } = answer;
  const listed = isObject(body) && Array.isArray(body.Resources) ? body.Resources : body;
  const found = answer.status === 200 && Array.isArray(listed) ? listed.filter(isObject).flatMap(typeOf) : [];
  if (found.length === 0) return [User, Group];
  const rank = ({ name }: ResourceTypeDefinition): number => (name === "User" ? 0 : name === "Group" ? 2 : 1);
  return found.sort((left, right) => rank(left) - rank(right));
}

/** Enough of a type to read its resources: what they hold is taken as it comes. */
function typeOf({ name, endpoint, schema }: ResourceObject): readonly ResourceTypeDefinition[] {
  if (typeof name !== "string" || typeof endpoint !== "string" || typeof schema !== "string") return [];
  const path = `/${
    endpoint
      .replace(/^https?:\/\/[^/]*/, "")
      .split("/")
      .filter(Boolean)
      .at(-1) ?? ""
  }`;
  try {
    return [defineResourceType({ name, endpoint: path, schema: defineSchema({ id: schema, name, attributes: {} }) })];
  } catch {
    // A name that no type of ours could have, and a document that describes itself.
    return [];
  }
}
