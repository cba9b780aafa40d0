import type { Json } from "../../json.ts";
import type { Made, Workbench } from "../../workbench.ts";
import { type Person, person } from "../people.ts";

/** A group, who is in it, and who is there to be added. */
export interface Peopled {
  readonly group: Made;
  readonly members: readonly Person[];
  readonly others: readonly Person[];
}

export const groupsOf = (bench: Workbench): string =>
  bench.facts.groups?.endpoint ?? bench.skip("The server has no groups.");

/** A group as a client asks for it, with members by their id alone. */
export async function newGroup(bench: Workbench, members: readonly Made[], more: object = {}): Promise<Made> {
  bench.needsGroups();
  return bench.group({
    ...more,
    ...(members.length === 0 ? {} : { members: members.map(({ id }) => ({ value: id })) }),
  });
}

/** Makes so many users in a group and so many beside it; ends the check as blocked where the group does not show its members. */
export async function peopled(bench: Workbench, inside: number, beside = 0): Promise<Peopled> {
  bench.needsGroups();
  const users: Person[] = [];
  for (let count = 0; count < inside + beside; count++) users.push(await person(bench));
  const members = users.slice(0, inside);
  const group = await newGroup(bench, members);
  if ((await memberIds(bench, group)) !== idsOf(members))
    bench.block("A new group does not show the members it was made with.");
  return { group, members, others: users.slice(inside) };
}

/** The ids of those who are in a group, in one text that can be compared. */
export async function memberIds(bench: Workbench, group: Made): Promise<string> {
  return inOrder(membersOf(await bench.read(group.path)).map(({ value }) => String(value)));
}

export const idsOf = (users: readonly Made[]): string => inOrder(users.map(({ id }) => id));

const inOrder = (ids: readonly string[]) => [...ids].sort().join(" ");

export function membersOf(body: Json): readonly Json[] {
  return Array.isArray(body.members) ? body.members : [];
}

/** Fails unless these and no others are in the group. */
export async function expectMembers(bench: Workbench, group: Made, right: readonly Made[]): Promise<void> {
  const seen = await memberIds(bench, group);
  const count = seen === "" ? 0 : seen.split(" ").length;
  const one = `The group has ${count} members behind it, which are ${count === right.length ? "others" : "another number"}.`;
  bench.expect(seen === idsOf(right), one, `It has ${right.length}, those who were left in it or put into it.`);
}
