import { invalidValue, ScimError, uniqueness } from "../../../error.ts";
import type { Database } from "../database.ts";
import { faultOf } from "../dialect/fault.ts";
import { sql } from "../dialect/fragment.ts";
import type { MappedType } from "./compile.ts";

/** What a driver tells of a refused write. */
interface DriverError {
  readonly code?: unknown;
  readonly errcode?: unknown;
  readonly constraint?: unknown;
  readonly schema?: unknown;
  readonly column?: unknown;
  readonly message?: unknown;
}

/** PostgreSQL's SQLSTATEs of values that a column does not take: too long, out of range, of another form. */
const UNFIT = new Set(["22001", "22003", "22007", "22008", "22P02", "22P05", "22021"]);
const NOT_NULL = new Set<unknown>(["23502", 1299, "SQLITE_CONSTRAINT_NOTNULL"]);
const CHECK = new Set<unknown>(["23514", 275, "SQLITE_CONSTRAINT_CHECK"]);

/**
 * What a table's own constraint says of a write, as a SCIM error that names the attribute. Undefined for an error that is no
 * refusal of a value.
 */
export async function refusalOf(database: Database, type: MappedType, error: unknown): Promise<ScimError | undefined> {
  if (typeof error !== "object" || error === null || error instanceof ScimError) return undefined;
  const given = error as DriverError;
  const cause = { cause: error };
  const attribute = await attributeOf(database, type, given);
  if (faultOf(error) === "unique") {
    if (attribute !== undefined) return uniqueness(attribute, cause);
    const detail = "A value must be unique in this directory and is taken.";
    return new ScimError(409, detail, { scimType: "uniqueness", ...cause });
  }
  const code = given.errcode ?? given.code;
  const what = attribute ?? "A value";
  if (NOT_NULL.has(code)) return invalidValue(`${what} must have a value in this directory.`, cause);
  if (CHECK.has(code)) return invalidValue(`${what} does not keep the rules of this directory.`, cause);
  if (typeof code === "string" && UNFIT.has(code))
    return invalidValue(`${what} is too long for this directory, or not of the form that it stores.`, cause);
  return undefined;
}

/** The attribute that a constraint is about, by its name or by its columns. */
async function attributeOf(database: Database, type: MappedType, error: DriverError): Promise<string | undefined> {
  const { constraint, column } = error;
  if (typeof constraint === "string" && constraint !== "") {
    const named = namedIn(type, constraint);
    return named ?? attributeWith(type, await columnsOf(database, constraint, error.schema));
  }
  if (typeof column === "string") return attributeWith(type, [column]);
  return database.dialect.name === "sqlite" ? fromMessage(type, String(error.message ?? "")) : undefined;
}

function namedIn({ mapping }: MappedType, constraint: string): string | undefined {
  const { constraints = {} } = mapping;
  return Object.hasOwn(constraints, constraint) ? constraints[constraint] : undefined;
}

/** SQLite: "UNIQUE constraint failed: users.org_id, users.email", or "…: index 'name'", or the name of a CHECK. */
function fromMessage(type: MappedType, message: string): string | undefined {
  const list = message.slice(message.lastIndexOf("constraint failed: ") + "constraint failed: ".length);
  const name = list.startsWith("index '") ? list.slice("index '".length, -1) : list;
  return (
    namedIn(type, name) ??
    attributeWith(
      type,
      list.split(", ").map((part) => part.slice(part.lastIndexOf(".") + 1)),
    )
  );
}

/** PostgreSQL: the columns of a unique index, or of a check. */
async function columnsOf(database: Database, constraint: string, schema: unknown): Promise<string[]> {
  const rows = await database.run<{ name: string }>(
    sql`SELECT a.attname::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_index i ON i.indexrelid = c.oid
      JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey::int2[])
      WHERE c.relname = ${constraint} AND n.nspname = ${String(schema ?? "public")}
      UNION ALL SELECT a.attname::text FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
      JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
      WHERE k.conname = ${constraint} AND n.nspname = ${String(schema ?? "public")}`,
  );
  return rows.map(({ name }) => name);
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
