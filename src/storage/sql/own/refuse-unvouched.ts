import { uniqueness } from "../../../error.ts";
import { type AttributePath, leafOf } from "../../../schema/attribute.ts";
import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import { type Shape, uniqueName } from "../../../schema/shape.ts";
import { isSame, readAttribute } from "../../../schema/value.ts";
import { TimeSlice } from "../../../time-slice.ts";
import type { StoredResource } from "../../adapter.ts";
import { getOrCreate } from "../../get-or-create.ts";
import { isUniqueOverTenants } from "../../unique.ts";
import type { Session } from "../database.ts";
import { type Fragment, join, raw, sql, TRUE } from "../dialect/fragment.ts";
import { isStorable } from "../key.ts";
import { heldIn } from "./elements.ts";
import { elementOf } from "./resource.ts";
import { keysAt, type UniqueRow } from "./row.ts";
import { hasMark, type KnownShapes, SHAPE_STATES, unvouchedMarks } from "./shapes.ts";
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
  resourceType: CompiledResourceType,
  shapes: KnownShapes,
  claimed: readonly UniqueRow[],
): Promise<void> {
  for (const path of resourceType.unique) {
    const keys = new Set(claimed.flatMap((row) => (row.path === path.text ? [row.key] : [])));
    if (keys.size === 0) continue;
    const unvouched = unvouchedMarks(shapes, path, "uniqueness");
    const keyless = isInList(path) ? unvouched : unvouchedMarks(shapes, path, "key");
    const own: Unvouched = { keyed: unvouched.filter((mark) => !keyless.includes(mark)), keyless };
    const elsewhere = kinElsewhere(owner, resourceType, path);
    if (await isAmong(session, owner, path, isOtherOfType(owner), own, keys)) throw uniqueness(path.text);
    if (elsewhere === undefined) continue;
    const others = await unvouchedElsewhere(session, owner, shapes.own, path, elsewhere("u"));
    if (await isAmong(session, owner, path, elsewhere("r"), others, keys)) throw uniqueness(path.text);
  }
}

/** Whether its keys are in a list, which no comparison with one key finds. */
function isInList({ attribute, sub }: AttributePath): boolean {
  return attribute.multiValued || sub?.multiValued === true;
}

/** The marks of rows that do not vouch for unique values: by what they are to be looked at. */
interface Unvouched {
  /** Their keys answer. */
  readonly keyed: readonly string[];
  /** Only their documents do. */
  readonly keyless: readonly string[];
}

/**
 * Condition on rows `r` or `u` of other types and tenants that share the uniqueness of a path: it is of an extension or of all types, or is
 * unique over all tenants. Undefined where there are none.
 */
function kinElsewhere(
  { tenant, type }: Owner,
  resourceType: CompiledResourceType,
  path: AttributePath,
): ((alias: "r" | "u") => Fragment) | undefined {
  const isOverTenants = isUniqueOverTenants(leafOf(path));
  const isOverTypes = uniqueName(resourceType, path) === path.text;
  if (!isOverTenants && !isOverTypes) return undefined;
  return (alias) => {
    const [ofTenant, ofType] = [sql`${raw(alias)}.tenant = ${tenant}`, sql`${raw(alias)}.type = ${type}`];
    return sql`${isOverTenants ? TRUE : ofTenant} AND ${isOverTypes ? TRUE : ofType} AND NOT (${ofTenant} AND ${ofType})`;
  };
}

/** A type that does not have the attribute has no values of it. */
async function unvouchedElsewhere(
  session: Session,
  { tables }: Owner,
  own: Shape,
  path: AttributePath,
  isElsewhere: Fragment,
): Promise<Unvouched> {
  const wanted = own.attributes[path.text];
  const rows = await session.run<{ fingerprint: string; attributes: string | null }>(
    sql`SELECT DISTINCT u.fingerprint, s.attributes FROM ${tables.shapeUse} u
      LEFT JOIN ${tables.shape} s ON s.fingerprint = u.fingerprint
      WHERE u.state <> ${SHAPE_STATES.retired} AND u.fingerprint <> ${own.fingerprint} AND ${isElsewhere}`,
  );
  const keyed: string[] = [];
  const keyless: string[] = [];
  for (const { fingerprint, attributes } of rows) {
    const there = attributes === null ? null : (JSON.parse(attributes) as Shape["attributes"])[path.text];
    if (there === undefined || isSame(there, wanted)) continue;
    const isKeyed = !isInList(path) && there?.key === wanted?.key && there?.place === wanted?.place;
    (isKeyed ? keyed : keyless).push(fingerprint);
  }
  return { keyed, keyless };
}

async function isAmong(
  session: Session,
  owner: Owner,
  path: AttributePath,
  among: Fragment,
  { keyed, keyless }: Unvouched,
  keys: ReadonlySet<string>,
): Promise<boolean> {
  const marked = (marks: readonly string[]): Fragment => sql`${among} AND ${hasMark(owner.dialect, marks)}`;
  if (keyed.length > 0 && (await isInKeys(session, owner, path, marked(keyed), keys))) return true;
  return keyless.length > 0 && (await isInDocuments(session, owner, path, marked(keyless), keys));
}

/**
 * Gives a unique value back that another resource holds and no longer has: somebody wrote over it who did not know of it. Gives
 * whether it was so.
 */
