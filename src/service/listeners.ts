import { isChange, type ScimEvent } from "../events/event.ts";
import type { Context } from "../storage/adapter.ts";
import type { ScimOptions } from "./options.ts";

/**
 * What verbs tell, handed to the listener that it is for. One that throws is told of its failure itself, as of a fault; what it
 * throws at a fault is dropped, or it would go on for ever. `committed` is called of each change.
 */
export function emitterOf<C extends Context>(
  { onChange, onNotice }: Pick<ScimOptions<C>, "onChange" | "onNotice">,
  committed: () => void,
): (event: ScimEvent<C>) => void {
  return (event) => {
    const onFailure = (error: unknown): void => {
      if (event.type !== "fault") tell(onNotice, { type: "fault", error, context: event.context });
    };
    if (isChange(event)) {
      committed();
      tell(onChange, event, onFailure);
    } else tell(onNotice, event, onFailure);
  };
}

/** Tells a listener. One that throws, at once or later, cannot fail the request that it is told of. */
export function tell<E>(
  listener: ((event: E) => unknown) | undefined,
  event: E,
  onFailure: (error: unknown) => void = () => undefined,
): void {
  try {
    const outcome: unknown = listener?.(event);
    if (outcome !== undefined) Promise.resolve(outcome).catch(onFailure);
  } catch (error) {
    onFailure(error);
  }
}
