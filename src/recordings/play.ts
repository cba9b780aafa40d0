import { freshen } from "./freshen.ts";
import { beyondTheEnd, judged, judgedList } from "./judge.ts";
import { neededOf } from "./needed.ts";
import { type Sample, type World, worldBefore } from "./sample.ts";
import type { PlayedAnswer, Stage } from "./stage.ts";

/** What came of it. `skipped` and `blocked` say why; without them, no problem means that the client gets what it needs. */
export interface Played<A extends PlayedAnswer = PlayedAnswer> {
  readonly problems: readonly string[];
  /** What the client was answered, and what was read afterwards. */
  readonly answers: readonly A[];
  readonly skipped?: string;
  readonly blocked?: string;
}

/** Makes the world that a recording needs on a server, sends what was recorded, and says how the answers depart. What was made stays. */
export async function playSample<A extends PlayedAnswer>(
  sample: Sample,
  world: World,
  stage: Stage<A>,
): Promise<Played<A>> {
  const { method, path, headers = {}, body } = sample.request;
  if (/%2F|%00/i.test(path.split("?")[0] ?? ""))
    return {
      problems: [],
      answers: [],
      skipped: "no server gives such an id, and what is in between may refuse the path",
    };
  const ids = new Map<string, string>();
  const names = freshen({ ...stage, ids });
  const list = listOf(sample, names.path(path));
  const total = list === undefined ? 0 : await totalOf(stage, list);
  const needed = neededOf(sample, worldBefore(world, sample.given), list === undefined ? undefined : total);
  const refused = await makeWorld(needed, stage, names, ids);
  if (refused !== undefined) return { problems: [], ...refused };
  const { Authorization: authorization, ...others } = headers;
  const answer = await stage.ask(method, beyondTheEnd(sample, names.path(path), total), {
    headers: authorization === "Bearer wrong" ? { ...others, Authorization: authorization } : others,
    ...(body === undefined ? {} : { body: names.json(body) }),
  });
  const expected = names.expectation(sample.expect);
  const problems = list === undefined ? judged(expected, answer) : judgedList(expected, answer, path);
  const answers = [answer];
  for (const after of sample.expect.after ?? []) {
    const get = names.path(after.get);
    const next = await stage.ask("GET", get, {});
    answers.push(next);
    problems.push(...judged(names.expectation(after), next).map((problem) => `afterwards ${get}: ${problem}`));
  }
  return { problems, answers };
}

/** Makes users and groups, and notes what the server calls them; what it refused, if anything. */
async function makeWorld<A extends PlayedAnswer>(
  { users, groups }: World,
  stage: Stage<A>,
  names: ReturnType<typeof freshen>,
  ids: Map<string, string>,
): Promise<{ readonly answers: readonly A[]; readonly blocked: string } | undefined> {
  const resources = [
    ...users.map((user) => ["/Users", user] as const),
    ...groups.map((group) => ["/Groups", group] as const),
  ];
  for (const [endpoint, { id, ...resource }] of resources) {
    const made = await stage.ask("POST", endpoint, { body: names.json(resource) });
    const given = (made.body as { readonly id?: unknown } | undefined)?.id;
    if (made.status !== 201 || typeof given !== "string") {
      const answered = `${made.status} ${made.text.slice(0, 200)}`;
      return { answers: [made], blocked: `${id}, which the recording is about, could not be made: ${answered}` };
    }
    ids.set(id, given);
  }
  return undefined;
}

/** The endpoint, where a list is asked for by nothing that is this run's own: then others are in it as well. */
function listOf({ request }: Sample, path: string): string | undefined {
  const [, endpoint] = /^(\/(?:Users|Groups))\/?(?:\?|$)/.exec(request.path) ?? [];
  return request.method === "GET" && path === request.path ? endpoint : undefined;
}

async function totalOf(stage: Stage, endpoint: string): Promise<number> {
  const { body } = await stage.ask("GET", `${endpoint}?startIndex=1&count=1`, {});
  return Number((body as { readonly totalResults?: unknown } | undefined)?.totalResults ?? 0) || 0;
}
