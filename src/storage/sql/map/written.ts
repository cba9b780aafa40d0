import { type ResourceObject, readAttribute } from "../../../schema/value.ts";
import type { DeltaRequest, NewResource } from "../../adapter.ts";
import type { Dialect } from "../dialect/dialect.ts";
import { partOf } from "./child-elements.ts";
import { type Column, driverValue } from "./column.ts";
import { elementsOf } from "./elements.ts";
import type { JoinTable } from "./join-table.ts";
import { assignments, takeApart } from "./row.ts";
import type { MapScope } from "./scope.ts";
import type { MappedSecrets } from "./secrets.ts";
import { isShared } from "./shared.ts";

/** A value that a write puts into a column, and what clients call it. */
export interface Written {
  readonly attribute: string;
  readonly table: string;
  readonly column: string;
  readonly value: unknown;
}

/** What a write of a resource puts where. */
export function writtenOf(scope: MapScope, resource: NewResource, secrets: MappedSecrets): readonly Written[] {
  const { type, dialect } = scope;
  const { table, rest: restColumn } = type.mapping;
  const tableOf = (column: Column): string =>
    isShared(type, column) ? (type.divided?.users.mapping.table ?? table) : table;
  const { values, rest, children } = takeApart(type, resource);
  const inRow = [...values].flatMap(([column, value]) =>
    assignments(dialect, column, value).map(([name, put]) => ({
      attribute: column.attribute.path,
      table: tableOf(column),
      column: name,
      value: put,
    })),
  );
  const inRest =
    restColumn === undefined
      ? []
      : Object.entries(rest ?? {}).map(([attribute, value]) => ({
          attribute,
          table,
          column: restColumn,
          value: JSON.stringify(value),
        }));
  const hashed = [...secrets.values].map(([column, value]) => ({
    attribute: column.path.text,
    table: tableOf(column),
    column: column.name,
    value: driverValue(dialect, column.write(value)),
  }));
  const apart = type.joins.flatMap((join) => writtenTo(scope, join, readAttribute(resource, join.attribute)));
  const inChildren = [...children].flatMap(([child, elements]) =>
    elements.flatMap((element) =>
      child.columns.flatMap((column) =>
        assignments(dialect, column, partOf(child, column, element)).map(([name, put]) => ({
          attribute: column.attribute.path,
          table: child.tableName,
          column: name,
          value: put,
        })),
      ),
    ),
  );
  return [...inRow, ...inRest, ...hashed, ...apart, ...inChildren];
}

/** What a delta puts where. */
export function writtenByDelta(scope: MapScope, { attribute, add }: DeltaRequest): readonly Written[] {
  return scope.type.joins
    .filter((join) => join.attribute.path === attribute.path)
    .flatMap((join) => writtenTo(scope, join, add));
}

function writtenTo(scope: MapScope, join: JoinTable, list: unknown): readonly Written[] {
  const { attribute, tableName: table } = join;
  return [...elementsOf(scope, join, list)].flatMap(([id, element]) => [
    { attribute: `${attribute.path}.value`, table, column: join.value, value: id },
    ...partsOf(scope.dialect, join, element),
  ]);
}

function partsOf(dialect: Dialect, { columns, tableName }: JoinTable, element: ResourceObject): readonly Written[] {
  return columns.map(({ attribute, name, write }) => ({
    attribute: attribute.path,
    table: tableName,
    column: name,
    value: driverValue(dialect, write(element[attribute.name])),
  }));
}
