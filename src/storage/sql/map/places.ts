import { type Attribute, type AttributePath, leafOf } from "../../../schema/attribute.ts";
import { isKept } from "../../../schema/kept.ts";
import { isComparedAsId, isId } from "../../id.ts";
import { DIRECT, inversePart } from "../../inverse.ts";
import { findReference } from "../../reference.ts";
import { cast, concat, type Dialect } from "../dialect/dialect.ts";
import { balance, FALSE, type Fragment, raw, sql } from "../dialect/fragment.ts";
import { keyText } from "../key.ts";
import { isDefaultFalse, type Leaf, type Place, type Places, pathInElement } from "../place.ts";
import { textLeaf } from "../text-leaf.ts";
import type { ChildTable } from "./child.ts";
import type { Column } from "./column.ts";
import type { MappedType } from "./compile.ts";
import { condition } from "./condition.ts";
import { type Holder, holderRows, holdersOf } from "./holders.ts";
import { hasId, idText, parseId } from "./id.ts";
import type { JoinTable } from "./join-table.ts";
import type { PathColumn } from "./path-column.ts";
import { doubtedLeaf, plainLeaf } from "./plain-leaf.ts";
import { elementsInRest, isInRest, isInWholeColumn, type RestValue, restName, restValue } from "./rest.ts";
import { elementRows, type MapScope, ownElements, targetOf } from "./scope.ts";
import type { Slot } from "./slot.ts";

/** What finding places in a mapped table depends on. */
export interface PlaceScope extends MapScope {
  /** Told where a condition is not exact. */
  readonly onNearly: () => void;
  /** Told where a condition is exact only as long as values have the shapes that are declared. */
  readonly onDoubt: () => void;
  /** The rows are few already, and each is looked at by itself. */
  readonly isStarted?: boolean;
}

/** Where the attributes of a row `r` are. */
export function mappedPlaces(scope: PlaceScope): Places {
  return {
    place: (path, asWritten = false, weaker = true) => findPlace(scope, path, asWritten, weaker),
    element: (attribute, inner, _, weaker) => elementExists(scope, attribute, inner, weaker),
  };
}

function findPlace(scope: PlaceScope, path: AttributePath, asWritten: boolean, weaker: boolean): Place | undefined {
  const { attribute, sub, text } = path;
  const { type, dialect } = scope;
  const given = givenLeaf(scope, path);
  if (given !== undefined) return one(given);
  const column = type.columns.find((candidate) => candidate.path.text === text);
  if (column !== undefined) return one(referenceLeaf(scope, column) ?? columnLeaf(scope, column, "r", weaker));
  // In what letter case a name is that nobody declared, and of what it is, only reading the row tells.
  if (isKept(attribute)) return undefined;
  if (isGiven(type, attribute) || (attribute.type === "complex" && sub === undefined)) return undefined;
  if (isInWholeColumn(type, attribute)) return undefined;
  const leaf = leafOf(path);
  if (attribute.multiValued || attribute.inverseOf !== undefined)
    return sub?.multiValued === true ? undefined : listPlace(scope, path, asWritten, weaker);
  if (!isInRest(type, path) || leaf.multiValued) return undefined;
  return one(restLeaf(scope, leaf, restValue(dialect, path), weaker));
}

function one(leaf: Leaf | undefined): Place | undefined {
  return leaf && { type: "one", leaf };
}

/** What the server gives every resource, as far as it can be compared in SQL. */
function givenLeaf(scope: PlaceScope, path: AttributePath): Leaf | undefined {
  const { type, dialect } = scope;
  if (isId(path)) return idLeaf(scope, type, raw("r.id"));
  if (path.text === "meta.version") return textLeaf(dialect, dialect.ordered(cast(dialect, raw("r.version"), "text")));
  return path.text === "meta.resourceType" ? constantLeaf(scope, leafOf(path), type.name) : undefined;
}

/** Whether the server gives every resource the attribute, so that no column of a client's values holds it. */
function isGiven({ resourceType }: MappedType, attribute: Attribute): boolean {
  return attribute.inverseOf === undefined && !resourceType.content.includes(attribute);
}

