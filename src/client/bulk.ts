import type { ClientAnswer, Send } from "./answer.ts";
import { answerTo, bulkBody, resultsOf, sendAlone, unanswered } from "./bulk-exchange.ts";
import { type BulkOperation, type BulkResult, isFailure } from "./bulk-operation.ts";
import { type Placed, unitsOf } from "./bulk-order.ts";
import { resolved } from "./bulk-references.ts";
import type { Capabilities } from "./capabilities.ts";
import { isScimClientError } from "./error.ts";
import { bytesOf } from "./patch-requests.ts";
import type { Probe } from "./probe.ts";
import { isScimAnswer } from "./problem.ts";
import type { ServerTraits } from "./server-profile.ts";

/** Options of `client.bulk`. */
export interface BulkOptions {
  /** After so many failures nothing more is asked for. Default: all is tried. */
  readonly failOnErrors?: number | undefined;
  /** Ends what is going on; the promise rejects, and what is done stays done. */
  readonly signal?: AbortSignal | undefined;
}

/** Where the server announces no limits: what most take. */
const USUAL = { maxOperations: 1000, maxPayloadSize: 1_000_000 };

interface Place {
  readonly send: Send;
  readonly server: ServerTraits | undefined;
}

type Unit = readonly Placed[];

/** Does many operations, in as few requests as the server takes; see `Client.bulk`. */
export async function bulk(
  client: Place & { readonly capabilities: Probe },
  operations: readonly BulkOperation[],
  options: BulkOptions = {},
): Promise<readonly BulkResult[]> {
  const units = unitsOf(operations.map(withBulkId));
  const run = new Run(client, operations, units, options, (await client.capabilities(options.signal)).bulk);
  while (run.units.length > 0) await run.step();
  return run.results;
}

function withBulkId(operation: BulkOperation, place: number): BulkOperation {
  return operation.method === "POST" ? { bulkId: `operation-${place}`, ...operation } : operation;
}

class Run {
  units: readonly Unit[];
  readonly results: BulkResult[];
  readonly #given: readonly BulkOperation[];
  readonly #place: Place;
  readonly #options: BulkOptions;
  readonly #maxBytes: number;
  readonly #ids = new Map<string, string>();
  #most: number;
  #isPlain: boolean;
  #failures = 0;

  constructor(
    place: Place,
    given: readonly BulkOperation[],
    units: readonly Unit[],
    options: BulkOptions,
    { supported, maxOperations, maxPayloadSize }: Capabilities["bulk"],
  ) {
    this.#place = place;
    this.#given = given;
    this.units = units;
    this.results = new Array<BulkResult>(given.length);
    this.#options = options;
    this.#isPlain = !supported;
    this.#most = maxOperations ?? USUAL.maxOperations;
    const limit = place.server?.maxBytes ?? Number.POSITIVE_INFINITY;
    this.#maxBytes = Math.min(maxPayloadSize ?? USUAL.maxPayloadSize, limit);
  }

  async step(): Promise<void> {
    const [unit = []] = this.units;
    const lost = unit.flatMap(({ needs }) => needs).find((one) => this.#isLost(one));
    if (this.#failures >= (this.#options.failOnErrors ?? Number.POSITIVE_INFINITY))
      this.#pass(this.units, `nothing more is done after ${this.#failures} failures`);
    else if (lost !== undefined) this.#pass([unit], `bulkId:${lost.operation.bulkId} was not created`);
    else if (unit.length > (this.#isPlain ? 1 : this.#most)) this.#pass([unit], this.#circle(unit));
    else if (this.#isPlain) await this.#sendAlone(unit);
    else await this.#sendBatch();
  }

  #isLost({ place, operation }: Placed): boolean {
    return this.results[place] !== undefined && !this.#ids.has(operation.bulkId ?? "");
  }

  #circle(unit: Unit): string {
    const names = unit.map(({ operation }) => operation.bulkId ?? operation.path).join(", ");
    const most = this.#isPlain ? "no bulk requests" : `${this.#most} operations of a request`;
    return `${names} refer to each other in a circle, and the server takes ${most}: create them first, and refer to them then`;
  }

  async #sendAlone(unit: Unit): Promise<void> {
    const [one] = unit;
    if (one === undefined) return;
    const operation = resolved(one.operation, this.#ids);
    this.#settle([unit], [await sendAlone(this.#place.send, operation, this.#options.signal)]);
  }

  async #sendBatch(): Promise<void> {
    const { failOnErrors, signal } = this.#options;
    const batch = this.#nextBatch();
    const sent = batch.flat().map(({ operation }) => resolved(operation, this.#ids));
    const left = failOnErrors === undefined ? undefined : failOnErrors - this.#failures;
    const body = bulkBody(sent, left);
    const answer = await answerTo(this.#place.send, { method: "POST", path: "/Bulk", body, signal });
    if (isScimClientError(answer)) {
      const results = sent.map((operation) => unanswered(operation, answer));
      this.#settle(batch, results);
      this.#pass(this.units, "the server was not reached with what came before it");
    } else if (isNoBulk(answer)) this.#isPlain = true;
    else if (isTooMuch(answer) && sent.length > 1) this.#most = Math.ceil(sent.length / 2);
    else if (answer.status === 413) await this.#sendAlone(batch[0] ?? []);
    else this.#settle(batch, resultsOf(sent, answer));
  }

  /** As many as the server takes. One that is too large by itself goes alone, and the server says so. */
  #nextBatch(): readonly Unit[] {
    let [count, bytes] = [0, bytesOf(bulkBody([], 1))];
    const end = this.units.findIndex((unit, index) => {
      count += unit.length;
      for (const { operation } of unit) bytes += bytesOf(resolved(operation, this.#ids)) + 1;
      return index > 0 && (count > this.#most || bytes > this.#maxBytes || this.#waits(unit));
    });
    return this.units.slice(0, end < 0 ? this.units.length : end);
  }

  /** Whether something that a unit refers to has failed already: it is not sent. */
  #waits(unit: Unit): boolean {
    return unit.some(({ needs }) => needs.some((one) => this.#isLost(one)));
  }

  #settle(batch: readonly Unit[], results: readonly BulkResult[]): void {
    for (const [index, { place, operation }] of batch.flat().entries()) {
      const result = { ...results[index], operation: this.#given[place] } as BulkResult;
      this.results[place] = result;
      if (isFailure(result)) this.#failures++;
      else if (operation.bulkId !== undefined && result.id !== undefined) this.#ids.set(operation.bulkId, result.id);
    }
    this.units = this.units.slice(batch.length);
  }

  /** Leaves undone what stands first. */
  #pass(batch: readonly Unit[], reason: string): void {
    const results = batch.flat().map(({ operation }) => ({ operation, status: undefined, reason }));
    this.#settle(batch, results);
  }
}

function isNoBulk(answer: ClientAnswer): boolean {
  return answer.status === 501 || ([404, 405].includes(answer.status) && !isScimAnswer(answer));
}

function isTooMuch({ status }: ClientAnswer): boolean {
  return status === 413 || status === 429;
}
