import type { Call } from "../call/call.ts";
import { FORMER, formerKey, MANAGED, managedKey, type OwnershipRules } from "../call/ownership.ts";
import { checkNames, type Known } from "../schema/known-names.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { insideOf, type ServiceProvider } from "../service/inside.ts";
import type { Context } from "../storage/adapter.ts";
import type { Ledger, LedgerEntry } from "../storage/ledger.ts";
import { type Disconnected, type DisconnectOptions, type DisconnectPolicy, disconnect } from "./disconnect.ts";
import type { ManagedResource } from "./managed.ts";

/** What a host asks of the resources that identity providers own. */
export interface Ownership<C extends Context = Context> {
  /** Whether a provider owns a resource: also one that was disconnected, where its resources were kept. */
  isManaged(resourceType: string, id: string, context: C): Promise<boolean>;
  /** Who owns a resource, and since when; undefined where nobody does. */
  find(resourceType: string, id: string, context: C): Promise<ManagedResource | undefined>;
  /** All that providers own, by types and ids. A page is read at a time, and nothing is held in between. */
  list(context: C, options?: ListOptions): AsyncIterable<ManagedResource>;
  /**
   * Paths of the attributes that the host's own people are not to edit on a managed resource, because the provider would overwrite it
   * with its next word: all that it may write, but for those of `ownership.hostOwned`.
   * @throws {TypeError} for a type that is not served.
   */
  lockedAttributes(resourceType: string): Promise<readonly string[]>;
  /**
   * The id of the resource that had this externalId when its provider was disconnected: for `idFor`, so that who is created again by a
   * provider that comes back gets the old id, or for the look-up of `adopt`. Undefined where there was none.
   */
  formerId(resourceType: string, externalId: string, context: C): Promise<string | undefined>;
  /**
   * Lets a provider of a tenant go. `"keep"`: its resources stay as they are, and managed; the ledger says since when nobody speaks for
   * them. `"convert"`: they become the host's own, and nothing of them changes. `"remove"`: they are deleted as by a DELETE, with its
   * events, `decide` and `lifecycle`. Either way the ledger remembers which id each externalId had (`formerId`). What the provider writes
   * when it is connected again is its own again.
   *
   * By batches beside live traffic; broken off and begun again it goes on. Revoke the provider's token first.
   * @throws {TypeError} for another policy, and for options that there are none of.
   */
  disconnect(context: C, policy: DisconnectPolicy, options?: DisconnectOptions): Promise<Disconnected>;
}

/** Which managed resources are listed. */
export interface ListOptions {
  /** Those of one type. Default: all. */
  readonly resourceType?: string | undefined;
  /** Those of one provider. Default: all. */
  readonly owner?: string | undefined;
}

const PAGE = 200;
const LIST_OPTIONS: Known<ListOptions> = { resourceType: true, owner: true };

/**
 * What is known of who owns which resource, where `createScim` has the option `ownership`.
 *
 * @throws {TypeError} for what `createScim` did not make.
 * @example
 * ```ts
 * import { createScim, Group, User } from "scimkit";
 * import { memoryStorage } from "scimkit/memory";
 * import { ownershipOf } from "scimkit/ownership";
 * const scim = createScim({
 *   resourceTypes: [User, Group],
 *   storage: memoryStorage(),
 *   baseUrl: "https://example.com/scim/v2",
 *   authenticate: () => ({ tenant: "acme" }),
 *   ownership: { hostOwned: ["User.nickName"] },
 * });
 * const ownership = ownershipOf(scim);
 * async function mayEdit(id: string, attribute: string): Promise<boolean> {
 *   const isManaged = await ownership.isManaged("User", id, { tenant: "acme" });
 *   return !isManaged || !(await ownership.lockedAttributes("User")).includes(attribute);
 * }
 * ```
 */
