import type { Format } from "./format.ts";

/** The eight data types. @see RFC 7643 §2.3 */
export const ATTRIBUTE_TYPES = [
  "string",
  "boolean",
  "decimal",
  "integer",
  "dateTime",
  "binary",
  "reference",
  "complex",
] as const;
/** Who may set a value, and when. @see RFC 7643 §2.2, §7 */
export const MUTABILITIES = ["readOnly", "readWrite", "immutable", "writeOnly"] as const;
/** When a value is shown. @see RFC 7643 §2.2, §7 */
export const RETURNED = ["always", "never", "default", "request"] as const;
/** Among which resources a value must be the only one. @see RFC 7643 §2.2, §7 */
export const UNIQUENESS = ["none", "server", "global"] as const;

/** Whether what a reference names must be there. @see RFC 7643 §2.3.7 */
export const INTEGRITIES = ["required", "optional"] as const;

/** What a schema may say of an attribute under `scimkit`, and a later RFC in another way beside it. */
export const OWN_KEYS = [
  "integrity",
  "collection",
  "comparison",
  "format",
  "inverseOf",
  "lifecycle",
  "default",
] as const satisfies readonly (keyof OwnCharacteristics)[];

/** What a schema may say of an attribute. */
export const ATTRIBUTE_KEYS = [
  "type",
  "description",
  "multiValued",
  "required",
  "canonicalValues",
  "caseExact",
  "mutability",
  "returned",
  "uniqueness",
  "referenceTypes",
  "subAttributes",
  "scimkit",
] as const satisfies readonly (keyof AttributeLiteral)[];

/** Name of a data type; `"complex"` has sub-attributes. @see RFC 7643 §2.3 */
export type AttributeType = (typeof ATTRIBUTE_TYPES)[number];
/**
 * `"readOnly"`: the server sets it. `"immutable"`: the client does, once. `"writeOnly"`: it is kept and never shown.
 * @see RFC 7643 §7
 */
export type Mutability = (typeof MUTABILITIES)[number];
/**
 * `"always"`: whatever the client selects. `"default"`: unless it selects others. `"request"`: only where it names the attribute.
 * `"never"`: not at all.
 * @see RFC 7643 §7; RFC 7644 §3.9
 */
export type Returned = (typeof RETURNED)[number];
/** `"server"`: no two resources of a tenant share a value. `"global"`: nor do those of two tenants. @see RFC 7643 §7 */
export type Uniqueness = (typeof UNIQUENESS)[number];
/** `"required"`: a reference to nothing is refused. `"optional"`: it is kept, and leads somewhere once the resource is there. @see RFC 7643 §2.3.7 */
export type Integrity = (typeof INTEGRITIES)[number];

/**
 * One attribute as it is written in `defineSchema`. Every characteristic that is left out has the RFC's default.
 * @see RFC 7643 §2.2, §7
 */
export interface AttributeLiteral {
  /** Data type. Default `"string"`. */
  readonly type?: AttributeType;
  /** For people; published at `/Schemas`. */
  readonly description?: string;
  /** `true`: the value is an array. Default `false`. */
  readonly multiValued?: boolean;
  /** `true`: a resource without a value is refused (400 invalidValue). Default `false`. */
  readonly required?: boolean;
  /** Suggested values; others are accepted unless the profile has the setting `canonicalValues: "enforce"`. */
  readonly canonicalValues?: readonly string[];
  /** `false` compares without regard to case. Default `false` for strings; references and binaries are always exact. */
  readonly caseExact?: boolean;
  /** Default `"readWrite"`. */
  readonly mutability?: Mutability;
  /** Default `"default"`; `"never"` for a writeOnly attribute. */
  readonly returned?: Returned;
  /** Default `"none"`. `"server"`: the storage adapter keeps two resources of a tenant from sharing a value. */
  readonly uniqueness?: Uniqueness;
  /** Only for references: resource type names, `"external"`, `"uri"`. */
  readonly referenceTypes?: readonly string[];
  /** Only, and at least one, for `type: "complex"`. */
  readonly subAttributes?: { readonly [name: string]: AttributeLiteral };
  /** What scimkit does with the attribute besides; kept apart from the characteristics of the RFC, and not published at `/Schemas`. */
  readonly scimkit?: OwnCharacteristics;
}

/**
 * The characteristics of an attribute that RFC 7643 does not know: the member `scimkit` of an attribute in `defineSchema`. No name
 * in it can meet one that a later RFC gives. None is published at `/Schemas`.
 *
 * @example
 * ```ts
 * import { defineSchema } from "scimkit";
 * const Seat = defineSchema({
 *   id: "urn:example:params:scim:schemas:Seat", name: "Seat",
 *   attributes: {
 *     floor: { type: "integer", scimkit: { default: 1 } },
 *     language: { scimkit: { format: "languageTag" } },
 *   },
 * });
 * ```
 */
