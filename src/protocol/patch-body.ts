import { type Call, readOptions } from "../call/call.ts";
import { parseOptions, resolveOptions } from "../call/settings.ts";
import { tolerance } from "../call/tolerance.ts";
import type { PreparedOperation } from "../patch/operation.ts";
import { parsePatch } from "../patch/parse.ts";
import { prepare } from "../patch/prepare.ts";
import type { ResourceType } from "../schema/resource-type.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { Context } from "../storage/adapter.ts";

/**
 * Reads the body of a PATCH: the envelope, then each operation against the schema.
 * @throws {ScimError} 400 as `parsePatch` and `prepare`.
 * @see RFC 7644 §3.5.2
 */
export function readPatch<C extends Context>(
  resourceType: ResourceType,
  body: ResourceObject,
  call: Call<C>,
): readonly PreparedOperation[] {
  const missingSchemas = tolerance(call, "missingSchemas");
  const emptyOperations = tolerance(call, "emptyOperations");
  const operations = parsePatch(body, {
    maxOperations: call.engine.limits.operations,
    missingSchemas: missingSchemas && (() => missingSchemas("schemas")),
    emptyOperations: emptyOperations && (() => emptyOperations("Operations")),
  });
  return prepare(resourceType, operations, {
    read: readOptions(call, resourceType),
    resolve: resolveOptions(resourceType, call),
    filter: parseOptions(call),
    alias: (name) => call.engine.quirks.alias(name, resourceType, "path", call.note),
    unknownPath: tolerance(call, "unknownPaths"),
    readOnlyValue: tolerance(call, "readOnlyValues"),
    pathKey: tolerance(call, "pathKeys"),
    removeValue: tolerance(call, "removeValueList"),
    maxOperations: call.engine.limits.operations,
  });
}
