import type { Readings } from "../quirks/quirk.ts";
import type { Context } from "../storage/adapter.ts";
import type { Call } from "./call.ts";

/** Told where a reading was needed; undefined where the profile does not have it. */
export function tolerance<C extends Context>(
  call: Call<C>,
  reading: keyof Readings,
): ((path: string) => void) | undefined {
  const { quirks } = call.engine;
  return quirks.reads[reading] ? (path) => call.note(quirks.ruleOf(reading), path) : undefined;
}
