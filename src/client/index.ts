/** A client of any SCIM server. @see RFC 7644 §3 */

export type { ClientAnswer, ClientRequest, Send } from "./answer.ts";
export type { Capabilities, Capability, CapabilityName, KnownCapabilities, Origin } from "./capabilities.ts";
export { type Client, createClient } from "./client.ts";
export { type ClientErrorCode, type ClientErrorFacts, isScimClientError, ScimClientError } from "./error.ts";
export type { ListOptions, SelectOptions } from "./list.ts";
export type {
  ClientClock,
  ClientFetch,
  ClientOptions,
  CredentialFacts,
  RetryOptions,
} from "./options.ts";
export type { CallOptions, ChangeOptions, PatchOperation, ResourceClient } from "./resource.ts";
