/**
 * Who asks, and for which tenant: the result of `authenticate`, handed to every call of the storage adapter and every
 * event. Hosts add what they need; scimkit reads `tenant` alone. It never comes from the request itself.
 * @see RFC 7644 §2, §6
 */
export type Context = {
  /** Key of the tenant; leave it out in a single-tenant server. Never an empty string. */
  readonly tenant?: string;
  // With the intersection, a context without a tenant need have nothing in common with this type.
} & object;
