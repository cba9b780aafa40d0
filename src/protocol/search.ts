import * as z from "zod/mini";
import { splitNames } from "../call/selection.ts";
import { invalidCount, invalidSyntax, invalidValue, type ScimError } from "../error.ts";
import type { Search } from "../filter/search.ts";
import { safeParse } from "../safe-parse.ts";
import { byLowerCase } from "../schema/message-members.ts";
import { numberOf } from "../schema/number-text.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { QueryParameters } from "./query-string.ts";

/** URN of a search. @see RFC 7644 §3.4.3 */
export const SEARCH_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/** Reads the parameters of a query from the URL. @see RFC 7644 §3.4.2 */
export function searchFromUrl(parameters: QueryParameters): Search {
  return {
    attributes: splitNames(parameters.attributes),
    excludedAttributes: splitNames(parameters.excludedAttributes),
    filter: parameters.filter,
    sortBy: parameters.sortBy,
    sortOrder: parameters.sortOrder,
    startIndex: integer(parameters.startIndex, "startIndex", invalidValue),
    count: integer(parameters.count, "count", countError(parameters.cursor)),
    cursor: parameters.cursor,
  };
}

/** Of a walk by cursor, a wrong count has a keyword of its own. @see RFC 9865 §2.1 */
function countError(cursor: unknown): (detail: string) => ScimError {
  return typeof cursor === "string" ? invalidCount : invalidValue;
}

/** A whole number in plain digits; more digits than a number holds are as good as the largest one. */
function integer(text: string | undefined, name: string, error: (detail: string) => ScimError): number | undefined {
  if (text === undefined) return undefined;
  const sign = text[0] === "-" || text[0] === "+" ? 1 : 0;
  const digits = [...text.slice(sign)];
  if (digits.length === 0 || digits.length > 300 || !digits.every((digit) => digit >= "0" && digit <= "9")) {
    throw error(`${name} must be a whole number.`);
  }
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(text)));
}

const names = z.nullish(z.array(z.string()));
const text = z.nullish(z.string());
const whole = z.nullish(z.int());

const SearchRequest = z.object({
  schemas: names,
  attributes: names,
  excludedattributes: names,
  filter: text,
  sortby: text,
  sortorder: text,
  startindex: whole,
  count: whole,
  cursor: text,
});

/** How a SearchRequest is read; each is told where it was needed, and undefined where it is refused. */
export interface SearchOptions {
  readonly missingSchemas?: ((path: string) => void) | undefined;
  /** Names in one text, and numbers as texts, as they stand in a URL. */
  readonly texts?: ((path: string) => void) | undefined;
}

/** The members with what stands in them as text, as in a URL, read as what it means. */
function withoutTexts(members: ResourceObject, { texts }: SearchOptions): ResourceObject {
  if (texts === undefined) return members;
  const read = (name: string, meaning: (text: string) => unknown): Record<string, unknown> => {
    const value = members[name.toLowerCase()];
    const meant = typeof value === "string" ? meaning(value) : undefined;
    if (meant === undefined) return {};
    texts(name);
    return { [name.toLowerCase()]: meant };
  };
  return {
    ...members,
    ...read("attributes", splitNames),
    ...read("excludedAttributes", splitNames),
    ...read("startIndex", numberOf),
    ...read("count", numberOf),
  };
}

/**
 * Reads the parameters of a query from a SearchRequest; member names in any letter case, unknown ones ignored.
 * @throws {ScimError} 400 invalidSyntax for another message, 400 invalidValue for a member of the wrong type, 400 invalidCount
 * where that is the count of a walk by cursor.
 * @see RFC 7644 §3.4.3
 */
export function searchFromBody(body: ResourceObject, options: SearchOptions = {}): Search {
  const { missingSchemas } = options;
  const twice = (name: string): string => `names ${name} twice; names differ in more than letter case`;
  const members = withoutTexts(byLowerCase(body, "The search request", twice), options);
  const parsed = safeParse(SearchRequest, members);
  if (!parsed.success) throw wrongMember(parsed.error, members.cursor);
  const { schemas, attributes, excludedattributes, filter, sortby, sortorder, startindex, count, cursor } = parsed.data;
  if (!schemas?.length && missingSchemas !== undefined) missingSchemas("schemas");
  else if (!schemas?.some((urn) => urn.toLowerCase() === SEARCH_SCHEMA.toLowerCase())) {
    throw invalidSyntax(`The schemas of a search request must be ["${SEARCH_SCHEMA}"].`);
  }
  // `null` is as good as nothing.
  return {
    attributes: attributes ?? undefined,
    excludedAttributes: excludedattributes ?? undefined,
    filter: filter ?? undefined,
    sortBy: sortby ?? undefined,
    sortOrder: sortorder ?? undefined,
    startIndex: startindex ?? undefined,
    count: count ?? undefined,
    cursor: cursor ?? undefined,
  };
}

function wrongMember({ issues: [issue] }: z.core.$ZodError, cursor: unknown): ScimError {
  const error = issue?.path[0] === "count" ? countError(cursor) : invalidValue;
  return error(
    `The search request is wrong at "${issue?.path.join(".") ?? ""}": ${issue?.message ?? "it does not fit"}.`,
  );
}
