import type { Attribute, AttributePath } from "../../../schema/attribute.ts";
import { isKept } from "../../../schema/kept.ts";
import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import type { ChildTable } from "./child.ts";
import type { Column } from "./column.ts";
import type { Compiling } from "./compiling.ts";
import type { JoinTable } from "./join-table.ts";
import type { MappedMembership } from "./membership.ts";
import { didYouMean } from "./nearest.ts";
import type { PathColumn } from "./path-column.ts";
import type { Slot } from "./slot.ts";

/** The places that a mapping names. */
export interface NamedPlaces {
  readonly columns: readonly PathColumn[];
  readonly slots: readonly Slot[];
  readonly joins: readonly JoinTable[];
  readonly children: readonly ChildTable[];
}

/** Refuses two attributes in one column, unless they are what lies there. */
export function refuseSharedColumns({ fail }: Compiling, columns: readonly Column[]): void {
  const writers = columns.filter(({ isFollower }) => isFollower !== true);
  const names = writers.flatMap(({ name, key }) => [name, ...(key ? [key.name] : [])]);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) fail(`the column ${twice} is named twice.`);
}

/** Refuses a column that is filled twice. An attribute's own may have a default, unless its comparison key would be missing. */
export function refuseFilledTwice(
  { mapping, fail }: Compiling,
  columns: readonly PathColumn[],
  own: readonly string[],
): void {
  const { defaults = {}, audit = {} } = mapping;
  const attributes = [...columns].flatMap(({ name, key }) => [name, ...(key ? [key.name] : [])]);
  const keyed = columns.flatMap(({ name, key }) => (key === undefined ? [] : [name, key.name]));
  const taken = [...own, ...keyed].find((name) => Object.hasOwn(defaults, name));
  if (taken !== undefined) fail(`defaults names ${taken}, which has a value in every row: leave it out.`);
  const again = [...own, ...attributes, ...Object.keys(defaults)].find((name) => Object.hasOwn(audit, name));
  if (again !== undefined) fail(`audit names ${again}, which is set by something else: leave it out of one of them.`);
}

/** Refuses an attribute that lies in columns of its own and elsewhere as well, where its elements would be met twice. */
export function refuseTwoPlaces({ fail }: Compiling, { columns, slots, joins, children }: NamedPlaces): void {
  for (const [index, { path }] of columns.entries()) {
    const isTwice = columns.slice(index + 1).some((other) => {
      const isWhole = other.path.sub === undefined || path.sub === undefined;
      return other.path.attribute === path.attribute && isWhole;
    });
    if (isTwice) fail(`${path.attribute.path} has a column for all of it, and another one for a part.`);
  }
  const kinds = [columns.map(({ path }) => path), slots, joins, children];
  for (const { attribute } of kinds.flat())
    if (kinds.filter((kind) => kind.some((one) => one.attribute === attribute)).length > 1)
      fail(`${attribute.path} has more than one place: name it in one of columns, elements, collections and children.`);
}

/** Refuses what cannot be where organisations share users: of a reference it depends on the organisation where it leads to. */
export function refuseUnfitMembership(
  { resourceType, mapping, fail }: Compiling,
  { writes = [] }: MappedMembership,
  { columns, slots, joins, children }: NamedPlaces,
): void {
  if (mapping.tenant !== undefined)
    fail("tenant and membership.holder are the same: name the organisation's column as holder.");
  const reference = columns.find(({ path }) =>
    resourceType.references.some(({ attribute }) => attribute === path.attribute),
  );
  if (reference !== undefined)
    fail(`${reference.path.text} names a member of the organisation: give it a column in membership.columns.`);
  if (typeof mapping.deleted === "object" && mapping.deleted.restore === true)
    fail(
      "deleted.restore is for rows of one organisation; say deleted of the membership, which a create begins again.",
    );
  const isThere = (text: string): boolean =>
    columns.some(({ path }) => path.text === text || path.attribute.path === text) ||
    slots.some(({ attribute }) => attribute.path === text);
  const everybodys = [...joins, ...children].find(({ tenant: org }) => org === undefined);
  if (everybodys !== undefined)
    fail(`${everybodys.tableName} holds ${everybodys.attribute.path} of an organisation: name its column as tenant.`);
  const strange = writes.find((text) => !isThere(text));
  if (strange !== undefined) fail(`membership.writes names ${strange}, which has no column in ${mapping.table}.`);
}

/** Refuses constraints that are said to be about no attribute. */
export function refuseUnknownConstraints({ resourceType, mapping, fail }: Compiling): void {
  for (const [constraint, text] of Object.entries(mapping.constraints ?? {}))
    if (resourceType.resolve(text)?.text !== text)
      fail(`constraints names ${text} for ${constraint}, which is no attribute.${didYouMean(resourceType, text)}`);
}

/** Every attribute that a client can write has a place, or goes to `rest`. */
export function refuseUnmapped({ resourceType, mapping, fail }: Compiling, places: NamedPlaces): void {
  if (mapping.rest !== undefined) return;
  const lost = resourceType.content.flatMap((attribute) => lostPaths(places, attribute));
  if (lost.length > 0)
    fail(`these attributes have no column: ${lost.join(", ")}. Map them, or name a JSON column as rest.`);
}

/** The paths of an attribute that have no place. */
function lostPaths({ columns, slots, joins, children }: NamedPlaces, attribute: Attribute): readonly string[] {
  if (attribute.mutability === "readOnly" || attribute.mutability === "writeOnly") return [];
  const hasColumn = (path: string): boolean => columns.some((column) => column.path.text === path);
  const isApart = [...slots, ...joins, ...children].some((each) => each.attribute === attribute);
  if (isApart || hasColumn(attribute.path)) return [];
  if (isKept(attribute)) return ['what nobody declared (openAttributes: "keep")'];
  if (attribute.multiValued || attribute.subAttributes.length === 0) return [attribute.path];
  return attribute.subAttributes
    .filter((sub) => sub.mutability !== "readOnly" && sub.name !== "$ref" && !hasColumn(sub.path))
    .map(({ path }) => path);
}

/** A unique attribute has a column in which the table, or a look-up, can keep it so. */
export function refuseUnfitUniques({ resourceType, fail }: Compiling, columns: readonly PathColumn[]): void {
  for (const path of resourceType.unique) {
    const column = columns.find((candidate) => candidate.path.text === path.text);
    const misfit = misfitOf(resourceType, path, column);
    if (misfit !== undefined) fail(misfit);
  }
}

function misfitOf(
  { hasStandardKeys }: CompiledResourceType,
  { text, attribute }: AttributePath,
  column: PathColumn | undefined,
): string | undefined {
  if (column === undefined) return `${text} is unique, and needs a column.`;
  if (attribute.multiValued) return `${text} is unique and multi-valued, which a column cannot keep.`;
  if (column.key !== undefined) return undefined;
  if (column.isConverted || !["string", "boolean"].includes(column.attribute.type))
    return `${text} is unique, and its column ${column.name} has converters: name a key column for it.`;
  return hasStandardKeys ? undefined : `${text} is unique, and comparisonKey is your own: name a key column for it.`;
}
