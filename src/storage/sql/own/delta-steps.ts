import { versionMismatch } from "../../../error.ts";
import { isSame, type ResourceObject } from "../../../schema/value.ts";
import type { StorageNotice } from "../../adapter.ts";
import { findReference } from "../../reference.ts";
import type { Session } from "../database.ts";
import { type Fragment, returning, sql, TRUE } from "../dialect/fragment.ts";
import { type Delta, type DoneDelta, isLikeColumn, referredId, settleElement, withKeys } from "./delta-terms.ts";
import { elementOf, metaOf } from "./resource.ts";
import { type ElementRow, elementRow } from "./row.ts";
import { typesOf } from "./settle.ts";
import { insertElements, lock, nextVersion, ownRow, type StateRow, stateColumns } from "./statements.ts";

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
  const before = await removeElements(session, delta);
  const notices: StorageNotice[] = [];
  const after = await addElements(session, delta, notices);
  const removed = [...before].filter(([key, element]) => !isSame(element, after.get(key)));
  const added = [...after].filter(([key, element]) => !isSame(element, before.get(key)));
  const isChanged = removed.length + added.length > 0;
  const [changed = locked as StateRow] = isChanged ? await session.run<StateRow>(setNextVersion(delta)) : [];
  return {
    meta: metaOf(resourceType, changed),
    added: added.map(([, element]) => element),
    removed: removed.map(([, element]) => element.value),
    notices,
  };
}

function setNextVersion({ request, owner }: Delta): Fragment {
  const { resourceType, at } = request;
  const { dialect, tables } = owner;
  const update = sql`UPDATE ${tables.resource} SET ${nextVersion(resourceType, at)} WHERE ${ownRow(owner)}`;
  return returning(update, stateColumns(dialect), sql`${tables.resource} WHERE ${ownRow(owner)}`);
}

interface GoneRow {
  readonly key: string;
  readonly target: string | null;
  readonly value: string | null;
  readonly element: string | null;
}

/** Removes elements, and gives those that were there by key. */
async function removeElements(session: Session, delta: Delta): Promise<ReadonlyMap<string, ResourceObject>> {
  if (delta.removed.size === 0) return new Map();
  const rows = sql`${delta.owner.tables.element} WHERE ${withKeys(delta, delta.removed)}`;
  const gone = await session.run<GoneRow>(returning(sql`DELETE FROM ${rows}`, sql`key, target, value, element`, rows));
  return new Map(gone.map(({ key, target, value, element }) => [key, elementOf([target ?? value, element])]));
}

/** Adds the elements that are not there, and gives those by key as they are stored. */
async function addElements(
  session: Session,
  delta: Delta,
  notices: StorageNotice[],
): Promise<ReadonlyMap<string, ResourceObject>> {
  const { owner, request, added } = delta;
  const { attribute, resourceType } = request;
  const there = await keysThere(session, delta);
  const fresh = [...added].filter(([key]) => !there.has(key));
  if (fresh.length === 0) return new Map();
  const ids = fresh.flatMap(([, { element }]) => referredId(element) ?? []);
  const types = await typesOf(session, owner.tables, owner.tenant, ids);
  const settled = new Map(
    fresh.flatMap(([key, one]) => {
      const element = settleElement(delta, one, types.get(referredId(one.element) ?? ""), notices);
      return element === undefined ? [] : [[key, element] as const];
    }),
  );
  if (settled.size === 0) return settled;
  const rows = [...settled].map(
    ([key, element]): ElementRow => ({ ...elementRow(resourceType, attribute, element, attribute.path), key }),
  );
  const resourceTypes = findReference(resourceType, attribute)?.resourceTypes ?? [];
  const isTarget = (_: string, id: string): boolean => resourceTypes.includes(types.get(id) ?? "");
  for (const statement of insertElements(owner, rows, isTarget, TRUE)) await session.run(statement);
  return settled;
}

/** Which elements to add are there already, by their keys. */
async function keysThere(session: Session, delta: Delta): Promise<ReadonlySet<string>> {
  const { owner, added } = delta;
  if (added.size === 0) return new Set();
  const rows = await session.run<{ key: string }>(
    sql`SELECT key FROM ${owner.tables.element} WHERE ${withKeys(delta, added.keys())}`,
  );
  return new Set(rows.map(({ key }) => key));
}
