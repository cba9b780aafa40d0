/** How pages are asked for. @see RFC 9865 §2.4, §4 */
export interface Pagination {
  /** Whether `startIndex` is understood. */
  readonly index: boolean;
  /** Whether `cursor` is. */
  readonly cursor: boolean;
  /** How a query is paged that has neither parameter. */
  readonly default: "index" | "cursor";
}
