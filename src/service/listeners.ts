import type { Engine } from "../call/call.ts";
import { isChange } from "../events/event.ts";
import type { ScimRequest } from "../protocol/message.ts";
import type { Context } from "../storage/adapter.ts";
import type { ScimOptions } from "./options.ts";

/** Takes what a listener does after it was told: a promise that never rejects. */
type WaitUntil = ScimRequest["waitUntil"];

/**
 * What verbs tell, handed to the listener that it is for. Where one throws, `onNotice` is told of a fault, with the change that it
 * threw at; what it throws at a fault is dropped, or it would go on for ever. `committed` is called of each change.
 */
export function emitterOf<C extends Context>(
  { onChange, onNotice }: Pick<ScimOptions<C>, "onChange" | "onNotice">,
  committed: () => void,
): Engine<C>["emit"] {
  return (event, waitUntil) => {
    const { context } = event;
    if (isChange(event)) {
      const onFailure = (error: unknown): void => tell(onNotice, { type: "fault", error, event, context }, waitUntil);
      committed();
      tell(onChange, event, waitUntil, onFailure);
    } else {
      const onFailure = (error: unknown): void => tell(onNotice, { type: "fault", error, context }, waitUntil);
      tell(onNotice, event, waitUntil, event.type === "fault" ? undefined : onFailure);
    }
  };
}

/** The engine as one request has it: what listeners do at its events, its host waits for. */
export function engineFor<C extends Context>(
  engine: Engine<C>,
  { waitUntil }: Pick<ScimRequest, "waitUntil">,
): Engine<C> {
  return waitUntil === undefined ? engine : { ...engine, emit: (event) => engine.emit(event, waitUntil) };
}

/** Tells a listener. One that throws, at once or later, cannot fail the request that it is told of. */
export function tell<E>(
  listener: ((event: E) => unknown) | undefined,
  event: E,
  waitUntil: WaitUntil,
  onFailure: (error: unknown) => void = () => undefined,
): void {
  try {
    const outcome: unknown = listener?.(event);
    if (!isPromise(outcome)) return;
    const done = Promise.resolve(outcome).catch(onFailure);
    waitUntil?.(done);
  } catch (error) {
    onFailure(error);
  }
}

/** Whatever can be waited for. */
export function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
