/** The longest that work goes on before others have their turn, in milliseconds. */
const LONGEST = 5;
/** How many slices a short request may have. */
const FEW_SLICES = 16;
/** After how long a turn that was to come is given up, in milliseconds: a runtime may end the request that waited for it. */
const LONGEST_SILENCE = 1000;

/** Those that wait, the first to go on in front. */
type Line = (() => void)[];

/**
 * All that wait in this process: one goes on in each turn, so that many together hold up the others no longer than one. Those that
 * have had few slices so far and those that have had many take turns, so that a short request waits for one long one at most.
 */
const LINES = { short: [] as Line, long: [] as Line };
let isLongNext = false;
/** When the turn that is to come was asked for; undefined where nobody waits. */
let asked: number | undefined;

/**
 * A share of the event loop. Work whose length is in a client's hands looks at `isOver` between its steps, and lets everybody else
 * go on with `next` where it is: no request holds up the others, however much of it there is to do.
 */
export class TimeSlice {
  #end = performance.now() + LONGEST;
  #used = 0;

  /** Whether it is time for others. */
  get isOver(): boolean {
    return performance.now() >= this.#end;
  }

  /** Waits for another turn, behind all of its kind who waited before. @throws the signal's reason, once it is aborted. */
  async next(signal?: AbortSignal): Promise<void> {
    const line = this.#used++ < FEW_SLICES ? LINES.short : LINES.long;
    const going = new Promise<void>((resolve) => line.push(resolve));
    const look = (): void => {
      if (asked === undefined || performance.now() - asked > LONGEST_SILENCE) askForTurn();
    };
    look();
    // Whoever asked may be gone, and nobody else may come.
    const watch = setInterval(look, LONGEST_SILENCE);
    await going;
    clearInterval(watch);
    this.#end = performance.now() + LONGEST;
    signal?.throwIfAborted();
  }
}

/** Lets one go on in the next turn of the event loop, with all input and timers looked at before; and one more in each turn after it, while any wait. */
function askForTurn(): void {
  const now = performance.now();
  asked = now;
  const turn = (): void => {
    // Another one was asked for since.
    if (asked !== now) return;
    const { short, long } = LINES;
    const [line, other] = isLongNext ? [long, short] : [short, long];
    const go = line.shift() ?? other.shift();
    isLongNext = !isLongNext;
    if (short.length + long.length > 0) askForTurn();
    else asked = undefined;
    go?.();
  };
  if (typeof setImmediate === "function") setImmediate(turn);
  else setTimeout(turn, 0);
}

/** Work in steps: between two of them, others may go on. A step that gives a promise is one whose next step waits for it. */
export type Steps<T> = Generator<Promise<unknown> | undefined, T>;

/** Does all steps at once; none of them may wait. */
export function doAll<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    if (value !== undefined) throw new TypeError("A step waits where all are to be done at once.");
  }
}

/** Does the steps, once `first` is there, and lets others go on before each whenever the slice is over. @throws what a step throws, and the signal's reason. */
export async function doInSlices<T>(
  steps: Steps<T>,
  slice: TimeSlice,
  signal?: AbortSignal,
  first?: Promise<unknown>,
): Promise<T> {
  if (first !== undefined) await first;
  for (;;) {
    if (slice.isOver) await slice.next(signal);
    const { done, value } = steps.next();
    if (done === true) return value;
    if (value !== undefined) await value;
  }
}

