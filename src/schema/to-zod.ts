import * as z from "zod";
import type { Attribute } from "./attribute.ts";
import type { ResourceInput } from "./resource.ts";
import { compileResourceType, type ResourceTypeDefinition } from "./resource-type.ts";
import { EXPECTED, problemOf, type ValueLimits } from "./validate.ts";

const UNBOUNDED: ValueLimits = {
  stringLength: Number.POSITIVE_INFINITY,
  binaryLength: Number.POSITIVE_INFINITY,
  elements: Number.POSITIVE_INFINITY,
  collectionElements: Number.POSITIVE_INFINITY,
};

/**
 * What hosts that use Zod get of a resource type. Its types are Zod's, and so it is an entry point of its own: who does not
 * import it never meets them.
 *
 * @see RFC 7643 §2
 */

/**
 * A zod schema of what a client may send for a resource type, for hosts that validate resources elsewhere (a form, an import)
 * or add refinements. Attribute names must have their canonical spelling; unknown ones are dropped. The request handler does
 * not use it: reading a body by the schema is faster and forgives letter case.
 *
 * @example
 * ```ts
 * import { User } from "scimkit";
 * import { toZod } from "scimkit/zod";
 * const user = toZod(User).parse({ userName: "ada@example.com", active: true });
 * ```
 * @see RFC 7643 §2
 */
export function toZod<T extends ResourceTypeDefinition>(resourceType: T): z.ZodType<ResourceInput<T>> {
  const compiled = compileResourceType(resourceType);
  const shape: Record<string, z.ZodType> = {
    schemas: z.array(z.string()).optional(),
    ...shapeOf(compiled.common.filter((attribute) => attribute.name !== "schemas")),
    ...shapeOf(compiled.core),
  };
  for (const extension of compiled.extensions) {
    const container = z.object(shapeOf(extension.attributes));
    shape[extension.urn] = extension.required ? container : container.optional();
  }
  return z.object(shape) as unknown as z.ZodType<ResourceInput<T>>;
}

function shapeOf(attributes: readonly Attribute[]): Record<string, z.ZodType> {
  const writable = attributes.filter((attribute) => attribute.mutability !== "readOnly");
  return Object.fromEntries(writable.map((attribute) => [attribute.name, ofAttribute(attribute)]));
}

function ofAttribute(attribute: Attribute): z.ZodType {
  const single = attribute.type === "complex" ? z.object(shapeOf(attribute.subAttributes)) : simple(attribute);
  const type = attribute.multiValued ? z.array(single) : single;
  return attribute.required ? type : type.nullish();
}

/** The same check that bodies get, with the same words. */
function simple(attribute: Attribute): z.ZodType {
  return z.unknown().superRefine((value, context) => {
    const problem = problemOf(attribute, value, UNBOUNDED);
    if (problem === undefined) return;
    context.addIssue({ code: "custom", message: problem === "type" ? `must be ${EXPECTED[attribute.type]}` : problem });
  });
}
