import type { Call } from "../call/call.ts";
import type { MembershipChange, PatchOperation } from "../call/operation.ts";
import { pathOptions, readOptions, resolveOptions, tolerance, unknownRefused } from "../call/settings.ts";
import { ScimError } from "../error.ts";
import { type PreparedOperation, withPosition } from "../patch/operation.ts";
import { type ParsedOperation, parsePatch } from "../patch/parse.ts";
import { prepareWork, type SentOperation } from "../patch/prepare.ts";
import { isUnder } from "../patch/unknown-names.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { Context } from "../storage/adapter.ts";
import { finishInSlices } from "../time-slice.ts";
import { saysSomething, takeMemberships, takesMemberships } from "./memberships.ts";
import { withoutUnknownSchemas } from "./message-schemas.ts";

/** What the body of a PATCH says. */
export type PatchParts = Pick<PatchOperation, "operations" | "memberships">;

/**
 * Reads the body of a PATCH: the envelope, then each operation against the schema. What is read at once, as mostly, is no promise.
 * @throws {ScimError} 400 as `parsePatch` and `prepare`.
 * @see RFC 7644 §3.5.2
 */
export function readPatch<C extends Context>(
  resourceType: CompiledResourceType,
  body: ResourceObject,
  call: Call<C>,
): PatchParts | Promise<PatchParts> {
  const missingSchemas = tolerance("missingSchemas", call);
  const emptyOperations = tolerance("emptyOperations", call);
  const emptyPaths = tolerance("emptyPaths", call);
  const operations = parsePatch(withoutUnknownSchemas(body, call), {
    maxOperations: call.engine.limits.operations,
    missingSchemas: missingSchemas && (() => missingSchemas("schemas")),
    emptyPath: emptyPaths,
    emptyOperations: emptyOperations && (() => emptyOperations("Operations")),
  });
  const refuse = refusalsOf(call);
  // Memberships are taken out of values that name attributes of the resource; such a value is refused as a whole.
  if (refuse !== undefined)
    for (const [index, operation] of operations.entries()) refuseWithoutPath(operation, index, refuse);
  return takesMemberships(resourceType, call)
    ? takeMemberships(resourceType, operations, call, refuse).then(({ memberships, others }) =>
        readOperations(resourceType, others, memberships, call, refuse),
      )
    : readOperations(resourceType, operations, NO_MEMBERSHIPS, call, refuse);
}

const NO_MEMBERSHIPS: readonly MembershipChange[] = [];

/** Reads the operations that are about the resource itself. */
function readOperations<C extends Context>(
  resourceType: CompiledResourceType,
  operations: readonly ParsedOperation[],
  memberships: readonly MembershipChange[],
  call: Call<C>,
  refuse: ((operation: SentOperation) => void) | undefined,
): PatchParts | Promise<PatchParts> {
  const work = prepareWork(resourceType, operations, {
    read: readOptions(resourceType, call),
    resolve: resolveOptions(resourceType, call, "unquotedPathOperands"),
    filter: pathOptions(call),
    alias: (name) => call.engine.quirks.alias(name, resourceType, "path", call.note),
    unknownPath: tolerance("unknownPaths", call),
    refuse,
    unknownRefused: unknownRefused(call),
    isRegistered: (path) => isOfSchema(path, call.engine.resourceTypes),
    readOnlyValue: tolerance("readOnlyValues", call),
    pathKey: tolerance("pathKeys", call),
    removeValue: tolerance("removeValueList", call),
    maxOperations: call.engine.limits.operations,
    hasOthers: memberships.some(saysSomething),
  });
  const partsOf = (prepared: readonly PreparedOperation[]): PatchParts =>
    memberships.length === 0 ? { operations: prepared } : { operations: prepared, memberships };
  const preparing = finishInSlices(work, call.slice, call.signal);
  return preparing instanceof Promise ? preparing.then(partsOf) : partsOf(preparing);
}

function refuseWithoutPath(
  { op, path }: ParsedOperation,
  index: number,
  refuse: (operation: SentOperation) => void,
): void {
  if (path !== undefined) return;
  try {
    refuse({ op, path, attribute: undefined, sub: undefined, isSelecting: false });
  } catch (error) {
    throw withPosition(error, index);
  }
}

/** Throws for an operation that a rule refuses; undefined where no rule looks at them. @throws {ScimError} 400. */
function refusalsOf<C extends Context>({ engine, note }: Call<C>): ((operation: SentOperation) => void) | undefined {
  const { refusedOperation } = engine.quirks;
  if (refusedOperation === undefined) return undefined;
  return (operation) => {
    const refusal = refusedOperation(operation, note);
    if (refusal !== undefined)
      throw new ScimError(400, `${refusal.detail}.`, { scimType: refusal.scimType ?? "invalidSyntax" });
  };
}

/** Whether a path is under the URN of a schema that one of the resource types has. */
function isOfSchema(path: string, resourceTypes: readonly CompiledResourceType[]): boolean {
  const text = path.toLowerCase();
  return resourceTypes.some(({ urn, extensions }) =>
    [urn, ...extensions.map((one) => one.urn)].some((id) => isUnder(id, text)),
  );
}
