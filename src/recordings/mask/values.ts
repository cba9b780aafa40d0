import { isAttributePath, mapLiterals } from "../literals.ts";
import { discovered } from "./discovery.ts";
import { type JsonNode, readJson, writeJson } from "./json.ts";
import { createPathMask } from "./path.ts";
import { isBlank, isScimUrn } from "./text.ts";

const SECRET = /password|passwd|secret|token|credential|api[-_]?key|private[-_]?key/i;
const DATE = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(\.\d+)?(Z|[+-]\d\d:?\d\d)?)?$/;

/** Values that may stand in an attribute as they are; everything else is masked. By the attribute's last name in lower case. */
const HARMLESS: Readonly<Record<string, RegExp>> = {
  op: /^(?:add|replace|remove)$/i,
  type: /^(?:work|home|other|mobile|fax|pager|photo|thumbnail|direct|indirect|user|group|aim|gtalk|icq|xmpp|msn|skype|qq|yahoo|windowsazureactivedirectoryrole|bearer|oauthbearertoken|oauth2|httpbasic)$/i,
  method: /^[A-Za-z]{3,7}$/,
  scimtype: /^[A-Za-z]{3,30}$/,
  resourcetype: /^(?:user|group|schema|resourcetype|serviceproviderconfig)$/i,
  sortorder: /^(?:ascending|descending)$/i,
  status: /^\d{3}$/,
  locale: /^[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})*$/,
  preferredlanguage: /^[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})*$/,
};
const NUMBERS =
  /^(?:totalresults|itemsperpage|startindex|count|status|failonerrors|max\w+|cursortimeout|defaultpagesize)$/;
const LISTS_OF_ATTRIBUTES = /^(?:attributes|excludedattributes|sortby)$/;
export interface ValueMask {
  /** A value of an attribute, as it stands in a body or in a filter. */
  value(value: string, attribute: string): string;
  /** A path below the base URL, with its query. */
  path(raw: string): string;
  /** A whole body; as free text where it is no JSON. */
  body(text: string, isDiscovery: boolean): string;
}

/** Masks what is in bodies and filters: everything, but for what is known to be harmless. */
export function createValueMask(text: (value: string) => string): ValueMask {
  const path = createPathMask(text, value);

  function value(raw: string, attribute: string): string {
    const name = lastOf(attribute);
    if (SECRET.test(name)) return isBlank(raw) ? raw : "<password>";
    if (isBlank(raw) || isScimUrn(raw) || HARMLESS[name]?.test(raw)) return raw;
    const isUrn = name === "schemas" && /^urn:[\w.:-]+$/i.test(raw);
    if (isUrn || (LISTS_OF_ATTRIBUTES.test(name) && isAttributePath(raw))) return raw;
    return ofAShape(raw, name);
  }

  function ofAShape(raw: string, name: string): string {
    if (DATE.test(raw)) return nobodysDay(raw);
    if (name === "timezone" && raw.includes("/")) return "Etc/UTC";
    if (name === "filter") return mapLiterals(raw, value);
    const bulkId = /^bulkId:(.*)$/s.exec(raw)?.[1];
    if (bulkId !== undefined) return `bulkId:${text(bulkId)}`;
    return /^\s*[[{]/.test(raw) ? jsonWithin(raw, name) : text(raw);
  }

  function jsonWithin(raw: string, name: string): string {
    const found = jsonOf(raw);
    return found === undefined ? text(raw) : writeJson(node(found, name));
  }

  function node(found: JsonNode, attribute: string): JsonNode {
    if (found.kind === "string") return { kind: "string", value: value(found.value, attribute) };
    if (found.kind === "array") return { ...found, items: found.items.map((item) => node(item, attribute)) };
    if (found.kind === "object") return object(found.members, attribute);
    const isNumber = /\d/.test(found.text) && found.text.length > 1 && !NUMBERS.test(lastOf(attribute));
    return isNumber ? { kind: "plain", text: text(found.text).replace(/[^\d.eE+-]/g, "7") } : found;
  }

  function object(members: readonly (readonly [string, JsonNode])[], attribute: string): JsonNode {
    const stringOf = (wanted: string) => {
      const found = members.find(([name]) => name.toLowerCase() === wanted)?.[1];
      return found?.kind === "string" ? found.value : undefined;
    };
    const target = stringOf("op") === undefined ? undefined : (stringOf("path") ?? "").replaceAll(/\[.*?\]/g, "");
    return {
      kind: "object",
      members: members.map(([name, member]) => {
        const key = name.toLowerCase();
        if (key === "path" && member.kind === "string") return [name, { kind: "string", value: pathOf(member.value) }];
        const inside = target !== undefined && key === "value" ? target : `${attribute}.${name}`;
        return [keyOf(name), node(member, inside)];
      }),
    };
  }

  const pathOf = (raw: string) => (raw.startsWith("/") ? path(raw) : keyOf(raw));
  const keyOf = (raw: string) => (raw === "" || isAttributePath(raw) ? raw : mapLiterals(raw, value));

  return {
    value,
    path,
    body(raw, isDiscovery) {
      const found = jsonOf(raw);
      if (found === undefined) return text(raw);
      return writeJson(isDiscovery ? discovered(found, "", text) : node(found, ""));
    },
  };
}

function jsonOf(raw: string): JsonNode | undefined {
  try {
    return readJson(raw);
  } catch {
    return undefined;
  }
}

/** Another day, in the same spelling. */
function nobodysDay(raw: string): string {
  const [, fraction = "", zone = ""] = DATE.exec(raw) ?? [];
  return /[T ]/.test(raw) ? `2001-01-01T00:00:00${fraction && ".000"}${zone}` : "2001-01-01";
}

const lastOf = (attribute: string): string => attribute.split(/[.:]/).at(-1)?.toLowerCase() ?? "";
