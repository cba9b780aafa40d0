export type { Disconnected, DisconnectOptions, DisconnectPolicy } from "./disconnect.ts";
export type { ManagedResource } from "./managed.ts";
export { type ListOptions, type Ownership, ownershipOf } from "./ownership.ts";
