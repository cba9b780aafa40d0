import type { Operation } from "../call/operation.ts";
import type { ScimType } from "../error.ts";
import type { Context } from "../storage/adapter.ts";

/**
 * What `observe` is told of a request when its answer is known: enough for counters and histograms, and all of it of a bounded
 * number of values but for the numbers and the host's own `context`. Never an id, an operand, a body or a credential.
 *
 * @example
 * ```ts
 * import type { RequestEvent } from "scimkit";
 * const counts = new Map<string, number>();
 * function observe({ operation, status }: RequestEvent): void {
 *   const key = `${operation ?? "refused"} ${status}`;
 *   counts.set(key, (counts.get(key) ?? 0) + 1);
 * }
 * ```
 */
export interface RequestEvent<C extends Context = Context> {
  /** The HTTP verb; one that SCIM does not have is `OTHER`, whatever it was. */
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OTHER";
  /** What the request asked for; absent where it was refused before it was understood (401, 404, a filter that does not parse). */
  readonly operation?: Operation["type"];
  /** Name of the resource type, where the URL names one. */
  readonly resourceType?: string;
  readonly status: number;
  /** The keyword of an error that has one. */
  readonly scimType?: ScimType;
  /** From the call of `handle` to its answer, in milliseconds of `timer`. */
  readonly duration: number;
  /** Ids of the rules that fired, each once. */
  readonly quirks: readonly string[];
  /** How many calls of the storage adapter were made. */
  readonly storageCalls: number;
  /** How many rows queries looked at, as far as the adapter tells (`QueryResult.scanned`). */
  readonly scanned: number;
  /** The client had gone, or the time was up, before the answer was there. */
  readonly aborted: boolean;
  /** Absent where nobody was authenticated. */
  readonly context?: C;
}