export interface OwnCharacteristics {
  /**
   * How firm a reference (a complex attribute with `value` and a `$ref` to resources) is. Default `"required"`: one to a
   * resource that does not exist is 400 invalidValue (a group's members). `"optional"`: it is kept as sent, shown without
   * `$ref` until the resource exists, and told of by a `missingReference` event (a user's manager). The option
   * The setting `references` of the profile overrides it; under `strict` all are required.
   */
  readonly integrity?: Integrity;
  /** `true`: may hold more elements than fit in memory (a group's members); changes travel as deltas. Multi-valued complex only. */
  readonly collection?: boolean;
  /** `"username"`: compared by PRECIS UsernameCaseMapped, invisible and control characters refused. Default `"plain"`. */
  readonly comparison?: "plain" | "username";
  /** What its text means: checked where the profile has the setting `formats: "enforce"`. Strings and binaries only. Default none. */
  readonly format?: Format;
  /** A computed attribute: the reverse of `attribute` of `resourceType`, filled in by the storage adapter when selected. readOnly only. */
  readonly inverseOf?: { readonly resourceType: string; readonly attribute: string };
  /** `true`: events tell when the value turns from or to `false` (a user's `active`). Boolean only. */
  readonly lifecycle?: boolean;
  /**
   * A value that a create gives when the client asserts none, `null` included. What has a default always has a value: a PUT that
   * says null leaves it out, and a PATCH that would unassign it is refused (400 invalidValue).
   */
  readonly default?: unknown;
}

/**
 * An attribute with every default applied, its sub-attributes compiled and its comparison key bound.
 * @see RFC 7643 §2.2, §7
 */
export interface Attribute {
  readonly name: string;
  /** Canonical notation: `userName`, `name.givenName`, `urn:…:enterprise:2.0:User:manager.value`. */
  readonly path: string;
  /** URN of the extension whose container holds the attribute; undefined for common and core attributes. */
  readonly extension: string | undefined;
  readonly parent: Attribute | undefined;
  readonly type: AttributeType;
  readonly description: string | undefined;
  readonly multiValued: boolean;
  readonly required: boolean;
  readonly canonicalValues: readonly string[];
  readonly caseExact: boolean;
  readonly mutability: Mutability;
  readonly returned: Returned;
  readonly uniqueness: Uniqueness;
  readonly referenceTypes: readonly string[];
  /** The resource types that a reference leads to: `referenceTypes` without `"external"` and `"uri"`. @see RFC 7643 §2.3.7 */
  readonly resourceTypes: readonly string[];
  /** Nobody is ever shown its values, whatever they ask for: writeOnly, or returned "never". */
  readonly isHidden: boolean;
  /** Its values stand in what storage keeps as the resource: neither a secret, which is kept apart, nor computed from others. */
  readonly isStored: boolean;
  readonly subAttributes: readonly Attribute[];
  readonly integrity: Integrity;
  readonly collection: boolean;
  readonly comparison: "plain" | "username";
  readonly format: Format | undefined;
  readonly inverseOf: { readonly resourceType: string; readonly attribute: string } | undefined;
  readonly lifecycle: boolean;
  readonly default: unknown;
  /** The sub-attribute of that name in any letter case. */
  sub(name: string): Attribute | undefined;
  /**
   * The key under which values of this attribute are compared, sorted and kept unique: the same one in memory and in storage.
   * Strings become strings, numbers numbers, booleans booleans, dateTimes an instant that sorts as text.
   */
  key(value: unknown): string | number | boolean;
}

/**
 * Computes the key under which a value of an attribute is compared, sorted and kept unique.
 * @see RFC 7643 §2.3; RFC 7644 §5
 */
export type ComparisonKey = (attribute: Attribute, value: unknown) => string | number | boolean;

/** An attribute path resolved against a resource type. @see RFC 7644 §3.10 */
export interface AttributePath {
  /** Canonical text, e.g. `emails.value`. */
  readonly text: string;
  readonly attribute: Attribute;
  readonly sub: Attribute | undefined;
}

/** Builds the resolved path of an attribute, or of a sub-attribute together with its parent. */
export function pathOf(attribute: Attribute, sub?: Attribute): AttributePath {
  return { text: (sub ?? attribute).path, attribute, sub };
}

/** The attribute that holds the compared values: the sub-attribute where one is named. */
export function leafOf(path: AttributePath): Attribute {
  return path.sub ?? path.attribute;
}

/** A reference to what is outside of the server, and to nothing else. @see RFC 7643 §2.3.7 */
export function isExternalReference({ type, referenceTypes }: Attribute): boolean {
  return type === "reference" && referenceTypes.length > 0 && referenceTypes.every((name) => name === "external");
}

/** A `$ref` beside a `value`, naming resources: it follows from the value. */
export function isComputedReference(attribute: Attribute, sub: Attribute): boolean {
  return sub.name === "$ref" && attribute.sub("value") !== undefined && sub.resourceTypes.length > 0;
}

/** The `value` of a reference: the id of the resource that it leads to. @see RFC 7643 §2.4 */
export function isReferenceId({ name, parent }: Attribute): boolean {
  return name === "value" && (parent?.sub("$ref")?.resourceTypes.length ?? 0) > 0;
}

/** Whether a text names nobody. */
export function isBlank(text: unknown): boolean {
  return typeof text === "string" && text.trim() === "";
}
