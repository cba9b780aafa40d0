import type { JsonNode } from "./json.ts";
import { isEndpoint, isScimUrn } from "./text.ts";

/** What a discovery document says about its server's own house. */
const OF_THE_HOUSE = /^(?:description|documentationuri|specuri|location|\$ref|value)$/;

/** A schema or the like is harmless, but for texts that somebody has written, and addresses. */
export function discovered(found: JsonNode, key: string, text: (value: string) => string): JsonNode {
  if (found.kind === "array") return { ...found, items: found.items.map((item) => discovered(item, key, text)) };
  if (found.kind === "object")
    return { ...found, members: found.members.map(([name, member]) => [name, discovered(member, name, text)]) };
  if (found.kind === "plain") return found;
  const { value } = found;
  const isOpen = !OF_THE_HOUSE.test(key.toLowerCase()) && !/@|:\/\//.test(value);
  return isOpen || isScimUrn(value) || isEndpoint(value) ? found : { kind: "string", value: text(value) };
}
