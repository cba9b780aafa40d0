import { afterAll, beforeAll, describe, test } from "vitest";
import { type StorageWrapper, wrapStorage } from "../../src/storage/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { storageConformance } from "../../src/testing/index.ts";
import { type Opened, sqliteEngine } from "../storage/sql/engines.ts";
import { pickSeed, pickSize } from "../support/size.ts";

const RUNS = pickSize("random queries in each comparison", { everyday: 10, thorough: 100 });
const seed = pickSeed();

/** Every verb goes through it, and comes out as it went in. */
const through: StorageWrapper = (next) => ({
  get: async (request, context) => next.get(request, context),
  query: async (request, context) => next.query(request, context),
  create: async (request, context) => next.create(request, context),
  replace: async (request, context) => next.replace(request, context),
  applyDelta: async (request, context) => next.applyDelta(request, context),
  delete: async (request, context) => next.delete(request, context),
});
const hashSecret = (_: string, value: unknown) => `hash of ${String(value).length}`;

describe("memory within a wrapper within a wrapper", () => {
  storageConformance({
    test,
    factory: () => ({ storage: wrapStorage(wrapStorage(memoryStorage({ hashSecret }), through), through) }),
    runs: RUNS,
    seed,
  });
});

describe("SQLite within a wrapper", () => {
  const engine = sqliteEngine("SQLite in memory");
  let opened: Opened;
  beforeAll(async () => {
    opened = await engine.open({ hashSecret });
  });
  afterAll(() => engine.close());
  storageConformance({
    test,
    factory: () => ({ ...opened, storage: wrapStorage(opened.storage, through) }),
    runs: RUNS,
    seed,
  });
});
