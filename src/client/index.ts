/** A client of any SCIM server. @see RFC 7644 §3 */

export type { ClientAnswer, ClientRequest } from "./answer.ts";
export { type Client, type ClientOptions, createClient } from "./client.ts";
export { type DiffOptions, diff } from "./diff.ts";
export type { PatchOperation } from "./patch-operation.ts";
export type {
  FilterRules,
  MemberRules,
  PageRules,
  PatchRules,
  RateRule,
  ServerFeature,
  ServerProfile,
} from "./server-profile.ts";
