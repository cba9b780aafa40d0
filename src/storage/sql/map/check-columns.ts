import type { Attribute } from "../../../schema/attribute.ts";
import type { CatalogColumn, ColumnKind, ColumnUse } from "../dialect/catalog-words.ts";
import type { Dialect } from "../dialect/dialect.ts";
import type { Column } from "./column.ts";
import type { MappedType } from "./compile.ts";
import type { IdType } from "./id.ts";
import type { JoinTable } from "./join-table.ts";

/** A column that a mapping names, and what is said of one that does not fit; undefined where it does. */
export interface Expected {
  readonly column: string;
  readonly misfit?: (found: CatalogColumn) => string | undefined;
}

/** The columns that a type's mapping names. */
export function expectedOf(dialect: Dialect, type: MappedType): readonly Expected[] {
  const { mapping, id, tenant } = type;
  const cleared = type.deleted === undefined ? new Set<string>() : clearedColumns(type);
  const clearing = (all: readonly Expected[]): readonly Expected[] =>
    all.map((one) => (cleared.has(one.column) ? clearable(one) : one));
  return [
    { column: id.column, misfit: (found) => idMisfit(dialect, id, found) },
    ...(tenant === undefined
      ? []
      : [{ column: tenant.column, misfit: (found: CatalogColumn) => typeMisfit(dialect, "tenant", tenant, found) }]),
    ...(type.role === "user" ? [] : expectedOfMeta(dialect, type)),
    ...expectedOfDeleted(dialect, type),
    ...clearing([...type.stored, ...type.secrets].flatMap((column) => expectedOfColumn(dialect, column))),
    ...[...Object.keys(mapping.defaults ?? {}), ...Object.keys(mapping.audit ?? {})].map((column) => ({ column })),
    ...(mapping.rest === undefined
      ? []
      : [
          {
            column: mapping.rest,
            misfit: usedAs(
              dialect,
              "rest",
              firm(dialect, ofKind(dialect)(["json", "text"], "and rest holds JSON: make it jsonb, json or text.")),
            ),
          },
        ]),
  ];
}

/** What tells of a row when it was made and changed, and how often. */
function expectedOfMeta(dialect: Dialect, { mapping, role }: MappedType): readonly Expected[] {
  const isOf = ofKind(dialect);
  const counting = isOf(["integer"], "and version must count: make it integer NOT NULL DEFAULT 1.");
  return [
    {
      column: mapping.version,
      misfit: (found) => counting(found) ?? (role === "membership" ? narrowMisfit(dialect, found) : undefined),
    },
    ...[mapping.created, mapping.lastModified].map((column) => ({
      column,
      misfit: usedAs(
        dialect,
        "time",
        firm(dialect, isOf(["time", "text"], "and holds a time: make it timestamptz, or text.")),
      ),
    })),
  ];
}

/** Versions of a membership that begins again are counted from the time, in milliseconds. */
function narrowMisfit(dialect: Dialect, { type }: CatalogColumn): string | undefined {
  if (!isFirm(dialect) || /^(bigint|int8|numeric)/i.test(type)) return undefined;
  return `is ${type}, and the version of a membership that begins again is counted from the time: make it bigint NOT NULL DEFAULT 1.`;
}

function expectedOfDeleted(dialect: Dialect, { deleted, stored }: MappedType): readonly Expected[] {
  if (deleted === undefined || stored.some(({ name }) => name === deleted.column)) return [];
  const { column, isTime } = deleted;
  if (!isTime) return [{ column }];
  const isOf = ofKind(dialect)(["time", "text"], "and holds when a row was deleted: make it timestamptz, or text.");
  return [clearable({ column, misfit: usedAs(dialect, "time", firm(dialect, isOf)) })];
}

/** The columns that are read and written as times. */
export function timesOf({ mapping, role, deleted, stored }: MappedType): readonly string[] {
  return [
    ...(role === "user" ? [] : [mapping.created, mapping.lastModified]),
    ...(deleted?.isTime === true ? [deleted.column] : []),
    ...stored
      .filter(({ attribute, isConverted }) => attribute.type === "dateTime" && !isConverted)
      .map(({ name }) => name),
  ];
}

/** The columns that rows which are kept out of sight have NULL in: hashes, and what they were known by, unless the names are to stay. */
export function clearedColumns({ stored, secrets, deleted }: MappedType): ReadonlySet<string> {
  return new Set([
    ...(deleted?.isAlways === true ? [] : stored.flatMap(({ key }) => (key === undefined ? [] : [key.name]))),
    ...secrets.map(({ name }) => name),
  ]);
}

