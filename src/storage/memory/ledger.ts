import { copyValue } from "../../schema/value.ts";
import type { Context } from "../adapter.ts";
import { getOrCreate } from "../get-or-create.ts";
import { instantText, isOver, type Ledger, type LedgerEntry } from "../ledger.ts";
import { apart, type Transacting, type UnderWay } from "./under-way.ts";

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

/** Where ledgers are kept. */
interface LedgerStore extends Transacting {
  readonly ledgers: Ledgers;
}

/** The ledger of a storage in memory. There is no await between a look and what depends on it, so that each call is atomic. */
export function memoryLedger(store: LedgerStore, within?: UnderWay): Ledger {
  const { ledgers } = store;
  const ready = <T>(act: () => T) => apart(store, within, act);
  const find = (kind: string, { tenant = "" }: Context): Kind | undefined => ledgers.get(tenant)?.get(kind);
  return {
    read: (kind, keys, context) =>
      ready(() => {
        const found = find(kind, context);
        return [...new Set(keys)].flatMap((key) => copyOf(found?.entries.get(key)));
      }),
    write: (entries, { tenant = "" }) =>
      ready(() => {
        const kinds = getOrCreate(ledgers, tenant, () => new Map<string, Kind>());
        for (const entry of entries) put(getOrCreate(kinds, entry.kind, emptyKind), entry, within);
        for (const name of new Set(entries.map(({ kind }) => kind))) clean(getOrCreate(kinds, name, emptyKind));
      }),
    remove: (kind, keys, context) =>
      ready(() => {
        const found = find(kind, context);
        return found === undefined ? 0 : [...new Set(keys)].filter((key) => take(found, key, within)).length;
      }),
    list: (kind, page, context) =>
      ready(() => {
        const found = find(kind, context);
        return found === undefined ? [] : listed(found, page);
      }),
  };
}

function listed(kind: Kind, { after, count }: Parameters<Ledger["list"]>[1]): readonly LedgerEntry[] {
  kind.order ??= [...kind.entries.keys()].sort();
  const page: LedgerEntry[] = [];
  for (let index = after === undefined ? 0 : placeBehind(kind.order, after); page.length < count; index++) {
    const key = kind.order[index];
    if (key === undefined) break;
    page.push(...copyOf(kind.entries.get(key)));
  }
  return page;
}

function emptyKind(): Kind {
  return { entries: new Map(), order: undefined };
}

/** Notes what there is under a key, for the case that the transaction is taken back. */
function note(kind: Kind, key: string, within: UnderWay | undefined): void {
  const before = kind.entries.get(key);
  within?.onRollback(() => {
    kind.order = undefined;
    if (before === undefined) kind.entries.delete(key);
    else kind.entries.set(key, before);
  });
}

function put(kind: Kind, { until, ...entry }: LedgerEntry, within: UnderWay | undefined): void {
  note(kind, entry.key, within);
  // What is written anew is among the youngest again.
  if (!kind.entries.delete(entry.key)) kind.order = undefined;
  const value = copyValue(entry.value) as LedgerEntry["value"];
  kind.entries.set(entry.key, { ...entry, value, ...(until === undefined ? {} : { until: instantText(until) }) });
}

/** Takes an entry away, and says whether it was there and not over. */
function take(kind: Kind, key: string, within?: UnderWay): boolean {
  const entry = kind.entries.get(key);
  if (entry === undefined) return false;
  note(kind, key, within);
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
