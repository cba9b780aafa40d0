import type { Attribute, AttributePath } from "../../../schema/attribute.ts";
import type { Dialect } from "../dialect/dialect.ts";
import type { JsonKind } from "../dialect/fit-words.ts";
import { balance, type Fragment, raw, sql } from "../dialect/fragment.ts";
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
function containerOf(dialect: Dialect, attribute: Attribute, alias: string): Fragment {
  return containerIn(dialect, attribute, dialect.jsonIn(raw(`${alias}.rest`)));
}

function containerIn(dialect: Dialect, { extension }: Attribute, rest: Fragment): Fragment {
  return extension === undefined ? rest : dialect.object(rest, extension);
}

/** Condition: the rest has something under the name of an attribute. */
export function hasInRest(dialect: Dialect, attribute: Attribute, rest: Fragment): Fragment {
  return dialect.fit.isThere(containerIn(dialect, attribute, rest), attribute.name);
}

/** Condition: the rest has a part of an attribute, or something in the place of the attribute that has no parts. */
export function hasOddInRest(dialect: Dialect, attribute: Attribute, sub: Attribute, rest: Fragment): Fragment {
  const container = containerIn(dialect, attribute, rest);
  const isPart = dialect.fit.isThere(dialect.object(container, attribute.name), sub.name);
  return sql`(${isPart} OR ${dialect.fit.isOdd(container, attribute.name, "object")})`;
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

/** The elements of a multi-valued attribute of a row, each `e`; what is no list is an element itself. */
export interface RestElements {
  readonly from: Fragment;
  /** Condition on an element: it is not null. */
  readonly isFilled: Fragment;
  /** Condition on an element: it has something that is as the attribute is declared. */
  readonly isSure: Fragment;
  /** The value of an element, or of its part. */
  partOf(sub: Attribute | undefined): RestValue;
  /** The text of a part, or of an element that is a text itself. */
  textOf(sub: Attribute | undefined): Fragment;
}

export function elementsInRest(dialect: Dialect, attribute: Attribute, alias = "r"): RestElements {
  const { fit } = dialect;
  const partOf = (sub: Attribute | undefined): RestValue => {
    if (sub === undefined) {
      const element = { text: dialect.elementText("e"), isOdd: fit.isOddElement("e", kindOf(attribute)) };
      return formed(dialect, attribute, element);
    }
    const { text, isOdd } = memberOf(dialect, fit.elementObject("e"), sub);
    return { text, isOdd: sql`(${fit.isOddElement("e", "object")} OR ${isOdd})` };
  };
  const parts =
    attribute.type === "complex" ? attribute.subAttributes.filter(({ multiValued }) => !multiValued) : [undefined];
  return {
    from: fit.elements(containerOf(dialect, attribute, alias), attribute.name, "e"),
    isFilled: sql`(${dialect.elementText("e")} IS NOT NULL)`,
    isSure: balance(
      "OR",
      parts.map(partOf).map(({ text, isOdd }) => sql`(${text} IS NOT NULL AND NOT ${isOdd})`),
    ),
    partOf,
    textOf: (sub) => (sub === undefined ? dialect.elementText("e") : fit.elementOr("e", sub.name)),
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
    case "reference":
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
