import { versionMismatch } from "../../../error.ts";
import { isSame, type ResourceObject } from "../../../schema/value.ts";
import type { StorageNotice } from "../../adapter.ts";
import { findReference } from "../../reference.ts";
import type { Session } from "../database.ts";
import { cast } from "../dialect/dialect.ts";
import { type Fragment, join, raw, sql, TRUE } from "../dialect/fragment.ts";
import { isStorable } from "../key.ts";
import { type Delta, type DoneDelta, isLikeColumn, referredId, settleElement, withKeys } from "./delta-terms.ts";
import { elementOf, metaOf } from "./resource.ts";
import { type ElementRow, elementRow } from "./row.ts";
import { deleteElements, insertElements, lock, nextVersion, ownRow, type StateRow } from "./statements.ts";

/**
 * A delta as several statements, within a transaction. Undefined where there is no holder, `"declined"` where its elements are not
 * as a delta leaves them.
 */
export async function applyInSteps(session: Session, delta: Delta): Promise<DoneDelta | "declined" | undefined> {
  const { request, owner } = delta;
  const { resourceType, ifVersion } = request;
  const locked = await lock<{ is_like: number }>(session, owner, sql`, ${isLikeColumn(delta)}`);
  if (locked === undefined) return undefined;
  if (ifVersion !== undefined && ifVersion !== locked.version) throw versionMismatch();
  if (Number(locked.is_like) !== 1) return "declined";
  const found = await readState(session, delta);
  const notices: StorageNotice[] = [];
  const before = new Map([...found.there].filter(([key]) => delta.removed.has(key)));
  const after = settleAdded(delta, found, notices);
  const removed = [...before].filter(([key, element]) => !isSame(element, after.get(key)));
  const added = [...after].filter(([key, element]) => !isSame(element, before.get(key)));
  if (before.size > 0) await session.run(deleteElements(owner, keysOf(delta, before.keys()), TRUE));
  if (after.size > 0) for (const statement of insertAdded(delta, found, after)) await session.run(statement);
  const isChanged = removed.length + added.length > 0;
  if (isChanged) await session.run(setNextVersion(delta));
  return {
    meta: metaOf(resourceType, isChanged ? nextState(locked, request.at) : locked),
    added: added.map(([, element]) => element),
    removed: removed.map(([, element]) => element.value),
    notices,
  };
}

function setNextVersion({ request, owner }: Delta): Fragment {
  const { resourceType, at } = request;
  return sql`UPDATE ${owner.tables.resource} SET ${nextVersion(resourceType, at)} WHERE ${ownRow(owner)}`;
}

/** What `nextVersion` makes of a row, which is locked. */
function nextState({ version, created, modified }: StateRow, at: string): StateRow {
  return { version: String(BigInt(version) + 1n), created, modified: modified > at ? modified : at };
}

/** What is there of what a delta names. */
export interface Found {
  /** Elements by key, those to add as well as those to remove. */
  readonly there: ReadonlyMap<string, ResourceObject>;
  /** The resource types of the ids that elements to add refer to. */
  readonly types: ReadonlyMap<string, string>;
}

interface FoundRow {
  /** The key of an element, or the id of a resource of a `type`. */
  readonly name: string;
  readonly value: string | null;
  readonly element: string | null;
  readonly type: string | null;
}

/** Reads all of it by one statement, so that a delta takes no more than five. */
async function readState(session: Session, delta: Delta): Promise<Found> {
  const { owner, added, removed } = delta;
  const { dialect, tables, tenant } = owner;
  const keys = new Set([...added.keys(), ...removed]);
  const ids = new Set([...added.values()].flatMap(({ element }) => referredId(element) ?? []).filter(isStorable));
  const none = cast(dialect, raw("NULL"), "text");
  const parts = [
    ...(keys.size === 0
      ? []
      : [
          sql`SELECT key AS name, coalesce(target, value) AS value, element, ${none} AS type
            FROM ${tables.element} WHERE ${withKeys(delta, keys)}`,
        ]),
    ...(ids.size === 0
      ? []
      : [
          sql`SELECT r.id AS name, ${none} AS value, ${none} AS element, r.type FROM ${tables.resource} r
            WHERE r.tenant = ${tenant} AND r.id IN (SELECT value FROM ${dialect.list(JSON.stringify([...ids]))})`,
        ]),
  ];
  const rows = parts.length === 0 ? [] : await session.run<FoundRow>(join(parts, " UNION ALL "));
  return {
    there: new Map(
      rows.flatMap(({ name, value, element, type }) => (type === null ? [[name, elementOf([value, element])]] : [])),
    ),
    types: new Map(rows.flatMap(({ name, type }) => (type === null ? [] : [[name, type]]))),
  };
}

export function keysOf({ request }: Delta, keys: Iterable<string>) {
  return Array.from(keys, (key) => ({ attribute: request.attribute.path, key }));
}

/** The elements that come, by key and as they are stored: those that are not there, or that are removed as well. */
export function settleAdded(delta: Delta, { there, types }: Found, notices: StorageNotice[]) {
  const settled = new Map<string, ResourceObject>();
  for (const [key, one] of delta.added) {
    if (there.has(key) && !delta.removed.has(key)) continue;
    const element = settleElement(delta, one, types.get(referredId(one.element) ?? ""), notices);
    if (element !== undefined) settled.set(key, element);
  }
  return settled;
}

export function insertAdded(
  { request, owner }: Delta,
  { types }: Found,
  after: ReadonlyMap<string, ResourceObject>,
): readonly Fragment[] {
  const { attribute, resourceType } = request;
  const rows = [...after].map(
    ([key, element]): ElementRow => ({ ...elementRow(resourceType, attribute, element, attribute.path), key }),
  );
  const resourceTypes = findReference(resourceType, attribute)?.resourceTypes ?? [];
  const isTarget = (_: string, id: string): boolean => resourceTypes.includes(types.get(id) ?? "");
  return insertElements(owner, rows, isTarget, TRUE);
}
