import type { Database } from "../database.ts";
import type { CatalogIndexColumn, TableName } from "../dialect/catalog-words.ts";
import { type Expected, expectedOfColumn, isFitFor } from "./check-columns.ts";
import { look, lower, misledKeys, problemsOfColumns } from "./check-tables.ts";
import type { ChildTable, Dictionary } from "./child.ts";
import type { MappedType } from "./compile.ts";
import { columnsOfDictionary } from "./dictionary.ts";
import type { Mappings } from "./scope.ts";

/** What does not fit between the mappings and the tables of their lists, each in a sentence that says what to change. */
export async function problemsOfChildren(database: Database, { all }: Mappings): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const type of all)
    for (const child of type.children) {
      problems.push(...(await problemsOfChild(database, type, child)));
      if (child.dictionary !== undefined)
        problems.push(...(await problemsOfDictionary(database, child, child.dictionary)));
    }
  return problems;
}

async function problemsOfChild(database: Database, type: MappedType, child: ChildTable): Promise<readonly string[]> {
  const name: TableName = { table: child.tableName, schema: child.given.schema };
  const known = await look(database, name, ["SELECT", "INSERT", "UPDATE", "DELETE"]);
  const { dialect } = database;
  const problems = problemsOfColumns(known, name, expectedOfChild(dialect, type, child));
  if (known === undefined) return problems;
  return [
    ...problems,
    ...misledKeys(known, child.holder, [type.mapping.table]),
    ...(child.dictionary === undefined
      ? []
      : misledKeys(known, child.dictionary.given.column, [child.dictionary.given.table])),
    // A view has no index of its own.
    ...(known.uniques === undefined || problems.length > 0 ? [] : await problemsOfIndex(database, name, child)),
  ];
}

/** The columns that the mapping of a child table names. */
function expectedOfChild(
  dialect: Database["dialect"],
  { id, name }: MappedType,
  child: ChildTable,
): readonly Expected[] {
  const { given, columns } = child;
  const holder: Expected = {
    column: child.holder,
    misfit: (found) =>
      isFitFor(dialect, id.type, found)
        ? undefined
        : `is ${found.type} and names ids of ${name}, which are ${id.type}: make the two columns of one type.`,
  };
  const order = (column: string): Expected => ({
    column,
    misfit: ({ type }) => {
      const kind = dialect.kindOf(type);
      return kind === undefined || kind === "integer" || kind === "number"
        ? undefined
        : `is ${type}, and order counts: make it integer.`;
    },
  });
  const others = [
    given.tenant,
    given.dictionary?.column,
    given.id,
    ...Object.keys({ ...given.constants, ...given.defaults }),
  ];
  return [
    holder,
    ...(given.order === undefined ? [] : [order(given.order)]),
    ...others.flatMap((column) => (column === undefined ? [] : [{ column }])),
    ...columns.flatMap((column) => expectedOfColumn(dialect, column)),
  ];
}

/** Without an index every page reads the whole table. */
async function problemsOfIndex(database: Database, name: TableName, child: ChildTable): Promise<readonly string[]> {
  const { holder, tenant, tableName } = child;
  const columns = await database.run<CatalogIndexColumn & { readonly place: number | string }>(
    database.dialect.indexColumns(name),
  );
  const indexes = Map.groupBy(columns, (column) => column.name);
  const isByHolder = (index: typeof columns): boolean => {
    const at = (place: number) => lower(index.find((one) => Number(one.place) === place)?.column ?? null);
    return at(1) === lower(holder) || (tenant !== undefined && at(1) === lower(tenant) && at(2) === lower(holder));
  };
  if ([...indexes.values()].some(isByHolder)) return [];
  return [
    `${tableName}: no index begins with ${holder}, so that every page would read all of it: CREATE INDEX ON ${tableName} (${holder}).`,
  ];
}

async function problemsOfDictionary(
  database: Database,
  child: ChildTable,
  dictionary: Dictionary,
): Promise<readonly string[]> {
  const name: TableName = { table: dictionary.given.table, schema: dictionary.given.schema };
  const known = await look(database, name, ["SELECT"]);
  const named = [
    ...columnsOfDictionary(dictionary).map((column) => ({ column })),
    ...dictionary.columns.flatMap((column) => expectedOfColumn(database.dialect, column)),
  ];
  // Nothing is written there, so that other columns may be what they like.
  const others = (known?.columns ?? []).map(({ name: column }) => ({ column }));
  const problems = problemsOfColumns(known, name, [...named, ...others]);
  const id = lower(dictionary.given.id);
  const isUnique = known?.uniques === undefined || known.uniques.some((index) => index.includes(id));
  return isUnique || known === undefined
    ? [...new Set(problems)]
    : [
        ...problems,
        `${name.table}.${dictionary.given.id}: no unique index keeps the keys of ${child.attribute.path} single.`,
      ];
}
