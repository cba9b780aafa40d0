import type { AttributeLiteral } from "../../../schema/attribute.ts";
import type { Extension } from "../../../schema/extension.ts";
import type { AttributeValue } from "../../../schema/resource.ts";
import type { ResourceTypeDefinition } from "../../../schema/resource-type.ts";
import type { SchemaDefinition } from "../../../schema/schema.ts";
import type { ConvertedColumn, MappedCollection, MappedColumn, MappedElement } from "./mapping.ts";

// What a mapping may name, as types: of a resource type whose literals the compiler knows, and any text of another one.

type Attributes = SchemaDefinition["attributes"];

/** An attribute and its path. */
interface Place<P extends string = string, A extends AttributeLiteral = AttributeLiteral> {
  readonly path: P;
  readonly attribute: A;
}

/** The parts of an attribute; of one that is not complex, none. */
type PartsOf<A extends AttributeLiteral> = A["subAttributes"] extends Attributes ? A["subAttributes"] : never;

type PartPlaces<A extends AttributeLiteral, P extends string> = A["subAttributes"] extends Attributes
  ? { [S in keyof PartsOf<A> & string]: Place<`${P}.${S}`, PartsOf<A>[S]> }[keyof PartsOf<A> & string]
  : never;

/** The attributes of a schema that are not computed, and with `Deep` the parts of those that are lists as well. */
type PlacesIn<A extends Attributes, Prefix extends string, Deep extends boolean> = {
  [K in keyof A & string]: A[K] extends { readonly inverseOf: object }
    ? never
    :
        | Place<`${Prefix}${K}`, A[K]>
        | (A[K]["multiValued"] extends true
            ? Deep extends true
              ? PartPlaces<A[K], `${Prefix}${K}`>
              : never
            : PartPlaces<A[K], `${Prefix}${K}`>);
}[keyof A & string];

type PlacesInExtension<E extends Extension, Deep extends boolean> = E extends Extension
  ? PlacesIn<E["schema"]["attributes"], `${E["schema"]["id"]}:`, Deep>
  : never;

type PlacesOf<T extends ResourceTypeDefinition, Deep extends boolean = false> =
  | Place<"externalId", { readonly caseExact: true }>
  | PlacesIn<T["schema"]["attributes"], "", Deep>
  | PlacesInExtension<T["extensions"][number], Deep>;

/** Whether the compiler knows the attributes of a resource type: not of one that was read from JSON. */
type IsKnown<T extends ResourceTypeDefinition> = string extends keyof T["schema"]["attributes"]
  ? false
  : string extends T["extensions"][number]["schema"]["id"]
    ? false
    : true;

/** A list has no column without converters, nor has an object. */
type ColumnOf<A extends AttributeLiteral> = A["multiValued"] extends true
  ? ConvertedColumn<AttributeValue<A>>
  : A["type"] extends "complex"
    ? ConvertedColumn<AttributeValue<A>>
    : string | MappedColumn<AttributeValue<A>>;

/** The canonical path of an attribute of a resource type; `string` where the compiler does not know them. @see RFC 7644 §3.10 */
export type MappedPath<T extends ResourceTypeDefinition> = IsKnown<T> extends true ? PlacesOf<T, true>["path"] : string;

/** Columns by attribute path. */
export type MappedColumns<T extends ResourceTypeDefinition> =
  IsKnown<T> extends true
    ? { readonly [X in PlacesOf<T> as X["path"]]?: ColumnOf<X["attribute"]> }
    : Readonly<Record<string, string | MappedColumn>>;

/** A place that is a list of complex elements. */
type ListPath<X extends Place> = X["attribute"] extends { readonly multiValued: true; readonly type: "complex" }
  ? X["path"]
  : never;

/** The compiler lets anything pass for an object without names. */
type OrNone<M> = keyof M extends never ? Readonly<Record<string, never>> : M;

/** Elements with columns, by the path of their list. */
export type MappedElements<T extends ResourceTypeDefinition> =
  IsKnown<T> extends true
    ? OrNone<{ readonly [X in PlacesOf<T> as ListPath<X>]?: readonly MappedElement<X["attribute"]>[] }>
    : Readonly<Record<string, readonly MappedElement[]>>;

/** A place that is a list of references to resources. */
type ReferencePath<X extends Place> = [ReferenceNames<X["attribute"]>] extends [never] ? never : ListPath<X>;

/** Join tables, by the path of their list. */
export type MappedCollections<T extends ResourceTypeDefinition> =
  IsKnown<T> extends true
    ? OrNone<{
        readonly [X in PlacesOf<T> as ReferencePath<X>]?:
          | MappedCollection<X["attribute"]>
          | readonly MappedCollection<X["attribute"]>[];
      }>
    : Readonly<Record<string, MappedCollection | readonly MappedCollection[]>>;

/** The names of the resource types that a reference may lead to. @see RFC 7643 §7 referenceTypes */
export type ReferenceNames<A extends AttributeLiteral> = A["subAttributes"] extends {
  readonly $ref: { readonly referenceTypes: readonly (infer Name extends string)[] };
}
  ? Exclude<Name, "external" | "uri">
  : AttributeLiteral extends A
    ? string
    : never;

/** The names of an attribute's parts. */
export type PartNames<A extends AttributeLiteral> = AttributeLiteral extends A ? string : keyof PartsOf<A> & string;

/** Columns by the name of the part. */
export type PartColumns<A extends AttributeLiteral> = AttributeLiteral extends A
  ? Readonly<Record<string, string | MappedColumn>>
  : { readonly [S in keyof PartsOf<A> & string]?: ColumnOf<PartsOf<A>[S]> };

/** Values by the name of the part. */
export type PartValues<A extends AttributeLiteral> = AttributeLiteral extends A
  ? Readonly<Record<string, unknown>>
  : { readonly [S in keyof PartsOf<A> & string]?: AttributeValue<PartsOf<A>[S]> };
