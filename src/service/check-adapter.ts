import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { Context, StorageAdapter } from "../storage/adapter.ts";

/** The number of the contract between the core and adapters that this release keeps. */
const CONTRACT: StorageAdapter["contract"] = 1;

/**
 * Looks whether an adapter is one that the core can talk to, and takes a resource type.
 * @throws {TypeError} that names the storage, and says what to change.
 */
export function checkAdapter<C extends Context>(adapter: StorageAdapter<C>, type: CompiledResourceType): void {
  // What an adapter in JavaScript has is not what its type says.
  const { name, contract }: { readonly name?: unknown; readonly contract?: unknown } = adapter;
  if (typeof name !== "string" || name === "")
    throw new TypeError(
      `createScim: the storage of the resource type ${type.name} has no name: give it one, such as name: "directory", by which errors and notices call it.`,
    );
  if (contract !== CONTRACT)
    throw new TypeError(
      `createScim: the storage "${name}" ${contract === undefined ? "says no contract" : `is written to the contract ${String(contract)}`}, and this release of scimkit keeps the contract ${CONTRACT}: ${contract === undefined ? `say contract: ${CONTRACT}, once it does as StorageAdapter asks` : "take releases of both that go together"}.`,
    );
  try {
    adapter.accepts?.(type);
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    throw new TypeError(`createScim: the storage "${name}" does not take the resource type ${type.name}: ${because}`, {
      cause: error,
    });
  }
}
