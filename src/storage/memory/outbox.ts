import type { Context } from "../adapter.ts";
import { getOrCreate } from "../get-or-create.ts";
import type { NewOutboxEntry, Outbox, OutboxEntry, OutboxLag } from "../outbox.ts";
import { Heap } from "./heap.ts";
import type { UnderWay } from "./under-way.ts";

/** The events of one resource, of which the first can be taken when its time has come. */
interface Line {
  tenant: string;
  readonly resourceType: string;
  readonly id: string;
  first: Waiting | undefined;
  last: Waiting | undefined;
  /** How often the first event was taken. */
  attempts: number;
  /** When the first event can be taken, in terms of `performance.now()`; undefined where it can be taken now. */
  due: number | undefined;
}

/** An event in its line. */
interface Waiting {
  readonly position: number;
  readonly event: string;
  readonly at: string;
  next: Waiting | undefined;
}

/** A line whose time comes; what it says holds only as long as it is the line's own `due`. */
interface Turn {
  readonly due: number;
  readonly line: Line;
}

/** The outbox of a storage in memory. What it takes to take an event does not grow with what waits. */
export class MemoryOutbox implements Outbox {
  readonly #tenants = new Map<string, Map<string, Line>>();
  /** Lines whose first event can be taken, those that came first ahead. */
  readonly #ready = new Set<Line>();
  readonly #later = new Heap<Turn>((left, right) => left.due < right.due);
  #positions = 0;
  #waiting = 0;

  async append(entries: readonly NewOutboxEntry[], { tenant = "" }: Context): Promise<void> {
    for (const { resourceType, id, event, at } of entries) {
      const key = keyOf({ resourceType, id });
      const line = getOrCreate(this.#linesOf(tenant), key, () => newLine(tenant, resourceType, id));
      if (line.first === undefined) this.#ready.add(line);
      push(line, { position: ++this.#positions, event, at, next: undefined });
      this.#waiting++;
    }
  }

  async take({ count, lease }: Parameters<Outbox["take"]>[0]): Promise<readonly OutboxEntry[]> {
    const now = performance.now();
    this.#wake(now);
    const taken: OutboxEntry[] = [];
    for (const line of this.#ready) {
      if (taken.length >= count) break;
      this.#ready.delete(line);
      taken.push(entryOf(line));
      line.attempts++;
      this.#putOff(line, now + lease);
    }
    return taken;
  }

  async settle({ done, failed }: Parameters<Outbox["settle"]>[0]): Promise<void> {
    for (const entry of done) {
      const line = this.#lineOf(entry);
      if (line !== undefined) this.#shift(line);
    }
    for (const { entry, retryIn } of failed) {
      const line = this.#lineOf(entry);
      if (line !== undefined) this.#putOff(line, performance.now() + retryIn);
    }
  }

  async lag(): Promise<OutboxLag> {
    let oldest: string | undefined;
    for (const lines of this.#tenants.values())
      for (const { first } of lines.values())
        if (first !== undefined && (oldest === undefined || first.at < oldest)) oldest = first.at;
    return { waiting: this.#waiting, oldest };
  }

  deleteTenant(tenant: string): void {
    for (const line of this.#tenants.get(tenant)?.values() ?? []) {
      for (let one = line.first; one !== undefined; one = one.next) this.#waiting--;
      this.#empty(line);
    }
    this.#tenants.delete(tenant);
  }

  renameTenant(from: string, to: string): void {
    const lines = this.#tenants.get(from);
    if (lines === undefined) return;
    this.#tenants.delete(from);
    const others = this.#linesOf(to);
    for (const [key, line] of lines) {
      const there = others.get(key);
      line.tenant = to;
      if (there === undefined) others.set(key, line);
      else {
        // What the new name has of the resource came before.
        for (let one = line.first; one !== undefined; one = one.next) push(there, { ...one, next: undefined });
        this.#empty(line);
      }
    }
  }

  #linesOf(tenant: string): Map<string, Line> {
    return getOrCreate(this.#tenants, tenant, () => new Map());
  }

  /** The line whose first event it is, if nobody else has taken it since. */
  #lineOf(entry: OutboxEntry): Line | undefined {
    const line = this.#tenants.get(entry.tenant ?? "")?.get(keyOf(entry));
    const isFirst = String(line?.first?.position) === entry.position;
    return isFirst && line?.attempts === entry.attempts + 1 ? line : undefined;
  }

  /** Removes the first event of a line, and lets the next one be taken. */
  #shift(line: Line): void {
    this.#waiting--;
    line.first = line.first?.next;
    line.attempts = 0;
    line.due = undefined;
    this.#ready.delete(line);
    if (line.first !== undefined) {
      this.#ready.add(line);
      return;
    }
    const lines = this.#linesOf(line.tenant);
    lines.delete(keyOf(line));
    if (lines.size === 0) this.#tenants.delete(line.tenant);
  }

  #empty(line: Line): void {
    line.first = undefined;
    this.#ready.delete(line);
  }

  #putOff(line: Line, due: number): void {
    line.due = due;
    this.#later.push({ due, line });
  }

  #wake(now: number): void {
    for (let turn = this.#later.first; turn !== undefined && turn.due <= now; turn = this.#later.first) {
      this.#later.shift();
      if (turn.line.due === turn.due && turn.line.first !== undefined) this.#ready.add(turn.line);
    }
  }
}

/** The outbox as a transaction has it: what is appended is there with its commit. */
export function outboxWithin(outbox: MemoryOutbox, within: UnderWay): Outbox {
  return {
    append: async (entries, context) => within.onCommit(() => void outbox.append(entries, context)),
    take: (request) => outbox.take(request),
    settle: (outcome) => outbox.settle(outcome),
    lag: () => outbox.lag(),
  };
}

function keyOf({ resourceType, id }: Pick<Line, "resourceType" | "id">): string {
  return JSON.stringify([resourceType, id]);
}

function newLine(tenant: string, resourceType: string, id: string): Line {
  return { tenant, resourceType, id, first: undefined, last: undefined, attempts: 0, due: undefined };
}

function push(line: Line, waiting: Waiting): void {
  if (line.first === undefined || line.last === undefined) line.first = waiting;
  else line.last.next = waiting;
  line.last = waiting;
}

function entryOf({ tenant, resourceType, id, first, attempts }: Line): OutboxEntry {
  const { position, event, at } = first as Waiting;
  return {
    position: String(position),
    ...(tenant === "" ? {} : { tenant }),
    resourceType,
    id,
    event,
    at,
    attempts,
  };
}
