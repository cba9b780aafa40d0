import type { FaultEvent, UndeliveredEvent } from "../events/event.ts";
import type { OutboxEvent } from "../events/outbox-event.ts";
import type { ResourceTypeDefinition } from "../schema/resource-type.ts";
import type { Context } from "../storage/adapter.ts";
import type { Outbox, OutboxEntry, OutboxLag } from "../storage/outbox.ts";
import { Bell } from "./bell.ts";
import { checkDrainOptions } from "./check-options.ts";
import type { SettledOptions } from "./defaults.ts";
import type { DrainOptions } from "./drain-options.ts";
import { outboxesOf } from "./engine.ts";

/**
 * Does what an event is there for. It gets each event at least once: what it throws, or a promise of its rejects with, means that it failed, and it
 * gets the event again. `signal` is aborted when the lease ends: what is not finished by then must end too, as somebody else may have begun.
 */
export type DrainHandler<R extends ResourceTypeDefinition = ResourceTypeDefinition> = (
  event: OutboxEvent<R>,
  handOver: { readonly signal: AbortSignal },
) => unknown;

/** What a drain tells. */
export type DrainNotice<C extends Context> = UndeliveredEvent<C> | FaultEvent<C>;

/** The outboxes of a service. */
export interface Outboxes<R extends ResourceTypeDefinition> {
  drain(handler: DrainHandler<R>, options?: DrainOptions): Promise<void>;
  lag(): Promise<OutboxLag>;
  /** There may be something to hand out. */
  wake(): void;
}

/** Collects the outboxes of a service. */
export function createOutboxes<C extends Context, R extends ResourceTypeDefinition>(
  options: Pick<SettledOptions<C>, "outbox" | "storage">,
  tell: (notice: DrainNotice<C>) => void,
): Outboxes<R> {
  const bells = new Set<Bell>();
  const each = (): readonly Outbox<C>[] => {
    const found = outboxesOf(options);
    if (found.length === 0) throw new TypeError("createScim: no events are kept; set outbox: true.");
    return found;
  };
  return {
    async drain(handler, options = {}) {
      checkDrainOptions(options);
      if (typeof handler !== "function") throw new TypeError("drain: the handler must be a function.");
      const settings = settle(options);
      await Promise.all(
        each().map(async (outbox) => {
          const bell = new Bell();
          bells.add(bell);
          try {
            // What it is given is of the types that it expects, or of a tenant's own.
            await new Drain<C>(outbox, handler as unknown as DrainHandler, settings, bell, tell).run();
          } finally {
            bells.delete(bell);
          }
        }),
      );
    },
    async lag() {
      const lags = await Promise.all(each().map((outbox) => outbox.lag()));
      const oldest = lags.flatMap((one) => one.oldest ?? []).sort();
      return { waiting: lags.reduce((sum, { waiting }) => sum + waiting, 0), oldest: oldest[0] };
    },
    wake() {
      for (const bell of bells) bell.ring();
    },
  };
}

interface Settings {
  readonly concurrency: number;
  readonly interval: number;
  readonly lease: number;
  readonly first: number;
  readonly longest: number;
  readonly until: "stopped" | "empty";
  readonly signal: AbortSignal | undefined;
}

function settle({ concurrency, interval, lease, retry, until, signal }: DrainOptions): Settings {
  return {
    concurrency: concurrency ?? 10,
    interval: interval ?? 1000,
    lease: lease ?? 60_000,
    first: retry?.first ?? 1000,
    longest: retry?.longest ?? 300_000,
    until: until ?? "stopped",
    signal,
  };
}

/** The longest pause after storage failed several times, in milliseconds. */
const LONGEST_PAUSE = 30_000;
/** How often what was handed out is settled in vain, once the drain is to end. */
const MOST_FAULTS_AT_END = 3;

/** Hands out the events of one outbox. */
class Drain<C extends Context> {
  readonly #outbox: Outbox<C>;
  readonly #handler: DrainHandler;
  readonly #settings: Settings;
  readonly #bell: Bell;
  readonly #tell: (notice: DrainNotice<C>) => void;
  #running = 0;
  #done: OutboxEntry[] = [];
  #failed: { readonly entry: OutboxEntry; readonly retryIn: number }[] = [];

  constructor(
    outbox: Outbox<C>,
    handler: DrainHandler,
    settings: Settings,
    bell: Bell,
    tell: (notice: DrainNotice<C>) => void,
  ) {
    this.#outbox = outbox;
    this.#handler = handler;
    this.#settings = settings;
    this.#bell = bell;
    this.#tell = tell;
  }

  async run(): Promise<void> {
    const { signal } = this.#settings;
    const stop = (): void => this.#bell.ring();
    signal?.addEventListener("abort", stop);
    try {
      await this.#go();
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  async #go(): Promise<void> {
    const { interval, until, signal } = this.#settings;
    let faults = 0;
    for (;;) {
      let isEmpty = false;
      try {
        isEmpty = (await this.#turn()) === 0;
        faults = 0;
      } catch (error) {
        faults++;
        this.#tell({ type: "fault", error, context: undefined });
        if (until === "empty" && this.#running === 0) throw error;
      }
      const isLast = signal?.aborted === true || (until === "empty" && isEmpty);
      const isSettled = this.#done.length + this.#failed.length === 0 || faults >= MOST_FAULTS_AT_END;
      if (isLast && this.#running === 0 && isSettled) return;
      await this.#bell.wait(Math.min(interval * 2 ** faults, Math.max(interval, LONGEST_PAUSE)));
    }
  }

  /** Says what became of events, and takes others; gives how many. */
  async #turn(): Promise<number> {
    const { concurrency, lease, signal } = this.#settings;
    const [done, failed] = [this.#done, this.#failed];
    if (done.length + failed.length > 0) {
      [this.#done, this.#failed] = [[], []];
      try {
        await this.#outbox.settle({ done, failed });
      } catch (error) {
        this.#done.push(...done);
        this.#failed.push(...failed);
        throw error;
      }
    }
    const count = concurrency - this.#running;
    if (count === 0 || signal?.aborted === true) return 0;
    const taken = await this.#outbox.take({ count, lease });
    for (const entry of taken) this.#begin(entry);
    return taken.length;
  }

  #begin(entry: OutboxEntry): void {
    this.#running++;
    this.#handOut(entry)
      .then(
        () => this.#done.push(entry),
        (error) => this.#fail(entry, error),
      )
      .then(() => {
        this.#running--;
        this.#bell.ring();
      });
  }

  async #handOut(entry: OutboxEntry): Promise<void> {
    const over = new AbortController();
    const late = new DOMException("The lease of the event has ended.", "TimeoutError");
    const timer = setTimeout(() => over.abort(late), this.#settings.lease);
    try {
      await this.#handler(eventOf(entry), { signal: over.signal });
    } finally {
      clearTimeout(timer);
    }
  }

  #fail(entry: OutboxEntry, error: unknown): void {
    const { first, longest } = this.#settings;
    const retryIn = Math.round(Math.min(longest, first * 2 ** entry.attempts) * (1 - Math.random() / 2));
    this.#failed.push({ entry, retryIn });
    const { tenant, resourceType, id } = entry;
    this.#tell({
      type: "undelivered",
      resourceType,
      id,
      ...(tenant === undefined ? {} : { tenant }),
      attempts: entry.attempts + 1,
      retryIn,
      error,
      context: undefined,
    });
  }
}

function eventOf({ event, tenant, position, attempts }: OutboxEntry): OutboxEvent {
  return { ...JSON.parse(event), ...(tenant === undefined ? {} : { tenant }), position, attempts };
}
