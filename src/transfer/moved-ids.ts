import type { Context } from "../storage/adapter.ts";
import type { Ledger } from "../storage/ledger.ts";

/** Under which kind the ledger knows ids that storage did not take over. */
const KIND = "moved";

/**
 * Ids of the lines that storage did not take over, because its database makes them, and the ids that it gave instead. They are kept in
 * the ledger of storage, where it has one, so that the same lines are known when they come again; else for the length of the import.
 */
export class MovedIds<C extends Context> {
  readonly #context: C;
  readonly #ledger: Ledger<C> | undefined;
  readonly #known = new Map<string, string>();
  #isUsed = false;

  constructor(ledger: Ledger<C> | undefined, context: C) {
    this.#ledger = ledger;
    this.#context = context;
  }

  /** Whether storage has given other ids than it was asked to take: in this import or in one before. */
  get isUsed(): boolean {
    return this.#isUsed;
  }

  /** Looks whether an import before this one has left any. */
  async open(): Promise<void> {
    const [first] = (await this.#ledger?.list(KIND, { count: 1 }, this.#context)) ?? [];
    this.#isUsed = first !== undefined;
  }

  /** The ids that resources have here, by those of their lines; those that were taken over are left out. */
  async find(ids: Iterable<string>): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    if (!this.#isUsed) return found;
    const unknown: string[] = [];
    for (const id of new Set(ids)) {
      const known = this.#known.get(id);
      if (known !== undefined) found.set(id, known);
      else unknown.push(id);
    }
    if (this.#ledger === undefined || unknown.length === 0) return found;
    for (const { key, value } of await this.#ledger.read(KIND, unknown, this.#context))
      if (typeof value.id === "string") found.set(key, value.id);
    return found;
  }

  /** Remembers ids; `ledger` is that of the transaction in which the resources were stored. */
  async keep(moved: readonly (readonly [from: string, to: string])[], ledger: Ledger<C> | undefined): Promise<void> {
    if (moved.length === 0) return;
    this.#isUsed = true;
    if (ledger === undefined) for (const [from, to] of moved) this.#known.set(from, to);
    else
      await ledger.write(
        moved.map(([key, id]) => ({ kind: KIND, key, value: { id } })),
        this.#context,
      );
  }
}
