import { isObject } from "../schema/value.ts";
import type { Ledger, Suspect, Thing } from "./ledger.ts";
import type { Report } from "./report.ts";
import type { Sent, WireRequest } from "./wire.ts";

export interface CleanupOptions {
  readonly ledger: Ledger;
  readonly run: string;
  readonly send: (request: WireRequest) => Promise<Sent>;
}

/** Removes what a run has made. */
export interface Cleanup {
  /** What the check that is over has made. */
  afterCheck(): Promise<void>;
  /** What is left, what was made although the server did not say so; what cannot be removed is named. */
  atTheEnd(): Promise<Report["leftOver"]>;
}

type LeftOver = Report["leftOver"][number];

/** As many resources are removed at once: a check may have made hundreds. */
const LANES = 4;
const PAGE = 100;
const MOST_PAGES = 20;

export function createCleanup({ ledger, run, send }: CleanupOptions): Cleanup {
  let stuck: { readonly thing: Thing; readonly reason: string }[] = [];

  const remove = async (thing: Thing): Promise<void> => {
    if (!thing.isOurs && !(await isOurs(thing))) {
      stuck.push({ thing, reason: "what is there has no name of this run, so it was not touched" });
      return;
    }
    let last = "";
    for (let attempt = 0; attempt < 2; attempt++) {
      const { answer, exchange } = await send({ method: "DELETE", path: thing.path });
      if (answer?.status === 404 || answer?.status === 410) return;
      if (answer !== undefined && answer.status >= 200 && answer.status < 300) return ledger.isGone(thing);
      last = `DELETE gave ${answer?.status ?? exchange.error}`;
      if (answer !== undefined && answer.status < 500) break;
    }
    stuck.push({ thing, reason: last });
  };
  const isOurs = async ({ path }: Thing): Promise<boolean> => {
    const { answer } = await send({ method: "GET", path });
    return answer === undefined || answer.status !== 200 || answer.text.includes(run);
  };
  const removeAll = (things: readonly Thing[]) => inLanes(things, remove);

  const lookUp = async (suspects: readonly Suspect[]): Promise<LeftOver[]> => {
    const unknown: LeftOver[] = [];
    const scanned = new Set<string>();
    for (const { endpoint, name, isUnanswered } of suspects) {
      if (name === undefined) {
        if (isUnanswered)
          unknown.push({ path: endpoint, name: "(no name)", reason: "a POST without a name had no answer" });
        continue;
      }
      const filter = `${name.attribute} eq ${JSON.stringify(name.value)}`;
      const found = await list(endpoint, { filter });
      if (found !== undefined) await removeAll(found.things);
      else if (!scanned.has(endpoint)) {
        scanned.add(endpoint);
        if (!(await scan(endpoint)) && isUnanswered)
          unknown.push({ path: endpoint, name: name.value, reason: "it may be there: it could not be looked up" });
      }
    }
    return unknown;
  };
  /** Those of this run on a page; `undefined` where the answer is no list. */
  const list = async (endpoint: string, query: Record<string, string | number>) => {
    const { answer } = await send({ method: "GET", path: endpoint, query });
    const body = answer?.status === 200 && isObject(answer.body) ? answer.body : undefined;
    if (body === undefined || (body.Resources !== undefined && !Array.isArray(body.Resources))) return undefined;
    const resources = ((body.Resources as unknown[] | undefined) ?? []).filter(isObject);
    const things = resources
      .filter((resource) => typeof resource.id === "string" && JSON.stringify(resource).includes(run))
      .map((resource) => ({
        path: `${endpoint}/${encodeURIComponent(String(resource.id))}`,
        name: String(resource.userName ?? resource.displayName ?? resource.id),
        isOurs: true,
      }));
    return { things, count: resources.length };
  };
  /** Looks through all pages where the server does not filter; whether it came to the end of them. */
  const scan = async (endpoint: string): Promise<boolean> => {
    const found: Thing[] = [];
    let isWhole = false;
    for (let page = 0, start = 1; page < MOST_PAGES && !isWhole; page++) {
      const listed = await list(endpoint, { startIndex: start, count: PAGE });
      if (listed === undefined) break;
      found.push(...listed.things);
      start += listed.count;
      isWhole = listed.count === 0;
    }
    await removeAll(found);
    return isWhole;
  };
  /** A server may say that it has removed something and keep it: the last of each type tells for all. */
  const stillThere = async (): Promise<LeftOver[]> => {
    const left: LeftOver[] = [];
    for (const things of byEndpoint(ledger.gone)) {
      const last = things.at(-1);
      if (last === undefined || !(await isThere(last))) continue;
      for (const thing of things)
        if (await isThere(thing)) left.push({ ...nameOf(thing), reason: "DELETE succeeded, and it is still there" });
    }
    return left;
  };
  const isThere = async ({ path }: Thing) => (await send({ method: "GET", path })).answer?.status === 200;

  return {
    afterCheck: () => removeAll(ledger.takeMade()),
    async atTheEnd() {
      const again = [...ledger.takeMade(), ...stuck.map(({ thing }) => thing)];
      stuck = [];
      await removeAll(again);
      const unknown = await lookUp(ledger.takeSuspects());
      return [...stuck.map(({ thing, reason }) => ({ ...nameOf(thing), reason })), ...unknown, ...(await stillThere())];
    },
  };
}

function nameOf({ path, name }: Thing) {
  return { path, name };
}

function byEndpoint(things: readonly Thing[]): Iterable<readonly Thing[]> {
  const found = new Map<string, Thing[]>();
  for (const thing of things) {
    const endpoint = thing.path.slice(0, thing.path.lastIndexOf("/"));
    found.set(endpoint, [...(found.get(endpoint) ?? []), thing]);
  }
  return found.values();
}

async function inLanes<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const rest = all.values();
  await Promise.all(
    Array.from({ length: Math.min(LANES, all.length) }, async () => {
      for (const one of rest) await work(one);
    }),
  );
}
