import { type Answer, ERROR, GROUP, USER } from "../support/directory.ts";

/** A request or a response. */
export interface Message {
  readonly headers: Record<string, string>;
  readonly body: Answer["json"];
}

/** The address under which the examples of RFC 7644 §3.7 stand. */
export const EXAMPLES_URL = "https://example.com/v2";

const BULK_REQUEST = { schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"] };

/** What a bulk response begins with. */
export const BULK_RESPONSE = { schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"] };

const REQUEST_HEADERS = {
  Host: "example.com",
  Accept: "application/scim+json",
  "Content-Type": "application/scim+json",
  Authorization: "Bearer example-token",
  "Content-Length": "...",
};

/** A bulk request. */
export const requestOf = (body: object): Message => ({
  headers: REQUEST_HEADERS,
  body: { ...BULK_REQUEST, ...body },
});

/** A response. */
export const responseOf = (body: object, headers: object = {}): Message => ({
  headers: { "Content-Type": "application/scim+json", ...headers },
  body,
});

/** An operation that creates a user. */
export const newUser = (userName: string, bulkId: string, schema = USER): object => ({
  method: "POST",
  path: "/Users",
  bulkId,
  data: { schemas: [schema], userName },
});

/** An operation that creates a group of one member, who is created by the same request. */
export const newGroup = (displayName: string, bulkId: string, type: "User" | "Group", member: string): object => ({
  method: "POST",
  path: "/Groups",
  bulkId,
  data: { schemas: [GROUP], displayName, members: [{ type, value: `bulkId:${member}` }] },
});

/** The outcome of an operation that created something. */
export const createdAt = (location: string, bulkId: string, version: string, status: string | object): object => ({
  location,
  method: "POST",
  bulkId,
  version,
  status,
});

/** The body of an error. */
export const error = (status: string, detail: string, scimType?: string): object => ({
  schemas: [ERROR],
  ...(scimType === undefined ? {} : { scimType }),
  detail,
  status,
});
