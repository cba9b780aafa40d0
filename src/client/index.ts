/** A client of any SCIM server. @see RFC 7644 §3 */

export type { ClientAnswer, ClientRequest } from "./answer.ts";
export { type Client, type ClientOptions, createClient } from "./client.ts";
