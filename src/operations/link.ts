import type { Adoption, Call } from "../call/call.ts";
import { readRequest } from "../call/notice.ts";
import type { Result } from "../call/result.ts";
import type { AdoptionAnswer, AdoptionReason } from "../events/adoption.ts";
import { applyWork } from "../patch/apply.ts";
import type { PreparedOperation } from "../patch/operation.ts";
import { type Attribute, pathOf } from "../schema/attribute.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { copyValue, type ResourceObject, readAttribute, writeAttribute } from "../schema/value.ts";
import type { Context } from "../storage/adapter.ts";
import { referencesIn, withSettled } from "../storage/reference.ts";
import { finishInSlices } from "../time-slice.ts";
import { inTransaction } from "./bulk/transaction.ts";
import { type Creation, createNew, isTaken, withDefaults } from "./create.ts";
import { isFinal } from "./decide.ts";
import { patch } from "./patch.ts";
import { readBack } from "./read.ts";
import { isThere } from "./references.ts";
import { replace } from "./replace.ts";
import { receive } from "./stored.ts";
import { exhume, type Tombstone } from "./tombstone.ts";

/** An account as the host was asked about it. */
interface Account {
  readonly reason: AdoptionReason;
  readonly id: string;
  readonly version: string;
}

/**
 * Makes a create the account that the host was asked about: the write is bound to the version that it was, and gives it another one even
 * where nothing changes, so that of two creates one is asked again.
 * @throws {ScimError} 404 and 412 where the account is no longer what it was; what a PATCH or PUT throws.
 */
export async function link<C extends Context>(
  creation: Creation,
  { reason, id, version }: Account,
  answer: Exclude<AdoptionAnswer, "refuse">,
  call: Call<C>,
): Promise<Result> {
  const { operation, resourceType } = creation;
  const wasActive = answer === "restore" ? await isActive(call, resourceType, id) : true;
  const adoption: Adoption = { type: wasActive ? "adopted" : "restored", reason };
  const inner: Call<C> = { ...call, adoption };
  const activates = answer === "restore" && lifecycleOf(creation) !== undefined;
  const { selection } = operation;
  const target = { resourceType, id, selection, ifMatch: [version] };
  const result =
    call.engine.adopt?.take === "put"
      ? await replace(
          { type: "replace", ...target, body: bodyOf(creation, activates) },
          { ...inner, note: () => undefined },
        )
      : await patch({ type: "patch", ...target, operations: operationsOf(creation, activates) }, inner);
  if (result.type === "resource") return { ...result, status: 201, isAdopted: true };
  const current = await readBack({ resourceType, id, selection: selection.forWrite(creation.named) }, call);
  return current.type === "resource" ? { ...current, status: 201, isAdopted: true } : current;
}

/** A resource that does not say counts as active. */
async function isActive<C extends Context>(
  call: Call<C>,
  resourceType: CompiledResourceType,
  id: string,
): Promise<boolean> {
  const lifecycle = resourceType.attributes.find((attribute) => attribute.lifecycle);
  if (lifecycle === undefined) return true;
  const request = {
    ...readRequest(call, resourceType),
    id,
    select: { includes: (one: Attribute) => one === lifecycle },
  };
  const stored = await call.storageOf(resourceType).get(request, call.context);
  return stored === undefined || readAttribute(receive(stored, resourceType, call), lifecycle) !== false;
}

/** The attribute that takes an account into service, where the client does not name it itself. */
function lifecycleOf({ resourceType, named }: Creation): Attribute | undefined {
  return resourceType.attributes.find((attribute) => attribute.lifecycle && !named.has(attribute));
}

