import type { Attribute, AttributePath } from "../../../schema/attribute.ts";
import { isKept } from "../../../schema/kept.ts";
import { cast } from "../dialect/dialect.ts";
import { balance, FALSE, type Fragment, raw, sql } from "../dialect/fragment.ts";
import { isStorable, type Key, keyText } from "../key.ts";
import { isDefaultFalse, type Leaf, type Place, type Places, pathInElement } from "../place.ts";
import { textLeaf } from "../text-leaf.ts";
import { elementSource, type OwnScope, valuesUnder } from "./elements.ts";
import { foundByElement, foundByListed, foundByUnique, listContains } from "./found.ts";
import { indexedLeaf } from "./indexed-leaf.ts";
import { searchedLeaf, searchedList } from "./searched.ts";
import { isKeptUnique } from "./unvouched.ts";

/**
 * Where the adapter's own schema keeps the attributes of a resource. The row of the resource has the alias `r`.
 * `isStarted`: the rows are few already, and each is looked at by itself.
 */
export function ownPlaces(given: OwnScope, isStarted = false): Places {
  const scope: PlaceScope = { ...given, isStarted };
  const { dialect } = scope;
  return {
    place(path, asWritten = false) {
      const { attribute, sub } = path;
      const column = columnOf(scope, path);
      if (column !== undefined) return { type: "one", leaf: textLeaf(dialect, column) };
      // The keys have nothing of what nobody declared.
      if (isKept(attribute)) return undefined;
      if (isList(attribute)) return listOf(scope, path, asWritten);
      const name = (sub ?? attribute).path;
      if (sub?.multiValued === true) return valuesUnder(dialect, raw("r.keys"), name, "e");
      return { type: "one", leaf: leafOver(scope, path, dialect.member(raw("r.keys"), name)) };
    },
    element(attribute, condition, equalities = []) {
      const exists = elementExists(scope, attribute, condition);
      const narrower = (isStarted ? [] : equalities).flatMap(({ path, operand }) => {
        const found =
          path.sub === undefined ? equalsInList(scope, path, operand) : equalsInElement(scope, path, path.sub, operand);
        return found ?? [];
      });
      return exists && balance("AND", [...narrower, exists]);
    },
  };
}

interface PlaceScope extends OwnScope {
  readonly isStarted: boolean;
}

/** A single value of the keys document, with the indexes that are over it. */
function leafOver(scope: PlaceScope, path: AttributePath, text: Fragment): Leaf {
  const { dialect, indexes } = scope;
  const index = indexes.keys.get(path.text);
  const leaf = index === undefined ? textLeaf(dialect, text) : indexedLeaf(dialect, index);
  const searched = searchedLeaf(scope, path, leaf);
  return !scope.isStarted && isKeptUnique(scope, path) ? uniqueLeaf(scope, path, searched) : searched;
}

/** The attributes that are no part of the keys document. */
export function columnOf({ dialect }: OwnScope, { text }: AttributePath): Fragment | undefined {
  switch (text) {
    case "id":
      return raw("r.id");
    case "meta.resourceType":
      return raw("r.type");
    case "meta.version":
      return dialect.ordered(cast(dialect, raw("r.version"), "text"));
    case "meta.lastModified":
      return raw("r.modified_key");
    default:
      return undefined;
  }
}

/** Whether an attribute has values rather than a value. */
export function isList(attribute: Attribute): boolean {
  return attribute.multiValued || attribute.inverseOf !== undefined;
}

function listOf(scope: PlaceScope, path: AttributePath, asWritten: boolean): Place | undefined {
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
function equalsInElement(scope: PlaceScope, path: AttributePath, sub: Attribute, operand: Key): Fragment | undefined {
  const { attribute } = path;
  const isInKeys = !attribute.collection && attribute.inverseOf === undefined;
  if (isInKeys)
    return isDefaultFalse(attribute, sub) || sub.multiValued ? undefined : equalsInList(scope, path, operand);
  return scope.isStarted ? undefined : isAmong(foundByElement(scope, path, sub, keyText(operand)));
}

/** Equality with an element of a list, or with a part of one, in the keys document. */
function equalsInList(scope: PlaceScope, path: AttributePath, operand: Key): Fragment | undefined {
  const key = keyText(operand);
  if (!isStorable(key)) return FALSE;
  const contains = listContains(scope, path, key);
  return contains !== undefined || scope.isStarted ? contains : isAmong(foundByListed(scope, path, key));
}

/** Condition on the row `r`: a query finds it. */
function isAmong(found: Fragment | undefined): Fragment | undefined {
  return found && sql`(r.tenant, r.id) IN (${found})`;
}

/** The index that keeps a value unique finds it too. */
function uniqueLeaf(scope: OwnScope, path: AttributePath, leaf: Leaf): Leaf {
  return {
    ...leaf,
    compare(operator, operand) {
      const found = operator === "eq" ? isAmong(foundByUnique(scope, path, keyText(operand))) : undefined;
      return found ?? leaf.compare(operator, operand);
    },
  };
}

function elementExists(
  scope: PlaceScope,
  attribute: Attribute,
  condition: (element: Places) => Fragment | undefined,
): Fragment | undefined {
  const source = elementSource(scope, attribute);
  const inner = source && condition(source.places);
  if (source === undefined || inner === undefined) return undefined;
  const found = sql`SELECT 1 FROM ${source.from} AND (${inner})`;
  // Of few rows each is looked at by itself: an EXISTS may be made a table of the elements of all.
  return scope.isStarted ? sql`((${found} LIMIT 1) IS NOT NULL)` : sql`EXISTS (${found})`;
}
