import { uniqueness } from "../../../error.ts";
import { type AttributePath, leafOf } from "../../../schema/attribute.ts";
import type { ResourceType } from "../../../schema/resource-type.ts";
import { readAttribute } from "../../../schema/value.ts";
import { TimeSlice } from "../../../time-slice.ts";
import type { StoredResource } from "../../adapter.ts";
import type { Session } from "../database.ts";
import { type Fragment, join, raw, sql } from "../dialect/fragment.ts";
import { isStorable } from "../key.ts";
import { elementOf } from "./resource.ts";
import { keysAt, type UniqueRow } from "./row.ts";
import { hasMark, type KnownShapes, unvouchedMarks } from "./shapes.ts";
import type { Owner } from "./statements.ts";

/** How many documents are in memory at a time. */
const CHUNK = 500;

/**
 * Looks for unique values that a resource is to have among the rows whose unique values were not kept so: those of before the
 * attribute was unique, or was compared in this way. Where there are none, nothing is asked.
 * @throws {ScimError} 409 uniqueness
 */
export async function refuseUnvouched(
  session: Session,
  owner: Owner,
  resourceType: ResourceType,
  shapes: KnownShapes,
  claimed: readonly UniqueRow[],
): Promise<void> {
  if (shapes.others.size === 0) return;
  for (const path of resourceType.unique) {
    const keys = new Set(claimed.flatMap((row) => (row.path === path.text ? [row.key] : [])));
    const unvouched = keys.size === 0 ? [] : unvouchedMarks(shapes, path, "uniqueness");
    if (unvouched.length === 0) continue;
    const isList = path.attribute.multiValued || path.sub?.multiValued === true;
    const keyless = isList ? unvouched : unvouchedMarks(shapes, path, "key");
    const keyed = unvouched.filter((mark) => !keyless.includes(mark));
    if (keyed.length > 0 && (await isInKeys(session, owner, path, keyed, keys))) throw uniqueness(path.text);
    if (keyless.length > 0 && (await isInDocuments(session, owner, path, keyless, keys))) throw uniqueness(path.text);
  }
}

/** Condition on a row `r`: another resource of the type, with one of the marks. */
function isOther({ dialect, tenant, type, id }: Owner, marks: readonly string[]): Fragment {
  return sql`r.tenant = ${tenant} AND r.type = ${type} AND r.id <> ${id} AND ${hasMark(dialect, marks)}`;
}

async function isInKeys(
  session: Session,
  owner: Owner,
  path: AttributePath,
  marks: readonly string[],
  keys: ReadonlySet<string>,
): Promise<boolean> {
  const storable = [...keys].filter(isStorable);
  if (storable.length === 0) return false;
  const values = join(
    storable.map((key) => sql`${key}`),
    ", ",
  );
  const rows = await session.run(
    sql`SELECT r.id FROM ${owner.tables.resource} r
      WHERE ${isOther(owner, marks)} AND ${owner.dialect.member(raw("r.keys"), leafOf(path).path)} IN (${values}) LIMIT 1`,
  );
  return rows.length > 0;
}

async function isInDocuments(
  session: Session,
  owner: Owner,
  path: AttributePath,
  marks: readonly string[],
  keys: ReadonlySet<string>,
): Promise<boolean> {
  const slice = new TimeSlice();
  for (let last = ""; ; ) {
    const rows = await readDocuments(session, owner, path, marks, last);
    for (const row of rows) {
      if (valuesIn(row, path).some((key) => keys.has(key))) return true;
      if (slice.isOver) await slice.next();
    }
    if (rows.length < CHUNK) return false;
    last = (rows.at(-1) as DocumentRow).id;
  }
}

interface DocumentRow {
  readonly id: string;
  readonly document: string;
  /** What rows of their own hold of the attribute. */
  readonly elements: string | null;
}

/** A document holds an attribute only where it has its name in it. */
function readDocuments(
  session: Session,
  owner: Owner,
  { attribute }: AttributePath,
  marks: readonly string[],
  last: string,
): Promise<readonly DocumentRow[]> {
  const { dialect, tables } = owner;
  const named = dialect.includes(raw("r.document"), `${JSON.stringify(attribute.name)}:`);
  const held = sql`${tables.element} m WHERE m.tenant = r.tenant AND m.id = r.id AND m.attribute = ${attribute.path}
    AND m.element IS NOT NULL`;
  const elements = dialect.aggregate(
    [raw("c.value"), raw("c.element")],
    sql`(SELECT coalesce(m.target, m.value) AS value, m.element FROM ${held}) c`,
  );
  return session.run<DocumentRow>(
    sql`SELECT r.id, r.document, ${elements} AS elements FROM ${tables.resource} r
      WHERE ${isOther(owner, marks)} AND r.id > ${last} AND (${named} OR EXISTS (SELECT 1 FROM ${held}))
      ORDER BY r.id LIMIT ${raw(String(CHUNK))}`,
  );
}

/** The keys of a path, wherever the values lie. */
function valuesIn({ document, elements }: DocumentRow, path: AttributePath): readonly string[] {
  const apart = JSON.parse(elements ?? "[]") as (readonly [string | null, string])[];
  const stored = JSON.parse(document) as StoredResource;
  return [...keysAt(path, readAttribute(stored, path.attribute)), ...keysAt(path, apart.map(elementOf))];
}
