import { freshen } from "../../recordings/freshen.ts";
import { judged } from "../../recordings/judge.ts";
import type { Expectation, Sample } from "../../recordings/sample.ts";
import type { PlayedAnswer, Stage } from "../../recordings/stage.ts";

/** What a client needs back, and what must be there afterwards. */
export type Needs = Partial<Expectation> & {
  readonly after?: readonly (Expectation & { readonly get: string; readonly status: number })[];
};

/** One request of a client's cycle. `{eve}` stands for the id that the server gave to what was made as `eve`. */
export interface CycleStep {
  /** What the client does, as the second half of a sentence. */
  readonly does: string;
  /** The recording that is sent, or what is published of it where there is none. */
  readonly sends: string | Sample["request"];
  /** What stands in the recording, and what stands there in the cycle. Each must be found. */
  readonly swaps?: Readonly<Record<string, string>>;
  /** What the answer's id is called from here on. */
  readonly makes?: string;
  /** On top of what the recording expects of the answer itself; of a request without a recording, all of it. */
  readonly needs?: Needs;
}

/** Where a cycle broke off. */
export interface Broken<A> {
  readonly step: CycleStep;
  readonly problems: readonly string[];
  readonly answers: readonly A[];
}

/** Plays a client's cycle on one and the same people; where it broke off, if it did. */
export async function playCycle<A extends PlayedAnswer>(
  steps: readonly CycleStep[],
  samples: ReadonlyMap<string, Sample>,
  stage: Stage<A>,
): Promise<Broken<A> | undefined> {
  const ids = new Map<string, string>();
  const names = freshen({ ...stage, ids });
  for (const step of steps) {
    const { request, expect } = played(step, samples);
    const { Authorization: _, ...headers } = request.headers ?? {};
    const body = request.body === undefined ? {} : { body: names.json(request.body) };
    const answer = await stage.ask(request.method, names.path(request.path), { headers, ...body });
    const answers = [answer];
    if (step.makes !== undefined) {
      const { id } = (answer.body ?? {}) as { readonly id?: unknown };
      if (typeof id !== "string")
        return { step, answers, problems: [`status ${answer.status}, without the id of what was made`] };
      ids.set(`{${step.makes}}`, id);
    }
    const problems = judged(names.expectation(expect), answer);
    for (const after of expect.after ?? []) {
      const next = await stage.ask("GET", names.path(after.get), {});
      answers.push(next);
      problems.push(...judged(names.expectation(after), next).map((problem) => `afterwards: ${problem}`));
    }
    if (problems.length > 0) return { step, problems, answers };
  }
  return undefined;
}

/** The request of a step, and what is needed back. */
function played({ sends, swaps = {}, needs }: CycleStep, samples: ReadonlyMap<string, Sample>) {
  if (typeof sends !== "string") return { request: sends, expect: { status: [200, 201, 204], ...needs } };
  const sample = samples.get(sends);
  if (sample === undefined) throw new Error(`There is no recording ${sends}.`);
  const { after: _, ...expect } = sample.expect;
  let text = JSON.stringify({ request: sample.request, expect });
  for (const [from, to] of Object.entries(swaps)) {
    if (!text.includes(from)) throw new Error(`${sends} does not have ${from}.`);
    text = text.replaceAll(from, to);
  }
  const swapped = JSON.parse(text) as { readonly request: Sample["request"]; readonly expect: Needs & Expectation };
  return { request: swapped.request, expect: { ...swapped.expect, ...needs } };
}
