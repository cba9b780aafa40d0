import type { Call } from "../call/call.ts";
import { MANAGED, managedKey } from "../call/ownership.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { Context } from "../storage/adapter.ts";
import type { Ledger } from "../storage/ledger.ts";
import type { Verb } from "./decide.ts";

/**
 * Notes in the ledger whose a resource is that a provider has written, in the transaction of the write: what a provider asserts is its
 * own from then on, whether that changes anything or not. A deletion ends it.
 */
export async function noteOwner<C extends Context>(
  call: Call<C>,
  verb: Verb,
  resourceType: CompiledResourceType,
  id: string,
): Promise<void> {
  const { engine, context } = call;
  const { ledger } = engine.ownership === undefined ? {} : call.storageOf(resourceType);
  if (engine.ownership === undefined || ledger === undefined) return;
  const key = managedKey(resourceType.name, id);
  if (verb === "deleted") {
    await ledger.remove(MANAGED, [key], context);
    return;
  }
  const owner = engine.ownership.ownerOf(context);
  if (owner === undefined || (verb !== "created" && (await isOwnedBy(owner, key, ledger, context)))) return;
  const value = { owner, since: engine.now().toISOString() };
  await ledger.write([{ kind: MANAGED, key, value }], context);
}

/** Whether it is known to be so already, and no disconnected provider's. */
async function isOwnedBy<C extends Context>(owner: string, key: string, ledger: Ledger<C>, context: C) {
  const [entry] = await ledger.read(MANAGED, [key], context);
  return entry !== undefined && entry.value.owner === owner && entry.value.disconnected === undefined;
}
