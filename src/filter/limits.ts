/**
 * Bounds on a filter or a PATCH path, checked on the text and its tokens before anything recursive runs.
 * @see RFC 7644 §3.4.2.2
 */
export interface FilterLimits {
  /** Longest text in UTF-16 code units (`text.length`). Default 8,192. */
  readonly maxLength: number;
  /** Deepest nesting of `(` and `[`. Default 32; the recursive parser itself has room for about 300. */
  readonly maxDepth: number;
  /** Most comparisons, `pr` included. Default 256. */
  readonly maxClauses: number;
}

/**
 * The bounds that hold where the options name none.
 *
 * @example
 * ```ts
 * import { DEFAULT_FILTER_LIMITS, parseFilter } from "scimkit/filter";
 * parseFilter('userName eq "ada"', { limits: { ...DEFAULT_FILTER_LIMITS, maxClauses: 10 } });
 * ```
 * @see RFC 7644 §3.4.2.2
 */
export const DEFAULT_FILTER_LIMITS: FilterLimits = { maxLength: 8192, maxDepth: 32, maxClauses: 256 };
