import type { Attribute, AttributePath } from "../../../schema/attribute.ts";
import { isComparedAsId } from "../../id.ts";
import { findReference } from "../../reference.ts";
import { isUnique, isUniqueOverTenants, uniqueName } from "../../unique.ts";
import { balanced, FALSE, type Fragment, raw, sql } from "../dialect/fragment.ts";
import { escapeKey, isStorable, type Key, keyText, LONGEST_KEY } from "../key.ts";
import type { Leaf, Place, Places } from "../place.ts";
import { textLeaf } from "../text-leaf.ts";
import { elementSource, isDefaultFalse, type OwnScope, pathInElement, valuesUnder } from "./elements.ts";
import { indexedLeaf } from "./indexed-leaf.ts";
import { searchedLeaf, searchedList } from "./searched.ts";

/** Where the adapter's own schema keeps the attributes of a resource. The row of the resource has the alias `r`. */
export function ownPlaces(scope: OwnScope): Places {
  const { dialect } = scope;
  return {
    place(path, asWritten = false) {
      const { attribute, sub } = path;
      const column = columnOf(scope, path);
      if (column !== undefined) return { type: "one", leaf: textLeaf(dialect, column) };
      if (isList(attribute)) return listOf(scope, path, asWritten);
      const name = (sub ?? attribute).path;
      if (sub?.multiValued === true) return valuesUnder(dialect, raw("r.keys"), name, "e");
      return { type: "one", leaf: leafOver(scope, path, dialect.member(raw("r.keys"), name)) };
    },
    element(attribute, condition, equalities = []) {
      const exists = elementExists(scope, attribute, condition);
      const narrower = equalities.flatMap(({ path, operand }) => {
        const found =
          path.sub === undefined ? equalsInList(scope, path, operand) : equalsInElement(scope, path, path.sub, operand);
        return found ?? [];
      });
      return exists && balanced("AND", [...narrower, exists]);
    },
  };
}

/** A single value of the keys document, with the indexes that are over it. */
function leafOver(scope: OwnScope, path: AttributePath, text: Fragment): Leaf {
  const { dialect, indexes } = scope;
  const leaf = indexes.keys.has(path.text) ? indexedLeaf(dialect, text) : textLeaf(dialect, text);
  const searched = searchedLeaf(scope, path, leaf);
  return isUnique(scope.resourceType, path) ? uniqueLeaf(scope, path, searched) : searched;
}

/** The attributes that are no part of the keys document. */
export function columnOf({ dialect }: OwnScope, { text }: AttributePath): Fragment | undefined {
  switch (text) {
    case "id":
      return raw("r.id");
    case "meta.resourceType":
      return raw("r.type");
    case "meta.version":
      return dialect.ordered(raw("CAST(r.version AS TEXT)"));
    case "meta.lastModified":
      return raw("r.modified_key");
    default:
      return undefined;
  }
}

export function isList(attribute: Attribute): boolean {
  return attribute.multiValued || attribute.inverseOf !== undefined;
}

function listOf(scope: OwnScope, path: AttributePath, asWritten: boolean): Place | undefined {
  const { attribute, sub } = path;
  const { dialect } = scope;
  if (attribute.type !== "complex") {
    const values = valuesUnder(dialect, raw("r.keys"), attribute.path, "e");
    return searchedList(scope, path, { ...values, equals: (operand) => equalsInList(scope, path, operand) });
  }
  if (sub === undefined) return undefined;
  const inElement = pathInElement(attribute, sub);
  return searchedList(scope, path, {
    type: "list",
    exists: (condition) =>
      elementExists(scope, attribute, (element) => {
        const place = element.place(inElement, asWritten);
        if (place === undefined) return undefined;
        if (place.type === "list") return place.exists(condition);
        return condition === undefined ? place.leaf.exists() : condition(place.leaf);
      }),
    equals: (operand) => equalsInElement(scope, path, sub, operand),
  });
}

