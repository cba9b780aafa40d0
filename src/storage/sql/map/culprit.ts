import type { Database, Session } from "../database.ts";
import type { CatalogColumn, TableName } from "../dialect/catalog-words.ts";
import { cast } from "../dialect/dialect.ts";
import type { Refusal } from "../dialect/driver-error.ts";
import { faultOf } from "../dialect/fault.ts";
import { type Fragment, raw, sql } from "../dialect/fragment.ts";
import { tablesOf } from "./in-tables.ts";
import type { MapScope } from "./scope.ts";
import type { Written } from "./written.ts";

/** How many bytes an index takes at least, whatever the database and its pages are. */
const ALWAYS_INDEXED = 2000;

/**
 * The attributes whose values a table refused, where its error does not tell: by the length, or by asking for a CAST to
 * the column's type. `named` are those that it may be; they are given back where none is found out.
 */
export async function culpritsOf(
  database: Database,
  scope: MapScope,
  refusal: Refusal,
  written: readonly Written[],
  named: readonly string[],
): Promise<readonly string[]> {
  const candidates = written.filter(
    ({ attribute, value }) =>
      value !== null && value !== undefined && (named.length === 0 || named.includes(attribute)),
  );
  const found = refusal === "large" ? candidates.filter(isLarge) : await misfitsOf(database, scope, candidates);
  return found.length === 0 ? named : [...new Set(found.map(({ attribute }) => attribute))];
}

function isLarge({ value }: Written): boolean {
  return typeof value === "string" && new TextEncoder().encode(value).length > ALWAYS_INDEXED;
}

async function misfitsOf(
  database: Database,
  scope: MapScope,
  written: readonly Written[],
): Promise<readonly Written[]> {
  if (database.dialect.hasCastsThatRefuse !== true) return [];
  const misfits: Written[] = [];
  for (const table of new Set(written.map((one) => one.table))) {
    const columns = await database.run<CatalogColumn>(database.dialect.columnsOfTable(tableNamed(scope, table)));
    for (const one of written) {
      const column = one.table === table ? columns.find(({ name }) => name === one.column) : undefined;
      if (column !== undefined && (await isMisfit(database, column, one.value))) misfits.push(one);
    }
  }
  return misfits;
}

function tableNamed({ type }: MapScope, table: string): TableName {
  const { mapping } = type;
  const own = tablesOf(type).find((one) => one.mapping.table === table);
  if (own !== undefined) return own.mapping;
  const others = [...Object.values(mapping.collections ?? {}).flat(), ...type.children.map(({ given }) => given)];
  return others.find((one) => one.table === table) ?? { table };
}

async function isMisfit(database: Database, column: CatalogColumn, value: unknown): Promise<boolean> {
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return false;
  const text = String(value);
  if (column.longest !== null) return [...text].length > column.longest;
  const asked = cast(database.dialect, sql`${text}`, "text");
  return isRefused(database, sql`SELECT CAST(${asked} AS ${raw(column.type)}) AS value`);
}

/** Whether a query fails by its values; each is asked in a transaction of its own, which a failure ends. */
async function isRefused(database: Database, query: Fragment): Promise<boolean> {
  try {
    await database.transaction((session: Session) => session.run(query));
    return false;
  } catch (error) {
    if (typeof error !== "object" || error === null || faultOf(error) !== undefined) throw error;
    return database.dialect.refusalOf(error) !== undefined;
  }
}
