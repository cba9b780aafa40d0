import type { Attribute, AttributePath } from "../../../schema/attribute.ts";
import type { Dialect } from "../dialect/dialect.ts";
import { type Fragment, raw } from "../dialect/fragment.ts";
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

/** The single value of a path of a row `r`, in the form in which a column would have it; NULL where there is none. */
export function restText(dialect: Dialect, { attribute, sub }: AttributePath, alias = "r"): Fragment {
  const container = containerOf(dialect, attribute, alias);
  if (sub === undefined) return dialect.member(container, attribute.name);
  return dialect.member(dialect.object(container, attribute.name), sub.name);
}

/** The elements of a multi-valued attribute of a row: each is `e.value`. */
export function elementsInRest(
  dialect: Dialect,
  attribute: Attribute,
  alias = "r",
): { readonly from: Fragment; textOf(sub: Attribute | undefined): Fragment } {
  return {
    from: dialect.each(containerOf(dialect, attribute, alias), attribute.name, "e"),
    textOf: (sub) => (sub === undefined ? dialect.elementText("e") : dialect.member(raw("e.value"), sub.name)),
  };
}
