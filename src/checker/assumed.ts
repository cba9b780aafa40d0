import { EnterpriseUserSchema } from "../schema/core/enterprise-user.ts";
import { Group } from "../schema/core/group.ts";
import { User } from "../schema/core/user.ts";
import { schemaToJson } from "../schema/schema-json.ts";
import type { Feature, ResourceTypeFact, SchemaFact } from "./facts.ts";
import { schemaFact } from "./schema-facts.ts";

export const USER = User.schema.id;
export const GROUP = Group.schema.id;
export const ENTERPRISE_USER = EnterpriseUserSchema.id;

/** What RFC 7643 defines: taken where a server does not say what it has. */
export const ASSUMED_SCHEMAS: ReadonlyMap<string, SchemaFact> = new Map(
  [User.schema, Group.schema, EnterpriseUserSchema]
    .map((schema) => schemaFact(schemaToJson(schema)))
    .filter((schema) => schema !== undefined)
    .map((schema) => [schema.id, schema]),
);

export const ASSUMED_TYPES: readonly ResourceTypeFact[] = [
  { name: "User", endpoint: "/Users", schema: USER, extensions: [] },
  { name: "Group", endpoint: "/Groups", schema: GROUP, extensions: [] },
];

/** What nearly every server can, whether it has a ServiceProviderConfig or not. */
export const ASSUMED_FEATURES: ReadonlyMap<Feature, boolean> = new Map([
  ["patch", true],
  ["filter", true],
  ["pagination.index", true],
  ["changePassword", true],
  ["bulk", false],
  ["sort", false],
  ["etag", false],
  ["pagination.cursor", false],
]);
