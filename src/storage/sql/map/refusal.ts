import { invalidValue, ScimError, uniqueness } from "../../../error.ts";
import type { Database } from "../database.ts";
import type { Constraint, DriverError, Refusal } from "../dialect/driver-error.ts";
import { faultOf } from "../dialect/fault.ts";
import type { Column } from "./column.ts";
import type { MappedType } from "./compile.ts";
import { culpritsOf } from "./culprit.ts";
import { tablesOf } from "./in-tables.ts";
import { namedRefusal } from "./named-refusal.ts";
import type { Attempted } from "./refused-write.ts";
import type { MapScope } from "./scope.ts";
import type { Written } from "./written.ts";

/** What is said of a value that a table does not take. */
const DETAILS: Readonly<Record<Refusal, string>> = {
  missing: "must have a value in this directory.",
  check: "does not keep the rules of this directory.",
  unfit: "is too long for this directory, or not of the form that it stores.",
  large: "is too long for this directory.",
  raised: "does not keep the rules of this directory.",
};

/**
 * What a table's own constraint says of a write, as a SCIM error that names the attribute, or those that may be meant
 * where the database does not tell; the host's own where `refusals` names the constraint. Undefined for an error that is no refusal of a value.
 */
export async function refusalOf(
  database: Database,
  scope: MapScope,
  attempted: Attempted,
  error: unknown,
  written: () => readonly Written[],
): Promise<ScimError | undefined> {
  if (typeof error !== "object" || error === null || error instanceof ScimError) return undefined;
  const cause = { cause: error };
  const ofHost = namedRefusal(database.dialect, scope.mappings.all, error, attempted);
  if (ofHost !== undefined) return ofHost;
  const fault = faultOf(error);
  if (fault === "unique") {
    const [attribute] = await attributesOf(database, scope, error);
    if (attribute !== undefined) return uniqueness(attribute, cause);
    const detail = "A value must be unique in this directory and is taken.";
    return new ScimError(409, detail, { scimType: "uniqueness", ...cause });
  }
  if (fault === "reference") return danglingOf(database, scope, error);
  const refusal = database.dialect.refusalOf(error);
  if (refusal === undefined) return undefined;
  const named = await attributesOf(database, scope, error);
  const values = written();
  const attributes =
    named.length === 1 || refusal === "raised" ? named : await culpritsOf(database, scope, refusal, values, named);
  return invalidValue(`${subjectOf(attributes)} ${DETAILS[refusal]}${hint(attributes, values)}`, cause);
}

function subjectOf(attributes: readonly string[]): string {
  return attributes.length === 0 ? "A value" : attributes.join(" or ");
}

/** Which attributes may be meant, where nothing tells. */
function hint(attributes: readonly string[], written: readonly Written[]): string {
  if (attributes.length > 0) return "";
  const given = new Set(written.filter(({ value }) => value !== null).map(({ attribute }) => attribute));
  return given.size === 0 ? "" : ` It may be that of ${[...given].join(", ")}.`;
}

/** A foreign key of a column that is no reference to a resource: the next try would not mend it. */
async function danglingOf(database: Database, scope: MapScope, error: DriverError): Promise<ScimError | undefined> {
  const attributes = await attributesOf(database, scope, error);
  const { references } = scope.type.resourceType;
  const isReference = (path: string): boolean =>
    path === "id" ||
    references.some(({ attribute }) => path === attribute.path || path.startsWith(`${attribute.path}.`));
  if (attributes.length === 0 || attributes.some(isReference)) return undefined;
  const detail = `${subjectOf(attributes)} must name something that there is in this directory.`;
  return invalidValue(detail, { cause: error });
}

/** The attributes that a constraint is about, by its name or by its columns. */
async function attributesOf(database: Database, scope: MapScope, error: DriverError): Promise<readonly string[]> {
  const constraint = database.dialect.constraintOf(error);
  if (constraint === undefined) return [];
  const { constraints = {} } = scope.type.mapping;
  const { name } = constraint;
  if (name !== undefined && Object.hasOwn(constraints, name)) return [constraints[name] as string];
  const columns = constraint.columns ?? (await columnsOf(database, constraint));
  return attributesWith(scope, columns, constraint.table);
}

async function columnsOf(database: Database, { columnsQuery, columnsIn }: Constraint): Promise<readonly string[]> {
  const rows = columnsQuery === undefined ? [] : await database.run<{ name: string }>(columnsQuery);
  return rows.flatMap(({ name }) => columnsIn?.(name) ?? [name]);
}

/** The attributes of columns; where the table is not told, a type's own columns come before those of its join tables. */
function attributesWith({ type }: MapScope, names: readonly string[], table: string | undefined): readonly string[] {
  const isNamed: IsNamed = (name) =>
    name !== undefined && names.some((one) => one.toLowerCase() === name.toLowerCase());
  const own = tablesOf(type)
    .filter(({ mapping }) => table === undefined || table === mapping.table)
    .flatMap((one) => attributesInRow(one, isNamed));
  if (own.length > 0) return own;
  const joins = type.joins.filter((join) => table === undefined || join.tableName === table);
  const parts = joins.flatMap((join) => [
    ...(isNamed(join.value) ? [`${join.attribute.path}.value`] : []),
    ...join.columns.filter(({ name }) => isNamed(name)).map(({ attribute }) => attribute.path),
  ]);
  const children = type.children.filter((child) => table === undefined || child.tableName === table);
  const inChildren = children.flatMap(({ columns, attribute, given }) => [
    ...columns.filter(({ name, key }) => isNamed(name) || isNamed(key?.name)).map((column) => column.attribute.path),
    ...(isNamed(given.dictionary?.column) ? [attribute.path] : []),
  ]);
  return [...new Set([...parts, ...inChildren])];
}

type IsNamed = (column: string | undefined) => boolean;

function attributesInRow({ columns, secrets, slots, id }: MappedType, isNamed: IsNamed): readonly string[] {
  const isMeant = ({ name, key }: Column): boolean => isNamed(name) || isNamed(key?.name);
  const found = new Set([
    ...[...columns, ...secrets].filter(isMeant).map(({ path }) => path.text),
    ...slots.filter((slot) => slot.columns.some(isMeant)).map(({ attribute }) => attribute.path),
  ]);
  return found.size === 0 && isNamed(id.column) ? ["id"] : [...found];
}
