import { ResourceTypeSchema } from "./core/resource-type.ts";
import { SchemaSchema } from "./core/schema.ts";
import { ServiceProviderConfigSchema } from "./core/service-provider-config.ts";
import type { CompiledResourceType } from "./resource-type.ts";

/** Whether a URN says what a body is: that of a registered schema, or one of those that the RFCs give to messages and discovery [R-37b]. */
export function isKnownSchema(text: string, resourceTypes: readonly CompiledResourceType[]): boolean {
  const urn = text.toLowerCase();
  const isRegistered = resourceTypes.some(
    (type) => type.urn.toLowerCase() === urn || type.extension(urn) !== undefined,
  );
  return isRegistered || RFC_URNS.some((known) => urn.startsWith(known));
}

const RFC_URNS = [
  "urn:ietf:params:scim:api:messages:2.0:",
  ...[SchemaSchema, ResourceTypeSchema, ServiceProviderConfigSchema].map(({ id }) => id.toLowerCase()),
];
