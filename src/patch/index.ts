/**
 * The PATCH engine for adapter authors and tests. A request goes through it in four steps, none of which does I/O: `parsePatch`
 * reads the envelope, `prepare` resolves paths and values against the schema, `classify` says whether storage can do it as a
 * delta without a read, and `applyPatch` makes the new state of the old one where it cannot.
 *
 * @see RFC 7644 §3.5.2
 */

export type { ValueLimits } from "../schema/validate.ts";
export type { ResourceObject } from "../schema/value.ts";
export type { ReadOptions, Tolerances } from "../schema/value-reader.ts";
export { type ApplyOptions, applyPatch, type Patched } from "./apply.ts";
export { classify, type Delta, operationsOf } from "./delta.ts";
export type { JsonPatchOperation } from "./json-patch.ts";
export type {
  AttributeOperation,
  EchoOperation,
  ElementOperation,
  ExtensionOperation,
  PreparedOperation,
  SchemasOperation,
  SecretOperation,
} from "./operation.ts";
export { type Op, PATCH_SCHEMA, type ParsedOperation, type ParseOptions, parsePatch } from "./parse.ts";
export type { PrepareOptions } from "./prepare.ts";
export { prepare } from "./prepare-at-once.ts";
