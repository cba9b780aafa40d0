/** A client of any SCIM server. @see RFC 7644 §3 */

export type { ClientAnswer, ClientRequest, Send } from "./answer.ts";
export type { BulkOptions } from "./bulk.ts";
export type { BulkOperation, BulkResult } from "./bulk-operation.ts";
export type { Capabilities, Capability, CapabilityName, KnownCapabilities, Origin } from "./capabilities.ts";
export type { MemberChange } from "./change-members.ts";
export { type Client, createClient } from "./client.ts";
export type { Desired } from "./desired.ts";
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
} from "./options.ts";
export type { CallOptions, ChangeOptions, PatchOperation, ResourceClient } from "./resource.ts";
export type { FilterRules, FilterWord, MemberRules, PatchRules, RateRule, ServerProfile, ServerTraits } from "./server-profile.ts";
export { atlassian } from "./servers/atlassian.ts";
export { awsIdentityCenter } from "./servers/aws.ts";
export { databricks } from "./servers/databricks.ts";
export { eptura } from "./servers/eptura.ts";
export { githubManagedUsers } from "./servers/github.ts";
export { gitlab } from "./servers/gitlab.ts";
export { googleCloudIdentity } from "./servers/google.ts";
export { ibmVerify } from "./servers/ibm-verify.ts";
export { miro } from "./servers/miro.ts";
export { peakon } from "./servers/peakon.ts";
export { salesforce } from "./servers/salesforce.ts";
export { slack } from "./servers/slack.ts";
export { snowflake } from "./servers/snowflake.ts";
export { hcpTerraform } from "./servers/terraform.ts";
export { workos } from "./servers/workos.ts";
export { wso2 } from "./servers/wso2.ts";
export { zitadel } from "./servers/zitadel.ts";
export type { UpdateOptions } from "./update.ts";
