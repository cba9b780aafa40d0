import type { Engine } from "../call/call.ts";
import type { OwnershipOptions, OwnershipRules } from "../call/ownership.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { Context } from "../storage/adapter.ts";

/** What every caller is called where the host names nobody. */
const PROVIDER = "provider";
const LONGEST_OWNER = 200;

/** What the option `ownership` comes to. */
export function ownershipRulesOf<C extends Context>(
  given: boolean | OwnershipOptions<C>,
): OwnershipRules<C> | undefined {
  if (given === false) return undefined;
  const { owner, hostOwned = [] } = given === true ? {} : given;
  return {
    hostOwned,
    ownerOf(context) {
      const name = owner === undefined ? PROVIDER : owner(context);
      if (name === undefined || (typeof name === "string" && name !== "" && name.length <= LONGEST_OWNER)) return name;
      throw new TypeError(`ownership.owner must give 1 to ${LONGEST_OWNER} characters, or undefined.`);
    },
  };
}

/** @throws {TypeError} where storage cannot remember owners, and for names in `hostOwned` that are no attributes. */
export function checkOwnership<C extends Context>(
  { hostOwned }: OwnershipRules<C>,
  resourceTypes: readonly CompiledResourceType[],
  adapterOf: Engine<C>["adapterOf"],
): void {
  const without = resourceTypes.find((type) => adapterOf(type).ledger === undefined);
  if (without !== undefined)
    throw new TypeError(
      `createScim: ownership needs storage that keeps a ledger; the adapter of the resource type ${without.name} has none. Of mappedStorage, the option ledger names its table.`,
    );
  const wrong = hostOwned.find((name) => {
    const dot = name.indexOf(".");
    const type = resourceTypes.find((one) => one.name === name.slice(0, dot));
    return type?.resolve(name.slice(dot + 1), true) === undefined;
  });
  if (wrong !== undefined)
    throw new TypeError(
      `createScim: ownership.hostOwned names ${JSON.stringify(wrong)}, which is no attribute; name one as in "User.nickName".`,
    );
}
