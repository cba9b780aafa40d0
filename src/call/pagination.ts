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

/**
 * Settles how pages are asked for.
 * @throws {TypeError} for no way at all, a default that is off, and cursors where an adapter has none.
 */
export function paginationOf(options: PaginationOptions, canCursor: boolean): Pagination {
  const { index = true, cursor = canCursor } = options;
  if (!index && !cursor)
    throw new TypeError(
      canCursor
        ? "createScim: pagination must leave one of index and cursor on."
        : "createScim: pagination.index must stay on, because not every storage adapter can page by cursor.",
    );
  if (cursor && !canCursor)
    throw new TypeError("createScim: pagination.cursor needs storage adapters that can page by cursor; one cannot.");
  const standard = options.default ?? (index ? "index" : "cursor");
  if (standard === "index" ? !index : !cursor)
    throw new TypeError(`createScim: pagination.default is "${standard}", which is switched off.`);
  return { index, cursor, default: standard };
}
