import type { Call } from "../call/call.ts";
import type { CreateOperation } from "../call/operation.ts";
import type { Result } from "../call/result.ts";
import { writeRequest } from "../call/write.ts";
import { type CanonicalBody, missingAttributes, schemasOf } from "../schema/canonical.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { copyValue, type ResourceObject, readAttribute, writeAttribute } from "../schema/value.ts";
import type { Context, StorageNotice } from "../storage/adapter.ts";
import { withoutMarks } from "../storage/reference.ts";
import { withAssignments } from "./amendment.ts";
import { readBody, throwProblems } from "./body.ts";
import { askAhead, isAskedAhead } from "./decide.ts";
import { checkNamesAny } from "./known-names.ts";
import { newIdOf } from "./new-id.ts";
import { settleForeignReferences, withoutDropped } from "./references.ts";
import { receive } from "./stored.ts";
import { tellChange } from "./tell.ts";
import { tellingOf } from "./write-with-retry.ts";

/**
 * Creates a resource. A create never adopts or changes an existing one: a taken unique value is 409.
 * @see RFC 7644 §3.3
 */
export async function create<C extends Context>(operation: CreateOperation, call: Call<C>): Promise<Result> {
  const { resourceType } = operation;
  const body = await readBody(call, resourceType, operation.body);
  const { resource, secrets, named } = body;
  for (const attribute of resourceType.attributes) {
    // What has a default always has a state, `null` or not [R-19a].
    if (attribute.default !== undefined && readAttribute(resource, attribute) === undefined)
      writeAttribute(resource, attribute, copyValue(attribute.default));
  }
  throwProblems(missingAttributes(resourceType, resource, secrets));
  checkNamesAny(resourceType, operation.body, body);
  const id = await newIdOf(call, resourceType, resource);
  const decided = await decideAhead(call, resourceType, id, body);
  const given = await settleForeignReferences(call, resourceType, decided);
  const tell = await tellingOf(resourceType, {}, given, call);

  const request = writeRequest(call, resourceType);
  const notices: StorageNotice[] = [];
  const selection = operation.selection.forWrite(named);
  const stored = await call.storageOf(resourceType).create(
    {
      ...request,
      notify: (notice) => notices.push(notice),
      resource: {
        schemas: schemasOf(resourceType, given),
        id,
        ...given,
        meta: { resourceType: resourceType.name, created: request.at, lastModified: request.at },
      },
      secrets: Object.fromEntries(Object.entries(secrets).filter(([, value]) => value !== null)),
      select: selection,
    },
    call.context,
  );
  for (const notice of notices) request.notify(notice);
  const shown = receive(stored, resourceType, call);
  const { id: storedId, meta } = shown;
  const kept = withoutMarks(resourceType, withoutDropped(resourceType, given, notices));
  const after = { schemas: schemasOf(resourceType, kept), ...kept, id: storedId, meta };
  const { attributes, changes, deltas } = tell(kept, notices);
  const change = {
    id: storedId,
    version: meta.version,
    attributes: [...attributes, ...Object.keys(secrets)],
    changes,
    deltas,
    after,
  };
  const amended = await tellChange(call, "created", resourceType, change, selection);
  return { type: "resource", status: 201, resourceType, resource: amended ?? shown, selection };
}

/** What is to be stored, with what the host sets besides where it is asked ahead. */
async function decideAhead<C extends Context>(
  call: Call<C>,
  resourceType: CompiledResourceType,
  id: string,
  { resource, secrets }: CanonicalBody,
): Promise<ResourceObject> {
  if (!isAskedAhead(resourceType, call)) return resource;
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
