/** The messages of the protocol, as `schemas` names them. @see RFC 7644 §8.2 */
export const ERROR = "urn:ietf:params:scim:api:messages:2.0:Error";
export const LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
export const SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
export const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
export const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
export const BULK_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/** The schemas of the resources that most servers have. @see RFC 7643 §8.7.1 */
export const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
export const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
export const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
