import type { Attribute } from "../../../schema/attribute.ts";
import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import { readAttribute, writeAttribute } from "../../../schema/value.ts";
import type { Select, StoredResource } from "../../adapter.ts";
import type { Session } from "../database.ts";
import { raw, short, sql } from "../dialect/fragment.ts";
import { isStorable } from "../key.ts";
import { inOneState, withApart } from "./apart-rows.ts";
import { elementOf, NOTHING, resourceOf, type SelectedRow } from "./resource.ts";
import type { Row } from "./row.ts";
import { apartColumns, apartOf, baseColumns, isFew } from "./select.ts";
import { resolve } from "./settle.ts";
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
  const columns = apartColumns({ dialect: session.dialect, tables, tenant }, apart, isStreamed);
  const statement = sql`SELECT ${baseColumns(session.dialect, isStreamed)}${columns} FROM ${tables.resource} r
    WHERE r.tenant = ${tenant} AND r.id = ${id} AND ${isOfType(raw("r.type"), resourceType.name)}`;
  const [row] = await inOneState(session, apart, async (inner) => {
    const rows = await inner.run<SelectedRow>(short(statement, isFew(apart, isStreamed)));
    return withApart(inner, { dialect: inner.dialect, tables, tenant }, apart, isStreamed, rows);
  });
  if (row === undefined) return undefined;
  const [resource] = await resolve(session, reading, [resourceOf(resourceType, row, apart, largeOf(streamOf))]);
  return resource;
}

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
  written: SelectedRow,
  whereabouts: (attribute: Attribute) => Whereabouts,
): Promise<StoredResource> {
  const { resourceType, select } = reading;
  const resource = resourceOf(resourceType, written, NOTHING);
  const isElsewhere = (attribute: Attribute): boolean =>
    select.includes(attribute) && whereabouts(attribute) === "tables";
  const elsewhere = { includes: isElsewhere };
  const current =
    apartOf(resourceType, elsewhere).attributes.length === 0
      ? undefined
      : await readResource(session, { ...reading, select: elsewhere }, written.id);
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
