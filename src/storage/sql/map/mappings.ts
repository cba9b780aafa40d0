import type { ComparisonKey } from "../../../schema/attribute.ts";
import { type CompiledResourceType, compileResourceType } from "../../../schema/resource-type.ts";
import { getOrCreate } from "../../get-or-create.ts";
import type { Dialect } from "../dialect/dialect.ts";
import { compileMapping, type MappedType } from "./compile.ts";
import type { MappedTable, TableMapping } from "./mapping.ts";
import { withPrefixes } from "./prefixed.ts";
import { isInWholeColumn } from "./rest.ts";
import type { Mappings } from "./scope.ts";
import { withWholePaths } from "./short-paths.ts";

/**
 * Compiles the mappings of a storage.
 * @throws {TypeError} for one that does not fit its resource type, or does not fit the others.
 */
export function compileMappings(
  tables: readonly MappedTable[],
  comparisonKey: ComparisonKey | undefined,
  dialect: () => Dialect,
): Mappings {
  if (!Array.isArray(tables) || tables.some((table) => table?.resourceType?.name === undefined))
    throw new TypeError("mappedStorage: tables must be a list of what mapTable(resourceType, mapping) gives.");
  const compiled = new Map<string, MappedType>();
  const given = new Map<string, TableMapping>();
  for (const { resourceType, mapping: named } of tables) {
    const { name } = resourceType;
    if (given.has(name)) throw new TypeError(`mappedStorage: tables has the resource type ${name} twice.`);
    const own = compileResourceType(resourceType, comparisonKey);
    const mapping = withPrefixes(own, withWholePaths(own, named), tables);
    given.set(name, mapping);
    compiled.set(name, compileMapping(own, mapping, dialect));
  }
  const all = [...compiled.values()];
  refuseMissingTargets(all);
  refuseSharedIds(all);
  refuseHiddenHolders(all);
  // Attributes are those of the request's own resource type, which may have another comparison key.
  const known = new WeakMap<CompiledResourceType, MappedType>();
  return {
    all,
    find: (name) => compiled.get(name),
    of: (resourceType) =>
      getOrCreate(known, resourceType, () => {
        const mapping = mappingOf(given, resourceType);
        const own = compiled.get(resourceType.name)?.resourceType;
        return compileMapping(
          resourceType,
          own === undefined ? mapping : withoutStrangers(mapping, own, resourceType),
          dialect,
        );
      }),
  };
}

function mappingOf(given: ReadonlyMap<string, TableMapping>, { name }: CompiledResourceType): TableMapping {
  const mapping = given.get(name);
  if (mapping === undefined)
    throw new TypeError(
      `mappedStorage: the resource type ${name} has no table: name it in tables, by mapTable, beside ${[...given.keys()].join(", ")}.`,
    );
  return mapping;
}

/**
 * The mapping as it is of a resource type that has less than the table's own: a tenant's, or one that a profile takes attributes from.
 * What that one does not have, the table keeps as it is.
 */
function withoutStrangers(mapping: TableMapping, own: CompiledResourceType, asked: CompiledResourceType): TableMapping {
  const isKnown = (path: string): boolean => asked.resolve(path)?.text === path || own.resolve(path)?.text !== path;
  const knownOf = <V>(places: Readonly<Record<string, V>>): Readonly<Record<string, V>> =>
    Object.fromEntries(Object.entries(places).filter(([path]) => isKnown(path)));
  const { columns, elements, collections, children, constraints, membership } = mapping;
  return {
    ...mapping,
    columns: knownOf(columns),
    ...(membership === undefined
      ? {}
      : {
          membership: {
            ...membership,
            columns: knownOf(membership.columns ?? {}),
            writes: (membership.writes ?? []).filter(isKnown),
          },
        }),
    ...(elements === undefined ? {} : { elements: knownOf(elements) }),
    ...(collections === undefined ? {} : { collections: knownOf(collections) }),
    ...(children === undefined ? {} : { children: knownOf(children) }),
    ...(constraints === undefined
      ? {}
      : { constraints: Object.fromEntries(Object.entries(constraints).filter(([, path]) => isKnown(path))) }),
  };
}

function refuseMissingTargets(all: readonly MappedType[]): void {
  for (const { joins, name } of all)
    for (const { target, tableName } of joins)
      if (!all.some((type) => type.name === target))
        throw new TypeError(`mappedStorage: ${name}: ${tableName} refers to ${target}, which has no table.`);
}

/** What is computed from references must be able to find them. */
function refuseHiddenHolders(all: readonly MappedType[]): void {
  for (const type of all)
    for (const { path, inverseOf } of type.resourceType.inverses) {
      const holder = all.find(({ name }) => name === inverseOf?.resourceType);
      const reference = holder?.resourceType.attribute(inverseOf?.attribute ?? "");
      if (holder === undefined || reference === undefined || !isInWholeColumn(holder, reference)) continue;
      throw new TypeError(
        `mappedStorage: ${type.name}.${path} is computed from ${holder.name}.${reference.path}, which a column of converters hides: name its join tables in collections, or leave it to rest.`,
      );
    }
}

/** Ids are unique over all resource types [S-3.1-05], which counters of two tables are not. */
function refuseSharedIds(all: readonly MappedType[]): void {
  const counted = all.filter(({ id }) => id.type === "integer");
  for (const [index, { name, id }] of counted.entries()) {
    const other = counted.slice(index + 1).find((candidate) => candidate.id.prefix === id.prefix);
    if (other === undefined) continue;
    const example = `id: { column: "${id.column}", type: "integer", prefix: "${name.toLowerCase()}-" }`;
    throw new TypeError(
      `mappedStorage: ${name} and ${other.name} would have the same ids (RFC 7643 §3.1); give each a prefix: ${example}.`,
    );
  }
}
