import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import { isObject } from "../../../schema/value.ts";
import { type IdForm, parseId, printId } from "./id.ts";
import type { MappedColumn } from "./mapped-column.ts";
import type { MappedTable, TableMapping } from "./mapping.ts";

/**
 * A mapping whose columns that name a resource of a table with a `prefix` have its ids as the table has them, without the prefix: a
 * manager `u1` is 1 in `manager_id`. Columns with converters of their own stay as they are.
 */
export function withPrefixes(
  resourceType: CompiledResourceType,
  mapping: TableMapping,
  tables: readonly MappedTable[],
): TableMapping {
  if (!isObject(mapping)) return mapping;
  const prefixed = <C>(columns: C): C => {
    if (!isObject(columns)) return columns;
    const named = Object.entries(columns).map(([path, given]) => [
      path,
      ofReference(resourceType, tables, path, given),
    ]);
    return Object.fromEntries(named);
  };
  const { columns, membership } = mapping;
  const ofMember = membership?.columns && { membership: { ...membership, columns: prefixed(membership.columns) } };
  return { ...mapping, columns: prefixed(columns), ...ofMember };
}

function ofReference(
  type: CompiledResourceType,
  tables: readonly MappedTable[],
  path: string,
  given: unknown,
): unknown {
  const { attribute, sub } = type.resolve(path) ?? {};
  const names = type.references.find((one) => one.attribute === attribute)?.resourceTypes ?? [];
  const [target, ...others] = tables.filter(({ resourceType }) => names.includes(resourceType.name));
  const form = target === undefined || others.length > 0 ? undefined : formOf(target);
  if (form === undefined || sub?.name !== "value") return given;
  const column = typeof given === "string" ? { column: given } : given;
  if (!isObject(column) || column.read !== undefined || column.write !== undefined) return given;
  const converted = {
    ...column,
    read: (value: unknown) => (value === null || value === undefined ? undefined : printId(form, value)),
    write: (value: unknown) => parseId(form, value) ?? null,
  };
  return column.key === undefined ? { ...converted, filter: filterOf(form) } : converted;
}

/** How ids lie in a table; undefined where clients see them as they lie there. */
function formOf({ mapping }: MappedTable): IdForm | undefined {
  const id: unknown = isObject(mapping) ? mapping.id : undefined;
  if (!isObject(id) || typeof id.prefix !== "string" || id.prefix === "") return undefined;
  return { type: id.type === "integer" || id.type === "uuid" ? id.type : "text", prefix: id.prefix };
}

/** By it an index over the column answers who names a resource. */
function filterOf(form: IdForm): MappedColumn["filter"] {
  return (operator, operand) => {
    if (operator === "pr") return { isNull: false };
    if (operator !== "eq") return undefined;
    const parsed = parseId(form, operand);
    return parsed === undefined ? false : { is: "=", value: parsed };
  };
}
