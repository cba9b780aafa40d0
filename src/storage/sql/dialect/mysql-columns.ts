import type { ColumnWords, KeyColumn } from "./column-words.ts";
import { type Fragment, join, sql } from "./fragment.ts";

/** Most lists of values that one IN names: beyond a thousand, MariaDB makes a table of them that it joins by no index. */
const MOST_IN = 500;

/**
 * How MariaDB and MySQL read and write columns that somebody else made. A column is compared by its own collation, which an index
 * answers, and beside that by its bytes: the collation may know neither case nor accents, nor blanks at the end.
 */
export const mysqlColumns: ColumnWords = {
  insertedId: sql`LAST_INSERT_ID()`,
  // Rows that stay, so that nobody waits for one to come; as few as that two texts seldom share one.
  takeTurnIn: (ledger, text) =>
    sql`INSERT INTO ${ledger} (tenant, kind, key, value) VALUES ('', 'turn', CRC32(${text}) % 256, '')
      ON DUPLICATE KEY UPDATE value = ${ledger}.value`,
  lowered: (text) => sql`CAST(LOWER(CONVERT(${text} USING utf8mb4)) AS BINARY)`,
  keyColumn: (column) => column,
  // A literal takes the collation of the column that it is compared with, which a CAST does not.
  operand: (value, type) => (type === "integer" ? sql`CAST(${value} AS SIGNED)` : sql`${value}`),
  // A CAST of a UUID gives its bytes.
  idText: bytesOf,
  isExactly: (column, value) => sql`${bytesOf(column)} = ${value}`,
  isAmong: (columns, rows) => {
    const asked = columns.map((column, index) => ({
      column,
      values: [...new Set(rows.map((row) => row[index] as string))],
    }));
    // What all rows have alike is said of each column by itself: an index goes on behind it.
    const varying = asked.filter(({ values }) => values.length > 1).length;
    if (varying <= 1)
      return join(
        asked.map(({ column, values }) => isOneOf(column, values)),
        " AND ",
      );
    const isFound = anyOf(columns, rows);
    if (!columns.some(({ type }) => type === "text")) return isFound;
    const exact = columns.map(({ name, type }) => ({ name: type === "text" ? bytesOf(name) : name, type }));
    return sql`(${isFound} AND ${anyOf(exact, rows)})`;
  },
  timeText: (column) => sql`CONVERT(${column} USING utf8mb4)`,
  timeValue: (instant) => instant.replace("T", " ").slice(0, "2026-01-01 00:00:00.000000".length),
};

function bytesOf(column: Fragment): Fragment {
  return sql`CAST(CONVERT(${column} USING utf8mb4) AS BINARY)`;
}

/** Condition: a column has one of some values. */
function isOneOf(column: KeyColumn, values: readonly string[]): Fragment {
  const rows = values.map((value) => [value]);
  const isFound = anyOf([column], rows);
  return column.type === "text"
    ? sql`${isFound} AND ${anyOf([{ ...column, name: bytesOf(column.name) }], rows)}`
    : isFound;
}

function anyOf(columns: readonly KeyColumn[], rows: readonly (readonly string[])[]): Fragment {
  const lists: Fragment[] = [];
  for (let start = 0; start < rows.length; start += MOST_IN)
    lists.push(isIn(columns, rows.slice(start, start + MOST_IN)));
  return sql`(${join(lists, " OR ")})`;
}

function isIn(columns: readonly KeyColumn[], rows: readonly (readonly string[])[]): Fragment {
  const values = rows.map((row) => row.map((value, index) => operandOf(value, columns[index] as KeyColumn)));
  const names = columns.map(({ name }) => name);
  const listOf = (parts: readonly Fragment[]): Fragment =>
    columns.length === 1 ? (parts[0] as Fragment) : sql`(${join(parts, ", ")})`;
  return sql`${listOf(names)} IN (${join(values.map(listOf), ", ")})`;
}

function operandOf(value: string, { type }: KeyColumn): Fragment {
  return type === "integer" ? sql`CAST(${value} AS SIGNED)` : sql`${value}`;
}
