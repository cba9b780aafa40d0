import { latestOf } from "../../schema/latest.ts";
import type { ResourceObject } from "../../schema/value.ts";
import { getOrCreate } from "../get-or-create.ts";
import { keyIndex } from "./key-index.ts";
import type { ReferenceIndex } from "./reference-index.ts";
import { type Content, type Elements, metaOf, type Row } from "./row.ts";
import { rowsOfType, type Tenant } from "./tenant.ts";

/** What is told of every change, so that its readers can look behind it. */
type Read = Pick<Tenant, "readers">;

/** Gives a row another content. */
export function changeContent({ readers }: Read, row: Row, content: Content): void {
  const undo = readers.newest?.deref();
  if (undo !== undefined && !undo.contents.has(row)) undo.contents.set(row, row.content);
  // A content that was made out of another one has taken along what a reader found of that.
  content.plain = undefined;
  row.content = content;
}

/** Gives a row another content, and its next version. `at` is the present, whatever the clocks of other servers said before. */
export function rewrite(tenant: Read, row: Row, content: Content, at: string): void {
  row.version++;
  const { created, lastModified: last } = row.content.document.meta;
  const meta = metaOf({ ...content.document.meta, lastModified: latestOf(at, last, created) }, row.version);
  changeContent(tenant, row, { ...content, document: { ...content.document, meta } });
}

/** Takes a row out of a tenant, but for its indexes. */
export function removeRow(tenant: Tenant, row: Row): void {
  const undo = tenant.readers.newest?.deref();
  if (undo !== undefined && !undo.deleted.has(row.id)) undo.deleted.set(row.id, row);
  rowsOfType(tenant, row.content.resourceType).delete(row.id);
  tenant.byId.delete(row.id);
}

/** Changes one element of a collection, or takes it away. */
export function changeElement({ readers }: Read, elements: Elements, key: unknown, after?: ResourceObject): void {
  const undo = readers.newest?.deref();
  if (undo !== undefined) {
    const changed = getOrCreate(undo.elements, elements, () => new Map());
    if (!changed.has(key)) changed.set(key, elements.get(key));
  }
  if (after === undefined) elements.delete(key);
  else elements.set(key, after);
}

/** Takes a row out of the index of those that hold a reference. */
export function letGo({ readers }: Read, index: ReferenceIndex, key: unknown, row: Row): void {
  const undo = readers.newest?.deref();
  if (undo !== undefined) getOrCreate(undo.holders, index, keyIndex).add(key, row);
  index.holders.delete(key, row);
}
