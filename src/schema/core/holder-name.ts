/**
 * The attribute of a resource that is its name to those whom it holds: what stands as `display` in a user's `groups`.
 * @see RFC 7643 §4.1.2, §4.2
 */
export const HOLDER_NAME = "displayName";
