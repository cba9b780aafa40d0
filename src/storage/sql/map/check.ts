import type { Database } from "../database.ts";
import { sql } from "../dialect/fragment.ts";
import { keyText } from "../key.ts";
import type { Column } from "./column.ts";
import type { MappedType } from "./compile.ts";
import { idOperand } from "./id.ts";
import type { Mappings } from "./scope.ts";
import { sqlName } from "./table.ts";

/** How many keys one transaction fills. */
const BATCH = 500;

/** Looks whether all columns are there, and fills the keys of rows that have none. */
export async function checkMapped(database: Database, { all }: Mappings): Promise<void> {
  for (const type of all) {
    await database.run(sql`SELECT ${type.selectedOfRow} FROM ${type.view} r WHERE (1 = 0)`);
    for (const { view } of type.joins) await database.run(sql`SELECT m.* FROM ${view} m WHERE (1 = 0)`);
    for (const column of type.stored)
      if (column.key !== undefined) await fillKeys(database, type, column, column.key.name);
  }
}

async function fillKeys(database: Database, type: MappedType, column: Column, key: string): Promise<void> {
  const { dialect } = database;
  const id = sqlName(type.id.column);
  let last: string | undefined;
  for (;;) {
    const from = last === undefined ? sql`(1 = 1)` : sql`${id} > ${idOperand(dialect, type.id, last)}`;
    const rows = await database.run<{ id: unknown; value: unknown }>(
      sql`SELECT ${id} AS id, ${sqlName(column.name)} AS value FROM ${type.table} WHERE ${sqlName(key)} IS NULL AND ${from} ORDER BY ${id} LIMIT ${BATCH}`,
    );
    if (rows.length === 0) return;
    await database.transaction(async (session) => {
      for (const row of rows) {
        const value = column.read(row.value);
        if (value === undefined) continue;
        // Only if nobody has written the value meanwhile.
        await session.run(
          sql`UPDATE ${type.table} SET ${sqlName(key)} = ${keyText(column.attribute.key(value))} WHERE ${id} = ${idOperand(dialect, type.id, String(row.id))} AND ${sqlName(key)} IS NULL AND ${sqlName(column.name)} = ${row.value}`,
        );
      }
    });
    last = String(rows.at(-1)?.id);
  }
}
