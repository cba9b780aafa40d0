import type { ResourceTypeDefinition } from "../schema/resource-type.ts";
import type { Send } from "./answer.ts";
import type { Patience } from "./patience.ts";
import type { Probe } from "./probe.ts";
import type { ServerTraits } from "./server-profile.ts";

/** Where resources of one type are, and what is needed to work with them. */
export interface Endpoint<R extends ResourceTypeDefinition = ResourceTypeDefinition> {
  readonly type: R;
  readonly send: Send;
  readonly patience: Patience;
  /** What is known of the server. */
  readonly server?: ServerTraits | undefined;
  readonly capabilities: Probe;
}

/** The path of a resource. @throws {TypeError} for an id that would lead to another endpoint, or to all resources */
export function pathOf({ endpoint }: Pick<ResourceTypeDefinition, "endpoint">, id: string): string {
  if (typeof id !== "string" || /^\.{0,2}$/.test(id))
    throw new TypeError(`${JSON.stringify(id)} is no id of a resource.`);
  return `${endpoint}/${encodeURIComponent(id)}`;
}
