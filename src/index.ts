export type { Access, OperationFacts, OperationType } from "./call/facts.ts";
export type { IdRequest } from "./call/id-request.ts";
export type { Limits } from "./call/limits.ts";
export type { OwnershipOptions } from "./call/ownership.ts";
export { type ErrorMessage, isScimError, ScimError, type ScimErrorOptions, type ScimType } from "./error.ts";
export { errors } from "./errors.ts";
export type {
  Adopt,
  AdoptionAnswer,
  AdoptionCandidate,
  AdoptionReason,
  AdoptOptions,
  Assertion,
  LifecycleOptions,
} from "./events/adoption.ts";
export type {
  Asked,
  ChangeEvent,
  CollectionDelta,
  FaultEvent,
  JsonPatchOperation,
  RefusedEvent,
  ScimEvent,
  ScimNotice,
  UndeliveredEvent,
} from "./events/event.ts";
export type { Delivery, OutboxEvent } from "./events/outbox-event.ts";
export type { Amendment, AnyDecide, AnyPendingChange, Decide, PendingChange } from "./events/pending-change.ts";
export { type SecurityEvent, type SecurityEventOptions, toSecurityEvent } from "./events/security-event.ts";
export type { Search } from "./filter/search.ts";
export { type BearerAuthentication, type BearerOptions, bearerToken, type VerifyToken } from "./protocol/bearer.ts";
export type { Me, ResolveMe } from "./protocol/me.ts";
export type { HostArgument, ScimRequest, ScimResponse } from "./protocol/message.ts";
export { attributeAliases } from "./quirks/attribute-aliases.ts";
export type { Profile, ProfileDefinition, ProfileNeeds, ProfileSettings, ReferencePolicy } from "./quirks/profile.ts";
export { defineProfile, type ProfileName, profiles } from "./quirks/profiles.ts";
export type { Quirk, Readings, Refusal, Refusals, SentOperation } from "./quirks/quirk.ts";
export type {
  Attribute,
  AttributeLiteral,
  AttributePath,
  AttributeType,
  ComparisonKey,
  Integrity,
  Mutability,
  OwnCharacteristics,
  Returned,
  Uniqueness,
} from "./schema/attribute.ts";
export { comparisonKey } from "./schema/comparison-key.ts";
export { EnterpriseUserSchema } from "./schema/core/enterprise-user.ts";
export { Group, GroupSchema } from "./schema/core/group.ts";
export { ResourceTypeSchema } from "./schema/core/resource-type.ts";
export { SchemaSchema } from "./schema/core/schema.ts";
export { ServiceProviderConfigSchema } from "./schema/core/service-provider-config.ts";
export { User, UserSchema } from "./schema/core/user.ts";
export type { Format } from "./schema/format.ts";
export type { AttributeValue, Meta, Resource, ResourceInput } from "./schema/resource.ts";
export {
  type CompiledExtension,
  type CompiledResourceType,
  compileResourceType,
  defineResourceType,
  type Extension,
  type ReferenceAttribute,
  type ResourceOperation,
  type ResourceTypeDefinition,
} from "./schema/resource-type.ts";
export { defineSchema, type SchemaDefinition, SchemaError } from "./schema/schema.ts";
export { type AttributeJson, type SchemaJson, schemaFromJson, schemaToJson } from "./schema/schema-json.ts";
export type { ShapeChange } from "./schema/shape.ts";
export type { ValueLimits } from "./schema/validate.ts";
export type { ResourceObject } from "./schema/value.ts";
export type { ValuePlace } from "./schema/value-reader.ts";
export { createScim, type Scim } from "./scim.ts";
export type { Announcements } from "./service/announce.ts";
export type { DrainHandler } from "./service/drain.ts";
export type { DrainOptions, RetryOptions } from "./service/drain-options.ts";
export type { ServiceProvider } from "./service/inside.ts";
export type {
  AuthenticationScheme,
  ClockOptions,
  DiscoveryOptions,
  PagingOptions,
  ScimOptions,
} from "./service/options.ts";
export type { ScimPlugin } from "./service/plugins.ts";
export type { RequestEvent } from "./service/request-event.ts";
export type { TenantOptions } from "./service/tenant.ts";
export type {
  Context,
  IndexPage,
  Sort,
  StorageAdapter,
  StorageCapabilities,
  StorageNotice,
  StoredMeta,
  StoredResource,
} from "./storage/adapter.ts";
export type { Ledger, LedgerEntry } from "./storage/ledger.ts";
export type { NewOutboxEntry, Outbox, OutboxEntry, OutboxLag } from "./storage/outbox.ts";
export type {
  Counts,
  ExportedResource,
  Finding,
  ReindexOptions,
  ReindexReport,
  SchemaChange,
  Upkeep,
  UpkeepOptions,
  UpkeepProgress,
} from "./storage/upkeep.ts";
