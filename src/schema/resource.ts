import type { AttributeLiteral } from "./attribute.ts";
import type { Extension, ResourceTypeDefinition } from "./resource-type.ts";
import type { SchemaDefinition } from "./schema.ts";
import type { ResourceObject } from "./value.ts";

type Attributes = { readonly [name: string]: AttributeLiteral };

type Direction = "in" | "out" | "kept";

type Single<A extends AttributeLiteral, D extends Direction> = A["type"] extends "boolean"
  ? boolean
  : A["type"] extends "decimal" | "integer"
    ? number
    : A["type"] extends "complex"
      ? A["subAttributes"] extends Attributes
        ? AttributeValues<A["subAttributes"], D>
        : never
      : string;

type Value<A extends AttributeLiteral, D extends Direction> = A["multiValued"] extends true
  ? readonly Single<A, D>[]
  : Single<A, D>;

/** The value of one attribute as storage has it: all of its parts, whoever may set or see them. @see RFC 7643 §2.2 */
export type AttributeValue<A extends AttributeLiteral> = Value<A, "kept">;

/**
 * `out`: what can come back — no writeOnly, nothing returned "never". `in`: what a client may send — nothing readOnly. `kept`: what
 * storage has — all.
 */
type Names<T extends Attributes, D extends Direction> = {
  [K in keyof T]: D extends "kept"
    ? K
    : D extends "out"
      ? T[K]["mutability"] extends "writeOnly"
        ? never
        : T[K]["returned"] extends "never"
          ? never
          : K
      : T[K]["mutability"] extends "readOnly"
        ? never
        : K;
}[keyof T];

type RequiredNames<T extends Attributes, D extends Direction> = {
  [K in Names<T, D>]: T[K]["required"] extends true ? K : never;
}[Names<T, D>];

/**
 * The two halves of a resource or of a complex value. Each is mapped over the keys of the literal, one by one: so a property keeps
 * the doc comment that its attribute has there, and editors show it.
 */
type Present<T extends Attributes, K extends keyof T, D extends Direction> = {
  readonly [P in K]: Value<T[P], D>;
};
type Possible<T extends Attributes, K extends keyof T, D extends Direction> = {
  readonly [P in K]?: Value<T[P], D> | undefined;
};

type AttributeValues<T extends Attributes, D extends Direction> = string extends keyof T
  ? { readonly [name: string]: unknown }
  : Present<T, RequiredNames<T, D>, D> & Possible<T, Exclude<Names<T, D>, RequiredNames<T, D>>, D> extends infer V
    ? // Without a name, so that editors show the members and not how they came to be.
      { readonly [K in keyof V]: V[K] }
    : never;

/** `meta` of a resource. `location` and `version` are set in responses; an adapter sees no URLs. @see RFC 7643 §3.1 */
export interface Meta {
  readonly resourceType: string;
  readonly created: string;
  readonly lastModified: string;
  readonly location?: string;
  readonly version?: string;
}

type SchemaOf<T> =
  T extends ResourceTypeDefinition<infer S, readonly Extension[]> ? S : T extends SchemaDefinition ? T : never;
type ExtensionsOf<T> = T extends ResourceTypeDefinition<SchemaDefinition, infer E> ? E : readonly [];

type Containers<E extends readonly Extension[], D extends Direction> = {
  readonly [X in E[number] as X["required"] extends true ? X["schema"]["id"] : never]: AttributeValues<
    X["schema"]["attributes"],
    D
  >;
} & {
  readonly [X in E[number] as X["required"] extends true ? never : X["schema"]["id"]]?:
    | AttributeValues<X["schema"]["attributes"], D>
    | undefined;
};

/**
 * The static type of a resource as it is stored and answered, inferred from a schema or from a resource type with its
 * extensions under their URN. writeOnly and never-returned attributes are not in it.
 *
 * @example
 * ```ts
 * import type { Resource, User } from "scimkit";
 * function workMail(user: Resource<typeof User>): string | undefined {
 *   return user.emails?.find((email) => email.type === "work")?.value;
 * }
 * ```
 * @see RFC 7643 §3
 */
export type Resource<T extends SchemaDefinition | ResourceTypeDefinition> = {
  readonly [K in keyof Stored<T>]: Stored<T>[K];
};

type Stored<T extends SchemaDefinition | ResourceTypeDefinition> = {
  /** URNs of the schema and of the extensions that it has values of. */
  readonly schemas: readonly string[];
  /** Given by storage, and never changed. */
  readonly id: string;
  /** What the client knows it by. */
  readonly externalId?: string | undefined;
  /** Its type, version and dates. */
  readonly meta: Meta;
} & AttributeValues<SchemaOf<T>["attributes"], "out"> &
  Containers<ExtensionsOf<T>, "out">;

/** What a client may send to create or replace a resource: no readOnly attributes, writeOnly ones included. @see RFC 7643 §7 */
export type ResourceInput<T extends SchemaDefinition | ResourceTypeDefinition> = {
  readonly [K in keyof Sent<T>]: Sent<T>[K];
};

type Sent<T extends SchemaDefinition | ResourceTypeDefinition> = {
  /** URNs of the schema and of the extensions that it has values of. */
  readonly schemas?: readonly string[] | undefined;
  /** What the client knows it by. */
  readonly externalId?: string | undefined;
} & AttributeValues<SchemaOf<T>["attributes"], "in"> &
  Containers<ExtensionsOf<T>, "in">;

/**
 * A resource type among others, whose types are told apart by their names: `Resource` where the name is known, and where it is not a
 * resource of whatever type.
 */
export type StateOf<R extends ResourceTypeDefinition> = string extends R["name"] ? ResourceObject : Resource<R>;

/** What may be known of such a resource. */
export type PartOf<R extends ResourceTypeDefinition> = string extends R["name"] ? ResourceObject : Partial<Resource<R>>;

/** The names of attributes that may hold more elements than fit in memory. */
type CollectionNames<T extends Attributes> = {
  [K in keyof T]: T[K] extends { readonly scimkit: { readonly collection: true } } ? K & string : never;
}[keyof T];

/** The collections among attributes, each with its path and the type of its elements. */
type CollectionsIn<T extends Attributes, Prefix extends string> = {
  [K in CollectionNames<T>]: { readonly path: `${Prefix}${K}`; readonly element: Single<T[K], "out"> };
}[CollectionNames<T>];

type CollectionsOfExtension<X> = X extends Extension
  ? CollectionsIn<X["schema"]["attributes"], `${X["schema"]["id"]}:`>
  : never;

/** The collections of a resource type whose name is known: those that it has itself, and those of its extensions. @see RFC 7643 §4.2 members */
export type CollectionsOf<R extends ResourceTypeDefinition> =
  | CollectionsIn<R["schema"]["attributes"], "">
  | CollectionsOfExtension<R["extensions"][number]>;
