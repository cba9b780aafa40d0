import type { Dialect } from "../dialect/dialect.ts";
import type { KeyedColumn, PartTable, VersionedTable } from "../dialect/host-triggers.ts";
import { nameOf } from "./check-tables.ts";
import type { ChildTable } from "./child.ts";
import type { Column } from "./column.ts";
import type { MappedType } from "./compile.ts";
import type { JoinTable } from "./join-table.ts";
import type { Mappings } from "./scope.ts";

/** The triggers of all tables: of rows, of what join and child tables hold of them, and of dictionaries. */
export function triggersOf({ hostTriggers }: Dialect, { all }: Mappings): readonly string[] {
  return [
    ...all.flatMap((type) => hostTriggers.ofRows(versioned(type))),
    ...all.flatMap((type) => {
      const parts = [
        ...type.joins.map((join) => partOfJoin(type, join)),
        ...type.children.map((child) => partOfChild(type, child)),
      ];
      return distinct(parts).flatMap((part) => hostTriggers.ofParts(part));
    }),
    ...all.flatMap((type) =>
      type.children.flatMap((child) => {
        if (child.dictionary === undefined) return [];
        const { table, schema, id, column } = child.dictionary.given;
        return hostTriggers.ofEntries({ table, schema, id, column, part: partOfChild(type, child) });
      }),
    ),
  ];
}

/** Two lists may lie in one table. */
function distinct(parts: readonly PartTable[]): readonly PartTable[] {
  return [...new Map(parts.map((part) => [`${part.schema}.${part.table}`, part])).values()];
}

/** Of users whom organisations share it is the membership that has a version. */
function versioned(type: MappedType): VersionedTable {
  const { mapping, id, tenant, resourceType, stored } = type.divided?.alone ?? type;
  return {
    table: mapping.table,
    schema: mapping.schema,
    id: [id.column, ...(tenant === undefined ? [] : [tenant.column])],
    version: mapping.version,
    lastModified: mapping.lastModified,
    keys: stored.flatMap((column) => keyed(column, resourceType.hasStandardKeys)),
  };
}

function keyed({ name, key, attribute, isConverted }: Column, hasStandardKeys: boolean): readonly KeyedColumn[] {
  if (key === undefined) return [];
  const isPlain = hasStandardKeys && !isConverted && attribute.type === "string";
  return [{ column: name, key: key.name, isExact: isPlain ? attribute.caseExact : undefined }];
}

function partOfJoin(type: MappedType, join: JoinTable): PartTable {
  const { holder, value, tenant } = join;
  const { table, schema } = nameOf(type, join);
  return part(type, { table, schema, holder, tenant, id: [holder, value] });
}

function partOfChild(type: MappedType, { given, columns, holder, tenant }: ChildTable): PartTable {
  const { table, schema, id, dictionary } = given;
  const named = dictionary === undefined ? columns.map(({ name }) => name) : [dictionary.column];
  return part(type, { table, schema, holder, tenant, id: id === undefined ? [holder, ...named] : [id] });
}

function part(
  type: MappedType,
  given: {
    readonly table: string;
    readonly schema: string | undefined;
    readonly holder: string;
    readonly tenant: string | undefined;
    readonly id: readonly string[];
  },
): PartTable {
  const { table, schema, holder, tenant, id } = given;
  return { table, schema, id, whole: versioned(type), holder: [holder, ...(tenant === undefined ? [] : [tenant])] };
}
