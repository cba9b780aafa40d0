import type { ResourceObject } from "../../../schema/value.ts";
import type { DeltaRequest, DeltaResult, StorageNotice } from "../../adapter.ts";
import { findReference, settleReference } from "../../reference.ts";
import { type Fragment, sql } from "../dialect/fragment.ts";
import { escapeKey, isStorable, keyText, LONGEST_KEY } from "../key.ts";
import { elementRow } from "./row.ts";
import { hasMark, type KnownShapes, likeMarksFor } from "./shapes.ts";
import { elementKeys, hasKeyIn, type Owner } from "./statements.ts";

/** A delta in the terms of the tables. */
export interface Delta {
  readonly request: DeltaRequest;
  readonly owner: Owner;
  /** Elements to add by key; the first of several with one key counts. */
  readonly added: ReadonlyMap<string, AddedElement>;
  /** Keys to remove. */
  readonly removed: ReadonlySet<string>;
  /** The marks of holders whose elements are as a delta leaves them. Others are for a whole write, which makes them so. */
  readonly marks: readonly string[];
}

/** What a delta did, and what is to be told after it. */
export interface DoneDelta extends DeltaResult {
  readonly notices: readonly StorageNotice[];
}

/** An element to add, and its place in the request. */
export interface AddedElement {
  readonly element: ResourceObject;
  readonly index: number;
}

/**
 * Puts a delta into the terms of the tables.
 * @throws {ScimError} 400 invalidValue for a `value` that no index can hold.
 */
export function deltaOf(request: DeltaRequest, owner: Owner, shapes: KnownShapes): Delta {
  const { attribute, resourceType } = request;
  const added = new Map<string, AddedElement>();
  request.add.forEach((element, index) => {
    const { key } = elementRow(resourceType, attribute, element, `${attribute.path}[${index}]`);
    if (!added.has(key)) added.set(key, { element, index });
  });
  const identity = attribute.sub("value") ?? attribute;
  const removed = new Set(
    request.remove
      .map((value) => keyText(identity.key(value)))
      // A key that cannot be stored is the key of nothing.
      .filter((key) => isStorable(key) && key.length <= LONGEST_KEY)
      .map(escapeKey),
  );
  return { request, owner, added, removed, marks: likeMarksFor(shapes, attribute) };
}

/** A column of the holder, which has no alias: 1 where it has one of the marks, else 0. */
export function isLikeColumn({ owner, marks }: Delta): Fragment {
  return sql`CASE WHEN ${hasMark(owner.dialect, marks, "")} THEN 1 ELSE 0 END AS is_like`;
}

/** Condition on rows of elements, which have no alias: they are of the delta's collection, with one of the keys. */
export function withKeys({ request, owner }: Delta, keys: Iterable<string>): Fragment {
  const attribute = request.attribute.path;
  return hasKeyIn(
    owner,
    elementKeys(
      owner,
      Array.from(keys, (key) => ({ attribute, key })),
    ),
  );
}

/**
 * The element as it is stored, where its reference was found to lead to a resource of the type; undefined where it is
 * left out. `notices` collects what is to be told.
 * @throws {ScimError} 400 invalidValue as `settleReference`.
 */
export function settleElement(
  { request, owner }: Delta,
  { element, index }: AddedElement,
  type: string | undefined,
  notices: StorageNotice[] = [],
): ResourceObject | undefined {
  const { resourceType, attribute, checkReferences } = request;
  const reference = findReference(resourceType, attribute);
  const id = referredId(element);
  if (reference === undefined || id === undefined) return element;
  return settleReference({ reference, element, id, index }, type, { holder: owner.id, checkReferences, notices });
}

/** The id that an element names, where it is a reference. */
export function referredId({ value }: ResourceObject): string | undefined {
  return typeof value === "string" ? value : undefined;
}
