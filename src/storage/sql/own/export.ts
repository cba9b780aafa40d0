import { isObject } from "../../../schema/value.ts";
import type { StoredResource } from "../../adapter.ts";
import { getOrCreate } from "../../get-or-create.ts";
import type { ExportedResource } from "../../upkeep.ts";
import type { Session } from "../database.ts";
import { type Fragment, raw, sql } from "../dialect/fragment.ts";
import { readBeginnings } from "./apart-rows.ts";
import { type Field, type Kind, typesWithin } from "./batches.ts";
import { type ApartElement, elementOf, type SelectedRow } from "./resource.ts";
import { baseColumns } from "./select.ts";
import { idSource } from "./statements.ts";
import { IS_WHOLE } from "./unvouched.ts";

/** How many resources are read at a time, and how many elements of each; what has more is read by itself. */
const PAGE = 100;
const MOST_ELEMENTS = 1000;
const ALL = Number.MAX_SAFE_INTEGER;

/** Where an export goes on. */
export interface Position {
  readonly resourceType: string;
  readonly id: string;
}

/** All that a tenant has; no connection is held while the caller works. @see Upkeep.exportTenant */
export async function* exportTenant(
  field: Field,
  tenant: string,
  after?: Position,
): AsyncGenerator<ExportedResource, void> {
  for (const type of await typesWithin(field.database, field.tables, tenant)) {
    if (after !== undefined && type < after.resourceType) continue;
    yield* exportType(field, { tenant, type }, type === after?.resourceType ? after.id : "");
  }
}

async function* exportType({ database, tables }: Field, { tenant, type }: Kind, after: string) {
  const place = { tables, tenant, type };
  for (let last: string | undefined = after; last !== undefined; ) {
    const rows: readonly ExportedRow[] = await readRows(database, place, sql`r.id > ${last}`);
    for (const row of rows) {
      // Undefined where it has gone meanwhile.
      const [whole] = isWhole(row) ? [row] : await readRows(database, place, sql`r.id = ${row.id}`, ALL);
      if (whole !== undefined) yield exportedOf(type, whole);
    }
    last = rows.at(-1)?.id;
  }
}

interface ExportedRow extends SelectedRow {
  /** As JSON: an element is `[attribute, id, rest]`. */
  readonly elements: string | readonly unknown[] | null;
  /** As JSON: a secret is `[attribute, value]`. */
  readonly secrets: string | readonly unknown[] | null;
}

/** Reads a page by one statement, or in one state, so that each resource is of one. */
function readRows(
  session: Session,
  place: Kind & Pick<Field, "tables">,
  condition: Fragment,
  most = MOST_ELEMENTS + 1,
): Promise<readonly ExportedRow[]> {
  const { tables, tenant, type } = place;
  const { dialect } = session;
  if (dialect.readsElementsAsRows === true)
    return session.snapshot((inner) => readRowsApart(inner, place, condition, most));
  const elements = dialect.aggregate(
    [raw("c.attribute"), raw("coalesce(c.target, c.value)"), dialect.nested(raw("c.element"))],
    sql`(SELECT m.attribute, m.key, m.target, m.value, m.element FROM ${tables.element} m
      WHERE m.tenant = ${tenant} AND m.id = r.id AND m.element IS NOT NULL
      ORDER BY m.attribute, m.key LIMIT ${raw(String(most))}) c`,
  );
  const secrets = dialect.aggregate(
    [raw("c.attribute"), dialect.nested(raw("c.value"))],
    sql`(SELECT s.attribute, s.value FROM ${tables.secret} s WHERE s.tenant = ${tenant} AND s.id = r.id) c`,
  );
  return session.run<ExportedRow>(sql`SELECT ${baseColumns(dialect)}, ${elements} AS elements, ${secrets} AS secrets
    FROM ${tables.resource} r WHERE r.type = ${type} AND r.tenant = ${tenant} AND ${condition} ORDER BY r.id LIMIT ${raw(String(PAGE))}`);
}

/** The same where what belongs to a resource is read by statements of its own. */
async function readRowsApart(
  session: Session,
  { tables, tenant, type }: Kind & Pick<Field, "tables">,
  condition: Fragment,
  most: number,
): Promise<readonly ExportedRow[]> {
  const { dialect } = session;
  const rows = await session.run<SelectedRow>(sql`SELECT ${baseColumns(dialect)} FROM ${tables.resource} r
    WHERE r.type = ${type} AND r.tenant = ${tenant} AND ${condition} ORDER BY r.id LIMIT ${raw(String(PAGE))}`);
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const elements = await readBeginnings(session, { dialect, tables, tenant }, IS_WHOLE, ids, most, true);
  const secrets = new Map<string, unknown[]>();
  const kept = await session.run<{ id: string; attribute: string; value: string }>(
    sql`SELECT s.id, s.attribute, s.value FROM ${idSource(dialect, tenant, ids)} CROSS JOIN ${tables.secret} s
      WHERE s.tenant = ${tenant} AND s.id = v.id`,
  );
  for (const { id, attribute, value } of kept) getOrCreate(secrets, id, () => []).push([attribute, JSON.parse(value)]);
  return rows.map((row) => ({
    ...row,
    elements: elements.get(row.id) ?? null,
    secrets: secrets.get(row.id) ?? null,
  }));
}

type Elements = readonly (readonly [attribute: string, ...element: ApartElement])[];

function isWhole({ elements }: ExportedRow): boolean {
  return parsed<Elements>(elements).length <= MOST_ELEMENTS;
}

/** Puts a resource together without its schema: its rows say to which attributes they belong. */
function exportedOf(resourceType: string, row: ExportedRow): ExportedResource {
  const { schemas, ...attributes } = JSON.parse(row.document) as { readonly schemas: readonly string[] };
  const resource: Record<string, unknown> = { schemas, id: row.id, ...attributes };
  for (const [path, ...element] of parsed<Elements>(row.elements)) addElement(resource, path, elementOf(element));
  const { created, modified, version } = row;
  resource.meta = { resourceType, created, lastModified: modified, version: String(version) };
  const secrets = parsed<readonly (readonly [string, unknown])[]>(row.secrets);
  return {
    resourceType,
    resource: resource as unknown as StoredResource,
    ...(secrets.length === 0 ? {} : { secrets: Object.fromEntries(secrets) }),
  };
}

function addElement(resource: Record<string, unknown>, path: string, element: unknown): void {
  const colon = path.lastIndexOf(":");
  const urn = path.slice(0, Math.max(colon, 0));
  if (urn !== "" && !isObject(resource[urn])) resource[urn] = {};
  const container = (urn === "" ? resource : resource[urn]) as Record<string, unknown>;
  const name = path.slice(colon + 1);
  const before = container[name];
  if (Array.isArray(before)) before.push(element);
  else container[name] = [element];
}

function parsed<T extends readonly unknown[]>(list: string | readonly unknown[] | null): T {
  return (typeof list === "string" ? JSON.parse(list) : (list ?? [])) as T;
}
