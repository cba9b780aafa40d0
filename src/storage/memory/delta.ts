import { copyValue, isSame, type ResourceObject, readAttribute } from "../../schema/value.ts";
import type { DeltaRequest, DeltaResult, StorageNotice } from "../adapter.ts";
import { findReference } from "../reference.ts";
import { hasUniqueParts } from "../unique.ts";
import { rewrite } from "./change.ts";
import { changeElementOf } from "./indexes.ts";
import { settleElement } from "./references.ts";
import { type Content, Elements, type Row, withElements } from "./row.ts";
import { rowToWrite, type Tenant } from "./tenant.ts";
import { attributeAt } from "./types.ts";

/** One element before and after a delta, by its key in the collection. */
interface Change {
  readonly key: unknown;
  readonly before: ResourceObject | undefined;
  readonly after: ResourceObject | undefined;
}

/** Changes one collection of a resource; `"declined"` where that takes the checks of a whole write. */
export function applyDelta(tenant: Tenant, request: DeltaRequest): DeltaResult | "declined" | undefined {
  request.signal?.throwIfAborted();
  const { resourceType, attribute } = request;
  if (!attribute.collection || hasUniqueParts(resourceType, attribute)) return "declined";
  const row = rowToWrite(tenant, request);
  if (row === undefined) return undefined;
  if (!isFiled(row.content, request)) return "declined";
  const notices: StorageNotice[] = [];
  const changes = changesOf(tenant, row, { ...request, add: copyValue(request.add) }, notices);
  if (changes.length > 0) applyChanges(tenant, row, request, changes);
  for (const notice of notices) request.notify(notice);
  return {
    meta: copyValue(row.content.document.meta),
    added: changes.flatMap(({ after }) => (after === undefined ? [] : [copyValue(after)])),
    removed: changes.flatMap(({ before }) => (before === undefined ? [] : [before.value])),
  };
}

/** Whether the elements are kept one by one, under the keys of the request: not where another release wrote them otherwise. */
function isFiled({ collections, document }: Content, { resourceType, attribute }: DeltaRequest): boolean {
  const elements = collections.get(attribute.path);
  if (elements === undefined) return readAttribute(document, attribute) === undefined;
  return elements.isOf(resourceType, attribute);
}

/**
 * What a delta does to a collection, at a cost that depends on the delta alone: elements that are added and are there
 * already, and elements that are removed and are not there, are no change.
 * @throws {ScimError} 400 invalidValue for an added reference to nothing.
 */
function changesOf(tenant: Tenant, row: Row, request: DeltaRequest, notices: StorageNotice[]): readonly Change[] {
  const { attribute, resourceType, checkReferences } = request;
  const elements = row.content.collections.get(attribute.path);
  const reference = findReference(resourceType, attribute);
  const filed = elements ?? new Elements(resourceType, attribute);
  const changes = new Map<unknown, Change>();
  for (const value of request.remove) {
    const key = elements?.keyOfValue(value);
    const before = elements?.get(key);
    if (before !== undefined) changes.set(key, { key, before, after: undefined });
  }
  request.add.forEach((element, index) => {
    const key = filed.keyOf(element);
    const removed = changes.get(key);
    const isThere = removed === undefined ? elements?.has(key) === true : removed.after !== undefined;
    if (isThere) return;
    const options = { holder: row.id, checkReferences, notices };
    const after = reference === undefined ? element : settleElement(tenant, reference, element, index, options);
    if (after === undefined) return;
    changes.set(key, { key, before: removed?.before, after });
  });
  return [...changes.values()].filter(({ before, after }) => !isSame(before, after));
}

/** Makes the changes, which gives the row its next version. */
function applyChanges(tenant: Tenant, row: Row, request: DeltaRequest, changes: readonly Change[]): void {
  const { resourceType, attribute, at } = request;
  const one = tenant.shared.types.oneFor(resourceType);
  const elements =
    row.content.collections.get(attribute.path) ?? new Elements(one, attributeAt(one, attribute.path) ?? attribute);
  for (const { key, after } of changes) changeElementOf(tenant, row, elements, key, after);
  rewrite(tenant, row, withElements(row.content, elements), at);
}
