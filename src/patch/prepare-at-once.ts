import * as grammar from "../filter/grammar.ts";
import { provideGrammar } from "../filter/read.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { finish } from "../time-slice.ts";
import type { PreparedOperation } from "./operation.ts";
import type { ParsedOperation } from "./parse.ts";
import { type PrepareOptions, prepareWork } from "./prepare.ts";

/**
 * Resolves the operations of a PATCH against the schema and checks what can be checked without the resource: paths, types,
 * mutability. Nothing is applied. What can be seen to be wrong here is refused before any operation is applied, so that of two
 * errors in one request this one is reported, even where it stands further behind. Unknown names are reported last, because what
 * becomes of them depends on the other operations.
 *
 * @throws {ScimError} 400 invalidPath, invalidFilter, invalidValue, invalidSyntax, mutability, noTarget, naming the operation.
 * @example
 * ```ts
 * import { compileResourceType, Group } from "scimkit";
 * import { prepare } from "scimkit/patch";
 * prepare(compileResourceType(Group), [{ op: "add", path: "members", value: [{ value: "u1" }] }]);
 * ```
 * @see RFC 7644 §3.5.2
 */
export function prepare(
  resourceType: CompiledResourceType,
  operations: readonly ParsedOperation[],
  options: PrepareOptions = {},
): readonly PreparedOperation[] {
  // Whoever calls this waits for nothing.
  provideGrammar(grammar);
  return finish(prepareWork(resourceType, operations, options));
}
