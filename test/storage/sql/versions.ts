import { CompiledQuery, type Kysely } from "kysely";
import type { Opened } from "./engines.ts";

/** Sends a statement past the storage. */
export function run({ db }: { readonly db: Kysely<unknown> }, text: string) {
  return db.executeQuery<Record<string, unknown>>(CompiledQuery.raw(text));
}

/** A table of the storage, as statements name it. */
export function table({ tables: { schema } }: Pick<Opened, "tables">, name: string): string {
  return `${schema === undefined ? "" : `"${schema}".`}scim_${name}`;
}

/** Enters what a release of version 4 would, which says from which version on code may go on. */
export function enterVersion4(opened: Opened, least: number) {
  return run(opened, `INSERT INTO ${table(opened, "migration")} (version, at, least) VALUES (4, 'later', ${least})`);
}

/** Takes tables back to what version 1 had. */
export async function toVersion1(opened: Opened): Promise<void> {
  for (const statement of [
    `DELETE FROM ${table(opened, "migration")} WHERE version > 1`,
    `ALTER TABLE ${table(opened, "migration")} DROP COLUMN least`,
    `DROP TABLE ${table(opened, "outbox")}`,
    `DROP TABLE ${table(opened, "ledger")}`,
    `DROP TABLE ${table(opened, "shape")}`,
    `DROP TABLE ${table(opened, "shape_use")}`,
    `DROP INDEX ${table(opened, "resource_shape")}`,
  ])
    await run(opened, statement);
}
