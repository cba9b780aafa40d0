import type { Answer, Directory } from "./directory.ts";
import { GROUP, USER } from "./directory.ts";

export const BULK_REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
export const BULK_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";
export const PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/** The body of a bulk request. */
export function bulkOf(operations: readonly unknown[], more: object = {}): object {
  return { schemas: [BULK_REQUEST], ...more, Operations: operations };
}

/** A POST of a user, whose bulkId is its name. */
export function postUser(userName: string, more: object = {}): object {
  return { method: "POST", path: "/Users", bulkId: userName, data: { schemas: [USER], userName, ...more } };
}

/** A POST of a group, whose bulkId is its name, with members by their values. */
export function postGroup(displayName: string, members: readonly string[] = [], more: object = {}): object {
  return {
    method: "POST",
    path: "/Groups",
    bulkId: displayName,
    data: { schemas: [GROUP], displayName, members: members.map((value) => ({ value })), ...more },
  };
}

/** A PATCH by operations. */
export function patchOf(path: string, operations: readonly object[], more: object = {}): object {
  return { method: "PATCH", path, data: { schemas: [PATCH_OP], Operations: operations }, ...more };
}

/** Sends operations as one bulk request, which must be processed. */
export async function sendBulk(
  service: Directory,
  operations: readonly unknown[],
  more: object = {},
): Promise<Answer["json"][]> {
  const answer: Answer = await service.ask("POST", "/Bulk", bulkOf(operations, more));
  if (answer.status !== 200) throw new Error(`the bulk request was refused: ${answer.status} ${answer.body}`);
  return answer.json.Operations;
}

/** The statuses of the results, in order. */
export function statuses(results: readonly { readonly status: unknown }[]): unknown[] {
  return results.map(({ status }) => status);
}

/** The last segment of a result's location. */
export function idOf(result: { readonly location?: string }): string {
  return decodeURIComponent(result.location?.split("/").at(-1) ?? "");
}
