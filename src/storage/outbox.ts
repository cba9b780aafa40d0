import type { Context } from "./context.ts";

/** An event on its way into the outbox. */
export interface NewOutboxEntry {
  /** Name of the resource type that the event is about. */
  readonly resourceType: string;
  /** The resource that it is about: of one resource, events are handed out in the order in which they came. */
  readonly id: string;
  /** The event as JSON text. */
  readonly event: string;
  /** When it came about, as ISO 8601 text. */
  readonly at: string;
}

/** An event that waits in the outbox. */
export interface OutboxEntry extends NewOutboxEntry {
  /** Names the entry among all others of the outbox. */
  readonly position: string;
  /** Key of the tenant; absent in a single-tenant server. */
  readonly tenant?: string | undefined;
  /** How often it was handed out before, in vain. */
  readonly attempts: number;
}

/** What is left to be handed out. */
export interface OutboxLag {
  /** How many events wait, those that are being handed out among them. */
  readonly waiting: number;
  /** When the oldest of them came about, as ISO 8601 text; undefined where none waits. */
  readonly oldest: string | undefined;
}

/**
 * Where events wait until they are handed out. Storage keeps them beside the resources, so that an event is there if and only if
 * its change is: `append` of the adapter that `transaction` hands to its work is part of that transaction.
 */
export interface Outbox<C extends Context = Context> {
  /** Appends events of the context's tenant, in this order. */
  append(entries: readonly NewOutboxEntry[], context: C): Promise<void>;
  /**
   * Takes at most `count` events, of every tenant, that nobody else has taken, for `lease` milliseconds: whoever has not settled them by
   * then has died, and they can be taken again. Of one resource only the first is taken, so that the next one follows it; what failed is
   * not taken before its time has come. Of several processes that ask at once, none gets what another one has.
   */
  take(request: { readonly count: number; readonly lease: number }): Promise<readonly OutboxEntry[]>;
  /**
   * Removes what was handed out; what failed (`retryIn`: in how many milliseconds to hand it out again) stays, with one attempt more. What
   * somebody else has taken since, because the lease ended, is left to him: neither removed nor given back.
   */
  settle(outcome: {
    readonly done: readonly OutboxEntry[];
    readonly failed: readonly { readonly entry: OutboxEntry; readonly retryIn: number }[];
  }): Promise<void>;
  lag(): Promise<OutboxLag>;
}
