import { failureEvent, isAbort, isFault, isLeft, problemOf } from "../call/failure.ts";
import type { ScimError } from "../error.ts";
import { challengeOf } from "../protocol/challenge.ts";
import type { ScimRequest, ScimResponse } from "../protocol/message.ts";
import { renderError } from "../protocol/render.ts";
import type { Context } from "../storage/adapter.ts";
import type { SettledOptions } from "./defaults.ts";
import type { Engines } from "./engine.ts";
import { askedOf, type Progress } from "./progress.ts";

/** Answers a request by what was thrown, and tells the host of it: each failure once. */
export type Fail<C extends Context> = (thrown: unknown, request: ScimRequest, progress: Progress<C>) => ScimResponse;

/** Makes the function that turns what was thrown into an answer. */
export function createFail<C extends Context>({ discovery }: SettledOptions<C>, engines: Engines<C>): Fail<C> {
  const { emit } = engines.standard;
  const challenge = challengeOf(discovery.authenticationSchemes);

  /** What comes after the answer is news only if it is a fault of its own. */
  const tellOf = (thrown: unknown, problem: ScimError, request: ScimRequest, progress: Progress<C>): void => {
    const { signal, waitUntil } = request;
    // Nobody is there to be refused; what failed for another reason is told all the same.
    if (isLeft(signal) && (isAbort(thrown, signal) || !isFault(problem))) return;
    const { context } = progress;
    const asked = askedOf(request, progress);
    if (!progress.isTold) emit(failureEvent(thrown, problem, asked, context), waitUntil);
    else if (isFault(problem) && !isAbort(thrown, signal))
      emit({ type: "fault", error: thrown, ...asked, context }, waitUntil);
    progress.isTold = true;
  };

  return (thrown, request, progress) => {
    const problem = problemOf(thrown, request.signal);
    progress.error = problem;
    tellOf(thrown, problem, request, progress);
    const isHead = request.method.toUpperCase() === "HEAD";
    return progress.withHeaders(renderError(problem, progress.mediaType, isHead, challenge));
  };
}
