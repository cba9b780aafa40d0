import { stringKey } from "../schema/comparison-key.ts";

/** Which roles the members of a group have. A group is named by one of `id`, `externalId` and `displayName`. */
export interface GrantGroup {
  readonly id?: string | undefined;
  /** As the provider set it: it stays the same when the group is renamed. */
  readonly externalId?: string | undefined;
  /** In any letter case. Several groups may have it: the members of each have the roles. */
  readonly displayName?: string | undefined;
  /** What the host calls its roles; at least one. */
  readonly roles: readonly string[];
}

/** A group that a role comes from. */
export interface GrantSource {
  /** Id of the group. */
  readonly id: string;
  readonly externalId?: string | undefined;
  readonly displayName?: string | undefined;
}

/** A role that somebody has, and the group that it comes from: who is in two groups that give a role has two grants of it. */
export interface Grant {
  /** Id of the user. */
  readonly user: string;
  readonly role: string;
  readonly source: GrantSource;
}

/** A role that ends for somebody, or for all who had it from a group. */
export interface Revocation {
  /** Id of the user; undefined: all who had the role from this source, because the group is gone or is called otherwise. */
  readonly user: string | undefined;
  readonly role: string;
  readonly source: GrantSource;
}

/**
 * Checks what the host defines.
 * @throws {TypeError} for a group without a name or with two, and for one that gives no role.
 */
export function checkGroups(groups: readonly GrantGroup[]): readonly GrantGroup[] {
  for (const [index, group] of groups.entries()) {
    const { id, externalId, displayName, roles } = group;
    const names = [id, externalId, displayName].filter((name) => name !== undefined);
    if (names.length !== 1 || names.some((name) => typeof name !== "string" || name === ""))
      throw new TypeError(`defineGrants: groups[${index}] must be named by one of id, externalId and displayName.`);
    if (!Array.isArray(roles) || roles.length === 0 || roles.some((role) => typeof role !== "string" || role === ""))
      throw new TypeError(`defineGrants: groups[${index}].roles must be a list of at least one name.`);
  }
  return groups;
}

/** The roles that the members of a group have. */
export function rolesOf(source: GrantSource | undefined, groups: readonly GrantGroup[]): ReadonlySet<string> {
  if (source === undefined) return new Set();
  const folded = source.displayName === undefined ? undefined : stringKey(source.displayName, false);
  return new Set(
    groups
      .filter(
        ({ id, externalId, displayName }) =>
          (id !== undefined && id === source.id) ||
          (externalId !== undefined && externalId === source.externalId) ||
          (displayName !== undefined && stringKey(displayName, false) === folded),
      )
      .flatMap(({ roles }) => roles),
  );
}

/** A group as a source; undefined where there is none. */
export function sourceOf(id: string, group: Readonly<Record<string, unknown>> | undefined): GrantSource | undefined {
  if (group === undefined) return undefined;
  const { externalId, displayName } = group;
  return {
    id,
    ...(typeof externalId === "string" ? { externalId } : {}),
    ...(typeof displayName === "string" ? { displayName } : {}),
  };
}
