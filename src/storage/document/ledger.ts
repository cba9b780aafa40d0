import type { Context } from "../context.ts";
import { instantText, isOver, type Ledger, type LedgerEntry } from "../ledger.ts";
import { KINDS } from "./row.ts";
import type { Session } from "./session.ts";
import type { DocumentKey } from "./store.ts";

/** Does something in a session: one of its own, or that of a transaction. */
export type InSession = <T>(work: (session: Session) => Promise<T>) => Promise<T>;

/** What is remembered beside the resources: a document each. */
export function documentLedger(inSession: InSession): Ledger {
  return {
    read: (kind, keys, context) =>
      inSession(async (session) => {
        const found = await session.get<LedgerEntry>([...new Set(keys)].map((key) => entryAt(context, kind, key)));
        return found.filter((entry) => entry !== undefined && !isOver(entry)) as readonly LedgerEntry[];
      }),
    write: (entries, context) =>
      inSession(async (session) => {
        const places = entries.map(({ kind, key }) => entryAt(context, kind, key));
        await session.get(places);
        for (const [index, { until, ...entry }] of entries.entries()) {
          const end = until === undefined ? {} : { until: instantText(until) };
          session.put(places[index] as DocumentKey, { ...entry, ...end });
        }
      }),
    remove: (kind, keys, context) =>
      inSession(async (session) => {
        const places = [...new Set(keys)].map((key) => entryAt(context, kind, key));
        const found = await session.get<LedgerEntry>(places);
        for (const [index, place] of places.entries()) if (found[index] !== undefined) session.put(place, undefined);
        return found.filter((entry) => entry !== undefined && !isOver(entry)).length;
      }),
    list: (kind, { after, count }, context) =>
      inSession(async (session) => {
        const all = await session.list<LedgerEntry>({ tenant: context.tenant ?? "", kind: KINDS.ledger });
        const own = all.map(([, entry]) => entry).filter((entry) => entry.kind === kind && !isOver(entry));
        const behind = own.filter(({ key }) => after === undefined || key > after);
        return behind.sort((left, right) => (left.key < right.key ? -1 : 1)).slice(0, count);
      }),
  };
}

function entryAt({ tenant = "" }: Context, kind: string, key: string): DocumentKey {
  return { tenant, kind: KINDS.ledger, key: JSON.stringify([kind, key]) };
}
