import { usersOf } from "../../attributes.ts";
import type { ServerFacts } from "../../facts.ts";
import { expectStatus, isRefused } from "../../judge.ts";
import type { Answer, Made, Workbench } from "../../workbench.ts";
import { elements, type Person } from "../people.ts";
import { isDeclined, skipDeclined } from "./declined.ts";

/** What a filter found. */
export interface Found {
  readonly answer: Answer;
  readonly ids: readonly string[];
}

/** A text as an operand of a filter. */
export const quoted = (text: string): string => JSON.stringify(text);

/** The filter that finds this user alone. */
export const isNamed = ({ userName }: Person): string => `userName eq ${quoted(userName)}`;

/** Asks by a filter, whatever comes of it. */
export async function search(bench: Workbench, filter: string, path = usersOf(bench)): Promise<Found> {
  bench.needs("filter");
  const answer = await bench.get(path, { filter });
  return { answer, ids: idsOf(answer) };
}

export const idsOf = (answer: Answer): readonly string[] => elements(answer.body.Resources).map(({ id }) => String(id));

/** Fails unless the filter is answered and finds the resource, among others that it may find. */
export async function expectFinds(bench: Workbench, filter: string, made: Made, path?: string): Promise<void> {
  const { answer, ids } = await expectAnswered(bench, filter, path);
  bench.expect(ids.includes(made.id), `\`${filter}\` does not find ${made.path}.`, "It matches, and is found.", answer);
}

/** Fails unless the filter is answered and does not find the resource; that none is no 404 is for `filter/none-found` to say. */
export async function expectMissesOut(bench: Workbench, filter: string, made: Made, path?: string): Promise<void> {
  const { answer, ids } = await search(bench, filter, path);
  if (answer.status === 404) return;
  if (isDeclined(answer)) await skipDeclined(bench, filter, path);
  expectStatus(bench, answer, 200, FILTERED, `The filter \`${filter}\``);
  const right = "It does not match, and is not in the list.";
  if (ids.includes(made.id)) await needsSelection(bench);
  bench.expect(!ids.includes(made.id), `\`${filter}\` finds ${made.path}.`, right, answer);
}

/** Ends the check as blocked where filters are ignored, which `filter/not-ignored` says: whatever is asked, everybody is found. */
async function needsSelection(bench: Workbench): Promise<void> {
  const { ids } = await search(bench, `userName eq ${quoted(bench.unique("nobody"))}`);
  if (ids.length > 0) bench.block("The server does not filter: for a name that nobody has it finds users.");
}

const FILTERED = "It is a filter of RFC 7644: 200, and the resources that match.";

async function expectAnswered(bench: Workbench, filter: string, path?: string): Promise<Found> {
  const found = await search(bench, filter, path);
  if (isDeclined(found.answer)) await skipDeclined(bench, filter, path);
  expectStatus(bench, found.answer, 200, FILTERED, `The filter \`${filter}\``);
  return found;
}

/** What a server was seen to do: it is not asked for it again and again. */
const seen = new WeakMap<ServerFacts, Set<string>>();

/** Ends the check as blocked where not even the name finds the user, which a check of its own says. */
export async function needsEq(bench: Workbench, user: Person): Promise<void> {
  bench.needs("filter");
  if (seen.get(bench.facts)?.has("eq")) return;
  const { answer, ids } = await search(bench, isNamed(user));
  if (answer.status !== 200 || ids.length !== 1 || ids[0] !== user.id)
    bench.block("The filter `userName eq` does not find the one user of that name.");
  remember(bench, "eq");
}

/** Ends the check as blocked where conditions cannot be joined by `and`, which a check of its own says. */
export async function needsAnd(bench: Workbench, user: Person): Promise<void> {
  bench.needs("filter");
  if (seen.get(bench.facts)?.has("and")) return;
  const both = await search(bench, `${isNamed(user)} and ${isNamed(user)}`);
  const one = await search(bench, `${isNamed(user)} and userName eq ${quoted(`no-${user.userName}`)}`);
  if (both.answer.status !== 200 || !both.ids.includes(user.id) || one.ids.includes(user.id))
    bench.block("The server does not join conditions by `and`.");
  remember(bench, "and");
}

/** Ends the check as blocked where conditions cannot be joined by `or`, which a check of its own says. */
export async function needsOr(bench: Workbench, user: Person): Promise<void> {
  await needsEq(bench, user);
  if (seen.get(bench.facts)?.has("or")) return;
  const { answer, ids } = await search(bench, `userName eq ${quoted(`no-${user.userName}`)} or ${isNamed(user)}`);
  if (answer.status !== 200 || !ids.includes(user.id)) bench.block("The server does not join conditions by `or`.");
  remember(bench, "or");
}

function remember({ facts }: Workbench, what: string): void {
  seen.set(facts, (seen.get(facts) ?? new Set()).add(what));
}

/** Fails unless the filter is refused; by which status is not said of every filter. */
export async function expectRefused(bench: Workbench, filter: string, right: string): Promise<Answer> {
  const { answer } = await search(bench, filter);
  bench.expect(
    isRefused(answer) || answer.status === 501,
    `\`${filter}\` is answered by ${answer.status}.`,
    right,
    answer,
  );
  return answer;
}
