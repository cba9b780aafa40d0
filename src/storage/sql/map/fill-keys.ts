import type { Database } from "../database.ts";
import { raw, sql, TRUE } from "../dialect/fragment.ts";
import { keyText } from "../key.ts";
import type { ChildTable } from "./child.ts";
import { type Column, shown } from "./column.ts";
import type { MappedType } from "./compile.ts";
import { hasId, idOperand } from "./id.ts";
import { sqlName } from "./table.ts";

/** How many keys one transaction fills. */
const BATCH = 500;

/** Fills a key column where rows of others have none. */
export async function fillKeys(database: Database, type: MappedType, column: Column, key: string): Promise<void> {
  const { dialect } = database;
  const [id, value] = [sqlName(type.id.column), shown(dialect, column, sqlName(column.name))];
  const isEmpty = sql`${sqlName(key)} IS NULL`;
  let last: string | undefined;
  for (;;) {
    const isNext = last === undefined ? TRUE : sql`${id} > ${idOperand(dialect, type.id, last)}`;
    const rows = await database.run<{ id: unknown; value: unknown }>(
      sql`SELECT ${id} AS id, ${value} AS value FROM ${type.table}
        WHERE ${isEmpty} AND ${type.isThere} AND ${isNext} ORDER BY ${id} LIMIT ${BATCH}`,
    );
    if (rows.length === 0) return;
    await database.transaction(async (session) => {
      for (const row of rows) {
        const read = column.read(row.value);
        if (read === undefined) continue;
        const filled = keyText(column.attribute.key(read));
        const isRow = sql`${hasId(dialect, type.id, id, String(row.id))} AND ${type.isThere}`;
        // Only if nobody has written the value meanwhile.
        const isSame = sql`${isEmpty} AND ${value} = ${row.value}`;
        await session.run(sql`UPDATE ${type.table} SET ${sqlName(key)} = ${filled} WHERE ${isRow} AND ${isSame}`);
      }
    });
    last = String(rows.at(-1)?.id);
  }
}

/** The same in a child table, whose rows need no key of their own: value by value. */
export async function fillChildKeys(database: Database, child: ChildTable, column: Column): Promise<void> {
  const { dialect } = database;
  const key = sqlName(column.key?.name ?? "");
  // As it is written, whatever the column's own order takes for the same.
  const value = dialect.ordered(dialect.columnText(sqlName(column.name)));
  const isEmpty = sql`${key} IS NULL`;
  let last: unknown;
  for (;;) {
    const isNext = last === undefined ? sql`${value} IS NOT NULL` : sql`${value} > ${last}`;
    const rows = await database.run<{ value: unknown }>(
      sql`SELECT DISTINCT ${value} AS value FROM ${child.table} WHERE ${isEmpty} AND ${isNext} ORDER BY ${value} LIMIT ${raw(String(BATCH))}`,
    );
    if (rows.length === 0) return;
    await database.transaction(async (session) => {
      for (const row of rows) {
        const read = column.read(row.value);
        if (read === undefined) continue;
        const filled = keyText(column.attribute.key(read));
        await session.run(
          sql`UPDATE ${child.table} SET ${key} = ${filled} WHERE ${isEmpty} AND ${value} = ${row.value}`,
        );
      }
    });
    last = rows.at(-1)?.value;
  }
}
