import type { ScimType } from "../error.ts";
import type { Asked } from "../events/event.ts";
import type { Context } from "../storage/adapter.ts";

/**
 * What `onRequest` is told of a request when its answer is known: enough for counters, histograms and a line in a log. All of it but
 * the numbers, `detail` and the host's own `context` has a bounded number of values. Never an id, an operand, a body or a credential.
 *
 * @example
 * ```ts
 * import type { RequestEvent } from "scimkit";
 * const counts = new Map<string, number>();
 * function onRequest({ operation, status }: RequestEvent): void {
 *   const key = `${operation ?? "refused"} ${status}`;
 *   counts.set(key, (counts.get(key) ?? 0) + 1);
 * }
 * ```
 */
export interface RequestEvent<C extends Context = Context> extends Omit<Asked, "position"> {
  readonly status: number;
  /** The keyword of an error that has one. */
  readonly scimType?: ScimType;
  /** The sentence of an error, as the `refused` or `fault` event has it: it quotes no value. */
  readonly detail?: string;
  /** From the call of `handle` to its answer, in milliseconds of `clock.timer`; 0 for what the host refused ahead of it (`scim.error`). */
  readonly duration: number;
  /** How many calls of the storage adapter were made. */
  readonly storageCalls: number;
  /** How many rows queries looked at, as far as the adapter tells (`QueryResult.scanned`). */
  readonly scanned: number;
  /** The client had gone, or the time was up, before the answer was there. */
  readonly aborted: boolean;
  /** Absent where nobody was authenticated. */
  readonly context?: C;
}
