import { type Fragment, join, raw, sql, withBeside } from "../dialect/fragment.ts";
import { isRowAmong } from "./among.ts";
import type { MapScope } from "./scope.ts";

/** A list that belongs to each row `r` of a query, of rows of other tables. */
export interface Listed {
  /** What of each row of the list is read. */
  readonly elements: readonly Fragment[];
  /** What follows FROM: the rows of the list, by the alias, that belong to the row `r`; with their WHERE. */
  readonly rows: Fragment;
  readonly alias: string;
  /** Columns of the list's rows, in the order of which it is. */
  readonly order: readonly Fragment[];
}

/** How many rows are asked for their lists at a time. */
const CHUNK = 500;

/** A list as the column `name` of rows `r`, which has it as a JSON text. */
export function listColumn(scope: MapScope, listed: Listed, name: string): Fragment {
  const { elements, rows, alias, order } = listed;
  const { dialect } = scope;
  if (dialect.readsElementsAsRows === true) return listBeside(scope, listed, name);
  const inOrder = sql`(SELECT ${raw(alias)}.* FROM ${rows}${orderBy(order)}) ${raw(alias)}`;
  return sql`${dialect.aggregate(elements, inOrder)} AS ${raw(name)}`;
}

function orderBy(order: readonly Fragment[]): Fragment {
  return order.length === 0 ? sql`` : sql` ORDER BY ${join(order, ", ")}`;
}

function listBeside(scope: MapScope, { elements, rows, order }: Listed, name: string): Fragment {
  const { type } = scope;
  const named = elements.map((element, index) => sql`, ${element} AS ${raw(`e${index}`)}`);
  return withBeside(raw(`NULL AS ${name}`), async (found, run) => {
    const lists = new Map<string, unknown[]>();
    const ids = [...new Set(found.flatMap(({ id }) => (id === null || id === undefined ? [] : [String(id)])))];
    for (let start = 0; start < ids.length; start += CHUNK) {
      const isAsked = isRowAmong(scope, ids.slice(start, start + CHUNK));
      const read = await run<Record<string, unknown>>(
        sql`SELECT r.id AS owner${join(named, "")} FROM ${type.view} r CROSS JOIN ${rows} AND ${isAsked}${orderBy(order)}`,
      );
      for (const row of read) {
        const owner = String(row.owner);
        const list = lists.get(owner) ?? [];
        list.push(elements.map((_, index) => row[`e${index}`]));
        lists.set(owner, list);
      }
    }
    for (const row of found as Record<string, unknown>[]) row[name] = JSON.stringify(lists.get(String(row.id)) ?? []);
  });
}
