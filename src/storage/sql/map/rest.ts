import type { Attribute, AttributePath } from "../../../schema/attribute.ts";
import type { Dialect } from "../dialect/dialect.ts";
import { type Fragment, raw } from "../dialect/fragment.ts";
import type { MappedType } from "./compile.ts";

/** Whether a path may have its value in the column for the rest. */
export function isInRest({ mapping, columns }: MappedType, { attribute, sub }: AttributePath): boolean {
  const isWhole = columns.some((column) => column.path.attribute === attribute && column.path.sub === undefined);
  return mapping.rest !== undefined && !(sub !== undefined && isWhole);
}

/** The object that holds an attribute of a row `r`: the resource, or the container of an extension. */
function containerOf(dialect: Dialect, { extension }: Attribute): Fragment {
  const rest = dialect.jsonIn(raw("r.rest"));
  return extension === undefined ? rest : dialect.object(rest, extension);
}

/** The single value of a path, in the form in which a column would have it; NULL where there is none. */
export function restText(dialect: Dialect, { attribute, sub }: AttributePath): Fragment {
  const container = containerOf(dialect, attribute);
  if (sub === undefined) return valueIn(dialect, container, attribute);
  return valueIn(dialect, dialect.object(container, attribute.name), sub);
}

function valueIn(dialect: Dialect, json: Fragment, { name, type }: Attribute): Fragment {
  const text = dialect.member(json, name);
  return type === "boolean" ? dialect.truth(text) : text;
}

/** The elements of a multi-valued attribute: each is `e.value`. */
export function elementsInRest(
  dialect: Dialect,
  attribute: Attribute,
): { readonly from: Fragment; textOf(sub: Attribute | undefined): Fragment } {
  return {
    from: dialect.each(containerOf(dialect, attribute), attribute.name, "e"),
    textOf(sub) {
      if (sub !== undefined) return valueIn(dialect, raw("e.value"), sub);
      const text = dialect.elementText("e");
      return attribute.type === "boolean" ? dialect.truth(text) : text;
    },
  };
}
