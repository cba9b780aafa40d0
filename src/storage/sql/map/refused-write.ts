import type { ScimError } from "../../../error.ts";

/** What is known of a write that the database refused. */
export interface RefusedWrite {
  /** By what the host has named it: the constraint, or what a trigger raised. */
  readonly constraint: string;
  /** What was written: storage's own word. `commit`: what was deferred to the end of a transaction of several writes. */
  readonly operation: "create" | "replace" | "applyDelta" | "delete" | "commit";
  /** The name of the resource type; undefined of a commit. */
  readonly resourceType: string | undefined;
  /** The id of the resource; undefined of a commit, and of a create whose id the database makes. */
  readonly id: string | undefined;
}

/** The same before it is known by which name it was refused. */
export type Attempted = Omit<RefusedWrite, "constraint">;

/** Makes the error that clients get. */
export type RefusalAnswer = (refused: RefusedWrite) => ScimError;
