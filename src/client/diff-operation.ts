/** One operation of a PATCH, as `diff` makes it: it always has a path, and a value unless it removes. @see RFC 7644 §3.5.2 */
export interface DiffOperation {
  readonly op: "add" | "remove" | "replace";
  readonly path: string;
  readonly value?: unknown;
}
