import type { PatchBody } from "../limit/patch-user.ts";

/** What is used of scim-patch here; it is installed in this folder alone. */
interface ScimPatch {
  patchBodyValidation(body: PatchBody): void;
  scimPatch<T>(resource: T, operations: PatchBody["Operations"], options: { readonly mutateDocument: boolean }): T;
}

/** scim-patch in its safe mode, in which the resource that came in stays as it was. */
export async function safeScimPatch(): Promise<<T>(resource: T, body: PatchBody) => T> {
  const name = "scim-patch";
  const { patchBodyValidation, scimPatch } = (await import(name)) as ScimPatch;
  return (resource, body) => {
    patchBodyValidation(body);
    return scimPatch(resource, body.Operations, { mutateDocument: false });
  };
}
