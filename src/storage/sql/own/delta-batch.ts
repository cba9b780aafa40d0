import { versionMismatch } from "../../../error.ts";
import type { StorageNotice } from "../../adapter.ts";
import type { Database } from "../database.ts";
import { literal } from "../dialect/dialect.ts";
import { type Fragment, join, raw, returning, short, sql, TRUE } from "../dialect/fragment.ts";
import { isStorable } from "../key.ts";
import { isAmong } from "./batches.ts";
import { type Found, insertAdded, keysOf, settleAdded } from "./delta-steps.ts";
import { type Delta, type DoneDelta, isLikeColumn, referredId } from "./delta-terms.ts";
import { filledStatements } from "./kept-statements.ts";
import { modifiedKey } from "./keys.ts";
import { type ApartElement, elementOf, metaOf } from "./resource.ts";
import { hasMark } from "./shapes.ts";
import { deleteElements, nextVersion, ownRow, type StateRow, stateColumns } from "./statements.ts";

/** The holder, and what there is of what a delta names. */
interface State extends StateRow {
  readonly is_like: number;
  /** `[key, value, element]` of elements. */
  readonly there: string;
  /** `[id, type]` of resources. */
  readonly types: string;
}

/** How many keys may be looked up in the thread of the process. */
const FEW = 100;

/**
 * A delta as a read and a batch, where writers take turns: nobody waits for the read, and the batch goes to the database as a whole. It
 * writes only if what the read found of the elements that the delta names is still so; else `"stale"` sends the caller to the way in steps.
 *
 * @throws {ScimError} as the way in steps.
 */
export async function applyByBatch(
  database: Database,
  delta: Delta,
): Promise<DoneDelta | "stale" | "declined" | undefined> {
  const { request, owner } = delta;
  const { resourceType, ifVersion } = request;
  const state = await readState(database, delta);
  if (state === undefined) return undefined;
  if (ifVersion !== undefined && ifVersion !== state.version) throw versionMismatch();
  if (Number(state.is_like) !== 1) return "declined";
  const found = foundIn(state);
  const notices: StorageNotice[] = [];
  const removed = [...found.there].filter(([key]) => delta.removed.has(key));
  const added = settleAdded(delta, found, notices);
  const done = {
    added: [...added.values()],
    removed: removed.map(([, element]) => element.value),
    notices,
  };
  if (added.size + removed.length === 0) return { ...done, meta: metaOf(resourceType, state) };
  const keys = keysOf(
    delta,
    removed.map(([key]) => key),
  );
  const [after] = await database.batch<StateRow>(updateHolder(delta, found), () => [
    ...(keys.length === 0 ? [] : [deleteElements(owner, keys, TRUE)]),
    ...(added.size === 0 ? [] : insertAdded(delta, found, added)),
  ]);
  return after === undefined ? "stale" : { ...done, meta: metaOf(resourceType, after) };
}

const STATEMENTS = filledStatements();

async function readState(database: Database, delta: Delta): Promise<State | undefined> {
  const { request, owner, added, removed, marks } = delta;
  const { dialect, tables, tenant, type, id } = owner;
  const keys = namedKeys(delta);
  const ids = [...new Set([...added.values()].flatMap(({ element }) => referredId(element) ?? []))].filter(isStorable);
  const values = [
    ...marks,
    id,
    tenant,
    ...amongValues(keys),
    ...(ids.length === 0 ? [] : [tenant, ...amongValues(ids)]),
  ];
  const name = `state ${request.attribute.path} ${marks.length} ${amongName(keys)} ${amongName(ids)}`;
  const statement = STATEMENTS(owner, request.resourceType, name, [...values, tenant, id, type], () => {
    const elements = [raw("m.key"), raw("coalesce(m.target, m.value)"), raw("m.element")];
    const there = dialect.aggregate(elements, sql`${tables.element} m WHERE ${isNamed(delta, keys)}`);
    const resources = sql`${tables.resource} t WHERE t.tenant = ${tenant} AND ${isAmong(dialect, ids)("t.id")}`;
    const types = ids.length === 0 ? raw("'[]'") : dialect.aggregate([raw("t.id"), raw("t.type")], resources);
    return sql`SELECT ${stateColumns(dialect)}, ${isLikeColumn(delta)}, ${there} AS there, ${types} AS types
      FROM ${tables.resource} WHERE ${ownRow(owner)}`;
  });
  const [state] = await database.run<State>(short(statement, added.size + removed.size <= FEW));
  return state;
}

function namedKeys({ added, removed }: Delta): readonly string[] {
  return [...new Set([...added.keys(), ...removed])];
}

/** The values of a condition that `isAmong` makes, and what its text depends on. */
function amongValues(texts: readonly string[]): readonly string[] {
  return texts.length === 1 ? texts : [JSON.stringify(texts)];
}

function amongName({ length }: readonly string[]): number {
  return Math.min(length, 2);
}

function foundIn({ there, types }: State): Found {
  const elements = JSON.parse(there) as readonly (readonly [key: string, ...ApartElement])[];
  return {
    there: new Map(elements.map(([key, ...element]) => [key, elementOf(element)])),
    types: new Map(JSON.parse(types) as readonly (readonly [string, string])[]),
  };
}

/** Condition on elements `m` of the holder: they have one of the keys. */
function isNamed({ request, owner }: Delta, keys: readonly string[]): Fragment {
  return sql`m.id = ${owner.id} AND m.tenant = ${owner.tenant}
    AND m.attribute = ${literal(request.attribute.path)} AND ${isAmong(owner.dialect, keys)("m.key")}`;
}

/** Gives the holder its next version where the elements are what they were. */
function updateHolder(delta: Delta, { there }: Found): Fragment {
  const { request, owner, marks } = delta;
  const { dialect, tables, tenant, type, id } = owner;
  const { resourceType, attribute, at, ifVersion } = request;
  const keys = namedKeys(delta);
  const version = ifVersion === undefined ? [] : [Number(ifVersion)];
  const next = [at, at, at, modifiedKey(resourceType, at)];
  const values = [...next, tenant, id, type, ...marks, ...version, id, tenant, ...amongValues(keys), there.size];
  const name = `update ${attribute.path} ${marks.length} ${amongName(keys)} ${version.length}`;
  return STATEMENTS(owner, resourceType, name, values, () => {
    const conditions = [
      ownRow(owner),
      hasMark(dialect, marks, ""),
      ...version.map((number) => sql`version = ${number}`),
      sql`(SELECT count(*) FROM ${tables.element} m WHERE ${isNamed(delta, keys)}) = ${there.size}`,
    ];
    const update = sql`UPDATE ${tables.resource} SET ${nextVersion(resourceType, at)}
      WHERE ${join(conditions, " AND ")}`;
    return returning(update, stateColumns(dialect), sql`${tables.resource} WHERE ${ownRow(owner)}`);
  });
}
