/**
 * One change of a resource as JSON Patch says it: scimkit's changes are made of these three, and `path` is a JSON pointer
 * (`/name/givenName`, `/emails/0`). Other libraries for JSON Patch take it as it is.
 *
 * This union may grow by another `op` of RFC 6902: give a `switch` over it a default branch.
 *
 * @example
 * ```ts
 * import type { JsonPatchOperation } from "scimkit";
 * function describe(change: JsonPatchOperation): string {
 *   return change.op === "remove" ? `${change.path} is gone` : `${change.path} is ${JSON.stringify(change.value)}`;
 * }
 * ```
 * @see RFC 6902 §4
 */
export type JsonPatchOperation =
  | { readonly op: "add" | "replace"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string };
