import { tooMany } from "../error.ts";

/** Most comparisons of one PATCH by default: about a second's work. */
export const DEFAULT_COMPARISONS = 10_000_000;

/**
 * Counts what a PATCH looks at, so that many filters over a large group are refused instead of holding up every other request.
 * What is found by an index is not counted.
 */
export class Effort {
  readonly #most: number;
  #spent = 0;

  constructor(most: number = DEFAULT_COMPARISONS) {
    this.#most = most;
  }

  /** @throws {ScimError} 400 tooMany. */
  spend(comparisons: number): void {
    this.#spent += comparisons;
    if (this.#spent > this.#most)
      throw tooMany(
        `The operations compare more than ${this.#most} values; select elements by value eq, or send fewer operations.`,
      );
  }
}
