import { afterAll, beforeAll, describe, test } from "vitest";
import type { MappedStorage } from "../../../../src/storage/sql/index.ts";
import { storageConformance } from "../../../../src/testing/index.ts";
import { pickSeed, pickSize } from "../../../support/size.ts";
import type { Engine } from "../engines.ts";
import { type Application, made, storageOf } from "./tables.ts";

/** Random queries in each comparison with the reference. */
const RUNS = pickSize("random queries in each comparison", { everyday: 15, thorough: 200 });
const seed = pickSeed();

/** As many in any size: where it matters what the tables are like, and little what is asked of them. */
export const FEW = 15;

/** Runs the conformance kit over the tables of an application. */
export function conformanceOver(application: Application, engine: Engine, runs = RUNS): void {
  describe(`${engine.name}, ${application.name}`, () => {
    let storage: MappedStorage;
    let run: (text: string) => Promise<{ readonly rows: readonly unknown[] }>;
    beforeAll(async () => {
      const tables = await made(application, engine);
      run = tables.run;
      storage = storageOf(tables.options);
      await storage.prepare();
    });
    afterAll(() => engine.close());
    const tenantIn = async (name: string): Promise<string> => application.tenantOf?.(name, run) ?? name;
    storageConformance({
      test,
      describe,
      resourceTypes: application.resourceTypes,
      capabilities: {
        filter: true,
        sort: true,
        cursor: true,
        secrets: application.hasSecrets,
        tenants: application.hasTenants,
        danglingReferences: false,
        ...(application.unordered === undefined ? {} : { unordered: application.unordered }),
        ...(application.keepsDeleted === true ? { keepsDeleted: true } : {}),
      },
      ...(application.tenantOf === undefined
        ? {}
        : { context: async (name: string) => ({ tenant: await tenantIn(name) }) }),
      factory: async () => {
        const shared = application.hasTenants ? [] : ["memberships", "nested", "teams", "users", "scim_ledger"];
        for (const table of application.shares ?? shared) await run(`DELETE FROM ${table}`);
        return { storage, dump: async () => JSON.stringify((await run("SELECT * FROM users")).rows) };
      },
      runs,
      seed,
    });
  });
}
