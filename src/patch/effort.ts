import { tooMany } from "../error.ts";

/** Most comparisons of one request by default: a few seconds' work, in which others have their turns. */
export const DEFAULT_COMPARISONS = 10_000_000;

/**
 * Counts what the PATCHes of one request look at, so that many filters over a large group are refused instead of taking the
 * processor from every other request. What is found by an index is not counted.
 */
export class Effort {
  readonly #most: number;
  #spent = 0;

  constructor(most: number = DEFAULT_COMPARISONS) {
    this.#most = most;
  }

  /** How much has been spent so far. */
  get spent(): number {
    return this.#spent;
  }

  /** @throws {ScimError} 400 tooMany. */
  spend(comparisons: number): void {
    this.#spent += comparisons;
    if (comparisons > 0 && this.#spent > this.#most)
      throw tooMany(
        `The request compares more than ${this.#most} values (limits.comparisons); select elements by value eq, or send fewer operations.`,
      );
  }

  /** Forgets what has been spent since: what is done again because another writer was faster costs the client nothing. */
  backTo(spent: number): void {
    this.#spent = spent;
  }
}
