import type { Context } from "./context.ts";

/** Something that is known of a resource, or of one that was. */
export interface LedgerEntry {
  /** What is known: `tombstone`, `managed`. A kind has keys of its own. */
  readonly kind: string;
  /** Unique for its kind and tenant; compared to the letter. At most 512 characters. */
  readonly key: string;
  /** Any JSON object. */
  readonly value: Readonly<Record<string, unknown>>;
  /** Until when it is known, as ISO 8601 text; absent: until it is removed. What is over is as good as gone. */
  readonly until?: string | undefined;
}

/**
 * What is remembered beside the resources: which id had an externalId that is gone, which resources an identity provider owns. Each
 * tenant has its own, and `deleteTenant` takes it along. Calls of the adapter that `transaction` hands to its work are part of that
 * transaction.
 */
export interface Ledger<C extends Context = Context> {
  /** The entries of these keys, as far as there are any. */
  read(kind: string, keys: readonly string[], context: C): Promise<readonly LedgerEntry[]>;
  /** Writes entries over those of the same kind and key. */
  write(entries: readonly LedgerEntry[], context: C): Promise<void>;
  /** Removes entries and gives how many there were: of two that remove one at once, one gets 1. */
  remove(kind: string, keys: readonly string[], context: C): Promise<number>;
  /** At most `count` entries of a kind in the order of their keys, behind `after`. */
  list(
    kind: string,
    page: { readonly after?: string | undefined; readonly count: number },
    context: C,
  ): Promise<readonly LedgerEntry[]>;
}

/** Whether an entry is over, by the clock of this process. */
export function isOver({ until }: Pick<LedgerEntry, "until">, now = Date.now()): boolean {
  return until !== undefined && Date.parse(until) <= now;
}

/** A point in time as text that is compared as text. @throws {TypeError} for what is none. */
export function instantText(until: string): string {
  const at = new Date(until);
  if (Number.isNaN(at.getTime())) throw new TypeError("The until of a ledger entry must be a time in ISO 8601.");
  return at.toISOString();
}

/** Longest key of an entry, in characters. */
export const LONGEST_LEDGER_KEY = 512;

/**
 * The key of something about a resource type: readable, unless it is too long for a key or has what not every database keeps. No two
 * texts have one key.
 */
export async function ledgerKey(resourceType: string, text: string): Promise<string> {
  const key = `${resourceType}/${text}`;
  if (key.length <= LONGEST_LEDGER_KEY && isPlain(key) && !key.startsWith(HASHED)) return key;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify([resourceType, text])));
  return HASHED + [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What keys begin with that are hashes. */
const HASHED = "sha-256:";

function isPlain(text: string): boolean {
  if (!text.isWellFormed()) return false;
  for (const character of text) if (character < " " || character === "\u007f") return false;
  return true;
}
