import { locationOf } from "../../call/location.ts";
import { conflict, type ScimError } from "../../error.ts";
import { printable } from "../../schema/printable.ts";
import type { CompiledResourceType } from "../../schema/resource-type.ts";
import type { Plan, PlannedOperation } from "./plan.ts";
import type { BulkReference } from "./references.ts";

/** A resource that a POST of the request created. */
export interface CreatedResource {
  readonly resourceType: CompiledResourceType;
  readonly id: string;
}

/** Gives what the POST at a position created; undefined where it failed or is still to come. */
export type Created = (index: number) => CreatedResource | undefined;

/**
 * Refuses an operation that refers to the resource of a POST that failed. The plan sees to it that every POST outside of the
 * operation's own circle has been tried before.
 * @throws {ScimError} 409 naming the POST [P-3.7.2-04].
 */
export function checkNeeds(
  operation: PlannedOperation,
  plan: Plan,
  created: Created,
  circle: ReadonlySet<number> = new Set(),
): void {
  for (const index of operation.needs)
    if (created(index) === undefined && !circle.has(index)) throw failedNeed(index, plan);
}

/** 409 for an operation that refers to the resource of a POST that failed. */
export function failedNeed(index: number, { operations }: Plan): ScimError {
  const bulkId = printable(operations[index]?.entry.bulkId ?? "");
  return conflict(
    `The operation depends on the POST of "bulkId:${bulkId}" (Operations[${index}]), which failed; see its response.`,
    { summary: `The operation depends on the POST in Operations[${index}], which failed.` },
  );
}

/** What stands in the place of a reference; undefined where its resource is not there. */
export function replacementOf(
  { bulkId, form }: BulkReference,
  plan: Plan,
  created: Created,
  baseUrl: string,
): string | undefined {
  const index = plan.posts.get(bulkId);
  const resource = index === undefined ? undefined : created(index);
  if (resource === undefined) return undefined;
  return form === "id" ? resource.id : locationOf(baseUrl, resource.resourceType, resource.id);
}
