/** The parameters of a query, whether they came in the URL or in a body; nothing of them is resolved yet. @see RFC 7644 §3.4.3 */
export interface Search {
  readonly attributes: readonly string[] | undefined;
  readonly excludedAttributes: readonly string[] | undefined;
  readonly filter: string | undefined;
  readonly sortBy: string | undefined;
  readonly sortOrder: string | undefined;
  readonly startIndex: number | undefined;
  readonly count: number | undefined;
  /** `""` asks for the first page of a walk. @see RFC 9865 §2 */
  readonly cursor: string | undefined;
}
