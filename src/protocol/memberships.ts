import type { Call } from "../call/call.ts";
import type { MembershipChange } from "../call/operation.ts";
import { pathOptions, resolveOptions } from "../call/settings.ts";
import { invalidPath, invalidValue } from "../error.ts";
import { readPath } from "../filter/read.ts";
import { resolveFilter } from "../filter/resolve.ts";
import { namedValues } from "../patch/named-values.ts";
import { withPosition } from "../patch/operation.ts";
import type { Op, ParsedOperation } from "../patch/parse.ts";
import type { SentOperation } from "../patch/prepare.ts";
import { type Attribute, isBlank } from "../schema/attribute.ts";
import { type CompiledResourceType, resolveMeant } from "../schema/resource-type.ts";
import { isObject, type ResourceObject } from "../schema/value.ts";
import type { Context } from "../storage/adapter.ts";
import { finishInSlices } from "../time-slice.ts";

/** What a body says of the groups that a resource is in; nothing unless `writableGroups` is on. @throws {ScimError} 400 invalidValue. */
export function membershipsInBody<C extends Context>(
  resourceType: CompiledResourceType,
  body: ResourceObject,
  op: Op,
  call: Call<C>,
): readonly MembershipChange[] {
  return Object.keys(body).flatMap((key) => {
    const attribute = writableInverse(resourceType, key, call);
    return attribute === undefined ? [] : [{ attribute, op, ids: idsIn(attribute, body[key]) }];
  });
}

/** Whether a change is more than an add or remove of nothing. */
export function saysSomething({ op, ids }: MembershipChange): boolean {
  return op === "replace" || ids === undefined || ids.length > 0;
}

/** What stays in the place of an operation that is about groups alone, so that those behind it keep their positions. */
const NOTHING: ParsedOperation = { op: "replace", value: {} };

/** Whether a PATCH of the resource type may say which groups a resource is in. */
export function takesMemberships<C extends Context>(resourceType: CompiledResourceType, { engine }: Call<C>): boolean {
  return engine.writableGroups && resourceType.inverses.length > 0;
}

/**
 * What a PATCH says of the groups of a resource, and its other operations, each where it stood. `refuse` is asked about operations that
 * name groups by a path. To be asked where `takesMemberships` says so.
 * @throws {ScimError} 400 invalidValue, invalidPath, and what `refuse` throws.
 */
export async function takeMemberships<C extends Context>(
  resourceType: CompiledResourceType,
  operations: readonly ParsedOperation[],
  call: Call<C>,
  refuse: ((operation: SentOperation) => void) | undefined,
): Promise<{ readonly memberships: readonly MembershipChange[]; readonly others: readonly ParsedOperation[] }> {
  const memberships: MembershipChange[] = [];
  const others: ParsedOperation[] = [];
  for (const [index, operation] of operations.entries()) {
    try {
      const { changes, rest } = await split(resourceType, operation, call);
      const { op, path } = operation;
      if (rest === NOTHING && typeof path === "string")
        refuse?.({ op, path, attribute: changes[0]?.attribute, sub: undefined, isSelecting: path.includes("[") });
      memberships.push(...changes);
      others.push(rest);
    } catch (error) {
      throw withPosition(error, index);
    }
  }
  return { memberships, others };
}

/** What one operation says of groups, and what is left of it. */
async function split<C extends Context>(resourceType: CompiledResourceType, operation: ParsedOperation, call: Call<C>) {
  const { path, value, op } = operation;
  const isResource = typeof path === "string" && path.toLowerCase() === resourceType.urn.toLowerCase();
  if (typeof path === "string" && path !== "" && !isResource) {
    const change = await changeAtPath(resourceType, operation, path, call);
    return change === undefined ? { changes: [], rest: operation } : { changes: [change], rest: NOTHING };
  }
  const changes = isObject(value) && op !== "remove" ? membershipsInBody(resourceType, value, op, call) : [];
  if (changes.length === 0 || !isObject(value)) return { changes, rest: operation };
  const rest = Object.entries(value).filter(([key]) => writableInverse(resourceType, key, call) === undefined);
  return { changes, rest: { ...operation, value: Object.fromEntries(rest) } };
}

async function changeAtPath<C extends Context>(
  resourceType: CompiledResourceType,
  { op, value }: ParsedOperation,
  text: string,
  call: Call<C>,
): Promise<MembershipChange | undefined> {
  const parsed = await finishInSlices(readPath(text, pathOptions(call)), call.slice, call.signal);
  const path = resolveMeant(resourceType, parsed.path, undefined);
  if (path === undefined || path.sub !== undefined || parsed.sub !== undefined) return undefined;
  const attribute = writableInverse(resourceType, path.text, call);
  if (attribute === undefined) return undefined;
  if (parsed.filter === undefined) {
    const isAll = op === "remove" && (value === undefined || value === null);
    return { attribute, op, ids: isAll ? undefined : idsIn(attribute, value) };
  }
  const element = { type: "element", path: path.text, filter: parsed.filter } as const;
  const resolved = resolveFilter(element, resourceType, resolveOptions(resourceType, call, "unquotedPathOperands"));
  const ids = resolved.type === "element" ? namedValues(resolved.filter) : undefined;
  if (op !== "remove" || ids === undefined)
    throw invalidPath(`${path.text} is left by remove and ${path.text}[value eq "…"], and joined by add.`);
  return { attribute, op, ids: ids.map(String) };
}

/** The attribute that a name means, where it is the reverse of a collection that this service has. */
function writableInverse<C extends Context>(
  resourceType: CompiledResourceType,
  name: string,
  { engine }: Call<C>,
): Attribute | undefined {
  if (!engine.writableGroups) return undefined;
  const path = resourceType.resolve(name);
  const inverse = path?.sub === undefined ? path?.attribute.inverseOf : undefined;
  const holder = engine.resourceTypes.find((type) => type.name === inverse?.resourceType);
  // Who may not change groups changes none by their members either.
  if (holder?.operations.has("patch") !== true) return undefined;
  return holder.attribute(inverse?.attribute ?? "") === undefined ? undefined : path?.attribute;
}

function idsIn(attribute: Attribute, raw: unknown): readonly string[] {
  const elements: readonly unknown[] = Array.isArray(raw) ? raw : raw === null || raw === undefined ? [] : [raw];
  return elements.map((element, index) => {
    const key = isObject(element) ? Object.keys(element).find((name) => name.toLowerCase() === "value") : undefined;
    const id = isObject(element) ? element[key ?? "value"] : element;
    if (typeof id !== "string" || isBlank(id))
      throw invalidValue(`${attribute.path}[${index}] must name a ${attribute.inverseOf?.resourceType} by its value.`);
    return id;
  });
}
