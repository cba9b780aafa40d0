import type { StateOf } from "../../../schema/resource.ts";
import type { ResourceTypeDefinition } from "../../../schema/resource-type.ts";
import type { ResourceObject } from "../../../schema/value.ts";
import type { Context } from "../../context.ts";

// Columns that no attribute has, and that the application wants to be filled.

/** What a column is set to, as its driver takes it; a Date becomes a text in ISO 8601. */
export type ColumnValue = string | number | bigint | boolean | Date | null;

/** Methods, so that a function may name the context that `authenticate` of the host gives. */
interface Fillings<T extends ResourceTypeDefinition> {
  inRow(resource: StateOf<T>, context: Context): ColumnValue | undefined;
  inElement(element: ResourceObject, context: Context): ColumnValue | undefined;
  ofWriter(context: Context, resource: StateOf<T> | undefined): ColumnValue | undefined;
}

/**
 * What a column has in a new row that no attribute gives it: a value, or what a function makes of the resource and of the context of
 * the request. Undefined leaves the column out, so that its DEFAULT holds.
 */
export type ColumnDefault<T extends ResourceTypeDefinition = ResourceTypeDefinition> =
  | ColumnValue
  | Fillings<T>["inRow"];

/** The same of a new row of a join table, by the element that it is: `{ value: "the id", … }`. */
export type ElementDefault = ColumnValue | Fillings<ResourceTypeDefinition>["inElement"];

/**
 * What a column tells of who wrote last, by the context of the request. `resource` is what is written where that is known whole: not
 * when members are added, nor when the row changes because another one is deleted. Undefined leaves the column as it is.
 */
export type AuditValue<T extends ResourceTypeDefinition = ResourceTypeDefinition> = Fillings<T>["ofWriter"];
