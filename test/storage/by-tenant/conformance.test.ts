import { afterAll, beforeAll, describe, test } from "vitest";
import { storageByTenant } from "../../../src/storage/by-tenant.ts";
import { memoryStorage } from "../../../src/storage/memory/index.ts";
import { storageConformance } from "../../../src/testing/index.ts";
import { pickSeed, pickSize } from "../../support/size.ts";
import { type Engine, hasPostgres, pgliteEngine, postgresEngine, sqliteEngine } from "../sql/engines.ts";
import { caseOf, spread, WITHOUT_GLOBAL } from "./shards.ts";

const runs = pickSize("random queries in each comparison", { everyday: 15, thorough: 200 });
const seed = pickSeed();
const common = { test, describe, runs, seed, resourceTypes: WITHOUT_GLOBAL };
const hashSecret = (_: string, value: unknown) => `hash of ${String(value).length}`;

describe("two storages in memory, the tenants of each case in one of them", () => {
  const storages = { eu: memoryStorage({ hashSecret }), us: memoryStorage({ hashSecret }) };
  storageConformance({ ...common, factory: () => ({ storage: storageByTenant(spread(storages, caseOf), storages) }) });
});

describe("two storages in memory, the tenants of each case anywhere", () => {
  const storages = { eu: memoryStorage({ hashSecret }), us: memoryStorage({ hashSecret }) };
  const { renameTenant: _, ...storage } = storageByTenant(spread(storages), storages);
  storageConformance({ ...common, factory: () => ({ storage }) });
});

const postgres = hasPostgres ? postgresEngine(4) : pgliteEngine();
describe.each<[string, Engine]>([
  ["two SQLite files", sqliteEngine("SQLite in a file")],
  [`two schemas of ${postgres.name}`, postgres],
])("%s", (_, engine) => {
  let made: ReturnType<typeof opened> extends Promise<infer M> ? M : never;
  const opened = async () => {
    const [eu, us] = [await engine.open({ hashSecret }), await engine.open({ hashSecret })];
    const storages = { eu: eu.storage, us: us.storage };
    return {
      storage: storageByTenant(spread(storages, caseOf), storages),
      failAt(n: number) {
        eu.failAt(n);
        us.failAt(n);
      },
    };
  };
  beforeAll(async () => {
    made = await opened();
  });
  afterAll(() => engine.close());
  storageConformance({ ...common, factory: () => made });
});
