import { type Call, readOptions } from "../operations/call.ts";
import type { PreparedOperation } from "../patch/operation.ts";
import { parsePatch } from "../patch/parse.ts";
import { prepare } from "../patch/prepare.ts";
import type { Readings } from "../quirks/quirk.ts";
import type { ResourceType } from "../schema/resource-type.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { Context } from "../storage/adapter.ts";
import { parseOptions, resolveOptions } from "./resolve-options.ts";

/** Told where a reading was needed; undefined where the profile does not have it. */
export function tolerance<C extends Context>(
  call: Call<C>,
  reading: keyof Readings,
): ((path: string) => void) | undefined {
  const { quirks } = call.engine;
  return quirks.reads[reading] ? (path) => call.note(quirks.ruleOf(reading), path) : undefined;
}

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
    unknownPath: tolerance(call, "unknownPaths"),
    readOnlyValue: tolerance(call, "readOnlyValues"),
    pathKey: tolerance(call, "pathKeys"),
    removeValue: tolerance(call, "removeValueList"),
  });
}
