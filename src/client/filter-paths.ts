import type { AttributeLiteral } from "../schema/attribute.ts";
import type { Extension, ResourceTypeDefinition } from "../schema/resource-type.ts";

type Attributes = { readonly [name: string]: AttributeLiteral };

type Both<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer I) => void ? I : never;

/** What an attribute is compared with. A complex one stands for its `value`. */
type Compared<A extends AttributeLiteral> = A["type"] extends "boolean"
  ? boolean
  : A["type"] extends "decimal" | "integer"
    ? number
    : A["type"] extends "complex"
      ? A["subAttributes"] extends { readonly value: infer V extends AttributeLiteral }
        ? Compared<V>
        : never
      : string;

type Whole<A extends Attributes, P extends string> = { readonly [K in keyof A & string as `${P}${K}`]: Compared<A[K]> };

type Parts<A extends Attributes, P extends string> = Both<
  {
    [K in keyof A & string]: A[K]["subAttributes"] extends Attributes
      ? Whole<A[K]["subAttributes"], `${P}${K}.`>
      : never;
  }[keyof A & string]
>;

type OfExtensions<E extends readonly Extension[]> = Both<
  {
    [I in keyof E]: Whole<E[I]["schema"]["attributes"], `${E[I]["schema"]["id"]}:`> &
      Parts<E[I]["schema"]["attributes"], `${E[I]["schema"]["id"]}:`>;
  }[number]
>;

interface Common {
  readonly id: string;
  readonly externalId: string;
  readonly schemas: string;
  readonly "meta.resourceType": string;
  readonly "meta.created": string;
  readonly "meta.lastModified": string;
  readonly "meta.location": string;
  readonly "meta.version": string;
}

type Anything = { readonly [path: string]: string | number | boolean };

/**
 * The paths that the resources of a type can be filtered by, each with the type of what it is compared with; an extension's with its URN in
 * front. Any path, where the attributes are not known when types are checked. @see RFC 7644 §3.4.2.2
 */
export type FilterPaths<R extends ResourceTypeDefinition> = string extends keyof R["schema"]["attributes"]
  ? Anything
  : Common &
      Whole<R["schema"]["attributes"], ""> &
      Parts<R["schema"]["attributes"], ""> &
      (R["extensions"] extends readonly [] ? unknown : OfExtensions<R["extensions"]>);

type ElementsIn<A extends Attributes, P extends string> = {
  readonly [K in keyof A & string as A[K] extends {
    readonly multiValued: true;
    readonly subAttributes: Attributes;
  }
    ? `${P}${K}`
    : never]: A[K]["subAttributes"] extends Attributes ? Whole<A[K]["subAttributes"], ""> : never;
};

type ElementsOfExtensions<E extends readonly Extension[]> = Both<
  { [I in keyof E]: ElementsIn<E[I]["schema"]["attributes"], `${E[I]["schema"]["id"]}:`> }[number]
>;

/** The multi-valued attributes whose elements can be asked for as a whole, each with the paths inside of an element. */
export type FilterElements<R extends ResourceTypeDefinition> = string extends keyof R["schema"]["attributes"]
  ? { readonly [path: string]: Anything }
  : ElementsIn<R["schema"]["attributes"], ""> &
      (R["extensions"] extends readonly [] ? unknown : ElementsOfExtensions<R["extensions"]>);
