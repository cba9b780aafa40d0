import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isScimError } from "../../src/index.ts";
import { applyPatch, type ParsedOperation, prepare } from "../../src/patch/index.ts";
import { LENIENT, LIMITS, operations, resource, STRICT, THING, thing } from "../support/patch-cases.ts";
import { type ModelOperation, type Outcome, patchByTheBook } from "../support/patch-model.ts";
import { pickSeed, pickSize } from "../support/size.ts";

const seed = pickSeed();
const RUNS = pickSize("resources and requests", { everyday: 5000, thorough: 100_000 });

/** More often than not, as the letter of the RFC refuses most of what is drawn here. */
const TOLERANT = fc.constantFrom(true, true, true, false);

function patchByTheEngine(
  before: Record<string, unknown>,
  given: readonly ModelOperation[],
  isTolerant: boolean,
): Outcome {
  try {
    const prepared = prepare(thing, given as readonly ParsedOperation[], isTolerant ? LENIENT : STRICT);
    const { resource, secrets } = applyPatch(thing, before, prepared, {
      limits: LIMITS,
      ...(isTolerant ? { createOnNoMatch: () => undefined } : {}),
    });
    return { status: 200, resource, secrets };
  } catch (error) {
    if (isScimError(error) && error.status === 400) return { status: 400, scimType: error.scimType ?? "" };
    throw error;
  }
}

test("the engine and a literal reading of the RFC agree on thousands of resources and requests [P-3.5.2-05 P-3.5.2-11 P-3.5.2-18 P-3.5.2-22]", () => {
  const statuses = { 200: 0, 400: 0 };
  fc.assert(
    fc.property(resource, operations, TOLERANT, (before, given, isTolerant) => {
      const expected = patchByTheBook({ ...THING, isTolerant }, before, given);
      statuses[expected.status]++;
      const actual = patchByTheEngine(before, given, isTolerant);
      // Saying how two values differ takes long; asking whether they do does not.
      if (!isDeepStrictEqual(actual, expected)) expect(actual).toStrictEqual(expected);
    }),
    { numRuns: RUNS, seed },
  );
  // Neither side of the comparison is a rarity.
  expect(statuses[200]).toBeGreaterThan(RUNS / 4);
  expect(statuses[400]).toBeGreaterThan(RUNS / 10);
});

test("they agree as well where there is so much to do that others have their turns meanwhile [P-3.5.2-18]", () => {
  const many = Array.from({ length: 200 }, (_, index) => ({ value: `member-${index}` }));
  const first = Array.from({ length: 20 }, (): ModelOperation => ({ op: "replace", path: "level", value: 3 }));
  let successes = 0;
  fc.assert(
    fc.property(resource, operations, TOLERANT, fc.boolean(), (some, given, isTolerant, isLong) => {
      const before = { ...some, crew: [...((some.crew as object[] | undefined) ?? []), ...many] };
      const all = isLong ? [...first, ...given] : given;
      const expected = patchByTheBook({ ...THING, isTolerant }, before, all);
      const actual = patchByTheEngine(before, all, isTolerant);
      if (!isDeepStrictEqual(actual, expected)) expect(actual).toStrictEqual(expected);
      if (expected.status === 200) successes++;
    }),
    { numRuns: RUNS / 10, seed },
  );
  expect(successes).toBeGreaterThan(RUNS / 50);
});
