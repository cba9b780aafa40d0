import type { CompareOperator } from "../../../filter/ast.ts";
import type { Attribute } from "../../../schema/attribute.ts";
import { HOLDER_NAME } from "../../../schema/core/holder-name.ts";
import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import { DIRECT, inversePart } from "../../inverse.ts";
import { cast, type Dialect, literal } from "../dialect/dialect.ts";
import { FALSE, type Fragment, join, raw, sql } from "../dialect/fragment.ts";
import { ESCAPE, escapeKey, isStorable, type Key, keyText, LONGEST_KEY } from "../key.ts";
import { isDefaultFalse, type Place, type Places } from "../place.ts";
import { textLeaf } from "../text-leaf.ts";
import type { Indexes } from "./index-plan.ts";
import type { KnownShapes } from "./shapes.ts";
import type { Tables } from "./tables.ts";

/** What the places of one query depend on. */
export interface OwnScope {
  readonly dialect: Dialect;
  readonly tables: Tables;
  readonly resourceType: CompiledResourceType;
  readonly tenant: string;
  readonly indexes: Indexes;
  /** What the rows of the type may be relied on for. */
  readonly known: KnownShapes;
}

/** The elements of a multi-valued attribute of the row `r`. */
export interface ElementSource {
  /** What follows FROM, up to and with a condition. */
  readonly from: Fragment;
  /** What they are ordered by; undefined where they come in the order of the document. */
  readonly order: Fragment | undefined;
  /** The key of a sub-attribute, and of a simple element itself; NULL where there is none. */
  textOf(sub: Attribute | undefined): Fragment;
  readonly places: Places;
}

/** Undefined where the storage cannot look into the elements. */
export function elementSource(scope: OwnScope, attribute: Attribute): ElementSource | undefined {
  if (attribute.inverseOf !== undefined) return inverseSource(scope, attribute, attribute.inverseOf);
  return attribute.collection ? rowSource(scope, attribute) : documentSource(scope, attribute);
}

function documentSource({ dialect }: OwnScope, attribute: Attribute): ElementSource {
  const json = raw("e.value");
  const textOf: ElementSource["textOf"] = (sub) =>
    sub === undefined ? dialect.elementText("e") : partOf(dialect, json, sub);
  return {
    from: sql`${dialect.each(raw("r.keys"), attribute.path, "e")} WHERE (1 = 1)`,
    order: undefined,
    textOf,
    places: partsOf(dialect, attribute, json, textOf),
  };
}

/** The elements of a collection are rows of their own. */
function rowSource({ dialect, tables, tenant }: OwnScope, attribute: Attribute): ElementSource {
  const json = raw("m.keys");
  // What begins with a control character is escaped, and the rest of these are keys of elements that have no value.
  const value = sql`(CASE WHEN m.key = '' OR m.key >= ' ' THEN m.key
    WHEN m.key >= ${literal(ESCAPE)} THEN substr(m.key, 2) END)`;
  const textOf: ElementSource["textOf"] = (sub) =>
    sub === undefined || sub.name === "value" ? value : partOf(dialect, json, sub);
  return {
    from: sql`${tables.element} m WHERE ${heldIn(tenant, attribute)}`,
    order: raw("m.key"),
    textOf,
    places: rowPlaces(partsOf(dialect, attribute, json, textOf)),
  };
}

/** The parts of an element that is a row: one of a given `value` is found by its key. */
function rowPlaces(parts: Places): Places {
  return {
    ...parts,
    place(path, ...how) {
      const place = parts.place(path, ...how);
      if (place?.type !== "one" || path.sub?.name !== "value") return place;
      const { leaf } = place;
      return { type: "one", leaf: { ...leaf, compare: (...given) => compareKey(...given) ?? leaf.compare(...given) } };
    },
  };
}

function compareKey(operator: CompareOperator, operand: Key): Fragment | undefined {
  const key = keyText(operand);
  if (operator !== "eq" || !isStorable(key)) return undefined;
  return key.length > LONGEST_KEY ? FALSE : sql`(m.key = ${escapeKey(key)})`;
}

