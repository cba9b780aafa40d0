import { afterAll, describe, expect, test } from "vitest";
import { callsOf, Group, User } from "./calls.ts";
import { conformanceOn } from "./conformance.ts";
import { stepsEngine, WITHOUT_GLOBAL } from "./engines/steps.ts";
import { hasPostgres, type Opened, type Sent } from "./engines.ts";
import { readTenants } from "./tenant-bound.ts";

/** Statements that are about several tenants, or about nobody's in particular: each with the reason. */
const ABOUT_SEVERAL: Readonly<Record<string, { readonly why: string; readonly is: RegExp }>> = {
  "the shapes of before": {
    why: "a step of the migration, before the tables are distributed",
    is: /^INSERT INTO "[^"]+"\."scim_shape_use" \(tenant, type, fingerprint, state\) SELECT DISTINCT r\.tenant, r\.type, ''/,
  },
  "which tenants": {
    why: "renameType, dropType and reindex of all tenants find out who they are, and do one after the other",
    is: /^SELECT r\.tenant FROM "[^"]+"\."scim_resource" r WHERE r\.type = \$1 AND (?:r\.tenant >=? \$2|\(1 = 1\)) ORDER BY r\.tenant LIMIT 1$/,
  },
  "shapes of all tenants": {
    why: "prepare, schemaChanges and reindex compare what is served with what there is",
    is: /^SELECT u\.tenant, u\.type, u\.fingerprint FROM \(SELECT s\.tenant/,
  },
  "shapes of a type": {
    why: "renameType and dropType are of all tenants",
    is: /^(?!.*\btenant = \$)(?:SELECT|UPDATE|DELETE|INSERT INTO) .*"scim_shape_use".*\btype = \$/,
  },
  "whose events are due": {
    why: "the outbox is drained over all tenants: who has events is looked up, and they are taken from one after the other",
    is: /^SELECT o\.tenant FROM "[^"]+"\."scim_outbox" o WHERE o\.due IS NOT NULL/,
  },
  "how many events wait": {
    why: "lag() is of all tenants",
    is: /^SELECT count\(\*\) AS many, min\(at\) AS oldest FROM "[^"]+"\."scim_outbox"$/,
  },
  "whose entries are over": {
    why: "a write to the ledger cleans up for anybody",
    is: /^SELECT l\.tenant FROM "[^"]+"\."scim_ledger" l WHERE l\.until IS NOT NULL/,
  },
};

/** Statements that name two tenants. */
const ABOUT_TWO = /^INSERT INTO "[^"]+"\."scim_\w+" .* SELECT .* FROM "[^"]+"\."scim_\w+"/;

describe.runIf(hasPostgres)("PostgreSQL in steps", () => {
  const all = new Map<string, Sent>();
  conformanceOn(
    stepsEngine(8, (sent) => all.set(sent.sql, sent)),
    WITHOUT_GLOBAL,
  );

  describe("every statement of the kit, and of what is done to tenants and types,", () => {
    const engine = stepsEngine(2, (sent) => all.set(sent.sql, sent));
    afterAll(() => engine.close());

    test("names the tenant of every table that bears one, as a parameter", async () => {
      await doToTypes(await engine.open());
      const seen = new Set<string>();
      const unbound: string[] = [];
      const several: string[] = [];
      const collected: string[] = [];
      let [statements, references] = [0, 0];
      for (const { sql, parameters } of all.values()) {
        const text = sql.replaceAll(/\s+/g, " ").trim();
        if (!/"scim_/.test(text) || !/^(?:SELECT|WITH|INSERT|UPDATE|DELETE)\b/.test(text)) continue;
        // The kit's own look at all that there is.
        if (/^SELECT \* FROM "[^"]+"\."scim_\w+"$/.test(text)) continue;
        const read = await readTenants(sql);
        statements++;
        references += read.references;
        collected.push(...read.collected.map((what) => `${what}: ${text}`));
        const tenants = new Set([...read.parameters].map((number) => parameters[number - 1]));
        if (tenants.size > 1 && !ABOUT_TWO.test(text)) several.push(text);
        if (read.unbound.length === 0) continue;
        const known = Object.entries(ABOUT_SEVERAL).find(([, { is }]) => is.test(text));
        if (known === undefined) unbound.push(`${read.unbound.join(", ")}: ${text}`);
        else {
          seen.add(known[0]);
          // A lock is taken on one server.
          expect(text).not.toMatch(/\bFOR (?:UPDATE|NO KEY UPDATE|KEY SHARE)\b/);
        }
      }
      console.log(`${statements} statements with ${references} references to tables that bear a tenant`);
      expect(unbound).toEqual([]);
      expect(several).toEqual([]);
      expect(collected).toEqual([]);
      expect([...seen].sort()).toEqual(Object.keys(ABOUT_SEVERAL).sort());
      expect(statements).toBeGreaterThan(200);
    });
  });
});

/** What the kit does not do: types that are renamed and dropped, and questions about all of them. */
async function doToTypes({ storage }: Opened): Promise<void> {
  const calls = callsOf(storage, undefined, { tenant: "acme" });
  for (const id of ["ada", "bob"]) await calls.user(id);
  await calls.group("staff", ["ada", "bob"]);
  await storage.schemaChanges({ resourceTypes: [] });
  await storage.unknownTypes({ resourceTypes: [], tenant: "acme" });
  await storage.renameType("User", "Person");
  await storage.renameType("Person", "User", { tenant: "acme" });
  await storage.dropType("User", { tenant: "acme" });
  await storage.dropType("Group");
  await storage.readSecret("User", "ada", "password", { tenant: "acme" });
  expect(await calls.find(User, undefined)).toMatchObject({ totalResults: 0 });
  expect(await calls.find(Group, undefined)).toMatchObject({ totalResults: 0 });
}

if (!hasPostgres) test.skip("PostgreSQL in steps: no server answers", () => {});
