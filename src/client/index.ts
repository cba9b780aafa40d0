/** A client of any SCIM server. @see RFC 7644 §3 */

export type { ClientAnswer, ClientRequest, Send } from "./answer.ts";
export type { Capabilities, Capability, CapabilityName, KnownCapabilities, Origin } from "./capabilities.ts";
export { type Client, createClient } from "./client.ts";
export { type DiffOptions, diff } from "./diff.ts";
export type { DiffOperation } from "./diff-operation.ts";
export { type ClientErrorCode, type ClientErrorFacts, isScimClientError, ScimClientError } from "./error.ts";
export { and, type FilterBuilder, filter, not, or } from "./filter-builder.ts";
export type { FilterElements, FilterPaths } from "./filter-paths.ts";
export type { ListOptions, SelectOptions } from "./list.ts";
export type {
  ClientClock,
  ClientFetch,
  ClientOptions,
  CredentialFacts,
  RetryOptions,
  ServerTraits,
} from "./options.ts";
export type { CallOptions, ChangeOptions, PatchOperation, ResourceClient } from "./resource.ts";
export type { FilterRules, MemberRules, PatchRules, RateRule, ServerProfile } from "./server-profile.ts";
