import type { Database } from "../database.ts";
import { sql, TRUE } from "../dialect/fragment.ts";
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
  const [id, value] = [sqlName(type.id.column), sqlName(column.name)];
  const isEmpty = sql`${sqlName(key)} IS NULL`;
  let last: string | undefined;
  for (;;) {
    const isNext = last === undefined ? TRUE : sql`${id} > ${idOperand(dialect, type.id, last)}`;
    const rows = await database.run<{ id: unknown; value: unknown }>(
      sql`SELECT ${id} AS id, ${value} AS value FROM ${type.table}
        WHERE ${isEmpty} AND ${isNext} ORDER BY ${id} LIMIT ${BATCH}`,
    );
    if (rows.length === 0) return;
    await database.transaction(async (session) => {
      for (const row of rows) {
        const read = column.read(row.value);
        if (read === undefined) continue;
        const filled = keyText(column.attribute.key(read));
        const isRow = sql`${id} = ${idOperand(dialect, type.id, String(row.id))}`;
        // Only if nobody has written the value meanwhile.
        const isSame = sql`${isEmpty} AND ${value} = ${row.value}`;
        await session.run(sql`UPDATE ${type.table} SET ${sqlName(key)} = ${filled} WHERE ${isRow} AND ${isSame}`);
      }
    });
    last = String(rows.at(-1)?.id);
  }
}
