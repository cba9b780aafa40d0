import { versionMismatch } from "../../../error.ts";
import type { ResourceObject } from "../../../schema/value.ts";
import type { DeltaResult } from "../../adapter.ts";
import { findReference, settleReference } from "../../reference.ts";
import type { Database } from "../database.ts";
import { type Fragment, join, sql } from "../dialect/fragment.ts";
import type { Delta } from "./delta.ts";
import { elementOf, elementRow, metaOf, modifiedKey } from "./row.ts";
import { ownRow } from "./statements.ts";

/** What the statement gives: the holder as it is afterwards, and what was done. */
interface Outcome {
  readonly before: string;
  readonly version: string;
  readonly created: string;
  readonly modified: string;
  /** 1 where another transaction changed the holder while this one waited, so that nothing was done. */
  readonly stale: number;
  /** `[place in the list, resource type found or null, 1 where it is not there]` of each element to add. */
  readonly wanted: string | null;
  /** Places of the elements that were inserted. */
  readonly inserted: string | null;
  /** `[target, value, element]` of the elements that were removed. */
  readonly removed: string | null;
}

/**
 * A delta as one statement of PostgreSQL: locks the holder, looks the references up, deletes, inserts what is not there yet,
 * and gives the holder its next version only if a row was really inserted or deleted [C1 C9].
 *
 * A statement reads the state in which it began. What a transaction that was waited for inserted is met by the unique key, but
 * not found for deletion: then nothing is done, and `"declined"` sends the caller to the way in steps.
 *
 * @throws {ScimError} 400 invalidValue for a reference to nothing, and 412 for a stale version; nothing is written then.
 */
export async function deltaStatement(database: Database, delta: Delta): Promise<DeltaResult | "declined" | undefined> {
  const { request } = delta;
  const { resourceType, ifVersion } = request;
  const [outcome] = await database.run<Outcome>(statementOf(delta));
  if (outcome === undefined) return undefined;
  if (ifVersion !== undefined && ifVersion !== outcome.before) throw versionMismatch();
  if (Number(outcome.stale) === 1) return "declined";
  const types = new Map<number, string | undefined>();
  for (const [place, type] of parsed<[number, string | null]>(outcome.wanted)) types.set(place, type ?? undefined);
  // Those that are there already are not in the list, and not looked at.
  for (const [place, type] of types) settled(delta, place, type);
  const added = parsed<number>(outcome.inserted)
    .sort((left, right) => left - right)
    .map((place) => settled(delta, place, types.get(place)));
  const removed = parsed<[string | null, string | null, string]>(outcome.removed).map(
    ([target, value, element]) => elementOf([target ?? value, element]).value,
  );
  return { meta: metaOf(resourceType, outcome), added, removed };
}

/** The element as it is stored, for what its reference was found to lead to. */
function settled(delta: Delta, place: number, type: string | undefined): ResourceObject {
  const { request, owner } = delta;
  const { element, index } = [...delta.added.values()][place] as { element: ResourceObject; index: number };
  const reference = findReference(request.resourceType, request.attribute);
  const id = element.value;
  if (reference === undefined || typeof id !== "string") return element;
  return settleReference({ reference, element, id, index }, type, {
    holder: owner.id,
    checkReferences: request.checkReferences,
  });
}

function parsed<T>(json: string | null): T[] {
  return json === null ? [] : (JSON.parse(json) as T[]);
}

