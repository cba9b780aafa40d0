// What a writer was told is done, and whether the database has it.
import type { ResourceObject, StorageAdapter } from "../../src/index.ts";
import { SELECT_ALL } from "../../src/storage/adapter.ts";
import { GroupType, UserType } from "./load.ts";
import { hold } from "./statistics.ts";

/** What the writer was told is done. */
export interface Facts {
  /** The title that a user was last said to have, and any later one that may have been written since. */
  readonly titles: Map<string, string>;
  readonly members: Set<string>;
  acknowledged: number;
  refused: number;
}

export function noFacts(): Facts {
  return { titles: new Map(), members: new Set(), acknowledged: 0, refused: 0 };
}

/** Reads the database, and holds it to the facts. */
export async function check(what: string, storage: StorageAdapter, group: string, facts: Facts): Promise<void> {
  const users = new Map<string, ResourceObject>();
  let cursor: string | undefined;
  do {
    const request = { resourceType: UserType, page: { cursor, count: 1000 }, select: SELECT_ALL };
    const page = await storage.query(request, {});
    for (const user of page.resources) users.set(user.id, user);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  const stored = await storage.get({ resourceType: GroupType, id: group, select: SELECT_ALL }, {});
  const members = new Set(((stored?.members ?? []) as readonly { value: string }[]).map(({ value }) => value));
  const lost = [...facts.titles].filter(([id, title]) => {
    const now = users.get(id)?.title;
    // The write behind the last one that was acknowledged may have taken effect.
    return now !== title && now !== `${title}b`;
  });
  const torn = [...users.values()].filter((user) => user.title !== user.nickName);
  const lostMembers = [...facts.members].filter((id) => !members.has(id));
  const dangling = [...members].filter((id) => !users.has(id));
  console.log(
    `${what}: ${facts.acknowledged} writes acknowledged, ${facts.refused} refused; ${users.size} users and ${members.size} members found`,
  );
  hold("acknowledged users lost or set back", lost.length, 0);
  hold("users torn", torn.length, 0);
  hold("acknowledged members lost", lostMembers.length, 0);
  hold("members that do not exist", dangling.length, 0);
  hold(
    "versions of the group more or less than its members",
    Math.abs(Number(stored?.meta.version) - 1 - members.size),
    0,
  );
}
