import type { Fragment } from "./fragment.ts";

/** What values are cast to. */
export type CastType = "text" | "integer" | "number" | "uuid";

/** A column of a key. */
export interface KeyColumn {
  readonly name: Fragment;
  readonly type: CastType;
}

/** How a dialect reads and writes the columns of tables that somebody else made. */
export interface ColumnWords {
  /** The number that the database gave the row which this connection inserted last. Default: rows tell it by RETURNING. */
  readonly insertedId?: Fragment;
  /**
   * Waits for its turn among those that wait for the same text, by a row of the ledger's table, and has it until the transaction ends.
   * Default: `takeTurn` needs no table.
   */
  readonly takeTurnIn?: (ledger: Fragment, text: string) => Fragment;
  /** A text with its ASCII letters in lower case, as `ordered` has it. Default: what `lower` makes of it. */
  readonly lowered?: (text: Fragment) => Fragment;
  /** A column of comparison keys, as its index has it. Default: as `ordered` has it. */
  readonly keyColumn?: (column: Fragment) => Fragment;
  /**
   * An operand that is compared with a column of the type, so that an index over it answers, whatever its collation is. Default: a CAST
   * to the type.
   */
  readonly operand?: (value: string, type: CastType) => Fragment;
  /** A column of ids as text. Default: a CAST. */
  readonly idText?: (column: Fragment) => Fragment;
  /** Condition: a text column has exactly this, where being equal by the column's collation says less. Default: it says the same. */
  readonly isExactly?: (column: Fragment, value: string) => Fragment;
  /** Condition: columns have one of these lists of values, each of which an index looks up. Default: they are joined as `rows`. */
  readonly isAmong?: (columns: readonly KeyColumn[], rows: readonly (readonly string[])[]) => Fragment;
  /** A column of times as text in UTC, whatever the zones of the session and of this process are. Default: as drivers give it. */
  readonly timeText?: (column: Fragment) => Fragment;
  /** A time in UTC, such as `2026-01-01T00:00:00.5`, and as it was given, as columns of times take it. Default: they take all that is ISO 8601. */
  readonly timeValue?: (instant: string, time: string) => string;
}