function statementOf(delta: Delta): Fragment {
  const { request, owner, removed } = delta;
  const { attribute, resourceType, ifVersion, at } = request;
  const { tables, tenant, type, id, dialect } = owner;
  const mine = sql`m.tenant = ${tenant} AND m.id = ${id} AND m.attribute = ${attribute.path}`;
  const parts = [
    sql`holder AS (SELECT version, created, modified FROM ${tables.resource} WHERE ${ownRow(owner)} FOR UPDATE)`,
    sql`wanted AS (
      SELECT (v.value->>0)::int AS place, v.value->>1 AS key, v.value->>2 AS value, t.type,
        v.value->3->t.type IS NOT NULL AS is_target, coalesce(v.value->3->t.type, v.value->3->'') AS variant
      FROM json_array_elements(${variants(delta)}::json) v(value)
      LEFT JOIN ${tables.resource} t ON t.tenant = ${tenant} AND t.id = v.value->>2)`,
    // Not asked of an element that is there already.
    sql`refused AS (
      SELECT w.place FROM wanted w WHERE json_typeof(w.variant) = 'null'
      AND NOT EXISTS (SELECT 1 FROM ${tables.element} m WHERE ${mine} AND m.key = w.key))`,
    sql`stale AS (SELECT 1 FROM holder h WHERE ${removed.size > 0} AND h.version <> (SELECT version FROM ${tables.resource} WHERE ${ownRow(owner)}))`,
    sql`ready AS (
      SELECT 1 FROM holder h WHERE NOT EXISTS (SELECT 1 FROM refused) AND NOT EXISTS (SELECT 1 FROM stale)
      AND (${ifVersion ?? null}::text IS NULL OR h.version::text = ${ifVersion ?? null}))`,
    sql`removed AS (
      DELETE FROM ${tables.element} m WHERE ${mine} AND EXISTS (SELECT 1 FROM ready)
      AND m.key IN (SELECT value FROM ${dialect.list(JSON.stringify([...removed]))}) RETURNING m.target, m.value, m.element)`,
    // In the order of keys, so that two that add the same elements do not wait for each other crosswise [C16].
    sql`inserted AS (
      INSERT INTO ${tables.element} (tenant, type, id, attribute, key, target, value, element, keys)
      SELECT ${tenant}, ${type}, ${id}, ${attribute.path}, w.key, CASE WHEN w.is_target THEN w.value END,
        CASE WHEN NOT w.is_target THEN w.value END, w.variant->>0, (w.variant->>1)::jsonb
      FROM wanted w WHERE json_typeof(w.variant) <> 'null' AND EXISTS (SELECT 1 FROM ready) ORDER BY w.key
      ON CONFLICT (tenant, id, attribute, key) DO NOTHING RETURNING key)`,
    sql`changed AS (
      UPDATE ${tables.resource} SET version = version + 1, modified = ${at}, modified_key = ${modifiedKey(resourceType, at)}
      WHERE ${ownRow(owner)} AND (EXISTS (SELECT 1 FROM removed) OR EXISTS (SELECT 1 FROM inserted))
      RETURNING version, modified)`,
  ];
  return sql`WITH ${join(parts, ", ")}
    SELECT h.version::text AS before, coalesce(c.version, h.version)::text AS version, h.created,
      coalesce(c.modified, h.modified) AS modified, (SELECT count(*)::int FROM stale) AS stale,
      (SELECT json_agg(json_build_array(w.place, w.type))::text FROM wanted w WHERE w.place IN (SELECT place FROM refused) OR w.key IN (SELECT key FROM inserted)) AS wanted,
      (SELECT json_agg(w.place)::text FROM wanted w WHERE w.key IN (SELECT key FROM inserted)) AS inserted,
      (SELECT json_agg(json_build_array(d.target, d.value, d.element))::text FROM removed d) AS removed
    FROM holder h LEFT JOIN changed c ON TRUE`;
}

/**
 * The elements to add as `[place, key, id, variants]`: what is stored of one depends on the type of what it refers to. The
 * variant "" is for a reference that leads to nothing of an allowed type; null refuses it.
 */
function variants({ request, owner, added }: Delta): string {
  const { attribute, resourceType, checkReferences } = request;
  const reference = findReference(request.resourceType, attribute);
  const isChecked = reference?.resourceTypes.some((name) => checkReferences.includes(name)) === true;
  const columns = (element: ResourceObject) => {
    const row = elementRow(resourceType, attribute, element, attribute.path);
    return [row.element, row.keys];
  };
  const rows = [...added].map(([key, { element, index }], place) => {
    const id = reference !== undefined && typeof element.value === "string" ? element.value : null;
    const isRefused = isChecked && id !== null;
    const byType: Record<string, unknown> = { "": isRefused ? null : columns(element) };
    if (reference === undefined || id === null) return [place, key, null, byType];
    for (const type of reference.resourceTypes) {
      const held = { reference, element, id, index };
      const isSelf = id === owner.id;
      byType[type] =
        isSelf && isRefused ? null : columns(settleReference(held, type, { holder: owner.id, checkReferences }));
    }
    return [place, key, id, byType];
  });
  return JSON.stringify(rows);
}
