// The kit under `bun test`: every case on memory.
import { test } from "bun:test";
import { memoryStorage } from "scimkit/memory";
import { storageConformance } from "scimkit/testing";

storageConformance({ test, factory: () => ({ storage: memoryStorage() }), seed: 1 });
