import { versionMismatch } from "../../../error.ts";
import type { ResourceObject } from "../../../schema/value.ts";
import type { DeltaRequest, DeltaResult } from "../../adapter.ts";
import type { Database } from "../database.ts";
import { sql } from "../dialect/fragment.ts";
import { tenantValue } from "./elements.ts";
import { idList, idOperand, parseId, printId } from "./id.ts";
import type { JoinTable } from "./join-table.ts";
import { alone, type MappedOwner, nextVersion, ofTenantColumn, ownRow } from "./lock.ts";
import { type MappedRow, metaOf } from "./row.ts";
import { sqlName } from "./table.ts";

interface Outcome extends MappedRow {
  /** How many of the elements' resources are there. */
  readonly found: number | string;
  /** Ids that became elements, as JSON. */
  readonly inserted: string | null;
  readonly next: unknown;
  readonly changed: unknown;
}

/**
 * Adds elements that have no columns of their own by one statement of PostgreSQL: locks the holder and what is referred to,
 * inserts what is not there, and gives the holder its next version only if a row was inserted [C1 C9]. `"declined"` sends the
 * caller to the way in steps: for everything else, and to say what is wrong with a reference to nothing.
 */
export async function addStatement(
  database: Database,
  owner: MappedOwner,
  joins: readonly JoinTable[],
  request: DeltaRequest,
): Promise<DeltaResult | "declined" | undefined> {
  const join = onlyTable(owner, joins, request.add);
  const target = join && owner.mappings.find(join.target);
  if (database.dialect.supportsWritesInWith !== true || join === undefined || target === undefined) return "declined";
  if (join.columns.length > 0 || request.remove.length > 0 || request.add.length === 0) return "declined";
  const parsed = request.add.map(({ value }) => parseId(target.id, value));
  const ids = [...new Set(parsed.filter((id) => id !== undefined))];
  const isSelf = target.name === owner.type.name && ids.includes(owner.id);
  if (parsed.includes(undefined) || isSelf) return "declined";
  const { dialect, type } = owner;
  const { ifVersion, at, attribute } = request;
  const [holder, value, id] = [sqlName(join.holder), sqlName(join.value), sqlName(target.id.column)];
  const [tenantColumn, tenant] =
    join.tenant === undefined ? [sql``, sql``] : [sql`, ${sqlName(join.tenant)}`, sql`, ${tenantValue(owner)}`];
  const version = sqlName(type.mapping.version);
  const [outcome] = await alone(database).run<Outcome>(sql`WITH
    holder AS (SELECT ${type.selected} FROM ${type.table} WHERE ${ownRow(owner)} FOR UPDATE),
    target AS (SELECT ${id} AS id FROM ${target.table} WHERE ${id} IN ${idList(dialect, target.id, ids)} AND ${ofTenantColumn(owner, target)} ORDER BY ${id} FOR KEY SHARE),
    ready AS (SELECT 1 FROM holder h WHERE (SELECT count(*) FROM target) = CAST(${ids.length} AS BIGINT) AND (${ifVersion ?? null}::text IS NULL OR h.version::text = ${ifVersion ?? null}::text)),
    inserted AS (INSERT INTO ${join.table} (${holder}, ${value}${tenantColumn})
      SELECT ${idOperand(dialect, type.id, owner.id)}, t.id${tenant} FROM target t WHERE EXISTS (SELECT 1 FROM ready)
      ON CONFLICT DO NOTHING RETURNING ${value} AS value),
    changed AS (UPDATE ${type.table} SET ${nextVersion(type, at)} WHERE ${ownRow(owner)} AND EXISTS (SELECT 1 FROM inserted)
      RETURNING ${version} AS next, ${sqlName(type.mapping.lastModified)} AS changed)
    SELECT h.*, c.next, c.changed, (SELECT count(*) FROM target) AS found, (SELECT json_agg(i.value::text)::text FROM inserted i) AS inserted
    FROM holder h LEFT JOIN changed c ON TRUE`);
  if (outcome === undefined) return undefined;
  if (ifVersion !== undefined && ifVersion !== String(outcome.version)) throw versionMismatch();
  if (Number(outcome.found) !== ids.length) return "declined";
  const inserted = outcome.inserted === null ? [] : (JSON.parse(outcome.inserted) as readonly string[]);
  const row: MappedRow =
    inserted.length === 0 ? outcome : { ...outcome, version: outcome.next, modified: outcome.changed };
  const hasType = attribute.sub("type") !== undefined;
  return {
    meta: metaOf(type, row),
    added: inserted.map((one) => ({ value: printId(target.id, one), ...(hasType ? { type: join.target } : {}) })),
    removed: [],
  };
}

/** The join table that all elements go to, by what their ids and types look like; whether it is so the statement finds out. */
function onlyTable(
  { mappings }: MappedOwner,
  joins: readonly JoinTable[],
  elements: readonly ResourceObject[],
): JoinTable | undefined {
  const likely = joins.filter(({ target }) => {
    const form = mappings.find(target)?.id;
    return form !== undefined && elements.every(({ value }) => parseId(form, value) !== undefined);
  });
  const typed = likely.filter(({ target }) => elements.every(({ type }) => type === target));
  const [join] = typed.length > 0 ? typed : likely;
  return join;
}
