import { BULK } from "../../../client/urns.ts";
import type { Json } from "../../json.ts";
import { told } from "../../judge.ts";
import type { Answer, Workbench } from "../../workbench.ts";
import { elements } from "../people.ts";

/** What a bulk request was answered, and the result of each operation. */
export interface Done {
  readonly answer: Answer;
  /** In the order of the operations. */
  readonly results: readonly Json[];
  /** As they came. */
  readonly came: readonly Json[];
}

/** Sends operations as one request, whatever comes of it; blocks where there is no such endpoint, which `bulk/answer` says. */
export async function sent(bench: Workbench, operations: readonly object[], more: object = {}): Promise<Done> {
  const job = await tried(bench, operations, more);
  if ([404, 405, 501].includes(job.answer.status))
    bench.block(`Bulk requests are announced, and not there. ${told(job.answer)}`);
  return job;
}

/** As `sent`, for the check that looks whether there is such an endpoint; skips it where bulk requests are not announced. */
export async function tried(bench: Workbench, operations: readonly object[], more: object = {}): Promise<Done> {
  bench.needs("bulk");
  const answer = await bench.post("/Bulk", { schemas: [BULK], ...more, Operations: operations });
  const came = elements(answer.body.Operations);
  return { answer, came, results: inOrder(operations, came) };
}

/** Results by the bulkIds that they have, so that one that stands in the wrong place is the matter of one check. */
function inOrder(operations: readonly { readonly bulkId?: unknown }[], came: readonly Json[]): readonly Json[] {
  const of = (bulkId: unknown) => came.filter((result) => bulkId !== undefined && result.bulkId === bulkId);
  const named = operations.map(({ bulkId }) => bulkId).filter((bulkId) => bulkId !== undefined);
  if (came.length !== operations.length || !named.every((bulkId) => of(bulkId).length === 1)) return came;
  const rest = came.filter(({ bulkId }) => !named.includes(bulkId));
  return operations.map(({ bulkId }) => (bulkId === undefined ? rest.shift() : of(bulkId)[0]));
}

/** Sends operations as one request that the server must do; blocks where it is not answered by results. */
export async function done(bench: Workbench, operations: readonly object[], more: object = {}): Promise<Done> {
  const job = await sent(bench, operations, more);
  if (job.answer.status !== 200 || job.results.length === 0)
    bench.block(`A bulk request has no results. ${told(job.answer)}`);
  return job;
}

/** The status of a result as a number, whether it is a text, a number or, as a figure of the RFC prints it, an object. */
export const statusOf = (result: Json): number => Number(result?.status?.code ?? result?.status);

export const isGood = (result: Json): boolean => statusOf(result) >= 200 && statusOf(result) < 300;

/** Ends the check as blocked where a result does not say what came of it, which `bulk/status` says. */
function needsStatus(bench: Workbench, result: Json): void {
  if (result !== undefined && result.status === undefined) bench.block("The results have no status.");
}

/** Fails unless the operation was done. */
export function expectGood({ answer, results }: Done, bench: Workbench, place: number, what: string): void {
  const result = results[place];
  needsStatus(bench, result);
  const seen = `${what} has ${result === undefined ? "no result" : `the status ${JSON.stringify(result.status)}`}.`;
  bench.expect(isGood(result), seen, "It is done, as it would be by itself.", answer);
}

/** Fails unless the operation, or all of the request, was refused. */
export function expectBad({ answer, results }: Done, bench: Workbench, place: number, right: string): void {
  if (answer.status >= 400 && answer.status < 500) return;
  needsStatus(bench, results[place]);
  const status = statusOf(results[place]);
  bench.expect(
    status >= 400 && status < 500,
    `Its status is ${JSON.stringify(results[place]?.status)}.`,
    right,
    answer,
  );
}

/** The id of what an operation has made, from its location. */
export function madeId(result: Json): string {
  const id =
    result?.response?.id ??
    String(result?.location ?? "")
      .split("/")
      .pop();
  return decodeURIComponent(String(id));
}

/** An operation that makes a user. */
export function makes(
  bench: Workbench,
  bulkId: string,
  attributes: object = {},
): Record<string, unknown> & { data: Json } {
  const path = bench.facts.users?.endpoint ?? "/Users";
  return { method: "POST", path, bulkId, data: bench.newUser(attributes) };
}
