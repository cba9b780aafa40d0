/**
 * Runs pieces of work of a sequence side by side, so many at a time, and says up to where all of them are done. Whoever adds one waits
 * until it has a place: what feeds them goes no faster than they do.
 */
export class Lanes {
  readonly #most: number;
  readonly #running = new Set<Promise<void>>();
  readonly #done = new Map<number, number>();
  #failure: { readonly error: unknown } | undefined;
  #upTo: number;

  /** `from`: behind which number the sequence begins. */
  constructor(most: number, from: number) {
    this.#most = most;
    this.#upTo = from;
  }

  /** All up to this number are done. */
  get upTo(): number {
    return this.#upTo;
  }

  /** Begins a piece that has the numbers behind `after` up to `last`, once there is a place. @throws what a piece before threw. */
  async add(after: number, last: number, work: () => Promise<void>): Promise<void> {
    while (this.#running.size >= this.#most) await Promise.race(this.#running);
    this.#throwFailure();
    const run = async (): Promise<void> => {
      try {
        await work();
        this.#done.set(after, last);
        this.#advance();
      } catch (error) {
        this.#failure ??= { error };
      }
    };
    const running: Promise<void> = run().finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Waits for all. @throws what one of them threw. */
  async end(): Promise<void> {
    while (this.#running.size > 0) await Promise.race(this.#running);
    this.#throwFailure();
  }

  #advance(): void {
    for (let last = this.#done.get(this.#upTo); last !== undefined; last = this.#done.get(this.#upTo)) {
      this.#done.delete(this.#upTo);
      this.#upTo = last;
    }
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
