/**
 * How a test server fails: exactly one of `status`, `cut`, or neither with a `delay`, which is a right answer that comes late.
 */
export interface TestFailure {
  /** Answered instead, with a SCIM error as its body: 429, 503, 500, … */
  readonly status?: number | undefined;
  /** `Retry-After` of the answer: seconds, or text as it is, e.g. a date. Default none. */
  readonly retryAfter?: number | string | undefined;
  /** More headers of the answer, e.g. `x-rate-limit-reset`. Default none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Another body than the SCIM error, as it is: the page of a proxy. */
  readonly body?: string | undefined;
  /** `true`: the connection is destroyed, and nothing is answered; by `fetch`, a rejected `TypeError`. Default `false`. */
  readonly cut?: boolean | undefined;
  /**
   * `"before"`: nothing is done of what was asked for. `"after"`: it is done, and the client is not told: the answer is lost on its way.
   * Default `"before"`.
   */
  readonly when?: "before" | "after" | undefined;
  /** Milliseconds until it is answered, or cut. Default 0. */
  readonly delay?: number | undefined;
  /** How many requests fail. Default 1; `Infinity` for all until `reset` or `stop`. */
  readonly times?: number | undefined;
  /** Only requests of this verb. Default all. */
  readonly method?: string | undefined;
  /** Only requests for this path below the base URL and all below it (`/Users`), or by an expression over path and query. Default all. */
  readonly path?: string | RegExp | undefined;
}

/** A failure that was asked for. */
export interface PlannedFailure {
  /** How many requests have met it. */
  readonly hits: number;
  /** Nobody meets it from now on. */
  stop(): void;
}

/** What fails on demand. */
export interface TestFailures {
  /**
   * Makes requests fail: the next one, or the next that are like `failure` says. Where several failures are waiting for a request, it
   * meets the one that was asked for first.
   *
   * @throws {TypeError} for a failure with both a `status` and a `cut`, or with neither of them and no `delay`.
   */
  fail(failure: TestFailure): PlannedFailure;
}

/** A failure that waits for requests. */
interface Waiting {
  readonly failure: TestFailure;
  hits: number;
}

/** The failures that a test has asked for, the oldest first. */
export class Failures implements TestFailures {
  readonly #waiting: Waiting[] = [];

  fail(failure: TestFailure): PlannedFailure {
    const { status, cut = false, delay } = failure;
    if (status !== undefined && cut)
      throw new TypeError("fail: a request is answered with a status or cut, not both; leave one of them out.");
    if (status === undefined && !cut && delay === undefined)
      throw new TypeError("fail: nothing is said of how; give a status, cut or a delay.");
    const waiting = { failure, hits: 0 };
    this.#waiting.push(waiting);
    return {
      get hits() {
        return waiting.hits;
      },
      stop: () => this.#drop(waiting),
    };
  }

  /** Takes what a request meets, if anything. `path` is below the base URL, with its query. */
  take(method: string, path: string): TestFailure | undefined {
    const met = this.#waiting.find(({ failure }) => isMet(failure, method, path));
    if (met === undefined) return undefined;
    met.hits++;
    if (met.hits >= (met.failure.times ?? 1)) this.#drop(met);
    return met.failure;
  }

  clear(): void {
    this.#waiting.length = 0;
  }

  #drop(waiting: Waiting): void {
    const index = this.#waiting.indexOf(waiting);
    if (index >= 0) this.#waiting.splice(index, 1);
  }
}

function isMet(failure: TestFailure, method: string, path: string): boolean {
  if (failure.method !== undefined && failure.method.toUpperCase() !== method) return false;
  if (failure.path === undefined) return true;
  if (typeof failure.path !== "string") return path.search(failure.path) >= 0;
  const [endpoint = ""] = path.split("?");
  return endpoint === failure.path || endpoint.startsWith(`${failure.path}/`);
}