/** The values of elements, wherever these are. */
function listPlace(scope: PlaceScope, path: AttributePath, asWritten: boolean, weaker: boolean): Place {
  const { attribute, sub } = path;
  const inElement = sub === undefined ? path : pathInElement(attribute, sub);
  return {
    type: "list",
    exists: (test = (leaf) => leaf.exists()) =>
      elementExists(
        scope,
        attribute,
        (element) => {
          const place = element.place(inElement, asWritten, weaker);
          return place?.type === "one" ? test(place.leaf) : undefined;
        },
        weaker,
      ),
  };
}

/** A column of the row `alias`. */
export function columnLeaf(scope: PlaceScope, column: Column, alias: string, weaker: boolean): Leaf | undefined {
  const { dialect } = scope;
  const value = raw(`${alias}.${column.alias}`);
  if (column.filter !== undefined) {
    const { filter } = column;
    const ask = (...given: Parameters<typeof filter>): Fragment | undefined => {
      const answer = filter(...given);
      return answer === undefined ? undefined : condition(dialect, value, answer);
    };
    const exists = () => ask("pr", undefined);
    return { exists, isPresent: exists, compare: ask };
  }
  if (column.key !== undefined) return keyLeaf(dialect, raw(`${alias}.${column.key.alias}`));
  if (column.isConverted) return undefined;
  return numberColumn(column)
    ? numberLeafOf(scope, column, value, weaker)
    : valueLeaf(scope, column.attribute, dialect.columnText(value), weaker);
}

/** A column of comparison keys: what an index answers is asked of the column as it is. */
function keyLeaf(dialect: Dialect, key: Fragment): Leaf {
  const inOrder = textLeaf(dialect, dialect.ordered(key));
  if (dialect.keyColumn === undefined) return inOrder;
  const asIs = textLeaf(dialect, dialect.keyColumn(key));
  return {
    ...asIs,
    compare: (operator, operand) => (operator === "eq" ? asIs : inOrder).compare(operator, operand),
  };
}

function numberColumn({ attribute: { type } }: Column): boolean {
  return type === "integer" || type === "decimal";
}

/** Numbers may lie in a text column, beside what is none. */
function numberLeafOf(scope: PlaceScope, { attribute }: Column, value: Fragment, weaker: boolean): Leaf | undefined {
  const isNumber = scope.dialect.fit.isNumber(value);
  const leaf = valueLeaf(scope, attribute, sql`(CASE WHEN ${isNumber} THEN ${value} END)`, weaker);
  return leaf && doubtedLeaf({ ...scope, weaker }, leaf, sql`(${value} IS NOT NULL AND NOT ${isNumber})`);
}

/** A column that names a resource is compared as ids are, so that an index over it answers. */
function referenceLeaf(scope: PlaceScope, column: PathColumn): Leaf | undefined {
  const { attribute, sub } = column.path;
  if (sub?.name !== "value" || !isComparedAsId(sub) || column.isConverted || column.key !== undefined) return undefined;
  const [name, ...others] = findReference(scope.type.resourceType, attribute)?.resourceTypes ?? [];
  const target = others.length === 0 && name !== undefined ? scope.mappings.find(name) : undefined;
  const leaf = target && columnLeaf(scope, column, "r", true);
  return (
    leaf && {
      ...leaf,
      compare(operator, operand) {
        if (operator !== "eq") return leaf.compare(operator, operand);
        return parseId(target.id, operand) === undefined ? FALSE : sql`(r.${raw(column.alias)} = ${operand})`;
      },
    }
  );
}

function valueLeaf(scope: PlaceScope, attribute: Attribute, value: Fragment, weaker: boolean): Leaf | undefined {
  const { type } = scope;
  return plainLeaf({ ...scope, weaker, hasStandardKeys: type.resourceType.hasStandardKeys }, attribute, value);
}

function restLeaf(scope: PlaceScope, attribute: Attribute, value: RestValue, weaker: boolean): Leaf | undefined {
  const leaf = valueLeaf(scope, attribute, value.text, weaker);
  return leaf && doubtedLeaf({ ...scope, weaker }, leaf, value.isOdd);
}

