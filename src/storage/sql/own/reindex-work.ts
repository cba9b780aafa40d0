import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import { doInSlices, TimeSlice } from "../../../time-slice.ts";
import type { ReportBuilder } from "../../reindex-report.ts";
import { type HashSecret, hashSecrets } from "../../secrets.ts";
import type { Database } from "../database.ts";
import { sortOut, withParts } from "./reindex-batch.ts";
import { Claims } from "./reindex-dry.ts";
import { type Plan, planOf } from "./reindex-plan.ts";
import { type RawRow, type Rows, readShapes, readThese } from "./reindex-read.ts";
import { type Findings, type Rebuilt, rebuildSteps, type Stored } from "./reindex-row.ts";
import { DoubtNotAnnounced, type Taken, type Written, writeRebuilt } from "./reindex-write.ts";
import { type Shapes, VOUCHES_FOR_NOTHING } from "./shapes.ts";
import type { Tables } from "./tables.ts";

/** What all of one reindex has in common. */
export interface Run {
  readonly database: Database;
  readonly tables: Tables;
  readonly shapes: Shapes;
  readonly hashSecret: HashSecret | undefined;
  readonly forget: ReadonlyMap<string, ReadonlySet<string>>;
  readonly report: ReportBuilder;
  readonly batchSize: number;
  readonly isDry: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Most rows of one transaction where there is one writer at a time: the others wait for milliseconds. */
const FEW_ROWS = 100;

/** What is done to the resources of one type of a tenant. */
export class Work {
  readonly tenant: string;
  readonly resourceType: CompiledResourceType;
  readonly #run: Run;
  readonly #rows: Rows;
  readonly #plan: Plan;
  readonly #claims = new Claims();
  /** Resources that somebody else wrote meanwhile. */
  #again = new Set<string>();
  readonly #taken = new Map<string, readonly Taken[]>();
  /** Resources with an element that no index can hold. */
  readonly #hidden = new Set<string>();
  readonly #restored = new Set<string>();
  #mayDoubt: boolean;
  #written = 0;

  private constructor(run: Run, plan: Plan) {
    this.#run = run;
    this.#plan = plan;
    this.tenant = plan.tenant;
    this.resourceType = plan.resourceType;
    this.#rows = { tables: run.tables, tenant: plan.tenant, type: plan.resourceType.name };
    this.#mayDoubt = plan.shapes.get(VOUCHES_FOR_NOTHING)?.isRetired === false;
  }

  static async start(run: Run, tenant: string, resourceType: CompiledResourceType): Promise<Work> {
    const { database, tables, hashSecret, forget } = run;
    const shapes = await readShapes(database, { tables, tenant, type: resourceType.name });
    const forgotten = forget.get(resourceType.name) ?? new Set();
    return new Work(
      run,
      planOf({ tenant, resourceType, shapes, forget: forgotten, canHash: hashSecret !== undefined }),
    );
  }

  get rows(): Rows {
    return this.#rows;
  }

  /** Whether others wrote meanwhile what there is to do. */
  get hasRepeats(): boolean {
    return this.#again.size > 0;
  }

  /** Whether there is something that is not as it should be. */
  get isOpen(): boolean {
    return this.#again.size + this.#taken.size + this.#hidden.size > 0;
  }

  /** Does rows. `isFirst`: they have not been told of yet. */
  async do(raws: readonly RawRow[], isFirst: boolean): Promise<void> {
    const { database, isDry, batchSize } = this.#run;
    if (!isDry) await this.#restoreShapes(raws);
    const { done, todo } = await sortOut(database, this.#rows, this.#plan, raws);
    if (isFirst) for (const [id, findings] of done) this.#tell(id, findings);
    const most = database.dialect.hasOneWriter === true && !isDry ? FEW_ROWS : batchSize;
    for await (const part of withParts(database, this.#rows, this.#plan, todo, most)) {
      const rebuilt = await this.#rebuild(part);
      this.#note(rebuilt, isDry ? await this.#claim(rebuilt) : await this.#write(rebuilt), isFirst);
    }
  }

  #note(rebuilt: readonly Rebuilt[], { written, taken }: Written, isFirst: boolean): void {
    const isWritten = new Set(written.map(({ id }) => id));
    this.#written += written.length;
    for (const { id } of rebuilt) if (!isWritten.has(id)) this.#again.add(id);
    for (const { id, findings, isHidden } of written) {
      if (isFirst) this.#tell(id, findings);
      if (isHidden) this.#hidden.add(id);
      else this.#hidden.delete(id);
      const others = taken.get(id);
      if (others === undefined) this.#taken.delete(id);
      else this.#taken.set(id, others);
    }
    if (isFirst) this.#run.report.count(this.resourceType.name, "rebuilt", written.length);
  }

  async #claim(rebuilt: readonly Rebuilt[]): Promise<Written> {
    await this.#claims.claim(this.#run.database, this.#rows, rebuilt);
    return { written: rebuilt, taken: new Map() };
  }

