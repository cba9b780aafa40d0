import type { Call } from "../../call/call.ts";
import type { BulkEntry, BulkMethod } from "../../call/operation.ts";
import { pathOptions, tolerance } from "../../call/settings.ts";
import { invalidSyntax } from "../../error.ts";
import { PATCH_SCHEMA } from "../../patch/parse.ts";
import type { CompiledResourceType } from "../../schema/resource-type.ts";
import { isObject, type ResourceObject } from "../../schema/value.ts";
import type { Context } from "../../storage/adapter.ts";
import { mapPatchReferences } from "./patch-references.ts";
import {
  bulkIdOf,
  type FindAttribute,
  mapMembers,
  mapReferences,
  type Substitute,
  type Withhold,
} from "./references.ts";

/**
 * The `data` of an operation as the body of the single request; an empty object for a DELETE.
 * @throws {ScimError} 400 invalidSyntax for a PATCH that is the bare list of its operations, where the profile reads none.
 */
export function readData<C extends Context>({ method, data }: BulkEntry, index: number, call: Call<C>): ResourceObject {
  if (method === "DELETE") return {};
  if (isObject(data)) return data;
  const bare = tolerance("bareOperations", call);
  if (bare === undefined)
    throw invalidSyntax(
      `data must be the body of the single PATCH request, with schemas ["${PATCH_SCHEMA}"] and Operations.`,
    );
  bare(`Operations[${index}].data`);
  return { schemas: [PATCH_SCHEMA], Operations: data };
}

/** A body with its bulkId references replaced, or told of: the one walk that finds them and that fills them in. */
export function mapBody<C extends Context>(
  method: BulkMethod,
  resourceType: CompiledResourceType,
  body: ResourceObject,
  call: Call<C>,
  substitute: Substitute,
  withhold?: Withhold,
): ResourceObject {
  const find: FindAttribute = (type, name) => attributeNamed(type, name, call);
  switch (method) {
    case "POST":
      return mapReferences(resourceType, body, find, substitute, withhold);
    case "PUT":
      return mapOwnId(mapReferences(resourceType, body, find, substitute), substitute);
    case "PATCH":
      return mapPatchReferences(resourceType, body, find, pathOptions(call), substitute);
    case "DELETE":
      return body;
  }
}

/** As the readers of bodies find it, rules of the host's own included. */
function attributeNamed<C extends Context>(type: CompiledResourceType, name: string, { engine }: Call<C>) {
  const attribute = type.attribute(name);
  if (attribute !== undefined || type.extension(name) !== undefined) return attribute;
  const qualified = name.includes(":") ? type.resolve(name) : undefined;
  if (qualified !== undefined) return qualified.sub === undefined ? qualified.attribute : undefined;
  return engine.quirks.attribute(name, type, () => undefined);
}

/** A PUT repeats the id of its URL in the body, and so the reference that stands there. */
function mapOwnId(body: ResourceObject, substitute: Substitute): ResourceObject {
  return mapMembers(body, (name, value) => {
    const bulkId = name.toLowerCase() === "id" && typeof value === "string" ? bulkIdOf(value) : undefined;
    return bulkId === undefined ? value : (substitute({ bulkId, form: "id", attribute: undefined }) ?? value);
  });
}
