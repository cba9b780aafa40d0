import { effortOf } from "../call/limits.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { isObject } from "../schema/value.ts";
import type { Context, MissingReference, StorageNotice } from "../storage/adapter.ts";
import { getOrCreate } from "../storage/get-or-create.ts";
import { TimeSlice } from "../time-slice.ts";
import { type Checkpoint, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import { reasonFor, settleKept } from "./kept-references.ts";
import { Lanes } from "./lanes.ts";
import type { ImportProblem } from "./line.ts";
import type { ImportSettings, ImportSource } from "./options.ts";
import { namesOf, type RawLine, type ReadLine, readLine, reasonOf } from "./read-line.ts";
import type { Tally } from "./tally.ts";
import { type Outcome, type Writing, writeLines } from "./write-lines.ts";

/** What an import is made of. */
interface Given<C extends Context> {
  readonly source: ImportSource;
  readonly settings: ImportSettings<C>;
  readonly writing: Writing<C>;
  readonly tally: Tally;
  /** What a request would do with a reference to nothing, by the name of its attribute. */
  readonly ruleOf: (name: string) => MissingReference | undefined;
}

/** Thrown to end an import at its first problem. */
class Stopped extends Error {}

/** An import under way: all lines, then those again whose references were left out, then a look at references that were kept. */
export class ImportRun<C extends Context> {
  readonly #given: Given<C>;
  /** Lines whose references storage left out, where the source cannot be read again. */
  readonly #waiting: RawLine[] = [];
  #firstWaiting = Number.POSITIVE_INFINITY;
  readonly #kept: Set<string>;
  #at: Checkpoint;
  #hasLeftOut: boolean;

  constructor(given: Given<C>) {
    this.#given = given;
    this.#at = readCheckpoint(given.settings.after);
    this.#kept = new Set(this.#at.kept);
    this.#hasLeftOut = this.#at.hasLeftOut;
  }

  /** Where it stands. */
  get checkpoint(): string {
    return writeCheckpoint({ ...this.#at, kept: [...this.#kept], hasLeftOut: this.#hasLeftOut });
  }

  /** Does all of it, and says whether nothing stopped it. */
  async all(): Promise<boolean> {
    try {
      if (this.#at.pass === 1) await this.#readAll();
      if (this.#at.pass === 2) await this.#readAgain();
      await this.#lookAtKept();
      return true;
    } catch (error) {
      if (error instanceof Stopped) return false;
      throw error;
    }
  }

  async #readAll(): Promise<void> {
    await this.#pass(this.#open(), this.#at.line, async (batch) => {
      this.#given.tally.read(batch.length);
      for (const outcome of await this.#write(batch)) this.#note(outcome, batch);
    });
    this.#at = { ...this.#at, pass: this.#hasLeftOut ? 2 : 3, line: 0 };
  }

  /** By now everything that can be referred to is there. */
  async #readAgain(): Promise<void> {
    const lines = this.#canReadAgain ? this.#open() : this.#waiting;
    await this.#pass(lines, this.#at.line, async (batch) => {
      const referring = batch.filter(({ raw }) => this.#refers(raw));
      // What cannot be taken was told of when it was read first.
      for (const { line, notices } of await this.#write(referring, () => undefined)) {
        const reason = reasonOfMissing(notices);
        if (reason !== undefined) this.#found(problemOf(line, reason, batch));
      }
    });
    this.#at = { ...this.#at, pass: 3, line: 0 };
    this.#hasLeftOut = false;
  }

  async #lookAtKept(): Promise<void> {
    const { writing, tally, ruleOf } = this.#given;
    const judgement = { call: writing.call, ruleOf, onProblem: (problem: ImportProblem) => tally.found(problem) };
    for (const type of writing.call.engine.resourceTypes) {
      if (!this.#kept.has(type.name)) continue;
      await settleKept(type, judgement);
      this.#kept.delete(type.name);
    }
  }

  /** Lines that may be opened once more. Where what is there is to be left alone, nobody could tell it from what came by the first pass. */
  get #canReadAgain(): boolean {
    const { source, settings } = this.#given;
    return typeof source === "function" && settings.existing === "replace";
  }

  async *#open(): AsyncGenerator<RawLine, void> {
    const { source } = this.#given;
    let line = 0;
    for await (const given of typeof source === "function" ? source() : source) {
      line++;
      if (typeof given !== "string" || given.trim() !== "") yield { line, raw: parsed(given) };
    }
  }

  /** Goes through lines by batches side by side; two lines of one id are never under way at once. */
  async #pass(
    lines: AsyncIterable<RawLine> | Iterable<RawLine>,
    from: number,
    work: (batch: readonly RawLine[]) => Promise<void>,
  ): Promise<void> {
    const { batchSize, concurrency, onProgress, signal } = this.#given.settings;
    const lanes = new Lanes(concurrency, from);
    const underWay = new Map<string, number>();
    let batch: RawLine[] = [];
    let before = from;
    const flush = async (): Promise<void> => {
      const taken = batch;
      const last = taken.at(-1)?.line;
      batch = [];
      if (last === undefined) return;
      const ids = taken.map(({ raw }) => idIn(raw)).filter((id) => id !== undefined);
      if (ids.some((id) => underWay.has(id))) await lanes.end();
      for (const id of ids) underWay.set(id, (underWay.get(id) ?? 0) + 1);
      const after = before;
      before = last;
      await lanes.add(after, last, async () => {
        signal?.throwIfAborted();
        await work(taken);
        for (const id of ids) release(underWay, id);
      });
      this.#advance(lanes.upTo);
      onProgress?.({ ...this.#given.tally.counts, checkpoint: this.checkpoint });
    };
    try {
      for await (const each of lines) {
        if (each.line <= from) continue;
        if (batch.push(each) >= batchSize) await flush();
      }
      await flush();
    } finally {
      await lanes.end().finally(() => this.#advance(lanes.upTo));
    }
    onProgress?.({ ...this.#given.tally.counts, checkpoint: this.checkpoint });
  }

  /** What waits in memory would be lost: whoever begins again begins before it. */
  #advance(line: number): void {
    const { pass } = this.#at;
    if (this.#waiting.length === 0) this.#at = { ...this.#at, line };
    else if (pass === 1) this.#at = { ...this.#at, line: Math.min(line, this.#firstWaiting - 1) };
  }

  /** Reads lines and writes those that can be, type by type. */
  async #write(
    batch: readonly RawLine[],
    onProblem = (problem: ImportProblem): void => this.#failed(problem),
  ): Promise<readonly Outcome[]> {
    const { writing } = this.#given;
    const { engine } = writing.call;
    const call = { ...writing.call, slice: new TimeSlice(), effort: effortOf(engine.limits) };
    const types = new Map<CompiledResourceType, ReadLine[]>();
    for (const raw of batch) {
      try {
        const line = await readLine(raw, call);
        getOrCreate(types, line.resourceType, (): ReadLine[] => []).push(line);
      } catch (error) {
        const reason = reasonOf(error);
        if (reason === undefined) throw error;
        onProblem({ line: raw.line, ...namesOf(raw.raw), reason });
      }
    }
    const outcomes: Outcome[] = [];
    for (const lines of types.values()) outcomes.push(...(await writeLines(writing, call, lines)));
    return outcomes;
  }

  #note(outcome: Outcome, batch: readonly RawLine[]): void {
    const { tally, writing } = this.#given;
    const { line, type, reason, notices } = outcome;
    if (type === "failed") return this.#failed(problemOf(line, reason ?? "", batch));
    tally.wrote(outcome);
    const missing = notices.filter((notice) => notice.type === "missingReference");
    const isLeftOut = missing.some(({ outcome: became }) => became === "dropped") || writing.ids.isUsed;
    if (missing.length > 0 && !isLeftOut) this.#kept.add(line.resourceType.name);
    if (missing.length > 0 && isLeftOut) this.#wait(line, missing, batch);
  }

  #wait(line: ReadLine, missing: readonly StorageNotice[], batch: readonly RawLine[]): void {
    this.#hasLeftOut = true;
    if (this.#canReadAgain) return;
    const raw = batch.find((one) => one.line === line.line);
    if (raw !== undefined && this.#waiting.length < this.#given.settings.maxWaiting) {
      this.#waiting.push(raw);
      this.#firstWaiting = Math.min(this.#firstWaiting, raw.line);
    } else
      this.#found(
        problemOf(
          line,
          `${reasonOfMissing(missing) ?? ""} More than maxWaiting lines wait for later ones: sort the lines, or give a function that opens them anew.`,
          batch,
        ),
      );
  }

  #failed(problem: ImportProblem): void {
    this.#given.tally.failed(problem);
    if (this.#given.settings.stopOnError) throw new Stopped();
  }

  #found(problem: ImportProblem): void {
    this.#given.tally.found(problem);
    if (this.#given.settings.stopOnError) throw new Stopped();
  }

  /** Whether a line names something that it may refer to, as far as that can be seen without reading it. */
  #refers(raw: unknown): boolean {
    const { engine } = this.#given.writing.call;
    const type = engine.resourceTypes.find(({ name }) => isObject(raw) && raw.resourceType === name);
    return type !== undefined && type.references.length > 0;
  }
}

function parsed(given: unknown): unknown {
  if (typeof given !== "string") return given;
  try {
    return JSON.parse(given);
  } catch {
    // Whoever reads the line says so.
    return given;
  }
}

function idIn(raw: unknown): string | undefined {
  const resource = isObject(raw) ? raw.resource : undefined;
  const id = isObject(resource) ? resource.id : undefined;
  return typeof id === "string" ? id : undefined;
}

function release(underWay: Map<string, number>, id: string): void {
  const count = underWay.get(id) ?? 0;
  if (count > 1) underWay.set(id, count - 1);
  else underWay.delete(id);
}

/** By the id that the line has: people look for it in their file, whatever id storage has given in its place. */
function problemOf({ line, resourceType }: ReadLine, reason: string, batch: readonly RawLine[]): ImportProblem {
  const raw = batch.find((one) => one.line === line)?.raw;
  return { line, resourceType: resourceType.name, id: namesOf(raw).id, reason };
}

function reasonOfMissing(notices: readonly StorageNotice[]): string | undefined {
  const missing = notices.filter((notice) => notice.type === "missingReference");
  const [first] = missing;
  return first && reasonFor(first.attribute, missing.filter(({ attribute }) => attribute === first.attribute).length);
}
