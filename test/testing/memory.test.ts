import { describe, test } from "vitest";
import { memoryStorage } from "../../src/storage/memory.ts";
import { storageConformance } from "../../src/testing/index.ts";

describe("memory storage", () => {
  storageConformance({ test, describe, factory: () => ({ storage: memoryStorage() }) });
});
