import type { Dialect } from "./dialect/dialect.ts";
import { type Fragment, raw, sql } from "./dialect/fragment.ts";

// Of the events of a resource, only the first one can be taken. `due` says from when on, in milliseconds of the database's clock: it is
// in the future while somebody has taken the event, or after it failed. An event behind another one that somebody came across has no
// `due`, until the one before it is gone: so nobody comes across it again, however many there are of them.

/** Makes the table of events that wait to be handed out, and its index; no tenant is `""`. */
export function createOutbox(dialect: Dialect, table: Fragment, index: Fragment): readonly Fragment[] {
  const { ascending } = dialect;
  const [text, integer] = [raw(dialect.text), raw(dialect.integer)];
  return [
    // The number is of no use to look anything up by: an index over it would only mislead.
    sql`CREATE TABLE ${table} (
      position ${raw(ascending.type)}, tenant ${text} NOT NULL, type ${text} NOT NULL, id ${text} NOT NULL,
      event TEXT NOT NULL, at ${text} NOT NULL, attempts ${integer} NOT NULL, due ${integer},
      ${raw(ascending.isKey ? "UNIQUE" : "PRIMARY KEY")} (id, tenant, type, position))`,
    sql`CREATE INDEX ${index} ON ${table} (due, position) WHERE due IS NOT NULL`,
  ];
}
