import type { DirectDriver, SqliteResult, SqliteWrite, WritingConnection, Written } from "./dialect/direct.ts";
import { faultOf } from "./dialect/fault.ts";
import { isBusyUntil, pauseWhileBusy, waitWhileBusy } from "./retry.ts";
import { LONGEST_WAIT, type Turns } from "./turns.ts";

/** Most writes of one transaction: the first of them is answered when the last one is done. */
const MOST_TOGETHER = 64;

/** Others write. */
interface Busy {
  readonly error: unknown;
}

/** A write whose turn has not come. */
interface Waiting {
  readonly write: SqliteWrite;
  resolve(rows: readonly unknown[]): void;
  reject(error: unknown): void;
  /** Why it is not to wait any longer, once it is not. */
  over?: { readonly error: unknown };
}

/**
 * Takes those who wait for their turn to write along with the first of them: one transaction, and one wait for the disk. Each is refused alone,
 * and none is answered before what it wrote is on the disk.
 */
export class WritesTogether {
  readonly #driver: DirectDriver;
  readonly #turns: Turns;
  readonly #waiting = new Set<Waiting>();

  constructor(driver: DirectDriver, turns: Turns) {
    this.#driver = driver;
    this.#turns = turns;
  }

  /** @throws what the write was refused for; {ScimError} 503 as `Turns`. */
  write<R>(write: SqliteWrite): Promise<readonly R[]> {
    const until = performance.now() + LONGEST_WAIT;
    return new Promise<readonly unknown[]>((resolve, reject) => {
      const waiting: Waiting = { write, resolve, reject };
      this.#waiting.add(waiting);
      const go = async (): Promise<void> => {
        while (this.#waiting.has(waiting)) {
          // Taken along until the transaction has begun: each waits for that as long as it may by itself.
          const all = this.#take();
          const busy = await this.#doAll(all, until);
          if (busy === undefined) return;
          this.#putBack(all);
          if (!isBusyUntil(busy.error, until)) throw busy.error;
          await pauseWhileBusy(until);
        }
      };
      this.#turns.run(until, go).catch((error) => {
        waiting.over = { error };
        if (this.#waiting.delete(waiting)) reject(error);
      });
    }) as Promise<readonly R[]>;
  }

  #take(): readonly Waiting[] {
    const taken: Waiting[] = [];
    for (const waiting of this.#waiting) {
      if (taken.length === MOST_TOGETHER) break;
      this.#waiting.delete(waiting);
      taken.push(waiting);
    }
    return taken;
  }

  #putBack(all: readonly Waiting[]): void {
    const behind = [...this.#waiting];
    this.#waiting.clear();
    for (const waiting of [...all, ...behind])
      if (waiting.over === undefined) this.#waiting.add(waiting);
      else waiting.reject(waiting.over.error);
  }

  /** Gives why the transaction could not begin, where others write: then nothing has come of any. */
  async #doAll(all: readonly Waiting[], until: number): Promise<Busy | undefined> {
    const writes = all.map(({ write }) => write);
    const written = await this.#driver
      .lend((connection) => writeUntil(connection, writes, until))
      .catch((error): Written => ({ results: all.map(() => ({ error })) }));
    if ("error" in written) return written;
    const { results, failed } = written;
    if (failed === undefined) {
      for (const [index, waiting] of all.entries()) settle(waiting, results[index] as SqliteResult);
      return;
    }
    const [first] = all;
    if (all.length === 1) first?.reject(failed.error);
    // What keeps one of them from the disk is not to keep the others from it.
    else for (const one of all) await this.#doAlone(one, until);
  }

  async #doAlone(one: Waiting, until: number): Promise<void> {
    for (;;) {
      const busy = await this.#doAll([one], until);
      if (busy === undefined) return;
      if (!isBusyUntil(busy.error, until)) return one.reject(busy.error);
      await pauseWhileBusy(until);
    }
  }
}

function settle({ resolve, reject }: Waiting, result: SqliteResult): void {
  if ("rows" in result) resolve(result.rows);
  else reject(result.error);
}

/** Gives why the transaction could not begin, where others write. */
async function writeUntil(
  connection: WritingConnection,
  writes: readonly SqliteWrite[],
  until: number,
): Promise<Written | Busy> {
  let written: Written;
  try {
    written = await connection.write(writes);
  } catch (error) {
    if (faultOf(error) === "busy") return { error };
    throw error;
  }
  const { results, failed } = written;
  if (failed === undefined) return written;
  try {
    if (results.length < writes.length || !isBusyUntil(failed.error, until)) throw failed.error;
    await waitWhileBusy(() => connection.run("COMMIT", []), until);
    return { results };
  } catch (error) {
    await connection.run("ROLLBACK", []).catch(() => undefined);
    return { results, failed: { error } };
  }
}
