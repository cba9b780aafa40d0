import { leafOf } from "../../../schema/attribute.ts";
import { isCursorPage, type QueryRequest, type QueryResult, type Sort } from "../../adapter.ts";
import { readPosition, writePosition } from "../../keyset.ts";
import { keyText, numberOfText } from "../key.ts";

// A walk may begin where rows have to be looked at one by one, and go on where the database orders them by their keys as texts, and the
// other way round: cursors have the texts.

/** A request as a scan takes it: with the sort key itself in its cursor. */
export function keysInCursors(request: QueryRequest): QueryRequest {
  const { page, sort } = request;
  if (sort === undefined || !isCursorPage(page) || page.cursor === undefined) return request;
  const { place, backwards } = readPosition(page.cursor);
  const key = typeof place.key === "string" ? keyOf(sort, place.key) : place.key;
  return { ...request, page: { ...page, cursor: writePosition({ place: { ...place, key }, backwards }) } };
}

/** What a scan found, with texts in its cursors. */
export function textsInCursors(result: QueryResult): QueryResult {
  const { nextCursor, previousCursor } = result;
  return {
    ...result,
    ...(nextCursor === undefined ? {} : { nextCursor: withText(nextCursor) }),
    ...(previousCursor === undefined ? {} : { previousCursor: withText(previousCursor) }),
  };
}

function withText(cursor: string): string {
  const { place, backwards } = readPosition(cursor);
  const key = place.key === undefined ? undefined : keyText(place.key);
  return writePosition({ place: { ...place, key }, backwards });
}

/** The key that a text stands for: keys of one attribute are of one type. */
function keyOf({ path }: Sort, text: string): string | number | boolean {
  const leaf = path.sub ?? path.attribute.sub("value") ?? leafOf(path);
  switch (leaf.type) {
    case "boolean":
      return typeof leaf.key(true) === "boolean" ? text === "true" : text;
    case "decimal":
    case "integer":
      return typeof leaf.key(0) === "number" ? (numberOfText(text) ?? text) : text;
    default:
      return text;
  }
}
