import type { Call } from "../../call/call.ts";
import { failureEvent } from "../../call/failure.ts";
import type { BulkOperation } from "../../call/operation.ts";
import type { Result } from "../../call/result.ts";
import type { Asked } from "../../events/event.ts";
import type { ResourceObject } from "../../schema/value.ts";
import type { Context } from "../../storage/adapter.ts";
import { runCircle } from "./circle.ts";
import { type PlannedOperation, planBulk, type Step } from "./plan.ts";
import { BULK_RESPONSE_SCHEMA, type Failed, type Outcome, operationResult } from "./response.ts";
import { type Execute, type Run, runOperation } from "./run.ts";
import type { BulkTarget } from "./target.ts";

/**
 * Processes a bulk request: plans it as a whole, then executes its operations one after the other, each as the single request
 * would have been, and gives their results in request order [P-3.7-17]. Failures do not stop it, unless there are as many as
 * `failOnErrors` [P-3.7-12 P-3.7-13]; a client that has left does. What was done stays done.
 *
 * @throws the signal's reason where the client leaves before anything is done; else nothing: whatever goes wrong with an
 * operation is its result, and the request is answered with 200 [P-3.7-11].
 * @see RFC 7644 §3.7
 */
export async function bulk<C extends Context>(
  { entries, failOnErrors }: BulkOperation,
  call: Call<C>,
  execute: Execute<C>,
): Promise<Result> {
  const plan = await planBulk(entries, call);
  const named = { ...call, transaction: call.transaction ?? crypto.randomUUID() };
  const run: Run<C> = { call: named, execute, plan, created: new Map() };
  const results: (ResourceObject | undefined)[] = plan.operations.map(() => undefined);
  let errors = 0;
  for (const step of plan.steps) {
    if (call.slice.isOver) await call.slice.next();
    if (call.signal?.aborted) break;
    const operations = operationsOf(step);
    const outcomes = await outcomesOf(run, step);
    for (const [position, { index }] of operations.entries()) {
      const outcome = outcomes[position] as Outcome;
      results[index] = operationResult(operations[position] as PlannedOperation, outcome, call);
      if (outcome.type !== "failed") continue;
      errors++;
      tellFailure(operations[position] as PlannedOperation, outcome, call);
    }
    if (failOnErrors !== undefined && errors >= failOnErrors) break;
  }
  const Operations = results.filter((result) => result !== undefined);
  return { type: "document", body: { schemas: [BULK_RESPONSE_SCHEMA], Operations }, location: undefined };
}

function operationsOf(step: Step): readonly PlannedOperation[] {
  return step.type === "circle" ? step.operations : [step.operation];
}

async function outcomesOf<C extends Context>(run: Run<C>, step: Step): Promise<readonly Outcome[]> {
  return step.type === "circle" ? runCircle(run, step.operations) : [await runOperation(run, step.operation)];
}

/** Tells the host what the client reads of a failed operation in the response. */
function tellFailure<C extends Context>(
  { index, entry: { method }, target, quirks }: PlannedOperation,
  { error, thrown, isGivenUp }: Failed,
  { engine, context }: Call<C>,
): void {
  if (isGivenUp) return;
  const asked: Asked = {
    method: method ?? "OTHER",
    ...(target === undefined ? {} : { path: pathOf(target), resourceType: target.resourceType.name }),
    ...(method === undefined ? {} : { operation: OPERATIONS[method] }),
    position: index,
    quirks: [...quirks],
  };
  engine.emit(failureEvent(thrown, error, asked, context));
}

/** What each method asks for within a bulk request. */
const OPERATIONS = { POST: "create", PUT: "replace", PATCH: "patch", DELETE: "delete" } as const;

function pathOf({ type, resourceType: { endpoint } }: BulkTarget): string {
  return type === "resources" ? endpoint : `${endpoint}/{id}`;
}
