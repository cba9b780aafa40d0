import { defineResourceType, defineSchema } from "../../../src/index.ts";

/** A resource type of the tests' own, whose attributes are as they are given. */
export function thing(attributes: Parameters<typeof defineSchema>[0]["attributes"], name = "Thing") {
  const id = `urn:example:params:scim:schemas:${name}`;
  return defineResourceType({ name, schema: defineSchema({ id, name, attributes }) });
}
