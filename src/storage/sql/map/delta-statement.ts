import { versionMismatch } from "../../../error.ts";
import type { ResourceObject } from "../../../schema/value.ts";
import type { DeltaRequest, DeltaResult } from "../../adapter.ts";
import type { Database } from "../database.ts";
import { identifier } from "../dialect/dialect.ts";
import { type Fragment, join as joinedBy, sql } from "../dialect/fragment.ts";
import { orKeep } from "../dialect/write-words.ts";
import { hasIdAmong } from "./among.ts";
import type { MappedType } from "./compile.ts";
import { elementOf, tenantValue } from "./elements.ts";
import { filledInElement } from "./filled.ts";
import { idOperand, parseId, parseIds, printId } from "./id.ts";
import type { JoinTable } from "./join-table.ts";
import { type MappedOwner, ownRow, singleWrite } from "./lock.ts";
import { type MappedRow, metaOf } from "./row.ts";
import { targetOf } from "./scope.ts";
import { sqlName } from "./table.ts";
import { nextVersion } from "./update.ts";

/** Elements to add that are all of one kind, and no more than ids. */
interface Addition {
  readonly join: JoinTable;
  readonly target: MappedType;
  /** What the elements name, as the column has it. */
  readonly ids: readonly string[];
}

/** What the statement gives: the holder as it was before, and what was done. */
interface Outcome extends MappedRow {
  /** How many of the elements' resources are there. */
  readonly found: number | string;
  /** Ids that became elements, as JSON. */
  readonly inserted: string | null;
  readonly next: unknown;
  readonly changed: unknown;
}

/**
 * Adds elements that have no columns of their own by one statement of PostgreSQL: locks the holder and what is referred
 * to, inserts what is not there, and gives the holder its next version only if a row was inserted [G-1 G-9]. `"declined"`
 * sends the caller to the way in steps: for everything else, and to say what is wrong with a reference to nothing.
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
  const addition = additionOf(owner, join, target, request);
  if (addition === undefined) return "declined";
  const { ifVersion } = request;
  const [outcome] = await singleWrite(database).run<Outcome>(statementOf(owner, addition, request));
  if (outcome === undefined) return undefined;
  if (ifVersion !== undefined && ifVersion !== String(outcome.version)) throw versionMismatch();
  return Number(outcome.found) === addition.ids.length ? resultOf(owner, addition, outcome) : "declined";
}

/**
 * The join table that all elements go to, by what their ids and types look like; the statement finds out whether it is
 * so.
 */
function onlyTable(
  owner: MappedOwner,
  joins: readonly JoinTable[],
  elements: readonly ResourceObject[],
): JoinTable | undefined {
  const likely = joins.filter((join) => {
    const { id } = targetOf(owner, join);
    return elements.every(({ value }) => parseId(id, value) !== undefined);
  });
  const typed = likely.filter(({ target }) => elements.every(({ type }) => type === target));
  const [join] = typed.length > 0 ? typed : likely;
  return join;
}

/** Undefined for a delta that removes, that adds more than ids, or that would add the owner itself. */
function additionOf(
  { type, id }: MappedOwner,
  join: JoinTable,
  target: MappedType,
  { add, remove }: DeltaRequest,
): Addition | undefined {
  if (join.columns.length > 0 || join.isFilledByElement || remove.length > 0 || add.length === 0) return undefined;
  const parsed = parseIds(
    target.id,
    add.map(({ value }) => value),
  );
  const ids = [...new Set(parsed)];
  const isSelf = target.name === type.name && ids.includes(id);
  return parsed.length < add.length || isSelf ? undefined : { join, target, ids };
}

function statementOf(owner: MappedOwner, { join, target, ids }: Addition, request: DeltaRequest): Fragment {
  const { dialect, type } = owner;
  const { at, ifVersion = null } = request;
  const [holder, value, id] = [sqlName(join.holder), sqlName(join.value), sqlName(target.id.column)];
  const [tenantColumn, tenant] =
    join.tenant === undefined ? [sql``, sql``] : [sql`, ${sqlName(join.tenant)}`, sql`, ${tenantValue(owner)}`];
  const filled = joinedBy(
    join.filled.map(({ name }) => sql`, ${sqlName(name)}`),
    "",
  );
  const fillings = joinedBy(
    filledInElement(owner, join, {}).map((one) => sql`, ${one}`),
    "",
  );
  const { version, lastModified } = type.mapping;
  const isTarget = hasIdAmong(owner, target, ids);
  return sql`WITH
    holder AS (SELECT ${type.selected} FROM ${type.table} WHERE ${ownRow(owner)} FOR UPDATE),
    target AS (SELECT ${id} AS id FROM ${target.table} WHERE ${isTarget} ORDER BY ${id} FOR KEY SHARE),
    ready AS (SELECT 1 FROM holder h WHERE (SELECT count(*) FROM target) = CAST(${ids.length} AS BIGINT)
      AND (${ifVersion}::text IS NULL OR h.version::text = ${ifVersion}::text)),
    inserted AS (INSERT INTO ${join.table} (${holder}, ${value}${tenantColumn}${filled})
      SELECT ${idOperand(dialect, type.id, owner.id)}, t.id${tenant}${fillings} FROM target t WHERE EXISTS (SELECT 1 FROM ready)
     ${orKeep(dialect, join.table, identifier(join.value))} RETURNING ${value} AS value),
    changed AS (UPDATE ${type.table} SET ${nextVersion(owner, type, at)}
      WHERE ${ownRow(owner)} AND EXISTS (SELECT 1 FROM inserted)
      RETURNING ${sqlName(version)} AS next, ${dialect.timeText?.(sqlName(lastModified)) ?? sqlName(lastModified)} AS changed)
    SELECT h.*, c.next, c.changed, (SELECT count(*) FROM target) AS found,
      (SELECT json_agg(i.value::text)::text FROM inserted i) AS inserted
    FROM holder h LEFT JOIN changed c ON TRUE`;
}

function resultOf({ type }: MappedOwner, { join, target }: Addition, outcome: Outcome): DeltaResult {
  const inserted = outcome.inserted === null ? [] : (JSON.parse(outcome.inserted) as readonly string[]);
  const isChanged = inserted.length > 0;
  const row: MappedRow = isChanged ? { ...outcome, version: outcome.next, modified: outcome.changed } : outcome;
  return {
    meta: metaOf(type, row),
    added: inserted.map((id) => elementOf(join, printId(target.id, id), () => undefined)),
    removed: [],
  };
}
