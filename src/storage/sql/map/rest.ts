import type { Attribute, AttributePath } from "../../../schema/attribute.ts";
import type { Dialect } from "../dialect/dialect.ts";
import type { JsonKind } from "../dialect/fit-words.ts";
import { type Fragment, raw, sql } from "../dialect/fragment.ts";
import type { MappedType } from "./compile.ts";

/** Whether a column of converters holds the attribute whole: a list, or an object. */
export function isInWholeColumn({ columns }: Pick<MappedType, "columns">, attribute: Attribute): boolean {
  return columns.some(({ path }) => path.attribute === attribute && path.sub === undefined);
}

/** Whether a path may have its value in the column for the rest. */
export function isInRest(type: MappedType, { attribute, sub }: AttributePath): boolean {
  return type.mapping.rest !== undefined && !(sub !== undefined && isInWholeColumn(type, attribute));
}

/** The object that holds an attribute of a row: the resource, or the container of an extension. */
function containerOf(dialect: Dialect, { extension }: Attribute, alias: string): Fragment {
  const rest = dialect.jsonIn(raw(`${alias}.rest`));
  return extension === undefined ? rest : dialect.object(rest, extension);
}

/** Condition on a row: the rest has something under the name of an attribute. */
export function isInRestOf(dialect: Dialect, attribute: Attribute, alias = "r"): Fragment {
  return dialect.fit.isThere(containerOf(dialect, attribute, alias), attribute.name);
}

/** A value in the rest. */
export interface RestValue {
  /** In the form in which a column would have it; NULL where there is none. */
  readonly text: Fragment;
  /** Condition: what is there is of another JSON type than the attribute is declared to have, which only reading it tells. */
  readonly isOdd: Fragment;
}

/** The single value of a path of a row `r`. */
export function restValue(dialect: Dialect, { attribute, sub }: AttributePath, alias = "r"): RestValue {
  const container = containerOf(dialect, attribute, alias);
  if (sub === undefined) return memberOf(dialect, container, attribute);
  const { text, isOdd } = memberOf(dialect, dialect.object(container, attribute.name), sub);
  return { text, isOdd: sql`(${dialect.fit.isOdd(container, attribute.name, "object")} OR ${isOdd})` };
}

/** The same as it is shown where it is the name of something else: of another shape it is none. */
export function restName(dialect: Dialect, path: AttributePath, alias: string): Fragment {
  const { text, isOdd } = restValue(dialect, path, alias);
  return sql`(CASE WHEN NOT ${isOdd} THEN ${text} END)`;
}

function memberOf(dialect: Dialect, json: Fragment, leaf: Attribute): RestValue {
  const isOdd = dialect.fit.isOdd(json, leaf.name, kindOf(leaf));
  return formed(dialect, leaf, { text: dialect.member(json, leaf.name), isOdd });
}

/** The elements of a multi-valued attribute of a row; what is no list is an element itself. */
export function elementsInRest(
  dialect: Dialect,
  attribute: Attribute,
  alias = "r",
): {
  readonly from: Fragment;
  /** The value of an element, or of its part. */
  valueOf(sub: Attribute | undefined): RestValue;
  /** The text of a part, or of an element that is a text itself. */
  textOf(sub: Attribute | undefined): Fragment;
} {
  const { fit } = dialect;
  return {
    from: fit.elements(containerOf(dialect, attribute, alias), attribute.name, "e"),
    textOf: (sub) => (sub === undefined ? dialect.elementText("e") : fit.elementOr("e", sub.name)),
    valueOf(sub) {
      if (sub === undefined) {
        const element = { text: dialect.elementText("e"), isOdd: fit.isOddElement("e", kindOf(attribute)) };
        return formed(dialect, attribute, element);
      }
      const { text, isOdd } = memberOf(dialect, fit.elementObject("e"), sub);
      return { text, isOdd: sql`(${fit.isOddElement("e", "object")} OR ${isOdd})` };
    },
  };
}

/** With what the type asks of a value beyond its JSON type. The text of a number can be cast to one. */
function formed({ fit }: Dialect, { type }: Attribute, { text, isOdd }: RestValue): RestValue {
  const orNot = (condition: Fragment): Fragment => sql`(${isOdd} OR coalesce(NOT ${condition}, FALSE))`;
  switch (type) {
    case "integer":
    case "decimal": {
      const number = sql`(CASE WHEN NOT ${isOdd} THEN ${text} END)`;
      const isFit =
        type === "integer" ? sql`(${fit.isInRange(number)} AND ${fit.isWhole(number)})` : fit.isInRange(number);
      const isUnfit = sql`(${isOdd} OR coalesce(NOT ${isFit}, FALSE))`;
      return { text: sql`(CASE WHEN NOT ${isUnfit} THEN ${text} END)`, isOdd: isUnfit };
    }
    case "dateTime":
    case "binary":
      return { text, isOdd: orNot(fit.isOfForm(text, type)) };
    default:
      return { text, isOdd };
  }
}

function kindOf({ type }: Attribute): JsonKind {
  switch (type) {
    case "integer":
    case "decimal":
      return "number";
    case "boolean":
      return "boolean";
    case "complex":
      return "object";
    default:
      return "string";
  }
}
