import type { Call } from "../call/call.ts";
import { parseOptions, resolveOptions } from "../call/settings.ts";
import type { Amendment, AnyDecide, AnyPendingChange } from "../events/pending-change.ts";
import { readFilter } from "../filter/read.ts";
import { resolveFilter } from "../filter/resolve.ts";
import { receive } from "../operations/stored.ts";
import { isElementStream } from "../schema/element-stream.ts";
import { checkNames, type Known } from "../schema/known-names.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { insideOf, type ServiceProvider } from "../service/inside.ts";
import type { Context, StoredResource } from "../storage/adapter.ts";
import { GROUP, type GrantChange, grantChangeOf, idsOf, isNothing, USER, userIn } from "./change.ts";
import { checkGroups, type Grant, type GrantGroup, rolesOf, sourceOf } from "./definition.ts";

/** What `defineGrants` is given. */
export interface GrantsOptions<C extends Context = Context> {
  /** Which groups give which roles; a function, where tenants are not alike. A group may stand there several times. */
  readonly groups: readonly GrantGroup[] | ((context: C) => readonly GrantGroup[] | Promise<readonly GrantGroup[]>);
  /**
   * Told within the transaction of a change what it hands out and takes away, if anything: rows that are written by
   * `change.transaction` stand or fall with the change. What it throws vetoes the change, as of `decide`; what it returns is set besides.
   */
  readonly apply?:
    | ((grants: GrantChange, change: AnyPendingChange, context: C) => ReturnType<AnyDecide<C>>)
    | undefined;
}

const OPTIONS: Known<GrantsOptions> = { groups: true, apply: true };

/** The roles that somebody has, and why. */
export interface Explanation {
  /** Id of the user. */
  readonly user: string;
  /** Whether the account is in service; the roles of one that is not do not count. */
  readonly isActive: boolean;
  /** By role: the groups that give it. */
  readonly roles: Readonly<Record<string, readonly Grant["source"][]>>;
}

/** Roles that follow from memberships; see `defineGrants`. */
export interface Grants<C extends Context = Context> {
  /** Give it to `createScim({ decide })`, alone or with others by `decideInTurn`. */
  readonly decide: AnyDecide<C>;
  /** The roles that a user has by the memberships of this moment, each with its groups; undefined where there is no such user. */
  explain(scim: ServiceProvider, user: string, context: C): Promise<Explanation | undefined>;
  /**
   * Who has a role by the memberships of this moment, and by which group: who has it by two comes twice. Users out of service are among
   * them. A group is looked at when its turn comes, and its members are read as storage gives them.
   */
  holders(scim: ServiceProvider, role: string, context: C): AsyncIterable<Grant>;
}

/**
 * Maps groups to the roles of the host. Roles are derived from memberships and kept nowhere, so that they are never stale, and nothing of
 * them goes back to the provider. Each grant names the group that it comes from: who leaves one of two groups that give a role keeps it.
 * A group within a group gives its members nothing; name both.
 *
 * @throws {TypeError} for a group without a name or with two, for one that gives no role, and for options that there are none of.
 * @example
 * ```ts
 * import { createScim, Group, User } from "scimkit";
 * import { defineGrants } from "scimkit/grants";
 * import { memoryStorage } from "scimkit/memory";
 * const rows = new Set<string>();
 * const grants = defineGrants({
 *   groups: [
 *     { externalId: "b5a1f4c2", roles: ["admin", "editor"] },
 *     { displayName: "Writers", roles: ["editor"] },
 *   ],
 *   apply({ granted, revoked }) {
 *     for (const { user, role, source } of revoked)
 *       for (const row of rows) if (row.endsWith(` ${role} ${source.id}`) && row.startsWith(user ?? "")) rows.delete(row);
 *     for (const { user, role, source } of granted) rows.add(`${user} ${role} ${source.id}`);
 *   },
 * });
 * const scim = createScim({
 *   resourceTypes: [User, Group],
 *   storage: memoryStorage(),
 *   baseUrl: "https://example.com/scim/v2",
 *   authenticate: () => ({}),
 *   decide: grants.decide,
 * });
 * const explained = await grants.explain(scim, "2819c223", {});
 * console.log(Object.keys(explained?.roles ?? {}));
 * ```
 */
export function defineGrants<C extends Context = Context>(options: GrantsOptions<C>): Grants<C> {
  checkNames("defineGrants", options, OPTIONS);
  const { groups, apply } = options;
  const fixed = typeof groups === "function" ? undefined : checkGroups(groups);
  const groupsFor = async (context: C): Promise<readonly GrantGroup[]> =>
    typeof groups === "function" ? checkGroups(await groups(context)) : (fixed ?? []);
  return {
    async decide(change, context) {
      if (apply === undefined) return undefined;
      const grants = await grantChangeOf(change, await groupsFor(context));
      return isNothing(grants) ? undefined : apply(grants, change, context);
    },
    async explain(scim, user, context) {
      const call = await insideOf<C>(scim).call(context);
      return explain(user, await groupsFor(context), call);
    },
    holders: (scim, role, context) => holders(role, groupsFor(context), insideOf<C>(scim).call(context)),
  };
}

