import { behind, type Database } from "../database.ts";
import { unfitSession } from "../unfit-session.ts";
import { hasIndex, lookAtCatalog, whyUnfit } from "./catalog.ts";
import type { Indexes, IndexPlan } from "./index-plan.ts";
import { wantedIndexes } from "./pending.ts";
import type { Tables } from "./tables.ts";
import type { VersionWatch } from "./version.ts";

/** What a storage is opened with. */
export interface Openable {
  readonly tables: Tables;
  readonly plan: IndexPlan;
  readonly indexes: Indexes;
  readonly version: VersionWatch;
}

/**
 * Opens a storage once: finds out that the tables are there and fit, and which indexes queries may count on. Reads only, so that it works for
 * roles that may do no more than read and write rows, and on servers that only read.
 */
export class Opening {
  readonly #database: Database;
  readonly #openable: Openable;
  #opened: Promise<void> | undefined;
  /** Whether that is done. */
  #isOpen = false;

  /** `database`: as the host gave it. */
  constructor(database: Database, openable: Openable) {
    this.#database = database;
    this.#openable = openable;
  }

  /** The database as requests get it: whatever is asked of it, the storage is open by then, and its tables fit. */
  get database(): Database {
    const given = this.#database;
    const { version } = this.#openable;
    return behind(
      () => (this.#isOpen && version.isFresh ? undefined : this.ready().then(() => version.check(given))),
      given,
    );
  }

  /**
   * Whoever asks first opens the storage, and the others wait for that; after a failure the next one tries again.
   *
   * @throws {Error} where there are no tables, or older ones than this release works on: `prepare` helps.
   * @throws {ScimError} 503 where they need a newer release.
   */
  ready(): Promise<void> {
    return this.#opened ?? this.open();
  }

  /** Whether nothing is left to wait for. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Opens the storage, or looks anew at what has changed in the database since. */
  open(): Promise<void> {
    const opened = this.#look().then(
      () => {
        if (this.#opened === opened) this.#isOpen = true;
      },
      (error) => {
        if (this.#opened === opened) this.#opened = undefined;
        throw error;
      },
    );
    this.#opened = opened;
    this.#isOpen = false;
    return opened;
  }

  async #look(): Promise<void> {
    const { tables, plan, indexes, version } = this.#openable;
    const { isTransaction, dialect } = this.#database;
    // A transaction of the host's has its settings by now.
    if (!isTransaction) for (const statement of dialect.settings ?? []) await this.#database.run(statement);
    await refuseUnfit(this.#database);
    const catalog = await lookAtCatalog(this.#database, tables);
    version.note(catalog);
    const unfit = whyUnfit(catalog, tables);
    if (unfit !== undefined) throw unfit;
    indexes.keys.clear();
    indexes.texts.clear();
    for (const wanted of wantedIndexes(plan))
      if (hasIndex(this.#database, tables, wanted, catalog))
        indexes[wanted.kind === "by" ? "keys" : "texts"].set(wanted.index.path, wanted.index);
  }
}

/** @throws {Error} for a connection by which values would be stored as other ones, or taken for statements. */
export async function refuseUnfit(session: Pick<Database, "dialect" | "run">): Promise<void> {
  const reason = await unfitSession(session);
  if (reason !== undefined) throw new Error(reason);
}
