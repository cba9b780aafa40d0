/** Which ways of paging clients may use; published at `/ServiceProviderConfig`. @see RFC 9865 §2.4, §4 */
export interface PaginationOptions {
  /** `false`: `startIndex` is 400. Default `true`. */
  readonly index?: boolean;
  /** `false`: `cursor` is ignored, as RFC 7644 alone has it. Default: whether every storage adapter can page by cursor. */
  readonly cursor?: boolean;
  /** How a query is paged that has neither parameter. Default `"index"` where that is on. */
  readonly default?: "index" | "cursor";
}

/** The same with every default applied. */
export type Pagination = Required<PaginationOptions>;
