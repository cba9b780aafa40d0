import { type Sample, type World, worldBefore } from "../../src/recordings/sample.ts";
import { ownRecordings } from "../../src/recordings/store.ts";

export { departures } from "../../src/recordings/departures.ts";
export type { Expectation, Sample, World as Fixtures } from "../../src/recordings/sample.ts";

export function readSamples(): readonly Sample[] {
  return ownRecordings().samples;
}

/** The state before a sample: the fixtures, with what the sample gives besides. */
export function stateBefore({ given }: Pick<Sample, "given">): World {
  return worldBefore(ownRecordings().world, given);
}