/** What the client asserts, as a PATCH: each attribute that it names is replaced, and collections get what they do not have. */
function operationsOf(creation: Creation, activates: boolean): readonly PreparedOperation[] {
  const { resource, secrets, named, resourceType } = creation;
  const operations: PreparedOperation[] = [];
  for (const attribute of resourceType.content) {
    if (!named.has(attribute) || !attribute.isStored) continue;
    const value = readAttribute(resource, attribute);
    if (attribute.collection && value === undefined) continue;
    const op = attribute.collection ? "add" : "replace";
    operations.push({ type: "attribute", op, path: pathOf(attribute), value, cleared: [], index: 0 });
  }
  for (const [path, value] of Object.entries(secrets)) {
    const attribute = resourceType.resolve(path)?.attribute;
    if (attribute !== undefined && value !== null) operations.push({ type: "secret", attribute, value, index: 0 });
  }
  const lifecycle = activates ? lifecycleOf(creation) : undefined;
  if (lifecycle !== undefined)
    operations.push({ type: "attribute", op: "replace", path: pathOf(lifecycle), value: true, cleared: [], index: 0 });
  return operations;
}

function bodyOf(creation: Creation, activates: boolean): ResourceObject {
  const lifecycle = activates ? lifecycleOf(creation) : undefined;
  if (lifecycle === undefined) return creation.operation.body;
  const body: Record<string, unknown> = { ...creation.operation.body };
  writeAttribute(body, lifecycle, true);
  return body;
}

/**
 * Takes who was deleted in again, under the id of before where storage can take it. `"again"`: somebody else has come back; `"other"`:
 * what it must have alone is somebody else's now, so that it is a create like any other.
 */
export async function restore<C extends Context>(
  creation: Creation,
  { reason }: Account,
  tombstone: Tombstone,
  call: Call<C>,
): Promise<Result | "other" | "again"> {
  const { resourceType } = creation;
  const returning = await restored(creation, tombstone, call);
  const adoption: Adoption = { type: "restored", reason };
  return inTransaction(call, [resourceType], async (inner) => {
    const putBack = await exhume(inner, resourceType, tombstone);
    if (putBack === undefined) return "again";
    try {
      const result = await createNew(returning, { ...inner, adoption });
      return result.type === "resource" ? { ...result, isAdopted: true } : result;
    } catch (error) {
      if (isFinal(error) || !isTaken(error)) {
        // Where there is a transaction it is taken back with it.
        await putBack().catch(() => undefined);
        throw error;
      }
      await putBack();
      return "other";
    }
  });
}

/** The create of who comes back: what was kept, with what the client asserts. */
async function restored<C extends Context>(
  creation: Creation,
  { id, version, created, resource: kept = {} }: Tombstone,
  call: Call<C>,
): Promise<Creation> {
  const { resourceType } = creation;
  const { engine, effort, slice, signal } = call;
  const lifecycle = resourceType.attributes.find((attribute) => attribute.lifecycle);
  const before = engine.adopt?.take === "put" ? {} : await withoutDangling(call, resourceType, kept, id);
  const operations = operationsOf(creation, true).filter(({ type }) => type !== "secret");
  const work = applyWork(resourceType, before, operations, effort, { limits: engine.limits });
  const { resource } = await finishInSlices(work, slice, signal);
  const whole: Record<string, unknown> = { ...resource };
  if (lifecycle !== undefined && !creation.named.has(lifecycle)) writeAttribute(whole, lifecycle, true);
  return { ...creation, resource: withDefaults(resourceType, copyValue(whole)), restores: { id, version, created } };
}

/** What was kept refers to what has gone since no more. */
async function withoutDangling<C extends Context>(
  call: Call<C>,
  resourceType: CompiledResourceType,
  kept: ResourceObject,
  holder: string,
): Promise<ResourceObject> {
  const held = [...referencesIn(resourceType, kept)];
  const gone = new Map<unknown, undefined>();
  for (const { reference, element, id } of held) {
    const types = call.engine.resourceTypes.filter(({ name }) => reference.resourceTypes.includes(name));
    if (id === holder || !(await isThere(id, types, call))) gone.set(element, undefined);
  }
  return gone.size === 0 ? kept : withSettled(kept, held, gone);
}
