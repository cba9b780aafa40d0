import { invalidValue, ScimError } from "../error.ts";

/** The query parameters that scimkit reads; all others are ignored. @see RFC 7644 §3.4.2, §3.9; RFC 9865 §2 */
const PARAMETERS = [
  "attributes",
  "excludedAttributes",
  "filter",
  "sortBy",
  "sortOrder",
  "startIndex",
  "count",
  "cursor",
] as const;

const KNOWN = new Map<string, (typeof PARAMETERS)[number]>(PARAMETERS.map((name) => [name, name]));

export type QueryParameters = { readonly [name in (typeof PARAMETERS)[number]]?: string };

/**
 * Decodes the query part of a URL once: `+` and `%20` are a blank, as every identity provider means it [Q03]. `otherCase` is told of
 * a name in other letter case than that of the RFC; undefined: such a parameter is an unknown one.
 * @throws {ScimError} 400 for a broken percent escape and for a parameter that is given twice.
 */
export function parseQueryString(query: string, otherCase?: (name: string) => void): QueryParameters {
  if (query === "") return NONE;
  const parameters: { [name in (typeof PARAMETERS)[number]]?: string } = {};
  for (const part of query.split("&")) {
    const equals = part.indexOf("=");
    const name = decode(equals === -1 ? part : part.slice(0, equals));
    const known = parameterNamed(name, otherCase);
    if (known === undefined) continue;
    if (parameters[known] !== undefined)
      throw invalidValue(`The query parameter ${known} is given twice; give it once.`);
    parameters[known] = equals === -1 ? "" : decode(part.slice(equals + 1));
  }
  return parameters;
}

const NONE: QueryParameters = Object.freeze({});

function parameterNamed(name: string, otherCase: ((name: string) => void) | undefined) {
  const known = KNOWN.get(name);
  if (known !== undefined || otherCase === undefined) return known;
  const lower = name.toLowerCase();
  const meant = PARAMETERS.find((parameter) => parameter.toLowerCase() === lower);
  if (meant !== undefined) otherCase(meant);
  return meant;
}

/** Percent-decodes a part of a URL. @throws {ScimError} 400 for what is no UTF-8. */
export function decodeSegment(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ScimError(400, "The URL holds a percent escape that is not UTF-8; encode it again.");
  }
}

function decode(text: string): string {
  return decodeSegment(text.includes("+") ? text.replaceAll("+", " ") : text);
}
