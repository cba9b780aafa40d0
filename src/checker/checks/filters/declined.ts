import { type Filter, parseFilter } from "../../../filter/index.ts";
import { userSchemaOf, usersOf } from "../../attributes.ts";
import type { Answer, Workbench } from "../../workbench.ts";

/** Whether it is the error by which a server says that it does not filter so. */
export const isDeclined = ({ status, body }: Answer): boolean => status === 400 && body.scimType === "invalidFilter";

/**
 * Ends the check as skipped where the server declines what a filter is made of: a comparison that it does not support for an attribute is
 * 400 invalidFilter by RFC 7644 §3.12, Table 9. How a filter is written, and how its parts are joined, is nothing that it may decline: so each
 * comparison is asked for alone, in its plainest form. That of a name is what every server with filters has.
 */
export async function skipDeclined(bench: Workbench, filter: string): Promise<void> {
  for (const plain of comparisonsOf(bench, filter)) {
    const answer = await bench.get(usersOf(bench), { filter: plain });
    if (isDeclined(answer))
      bench.skip(`The server declines \`${plain}\` by 400 invalidFilter, which Table 9 lets it do.`);
  }
}

function comparisonsOf(bench: Workbench, text: string): readonly string[] {
  try {
    return [...new Set(plainly(bench, parseFilter(text)))].filter((plain) => !/^userName eq /.test(plain));
  } catch {
    return [];
  }
}

function plainly(bench: Workbench, filter: Filter): readonly string[] {
  switch (filter.type) {
    case "and":
    case "or":
      return filter.filters.flatMap((part) => plainly(bench, part));
    case "not":
      return plainly(bench, filter.filter);
    case "element":
      return plainly(bench, filter.filter).map((inside) => `${pathOf(bench, filter.path)}[${inside}]`);
    case "present":
      return [`${pathOf(bench, filter.path)} pr`];
    case "compare":
      return [`${pathOf(bench, filter.path)} ${filter.operator} ${operandOf(filter.value)}`];
  }
}

/** A text without anything that has to be escaped; a time stays one. */
function operandOf(value: unknown): string {
  return typeof value === "string" && !/^\d{4}-\d\d-\d\dT/.test(value) ? '"x"' : JSON.stringify(value);
}

/** Attributes in the spelling of the schema, those of the base schema by their name alone. */
function pathOf(bench: Workbench, text: string): string {
  const base = `${userSchemaOf(bench)}:`.toLowerCase();
  const path = text.toLowerCase().startsWith(base) ? text.slice(base.length) : text;
  const [, urn = "", names = path] = /^(urn:.*:)([^:]*)$/i.exec(path) ?? [];
  const schemas = [...bench.facts.schemas.values()];
  const schema = schemas.find(({ id }) => `${id}:`.toLowerCase() === (urn || base).toLowerCase());
  const [name = "", ...parts] = names.split(".");
  const fact = schema?.attributes.find((attribute) => isSame(attribute.name, name));
  const [part] = parts;
  const known = fact?.subAttributes.find((attribute) => part !== undefined && isSame(attribute.name, part));
  const spelt = [fact?.name ?? name, ...(part === undefined ? [] : [known?.name ?? part])].join(".");
  return urn === "" ? spelt : `${schema?.id ?? urn.slice(0, -1)}:${spelt}`;
}

const isSame = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase();