/** The id of a row, as clients see it. */
function idLeaf({ dialect }: PlaceScope, { id }: MappedType, value: Fragment): Leaf {
  const seen = concat(dialect, [cast(dialect, sql`${id.prefix}`, "text"), idText(dialect, value)]);
  const leaf = textLeaf(dialect, dialect.ordered(seen));
  return {
    ...leaf,
    compare(operator, operand) {
      if (operator !== "eq") return leaf.compare(operator, operand);
      const parsed = parseId(id, operand);
      return parsed === undefined ? FALSE : sql`(${hasId(dialect, id, value, parsed)})`;
    },
  };
}

function constantLeaf({ dialect }: PlaceScope, attribute: Attribute | undefined, value: unknown): Leaf {
  const key = value === undefined || attribute === undefined ? null : keyText(attribute.key(value));
  return textLeaf(dialect, dialect.ordered(cast(dialect, sql`${key}`, "text")));
}

/** Whether an element of an attribute meets a condition, wherever its elements are. */
function elementExists(scope: PlaceScope, attribute: Attribute, inner: Inner, weaker = true): Fragment | undefined {
  const found = conditionsOf(scope, attribute, inner, weaker);
  return found.includes(undefined) ? undefined : balance("OR", found as readonly Fragment[]);
}

/** A condition on one element; undefined where the storage cannot tell. */
type Inner = (element: Places) => Fragment | undefined;

/** One condition for each place that an attribute's elements may be in. */
function conditionsOf(
  scope: PlaceScope,
  attribute: Attribute,
  inner: Inner,
  weaker: boolean,
): readonly (Fragment | undefined)[] {
  const { type } = scope;
  // What its converters make of a column, no statement knows: the elements are looked at row by row.
  if (isInWholeColumn(type, attribute)) return [undefined];
  if (attribute.inverseOf !== undefined)
    return holdersOf(scope, attribute).map((holder) => holderExists(scope, attribute, holder, inner));
  const joins = type.joins.filter((join) => join.attribute === attribute);
  if (joins.length > 0) return joins.map((join) => joinExists(scope, join, inner));
  const slots = type.slots.filter((slot) => slot.attribute === attribute);
  const children = type.children.filter((child) => child.attribute === attribute);
  const isApart = children.some(({ isWhole }) => isWhole);
  return [
    ...children.map((child) => childExists(scope, child, inner)),
    ...slots.map((slot) => slotExists(scope, slot, inner)),
    ...(type.mapping.rest === undefined || isApart ? [] : [restExists(scope, attribute, inner, weaker)]),
  ];
}

/** An element that has columns. */
function slotExists(scope: PlaceScope, slot: Slot, inner: Inner): Fragment | undefined {
  const parts = partsOf(scope, slot.attribute, (sub, weaker) => {
    const column = slot.columns.find((candidate) => candidate.attribute === sub);
    if (column !== undefined) return { leaf: columnLeaf(scope, column, "r", weaker) };
    return { leaf: constantLeaf(scope, sub, slot.fixed[sub?.name ?? ""]) };
  });
  const met = inner(parts);
  return met && sql`((r.${raw(slot.value.alias)} IS NOT NULL) AND ${met})`;
}

/** An element that has a row of its own. */
function childExists(scope: PlaceScope, child: ChildTable, inner: Inner): Fragment | undefined {
  const { attribute, shown, fixed } = child;
  const parts = partsOf(scope, attribute, (sub, weaker) => {
    const column = shown.find((candidate) => candidate.attribute === (sub ?? attribute));
    if (column !== undefined) return { leaf: columnLeaf(scope, column, "m", weaker) };
    return { leaf: constantLeaf(scope, sub, fixed[sub?.name ?? ""]) };
  });
  const met = inner(parts);
  const isOfRow = sql`m.holder = r.id AND ${ownElements(scope, child)}`;
  return met && anyRow(scope, sql`${child.view} m WHERE ${isOfRow} AND ${met}`);
}

/** An element that has no columns. */
function restExists(scope: PlaceScope, attribute: Attribute, inner: Inner, weaker: boolean): Fragment | undefined {
  const elements = elementsInRest(scope.dialect, attribute);
  const parts = partsOf(scope, attribute, (sub, weaker) => {
    const { text, isOdd } = elements.partOf(sub);
    return { leaf: valueLeaf(scope, sub ?? attribute, text, weaker), isOdd };
  });
  const met = inner(parts);
  // What has no part that fits is no element, and nothing is true of it.
  if (met !== undefined) scope.onDoubt();
  const isThere = weaker ? elements.isFilled : elements.isSure;
  return met && sql`EXISTS (SELECT 1 FROM ${elements.from} WHERE ${met} AND ${isThere})`;
}

