import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import type { TableMapping } from "./mapping.ts";

/** A mapping on the way to its compiled form. */
export interface Compiling {
  readonly resourceType: CompiledResourceType;
  readonly mapping: TableMapping;
  /** Gives the next column its name in the statements of scimkit. */
  nextAlias(): string;
  /** @throws {TypeError} that says what does not fit. */
  fail(problem: string): never;
}

/** Begins to compile a mapping. */
export function beginCompiling(resourceType: CompiledResourceType, mapping: TableMapping): Compiling {
  let aliases = 0;
  return {
    resourceType,
    mapping,
    nextAlias: () => `c${aliases++}`,
    fail: (problem) => {
      throw new TypeError(`mapTable: ${resourceType.name}: ${problem}`);
    },
  };
}
