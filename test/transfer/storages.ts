import type { ResourceTypeDefinition } from "../../src/index.ts";
import { EnterpriseUserSchema, Group, User } from "../../src/index.ts";
import type { StorageAdapter } from "../../src/storage/adapter.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import type { Upkeep } from "../../src/storage/upkeep.ts";
import { type Engine, someEngines } from "../storage/sql/engines.ts";
import { type Application, made, organizations, plain, storageOf } from "../storage/sql/map/tables.ts";

/** A kind of storage that directories move to. */
export interface Kind {
  readonly name: string;
  readonly resourceTypes: readonly ResourceTypeDefinition[];
  /** Ids that are given are those that are kept. */
  readonly keepsIds: boolean;
  /** It remembers owners, and ids that it gave instead of others. */
  readonly hasLedger: boolean;
  open(): Promise<StorageAdapter & Partial<Upkeep>>;
  close(): Promise<void>;
}

const directory = [User.extend(EnterpriseUserSchema), Group];

function ownTables(engine: Engine): Kind {
  return {
    name: `tables of its own, ${engine.name}`,
    resourceTypes: directory,
    keepsIds: true,
    hasLedger: true,
    open: async () => (await engine.open({ hashSecret: (_, value) => `hash of ${value}` })).storage,
    close: () => engine.close(),
  };
}

function mapped(application: Application, engine: Engine): Kind {
  return {
    name: `mapped tables (${application.name}), ${engine.name}`,
    resourceTypes: application.resourceTypes,
    keepsIds: application === organizations,
    hasLedger: true,
    async open() {
      const storage = storageOf((await made(application, engine)).options);
      await storage.prepare();
      return storage;
    },
    close: () => engine.close(),
  };
}

/** Every kind, each with nothing open yet. */
export function kinds(): readonly Kind[] {
  return [
    {
      name: "memory",
      resourceTypes: directory,
      keepsIds: true,
      hasLedger: true,
      open: async () => memoryStorage({ hashSecret: (_, value) => `hash of ${value}` }),
      close: async () => undefined,
    },
    ...someEngines().map(ownTables),
    ...someEngines().map((engine) => mapped(organizations, engine)),
    ...someEngines()
      .slice(0, 1)
      .map((engine) => mapped(plain, engine)),
  ];
}
