import type { CollectionDelta } from "../events/event.ts";
import type { AnyPendingChange } from "../events/pending-change.ts";
import { isObject, type ResourceObject } from "../schema/value.ts";
import { type Grant, type GrantGroup, type GrantSource, type Revocation, rolesOf, sourceOf } from "./definition.ts";

/** What a change hands out and takes away. */
export interface GrantChange {
  readonly granted: readonly Grant[];
  readonly revoked: readonly Revocation[];
  /** Ids of users who went out of service: their grants stay, and do not count until they are back. */
  readonly suspended: readonly string[];
  /** Ids of users who are back in service. */
  readonly resumed: readonly string[];
}

export const USER = "User";
export const GROUP = "Group";

const NOTHING: GrantChange = { granted: [], revoked: [], suspended: [], resumed: [] };
const MEMBERS: CollectionDelta = { attribute: "members", joined: [], left: [] };

/** Whether a change hands out or takes away anything. */
export function isNothing({ granted, revoked, suspended, resumed }: GrantChange): boolean {
  return granted.length + revoked.length + suspended.length + resumed.length === 0;
}

/**
 * What follows from a change for roles. Of a group it reads what is its own, and its members only where a change of its name gives them
 * roles that they did not have.
 */
export async function grantChangeOf(change: AnyPendingChange, groups: readonly GrantGroup[]): Promise<GrantChange> {
  if (change.resourceType === GROUP) return ofGroup(change, groups);
  if (change.resourceType === USER) return ofUser(change, groups);
  return NOTHING;
}

/** A create that is to be an account which exists changes what was there. */
function isNew({ operation, adoption }: AnyPendingChange): boolean {
  return operation === "create" && adoption === undefined;
}

/** Who comes back after a deletion is a new account as well, under the id of before. */
async function isBack({ operation, before }: AnyPendingChange): Promise<boolean> {
  return operation === "create" && (await before()) === undefined;
}

async function ofUser(change: AnyPendingChange, groups: readonly GrantGroup[]): Promise<GrantChange> {
  const { id, operation, turned } = change;
  if (operation === "delete") return { ...NOTHING, revoked: await ofGone(change, groups) };
  if (isNew(change) || (await isBack(change))) {
    const isActive = (await change.after())?.active !== false;
    return isActive ? NOTHING : { ...NOTHING, suspended: [id] };
  }
  if (turned === undefined) return NOTHING;
  return turned === "activated" ? { ...NOTHING, resumed: [id] } : { ...NOTHING, suspended: [id] };
}

/** All that somebody had who is gone, group by group. */
async function ofGone(change: AnyPendingChange, groups: readonly GrantGroup[]): Promise<readonly Revocation[]> {
  const before = await change.before();
  const revoked: Revocation[] = [];
  for (const id of idsOf(before?.groups)) {
    const source = sourceOf(id, await change.read(GROUP, id));
    if (source === undefined) continue;
    for (const role of rolesOf(source, groups)) revoked.push({ user: change.id, role, source });
  }
  return revoked;
}

async function ofGroup(change: AnyPendingChange, groups: readonly GrantGroup[]): Promise<GrantChange> {
  const { joined, left } = change.deltas.find(({ attribute }) => attribute === "members") ?? MEMBERS;
  const isNamed = change.attributes.some((path) => path === "displayName" || path === "externalId");
  // Nothing that says which group it is, and nobody who came or went.
  if (change.operation !== "delete" && !isNamed && joined.length === 0 && left.length === 0) return NOTHING;
  const [before, after] = await sourcesOf(change, isNamed);
  const [was, is] = [rolesOf(before, groups), rolesOf(after, groups)];
  if (was.size === 0 && is.size === 0) return NOTHING;
  const revoked = [...was].flatMap((role): readonly Revocation[] => {
    if (before !== undefined && !is.has(role)) return [{ user: undefined, role, source: before }];
    return after === undefined ? [] : left.map((user) => ({ user: String(user), role, source: after }));
  });
  const granted = after === undefined ? [] : await grantedBy(change, after, { was, is, joined, left });
  return { ...NOTHING, granted, revoked };
}

/** The group before and after; it is read once where the change is not about what it is called. */
async function sourcesOf(
  change: AnyPendingChange,
  isNamed: boolean,
): Promise<readonly [before: GrantSource | undefined, after: GrantSource | undefined]> {
  const { id, operation } = change;
  if (isNew(change)) return [undefined, sourceOf(id, await change.after())];
  if (operation === "delete") return [sourceOf(id, await change.before()), undefined];
  const after = sourceOf(id, await change.after());
  return [isNamed ? sourceOf(id, await change.before()) : after, after];
}

/** What changes of a group that is there. */
interface GroupChange extends Pick<CollectionDelta, "joined" | "left"> {
  readonly was: ReadonlySet<string>;
  readonly is: ReadonlySet<string>;
}

/** Roles that the group gave before go to who joins; those that it did not, to all. */
async function grantedBy(
  change: AnyPendingChange,
  source: GrantSource,
  { was, is, joined, left }: GroupChange,
): Promise<readonly Grant[]> {
  const isCreated = isNew(change);
  const isMore = !isCreated && [...is].some((role) => !was.has(role));
  const users = await usersAmong(change, joined);
  const all = isMore ? await membersAfter(change, users, left) : [];
  return [...is].flatMap((role) => (was.has(role) || isCreated ? users : all).map((user) => ({ user, role, source })));
}

/**
 * The users among who joins. Storage says of which type they are; where a client has written the list as a whole, nobody has said it
 * yet, and they are looked up among the members that were written.
 */
async function usersAmong(change: AnyPendingChange, joined: CollectionDelta["joined"]): Promise<readonly string[]> {
  const unknown = joined.filter(({ type }) => type === undefined);
  if (unknown.length === 0) return usersIn(joined);
  if (change.isWritten) {
    const group = await change.read(GROUP, change.id, ["members"]);
    const users = new Set(usersIn(Array.isArray(group?.members) ? group.members : []));
    return usersIn(joined).filter((id) => users.has(id));
  }
  const users: string[] = [];
  for (const id of usersIn(joined)) if ((await change.read(USER, id, ["active"])) !== undefined) users.push(id);
  return users;
}

/** Who is in a group after the change. */
async function membersAfter(
  change: AnyPendingChange,
  joined: readonly string[],
  left: CollectionDelta["left"],
): Promise<readonly string[]> {
  const group = await change.read(GROUP, change.id, ["members"]);
  const members = usersIn(Array.isArray(group?.members) ? group.members : []);
  return change.isWritten ? members : [...new Set([...members.filter((id) => !left.includes(id)), ...joined])];
}

/** The users among the members of a group; a group in a group gives its members nothing. */
export function usersIn(members: Iterable<unknown>): readonly string[] {
  const users: string[] = [];
  for (const member of members) {
    const user = userIn(member);
    if (user !== undefined) users.push(user);
  }
  return users;
}

/** The id of a member that is a user. */
export function userIn(member: unknown): string | undefined {
  if (!isObject(member) || (member.type !== undefined && member.type !== USER)) return undefined;
  return typeof member.value === "string" ? member.value : undefined;
}

/** The groups that a user is directly in, by their ids. */
export function idsOf(groups: unknown): readonly string[] {
  const direct = (element: unknown): element is ResourceObject => isObject(element) && element.type !== "indirect";
  return (Array.isArray(groups) ? groups : [])
    .filter(direct)
    .flatMap(({ value }) => (typeof value === "string" ? [value] : []));
}