/** Equality in an element, where an index over the keys or over the elements' rows answers it. */
function equalsInElement(scope: OwnScope, path: AttributePath, sub: Attribute, operand: Key): Fragment | undefined {
  const { attribute } = path;
  if (attribute.collection) return sub.name === "value" ? heldBy(scope, attribute, sub, keyText(operand)) : undefined;
  if (attribute.inverseOf !== undefined)
    return sub.name === "value" ? referredTo(scope, attribute.inverseOf, sub, keyText(operand)) : undefined;
  if (isDefaultFalse(attribute, sub) || sub.multiValued) return undefined;
  return equalsInList(scope, path, operand);
}

/** Equality with an element of a list, or with a part of one, in the keys document. */
function equalsInList(scope: OwnScope, path: AttributePath, operand: Key): Fragment | undefined {
  const { dialect, tables, tenant, resourceType, indexes } = scope;
  const key = keyText(operand);
  if (!isStorable(key)) return FALSE;
  const element = path.sub === undefined ? key : { [path.sub.name]: key };
  if (dialect.contains !== undefined) return dialect.contains(raw("r.keys"), path.attribute.path, element);
  if (!indexes.keys.has(path.text)) return undefined;
  return sql`r.id IN (SELECT l.id FROM ${tables.listed} l WHERE l.tenant = ${tenant} AND l.type = ${resourceType.name} AND l.attribute = ${path.text} AND l.key = ${key})`;
}

/** The holders of an id, by the index over what elements refer to. It knows ids as they are written, so keys must not differ. */
function heldBy({ tables, tenant, resourceType }: OwnScope, attribute: Attribute, sub: Attribute, key: string) {
  if (findReference(resourceType, attribute) === undefined || !isComparedAsId(sub)) return undefined;
  if (!isStorable(key) || key.length > LONGEST_KEY) return FALSE;
  const rows = (condition: Fragment) =>
    sql`SELECT m.id FROM ${tables.element} m WHERE m.tenant = ${tenant} AND ${condition} AND m.type = ${resourceType.name} AND m.attribute = ${attribute.path}`;
  return sql`r.id IN (${rows(sql`m.target = ${key}`)} UNION ALL ${rows(sql`m.target IS NULL AND m.key = ${escapeKey(key)}`)})`;
}

/** The resources that one holder refers to: the members of a group, by the group. */
function referredTo(
  { tables, tenant }: OwnScope,
  { resourceType, attribute }: NonNullable<Attribute["inverseOf"]>,
  sub: Attribute,
  key: string,
): Fragment | undefined {
  if (!isComparedAsId(sub)) return undefined;
  if (!isStorable(key)) return FALSE;
  return sql`r.id IN (SELECT coalesce(m.target, m.value) FROM ${tables.element} m WHERE m.tenant = ${tenant} AND m.id = ${key} AND m.attribute = ${attribute} AND m.type = ${resourceType})`;
}

/** The index that keeps a value unique finds it too. */
function uniqueLeaf({ tables, tenant, resourceType }: OwnScope, path: AttributePath, leaf: Leaf): Leaf {
  const leafAttribute = path.sub ?? path.attribute;
  return {
    ...leaf,
    compare(operator, operand) {
      if (operator !== "eq") return leaf.compare(operator, operand);
      const key = keyText(operand);
      if (!isStorable(key) || key.length > LONGEST_KEY) return FALSE;
      return sql`r.id IN (SELECT u.id FROM ${tables.unique} u WHERE u.scope = ${uniqueScope(leafAttribute, tenant)} AND u.attribute = ${uniqueName(resourceType, path)} AND u.key = ${key} AND u.tenant = ${tenant})`;
    },
  };
}

/** Within which values of an attribute are unique: the tenant, or all of them. */
export function uniqueScope(attribute: Attribute, tenant: string): string {
  return isUniqueOverTenants(attribute) ? "*" : `=${tenant}`;
}

function elementExists(
  scope: OwnScope,
  attribute: Attribute,
  condition: (element: Places) => Fragment | undefined,
): Fragment | undefined {
  const source = elementSource(scope, attribute);
  const inner = source && condition(source.places);
  return source && inner && sql`EXISTS (SELECT 1 FROM ${source.from} AND (${inner}))`;
}