/** The columns that the mapping of a join table names. */
export function expectedOfJoin(
  dialect: Dialect,
  holder: MappedType,
  join: JoinTable,
  target: MappedType,
): readonly Expected[] {
  const named = (column: string, { name, id }: MappedType): Expected => ({
    column,
    misfit: (found) =>
      isFitFor(dialect, id.type, found)
        ? undefined
        : `is ${found.type} and names ids of ${name}, which are ${id.type}: make the two columns of one type.`,
  });
  return [
    named(join.holder, holder),
    named(join.value, target),
    ...(join.tenant === undefined ? [] : [{ column: join.tenant }]),
    ...join.columns.flatMap((column) => expectedOfColumn(dialect, column)),
    ...join.filled.map(({ name }) => ({ column: name })),
  ];
}

/** What a row that is kept out of sight has NULL in must take it. */
function clearable({ column, misfit }: Expected): Expected {
  return {
    column,
    misfit: (found) =>
      misfit?.(found) ??
      (Number(found.is_filled) === 1
        ? "is NOT NULL, and must be NULL in rows that `deleted` keeps out of sight: allow NULL."
        : undefined),
  };
}

export function expectedOfColumn(dialect: Dialect, { name, key, attribute, isConverted }: Column): readonly Expected[] {
  const isText = usedAs(dialect, "key", ofKind(dialect)(["text"], "and holds a comparison key: make it text."));
  const value: Expected = isConverted
    ? { column: name }
    : { column: name, misfit: firm(dialect, ofKind(dialect)(KINDS[attribute.type] ?? ANY, remedyFor(attribute))) };
  return key === undefined ? [value] : [value, { column: key.name, misfit: isText }];
}

/** What columns hold values of a type as they are. A text may be kept as whatever has it as its text. */
const KINDS: Partial<Record<Attribute["type"], readonly ColumnKind[]>> = {
  boolean: ["boolean", "text"],
  integer: ["integer", "number", "text"],
  decimal: ["number", "text"],
  dateTime: ["time", "text"],
  complex: [],
};
const ANY: readonly ColumnKind[] = ["text", "integer", "number", "boolean", "uuid", "time"];

function remedyFor({ path, type }: Attribute): string {
  return `and ${path} is a ${type}: change the column, or give it read and write.`;
}

function ofKind(dialect: Dialect) {
  return (kinds: readonly ColumnKind[], remedy: string) =>
    ({ type }: CatalogColumn): string | undefined => {
      const kind = dialect.kindOf(type);
      return kind === undefined || kinds.includes(kind) ? undefined : `is ${type}, ${remedy}`;
    };
}

/** A check that holds only where types are firm. */
function firm(dialect: Dialect, misfit: NonNullable<Expected["misfit"]>): NonNullable<Expected["misfit"]> {
  return (found) => (isFirm(dialect) ? misfit(found) : undefined);
}

function isFirm({ hasFirmTypes, hasCastsThatRefuse }: Dialect): boolean {
  return hasFirmTypes ?? hasCastsThatRefuse === true;
}

/** A check that begins with what the dialect says of a column that is for something. */
function usedAs(dialect: Dialect, use: ColumnUse, misfit: NonNullable<Expected["misfit"]>) {
  return (found: CatalogColumn): string | undefined => dialect.misfitOf?.(found, use) ?? misfit(found);
}

function idMisfit(dialect: Dialect, id: MappedType["id"], found: CatalogColumn): string | undefined {
  const misfit = typeMisfit(dialect, "id", id, found);
  if (misfit !== undefined || !id.isGenerated || Number(found.has_default) === 1) return misfit;
  return "is to be made by the database and has no default: make it GENERATED BY DEFAULT AS IDENTITY (INTEGER PRIMARY KEY in SQLite, AUTO_INCREMENT in MariaDB), or say generated: false.";
}

function typeMisfit(
  dialect: Dialect,
  option: "id" | "tenant",
  { column, type }: { readonly column: string; readonly type: IdType },
  found: CatalogColumn,
): string | undefined {
  const misfit = dialect.misfitOf?.(found, "id");
  if (misfit !== undefined || isFitFor(dialect, type, found)) return misfit;
  const meant = dialect.kindOf(found.type);
  const remedy =
    meant === "text" || meant === "integer" || meant === "uuid"
      ? `say ${option}: { column: "${column}", type: "${meant}" }`
      : "make it text, integer or uuid";
  return `is ${found.type}, and the mapping takes it for ${type}: ${remedy}.`;
}

/** Whether ids of a type can be compared with what the column has; UUIDs are text where there is no type for them. */
export function isFitFor(dialect: Dialect, type: IdType, { type: declared }: CatalogColumn): boolean {
  const kind = dialect.kindOf(declared);
  if (kind === undefined || kind === type) return true;
  return type === "uuid" && kind === "text" && dialect.hasCastsThatRefuse !== true;
}
