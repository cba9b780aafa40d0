import { CompiledQuery } from "kysely";
import { afterAll, beforeAll, describe, test } from "vitest";
import { KIT_RESOURCE_TYPES, storageConformance } from "../../../src/testing/index.ts";
import { pickSeed, pickSize } from "../../support/size.ts";
import type { Engine, Opened } from "./engines.ts";

/** Runs the conformance kit over the adapter on an engine. `resourceTypes`: default those of the kit. */
export function conformanceOn(engine: Engine, resourceTypes = KIT_RESOURCE_TYPES): void {
  describe(engine.name, () => {
    let opened: Opened;
    beforeAll(async () => {
      opened = await engine.open({
        hashSecret: (_, value) => `hash of ${String(value).length}`,
        searchable: SEARCHABLE,
      });
    });
    afterAll(() => engine.close());
    storageConformance({
      test,
      describe,
      factory: () => ({ ...opened, dump: () => dumpOf(engine, opened) }),
      resourceTypes,
      runs: RUNS,
      seed,
    });
  });
}

/** Random queries in each comparison with the reference. */
const RUNS = pickSize("random queries in each comparison", { everyday: 15, thorough: 200 });
const seed = pickSeed();

/** With indexes over texts, so that the kit's queries go through them too. */
const SEARCHABLE = ["userName", "displayName", "emails.value", "title"];

/** All rows of all tables, as text. */
async function dumpOf({ isPostgres }: Engine, { db, tables: { prefix, schema } }: Opened): Promise<string> {
  const place = schema === undefined ? "" : `"${schema}".`;
  const all: unknown[] = [];
  for (const name of ["resource", "unique", "element", "secret"]) {
    const keys = name === "resource" && !isPostgres ? ", json(keys) AS keys" : "";
    all.push((await db.executeQuery(CompiledQuery.raw(`SELECT *${keys} FROM ${place}"${prefix}${name}"`))).rows);
  }
  return JSON.stringify(all, (_, value) => (value instanceof Uint8Array ? undefined : value));
}
