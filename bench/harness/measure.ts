import type { Subject } from "./subject.ts";
import type { Foreign, Peer, Run, Work } from "./work.ts";

/** How a piece of work is measured. */
export interface MeasureOptions {
  /** How many rounds each contender has, in turns with the others. */
  readonly rounds: number;
  /** How long a round takes about, in milliseconds. */
  readonly round: number;
  /** For how many milliseconds at least each contender runs ahead of its rounds. */
  readonly warmUp: number;
  /**
   * `"wall"`: what a clock on the wall says, for a quiet machine. `"cpu"`: the processor time of the process, with that of its garbage
   * collector, which other work on the machine hardly moves, and which leaves out what is waited for.
   */
  readonly clock: "wall" | "cpu";
}

/** What was measured of a contender, in microseconds a turn. */
export interface Measured {
  readonly name: string;
  readonly median: number;
  /** A quarter of the rounds took less, and a quarter more. */
  readonly quartiles: readonly [number, number];
}

/** A contender that gave a wrong answer, or none. */
export interface Wrong {
  readonly name: string;
  readonly wrong: string;
}

/** A piece of work, as it was measured. */
export interface Row {
  readonly name: string;
  readonly about: string;
  readonly target: number;
  readonly contenders: readonly (Measured | Wrong)[];
}

/** The contender that all others are compared with. */
export const LIMIT = "by hand";
/** The contender that the targets are about. */
export const SUBJECT = "scimkit";

/** Milliseconds. Processor time is that of the process: the thread's own goes by ticks of some milliseconds, too coarse for a round. */
const CLOCKS: Readonly<Record<MeasureOptions["clock"], () => number>> = {
  wall: () => performance.now(),
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

/**
 * Measures one piece of work: every contender is checked, then they take turns, round by round in changing order, so that whatever else
 * the machine does meets all of them.
 * @throws {Error} where the limit or scimkit gives a wrong answer.
 */
export async function measure(
  work: Work,
  subjects: Readonly<Record<string, Subject>>,
  options: MeasureOptions,
  withPeers: boolean,
  clock = CLOCKS[options.clock],
): Promise<Row> {
  const made: Readonly<Record<string, Peer>> = {
    [LIMIT]: work.limit,
    ...Object.fromEntries(Object.entries(subjects).map(([name, subject]) => [name, () => work.scimkit(subject)])),
    ...(withPeers ? work.peers : {}),
  };
  const wrong: Wrong[] = [];
  const racing: { name: string; run: Run; turn: number; turns: number; times: number[] }[] = [];
  for (const [name, make] of Object.entries(made)) {
    const turns = work.turns ?? 1;
    try {
      const contender = await make();
      const { run, read } = typeof contender === "function" ? { run: contender, read: asItIs } : contender;
      for (let turn = 0; turn < turns; turn++) await checkTurn(work, run, read, turn);
      racing.push({ name, run, turn: turns, turns, times: [] });
    } catch (error) {
      if (name === LIMIT || name === SUBJECT) throw new Error(`${work.name}, ${name}: ${error}`, { cause: error });
      wrong.push({ name, wrong: whyOf(error) });
    }
  }
  for (const racer of racing) {
    // At first the compiler is at work, and what is measured is not what it comes to.
    const end = clock() + options.warmUp;
    do racer.turns = await turnsIn(work, racer, options.round, clock);
    while (clock() < end);
  }
  for (let round = 0; round < options.rounds; round++) {
    for (let place = 0; place < racing.length; place++) {
      const racer = racing[(place + round) % racing.length] as (typeof racing)[number];
      racer.times.push((await timeOf(work, racer, racer.turns, clock)) / racer.turns);
    }
  }
  const measured = racing.map(({ name, times }) => {
    const sorted = [...times].sort((left, right) => left - right);
    const at = (part: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] as number;
    return { name, median: at(0.5), quartiles: [at(0.25), at(0.75)] as const };
  });
  return { name: work.name, about: work.about, target: work.target, contenders: [...measured, ...wrong] };
}

async function checkTurn(work: Work, run: Run, read: Foreign["read"], turn: number): Promise<void> {
  const input = inputOf(work, turn);
  try {
    await work.check(read(await run(input, turn), turn), turn);
  } catch (error) {
    throw new Error(typeof input === "string" ? `${input.slice(0, 120)}: ${whyOf(error)}` : whyOf(error), {
      cause: error,
    });
  }
}

const asItIs = (answer: unknown): unknown => answer;

/** What went wrong, in one line. */
function whyOf(error: unknown): string {
  const lines = (error instanceof Error ? error.message : String(error))
    .split("\n")
    .filter((line) => line.trim() !== "");
  const [first = "", second = ""] = lines;
  return first.endsWith(":") ? `${first} ${second.trim()}` : first;
}

interface Racer {
  readonly run: Run;
  turn: number;
}

/** How many microseconds some turns of the work take; those that answer at once are not waited for. */
async function timeOf(work: Work, racer: Racer, turns: number, clock: () => number): Promise<number> {
  const { run } = racer;
  const first = racer.turn;
  racer.turn += turns;
  const inputs = Array.from({ length: turns }, (_, index) => inputOf(work, first + index));
  const start = clock();
  for (let index = 0; index < turns; index++) {
    const answer = run(inputs[index], first + index);
    if (answer instanceof Promise) await answer;
  }
  return (clock() - start) * 1000;
}

function inputOf({ input }: Work, turn: number): unknown {
  const made = input?.(turn);
  // A text that was put together is a rope of its parts until somebody looks into it.
  return typeof made === "string" ? Buffer.from(made).toString() : made;
}

/** How many turns fill a round. */
async function turnsIn(work: Work, racer: Racer, round: number, clock: () => number): Promise<number> {
  const least = work.turns ?? 1;
  let turns = least;
  for (;;) {
    const took = (await timeOf(work, racer, turns, clock)) / 1000;
    if (took >= round / 2) return Math.max(least, Math.ceil((turns * round) / took / least) * least);
    turns *= took < round / 20 ? 10 : 2;
  }
}

/** How many times as long as the limit a contender takes; undefined for one that is wrong. */
export function ratioOf(row: Row, name: string): number | undefined {
  const limit = row.contenders.find((one) => one.name === LIMIT);
  const other = row.contenders.find((one) => one.name === name);
  if (limit === undefined || other === undefined || !("median" in limit) || !("median" in other)) return undefined;
  return other.median / limit.median;
}
