import { conflict, uniqueness } from "../../../error.ts";
import { readAttribute } from "../../../schema/value.ts";
import type { CreateRequest, StoredResource } from "../../adapter.ts";
import type { HashSecret } from "../../secrets.ts";
import type { Database, Session } from "../database.ts";
import { faultOf } from "../dialect/fault.ts";
import { type Fragment, join, sql } from "../dialect/fragment.ts";
import { driverValue } from "./column.ts";
import { elementsOf, insertElements, tenantValue } from "./elements.ts";
import { idOperand, parseId } from "./id.ts";
import { alone, type MappedOwner, ofTenantColumn, readRow } from "./lock.ts";
import { refusalOf } from "./refusal.ts";
import { assignments, type MappedRow, type TakenApart, takeApart } from "./row.ts";
import type { MapScope } from "./scope.ts";
import { hashMapped, type MappedSecrets } from "./secrets.ts";
import { selectionOf } from "./select.ts";
import { refers, settle } from "./settle.ts";
import { sqlName } from "./table.ts";
import { refuseTaken, uncheckedUniques } from "./unique.ts";

/** How often a write starts again because what it refers to has gone meanwhile. */
export const MOST_TRIES = 5;

/** Stores a resource: one statement where it has no references, and its unique values have keys. */
export async function createMapped(
  database: Database,
  scope: MapScope,
  hashSecret: HashSecret | undefined,
  request: CreateRequest,
): Promise<StoredResource> {
  const { type } = scope;
  const secrets = await hashMapped(type, request.secrets, hashSecret);
  request.signal?.throwIfAborted();
  const id = type.id.isGenerated ? undefined : ownId(scope, request.resource.id);
  const given = { ...request.resource, id: id === undefined ? "" : type.id.prefix + id };
  for (let attempt = 1; attempt <= MOST_TRIES; attempt++) {
    try {
      const isAlone = !refers(type, given) && uncheckedUniques(scope, () => true).length === 0;
      const insert = async (session: Session): Promise<StoredResource> => {
        const resource = await settle(session, scope, given);
        const apart = takeApart(type, resource);
        await refuseTaken(
          session,
          scope,
          uncheckedUniques(scope, () => true),
          apart.values,
          undefined,
        );
        const [row] = await session.run<MappedRow>(insertRow(scope, id, apart, secrets, request));
        if (row === undefined) throw uniqueness("id");
        const owner: MappedOwner = { ...scope, id: String(row.id) };
        for (const table of type.joins)
          for (const statement of insertElements(
            owner,
            table,
            elementsOf(owner, table, readAttribute(resource, table.attribute)),
          ))
            await session.run(statement);
        const selection = selectionOf(scope, request.select);
        // What refers to nothing is referred to by nothing, so that the row is all of it.
        if (isAlone) return selection.resourceOf(row);
        return selection.resourceOf((await readRow(session, owner, selection.more)) ?? row);
      };
      const created = await (isAlone ? insert(alone(database)) : database.transaction(insert));
      for (const notice of secrets.notices) request.notify(notice);
      return created;
    } catch (error) {
      if (faultOf(error) !== "reference") throw (await refusalOf(database, type, error)) ?? error;
    }
  }
  throw conflict();
}

/** The id that a resource is stored under: the core's where the column can hold it. */
function ownId({ type: { id } }: MapScope, given: string): string {
  const form = { type: id.type, prefix: "" };
  return parseId(form, given.normalize("NFC")) ?? crypto.randomUUID();
}

function insertRow(
  scope: MapScope,
  id: string | undefined,
  { values, rest }: TakenApart,
  secrets: MappedSecrets,
  { resource, at }: CreateRequest,
): Fragment {
  const { type, dialect } = scope;
  const { mapping } = type;
  const columns: string[] = [];
  const inserted: Fragment[] = [];
  const put = (column: string, value: unknown): void => {
    columns.push(column);
    inserted.push(sql`${value}`);
  };
  const fragments: [string, Fragment][] = [
    ...(id === undefined ? [] : [[type.id.column, idOperand(dialect, type.id, id)] as [string, Fragment]]),
    ...(type.tenant === undefined ? [] : [[type.tenant.column, tenantValue(scope)] as [string, Fragment]]),
    [mapping.version, sql`1`],
  ];
  for (const [column, fragment] of fragments) {
    columns.push(column);
    inserted.push(fragment);
  }
  put(mapping.created, resource.meta.created);
  put(mapping.lastModified, resource.meta.lastModified ?? at);
  for (const [column, value] of values) {
    // Without a value the table's own default holds, unless the column has a value for that.
    if (value === undefined && column.write(undefined) === null && !column.isConverted) continue;
    if (value === undefined && column.write(undefined) === undefined) continue;
    for (const [name, written] of assignments(dialect, column, value)) put(name, written);
  }
  for (const [column, value] of secrets.values)
    if (value !== null) put(column.name, driverValue(dialect, column.write(value)));
  if (mapping.rest !== undefined && rest !== undefined) put(mapping.rest, JSON.stringify(rest));
  const into = sql`INSERT INTO ${type.table} (${join(columns.map(sqlName), ", ")})`;
  const others = id === undefined ? [] : othersWith(scope, id);
  // Ids are unique over all resource types of a tenant [S-3.1-05].
  const source =
    others.length === 0
      ? sql`VALUES (${join(inserted, ", ")})`
      : sql`SELECT ${join(inserted, ", ")} WHERE ${join(others, " AND ")}`;
  return sql`${into} ${source} RETURNING ${type.selected}`;
}

/** Conditions: no resource of another type has the id. */
function othersWith(scope: MapScope, id: string): Fragment[] {
  const seen = scope.type.id.prefix + id;
  return scope.mappings.all.flatMap((other) => {
    const parsed = other.name === scope.type.name ? undefined : parseId(other.id, seen);
    if (parsed === undefined) return [];
    return [
      sql`NOT EXISTS (SELECT 1 FROM ${other.table} WHERE ${sqlName(other.id.column)} = ${idOperand(scope.dialect, other.id, parsed)} AND ${ofTenantColumn(scope, other)})`,
    ];
  });
}
