import { type Attribute, type AttributePath, leafOf } from "../../../schema/attribute.ts";
import { isId } from "../../id.ts";
import { DIRECT, HOLDER_NAME, inversePart } from "../../inverse.ts";
import { balance, FALSE, type Fragment, raw, sql } from "../dialect/fragment.ts";
import { isDefaultFalse, type Leaf, type Place, type Places, pathInElement } from "../place.ts";
import { textLeaf } from "../text-leaf.ts";
import type { Column } from "./column.ts";
import type { MappedType } from "./compile.ts";
import { condition } from "./condition.ts";
import { idOperand, parseId } from "./id.ts";
import type { JoinTable } from "./join-table.ts";
import { plainLeaf } from "./plain-leaf.ts";
import { elementsInRest, isInRest, restText } from "./rest.ts";
import { type MapScope, ownElements, ownRows } from "./scope.ts";

/** What finding places in a mapped table depends on. */
export interface PlaceScope extends MapScope {
  /** Told where a condition is not exact. */
  readonly onNearly: () => void;
}

/** Where the attributes of a row `r` are. */
export function mappedPlaces(scope: PlaceScope): Places {
  return {
    place: (path, asWritten = false, weaker = true) => placeOf(scope, path, asWritten, weaker),
    element: (attribute, inner) => elementExists(scope, attribute, inner),
  };
}

function placeOf(scope: PlaceScope, path: AttributePath, asWritten: boolean, weaker: boolean): Place | undefined {
  const { attribute, sub, text } = path;
  const { type, dialect } = scope;
  if (isId(path)) return one(idLeaf(scope, type, raw("r.id")));
  if (text === "meta.version") return one(textLeaf(dialect, dialect.ordered(raw("CAST(r.version AS TEXT)"))));
  if (text === "meta.resourceType") return one(constantLeaf(scope, attribute.sub("resourceType"), type.name));
  if (attribute.name === "meta" || attribute.name === "schemas") return undefined;
  const column = type.columns.find((candidate) => candidate.path.text === text);
  if (column !== undefined) {
    const leaf = columnLeaf(scope, column, "r", weaker);
    return leaf && one(leaf);
  }
  const isApart = attribute.multiValued || attribute.inverseOf !== undefined;
  if (!isApart) {
    if (attribute.type === "complex" && sub === undefined) return undefined;
    if (!isInRest(type, path) || leafOf(path).multiValued) return undefined;
    const leaf = restLeaf(scope, leafOf(path), restText(dialect, path), weaker);
    return leaf && one(leaf);
  }
  if (attribute.type === "complex" && sub === undefined) return undefined;
  if (sub?.multiValued === true) return undefined;
  return {
    type: "list",
    exists: (test = (leaf) => leaf.exists()) =>
      elementExists(scope, attribute, (element) => {
        const place = element.place(sub === undefined ? path : pathInElement(attribute, sub), asWritten, weaker);
        return place?.type === "one" ? test(place.leaf) : undefined;
      }),
  };
}

function one(leaf: Leaf): Place {
  return { type: "one", leaf };
}

/** A column of the row `alias`. */
function columnLeaf(scope: PlaceScope, column: Column, alias: string, weaker: boolean): Leaf | undefined {
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
  if (column.key !== undefined) return textLeaf(dialect, dialect.ordered(raw(`${alias}.${column.key.alias}`)));
  if (column.isConverted) return undefined;
  return restLeaf(scope, column.attribute, asText(scope, column.attribute, value), weaker);
}

/** Texts may lie in columns of other types, such as numbers and enumerations. */
function asText({ dialect }: PlaceScope, { type }: Attribute, value: Fragment): Fragment {
  return type === "string" ? dialect.columnText(value) : value;
}

function restLeaf(scope: PlaceScope, attribute: Attribute, value: Fragment, weaker: boolean): Leaf | undefined {
  const { dialect, onNearly, type } = scope;
  return plainLeaf({ dialect, onNearly, weaker, hasStandardKeys: type.resourceType.hasStandardKeys }, attribute, value);
}

/** The id of a row, as clients see it. */
function idLeaf({ dialect }: PlaceScope, { id }: MappedType, value: Fragment): Leaf {
  const seen = sql`(CAST(${id.prefix} AS TEXT) || CAST(${value} AS TEXT))`;
  const leaf = textLeaf(dialect, dialect.ordered(seen));
  return {
    ...leaf,
    compare(operator, operand) {
      if (operator !== "eq") return leaf.compare(operator, operand);
      const parsed = parseId(id, operand);
      return parsed === undefined ? FALSE : sql`(${value} = ${idOperand(dialect, id, parsed)})`;
    },
  };
}

function constantLeaf({ dialect }: PlaceScope, attribute: Attribute | undefined, value: string | undefined): Leaf {
  const key = value === undefined || attribute === undefined ? null : String(attribute.key(value));
  return textLeaf(dialect, dialect.ordered(sql`CAST(${key} AS TEXT)`));
}

