import type { Sample, World, WorldGroup, WorldUser } from "./sample.ts";

/** Whom the recording is about, and whom these refer to; of the others as many as a list is short of (`total` are there). */
export function neededOf(sample: Sample, { users, groups }: World, total: number | undefined): World {
  const text = JSON.stringify([sample.request, sample.expect, sample.given])
    .replaceAll("%40", "@")
    .replaceAll("%20", " ")
    .toLowerCase();
  const isAbout = (resource: object) => valuesOf(resource).some((value) => text.includes(value));
  const isList = total !== undefined;
  const chosenGroups = groups.filter((group) => isList || isAbout(group));
  const wanted = new Set(chosenGroups.flatMap(({ members = [] }: WorldGroup) => members.map(({ value }) => value)));
  let missing = total === undefined ? 0 : Number(totalExpected(sample) ?? 0) - total;
  const chosenUsers = users.filter((user: WorldUser) => {
    if (user.id.startsWith("gen-")) return wanted.has(user.id) || missing-- > 0;
    const isChosen = isList || wanted.has(user.id) || isAbout(user);
    if (isChosen) missing -= 1;
    return isChosen;
  });
  return { users: withManagers(chosenUsers, users), groups: chosenGroups };
}

/** Managers come before those that they manage. */
function withManagers(chosen: readonly WorldUser[], users: readonly WorldUser[]): readonly WorldUser[] {
  const text = JSON.stringify(chosen);
  return users.filter((user) => chosen.includes(user) || text.includes(`"manager":{"value":"${user.id}"`));
}

/** What somebody is found by, in lower case. */
function valuesOf(resource: object): readonly string[] {
  const { id, externalId, userName, displayName, name, emails, phoneNumbers } = resource as Record<string, unknown>;
  const family = (name as { readonly familyName?: string } | undefined)?.familyName;
  const lists = [emails, phoneNumbers].flatMap((list) => (list ?? []) as readonly { readonly value: string }[]);
  return [id, externalId, userName, displayName, family, ...lists.map(({ value }) => value)]
    .filter((value) => typeof value === "string")
    .map((value) => value.toLowerCase());
}

const totalExpected = ({ expect }: Sample): unknown =>
  (expect.bodyContains as { readonly totalResults?: unknown } | undefined)?.totalResults;
