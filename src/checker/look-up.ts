import { isObject } from "../schema/value.ts";
import type { Thing } from "./ledger.ts";
import { isNamedByRun, type Suspect } from "./made.ts";
import type { Send } from "./wire.ts";

const PAGE = 100;
const MOST_PAGES = 20;

/** What was found of a suspect, and whether that is all: a server that does not filter is looked through page by page, up to a limit. */
export interface Found {
  readonly things: readonly Thing[];
  readonly isAll: boolean;
}

export type LookUp = (suspect: Suspect & { readonly name: NonNullable<Suspect["name"]> }) => Promise<Found>;

/** Looks for what may have been made by its name. Only what has the digits of the run in it is found, whatever the server answers: many ignore a filter. */
export function createLookUp(run: string, send: Send): LookUp {
  const scanned = new Map<string, Found>();
  const list = async (endpoint: string, query: Record<string, string | number>) => {
    const { answer } = await send({ method: "GET", path: endpoint, query });
    return answer?.status === 200 ? resourcesOf(answer.body) : undefined;
  };
  const scan = async (endpoint: string): Promise<Found> => {
    const things: Thing[] = [];
    let startIndex = 1;
    for (let page = 0; page < MOST_PAGES; page++) {
      const resources = await list(endpoint, { startIndex, count: PAGE });
      if (resources === undefined) break;
      if (resources.length === 0) return { things, isAll: true };
      things.push(...ofRun(resources, endpoint, run));
      startIndex += resources.length;
    }
    return { things, isAll: false };
  };

  return async ({ endpoint, name: { attribute, value } }) => {
    const resources = await list(endpoint, { filter: `${attribute} eq ${JSON.stringify(value)}` });
    if (resources !== undefined && (resources.length === 0 || resources.some((one) => isNamedByRun(one, value))))
      return { things: ofRun(resources, endpoint, run), isAll: true };
    const found = scanned.get(endpoint) ?? (await scan(endpoint));
    scanned.set(endpoint, found);
    return found;
  };
}

/** `undefined` where it is no list. */
function resourcesOf(body: unknown): readonly Record<string, unknown>[] | undefined {
  if (!isObject(body)) return undefined;
  const { Resources = [] } = body;
  return Array.isArray(Resources) ? Resources.filter(isObject) : undefined;
}

function ofRun(resources: readonly Record<string, unknown>[], endpoint: string, run: string): readonly Thing[] {
  return resources
    .filter(({ id }) => typeof id === "string" && !/^\.{0,2}$/.test(id))
    .filter((resource) => isNamedByRun(resource, run))
    .map(({ id, userName, displayName }) => ({
      path: `${endpoint}/${encodeURIComponent(String(id))}`,
      name: String(userName ?? displayName ?? id),
      isOurs: true,
    }));
}
