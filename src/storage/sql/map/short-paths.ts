import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import { isObject } from "../../../schema/value.ts";
import type { TableMapping } from "./mapping.ts";

const BY_PATH = ["columns", "elements", "collections", "children"] as const;

/**
 * A mapping whose attributes stand by their canonical paths: those of an extension may be named without its URN, where one extension alone
 * has them, and the schema itself has not.
 * @throws {TypeError} for an attribute that is named in both ways.
 */
export function withWholePaths(resourceType: CompiledResourceType, mapping: TableMapping): TableMapping {
  if (!isObject(mapping)) return mapping;
  const whole = (path: string): string => {
    const text = resourceType.resolve(path)?.text ?? resourceType.resolve(path, true)?.text;
    return text?.endsWith(`:${path}`) === true ? text : path;
  };
  const places = BY_PATH.flatMap((option) => {
    const given: unknown = mapping[option];
    return isObject(given) ? [[option, renamed(resourceType.name, given, whole)] as const] : [];
  });
  const { constraints } = mapping;
  const named = isObject(constraints)
    ? {
        constraints: Object.fromEntries(Object.entries(constraints).map(([name, path]) => [name, whole(String(path))])),
      }
    : {};
  return { ...mapping, ...Object.fromEntries(places), ...named } as TableMapping;
}

function renamed(name: string, given: Readonly<Record<string, unknown>>, whole: (path: string) => string) {
  const entries = Object.entries(given).map(([path, value]) => [whole(path), value] as const);
  const twice = entries.find(([path], index) => entries.findIndex(([other]) => other === path) < index);
  if (twice !== undefined)
    throw new TypeError(`mapTable: ${name}: ${twice[0]} is named with its URN and without it: leave one of them out.`);
  return Object.fromEntries(entries);
}
