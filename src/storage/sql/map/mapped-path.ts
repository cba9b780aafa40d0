import type { AttributeLiteral } from "../../../schema/attribute.ts";
import type { Extension } from "../../../schema/extension.ts";
import type { AttributeValue } from "../../../schema/resource.ts";
import type { ResourceTypeDefinition } from "../../../schema/resource-type.ts";
import type { SchemaDefinition } from "../../../schema/schema.ts";

// What a mapping may name, as types: of a resource type whose literals the compiler knows, and any text of another one.

type Attributes = SchemaDefinition["attributes"];

/** An attribute and its path. */
export interface Place<P extends string = string, A extends AttributeLiteral = AttributeLiteral> {
  readonly path: P;
  readonly attribute: A;
}

/** The parts of an attribute; of one that is not complex, none. */
export type PartsOf<A extends AttributeLiteral> = A["subAttributes"] extends Attributes ? A["subAttributes"] : never;

type PartPlaces<A extends AttributeLiteral, P extends string> = A["subAttributes"] extends Attributes
  ? { [S in keyof PartsOf<A> & string]: Place<`${P}.${S}`, PartsOf<A>[S]> }[keyof PartsOf<A> & string]
  : never;

/** The attributes of a schema that are not computed, and with `Deep` the parts of those that are lists as well. */
type PlacesIn<A extends Attributes, Prefix extends string, Deep extends boolean> = {
  [K in keyof A & string]: A[K] extends { readonly scimkit: { readonly inverseOf: object } }
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

/** The attributes of an extension that the schema itself has not: they may be named without the URN. */
type ShortPlaces<E extends Extension, Base extends Attributes, Deep extends boolean> = E extends Extension
  ? PlacesIn<Omit<E["schema"]["attributes"], keyof Base>, "", Deep>
  : never;

export type PlacesOf<T extends ResourceTypeDefinition, Deep extends boolean = false> =
  | Place<"externalId", { readonly caseExact: true }>
  | PlacesIn<T["schema"]["attributes"], "", Deep>
  | PlacesInExtension<T["extensions"][number], Deep>
  | ShortPlaces<T["extensions"][number], T["schema"]["attributes"], Deep>;

/** Whether the compiler knows the attributes of a resource type: not of one that was read from JSON. */
export type IsKnown<T extends ResourceTypeDefinition> = string extends keyof T["schema"]["attributes"]
  ? false
  : string extends T["extensions"][number]["schema"]["id"]
    ? false
    : true;

/** The path of an attribute of a resource type, of an extension with its URN or without it; `string` where the compiler does not know them. @see RFC 7644 §3.10 */
export type MappedPath<T extends ResourceTypeDefinition> = IsKnown<T> extends true ? PlacesOf<T, true>["path"] : string;

/** A place that is a list of complex elements. */
export type ListPath<X extends Place> = X["attribute"] extends { readonly multiValued: true; readonly type: "complex" }
  ? X["path"]
  : never;

/** A place that is a list of references to resources. */
export type ReferencePath<X extends Place> = [ReferenceNames<X["attribute"]>] extends [never] ? never : ListPath<X>;

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

/** Values by the name of the part. */
export type PartValues<A extends AttributeLiteral> = AttributeLiteral extends A
  ? Readonly<Record<string, unknown>>
  : { readonly [S in keyof PartsOf<A> & string]?: AttributeValue<PartsOf<A>[S]> };
