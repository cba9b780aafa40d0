/** The PATCH engine for adapter authors and tests: parse, prepare, classify, apply. @see RFC 7644 §3.5.2 */
export type { ReadOptions, Tolerances } from "../schema/canonical.ts";
export type { ValueLimits } from "../schema/validate.ts";
export type { ResourceObject } from "../schema/value.ts";
export { type ApplyOptions, applyPatch, type Patched } from "./apply.ts";
export { classify, type Delta, operationsOf } from "./delta.ts";
export type { AttributeOperation, ElementOperation, PreparedOperation } from "./operation.ts";
export { PATCH_SCHEMA, type ParseOptions, type PatchOperation, parsePatch } from "./parse.ts";
export { type PrepareOptions, prepare } from "./prepare.ts";
