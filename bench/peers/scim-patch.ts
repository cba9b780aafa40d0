import type { Run } from "../harness/work.ts";
import type { PatchBody } from "../limit/patch-user.ts";
import { loadPeer } from "./load.ts";

interface ScimPatch {
  patchBodyValidation(body: PatchBody): void;
  scimPatch<T>(resource: T, operations: PatchBody["Operations"], options: { readonly mutateDocument: boolean }): T;
}

/** scim-patch in its safe mode, in which the resource that came in stays as it was. */
export const safePatch = (resource: object) => async (): Promise<Run> => {
  const { patchBodyValidation, scimPatch } = await loadPeer<ScimPatch>("scim-patch");
  return (body: PatchBody) => {
    patchBodyValidation(body);
    return scimPatch(resource, body.Operations, { mutateDocument: false });
  };
};