/** As `doInSlices`, and no promise where the first step is all of it, as mostly. */
export function doSoon<T>(steps: Steps<T>, slice: TimeSlice, signal?: AbortSignal): T | Promise<T> {
  const { done, value } = steps.next();
  return done === true ? value : doInSlices(steps, slice, signal, value);
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

/** Whether it is so little that it is done at once: looks at elements, or comparisons. */
export function isFew(count: number): boolean {
  return count <= FEW;
}

/**
 * Work that has been begun and goes on in steps. A class of its own, since what is worked on may be any JSON value, and that is never
 * an instance of it.
 */
export class Unfinished<T> {
  readonly steps: Steps<T>;

  constructor(steps: Steps<T>) {
    this.steps = steps;
  }
}

/**
 * Work that is done already where it is little, as most is, and else goes on in steps. It is written once for both, and what is little
 * pays for no generator: in a PATCH of one attribute they took a third of the time.
 */
export type Work<T> = T | Unfinished<T>;

/**
 * Goes on with what some work gives: at once where that is done. What stands behind `next` is given to it as well, so that it need be no
 * function made for this one time, which costs what it holds.
 */
export function andThen<T, U>(work: Work<T>, next: (done: T) => Work<U>): Work<U>;
export function andThen<T, U, A>(work: Work<T>, next: (done: T, a: A) => Work<U>, a: A): Work<U>;
export function andThen<T, U, A, B>(work: Work<T>, next: (done: T, a: A, b: B) => Work<U>, a: A, b: B): Work<U>;
export function andThen<T, U, A, B, C>(
  work: Work<T>,
  next: (done: T, a: A, b: B, c: C) => Work<U>,
  a: A,
  b: B,
  c: C,
): Work<U>;
export function andThen<T, U, A, B, C>(
  work: Work<T>,
  next: (done: T, a: A, b: B, c: C) => Work<U>,
  a?: A,
  b?: B,
  c?: C,
): Work<U> {
  return work instanceof Unfinished
    ? new Unfinished(chain(work.steps, next, a as A, b as B, c as C))
    : next(work, a as A, b as B, c as C);
}

function* chain<T, U, A, B, C>(
  steps: Steps<T>,
  next: (done: T, a: A, b: B, c: C) => Work<U>,
  a: A,
  b: B,
  c: C,
): Steps<U> {
  return yield* stepsOf(next(yield* steps, a, b, c));
}

/** The work as steps, none where it is done. */
export function* stepsOf<T>(work: Work<T>): Steps<T> {
  return work instanceof Unfinished ? yield* work.steps : work;
}

/** Does all that is left of the work at once. */
export function finish<T>(work: Work<T>): T {
  return work instanceof Unfinished ? doAll(work.steps) : work;
}

/** As `doInSlices`, of work. */
export function finishInSlices<T>(work: Work<T>, slice: TimeSlice, signal?: AbortSignal): T | Promise<T> {
  return work instanceof Unfinished ? doInSlices(work.steps, slice, signal) : work;
}

/** Does something with each of a list: at once with few, else a step after every few. The list may grow meanwhile. */
export function eachOf<T>(list: readonly T[], work: (one: T, index: number) => void): Work<void> {
  if (!isFew(list.length)) return new Unfinished(eachInSteps(list, work));
  for (let index = 0; index < list.length; index++) work(list[index] as T, index);
}

/** As `eachOf`, in any case a step after every few. */
export function* eachInSteps<T>(list: readonly T[], work: (one: T, index: number) => void): Steps<void> {
  for (let index = 0; index < list.length; index++) {
    work(list[index] as T, index);
    if (index % FEW === FEW - 1) yield;
  }
}

/** How many pieces of work are done one after the other, if each is so little that it is done at once. */
export const FEW_PIECES = 16;

/** Does the work on one of a list after that on another: at once where they are no more than `most` and each is little, else one in a step. */
export function oneByOne<T>(
  list: readonly T[],
  work: (one: T, index: number) => Work<void>,
  most = FEW_PIECES,
): Work<void> {
  if (list.length > most) return new Unfinished(oneInStep(list, 0, undefined, work));
  for (let index = 0; index < list.length; index++) {
    const begun = work(list[index] as T, index);
    if (begun instanceof Unfinished) return new Unfinished(oneInStep(list, index, begun, work));
  }
}

/** Those from one on, the work on which has been begun where there is some. */
function* oneInStep<T>(
  list: readonly T[],
  first: number,
  begun: Unfinished<void> | undefined,
  work: (one: T, index: number) => Work<void>,
): Steps<void> {
  for (let index = first; index < list.length; index++) {
    yield* stepsOf(index === first && begun !== undefined ? begun : work(list[index] as T, index));
    yield;
  }
}
