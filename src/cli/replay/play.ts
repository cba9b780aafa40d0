import { playSample } from "../../recordings/play.ts";
import { playSession } from "../../recordings/play-session.ts";
import type { Found, Recording } from "../../recordings/read.ts";
import { ownRecordings } from "../../recordings/store.ts";
import type { Terminal } from "../command.ts";
import { type CleanStage, Stopped } from "./stage.ts";

/** What came of one file. */
interface Outcome {
  readonly file: string;
  readonly name: string;
  readonly outcome: "passed" | "failed" | "blocked" | "skipped";
  readonly problems: readonly string[];
  readonly leftOver: readonly string[];
}

/** Plays what was found, one after the other, and prints each; the exit status. */
export async function playAll(
  { recordings, world, others }: Found,
  stage: CleanStage,
  isJson: boolean,
  terminal: Terminal,
): Promise<number> {
  const outcomes: Outcome[] = [];
  const { world: own } = ownRecordings();
  for (const recording of recordings) {
    if (terminal.signal.aborted) break;
    const outcome = await play(recording, world ?? own, stage);
    if (outcome === undefined) break;
    outcomes.push(outcome);
    if (!isJson) terminal.out(lines(outcome));
  }
  const result: Result = {
    target: stage.baseUrl,
    isComplete: outcomes.length === recordings.length,
    others,
    recordings: outcomes,
  };
  if (isJson) terminal.out(`${JSON.stringify({ version: 1, ...result }, undefined, 2)}\n`);
  else sumUp(result, recordings.length, terminal);
  return result.isComplete && outcomes.every(isGood) ? 0 : 1;
}

interface Result {
  readonly target: string;
  /** Whether it was not stopped before the end. */
  readonly isComplete: boolean;
  readonly others: readonly string[];
  readonly recordings: readonly Outcome[];
}

const isGood = ({ outcome }: Outcome): boolean => outcome === "passed" || outcome === "skipped";

function sumUp({ recordings, others }: Result, planned: number, terminal: Terminal): void {
  const failed = recordings.filter((outcome) => !isGood(outcome)).length;
  const missing = planned - recordings.length;
  terminal.out(
    `\n${recordings.length} played, ${failed} not as recorded${missing === 0 ? "" : `, ${missing} not played`}.\n`,
  );
  for (const other of others) terminal.error(`${other}\n`);
}

async function play(
  recording: Recording,
  world: Parameters<typeof playSample>[1],
  stage: CleanStage,
): Promise<Outcome | undefined> {
  try {
    const result =
      recording.kind === "sample" ? await sampleOf(recording, world, stage) : await sessionOf(recording, stage);
    return { ...result, file: recording.file, leftOver: await stage.clean() };
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    await stage.clean();
    return undefined;
  }
}

async function sampleOf(
  { sample, file }: Recording & { readonly kind: "sample" },
  world: Parameters<typeof playSample>[1],
  stage: CleanStage,
) {
  const { problems, skipped, blocked } = await playSample(sample, world, stage);
  const name = sample.id ?? file;
  if (skipped !== undefined) return { name, outcome: "skipped" as const, problems: [skipped] };
  if (blocked !== undefined) return { name, outcome: "blocked" as const, problems: [blocked] };
  return { name, outcome: problems.length === 0 ? ("passed" as const) : ("failed" as const), problems };
}

async function sessionOf({ session, file }: Recording & { readonly kind: "session" }, stage: CleanStage) {
  const { played, blocked } = await playSession(session, stage);
  if (blocked !== undefined) return { name: file, outcome: "blocked" as const, problems: [blocked] };
  const problems = played.flatMap(({ exchange: { request }, problems: found }, index) =>
    found.map((problem) => `${index + 1}. ${request.method} ${request.path}: ${problem}`),
  );
  return { name: file, outcome: problems.length === 0 ? ("passed" as const) : ("failed" as const), problems };
}

const SIGNS = { passed: "✓", failed: "✗", blocked: "✗", skipped: "-" } as const;

function lines({ name, outcome, problems, leftOver }: Outcome): string {
  const left = leftOver.map((path) => `    left behind: ${path}`);
  return [`${SIGNS[outcome]} ${name}`, ...problems.map((problem) => `    ${problem}`), ...left, ""].join("\n");
}
