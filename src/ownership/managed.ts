/** A resource that an identity provider owns. */
export interface ManagedResource {
  /** Name of the resource type, e.g. `User`. */
  readonly resourceType: string;
  readonly id: string;
  /** Whose it is, as the option `ownership.owner` names it. */
  readonly owner: string;
  /** Since when, as ISO 8601 text. */
  readonly since: string;
  /** When its provider was disconnected and the resource kept as it was; undefined while it is connected. */
  readonly disconnected?: string | undefined;
}
