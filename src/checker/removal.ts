import type { Ledger, Thing } from "./ledger.ts";
import { isNamedByRun } from "./made.ts";
import type { Send } from "./wire.ts";

export interface Stuck {
  readonly thing: Thing;
  readonly reason: string;
}

/** Removes resources, and knows which it could not remove. */
export interface Removal {
  remove(things: readonly Thing[]): Promise<void>;
  /** Hands them over, so that they can be tried again. */
  takeStuck(): readonly Stuck[];
}

/** As many resources are removed at once: a check may have made hundreds. */
const LANES = 4;
const ATTEMPTS = 2;
/** So many in a row without an answer, and the rest is not tried: it would take a time limit each. */
const MOST_UNANSWERED = 3;

export function createRemoval(ledger: Ledger, run: string, send: Send): Removal {
  let stuck: Stuck[] = [];
  let unanswered = 0;

  const attempt = async (path: string): Promise<{ readonly isGone: boolean; readonly said: string }> => {
    const { answer, exchange } = await send({ method: "DELETE", path });
    unanswered = answer === undefined ? unanswered + 1 : 0;
    const status = answer?.status ?? 0;
    const isGone = status === 404 || status === 410 || (status >= 200 && status < 300);
    return { isGone, said: `DELETE gave ${answer === undefined ? exchange.error : status}` };
  };
  const remove = async (thing: Thing): Promise<void> => {
    const doubt = thing.isOurs ? undefined : await doubtOf(thing.path);
    if (doubt !== undefined) {
      stuck.push({ thing, reason: doubt });
      return;
    }
    let reason = "the server does not answer any more";
    for (let left = ATTEMPTS; left > 0 && unanswered < MOST_UNANSWERED; left--) {
      const { isGone, said } = await attempt(thing.path);
      if (isGone) return ledger.isGone(thing);
      reason = said;
    }
    stuck.push({ thing, reason });
  };
  /** Why it may be somebody else's; nothing is deleted of which that is not known. */
  const doubtOf = async (path: string): Promise<string | undefined> => {
    const { answer } = await send({ method: "GET", path });
    if (answer?.status === 404 || answer?.status === 410) return undefined;
    if (answer?.status !== 200) return "it cannot be read, and may be somebody else's, so it was not touched";
    return isNamedByRun(answer.body, run) ? undefined : "what is there has no name of this run, so it was not touched";
  };

  return {
    async remove(things) {
      const rest = things.values();
      const lanes = Array.from({ length: Math.min(LANES, things.length) }, async () => {
        for (const thing of rest) await remove(thing);
      });
      await Promise.all(lanes);
    },
    takeStuck() {
      const all = stuck;
      stuck = [];
      unanswered = 0;
      return all;
    },
  };
}
