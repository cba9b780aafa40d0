import type { Attribute } from "../../../schema/attribute.ts";
import { isObject, type ResourceObject, readAttribute, writeAttribute } from "../../../schema/value.ts";
import type { Select, StoredResource } from "../../adapter.ts";
import { inverseElement } from "../../inverse.ts";
import type { Dialect } from "../dialect/dialect.ts";
import { type Fragment, join, raw, sql } from "../dialect/fragment.ts";
import type { ChildTable } from "./child.ts";
import { inOrderOf } from "./child.ts";
import { distinctElements, elementOfRow } from "./child-elements.ts";
import { type Column, isTime, shown } from "./column.ts";
import { elementOf } from "./elements.ts";
import { type Holder, holderRows, holdersOf } from "./holders.ts";
import { idText, printId } from "./id.ts";
import type { JoinTable } from "./join-table.ts";
import { type Listed, listColumn } from "./listed.ts";
import type { PathColumn } from "./path-column.ts";
import { restName } from "./rest.ts";
import { type MappedRow, resourceOf } from "./row.ts";
import { elementRows, type MapScope, ownElements, targetOf } from "./scope.ts";

/** Something selected besides the row's own columns: the elements of a join table, or the holders of one. */
interface Apart {
  readonly attribute: Attribute;
  readonly list: Listed;
  read(element: readonly unknown[]): unknown;
  /** Makes the list of the elements that were read. Default: as they were. */
  readonly listOf?: (elements: readonly unknown[]) => readonly unknown[];
}

/** What of a type is selected. */
export interface Selection {
  /** Columns of the page's rows `r`; each begins with a comma. */
  readonly more: Fragment;
  /** Whether there are none, so that the row is all of it. */
  readonly isRowAlone: boolean;
  /** Whether what there is besides the row is read in no time, because no collection is selected. */
  readonly isFew: boolean;
  resourceOf(row: MappedRow): StoredResource;
  /** The elements alone that join tables hold, and computed attributes. */
  apartOf(row: MappedRow): ResourceObject;
}

/** Selects collections and computed attributes, in the statement of the rows and so of the same state. */
export function selectionOf(scope: MapScope, select: Select): Selection {
  const { type } = scope;
  const aparts = type.resourceType.attributes
    .filter((attribute) => select.includes(attribute))
    .flatMap((attribute) => [
      ...type.joins.filter((join) => join.attribute === attribute).map((join) => elementsApart(scope, join)),
      ...type.children.filter((child) => child.attribute === attribute).map((child) => childrenApart(scope, child)),
      ...holdersOf(scope, attribute).map((holder) => holdersApart(scope, attribute, holder)),
    ]);
  const listsOf = (row: MappedRow): ReadonlyMap<Attribute, readonly unknown[]> => {
    const lists = new Map<Attribute, readonly unknown[]>();
    aparts.forEach(({ attribute, read, listOf = (elements) => elements }, index) => {
      const json = row[`apart${index}`];
      if (typeof json !== "string") return;
      const elements = (JSON.parse(json) as readonly (readonly unknown[])[]).map(read);
      lists.set(attribute, [...(lists.get(attribute) ?? []), ...listOf(elements)]);
    });
    return lists;
  };
  return {
    more: join(
      aparts.map(({ list }, index) => sql`, ${listColumn(scope, list, `apart${index}`)}`),
      "",
    ),
    isRowAlone: aparts.length === 0,
    isFew: !aparts.some(({ attribute }) => attribute.collection),
    resourceOf(row) {
      const resource: Record<string, unknown> = { ...resourceOf(type, row) };
      for (const [attribute, list] of listsOf(row))
        if (list.length > 0) writeAttribute(resource, attribute, withOthers(type, attribute, list, resource));
      return resource as unknown as StoredResource;
    },
    apartOf(row) {
      const resource: Record<string, unknown> = {};
      for (const [attribute, list] of listsOf(row)) writeAttribute(resource, attribute, list);
      return resource;
    },
  };
}

/** Elements of a join table, and those that the rest has from before there was the table; of a child table, and those that it does not keep. */
function withOthers(
  { children }: MapScope["type"],
  attribute: Attribute,
  list: readonly unknown[],
  resource: ResourceObject,
): readonly unknown[] {
  const others = attribute.inverseOf === undefined ? readAttribute(resource, attribute) : undefined;
  if (!Array.isArray(others)) return list;
  if (children.some((child) => child.attribute === attribute)) return [...list, ...others];
  const there = new Set(list.map((one) => (isObject(one) ? one.value : undefined)));
  return [...list, ...others.filter((one) => !(isObject(one) && there.has(one.value)))];
}

/** Makes of a column what JSON carries without losing digits. */
export function carry(dialect: Dialect, name: string, column: Column): Fragment {
  const { type } = column.attribute;
  if (isTime(column)) return shown(dialect, column, raw(name));
  const isText = type !== "boolean" && type !== "integer" && type !== "decimal";
  return isText ? dialect.columnText(raw(name)) : raw(name);
}

function elementsApart(scope: MapScope, join: JoinTable): Apart {
  const { dialect } = scope;
  const { id } = targetOf(scope, join);
  const { attribute, columns } = join;
  const parts = columns.map((column) => carry(dialect, `m.${column.alias}`, column));
  const isOfRow = sql`m.holder = r.id AND ${ownElements(scope, join)}`;
  return {
    attribute,
    list: {
      elements: [idText(dialect, raw("m.value")), ...parts],
      rows: sql`${elementRows(scope, join)} WHERE ${isOfRow}`,
      alias: "m",
      order: [raw("m.value")],
    },
    read: ([value, ...others]) => elementOf(join, printId(id, value), (_, index) => others[index]),
  };
}

/** The rows of a child table. */
function childrenApart(scope: MapScope, child: ChildTable): Apart {
  const { dialect } = scope;
  const parts = child.shown.map((column) => carry(dialect, `m.${column.alias}`, column));
  const isOfRow = sql`m.holder = r.id AND ${ownElements(scope, child)}`;
  return {
    attribute: child.attribute,
    list: { elements: parts, rows: sql`${child.view} m WHERE ${isOfRow}`, alias: "m", order: inOrderOf(child) },
    read: (parts) => elementOfRow(child, (_, index) => parts[index]),
    listOf: (elements) =>
      distinctElements(
        child,
        elements.filter((element) => element !== undefined),
      ),
  };
}

/** @see RFC 7643 §4.1.2 groups */
function holdersApart(scope: MapScope, attribute: Attribute, holder: Holder): Apart {
  const { dialect } = scope;
  const { type, name } = holder;
  const display = name === undefined ? raw("NULL") : nameOf(dialect, name);
  return {
    attribute,
    list: {
      elements: [idText(dialect, raw("h.id")), display],
      rows: holderRows(scope, holder),
      alias: "h",
      order: [raw("h.id")],
    },
    read: ([id, shown]) => inverseElement(attribute, printId(type.id, id), isColumn(name) ? name.read(shown) : shown),
  };
}

function isColumn(name: Holder["name"]): name is PathColumn {
  return name !== undefined && "alias" in name;
}

function nameOf(dialect: Dialect, name: NonNullable<Holder["name"]>): Fragment {
  return isColumn(name) ? carry(dialect, `h.${name.alias}`, name) : restName(dialect, name, "h");
}
