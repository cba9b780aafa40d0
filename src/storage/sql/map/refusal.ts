import { invalidValue, ScimError, uniqueness } from "../../../error.ts";
import type { Database } from "../database.ts";
import type { Constraint, DriverError, Refusal } from "../dialect/driver-error.ts";
import { faultOf } from "../dialect/fault.ts";
import type { MappedType } from "./compile.ts";

/** What is said of a value that a table does not take. */
const DETAILS: Readonly<Record<Refusal, string>> = {
  missing: "must have a value in this directory.",
  check: "does not keep the rules of this directory.",
  unfit: "is too long for this directory, or not of the form that it stores.",
};

/**
 * What a table's own constraint says of a write, as a SCIM error that names the attribute. Undefined for an error that is no
 * refusal of a value.
 */
export async function refusalOf(database: Database, type: MappedType, error: unknown): Promise<ScimError | undefined> {
  if (typeof error !== "object" || error === null || error instanceof ScimError) return undefined;
  const cause = { cause: error };
  const attribute = await attributeOf(database, type, error);
  if (faultOf(error) === "unique") {
    if (attribute !== undefined) return uniqueness(attribute, cause);
    const detail = "A value must be unique in this directory and is taken.";
    return new ScimError(409, detail, { scimType: "uniqueness", ...cause });
  }
  const refusal = database.dialect.refusalOf(error);
  return refusal && invalidValue(`${attribute ?? "A value"} ${DETAILS[refusal]}`, cause);
}

/** The attribute that a constraint is about, by its name or by its columns. */
async function attributeOf(database: Database, type: MappedType, error: DriverError): Promise<string | undefined> {
  const constraint = database.dialect.constraintOf(error);
  if (constraint === undefined) return undefined;
  const attribute = constraint.name === undefined ? undefined : namedIn(type, constraint.name);
  return attribute ?? attributeWith(type, constraint.columns ?? (await columnsOf(database, constraint)));
}

async function columnsOf(database: Database, { columnsQuery }: Constraint): Promise<readonly string[]> {
  const rows = columnsQuery === undefined ? [] : await database.run<{ name: string }>(columnsQuery);
  return rows.map(({ name }) => name);
}

function namedIn({ mapping }: MappedType, constraint: string): string | undefined {
  const { constraints = {} } = mapping;
  return Object.hasOwn(constraints, constraint) ? constraints[constraint] : undefined;
}

function attributeWith(type: MappedType, names: readonly string[]): string | undefined {
  const column = type.columns.find(
    ({ name, key }) => names.includes(name) || (key !== undefined && names.includes(key.name)),
  );
  if (column !== undefined) return column.path.text;
  const slot = type.slots.find(({ columns }) => columns.some(({ name }) => names.includes(name)));
  if (slot !== undefined) return slot.attribute.path;
  return names.includes(type.id.column) ? "id" : undefined;
}
