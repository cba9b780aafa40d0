import type { AskedPage } from "../protocol/operation.ts";
import type { Selection } from "../protocol/selection.ts";
import type { ResourceType } from "../schema/resource-type.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { QueryResult, StoredResource } from "../storage/adapter.ts";

/**
 * What a verb came to; `render` makes the response of it. Collections in its resources may be streams, which somebody must
 * read or free: `render` does, and `collectionStreams` for those who do not render.
 */
export type Result =
  | {
      readonly type: "resource";
      readonly status: 200 | 201;
      readonly resourceType: ResourceType;
      readonly resource: StoredResource;
      readonly selection: Selection;
    }
  | {
      readonly type: "list";
      readonly resourceType: ResourceType;
      /** With cursors as clients get them. */
      readonly found: QueryResult;
      readonly page: AskedPage;
      readonly selection: Selection;
    }
  | { readonly type: "notModified"; readonly resourceType: ResourceType; readonly resource: StoredResource }
  | { readonly type: "patched"; readonly resourceType: ResourceType; readonly id: string; readonly version: string }
  | { readonly type: "empty" }
  | { readonly type: "document"; readonly body: ResourceObject; readonly location: string | undefined };
