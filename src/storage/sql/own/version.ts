import { unavailable } from "../../../error.ts";
import type { Session } from "../database.ts";
import { type Fragment, short, sql } from "../dialect/fragment.ts";
import type { Tables } from "./tables.ts";

// The tables have a version, and say from which version on code may work on them. A release that makes them newer may be on its way
// while others still run: these go on where the newer tables allow it, and stop where they do not.

/** The version of the tables that this release of scimkit works on. */
export const SCHEMA_VERSION = 3;

/** The version that tables are of. */
export interface Version {
  readonly version: number;
  /** The oldest version whose code may work on them. */
  readonly least: number;
}

/** No tables. */
export const NO_VERSION: Version = { version: 0, least: 0 };

/** For how many milliseconds a process may go on without a look at the version. */
const LONGEST_BLIND = 5000;

/** Reads the version, of tables that may be older than the column that says `least`. */
export async function readVersion(session: Session, { migration }: Tables): Promise<Version> {
  // Where the table has no such column, the name means that of the subquery around it.
  const [row = NO_VERSION] = await session.run<Version>(
    short(sql`SELECT o.version, (SELECT least FROM ${migration} i WHERE i.version = o.version) AS least
      FROM (SELECT m.version, 1 AS least FROM ${migration} m ORDER BY m.version DESC LIMIT 1) o`),
  );
  return { version: Number(row.version), least: Number(row.least) };
}

/** Row source `v` with a `Version`, of tables of this version or a later one. */
export function newestVersion({ migration }: Tables): Fragment {
  return sql`(SELECT m.version, m.least FROM ${migration} m ORDER BY m.version DESC LIMIT 1) v`;
}

/** Why code of this release cannot work on tables of a version; undefined where it can. */
export function tooOldFor({ version, least }: Version): Error | undefined {
  if (least <= SCHEMA_VERSION) return undefined;
  return new Error(
    `The tables are of version ${version}, made by a newer scimkit, and need one that knows version ${least}; this one knows versions up to ${SCHEMA_VERSION}. Run the newer release.`,
  );
}

/** Keeps an eye on the version while the process runs. One for each storage in a process. */
export class VersionWatch {
  readonly #tables: Tables;
  #asOf = Number.NEGATIVE_INFINITY;
  #tooOld: Error | undefined;
  #looking: Promise<void> | undefined;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /**
   * Notes a version that was just read.
   * @throws {ScimError} 503 where this release is too old for it; the cause says so.
   */
  note(version: Version): void {
    this.#asOf = performance.now();
    this.#tooOld = tooOldFor(version);
    this.#refuse();
  }

  /** Whether a release that fits had a look a short while ago. */
  get isFresh(): boolean {
    return this.#tooOld === undefined && performance.now() - this.#asOf < LONGEST_BLIND;
  }

  /** Has a look where there was none for a while. @throws {ScimError} as `note`. */
  async check(session: Session): Promise<void> {
    if (performance.now() - this.#asOf < LONGEST_BLIND) return this.#refuse();
    // One for all who ask meanwhile.
    this.#looking ??= readVersion(session, this.#tables)
      .then((version) => this.note(version))
      .finally(() => {
        this.#looking = undefined;
      });
    await this.#looking;
  }

  #refuse(): void {
    if (this.#tooOld !== undefined) throw unavailable(undefined, { cause: this.#tooOld });
  }
}
