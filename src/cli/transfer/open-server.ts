import { type Client, createClient } from "../../client/index.ts";
import { defineResourceType, defineSchema, Group, type ResourceTypeDefinition, User } from "../../index.ts";
import { isObject, type ResourceObject } from "../../schema/value.ts";
import type { Terminal } from "../command.ts";
import type { Connection } from "../connection.ts";
import { reach } from "../reach/reach.ts";

/** A server that answers, and the resource types that it has. */
export interface OpenServer {
  readonly client: Client;
  readonly types: readonly ResourceTypeDefinition[];
}

/** Looks for the server once, as the client would ask one that is not there again and again, for minutes. */
export async function openServer(connection: Connection, { fetch, signal }: Terminal): Promise<OpenServer> {
  await reach({ connection, fetch, signal });
  const { baseUrl, headers } = connection;
  const options = { baseUrl, authenticate: () => headers(), fetch: (request: Request) => fetch(request), signal };
  const types = await typesOf(createClient(options));
  return { types, client: createClient({ ...options, resourceTypes: types }) };
}

/** The resource types that a server announces, users first and groups behind all that may be their members; users and groups where it says nothing. */
async function typesOf(client: Pick<Client, "send">): Promise<readonly ResourceTypeDefinition[]> {
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
