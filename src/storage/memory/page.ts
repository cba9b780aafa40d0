import { invalidCursor } from "../../error.ts";
import { type CursorPage, isCursorPage, type Page } from "../adapter.ts";
import { readPosition, writePosition } from "../keyset.ts";
import type { Row } from "./row.ts";
import type { Rows } from "./rows.ts";

/** A page of rows in the order of creation. */
export interface RowPage {
  readonly rows: readonly Row[];
  readonly nextCursor?: string;
  readonly previousCursor?: string;
}

/** The page of all rows of a type, at a cost that depends on its size alone. */
export function pageOf(rows: Rows, page: Page): RowPage {
  return isCursorPage(page) ? cursorPage(rows, page) : { rows: take(rows.from(page.startIndex), page.count) };
}

function cursorPage(rows: Rows, { cursor, count }: CursorPage): RowPage {
  const { order, backwards } = cursor === undefined ? { order: -1, backwards: false } : readOrder(cursor);
  const found = backwards ? take(rows.before(order), count).reverse() : take(rows.after(order), count);
  const [start, end] = [found[0], found.at(-1)];
  return {
    rows: found,
    ...(end === undefined || end === rows.last ? {} : { nextCursor: writeOrder(end, false) }),
    ...(start === undefined || start === rows.first ? {} : { previousCursor: writeOrder(start, true) }),
  };
}

function writeOrder(row: Row, backwards: boolean): string {
  return writePosition({ place: { key: row.order, id: row.id }, backwards });
}

function readOrder(cursor: string): { readonly order: number; readonly backwards: boolean } {
  const { place, backwards } = readPosition(cursor);
  if (typeof place.key !== "number") throw invalidCursor("The cursor belongs to another query.");
  return { order: place.key, backwards };
}

function take(rows: Iterable<Row>, count: number): Row[] {
  const taken: Row[] = [];
  if (count <= 0) return taken;
  for (const row of rows) {
    taken.push(row);
    if (taken.length >= count) break;
  }
  return taken;
}
