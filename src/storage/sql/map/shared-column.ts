import type { Column } from "./column.ts";
import type { Compiling } from "./compiling.ts";
import type { PathColumn } from "./path-column.ts";
import type { Slot } from "./slot.ts";

// One column for several attributes: `email` is `userName` and the value of the work e-mail. All of them are read from it, and a write
// gives all of them one value.

/** The columns of several attributes that are one column of the table. */
export type Shared = readonly Column[];

/** The places of a mapping, of which some may lie in one column. */
interface Places {
  readonly columns: readonly PathColumn[];
  readonly slots: readonly Slot[];
}

/**
 * Lets one of the attributes of a shared column write it, and the others follow.
 * @throws {TypeError} for attributes that cannot share a column.
 */
export function shareColumns(compiling: Compiling, { columns, slots }: Places): Places {
  const all: readonly Column[] = [
    ...columns.filter(({ attribute }) => attribute.isStored),
    ...slots.map(({ value }) => value),
  ];
  const groups = [...Map.groupBy(all, ({ name }) => name).values()].filter(({ length }) => length > 1);
  for (const group of groups) refuseUnlike(compiling, group);
  const inGroup = <C extends Column>(column: C): C => {
    const group = groups.find((one) => one.includes(column));
    const writer = group?.find(({ key }) => key !== undefined) ?? group?.[0];
    return writer === undefined || writer === column ? column : follow(column, writer);
  };
  const inSlot = (slot: Slot): Slot => {
    const value = inGroup(slot.value);
    return { ...slot, value, columns: slot.columns.map((column) => (column === slot.value ? value : column)) };
  };
  return { columns: columns.map(inGroup), slots: slots.map(inSlot) };
}

/** A column that another attribute writes; it is found by that one's key, where the two are compared alike. */
function follow<C extends Column>(column: C, writer: Column): C {
  const isAlike =
    writer.attribute.caseExact === column.attribute.caseExact &&
    writer.attribute.comparison === column.attribute.comparison;
  const key = isAlike && writer.key !== undefined ? { name: writer.key.name, alias: `k${column.alias}` } : undefined;
  const { isConverted, isNormalised = false } = writer;
  return { ...column, isFollower: true, key, isConverted, isNormalised };
}

function refuseUnlike({ fail }: Compiling, group: Shared): void {
  const [first, ...others] = group as readonly [Column, ...Column[]];
  const paths = group.map(({ attribute }) => attribute.path).join(" and ");
  const refuse = (why: string): never => fail(`${paths} share the column ${first.name}, and ${why}`);
  if (group.some(({ attribute: { type, multiValued } }) => multiValued || type === "complex"))
    refuse("must each be a single value.");
  if (others.some(({ attribute }) => attribute.type !== first.attribute.type)) refuse("must be of one type.");
  if (others.some((one) => one.given.read !== first.given.read || one.given.write !== first.given.write))
    refuse("need the same read and write: name one object for both.");
  if (group.filter(({ wins }) => wins).length > 1) refuse("only one of them can win.");
  const keys = new Set(group.flatMap(({ key }) => (key === undefined ? [] : [key.name])));
  if (keys.size > 1) refuse("have one key column.");
}

/** The columns of a type that are shared, by their names. */
export function sharedAmong(stored: readonly Column[]): readonly Shared[] {
  return [...Map.groupBy(stored, ({ name }) => name).values()].filter(({ length }) => length > 1);
}
