import { isScimError } from "../../error.ts";
import type { Filter } from "../../filter/ast.ts";
import type { FilterParseOptions, ParsedPath } from "../../filter/parse-options.ts";
import { printFilter } from "../../filter/print.ts";
import { isWaiting, readPathNow } from "../../filter/read.ts";
import type { Attribute } from "../../schema/attribute.ts";
import type { CompiledResourceType } from "../../schema/resource-type.ts";
import { isObject, type ResourceObject } from "../../schema/value.ts";
import {
  bulkIdOf,
  type FindAttribute,
  mapAttribute,
  mapMembers,
  mapReferences,
  PREFIX,
  type Substitute,
} from "./references.ts";

/**
 * Goes through the references of a PATCH: in the values of its operations, and in the operands of their value-path filters
 * (`members[value eq "bulkId:qwerty"]`). What does not parse is left as it is, for the PATCH itself to refuse.
 * @see RFC 7644 §3.7.2, §3.5.2
 */
export function mapPatchReferences(
  resourceType: CompiledResourceType,
  data: ResourceObject,
  find: FindAttribute,
  filter: FilterParseOptions,
  substitute: Substitute,
): ResourceObject {
  return mapMembers(data, (name, value) => {
    if (name.toLowerCase() !== "operations" || !Array.isArray(value)) return value;
    return value.map((operation: unknown) =>
      isObject(operation) ? mapOperation(resourceType, operation, find, filter, substitute) : operation,
    );
  });
}

/** Whether a path in which references may stand has to wait for the grammar of paths; `data` is as the client sent it. */
export function hasWaitingPath(data: unknown, options: FilterParseOptions): boolean {
  const operations = isObject(data) ? membersOf(data, "operations").flat() : data;
  if (!Array.isArray(operations)) return false;
  const paths = operations.flatMap((operation: unknown) => (isObject(operation) ? membersOf(operation, "path") : []));
  return paths.some((path) => typeof path === "string" && path.includes(PREFIX) && isWaiting(path, options));
}

/** Those of a name in any letter case. */
function membersOf(object: ResourceObject, wanted: string): readonly unknown[] {
  return Object.keys(object).flatMap((name) => (name.toLowerCase() === wanted ? [object[name]] : []));
}

function mapOperation(
  resourceType: CompiledResourceType,
  operation: ResourceObject,
  find: FindAttribute,
  filter: FilterParseOptions,
  substitute: Substitute,
): ResourceObject {
  const [path] = membersOf(operation, "path");
  return mapMembers(operation, (name, value) => {
    switch (name.toLowerCase()) {
      case "path":
        return typeof value === "string" ? mapPath(value, filter, substitute) : value;
      case "value":
        return mapValue(resourceType, typeof path === "string" ? path : undefined, value, find, substitute);
      default:
        return value;
    }
  });
}

/** Operands are looked at whatever they are compared with: a filter selects, and stores nothing. */
function mapPath(path: string, options: FilterParseOptions, substitute: Substitute): string {
  const parsed = path.includes(PREFIX) ? tryParse(path, options) : undefined;
  if (parsed?.filter === undefined) return path;
  let isChanged = false;
  const filter = mapOperands(parsed.filter, (reference) => {
    const value = substitute(reference);
    isChanged ||= value !== undefined;
    return value;
  });
  const sub = parsed.sub === undefined ? "" : `.${parsed.sub}`;
  return isChanged ? `${parsed.path}[${printFilter(filter)}]${sub}` : path;
}

function tryParse(path: string, options: FilterParseOptions): ParsedPath | undefined {
  try {
    return readPathNow(path, options);
  } catch (error) {
    if (isScimError(error)) return undefined;
    throw error;
  }
}

/** The parser has bounded the depth. */
function mapOperands(filter: Filter<string>, substitute: Substitute): Filter<string> {
  switch (filter.type) {
    case "and":
    case "or":
      return { ...filter, filters: filter.filters.map((part) => mapOperands(part, substitute)) };
    case "not":
    case "element":
      return { ...filter, filter: mapOperands(filter.filter, substitute) };
    case "present":
      return filter;
    case "compare": {
      const bulkId = typeof filter.value === "string" ? bulkIdOf(filter.value) : undefined;
      const value = bulkId === undefined ? undefined : substitute({ bulkId, form: "id", attribute: undefined });
      return typeof value === "string" ? { ...filter, value } : filter;
    }
  }
}

function mapValue(
  resourceType: CompiledResourceType,
  path: string | undefined,
  value: unknown,
  find: FindAttribute,
  substitute: Substitute,
): unknown {
  // Whether an empty path is taken for none is for the PATCH to say.
  const isWhole = path === undefined || path === "" || path.toLowerCase() === resourceType.urn.toLowerCase();
  if (isWhole) {
    if (!isObject(value)) return value;
    return mapReferences(resourceType, value, (type, name) => find(type, name) ?? namedBy(type, name), substitute);
  }
  const extension = resourceType.extension(path);
  if (extension === undefined) {
    const attribute = namedBy(resourceType, path);
    return attribute === undefined ? value : mapAttribute(attribute, value, substitute);
  }
  if (!isObject(value)) return value;
  return mapMembers(value, (name, inner) => {
    const attribute = extension.attribute(name) ?? namedBy(resourceType, `${extension.urn}:${name}`);
    return attribute === undefined ? inner : mapAttribute(attribute, inner, substitute);
  });
}

/** The attribute or sub-attribute at the end of a path, its filter left out: `emails[type eq "work"].value`. */
function namedBy(resourceType: CompiledResourceType, path: string): Attribute | undefined {
  const open = path.indexOf("[");
  const close = path.lastIndexOf("]");
  const text = open === -1 || close < open ? path : path.slice(0, open) + path.slice(close + 1);
  const found = resourceType.resolve(text, true);
  return found?.sub ?? found?.attribute;
}
