import type { ResourceObject } from "../../../schema/value.ts";
import type { NewResource } from "../../adapter.ts";
import type { Dialect } from "../dialect/dialect.ts";
import { type Fragment, join, sql } from "../dialect/fragment.ts";
import { type Column, timeOf } from "./column.ts";
import type { MappedType } from "./compile.ts";
import { auditSets } from "./filled.ts";
import { assignments } from "./row.ts";
import type { MapScope } from "./scope.ts";
import { sqlName } from "./table.ts";

/**
 * What every change sets: the next version, the time, which goes on where the clocks of several servers do not agree, and who made it.
 * `resource` is what the row is to be, where that is known.
 */
export function nextVersion(scope: MapScope, type: MappedType, at: string, resource?: NewResource): Fragment {
  const [version, modified] = [sqlName(type.mapping.version), sqlName(type.mapping.lastModified)];
  const counted = sql`${version} = ${version} + 1, ${modified} = ${scope.dialect.fit.later(modified, timeOf(scope.dialect, at))}`;
  return join([counted, ...auditSets(scope, type, resource)], ", ");
}

/** What sets a column, and its key, to the value of its attribute. */
export function setColumn(dialect: Dialect, column: Column, value: unknown): readonly Fragment[] {
  return assignments(dialect, column, value).map(([name, written]) => sql`${sqlName(name)} = ${written}`);
}

/** What sets the column for what has no column of its own; none where the table has no such column. */
export function setRest(
  dialect: Dialect,
  { mapping }: MappedType,
  rest: ResourceObject | undefined,
): readonly Fragment[] {
  if (mapping.rest === undefined) return [];
  return [sql`${sqlName(mapping.rest)} = ${restOperand(dialect, rest)}`];
}

/** The value of the column for what has no column of its own. */
export function restOperand(dialect: Dialect, rest: ResourceObject | undefined): Fragment {
  const text = JSON.stringify(rest ?? {});
  return dialect.jsonValue?.(text) ?? sql`${text}`;
}
