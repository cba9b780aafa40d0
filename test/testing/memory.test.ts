import { describe, test } from "vitest";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { storageConformance } from "../../src/testing/index.ts";

describe("memory storage", () => {
  const { seed } = storageConformance({
    test,
    describe,
    factory: () => ({ storage: memoryStorage() }),
    runs: Number(process.env.SCIMKIT_RUNS ?? 2000),
  });
  console.log(`conformance of memory: seed ${seed}`);
});
