import { DEFAULT_FILTER_LIMITS } from "../filter/limits.ts";
import { DEFAULT_COMPARISONS, Effort } from "../patch/effort.ts";
import { DEFAULT_VALUE_LIMITS, type ValueLimits } from "../schema/validate.ts";
import { DEFAULT_SELECTION_NAMES } from "./selection.ts";

/** Bounds on everything that a client controls. Each overrun is a 4xx that names the limit; nothing is stored. */
export interface Limits extends ValueLimits {
  /**
   * Largest request body in bytes, that of a bulk request included: it is published as `bulk.maxPayloadSize`. Default 2,097,152
   * (2 MiB); more is 413.
   */
  readonly body: number;
  /** Deepest nesting of a body. Default 16; more is 400 invalidSyntax. */
  readonly depth: number;
  /** Most different names that members of a body have, wherever they are in it. Default 10,000; more is 400 invalidSyntax. */
  readonly names: number;
  /** Longest filter in UTF-16 code units. Default 8,192; more is 400 invalidFilter. */
  readonly filterLength: number;
  /** Deepest nesting of a filter's parentheses and brackets. Default 32; more is 400 invalidFilter. */
  readonly filterDepth: number;
  /** Most comparisons in a filter. Default 256; more is 400 invalidFilter. */
  readonly filterClauses: number;
  /** Most names in `attributes` or `excludedAttributes`. Default 100; more is 400 invalidValue. */
  readonly attributes: number;
  /** Most operations of one PATCH, names that are paths counted as one each. Default 1,000; more is 413. */
  readonly operations: number;
  /**
   * Most comparisons that one request may cost, a bulk request as a whole: of the filters in the paths of PATCH with elements, and
   * of a filter with the resources that no index leaves out. Default 10,000,000; more is 400 tooMany.
   */
  readonly comparisons: number;
  /** Most operations of one bulk request, published as `bulk.maxOperations`. Default 1,000; more is 413. */
  readonly bulkOperations: number;
  /** Most resources of one page, published as `filter.maxResults`. Default 1,000; a larger `count` gets this many. */
  readonly results: number;
  /**
   * Deepest row of an index page of a query over several resource types with a sort, which has to be merged from the start.
   * Default 10,000; more is 400 tooMany. Pages by cursor, and those without a sort, have no such bound.
   */
  readonly mergedResults: number;
  /** Resources of a page when the client gives no `count`. Default 100. */
  readonly defaultResults: number;
}

export const DEFAULT_LIMITS: Limits = {
  body: 2 * 1024 * 1024,
  // No SCIM message needs more than six levels.
  depth: 16,
  // Of names, and not of values, a reader takes long: schemas have some hundreds.
  names: 10_000,
  ...DEFAULT_VALUE_LIMITS,
  filterLength: DEFAULT_FILTER_LIMITS.maxLength,
  filterDepth: DEFAULT_FILTER_LIMITS.maxDepth,
  filterClauses: DEFAULT_FILTER_LIMITS.maxClauses,
  attributes: DEFAULT_SELECTION_NAMES,
  operations: 1000,
  comparisons: DEFAULT_COMPARISONS,
  bulkOperations: 1000,
  results: 1000,
  mergedResults: 10_000,
  defaultResults: 100,
};

/** What one request may look at. */
export function effortOf({ comparisons }: Limits): Effort {
  return new Effort(comparisons);
}
