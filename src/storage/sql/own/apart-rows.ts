import type { Attribute } from "../../../schema/attribute.ts";
import { HOLDER_NAME } from "../../../schema/core/holder-name.ts";
import { getOrCreate } from "../../get-or-create.ts";
import type { Session } from "../database.ts";
import { literal } from "../dialect/dialect.ts";
import { type Fragment, join, raw, sql } from "../dialect/fragment.ts";
import type { OwnScope } from "./elements.ts";
import { CHUNK } from "./read-ahead.ts";
import type { Apart, SelectedRow } from "./resource.ts";
import { idSource } from "./statements.ts";
import { IS_WHOLE } from "./unvouched.ts";

// What is selected apart, where it cannot be a column of the statement that reads the resources: by statements of their own, in the
// same state.

type Scope = Pick<OwnScope, "dialect" | "tables" | "tenant">;

/** Runs work in one state of the database, where what is selected apart is read by statements of its own. */
export function inOneState<T>(session: Session, apart: Apart, work: (session: Session) => Promise<T>): Promise<T> {
  return needsOneState(session.dialect, apart) ? session.snapshot(work) : work(session);
}

/** Whether there are such statements. */
export function needsOneState({ readsElementsAsRows }: Scope["dialect"], apart: Apart): boolean {
  return readsElementsAsRows === true && (apart.attributes.length > 0 || hasStrays(apart));
}

function hasStrays({ mixed }: Apart): boolean {
  return mixed !== undefined && mixed.inRows.length > 0;
}

/** The rows with what is selected apart of them. `isStreamed`: of a collection its beginning alone, with keys. */
export async function withApart<R extends SelectedRow>(
  session: Session,
  scope: Scope,
  apart: Apart,
  isStreamed: boolean,
  rows: readonly R[],
): Promise<readonly R[]> {
  const ids = rows.flatMap(({ id }) => (id === null ? [] : [id]));
  if (scope.dialect.readsElementsAsRows !== true || ids.length === 0) return rows;
  const columns: (readonly [column: string, byId: ReadonlyMap<string, readonly unknown[]>])[] = [];
  for (const [index, attribute] of apart.attributes.entries())
    columns.push([`apart${index}`, await readAttribute(session, scope, apart, attribute, isStreamed, ids)]);
  if (hasStrays(apart)) columns.push(["strays", await readStrays(session, scope, apart.mixed?.inRows ?? [], ids)]);
  return rows.map((row) => ({
    ...row,
    ...Object.fromEntries(columns.map(([column, byId]) => [column, byId.get(row.id) ?? null])),
  }));
}

function readAttribute(
  session: Session,
  scope: Scope,
  { mixed }: Apart,
  attribute: Attribute,
  isStreamed: boolean,
  ids: readonly string[],
) {
  if (attribute.inverseOf !== undefined) return readHolders(session, scope, attribute.inverseOf, ids);
  const isWhole = mixed?.inDocument.has(attribute) === true ? sql` AND ${IS_WHOLE}` : raw("");
  const condition = sql`m.attribute = ${literal(attribute.path)}${isWhole}`;
  return isStreamed
    ? readBeginnings(session, scope, condition, ids, CHUNK + 1)
    : readElements(session, scope, condition, ids);
}

/** An element as it is read. */
interface ElementRow {
  readonly owner: string;
  readonly attribute: string;
  readonly key: string;
  readonly value: string | null;
  readonly element: string | null;
}

const COLUMNS = raw("m.id AS owner, m.attribute, m.key, coalesce(m.target, m.value) AS value, m.element");

async function readElements(session: Session, scope: Scope, condition: Fragment, ids: readonly string[]) {
  const { dialect, tables, tenant } = scope;
  const rows = await session.run<ElementRow>(sql`SELECT ${COLUMNS}
    FROM ${idSource(dialect, tenant, new Set(ids))} CROSS JOIN ${tables.element} m
    WHERE m.id = v.id AND m.tenant = ${tenant} AND ${condition} ORDER BY m.id, m.attribute, m.key`);
  return byOwner(rows, ({ value, element, key }) => [value, element, key]);
}

/** The first elements of each resource, `most` of them. Where an element has a part more, it is its attribute. */
export async function readBeginnings(
  session: Session,
  { tables, tenant }: Scope,
  condition: Fragment,
  ids: readonly string[],
  most: number,
  isOfAll = false,
) {
  const parts = ids.map(
    (id) => sql`(SELECT ${COLUMNS} FROM ${tables.element} m
      WHERE m.id = ${id} AND m.tenant = ${tenant} AND ${condition} ORDER BY m.attribute, m.key LIMIT ${raw(String(most))})`,
  );
  const rows = await session.run<ElementRow>(
    sql`SELECT u.* FROM (${join(parts, " UNION ALL ")}) u ORDER BY u.owner, u.attribute, u.key`,
  );
  return byOwner(rows, ({ attribute, value, element, key }) =>
    isOfAll ? [attribute, value, element] : [value, element, key],
  );
}

async function readStrays(session: Session, scope: Scope, attributes: readonly Attribute[], ids: readonly string[]) {
  const { dialect, tables, tenant } = scope;
  const paths = join(
    attributes.map(({ path }) => literal(path)),
    ", ",
  );
  const rows = await session.run<ElementRow>(sql`SELECT ${COLUMNS}
    FROM ${idSource(dialect, tenant, new Set(ids))} CROSS JOIN ${tables.element} m
    WHERE m.id = v.id AND m.tenant = ${tenant} AND ${IS_WHOLE} AND m.attribute IN (${paths})
    ORDER BY m.id, m.attribute, m.key`);
  return byOwner(rows, ({ attribute, value, element }) => [value, element, attribute]);
}

/** The holders of references to each of the resources. @see RFC 7643 §4.1.2 groups */
async function readHolders(
  session: Session,
  { dialect, tables, tenant }: Scope,
  { resourceType, attribute }: NonNullable<Attribute["inverseOf"]>,
  ids: readonly string[],
) {
  const name = dialect.field(raw("h.document"), HOLDER_NAME);
  const rows = await session.run<{ owner: string; id: string; name: string | null }>(sql`
    SELECT m.referred AS owner, m.id, ${name} AS name
    FROM ${idSource(dialect, tenant, new Set(ids))} CROSS JOIN ${tables.element} m
    LEFT JOIN ${tables.resource} h ON h.tenant = ${tenant} AND h.id = m.id
    WHERE m.referred = v.id AND m.tenant = ${tenant} AND m.type = ${literal(resourceType)}
      AND m.attribute = ${literal(attribute)} ORDER BY m.referred, m.id`);
  return byOwner(rows, ({ id, name }) => [id, name]);
}

function byOwner<R extends { readonly owner: string }>(
  rows: readonly R[],
  toElement: (row: R) => readonly unknown[],
): ReadonlyMap<string, readonly unknown[]> {
  const found = new Map<string, unknown[]>();
  for (const row of rows) getOrCreate(found, row.owner, () => []).push(toElement(row));
  return found;
}