/** The resources that refer to this one: the groups of a user. @see RFC 7643 §4.1.2 groups */
function inverseSource(
  scope: OwnScope,
  attribute: Attribute,
  inverse: NonNullable<Attribute["inverseOf"]>,
): ElementSource | undefined {
  const { dialect } = scope;
  const display = attribute.sub("display");
  // The holder's name is stored under its own key, which is that of a text compared without regard to case.
  if (display !== undefined && (display.caseExact || display.comparison !== "plain")) return undefined;
  const textOf: ElementSource["textOf"] = (sub) => {
    const part = sub && inversePart(sub);
    if (sub === undefined || part === "id") return raw("m.id");
    if (part === "name") return ofHolder(scope, dialect.member(raw("h.keys"), HOLDER_NAME));
    return cast(dialect, part === "direct" ? sql`${keyText(sub.key(DIRECT))}` : raw("NULL"), "text");
  };
  return {
    from: referring(scope, inverse),
    order: raw("m.id"),
    textOf,
    places: partsOf(dialect, attribute, raw("NULL"), textOf),
  };
}

/**
 * Condition on rows `m` of elements: the row `r` holds them in the attribute. The tenant is a value wherever it is known, so that a
 * database that keeps tenants apart knows from each part of a statement whose rows are meant.
 */
export function heldIn(tenant: unknown, { path }: Attribute): Fragment {
  return sql`m.tenant = ${tenant} AND m.id = r.id AND m.attribute = ${literal(path)}`;
}

/**
 * What follows FROM, up to and with a condition: the elements `m` that refer to the row `r`, by tenant and id of their
 * holders. An index answers each half of the union; no planner finds that out of an OR by itself.
 */
export function referring(
  { dialect, tables: { element }, tenant }: Pick<OwnScope, "dialect" | "tables" | "tenant">,
  { resourceType, attribute }: NonNullable<Attribute["inverseOf"]>,
): Fragment {
  if (dialect.computed !== undefined)
    return sql`${element} m WHERE m.referred = r.id AND m.tenant = ${tenant}
      AND m.type = ${literal(resourceType)} AND m.attribute = ${literal(attribute)}`;
  const halves = ["m.target = r.id", "m.target IS NULL AND m.value = r.id"].map(
    (refersToRow) => sql`SELECT m.tenant, m.id FROM ${element} m
      WHERE ${raw(refersToRow)} AND m.tenant = ${tenant}
      AND m.type = ${literal(resourceType)} AND m.attribute = ${literal(attribute)}`,
  );
  return sql`(${join(halves, " UNION ALL ")}) m WHERE (1 = 1)`;
}

/** A value of the holder of `m`, where it is row `h`: looked up one by one, which a join need not be. */
export function ofHolder({ tables, tenant }: Pick<OwnScope, "tables" | "tenant">, value: Fragment): Fragment {
  return sql`(SELECT ${value} FROM ${tables.resource} h WHERE h.tenant = ${tenant} AND h.id = m.id)`;
}

function partOf(dialect: Dialect, json: Fragment, sub: Attribute): Fragment {
  return sub.multiValued ? dialect.first(json, sub.name) : dialect.member(json, sub.name);
}

/** The parts of an element. A missing `primary` counts as false [S-2.4-04]. */
function partsOf(
  dialect: Dialect,
  attribute: Attribute,
  json: Fragment,
  textOf: (sub: Attribute | undefined) => Fragment,
): Places {
  return {
    place({ sub }, asWritten = false) {
      if (sub?.multiValued) return valuesUnder(dialect, json, sub.name, "s");
      const text = textOf(sub);
      const isDefault = sub !== undefined && isDefaultFalse(attribute, sub) && !asWritten;
      return { type: "one", leaf: textLeaf(dialect, isDefault ? sql`coalesce(${text}, 'false')` : text) };
    },
  };
}

/** The values of a list of strings under a name of a JSON object. */
export function valuesUnder(
  dialect: Dialect,
  json: Fragment,
  name: string,
  alias: string,
): Place & { readonly type: "list" } {
  const leaf = textLeaf(dialect, dialect.elementText(alias));
  return {
    type: "list",
    exists(condition = (each) => each.exists()) {
      const inner = condition(leaf);
      return inner && sql`EXISTS (SELECT 1 FROM ${dialect.each(json, name, alias)} WHERE ${inner})`;
    },
  };
}
