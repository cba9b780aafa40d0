/** The endpoints at which a server tells of itself. @see RFC 7644 §4 */
export const DISCOVERY_ENDPOINTS = ["ServiceProviderConfig", "ResourceTypes", "Schemas"] as const;

/** Name of an endpoint at which a server tells of itself. */
export type DiscoveryEndpoint = (typeof DISCOVERY_ENDPOINTS)[number];

/** The resource of who asks. @see RFC 7644 §3.11 */
export const ME_ENDPOINT = "Me";

/** Several operations in one request. @see RFC 7644 §3.7 */
export const BULK_ENDPOINT = "Bulk";

/** Every endpoint that the protocol has by itself, so that no resource type can be there. @see RFC 7644 §3.2 Table 2 */
export const PROTOCOL_ENDPOINTS: readonly string[] = [ME_ENDPOINT, BULK_ENDPOINT, ...DISCOVERY_ENDPOINTS];
