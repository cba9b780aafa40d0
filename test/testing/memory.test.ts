import { describe, test } from "vitest";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { storageConformance } from "../../src/testing/index.ts";
import { pickSeed, pickSize } from "../support/size.ts";

describe("memory storage", () => {
  storageConformance({
    test,
    describe,
    factory: () => ({ storage: memoryStorage() }),
    runs: pickSize("random queries in each comparison", { everyday: 100, thorough: 2000 }),
    seed: pickSeed(),
  });
});
