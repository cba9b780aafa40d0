import type { ResourceTypeDefinition } from "../schema/resource-type.ts";
import type { Context } from "../storage/adapter.ts";
import type { ChangeEvent } from "./event.ts";

/** What the outbox knows of an event besides the change itself. */
export interface Delivery {
  /** Key of the tenant whose change it is; absent in a single-tenant server. */
  readonly tenant?: string;
  /** Names the event among all others of the outbox: the same each time it is handed out, so that a receiver knows a double. */
  readonly position: string;
  /** How often it was handed out before, in vain; 0 the first time. */
  readonly attempts: number;
}

type Kept<E> = E extends unknown ? Omit<E, "context"> & Delivery : never;

/**
 * A change as `scim.drain` hands it out: the event that `onChange` is told of, without the context of the request, which ended with it. It went
 * through JSON, and holds no more than that can. `R` are the resource types of which the handler understands the changes, as of `ChangeEvent`.
 *
 * @example
 * ```ts
 * import type { OutboxEvent } from "scimkit";
 * declare function endSessions(tenant: string | undefined, userId: string): Promise<void>;
 * async function offboard(event: OutboxEvent): Promise<void> {
 *   if (event.type === "deactivated" || event.type === "deleted") await endSessions(event.tenant, event.id);
 * }
 * ```
 */
export type OutboxEvent<R extends ResourceTypeDefinition = ResourceTypeDefinition> = Kept<ChangeEvent<Context, R>>;