/** Whether an element of an attribute meets a condition, wherever its elements are. */
function elementExists(
  scope: PlaceScope,
  attribute: Attribute,
  inner: (element: Places) => Fragment | undefined,
): Fragment | undefined {
  const { type } = scope;
  const joins = type.joins.filter((join) => join.attribute === attribute);
  const found: (Fragment | undefined)[] = [];
  if (attribute.inverseOf !== undefined) found.push(...holdersExist(scope, attribute, inner));
  else if (joins.length > 0) for (const join of joins) found.push(joinExists(scope, join, inner));
  else {
    for (const slot of type.slots.filter((candidate) => candidate.attribute === attribute)) {
      const isThere = sql`(r.${raw(slot.value.alias)} IS NOT NULL)`;
      const parts = partsOf(scope, attribute, (sub, weaker) => {
        const column = slot.columns.find((candidate) => candidate.attribute === sub);
        if (column !== undefined) return columnLeaf(scope, column, "r", weaker);
        return constantLeaf(scope, sub, textOf(slot.fixed[sub?.name ?? ""]));
      });
      const met = inner(parts);
      found.push(met && sql`(${isThere} AND ${met})`);
    }
    if (type.mapping.rest !== undefined) {
      const elements = elementsInRest(scope.dialect, attribute);
      const met = inner(
        partsOf(scope, attribute, (sub, weaker) => restLeaf(scope, sub ?? attribute, elements.textOf(sub), weaker)),
      );
      found.push(met && sql`EXISTS (SELECT 1 FROM ${elements.from} WHERE ${met})`);
    }
  }
  return found.includes(undefined) ? undefined : balance("OR", found as Fragment[]);
}

function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value);
}

function joinExists(
  scope: PlaceScope,
  join: JoinTable,
  inner: (element: Places) => Fragment | undefined,
): Fragment | undefined {
  const target = scope.mappings.find(join.target);
  if (target === undefined) return undefined;
  const parts = partsOf(scope, join.attribute, (sub, weaker) => {
    if (sub?.name === "value") return idLeaf(scope, target, raw("m.value"));
    if (sub?.name === "type") return constantLeaf(scope, sub, join.target);
    const column = join.columns.find((candidate) => candidate.attribute === sub);
    return column === undefined ? constantLeaf(scope, sub, undefined) : columnLeaf(scope, column, "m", weaker);
  });
  const met = inner(parts);
  return (
    met && sql`EXISTS (SELECT 1 FROM ${join.view} m WHERE m.holder = r.id AND ${ownElements(scope, join)} AND ${met})`
  );
}

/** The holders of references to the row: the groups of a user. @see RFC 7643 §4.1.2 groups */
function holdersExist(
  scope: PlaceScope,
  attribute: Attribute,
  inner: (element: Places) => Fragment | undefined,
): (Fragment | undefined)[] {
  return holdersOf(scope, attribute).map(({ holder, join }) => {
    const parts = partsOf(scope, attribute, (sub, weaker) => {
      switch (sub && inversePart(sub)) {
        case "id":
          return idLeaf(scope, holder, raw("h.id"));
        case "name":
          return holderNameLeaf(scope, holder, sub, weaker);
        case "direct":
          return constantLeaf(scope, sub, DIRECT);
        default:
          return constantLeaf(scope, sub, undefined);
      }
    });
    const met = inner(parts);
    return (
      met &&
      sql`EXISTS (SELECT 1 FROM ${join.view} m JOIN ${holder.view} h ON h.id = m.holder WHERE m.value = r.id AND ${ownElements(scope, join)} AND ${ownRows(scope, holder, "h")} AND ${met})`
    );
  });
}

/** The name of a holder, where it is compared as the part of the element is. */
function holderNameLeaf(
  scope: PlaceScope,
  holder: MappedType,
  display: Attribute | undefined,
  weaker: boolean,
): Leaf | undefined {
  const name = holder.columns.find((column) => column.path.text === HOLDER_NAME);
  if (name === undefined) return undefined;
  const { caseExact, comparison } = name.attribute;
  const isSame = caseExact === display?.caseExact && comparison === display.comparison;
  return isSame ? columnLeaf(scope, name, "h", weaker) : undefined;
}

/** The join tables that refer to a type, with their holders: what an attribute with `inverseOf` is computed from. */
export function holdersOf(
  { mappings, type }: MapScope,
  { inverseOf }: Attribute,
): readonly { readonly holder: MappedType; readonly join: JoinTable }[] {
  const holder = inverseOf && mappings.find(inverseOf.resourceType);
  if (holder === undefined) return [];
  return holder.joins
    .filter((join) => join.attribute.path === inverseOf?.attribute && join.target === type.name)
    .map((join) => ({ holder, join }));
}

/** The parts of one element. A missing `primary` counts as false [S-2.4-04]. */
function partsOf(
  { dialect }: PlaceScope,
  attribute: Attribute,
  leafFor: (sub: Attribute | undefined, weaker: boolean) => Leaf | undefined,
): Places {
  return {
    place({ sub }, asWritten = false, weaker = true) {
      const leaf = leafFor(sub, weaker);
      if (leaf === undefined || sub === undefined || asWritten || !isDefaultFalse(attribute, sub))
        return leaf && one(leaf);
      const isTrue = leaf.compare("eq", true);
      return isTrue && one(textLeaf(dialect, sql`(CASE WHEN ${isTrue} THEN 'true' ELSE 'false' END)`));
    },
  };
}