  /** Looks once more at what others wrote meanwhile. */
  async repeat(): Promise<void> {
    const ids = [...this.#again];
    this.#again = new Set();
    await this.#doThese(ids, true);
  }

  /** Tries once more to give resources their unique values: who had one may have given it back since. */
  async retryTaken(): Promise<void> {
    const ids = [...this.#taken.keys()];
    const found = await this.#doThese(ids, false);
    for (const id of ids) if (!found.has(id)) this.#taken.delete(id);
  }

  /** Does rows that are there for another reason. Gives whether any of them could be done. */
  async redo(ids: readonly string[]): Promise<boolean> {
    const [again, written] = [this.#again, this.#written];
    this.#again = new Set();
    await this.#doThese(ids, false);
    this.#again = again;
    return this.#written > written;
  }

  /** Tells what is left. */
  close(): void {
    const { report } = this.#run;
    if (this.#again.size + this.#hidden.size > 0) report.isAnyLeft = true;
    const tell = (id: string, { unique, owner }: Taken): void => {
      const place = { tenant: this.tenant, resourceType: this.resourceType.name, attribute: unique.path };
      for (const one of [owner.id, id]) report.add("duplicates", { ...place, id: one }, unique.key);
    };
    for (const [id, all] of this.#taken) for (const taken of all) tell(id, taken);
    for (const [id, taken] of this.#claims.taken()) tell(id, taken);
  }

  async #doThese(ids: readonly string[], isFirst: boolean): Promise<ReadonlySet<string>> {
    const { database, batchSize, signal } = this.#run;
    const found = new Set<string>();
    for (let start = 0; start < ids.length; start += batchSize) {
      signal?.throwIfAborted();
      const raws = await readThese(database, this.#rows, ids.slice(start, start + batchSize));
      for (const { id } of raws) found.add(id);
      await this.do(raws, isFirst);
    }
    return found;
  }

  /** Rows of a shape that was thought to have none any more: others must know of it again. */
  async #restoreShapes(raws: readonly RawRow[]): Promise<void> {
    const { shapes, database } = this.#run;
    for (const { mark } of raws) {
      const isKnown = mark === this.#plan.own.fingerprint || this.#plan.shapes.get(mark)?.isRetired === false;
      if (isKnown || this.#restored.has(mark)) continue;
      this.#restored.add(mark);
      await shapes.announceMark(database, this.tenant, this.resourceType.name, mark);
    }
  }

  async #rebuild(part: readonly Stored[]): Promise<readonly Rebuilt[]> {
    const slice = new TimeSlice();
    const rebuilt: Rebuilt[] = [];
    for (const stored of part)
      rebuilt.push(await doInSlices(rebuildSteps(this.#plan, stored), slice, this.#run.signal));
    return rebuilt;
  }

  async #write(rebuilt: readonly Rebuilt[]): Promise<Written> {
    const { database, shapes, hashSecret } = this.#run;
    const hashed = new Map<string, ReadonlyMap<string, unknown>>();
    for (const { id, clear } of rebuilt)
      if (Object.keys(clear).length > 0) hashed.set(id, (await hashSecrets(clear, hashSecret)).kept);
    for (;;) {
      await shapes.announce(database, this.tenant, this.resourceType);
      if (this.#mayDoubt) await shapes.announceUnvouched(database, this.tenant, this.resourceType);
      try {
        return await database.transaction((session) =>
          writeRebuilt(session, this.#rows, this.#plan, rebuilt, hashed, this.#mayDoubt),
        );
      } catch (error) {
        if (!(error instanceof DoubtNotAnnounced)) throw error;
        this.#mayDoubt = true;
      }
    }
  }

  #tell(id: string, { unknown, misfits, hashed, kept }: Findings): void {
    const { report } = this.#run;
    const place = { tenant: this.tenant, resourceType: this.resourceType.name, id };
    for (const attribute of unknown) report.add("unknown", { ...place, attribute });
    for (const attribute of misfits) report.add("misfits", { ...place, attribute });
    for (const attribute of hashed) report.add("secrets", { ...place, attribute }, "hashed");
    for (const attribute of kept) report.add("secrets", { ...place, attribute }, "kept");
  }
}
