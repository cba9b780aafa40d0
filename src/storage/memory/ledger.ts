import { copyValue } from "../../schema/value.ts";
import type { Context } from "../adapter.ts";
import { getOrCreate } from "../get-or-create.ts";
import { instantText, isOver, type Ledger, type LedgerEntry } from "../ledger.ts";

/** What is over and is thrown away with one write, at most. */
const MOST_CLEANED = 100;

/** The entries of one kind, by key. */
interface Kind {
  readonly entries: Map<string, LedgerEntry>;
  /** All keys in their order; undefined where one has come or gone since. */
  order: readonly string[] | undefined;
}

/** What is remembered of each tenant, by kind. */
export type Ledgers = Map<string, Map<string, Kind>>;

/** The ledger of a storage in memory. There is no await between a look and what depends on it, so that each call is atomic. */
export function memoryLedger(ledgers: Ledgers): Ledger {
  const find = (kind: string, { tenant = "" }: Context): Kind | undefined => ledgers.get(tenant)?.get(kind);
  return {
    async read(kind, keys, context) {
      const found = find(kind, context);
      return [...new Set(keys)].flatMap((key) => copyOf(found?.entries.get(key)));
    },
    async write(entries, { tenant = "" }) {
      const kinds = getOrCreate(ledgers, tenant, () => new Map<string, Kind>());
      for (const entry of entries) put(getOrCreate(kinds, entry.kind, emptyKind), entry);
      for (const name of new Set(entries.map(({ kind }) => kind))) clean(getOrCreate(kinds, name, emptyKind));
    },
    async remove(kind, keys, context) {
      const found = find(kind, context);
      if (found === undefined) return 0;
      return [...new Set(keys)].filter((key) => take(found, key)).length;
    },
    async list(kind, { after, count }, context) {
      const found = find(kind, context);
      if (found === undefined) return [];
      found.order ??= [...found.entries.keys()].sort();
      const page: LedgerEntry[] = [];
      for (let index = after === undefined ? 0 : placeBehind(found.order, after); page.length < count; index++) {
        const key = found.order[index];
        if (key === undefined) break;
        page.push(...copyOf(found.entries.get(key)));
      }
      return page;
    },
  };
}

function emptyKind(): Kind {
  return { entries: new Map(), order: undefined };
}

function put(kind: Kind, { until, ...entry }: LedgerEntry): void {
  // What is written anew is among the youngest again.
  if (!kind.entries.delete(entry.key)) kind.order = undefined;
  const value = copyValue(entry.value) as LedgerEntry["value"];
  kind.entries.set(entry.key, { ...entry, value, ...(until === undefined ? {} : { until: instantText(until) }) });
}

/** Takes an entry away, and says whether it was there and not over. */
function take(kind: Kind, key: string): boolean {
  const entry = kind.entries.get(key);
  if (entry === undefined) return false;
  kind.order = undefined;
  kind.entries.delete(key);
  return !isOver(entry);
}

/** Throws away what is over, as far as it is among the oldest. */
function clean(kind: Kind): void {
  let looked = 0;
  for (const [key, entry] of kind.entries) {
    if (looked++ === MOST_CLEANED) return;
    if (isOver(entry)) take(kind, key);
  }
}

function copyOf(entry: LedgerEntry | undefined): readonly LedgerEntry[] {
  return entry === undefined || isOver(entry)
    ? []
    : [{ ...entry, value: copyValue(entry.value) as LedgerEntry["value"] }];
}

/** The place of the first key behind another one. */
function placeBehind(order: readonly string[], after: string): number {
  let [low, high] = [0, order.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((order[middle] as string) > after) high = middle;
    else low = middle + 1;
  }
  return low;
}
