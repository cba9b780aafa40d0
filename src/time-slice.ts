/** The longest that work goes on before others have their turn, in milliseconds. */
const LONGEST = 10;
/** For how long one that waits may say nothing and keep its place, in milliseconds: a runtime may end a request without a word. */
const LONGEST_SILENCE = 1000;

/** One that waits for its turn of the event loop. */
interface Waiting {
  /** When it last looked whether it was its turn. */
  seen: number;
  /** It was taken for one that is no more. */
  isForgotten: boolean;
}

/** All that wait in this process, the first to go on in front: one for each turn, so that many together are no longer than one. */
const WAITING: Waiting[] = [];

/** How many have had their turns: who sees that somebody went on in the turn that it was woken in waits for another. */
let gone = 0;

/**
 * A share of the event loop. Work whose length is in a client's hands looks at `isOver` between its steps, and lets everybody else
 * go on with `next` where it is: no request holds up the others, however much of it there is to do.
 */
export class TimeSlice {
  #end = performance.now() + LONGEST;

  /** Whether it is time for others. */
  get isOver(): boolean {
    return performance.now() >= this.#end;
  }

  /** Waits for another turn, behind all who waited before. @throws the signal's reason, once it is aborted. */
  async next(signal?: AbortSignal): Promise<void> {
    const waiting: Waiting = { seen: performance.now(), isForgotten: false };
    WAITING.push(waiting);
    let before: number;
    do {
      before = gone;
      await turn();
      waiting.seen = performance.now();
    } while (!waiting.isForgotten && (firstAt(waiting.seen) !== waiting || before !== gone));
    if (!waiting.isForgotten) WAITING.shift();
    gone++;
    this.#end = performance.now() + LONGEST;
    signal?.throwIfAborted();
  }
}

/** Who is next; those that nothing was heard of for long are gone. */
function firstAt(now: number): Waiting | undefined {
  for (;;) {
    const [first] = WAITING;
    if (first === undefined || now - first.seen <= LONGEST_SILENCE) return first;
    first.isForgotten = true;
    WAITING.shift();
  }
}

/** The next turn of the event loop, with all input and timers looked at before. Each waits for one of its own: some runtimes let no request wake another. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}

/** Work in steps: between two of them, others may go on. */
export type Steps<T> = Generator<undefined, T>;

/** Does all steps at once. */
export function doAll<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** Does the steps, and lets others go on before each whenever the slice is over. @throws what a step throws, and the signal's reason. */
export async function doInSlices<T>(steps: Steps<T>, slice: TimeSlice, signal?: AbortSignal): Promise<T> {
  for (;;) {
    if (slice.isOver) await slice.next(signal);
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** How many of a list are looked at from one step to the next: with the costliest filter, about two milliseconds of work. */
const FEW = 128;

/** Does something with each of a list, a step after every few. */
export function* forEach<T>(list: Iterable<T>, work: (one: T) => void): Steps<void> {
  let count = 0;
  for (const one of list) {
    work(one);
    if (++count % FEW === 0) yield;
  }
}

/** Whether all of a list pass a test, a step after every few. */
export function* isEvery<T>(list: readonly T[], test: (one: T, index: number) => boolean): Steps<boolean> {
  for (let index = 0; index < list.length; index++) {
    if (!test(list[index] as T, index)) return false;
    if (index % FEW === FEW - 1) yield;
  }
  return true;
}
