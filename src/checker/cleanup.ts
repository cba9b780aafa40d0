import type { Ledger, Thing } from "./ledger.ts";
import { createLookUp } from "./look-up.ts";
import type { Suspect } from "./made.ts";
import { createRemoval } from "./removal.ts";
import type { Report } from "./report.ts";
import type { Send } from "./wire.ts";

/** Removes what a run has made. */
export interface Cleanup {
  /** What the check that is over has made. */
  afterCheck(): Promise<void>;
  /** What is left, and what was made although the server did not say so; what cannot be removed is named. */
  atTheEnd(): Promise<Report["leftOver"]>;
}

type LeftOver = Report["leftOver"][number];

export function createCleanup(ledger: Ledger, run: string, send: Send): Cleanup {
  const removal = createRemoval(ledger, run, send);

  const removeSuspects = async (suspects: readonly Suspect[]): Promise<readonly LeftOver[]> => {
    const lookUp = createLookUp(run, send);
    const left: LeftOver[] = [];
    for (const { endpoint, name, isUnanswered } of suspects) {
      const found = name && (await lookUp({ endpoint, name, isUnanswered }));
      await removal.remove(found?.things ?? []);
      // What the server refused and cannot be looked up is taken for refused.
      if (isUnanswered && !found?.isAll)
        left.push({ path: endpoint, name: name?.value ?? "(no name)", reason: "it had no answer, and may be there" });
    }
    return left;
  };
  const isThere = async ({ path }: Thing) => (await send({ method: "GET", path })).answer?.status === 200;
  /** A server may say that it has removed something and keep it: the last of each type tells for all. */
  const kept = async (): Promise<readonly LeftOver[]> => {
    const left: LeftOver[] = [];
    for (const things of byEndpoint(ledger.gone)) {
      const last = things.at(-1);
      if (last === undefined || !(await isThere(last))) continue;
      for (const thing of things)
        if (await isThere(thing)) left.push(leftOver(thing, "DELETE succeeded, and it is still there"));
    }
    return left;
  };

  return {
    afterCheck: () => removal.remove(ledger.takeMade()),
    async atTheEnd() {
      await removal.remove([...ledger.takeMade(), ...removal.takeStuck().map(({ thing }) => thing)]);
      const unknown = await removeSuspects(ledger.takeSuspects());
      const stuck = removal.takeStuck().map(({ thing, reason }) => leftOver(thing, reason));
      return [...stuck, ...unknown, ...(await kept())];
    },
  };
}

function leftOver({ path, name }: Thing, reason: string): LeftOver {
  return { path, name, reason };
}

function byEndpoint(things: readonly Thing[]): Iterable<readonly Thing[]> {
  const found = new Map<string, Thing[]>();
  for (const thing of things) {
    const endpoint = thing.path.slice(0, thing.path.lastIndexOf("/"));
    found.set(endpoint, [...(found.get(endpoint) ?? []), thing]);
  }
  return found.values();
}
