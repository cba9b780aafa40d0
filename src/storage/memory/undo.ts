import type { ResourceObject } from "../../schema/value.ts";
import type { KeyIndex } from "./key-index.ts";
import type { ReferenceIndex } from "./reference-index.ts";
import type { Content, Elements, Row } from "./row.ts";

/**
 * What writes changed since a reader began, as it was before: by this, one that goes on over several turns of the event loop still
 * sees the state that it began with. Of what changes twice, the first counts.
 */
export class Undo {
  readonly contents = new Map<Row, Content>();
  /** Elements of collections, which are changed in place; undefined for one that was not there. */
  readonly elements = new Map<Elements, Map<unknown, ResourceObject | undefined>>();
  /** The rows that let a reference go. */
  readonly holders = new Map<ReferenceIndex, KeyIndex>();
  readonly deleted = new Map<string, Row>();
  /** What was changed since a later reader began: then writes note there, once for all. */
  next: Undo | undefined;

  /** Whether a reader that begins now would see the same. New rows are told by their number, and noted nowhere. */
  get isEmpty(): boolean {
    return this.contents.size === 0 && this.deleted.size === 0;
  }
}

/** The readers of a tenant that look at one state over several turns. */
export interface Readers {
  count: number;
  /**
   * Where writes note what they change: at the newest reader, whom the older ones reach by their own. Weak, because a runtime may
   * end a reader without a word.
   */
  newest: WeakRef<Undo> | undefined;
}