export async function releaseStale(
  database: Session,
  owner: Owner,
  resourceType: CompiledResourceType,
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
    const [row] = await readRows(
      session,
      owner,
      path,
      sql`${isOtherOfType(owner)} AND ${hasMark(dialect, marks)} AND ${holder}${dialect.forUpdate}`,
    );
    if (row === undefined || valuesIn(row, path).includes(unique.key)) return false;
    await session.run(deleteUniques({ ...owner, id: row.id }, [unique], TRUE));
    return true;
  });
}

/** Condition on a row `r`: another resource of the type. */
function isOtherOfType({ tenant, type, id }: Owner): Fragment {
  return sql`r.tenant = ${tenant} AND r.type = ${type} AND r.id <> ${id}`;
}

async function isInKeys(
  session: Session,
  owner: Owner,
  path: AttributePath,
  among: Fragment,
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
      WHERE ${among} AND ${owner.dialect.member(raw("r.keys"), leafOf(path).path)} IN (${values}) LIMIT 1`,
  );
  return rows.length > 0;
}

async function isInDocuments(
  session: Session,
  owner: Owner,
  path: AttributePath,
  among: Fragment,
  keys: ReadonlySet<string>,
): Promise<boolean> {
  const slice = new TimeSlice();
  for (let last: Pick<DocumentRow, "tenant" | "id"> = { tenant: "", id: "" }; ; ) {
    const rows = await readDocuments(session, owner, path, among, last);
    for (const row of rows) {
      if (valuesIn(row, path).some((key) => keys.has(key))) return true;
      if (slice.isOver) await slice.next();
    }
    if (rows.length < CHUNK) return false;
    last = rows.at(-1) as DocumentRow;
  }
}

interface DocumentRow {
  readonly tenant: string;
  readonly id: string;
  readonly document: string;
  /** What rows of their own hold of the attribute: as JSON, or as what that says. */
  readonly elements: string | null | readonly HeldElement[];
}

type HeldElement = readonly [value: string | null, element: string];

/** A document holds an attribute only where it has its name in it. */
function readDocuments(
  session: Session,
  owner: Owner,
  path: AttributePath,
  among: Fragment,
  { tenant, id }: Pick<DocumentRow, "tenant" | "id">,
): Promise<readonly DocumentRow[]> {
  const named = owner.dialect.includes(raw("r.document"), `${JSON.stringify(path.attribute.name)}:`);
  const condition = sql`${among} AND (r.tenant, r.id) > (${tenant}, ${id}) AND (${named} OR EXISTS (SELECT 1 FROM ${heldApart(owner, path)}))
      ORDER BY r.tenant, r.id LIMIT ${raw(String(CHUNK))}`;
  return session.snapshot((inner) => readRows(inner, owner, path, condition));
}

/** Reads rows by what follows WHERE, with what rows of their own hold of the attribute. */
async function readRows(
  session: Session,
  owner: Owner,
  path: AttributePath,
  condition: Fragment,
): Promise<readonly DocumentRow[]> {
  const { dialect, tables } = owner;
  const rows = await session.run<DocumentRow>(
    sql`SELECT ${documentColumns(owner, path)} FROM ${tables.resource} r WHERE ${condition}`,
  );
  if (dialect.readsElementsAsRows !== true || rows.length === 0) return rows;
  const places = JSON.stringify(rows.map(({ tenant, id }) => [tenant, id]));
  const held = await session.run<{ tenant: string; id: string; value: string | null; element: string }>(
    sql`SELECT m.tenant, m.id, coalesce(m.target, m.value) AS value, m.element
      FROM ${dialect.rows(places, ["tenant", "id"], "v")} CROSS JOIN ${tables.element} m
      WHERE m.tenant = v.tenant AND m.id = v.id AND m.attribute = ${path.attribute.path} AND m.element IS NOT NULL`,
  );
  const nameOf = (row: Pick<DocumentRow, "tenant" | "id">): string => JSON.stringify([row.tenant, row.id]);
  const elements = new Map<string, HeldElement[]>();
  for (const row of held) getOrCreate(elements, nameOf(row), () => []).push([row.value, row.element]);
  return rows.map((row) => ({ ...row, elements: elements.get(nameOf(row)) ?? null }));
}

/** The columns of a `DocumentRow`. */
function documentColumns(owner: Owner, path: AttributePath): Fragment {
  if (owner.dialect.readsElementsAsRows === true) return raw("r.tenant, r.id, r.document");
  const elements = owner.dialect.aggregate(
    [raw("c.value"), raw("c.element")],
    sql`(SELECT coalesce(m.target, m.value) AS value, m.element FROM ${heldApart(owner, path)}) c`,
  );
  return sql`r.tenant, r.id, r.document, ${elements} AS elements`;
}

/** The rows `m` that hold values of an attribute of the row `r`: not those of references that the document holds. */
function heldApart({ tables, tenant }: Owner, path: AttributePath): Fragment {
  const ofRow = isUniqueOverTenants(leafOf(path)) ? raw("r.tenant") : tenant;
  return sql`${tables.element} m WHERE ${heldIn(ofRow, path.attribute)} AND m.element IS NOT NULL`;
}

/** The keys of a path, wherever the values lie. */
function valuesIn({ document, elements }: DocumentRow, path: AttributePath): readonly string[] {
  const apart = (typeof elements === "string" ? JSON.parse(elements) : (elements ?? [])) as readonly HeldElement[];
  const stored = JSON.parse(document) as StoredResource;
  return [...keysAt(path, readAttribute(stored, path.attribute)), ...keysAt(path, apart.map(elementOf))];
}
