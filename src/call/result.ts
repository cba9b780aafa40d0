import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { StoredResource } from "../storage/adapter.ts";
import type { Selection } from "./selection.ts";

/** One resource of a list. */
export interface ListItem {
  readonly resourceType: CompiledResourceType;
  readonly resource: StoredResource;
  /** Storage says that it can be cloned as it is (`Viewed.isPlain`). */
  readonly isPlain?: boolean;
  readonly selection: Selection;
}

/** Where the resources of a list lie in the whole result; a member that is undefined is left out. */
export interface ListPlace {
  readonly totalResults: number | undefined;
  /** Of an index page. */
  readonly startIndex?: number | undefined;
  /** As clients get it; so is the next one. */
  readonly previousCursor?: string | undefined;
  readonly nextCursor?: string | undefined;
}

/**
 * What a verb came to; `render` makes the response of it. Collections in its resources may be streams, which somebody must
 * read or free: `render` does, and `collectionStreams` for those who do not render.
 */
export type Result =
  | {
      readonly type: "resource";
      readonly status: 200 | 201;
      readonly resourceType: CompiledResourceType;
      readonly resource: StoredResource;
      /** As of a `ListItem`. */
      readonly isPlain?: boolean;
      readonly selection: Selection;
      /** Of a create: the account was there, or is one that has come back. */
      readonly isAdopted?: boolean;
    }
  | {
      readonly type: "list";
      readonly items: readonly ListItem[];
      readonly place: ListPlace;
    }
  | { readonly type: "notModified"; readonly resourceType: CompiledResourceType; readonly resource: StoredResource }
  | {
      readonly type: "patched";
      readonly resourceType: CompiledResourceType;
      readonly id: string;
      readonly version: string;
    }
  | { readonly type: "empty" }
  | { readonly type: "document"; readonly body: ResourceObject; readonly location: string | undefined }
  /** A list that is always whole. */
  | { readonly type: "documents"; readonly documents: readonly ResourceObject[] };
