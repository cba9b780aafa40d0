import type { ResourceObject } from "../schema/value.ts";

/** What `idFor` is asked about: a resource that is about to be. @see RFC 7643 §3.1 id */
export interface IdRequest {
  /** Name of the resource type, e.g. `User`. */
  readonly resourceType: string;
  /** Its endpoint, e.g. `/Users`. */
  readonly endpoint: string;
  /** What is asserted of it, in canonical form; without writeOnly attributes. */
  readonly resource: ResourceObject;
}
