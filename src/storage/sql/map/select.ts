import type { Attribute } from "../../../schema/attribute.ts";
import { type ResourceObject, writeAttribute } from "../../../schema/value.ts";
import type { Select, StoredResource } from "../../adapter.ts";
import { HOLDER_NAME, inverseElement } from "../../inverse.ts";
import { type Dialect, literal } from "../dialect/dialect.ts";
import { type Fragment, join, raw, sql } from "../dialect/fragment.ts";
import type { MappedType } from "./compile.ts";
import { printId } from "./id.ts";
import type { JoinTable } from "./join-table.ts";
import { holdersOf } from "./places.ts";
import { type MappedRow, resourceOf } from "./row.ts";
import { type MapScope, ownElements, ownRows } from "./scope.ts";

/** Something selected besides the row's own columns: the elements of a join table, or the holders of one. */
interface Apart {
  readonly attribute: Attribute;
  readonly column: Fragment;
  read(element: readonly unknown[]): ResourceObject;
}

/** What of a type is selected. */
export interface Selection {
  /** Columns of the page's rows `r`; each begins with a comma. */
  readonly more: Fragment;
  resourceOf(row: MappedRow): StoredResource;
}

/** Selects collections and computed attributes, in the statement of the rows and so of the same state. */
export function selectionOf(scope: MapScope, select: Select): Selection {
  const { type } = scope;
  const aparts = type.resourceType.attributes
    .filter((attribute) => select.includes(attribute))
    .flatMap((attribute) => [
      ...type.joins.filter((join) => join.attribute === attribute).flatMap((join) => elementsApart(scope, join)),
      ...holdersOf(scope, attribute).map(({ holder, join }) => holdersApart(scope, attribute, holder, join)),
    ]);
  return {
    more: join(
      aparts.map(({ column }, index) => sql`, ${column} AS ${raw(`apart${index}`)}`),
      "",
    ),
    resourceOf(row) {
      const resource: Record<string, unknown> = { ...resourceOf(type, row) };
      const lists = new Map<Attribute, ResourceObject[]>();
      aparts.forEach(({ attribute, read }, index) => {
        const json = row[`apart${index}`];
        if (typeof json !== "string") return;
        const list = lists.get(attribute) ?? [];
        for (const element of JSON.parse(json) as readonly (readonly unknown[])[]) list.push(read(element));
        lists.set(attribute, list);
      });
      for (const [attribute, list] of lists) if (list.length > 0) writeAttribute(resource, attribute, list);
      return resource as unknown as StoredResource;
    },
  };
}

/** A value that JSON can carry without losing digits. */
function carried(dialect: Dialect, column: string, { type }: Attribute): Fragment {
  const isText = type !== "boolean" && type !== "integer" && type !== "decimal";
  return isText ? dialect.columnText(raw(column)) : raw(column);
}

function elementsApart(scope: MapScope, join: JoinTable): Apart[] {
  const { dialect, mappings } = scope;
  const target = mappings.find(join.target);
  if (target === undefined) return [];
  const { attribute, columns } = join;
  const parts = [
    raw("CAST(m.value AS TEXT)"),
    ...columns.map((column) => carried(dialect, `m.${column.alias}`, column.attribute)),
  ];
  const hasType = attribute.sub("type") !== undefined;
  return [
    {
      attribute,
      column: dialect.aggregate(
        parts,
        sql`(SELECT * FROM ${join.view} m WHERE m.holder = r.id AND ${ownElements(scope, join)} ORDER BY m.value) m`,
      ),
      read([value, ...others]) {
        const element: Record<string, unknown> = { value: printId(target.id, value) };
        if (hasType) element.type = join.target;
        columns.forEach((column, index) => {
          const part = column.read(others[index]);
          if (part !== undefined) element[column.attribute.name] = part;
        });
        return element;
      },
    },
  ];
}

/** @see RFC 7643 §4.1.2 groups */
function holdersApart(scope: MapScope, attribute: Attribute, holder: MappedType, join: JoinTable): Apart {
  const name = holder.columns.find((column) => column.path.text === HOLDER_NAME);
  const display = name === undefined ? literal("") : carried(scope.dialect, `h.${name.alias}`, name.attribute);
  return {
    attribute,
    column: scope.dialect.aggregate(
      [raw("CAST(h.id AS TEXT)"), display],
      sql`(SELECT h.* FROM ${join.view} m JOIN ${holder.view} h ON h.id = m.holder WHERE m.value = r.id AND ${ownElements(scope, join)} AND ${ownRows(scope, holder, "h")} ORDER BY h.id) h`,
    ),
    read([id, shown]) {
      return inverseElement(attribute, printId(holder.id, id), name?.read(shown));
    },
  };
}
