import { isObject } from "../schema/value.ts";
import type { ResourceTypeFact } from "./facts.ts";

type Body = Record<string, unknown>;

/**
 * What a check asks for, on top of a generated body; `undefined` takes a member away. An extension keeps what the server requires of it, and
 * is named in `schemas`, as it has to be: unless it is what a check tries, it sends what every server must take.
 */
export function laidOver(body: Body, attributes: object, { extensions }: ResourceTypeFact): Body {
  const laid: Body = { ...body, ...attributes };
  for (const [name, value] of Object.entries(attributes)) {
    const before = body[name];
    if (isUrn(name) && isObject(value) && isObject(before)) laid[name] = { ...before, ...value };
  }
  if (!("schemas" in attributes) && Array.isArray(laid.schemas))
    laid.schemas = named(laid.schemas, attributes, extensions);
  for (const [name, value] of Object.entries(laid)) if (value === undefined) delete laid[name];
  return laid;
}

/** The schemas with the extensions that are given and without those that are taken away, in the server's own spelling. */
function named(schemas: readonly unknown[], attributes: object, extensions: ResourceTypeFact["extensions"]): unknown[] {
  const names = new Set(schemas);
  const given = Object.entries(attributes).filter(([name]) => isUrn(name));
  for (const [name, value] of given) if (value === undefined) names.delete(name);
  for (const [name, value] of given) {
    const known = extensions.find(({ schema }) => schema.toLowerCase() === name.toLowerCase());
    if (value !== undefined) names.add(known?.schema ?? name);
  }
  return [...names];
}

const isUrn = (name: string): boolean => /^urn:/i.test(name);
