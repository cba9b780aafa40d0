/** Where an import stands: what `after` takes and `checkpoint` gives, as text. */
export interface Checkpoint {
  /** 1: all lines are read; 2: those are read again whose references storage left out; 3: references that are kept are looked at. */
  readonly pass: 1 | 2 | 3;
  /** The last line of the pass up to which all are done. */
  readonly line: number;
  /** Types of which storage keeps references that led nowhere. */
  readonly kept: readonly string[];
  /** Whether storage left references out. */
  readonly hasLeftOut: boolean;
}

const START: Checkpoint = { pass: 1, line: 0, kept: [], hasLeftOut: false };

/** A checkpoint as text, that nobody need look into. */
export function writeCheckpoint({ pass, line, kept, hasLeftOut }: Checkpoint): string {
  return JSON.stringify([1, pass, line, kept, hasLeftOut]);
}

/** @throws {TypeError} for what no import gave. */
export function readCheckpoint(text: string | undefined): Checkpoint {
  if (text === undefined) return START;
  const wrong = new TypeError("importResources: after must be a checkpoint that an import of the same lines gave.");
  try {
    const given: unknown = JSON.parse(text);
    if (!Array.isArray(given) || given.length !== 5) throw wrong;
    const [version, pass, line, kept, hasLeftOut] = given as readonly unknown[];
    const isNames = Array.isArray(kept) && kept.every((name): name is string => typeof name === "string");
    if (version !== 1 || !isPass(pass) || !isCount(line) || !isNames || typeof hasLeftOut !== "boolean") throw wrong;
    return { pass, line, kept, hasLeftOut };
  } catch {
    throw wrong;
  }
}

function isPass(pass: unknown): pass is Checkpoint["pass"] {
  return pass === 1 || pass === 2 || pass === 3;
}

function isCount(line: unknown): line is number {
  return typeof line === "number" && Number.isInteger(line) && line >= 0;
}