/**
 * One `decide` of several: each is asked in turn, any of them vetoes, and what they return is set together, the last word on an attribute
 * being that of the last one.
 *
 * @example
 * ```ts
 * import { type AnyDecide, errors } from "scimkit";
 * import { decideInTurn, defineGrants } from "scimkit/grants";
 * const grants = defineGrants({ groups: [{ displayName: "Admins", roles: ["admin"] }] });
 * const seats: AnyDecide = async (change) => {
 *   if (change.operation === "create" && (await change.count("User")) > 100) throw errors.conflict("No seat is left.");
 * };
 * export const decide = decideInTurn(seats, grants.decide);
 * ```
 */
export function decideInTurn<C extends Context = Context>(...all: readonly AnyDecide<C>[]): AnyDecide<C> {
  return async (change, context) => {
    let amendment: Amendment | undefined;
    for (const decide of all) {
      const more = await decide(change, context);
      if (more !== undefined && more !== null) amendment = { ...amendment, ...more };
    }
    return amendment;
  };
}

async function explain<C extends Context>(
  user: string,
  groups: readonly GrantGroup[],
  call: Call<C>,
): Promise<Explanation | undefined> {
  const found = await readOf(USER, user, ["groups", "active"], call);
  if (found === undefined) return undefined;
  const roles: Record<string, Grant["source"][]> = {};
  for (const id of idsOf(found.groups)) {
    const source = sourceOf(id, await readOf(GROUP, id, ["displayName", "externalId"], call));
    if (source === undefined) continue;
    for (const role of rolesOf(source, groups)) roles[role] = [...(roles[role] ?? []), source];
  }
  return { user, isActive: found.active !== false, roles };
}

async function* holders<C extends Context>(
  role: string,
  defined: Promise<readonly GrantGroup[]>,
  called: Promise<Call<C>>,
): AsyncGenerator<Grant, void> {
  const [groups, call] = await Promise.all([defined, called]);
  const seen = new Set<string>();
  for (const group of groups.filter(({ roles }) => roles.includes(role)))
    for (const id of await idsOfGroup(group, call)) {
      if (seen.has(id)) continue;
      seen.add(id);
      const found = await readOf(GROUP, id, ["displayName", "externalId", "members"], call, true);
      const source = sourceOf(id, found);
      if (source === undefined || found === undefined || !rolesOf(source, groups).has(role)) continue;
      for await (const user of membersOf(found)) yield { user, role, source };
    }
}

async function* membersOf({ members }: StoredResource): AsyncGenerator<string, void> {
  const each = isElementStream(members) || Array.isArray(members) ? members : [];
  for await (const member of each as AsyncIterable<unknown> | Iterable<unknown>) {
    const user = userIn(member);
    if (user !== undefined) yield user;
  }
}

/** The ids of the groups that a definition names. */
async function idsOfGroup<C extends Context>(
  { id, externalId, displayName }: GrantGroup,
  call: Call<C>,
): Promise<readonly string[]> {
  if (id !== undefined) return [id];
  const type = typeOf(GROUP, call);
  const [attribute, value] = externalId === undefined ? ["displayName", displayName] : ["externalId", externalId];
  const filter = resolveFilter(
    await readFilter(`${attribute} eq ${JSON.stringify(value)}`, parseOptions(call)),
    type,
    resolveOptions(type, call),
  );
  const page = { startIndex: 1, count: MOST_GROUPS };
  const select = { includes: () => false };
  const { resources } = await call.storageOf(type).query({ resourceType: type, filter, select, page }, call.context);
  return resources.map((group) => group.id);
}

/** How many groups of one name are looked at. */
const MOST_GROUPS = 1000;

async function readOf<C extends Context>(
  name: string,
  id: string,
  paths: readonly string[],
  call: Call<C>,
  stream = false,
): Promise<StoredResource | undefined> {
  const type = typeOf(name, call);
  const select = { includes: ({ path }: { readonly path: string }) => paths.includes(path) };
  const request = { resourceType: type, id, select, signal: call.signal, stream };
  const stored = await call.storageOf(type).get(request, call.context);
  return stored === undefined ? undefined : receive(stored, type, call);
}

function typeOf<C extends Context>(name: string, { engine }: Call<C>): CompiledResourceType {
  const found = engine.resourceTypes.find((type) => type.name === name);
  if (found === undefined) throw new TypeError(`Grants are of users in groups, and there is no resource type ${name}.`);
  return found;
}
