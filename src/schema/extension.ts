import type { Attribute } from "./attribute.ts";
import type { SchemaDefinition } from "./schema.ts";

/** An extension of a resource type. `required: true` makes every resource carry its container. @see RFC 7643 §6 */
export interface Extension<S extends SchemaDefinition = SchemaDefinition, R extends boolean = boolean> {
  readonly schema: S;
  readonly required: R;
}

/** An extension with its attributes compiled. @see RFC 7643 §3.3 */
export interface CompiledExtension {
  readonly urn: string;
  readonly schema: SchemaDefinition;
  readonly required: boolean;
  readonly attributes: readonly Attribute[];
  attribute(name: string): Attribute | undefined;
}
