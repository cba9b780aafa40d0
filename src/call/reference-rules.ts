import type { CompiledResourceType, ReferenceAttribute } from "../schema/resource-type.ts";
import type { MissingReference, WriteRequest } from "../storage/adapter.ts";

/** An attribute whose references lead into other storages than that of its own resource. */
export interface ForeignReference {
  readonly reference: ReferenceAttribute;
  /** The resource types that can be asked. */
  readonly targets: readonly CompiledResourceType[];
  readonly missing: MissingReference;
}

/** What becomes of the references of a resource type that lead to nothing. */
export interface ReferenceRules {
  /** What its storage is to do, in the same atomic step as the write. */
  readonly checkReferences: WriteRequest["checkReferences"];
  /** What storage cannot look up itself. */
  readonly foreign: readonly ForeignReference[];
  /** Paths of the attributes of which nothing is told, because the host ignores them. */
  readonly untold: ReadonlySet<string>;
}
