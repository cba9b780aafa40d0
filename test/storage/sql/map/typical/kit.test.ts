import { CompiledQuery, type Kysely } from "kysely";
import { afterAll, beforeAll, describe, test } from "vitest";
import {
  defineResourceType,
  EnterpriseUserSchema,
  Group,
  type SchemaDefinition,
  User,
} from "../../../../../src/index.ts";
import { type StorageAdapter, wrapStorage } from "../../../../../src/storage/index.ts";
import { storageConformance } from "../../../../../src/testing/index.ts";
import { pickSeed, pickSize } from "../../../../support/size.ts";
import type { Engine } from "../../engines.ts";
import { TABLES } from "./ddl.ts";
import { engines } from "./engines.ts";
import { openTypical } from "./open.ts";

const seed = pickSeed();
const runs = pickSize("random queries in each comparison", { everyday: 10, thorough: 200 });

/** Members without roles: which there are the product says, and the kit makes up its own. */
const { roles: _, ...attributes } = User.schema.attributes;
const Person = defineResourceType({
  name: "User",
  schema: { ...User.schema, attributes } as SchemaDefinition,
  extensions: [{ schema: EnterpriseUserSchema, required: false }],
});

describe.each(engines())("the typical schema on $name", (engine: Engine) => {
  let storage: StorageAdapter;
  let opened: Awaited<ReturnType<typeof openTypical>>;
  beforeAll(async () => {
    opened = await openTypical(engine, true);
    const { named } = opened;
    const purge = [
      `DELETE FROM ${named("organization_members")} WHERE status = 'left'`,
      `DELETE FROM ${named("users")} WHERE NOT EXISTS (SELECT 1 FROM ${named("organization_members")} m WHERE m.user_id = ${named("users")}.id)`,
    ];
    // The product forgets at once who is in no organisation, so that names are free as the kit has it.
    storage = wrapStorage(opened.storage, (next) => ({
      async delete(request, context) {
        const isGone = await next.delete(request, context);
        const db = (next.handle ?? opened.db) as Kysely<unknown>;
        for (const text of purge) await db.executeQuery(CompiledQuery.raw(text));
        return isGone;
      },
    }));
  });
  afterAll(() => engine.close());
  storageConformance({
    test,
    describe,
    resourceTypes: [Person, Group],
    capabilities: {
      filter: true,
      sort: true,
      cursor: true,
      secrets: true,
      tenants: true,
      danglingReferences: false,
      unordered: ["User.roles"],
    },
    context: async (name) => ({ tenant: await opened.organization(name) }),
    factory: async () => {
      for (const table of [...TABLES.filter((name) => name !== "organizations"), "scim_ledger"])
        await opened.run(`DELETE FROM ${table}`);
      return { storage, dump: async () => JSON.stringify(await opened.run("SELECT * FROM users")) };
    },
    runs,
    seed,
  });
});
