/** How `scim.drain` hands events out. */
export interface DrainOptions {
  /** How many events are handed out at once, for each storage; of a resource never more than one. Default 10. */
  readonly concurrency?: number | undefined;
  /**
   * How many milliseconds pass, at most, until an event of another process is seen, or one whose time has come again. Those of this very
   * `Scim` are handed out at once, and while there are any, nobody waits. Default 1000.
   */
  readonly interval?: number | undefined;
  /**
   * For how many milliseconds an event is one's own: the longest that a handler may take. Then its `signal` is aborted, and whoever asks gets the
   * event again, because who had it may have died. Default 60,000.
   */
  readonly lease?: number | undefined;
  /** When an event that failed is handed out again. Default: after one second, then two, four and so on, at most five minutes. */
  readonly retry?: RetryOptions | undefined;
  /**
   * `"empty"`: ends as soon as nothing can be handed out now; what failed and waits for its time stays. For a job that runs now and then,
   * and for tests. Default `"stopped"`: goes on until `signal` is aborted.
   */
  readonly until?: "stopped" | "empty" | undefined;
  /** Aborted: takes no more events, finishes those under way and ends. Default: never. */
  readonly signal?: AbortSignal | undefined;
}

/** How long an event waits that failed. The time doubles with each attempt; up to half of it is taken off at random, so that many do not come back at once. */
export interface RetryOptions {
  /** Milliseconds after the first attempt. Default 1000. */
  readonly first?: number | undefined;
  /** Most milliseconds. Default 300,000: five minutes. */
  readonly longest?: number | undefined;
}
