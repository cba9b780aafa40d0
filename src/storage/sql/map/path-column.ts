import { type AttributePath, leafOf } from "../../../schema/attribute.ts";
import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import { isUnique } from "../../unique.ts";
import { type Column, columnOf } from "./column.ts";
import type { Compiling } from "./compiling.ts";
import type { MappedColumn } from "./mapped-column.ts";
import type { TableMapping } from "./mapping.ts";
import { didYouMean } from "./nearest.ts";

/** An attribute, or a part of one, that has a column. */
export interface PathColumn extends Column {
  readonly path: AttributePath;
}

/** The columns of a mapping, those of secrets included. */
export function compileColumns(
  compiling: Compiling,
  columns: TableMapping["columns"] = compiling.mapping.columns,
): readonly PathColumn[] {
  return Object.entries(columns).map(([text, given]) => compileColumn(compiling, text, given));
}

function compileColumn(compiling: Compiling, text: string, given: string | MappedColumn): PathColumn {
  const { resourceType, fail } = compiling;
  const path = resourceType.resolve(text);
  if (path?.text !== text)
    return fail(`columns names ${text}, which is no attribute.${didYouMean(resourceType, text)}`);
  const column: PathColumn = normalising(resourceType, {
    ...columnOf(given, leafOf(path), compiling.nextAlias()),
    path,
  });
  const misfit = misfitOf(resourceType, column);
  return misfit === undefined ? column : fail(misfit);
}

/** A unique text that is written in a form of its own, and read as it lies there, is compared as any other text. */
function normalising(resourceType: CompiledResourceType, column: PathColumn): PathColumn {
  const { write, read, filter } = column.given;
  const isText = column.attribute.type === "string" && !column.attribute.multiValued;
  const isNormalised =
    write !== undefined && read === undefined && filter === undefined && isText && isUnique(resourceType, column.path);
  return isNormalised ? { ...column, isConverted: false, isNormalised } : column;
}

/** Why a path cannot have this column. */
function misfitOf({ content }: CompiledResourceType, { path, isConverted, key }: PathColumn): string | undefined {
  const { attribute, sub, text } = path;
  const leaf = leafOf(path);
  const isComputed = attribute.inverseOf !== undefined;
  if (!content.includes(attribute) && !isComputed)
    return `columns must not name ${text}; it has an option of its own, or is not stored.`;
  const isSingle = !attribute.multiValued && !leaf.multiValued && leaf.type !== "complex";
  if (!isSingle && !isConverted)
    return `${text} is no single value; give its column read and write, or use elements or rest.`;
  if (!isSingle && key !== undefined)
    return `${text} is no single value, of which ${key.name} could hold the comparison key.`;
  if (sub !== undefined && attribute.multiValued) return `${text} is part of each of several elements; use elements.`;
  return isComputed ? `${text} is computed, and has no column.` : undefined;
}