function joinExists(scope: PlaceScope, join: JoinTable, inner: Inner): Fragment | undefined {
  const target = targetOf(scope, join);
  const parts = partsOf(scope, join.attribute, (sub, weaker) => {
    if (sub?.name === "value") return { leaf: idLeaf(scope, target, raw("m.value")) };
    if (sub?.name === "type") return { leaf: constantLeaf(scope, sub, join.target) };
    const column = join.columns.find((candidate) => candidate.attribute === sub);
    return {
      leaf: column === undefined ? constantLeaf(scope, sub, undefined) : columnLeaf(scope, column, "m", weaker),
    };
  });
  const met = inner(parts);
  const isOfRow = sql`m.holder = r.id AND ${ownElements(scope, join)}`;
  return met && anyRow(scope, sql`${elementRows(scope, join)} WHERE ${isOfRow} AND ${met}`);
}

/** The holders of references to the row: the groups of a user. @see RFC 7643 §4.1.2 groups */
function holderExists(scope: PlaceScope, attribute: Attribute, holder: Holder, inner: Inner): Fragment | undefined {
  const parts = partsOf(scope, attribute, (sub, weaker) => {
    switch (sub && inversePart(sub)) {
      case "id":
        return { leaf: idLeaf(scope, holder.type, raw("h.id")) };
      case "name":
        return { leaf: holderNameLeaf(scope, holder, sub, weaker) };
      case "direct":
        return { leaf: constantLeaf(scope, sub, DIRECT) };
      default:
        return { leaf: constantLeaf(scope, sub, undefined) };
    }
  });
  const met = inner(parts);
  return met && anyRow(scope, sql`${holderRows(scope, holder)} AND ${met}`);
}

/** Whether there is a row; of few rows each asks by itself, where an EXISTS may be made a table of what all have. */
function anyRow({ isStarted }: PlaceScope, from: Fragment): Fragment {
  return isStarted ? sql`((SELECT 1 FROM ${from} LIMIT 1) IS NOT NULL)` : sql`EXISTS (SELECT 1 FROM ${from})`;
}

/** The name of a holder, where it is compared as the part of the element is. */
export function holderNameLeaf(
  scope: PlaceScope,
  { name }: Holder,
  display: Attribute | undefined,
  weaker: boolean,
): Leaf | undefined {
  if (name === undefined) return undefined;
  const named = "alias" in name ? name.attribute : leafOf(name);
  const isSame = named.caseExact === display?.caseExact && named.comparison === display.comparison;
  if (!isSame) return undefined;
  if ("alias" in name) return columnLeaf(scope, name, "h", weaker);
  return valueLeaf(scope, named, restName(scope.dialect, name, "h"), weaker);
}

/** What is known of a part of an element. */
interface Part {
  readonly leaf: Leaf | undefined;
  /** Condition: the part is of another shape than is declared. */
  readonly isOdd?: Fragment;
}

/** The parts of one element. A missing `primary` counts as false [S-2.4-04]. */
function partsOf(
  scope: PlaceScope,
  attribute: Attribute,
  partFor: (sub: Attribute | undefined, weaker: boolean) => Part,
): Places {
  const { dialect } = scope;
  return {
    place({ sub }, asWritten = false, weaker = true) {
      const { leaf, isOdd } = partFor(sub, weaker);
      const doubted = (sure: Leaf): Place | undefined =>
        one(isOdd === undefined ? sure : doubtedLeaf({ ...scope, weaker }, sure, isOdd));
      if (leaf === undefined) return undefined;
      if (sub === undefined || asWritten || !isDefaultFalse(attribute, sub)) return doubted(leaf);
      const isTrue = leaf.compare("eq", true);
      const text = sql`(CASE WHEN ${isTrue} THEN 'true' ELSE 'false' END)`;
      return isTrue && doubted(textLeaf(dialect, text));
    },
  };
}
