import { versionMismatch } from "../../../error.ts";
import type { ResourceObject } from "../../../schema/value.ts";
import type { StorageNotice } from "../../adapter.ts";
import { findReference } from "../../reference.ts";
import type { Database } from "../database.ts";
import { balance, type Fragment, join, raw, sql } from "../dialect/fragment.ts";
import {
  type AddedElement,
  type Delta,
  type DoneDelta,
  isLikeColumn,
  referredId,
  settleElement,
  withKeys,
} from "./delta-terms.ts";
import { elementOf, metaOf } from "./resource.ts";
import { elementRow } from "./row.ts";
import { nextVersion, ownRow } from "./statements.ts";

/** What the statement gives: the holder as it is afterwards, and what was done. */
interface Outcome {
  readonly before: string;
  readonly version: string;
  readonly created: string;
  readonly modified: string;
  /** 1 where another transaction changed the holder while this one waited, so that nothing was done. */
  readonly stale: number;
  /** 0 where the elements are not as a delta leaves them, so that nothing was done. */
  readonly is_like: number;
  /** `[place in the list, resource type found or null]` of each element that was refused, left out or inserted. */
  readonly wanted: string | null;
  /** Places of the elements that were inserted. */
  readonly inserted: string | null;
  /** `[target, value, element]` of the elements that were removed. */
  readonly removed: string | null;
}

/**
 * A delta as one statement, for dialects that have writes in a WITH: locks the holder, looks the references up,
 * deletes, inserts what is not there yet, and gives the holder its next version only if a row was really inserted or
 * deleted [G-1 G-9].
 *
 * A statement reads the state in which it began. What a transaction that was waited for inserted is met by the unique
 * key, but not found for deletion: then nothing is done, and `"stale"` sends the caller to the way in steps. `"declined"` is for the
 * way of a whole write, where the elements are not as a delta leaves them.
 *
 * @throws {ScimError} 400 invalidValue for a reference to nothing, and 412 for a stale version; nothing is written
 * then.
 */
export async function applyByStatement(
  database: Database,
  delta: Delta,
): Promise<DoneDelta | "stale" | "declined" | undefined> {
  const { resourceType, ifVersion } = delta.request;
  // Within a transaction behind a savepoint, so that one that is refused can be tried again.
  const [outcome] = await database.batch<Outcome>(statementOf(delta), () => []);
  if (outcome === undefined) return undefined;
  if (ifVersion !== undefined && ifVersion !== outcome.before) throw versionMismatch();
  if (Number(outcome.is_like) !== 1) return "declined";
  if (Number(outcome.stale) === 1) return "stale";
  const elements = [...delta.added.values()];
  const types = new Map(parseList<[number, string | null]>(outcome.wanted));
  const notices: StorageNotice[] = [];
  // Those that are there already are not in the list, and not looked at.
  const settled = new Map(
    [...types].map(([place, type]) => [
      place,
      settleElement(delta, elements[place] as AddedElement, type ?? undefined, notices),
    ]),
  );
  const added = parseList<number>(outcome.inserted)
    .sort((left, right) => left - right)
    .map((place) => settled.get(place))
    .filter((element) => element !== undefined);
  const removed = parseList<[string | null, string | null, string]>(outcome.removed).map(
    ([target, value, element]) => elementOf([target ?? value, element]).value,
  );
  return { meta: metaOf(resourceType, outcome), added, removed, notices };
}

function parseList<T>(json: string | null): T[] {
  return json === null ? [] : (JSON.parse(json) as T[]);
}

/** A part that nothing is to be done in is left out: the planner cannot know that its list is empty. */
function statementOf(delta: Delta): Fragment {
  const { dialect } = delta.owner;
  const [isAdding, isRemoving] = [delta.added.size > 0, delta.removed.size > 0];
  const wanted = dialect.aggregate(
    [raw("w.place"), raw("w.type")],
    sql`wanted w WHERE w.place IN (SELECT place FROM missing) OR w.key IN (SELECT key FROM inserted)`,
  );
  const inserted = raw("(SELECT json_agg(w.place)::text FROM wanted w WHERE w.key IN (SELECT key FROM inserted))");
  const removed = dialect.aggregate([raw("d.target"), raw("d.value"), raw("d.element")], sql`removed d`);
  const parts = [
    holderPart(delta),
    ...(isAdding ? additions(delta) : []),
    ...(isRemoving ? [stalePart(delta)] : []),
    readyPart(delta),
    ...(isRemoving ? [removedPart(delta)] : []),
    ...(isAdding ? [insertedPart(delta)] : []),
    changedPart(delta),
  ];
  return sql`WITH ${join(parts, ", ")}
    SELECT h.version::text AS before, coalesce(c.version, h.version)::text AS version, h.created,
      coalesce(c.modified, h.modified) AS modified,
      ${isRemoving ? raw("(SELECT count(*)::int FROM stale)") : raw("0")} AS stale, h.is_like,
      ${isAdding ? wanted : raw("NULL")} AS wanted, ${isAdding ? inserted : raw("NULL")} AS inserted,
      ${isRemoving ? removed : raw("NULL")} AS removed
    FROM holder h LEFT JOIN changed c ON TRUE`;
}

function holderPart(delta: Delta): Fragment {
  const { owner } = delta;
  return sql`holder AS (SELECT version, created, modified, ${isLikeColumn(delta)} FROM ${owner.tables.resource}
    WHERE ${ownRow(owner)}${owner.dialect.forUpdate})`;
}

