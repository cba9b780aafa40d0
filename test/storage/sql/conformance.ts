import { CompiledQuery } from "kysely";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type SqlStorage, sqlStorage } from "../../../src/storage/sql/index.ts";
import { KIT_RESOURCE_TYPES, storageConformance } from "../../../src/testing/index.ts";
import { pickSeed, pickSize } from "../../support/size.ts";
import type { Engine, Opened } from "./engines.ts";

/** Runs the conformance kit over the adapter on an engine. `resourceTypes`: default those of the kit. */
export function conformanceOn(engine: Engine, resourceTypes = KIT_RESOURCE_TYPES): void {
  describe(engine.name, () => {
    let opened: Opened;
    beforeAll(async () => {
      opened = await engine.open({ hashSecret, searchable: SEARCHABLE });
    });
    afterAll(() => engine.close());
    storageConformance({
      test,
      describe,
      factory: () => ({
        ...opened,
        ...(opened.isAlone ? {} : { again: () => againOf(opened) }),
        dump: () => dumpOf(engine, opened),
      }),
      resourceTypes,
      runs: RUNS,
      seed,
    });
  });
}

/** Random queries in each comparison with the reference. */
const RUNS = pickSize("random queries in each comparison", { everyday: 15, thorough: 200 });
const seed = pickSeed();

const hashSecret = (_: string, value: unknown) => `hash of ${String(value).length}`;

/** With indexes over texts, so that the kit's queries go through them too. */
const SEARCHABLE = ["userName", "displayName", "emails.value", "title"];

/** The same tables, as another process has them. */
function againOf({ db, tables: { prefix, schema, distributed } }: Opened): SqlStorage {
  return sqlStorage({ db, tablePrefix: prefix, schema, distributed, hashSecret });
}

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
