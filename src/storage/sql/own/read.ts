import type { Attribute } from "../../../schema/attribute.ts";
import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import { readAttribute, writeAttribute } from "../../../schema/value.ts";
import type { Select, StoredResource } from "../../adapter.ts";
import type { Session } from "../database.ts";
import { emptied, type Fragment, fill, raw, short, sql } from "../dialect/fragment.ts";
import { isStorable } from "../key.ts";
import { needsOneState, withApart } from "./apart-rows.ts";
import { keptStatements } from "./kept-statements.ts";
import { type Apart, elementOf, metaOf, resourceOf, type SelectedRow } from "./resource.ts";
import type { Row } from "./row.ts";
import { apartColumns, apartOf, baseColumns, isFew, nameOf, type SelectScope } from "./select.ts";
import { hasMissing, resolve } from "./settle.ts";
import type { KnownShapes } from "./shapes.ts";
import { isOfType } from "./statements.ts";
import { largeOf, type StreamOf } from "./stream.ts";
import type { Tables } from "./tables.ts";

/** Whose resources are read, and what of them. */
export interface Reading {
  readonly tables: Tables;
  readonly tenant: string;
  readonly resourceType: CompiledResourceType;
  readonly select: Select;
  /** What the rows of the type may be relied on for; without it all of them are of the own shape. */
  readonly known?: KnownShapes;
}

/** Reads one resource, with all that is selected of it, by one statement. */
export async function readResource(
  session: Session,
  reading: Reading,
  id: string,
  streamOf?: StreamOf,
): Promise<StoredResource | undefined> {
  if (!isStorable(id)) return undefined;
  const { tables, tenant, resourceType, select, known } = reading;
  const apart = apartOf(resourceType, select, known);
  const isStreamed = streamOf !== undefined;
  const scope = { dialect: session.dialect, tables, tenant };
  const { statement, selected } = STATEMENTS(scope, resourceType, `${isStreamed} ${nameOf(apart)}`, () =>
    statementOf(scope, apart, isStreamed),
  );
  const values = [...Array<string>(selected).fill(tenant), tenant, id, resourceType.name];
  const filled = fill(statement, values);
  const [row] = needsOneState(session.dialect, apart)
    ? await session.snapshot(async (inner) =>
        withApart(inner, scope, apart, isStreamed, await inner.run<SelectedRow>(filled)),
      )
    : await session.run<SelectedRow>(filled);
  if (row === undefined) return undefined;
  const resource = resourceOf(resourceType, row, apart, largeOf(streamOf));
  return hasMissing(resourceType, resource) ? (await resolve(session, reading, [resource]))[0] : resource;
}

const STATEMENTS = keptStatements<{ readonly statement: Fragment; readonly selected: number }>();

/** Its parameters are, in this order: those of the columns, each of which is the tenant; tenant, id, type. */
function statementOf(scope: SelectScope, apart: Apart, isStreamed: boolean) {
  const { dialect, tables, tenant } = scope;
  const columns = sql`${baseColumns(dialect, isStreamed)}${apartColumns(scope, apart, isStreamed)}`;
  if (columns.parameters.some((value) => value !== tenant))
    throw new TypeError("The columns of a resource hold no value but the tenant.");
  const statement = sql`SELECT ${columns} FROM ${tables.resource} r
    WHERE r.tenant = ${tenant} AND r.id = ${""} AND ${isOfType(raw("r.type"), "")}`;
  return { statement: emptied(short(statement, isFew(apart, isStreamed))), selected: columns.parameters.length };
}

/** What a write made of the columns of a row, but for the document. */
export type WrittenRow = Pick<SelectedRow, "id" | "version" | "created" | "modified">;

/** Where the elements of a selected attribute are after a write: in what was written, in the tables, or nowhere. */
export type Whereabouts = "row" | "tables" | "none";

/**
 * A resource as a write left it. What the write did not touch is read from the tables; all else, the version with it,
 * is what the write wrote, though others may have written since.
 */
export async function assembleWritten(
  session: Session,
  reading: Reading,
  row: Row,
  written: WrittenRow,
  whereabouts: (attribute: Attribute) => Whereabouts,
): Promise<StoredResource> {
  const { resourceType, select } = reading;
  const { content } = row;
  const { id } = written;
  const { schemas } = content;
  const resource = { schemas, id, ...content, meta: metaOf(resourceType, written) } as unknown as StoredResource;
  const isElsewhere = (attribute: Attribute): boolean =>
    select.includes(attribute) && whereabouts(attribute) === "tables";
  const elsewhere = { includes: isElsewhere };
  const current =
    apartOf(resourceType, elsewhere).attributes.length === 0
      ? undefined
      : await readResource(session, { ...reading, select: elsewhere }, id);
  const elementsOf = (attribute: Attribute): unknown => {
    switch (whereabouts(attribute)) {
      case "row":
        return elementsIn(row, attribute);
      case "tables":
        return current && readAttribute(current, attribute);
      case "none":
        return undefined;
    }
  };
  for (const attribute of apartOf(resourceType, select).attributes) {
    const value = elementsOf(attribute);
    if (value !== undefined) writeAttribute(resource as unknown as Record<string, unknown>, attribute, value);
  }
  return resource;
}

function elementsIn(row: Row, attribute: Attribute): unknown {
  const elements = [...row.elements.values()]
    .filter((element) => element.attribute === attribute.path)
    .map(({ value, element }) => elementOf([value, element]));
  return elements.length === 0 ? undefined : elements;
}
