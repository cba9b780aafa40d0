import { conflict, versionMismatch } from "../../../error.ts";
import { isSame, type ResourceObject } from "../../../schema/value.ts";
import type { Context, DeltaRequest, DeltaResult } from "../../adapter.ts";
import { findReference, settleReference } from "../../reference.ts";
import { hasUniqueParts } from "../../unique.ts";
import type { Database, Session } from "../database.ts";
import { faultOf } from "../dialect/fault.ts";
import { sql, TRUE } from "../dialect/fragment.ts";
import { escapeKey, isStorable, keyText, LONGEST_KEY } from "../key.ts";
import { MOST_TRIES } from "./create.ts";
import { deltaStatement } from "./delta-statement.ts";
import { type ElementRow, elementOf, elementRow, metaOf, modifiedKey } from "./row.ts";
import { typesOf } from "./settle.ts";
import { deleteElements, insertElements, lock, type Owner, ownRow } from "./statements.ts";
import type { Tables } from "./tables.ts";

/** A delta in the terms of the tables. */
export interface Delta {
  readonly request: DeltaRequest;
  readonly owner: Owner;
  /** Elements to add by key; the first of several with one key counts. `index` is the place in the request. */
  readonly added: ReadonlyMap<string, { readonly element: ResourceObject; readonly index: number }>;
  /** Keys to remove. */
  readonly removed: ReadonlySet<string>;
}

/**
 * Adds to and removes from a collection at a cost that depends on the delta alone: one statement on PostgreSQL, three or four
 * on SQLite, none of which reads an element that the delta does not name.
 */
export async function applyDelta(
  database: Database,
  tables: Tables,
  request: DeltaRequest,
  context: Context,
): Promise<DeltaResult | "declined" | undefined> {
  request.signal?.throwIfAborted();
  const { attribute, resourceType, id } = request;
  // Elements with unique parts need the checks of a whole write.
  if (!attribute.collection || hasUniqueParts(resourceType, attribute)) return "declined";
  if (!isStorable(id)) return undefined;
  const tenant = context.tenant ?? "";
  const owner: Owner = { dialect: database.dialect, tables, tenant, type: resourceType.name, id };
  const delta = deltaOf(request, owner);
  for (let attempt = 1; attempt <= MOST_TRIES; attempt++) {
    try {
      const outcome = canBeOneStatement(delta) ? await deltaStatement(database, delta) : "declined";
      if (outcome !== "declined") return outcome;
      return await database.transaction((session) => deltaInSteps(session, delta));
    } catch (error) {
      // A resource that is referred to has gone meanwhile: the next try says which.
      if (faultOf(error) !== "reference") throw error;
    }
  }
  throw conflict();
}

function deltaOf(request: DeltaRequest, owner: Owner): Delta {
  const { attribute, resourceType } = request;
  const added = new Map<string, { element: ResourceObject; index: number }>();
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
  return { request, owner, added, removed };
}

/** Statements within one see the state before it, so that an element cannot be both removed and added. */
function canBeOneStatement({ owner, added, removed }: Delta): boolean {
  if (owner.dialect.name !== "postgres") return false;
  for (const key of added.keys()) if (removed.has(key)) return false;
  return true;
}

async function deltaInSteps(session: Session, delta: Delta): Promise<DeltaResult | undefined> {
  const { request, owner, removed } = delta;
  const { resourceType, ifVersion, at } = request;
  const locked = await lock(session, owner);
  if (locked === undefined) return undefined;
  if (ifVersion !== undefined && ifVersion !== locked.version) throw versionMismatch();
  const before = removed.size === 0 ? new Map<string, ResourceObject>() : await removeElements(session, delta);
  const after = await addElements(session, delta);
  const removedValues = [...before].filter(([key, element]) => !isSame(element, after.get(key)));
  const addedElements = [...after].filter(([key, element]) => !isSame(element, before.get(key)));
  const isChanged = removedValues.length + addedElements.length > 0;
  const [changed = locked] = isChanged
    ? await session.run<typeof locked>(
        sql`UPDATE ${owner.tables.resource} SET version = version + 1, modified = ${at}, modified_key = ${modifiedKey(resourceType, at)} WHERE ${ownRow(owner)} RETURNING CAST(version AS TEXT) AS version, created, modified`,
      )
    : [];
  return {
    meta: metaOf(resourceType, changed),
    added: addedElements.map(([, element]) => element),
    removed: removedValues.map(([, element]) => element.value),
  };
}

/** Removes elements, and gives those that were there by key. */
async function removeElements(
  session: Session,
  { owner, request, removed }: Delta,
): Promise<Map<string, ResourceObject>> {
  const rows = [...removed].map((key) => ({ attribute: request.attribute.path, key }));
  const gone = await session.run<GoneRow>(
    sql`${deleteElements(owner, rows, TRUE)} RETURNING key, target, value, element`,
  );
  return new Map(gone.map((row) => [row.key, storedElement(row)]));
}

interface GoneRow {
  readonly key: string;
  readonly target: string | null;
  readonly value: string | null;
  readonly element: string | null;
}

function storedElement({ target, value, element }: GoneRow): ResourceObject {
  return elementOf([target ?? value, element]);
}

/** Adds the elements that are not there, and gives those by key as they are stored. */
async function addElements(session: Session, { owner, request, added }: Delta): Promise<Map<string, ResourceObject>> {
  if (added.size === 0) return new Map();
  const { attribute, resourceType } = request;
  const { tables, tenant } = owner;
  const json = JSON.stringify([...added.keys()]);
  const there = await session.run<{ key: string }>(
    sql`SELECT m.key FROM ${tables.element} m WHERE m.tenant = ${tenant} AND m.id = ${owner.id} AND m.attribute = ${attribute.path} AND m.key IN (SELECT value FROM ${owner.dialect.list(json)})`,
  );
  const keys = new Set(there.map(({ key }) => key));
  const fresh = [...added].filter(([key]) => !keys.has(key));
  if (fresh.length === 0) return new Map();
  const reference = findReference(resourceType, attribute);
  const types = await typesOf(
    session,
    tables,
    tenant,
    fresh.flatMap(([, { element }]) => idOf(element)),
  );
  const rows: ElementRow[] = [];
  const settled = new Map<string, ResourceObject>();
  for (const [key, { element, index }] of fresh) {
    const [id] = idOf(element);
    const options = { holder: owner.id, checkReferences: request.checkReferences };
    const after =
      reference === undefined || id === undefined
        ? element
        : settleReference({ reference, element, id, index }, types.get(id), options);
    settled.set(key, after);
    rows.push({ ...elementRow(resourceType, attribute, after, attribute.path), key });
  }
  const isTarget = (_: string, id: string): boolean => reference?.resourceTypes.includes(types.get(id) ?? "") === true;
  await session.run(insertElements(owner, rows, isTarget, TRUE));
  return settled;
}

export function idOf({ value }: ResourceObject): [] | [string] {
  return typeof value === "string" ? [value] : [];
}