export function ownershipOf<C extends Context = Context>(scim: ServiceProvider): Ownership<C> {
  const inside = insideOf<C>(scim);
  const find: Ownership<C>["find"] = async (name, id, context) => {
    const call = await inside.call(context);
    const [entry] = await ledgerOf(typeOf(name, call), call).read(MANAGED, [managedKey(name, id)], context);
    return entry && managedOf(entry);
  };
  return {
    find,
    isManaged: async (name, id, context) => (await find(name, id, context)) !== undefined,
    list: (context, options = {}) => listManaged(inside.call(context), options),
    async lockedAttributes(name) {
      const call = await inside.call({} as C);
      return lockedOf(typeOf(name, call), rulesOf(call));
    },
    async formerId(name, externalId, context) {
      const call = await inside.call(context);
      const [entry] = await ledgerOf(typeOf(name, call), call).read(
        FORMER,
        [await formerKey(name, externalId)],
        context,
      );
      return typeof entry?.value.id === "string" ? entry.value.id : undefined;
    },
    async disconnect(context, policy, options = {}) {
      if (policy !== "keep" && policy !== "convert" && policy !== "remove")
        throw new TypeError('disconnect: the policy must be "keep", "convert" or "remove".');
      const call = await inside.call(context, options.signal);
      rulesOf(call);
      return disconnect(call, policy, options, (type) => listOf(type, call, { owner: options.owner }));
    },
  };
}

async function* listManaged<C extends Context>(
  called: Promise<Call<C>>,
  options: ListOptions,
): AsyncGenerator<ManagedResource, void> {
  checkNames("list", options, LIST_OPTIONS);
  const call = await called;
  rulesOf(call);
  const { resourceType } = options;
  for (const type of resourceType === undefined ? call.engine.resourceTypes : [typeOf(resourceType, call)])
    yield* listOf(type, call, options);
}

async function* listOf<C extends Context>(
  type: CompiledResourceType,
  call: Call<C>,
  { owner }: ListOptions,
): AsyncGenerator<ManagedResource, void> {
  const ledger = ledgerOf(type, call);
  const prefix = managedKey(type.name, "");
  for (let after: string | undefined = prefix; after !== undefined; ) {
    call.signal?.throwIfAborted();
    const page: readonly LedgerEntry[] = await ledger.list(MANAGED, { after, count: PAGE }, call.context);
    for (const entry of page) {
      if (!entry.key.startsWith(prefix)) return;
      const managed = managedOf(entry);
      if (owner === undefined || managed.owner === owner) yield managed;
    }
    after = page.length < PAGE ? undefined : page.at(-1)?.key;
  }
}

function managedOf({ key, value }: LedgerEntry): ManagedResource {
  const space = key.indexOf(" ");
  const { owner, since, disconnected } = value;
  return {
    resourceType: key.slice(0, space),
    id: key.slice(space + 1),
    owner: String(owner),
    since: String(since),
    ...(disconnected === undefined ? {} : { disconnected: String(disconnected) }),
  };
}

/** What a client may write and the host has not kept for itself. */
function lockedOf<C extends Context>(type: CompiledResourceType, { hostOwned }: OwnershipRules<C>): readonly string[] {
  const own = new Set(
    hostOwned.flatMap((name) => {
      const prefix = `${type.name}.`;
      const path = name.startsWith(prefix) ? type.resolve(name.slice(prefix.length), true) : undefined;
      return path === undefined ? [] : [path.attribute];
    }),
  );
  return type.content
    .filter(
      (attribute) =>
        attribute !== type.kept &&
        attribute.mutability !== "readOnly" &&
        attribute.inverseOf === undefined &&
        !own.has(attribute),
    )
    .map(({ path }) => path);
}

function typeOf<C extends Context>(name: string, { engine }: Call<C>): CompiledResourceType {
  const found = engine.resourceTypes.find((type) => type.name === name);
  if (found === undefined) throw new TypeError(`There is no resource type ${name}.`);
  return found;
}

/** @throws {TypeError} where nobody remembers owners. */
function rulesOf<C extends Context>({ engine }: Call<C>): OwnershipRules<C> {
  if (engine.ownership === undefined)
    throw new TypeError("Nobody remembers who owns what: give createScim the option ownership.");
  return engine.ownership;
}

function ledgerOf<C extends Context>(type: CompiledResourceType, call: Call<C>): Ledger<C> {
  rulesOf(call);
  const { ledger } = call.storageOf(type);
  if (ledger === undefined) throw new TypeError(`The storage of ${type.name} keeps no ledger.`);
  return ledger;
}
