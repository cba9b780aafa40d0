import type { Adoption, Call } from "../call/call.ts";
import type { CreateOperation } from "../call/operation.ts";
import type { Result } from "../call/result.ts";
import { writeRequest } from "../call/write.ts";
import { isScimError } from "../error.ts";
import { type CanonicalBody, missingAttributes, schemasOf } from "../schema/canonical.ts";
import { remembered } from "../schema/remembered.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { copyValue, type ResourceObject, readAttribute, writeAttribute } from "../schema/value.ts";
import type { Context, StorageNotice } from "../storage/adapter.ts";
import { withoutMarks } from "../storage/reference.ts";
import { withAssignments } from "./amendment.ts";
import { readBody, throwProblems } from "./body.ts";
import type { Change } from "./change.ts";
import { askAhead, isAskedAhead } from "./decide.ts";
import { checkNamesAny } from "./known-names.ts";
import { newIdOf } from "./new-id.ts";
import { settleForeignReferences, withKept, withoutDropped } from "./references.ts";
import { receive } from "./stored.ts";
import { tellChange } from "./tell.ts";
import { tellingOf } from "./write-with-retry.ts";

/** A create whose body is read. */
export interface Creation {
  readonly operation: CreateOperation;
  readonly resourceType: CompiledResourceType;
  /** What is to be stored: what the body says, and defaults. */
  readonly resource: ResourceObject;
  readonly secrets: CanonicalBody["secrets"];
  /** The attributes that the body names. */
  readonly named: CanonicalBody["named"];
  /** Who had the id, and comes back. */
  readonly restores?: { readonly id: string; readonly version: string; readonly created: string };
}

/** Reads and checks the body of a create. @throws {ScimError} 400 for what is wrong with it. */
export async function readCreation<C extends Context>(operation: CreateOperation, call: Call<C>): Promise<Creation> {
  const { resourceType } = operation;
  const body = await readBody(call, resourceType, operation.body);
  const { secrets, named } = body;
  const resource = withDefaults(resourceType, body.resource);
  throwProblems(missingAttributes(resourceType, resource, secrets));
  checkNamesAny(resourceType, operation.body, body);
  return { operation, resourceType, resource, secrets, named };
}

/** What has a default always has a state, `null` or not [R-19a]. */
export function withDefaults(resourceType: CompiledResourceType, given: ResourceObject): ResourceObject {
  const resource: Record<string, unknown> = { ...given };
  for (const attribute of defaultsIn(resourceType)) {
    if (readAttribute(resource, attribute) === undefined)
      writeAttribute(resource, attribute, copyValue(attribute.default));
  }
  return resource;
}

const defaultsIn = remembered(({ attributes }: CompiledResourceType) =>
  attributes.filter((attribute) => attribute.default !== undefined),
);

/** Creates a resource. @throws {ScimError} 409 for a taken unique value. @see RFC 7644 §3.3 */
export async function createNew<C extends Context>(creation: Creation, call: Call<C>): Promise<Result> {
  const { operation, resourceType, secrets, named, restores } = creation;
  const made = restores?.id ?? newIdOf(call, resourceType, creation.resource);
  const id = typeof made === "string" ? made : await made;
  const decided = isAskedAhead(resourceType, call)
    ? await decideAhead(call, resourceType, id, creation)
    : creation.resource;
  // Mostly nothing of this takes time, and then nothing is waited for.
  const settling = settleForeignReferences(call, resourceType, decided);
  const given = settling instanceof Promise ? await settling : settling;
  const telling = tellingOf(resourceType, {}, given, call);
  const tell = telling instanceof Promise ? await telling : telling;

  const request = writeRequest(call, resourceType);
  const notices: StorageNotice[] = [];
  const selection = operation.selection.forWrite(named);
  const created = restores?.created ?? request.at;
  const stored = await call.storageOf(resourceType).create(
    {
      ...request,
      notify: (notice) => notices.push(notice),
      resource: {
        schemas: schemasOf(resourceType, given),
        id,
        ...given,
        meta: { resourceType: resourceType.name, created, lastModified: request.at },
      },
      secrets: withoutNull(secrets),
      select: selection,
      ...(restores === undefined ? {} : { restores: { version: restores.version } }),
    },
    call.context,
  );
  for (const notice of notices) request.notify(notice);
  const shown = receive(stored, resourceType, call);
  const { id: storedId, meta } = shown;
  const changeOf = (): Change => {
    const dropped = withoutDropped(resourceType, given, notices);
    const kept = withoutMarks(resourceType, withKept(resourceType, dropped, stored, notices));
    const after = { schemas: schemasOf(resourceType, kept), ...kept, id: storedId, meta };
    const { attributes, changes, deltas } = tell(kept, notices);
    return {
      id: storedId,
      version: meta.version,
      attributes: [...attributes, ...Object.keys(secrets)],
      changes,
      deltas,
      after,
    };
  };
  const adoption = adoptionIn(notices);
  const adopting = adoption === undefined ? call : { ...call, adoption };
  const told = tellChange(adopting, "created", resourceType, storedId, changeOf, selection);
  const amended = told && (await told);
  const result = { type: "resource", status: 201, resourceType, resource: amended ?? shown, selection } as const;
  return adoption === undefined ? result : { ...result, isAdopted: true };
}

function withoutNull(secrets: CanonicalBody["secrets"]): CanonicalBody["secrets"] {
  const entries = Object.entries(secrets);
  return entries.length === 0 ? secrets : Object.fromEntries(entries.filter(([, value]) => value !== null));
}

/** What a create is told as that took what storage had. */
function adoptionIn(notices: readonly StorageNotice[]): Adoption | undefined {
  const met = notices.find((notice) => notice.type === "met");
  return met && { type: met.outcome, reason: { type: "attribute", attribute: met.attribute } };
}

/** Whether a write was refused because somebody has a value that must be unique. */
export function isTaken(error: unknown): boolean {
  return isScimError(error) && error.status === 409 && error.scimType === "uniqueness";
}

/** What is to be stored, with what the host sets besides, who is asked ahead. */
async function decideAhead<C extends Context>(
  call: Call<C>,
  resourceType: CompiledResourceType,
  id: string,
  { resource, secrets }: Pick<Creation, "resource" | "secrets">,
): Promise<ResourceObject> {
  const difference = (await tellingOf(resourceType, {}, resource, call))(resource, []);
  const change = {
    ...difference,
    id,
    version: undefined,
    attributes: [...difference.attributes, ...Object.keys(secrets)],
    after: { schemas: schemasOf(resourceType, resource), ...resource, id },
  };
  return withAssignments(resourceType, resource, await askAhead(call, "created", resourceType, change));
}