/** What is to be added, with what it refers to, and what of it leads to nothing. Each is looked up by itself. */
function additions(delta: Delta): readonly Fragment[] {
  const { tables, tenant, id } = delta.owner;
  return [
    sql`named AS MATERIALIZED (
      SELECT v.value, (SELECT t.type FROM ${tables.resource} t WHERE t.tenant = ${tenant} AND t.id = v.value->>2) AS type
      FROM json_array_elements(${variantsOf(delta)}::text::json) v(value))`,
    sql`wanted AS (
      SELECT (n.value->>0)::int AS place, n.value->>1 AS key, n.value->>2 AS value, n.type,
        n.value->3->n.type IS NOT NULL AS is_target, coalesce(n.value->3->n.type, n.value->3->'') AS variant
      FROM named n)`,
    // Not asked of an element that is there already.
    sql`missing AS (
      SELECT w.place, json_typeof(w.variant) AS kind FROM wanted w WHERE json_typeof(w.variant) <> 'array' AND (
        SELECT m.key FROM ${tables.element} m
        WHERE m.tenant = ${tenant} AND m.id = ${id} AND m.attribute = ${delta.request.attribute.path}
        AND m.key = w.key) IS NULL)`,
  ];
}

function stalePart({ owner }: Delta): Fragment {
  return sql`stale AS (SELECT 1 FROM holder h
    WHERE h.version <> (SELECT version FROM ${owner.tables.resource} WHERE ${ownRow(owner)}))`;
}

/** Nothing is done unless there is a row of it. */
function readyPart({ request, added, removed }: Delta): Fragment {
  const { ifVersion = null } = request;
  const conditions = [
    raw("h.is_like = 1"),
    sql`(${ifVersion}::text IS NULL OR h.version::text = ${ifVersion})`,
    ...(added.size > 0 ? [raw("NOT EXISTS (SELECT 1 FROM missing WHERE kind = 'null')")] : []),
    ...(removed.size > 0 ? [raw("NOT EXISTS (SELECT 1 FROM stale)")] : []),
  ];
  return sql`ready AS (SELECT 1 FROM holder h WHERE ${join(conditions, " AND ")})`;
}

function removedPart(delta: Delta): Fragment {
  return sql`removed AS (
    DELETE FROM ${delta.owner.tables.element} WHERE ${withKeys(delta, delta.removed)} AND EXISTS (SELECT 1 FROM ready)
    RETURNING target, value, element)`;
}

/** In the order of keys, so that two that add the same elements do not wait for each other crosswise [G-16]. */
function insertedPart({ request, owner }: Delta): Fragment {
  const { tables, tenant, type, id } = owner;
  return sql`inserted AS (
    INSERT INTO ${tables.element} (tenant, type, id, attribute, key, target, value, element, keys)
    SELECT ${tenant}, ${type}, ${id}, ${request.attribute.path}, w.key, CASE WHEN w.is_target THEN w.value END,
      CASE WHEN NOT w.is_target THEN w.value END, w.variant->>0, (w.variant->>1)::jsonb
    FROM wanted w WHERE json_typeof(w.variant) = 'array' AND EXISTS (SELECT 1 FROM ready) ORDER BY w.key
    ON CONFLICT (id, tenant, attribute, key) DO NOTHING RETURNING key)`;
}

function changedPart({ request, owner, added, removed }: Delta): Fragment {
  const { resourceType, at } = request;
  const done = [
    ...(removed.size > 0 ? [raw("EXISTS (SELECT 1 FROM removed)")] : []),
    ...(added.size > 0 ? [raw("EXISTS (SELECT 1 FROM inserted)")] : []),
  ];
  return sql`changed AS (
    UPDATE ${owner.tables.resource} SET ${nextVersion(resourceType, at)}
    WHERE ${ownRow(owner)} AND ${balance("OR", done)}
    RETURNING version, modified)`;
}

/**
 * The elements to add as `[place, key, id, variants]`: what is stored of one depends on the type of what it refers to.
 * The variant "" is for a reference that leads to nothing of an allowed type; null refuses it, false leaves it out.
 */
function variantsOf(delta: Delta): string {
  const { resourceType, attribute, checkReferences } = delta.request;
  const reference = findReference(resourceType, attribute);
  const { resourceTypes = [] } = reference ?? {};
  const missing = reference && checkReferences[reference.name];
  const isJudged = missing === "refuse" || missing === "drop";
  const rows = [...delta.added].map(([key, one], place) => {
    const id = resourceTypes.length === 0 ? undefined : referredId(one.element);
    if (id === undefined) return [place, key, null, { "": columnsOf(delta, one.element) }];
    const settledAs = (type: string | undefined) => columnsOf(delta, settleElement(delta, one, type) ?? one.element);
    const isRefused = isJudged && id === delta.owner.id;
    const found = resourceTypes.map((type) => [type, isRefused ? null : settledAs(type)]);
    const nothing = isRefused || missing === "refuse" ? null : missing === "drop" ? false : settledAs(undefined);
    return [place, key, id, { "": nothing, ...Object.fromEntries(found) }];
  });
  return JSON.stringify(rows);
}

/** What of an element depends on its reference. */
function columnsOf({ request }: Delta, element: ResourceObject): readonly (string | null)[] {
  const { resourceType, attribute } = request;
  const row = elementRow(resourceType, attribute, element, attribute.path);
  return [row.element, row.keys];
}
