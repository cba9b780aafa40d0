import type { Call } from "../call/call.ts";
import type { Result } from "../call/result.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { Context } from "../storage/adapter.ts";
import { hasTransactions, inTransaction } from "./bulk/transaction.ts";

/**
 * Does a write in a transaction where more than the write itself hangs on it: a decision of the host's, an event that is kept. Where
 * nothing does, a write is atomic by itself.
 */
export function atomically<C extends Context>(
  resourceType: CompiledResourceType,
  call: Call<C>,
  write: (call: Call<C>) => Promise<Result>,
  hasMore = false,
): Promise<Result> {
  const { decide, outbox, ownership } = call.engine;
  const isMore = hasMore || decide !== undefined || outbox || ownership !== undefined;
  return isMore && hasTransactions(resourceType, call) ? inTransaction(call, [resourceType], write) : write(call);
}
