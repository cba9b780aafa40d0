import type { Row } from "./row.ts";

/** A transaction that is under way, as writes know it. */
export interface UnderWay {
  /** Settles when it has ended, one way or the other; 503 where that takes too long. */
  readonly ended: Promise<void>;
  /** Notes how something is undone that no reader looks behind: it is done in the opposite order. */
  onRollback(undo: () => void): void;
  /** Notes what is done once nothing can be taken back any more. */
  onCommit(act: () => void): void;
  /** Notes the secrets of a row before they are changed. */
  keepSecretsOf(row: Row): void;
}

/** What has transactions, one at a time. */
export interface Transacting {
  readonly transaction: UnderWay | undefined;
}

/**
 * What is to be waited for before something is done that is not part of it: undefined where nothing is, so that nobody comes between
 * this look and what is done in the same turn of the event loop.
 * @throws {TypeError} for what is part of a transaction that has ended.
 */
export function othersEnd({ transaction }: Transacting, within?: UnderWay): Promise<void> | undefined {
  if (transaction === within) return undefined;
  if (within !== undefined) throw new TypeError("The transaction of this adapter has ended.");
  return transaction?.ended;
}

/** Does something as soon as no transaction is under way that it is not part of. */
export async function apart<T>(store: Transacting, within: UnderWay | undefined, act: () => T): Promise<Awaited<T>> {
  for (;;) {
    const others = othersEnd(store, within);
    if (others === undefined) return act() as Awaited<T>;
    await others;
  }
}
