import { uniqueness } from "../../../error.ts";
import { type AttributePath, leafOf } from "../../../schema/attribute.ts";
import type { ResourceType } from "../../../schema/resource-type.ts";
import type { Shape } from "../../../schema/shape.ts";
import { readAttribute } from "../../../schema/value.ts";
import { TimeSlice } from "../../../time-slice.ts";
import type { StoredResource } from "../../adapter.ts";
import type { Session } from "../database.ts";
import { type Fragment, join, raw, sql, TRUE } from "../dialect/fragment.ts";
import { isStorable } from "../key.ts";
import { heldIn } from "./elements.ts";
import { elementOf } from "./resource.ts";
import { keysAt, type UniqueRow } from "./row.ts";
import { hasMark, type KnownShapes, unvouchedMarks } from "./shapes.ts";
import { deleteUniques, type Owner } from "./statements.ts";

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

/**
 * Gives a unique value back that another resource holds and no longer has: somebody wrote over it who did not know of it. Gives
 * whether it was so.
 */
export async function releaseStale(
  database: Session,
  owner: Owner,
  resourceType: ResourceType,
  shapes: KnownShapes,
  unique: UniqueRow,
): Promise<boolean> {
  const path = resourceType.unique.find(({ text }) => text === unique.path);
  if (path === undefined) return false;
  // Who kept the value unique by another key has it rightly. Nobody knows who wrote a row without a mark.
  const isUnaware = (shape: Shape | undefined): boolean =>
    shape !== undefined && (shape.attributes[path.text]?.uniqueness ?? "none") === "none";
  const unaware = [...shapes.others].filter(([, shape]) => isUnaware(shape)).map(([mark]) => mark);
  const marks = [...new Set([...unaware, ""])];
  const { dialect, tables } = owner;
  return database.transaction(async (session) => {
    const holder = sql`r.id = (SELECT u.id FROM ${tables.unique} u WHERE u.scope = ${unique.scope}
      AND u.attribute = ${unique.attribute} AND u.key = ${unique.key} AND u.tenant = ${owner.tenant})`;
    const [row] = await session.run<DocumentRow>(
      sql`SELECT ${documentColumns(owner, path)} FROM ${tables.resource} r
        WHERE ${isOther(owner, marks)} AND ${holder}${dialect.forUpdate}`,
    );
    if (row === undefined || valuesIn(row, path).includes(unique.key)) return false;
    await session.run(deleteUniques({ ...owner, id: row.id }, [unique], TRUE));
    return true;
  });
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
  path: AttributePath,
  marks: readonly string[],
  last: string,
): Promise<readonly DocumentRow[]> {
  const { dialect, tables } = owner;
  const named = dialect.includes(raw("r.document"), `${JSON.stringify(path.attribute.name)}:`);
  return session.run<DocumentRow>(
    sql`SELECT ${documentColumns(owner, path)} FROM ${tables.resource} r
      WHERE ${isOther(owner, marks)} AND r.id > ${last} AND (${named} OR EXISTS (SELECT 1 FROM ${heldApart(owner, path)}))
      ORDER BY r.id LIMIT ${raw(String(CHUNK))}`,
  );
}

/** The columns of a `DocumentRow`. */
function documentColumns(owner: Owner, path: AttributePath): Fragment {
  const elements = owner.dialect.aggregate(
    [raw("c.value"), raw("c.element")],
    sql`(SELECT coalesce(m.target, m.value) AS value, m.element FROM ${heldApart(owner, path)}) c`,
  );
  return sql`r.id, r.document, ${elements} AS elements`;
}

/** The rows `m` that hold values of an attribute of the row `r`: not those of references that the document holds. */
function heldApart({ tables }: Owner, { attribute }: AttributePath): Fragment {
  return sql`${tables.element} m WHERE ${heldIn(attribute)} AND m.element IS NOT NULL`;
}

/** The keys of a path, wherever the values lie. */
function valuesIn({ document, elements }: DocumentRow, path: AttributePath): readonly string[] {
  const apart = JSON.parse(elements ?? "[]") as (readonly [string | null, string])[];
  const stored = JSON.parse(document) as StoredResource;
  return [...keysAt(path, readAttribute(stored, path.attribute)), ...keysAt(path, apart.map(elementOf))];
}
