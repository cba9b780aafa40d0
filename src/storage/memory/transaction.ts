import { unavailable } from "../../error.ts";
import { addToIndexes, removeFromIndexes } from "./indexes.ts";
import type { Row } from "./row.ts";
import { State } from "./state.ts";
import { rowsOfType, type Shared, type Tenant } from "./tenant.ts";
import { apart, type UnderWay } from "./under-way.ts";

/** The longest that others wait for a transaction, in milliseconds from when the first of them came. */
const LONGEST_WAIT = 10_000;

const TOO_LONG =
  "Another change has been under way for too long. Try again later; what is done within a change must be done by its own transaction.";

/** Where a tenant stood when the transaction came to it. */
interface Beginning {
  readonly name: string;
  readonly state: State;
  /** How many rows were ever created until then. */
  readonly created: number;
}

/**
 * Several writes that take effect together or not at all. While one is under way nobody else reads or writes, so that nobody sees what
 * may be taken back; it is as short as what is done in it.
 */
export class Transaction implements UnderWay {
  #ended: Promise<void> | undefined;
  #end: () => void = () => undefined;
  readonly #beginnings = new Map<Tenant, Beginning>();
  readonly #undo: (() => void)[] = [];
  readonly #commit: (() => void)[] = [];

  get ended(): Promise<void> {
    this.#ended ??= new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(unavailable(TOO_LONG)), LONGEST_WAIT);
      this.#end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    return this.#ended;
  }

  /** Notes where a tenant stands, before anything is done in it. */
  enter({ tenants }: Shared, name: string, tenant: Tenant): void {
    if (this.#beginnings.has(tenant)) return;
    const state = new State(tenant);
    state.hold();
    this.#beginnings.set(tenant, { name, state, created: tenant.created });
    tenants.set(name, tenant);
  }

  onRollback(undo: () => void): void {
    this.#undo.push(undo);
  }

  onCommit(act: () => void): void {
    this.#commit.push(act);
  }

  keepSecretsOf({ secrets }: Row): void {
    const before = [...secrets];
    this.onRollback(() => {
      secrets.clear();
      for (const [path, value] of before) secrets.set(path, value);
    });
  }

  /** Does what was waiting for this. To be followed by `end`. */
  commit(): void {
    for (const act of this.#commit) act();
  }

  /** Takes everything back. To be followed by `end`. */
  rollBack(): void {
    for (const undo of this.#undo.reverse()) undo();
    for (const [tenant, beginning] of this.#beginnings) rollBackTenant(tenant, beginning);
  }

  /** Lets the others go on. A tenant is kept for the sake of its resources alone. */
  end(store: Shared): void {
    for (const [tenant, { name, state }] of this.#beginnings) {
      state.release();
      if (tenant.byId.size === 0 && store.tenants.get(name) === tenant) store.tenants.delete(name);
    }
    store.transaction = undefined;
    this.#end();
  }
}

/** Runs work in a transaction, one after the other. */
export async function transact<T>(store: Shared, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  const transaction = await apart(store, undefined, () => {
    const begun = new Transaction();
    store.transaction = begun;
    return begun;
  });
  try {
    const result = await work(transaction);
    transaction.commit();
    return result;
  } catch (error) {
    transaction.rollBack();
    throw error;
  } finally {
    transaction.end(store);
  }
}

function rollBackTenant(tenant: Tenant, { state, created }: Beginning): void {
  const { contents, elements, deleted } = state.since();
  const isOld = ({ order }: Row): boolean => order < created;
  for (const rows of tenant.rows.values()) for (const row of [...rows.after(created - 1)]) removeWhole(tenant, row);
  const changed = [...contents.keys()].filter((row) => isOld(row) && tenant.byId.get(row.id) === row);
  for (const row of changed) removeFromIndexes(tenant, row);
  for (const [collection, before] of elements)
    for (const [key, element] of before)
      if (element === undefined) collection.delete(key);
      else collection.set(key, element);
  for (const [row, content] of contents) {
    row.content = content;
    row.version = Number(content.document.meta.version);
  }
  const back = [...deleted.values()].filter(isOld);
  for (const row of back) {
    rowsOfType(tenant, row.content.resourceType).set(row.id, row);
    tenant.byId.set(row.id, row);
  }
  for (const row of [...changed, ...back]) addToIndexes(tenant, row);
}

function removeWhole(tenant: Tenant, row: Row): void {
  removeFromIndexes(tenant, row);
  rowsOfType(tenant, row.content.resourceType).delete(row.id);
  tenant.byId.delete(row.id);
}
