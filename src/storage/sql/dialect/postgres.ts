import type { ColumnKind, TableName } from "./catalog-words.ts";
import { type Dialect, identifier, literal } from "./dialect.ts";
import type { Constraint, Fault, Refusal } from "./driver-error.ts";
import { type Fragment, join, raw, sql } from "./fragment.ts";
import { quotedMember } from "./json-words.ts";
import { postgresFit } from "./postgres-fit.ts";

/** PostgreSQL: `pg`, PGlite. */
export const postgres: Dialect = {
  name: "PostgreSQL",
  adapter: { supportsReturning: true, supportsTransactionalDdl: true },
  placeholder: (position) => `$${position}`,
  fit: postgresFit,
  mostParameters: 30_000,

  supportsWritesInWith: true,
  supportsReturning: true,
  forUpdate: raw(" FOR UPDATE"),
  forUpdateOfFree: raw(" FOR NO KEY UPDATE SKIP LOCKED"),
  forKeyShare: raw(" FOR KEY SHARE"),
  takeTurn: (text) => sql`SELECT pg_advisory_xact_lock(hashtextextended(${text}, 0))`,

  encoding: { query: sql`SELECT current_setting('server_encoding') AS encoding`, wanted: "UTF8" },
  createSchema: (name) => raw(`CREATE SCHEMA IF NOT EXISTS ${identifier(name)}`),
  text: 'text COLLATE "C"',
  integer: "bigint",
  json: "jsonb",

  casts: { text: "TEXT", integer: "BIGINT", number: "DOUBLE PRECISION", uuid: "uuid" },
  columnText: (column) => sql`CAST(${column} AS TEXT)`,
  ordered: (text) => sql`(${text} COLLATE "C")`,
  includes: (text, part) => sql`strpos(${text}, ${part}) > 0`,
  startsWith: (text, part) => sql`starts_with(${text}, ${part})`,
  endsWith: (text, part) => sql`right(${text}, length(${part}::text)) = ${part}`,
  // With two ends, because without statistics a range is taken for one row in 200, and what has one end for every third.
  isBeyondAscii: (text) => sql`((octet_length(${text}) - char_length(${text})) BETWEEN 1 AND 2147483647)`,

  toJson: (text) => sql`${text}::jsonb`,
  jsonText: (column) => sql`${column}::text`,
  jsonIn: (column) => sql`CAST(${column} AS jsonb)`,
  object: (json, name) => sql`(${json}->${literal(name)})`,
  member: (json, name) => sql`(${json}->>${literal(name)})`,
  first: (json, name) => sql`(${json}->${literal(name)}->>0)`,
  // The lax path takes a single value for an array of one, should the schema have changed.
  each: (json, name, alias) =>
    sql`jsonb_path_query(${json}, ${literal(`$.${quotedMember(name)}[*]`)}) ${raw(alias)}(value)`,
  elementText: (alias) => raw(`(${alias}.value #>> '{}')`),
  elementMember: (alias, name) => sql`(${raw(`${alias}.value`)}->>${literal(name)})`,
  field: (column, name) => sql`(${column}::json->>${literal(name)})`,
  nested: (column) => sql`${column}::json`,
  // Without the condition the planner takes a list for 100 rows, and rather reads a whole table than looks up as many:
  // with it, for one. OFFSET keeps it from seeing through the subquery.
  rows: (json, columns, alias) => {
    const named = columns.map((column, index) => `v.value->>${index} AS ${column}`);
    return sql`(SELECT ${raw(named.join(", "))} FROM json_array_elements(${json}::json) v(value)
      WHERE json_typeof(v.value) = 'array' OFFSET 0) ${raw(alias)}`;
  },
  apart: raw(" OFFSET 0"),
  forEach: (query) => sql`LATERAL (${query} OFFSET 0)`,
  list: (json) => sql`(SELECT v.value#>>'{}' AS value FROM json_array_elements(${json}::json) v(value)
    WHERE json_typeof(v.value) = 'string' OFFSET 0) AS listed`,
  aggregate: (elements, source) =>
    sql`(SELECT json_agg(json_build_array(${join(elements, ", ")}))::text FROM ${source})`,

  // An entry of an index ends at 2,704 bytes, and a character has four at most.
  longestBeginning: 256,
  beginning: (text) => sql`(left(${text}, 256) COLLATE "C")`,
  listIndex: {
    method: "gin",
    over: (json, member) => sql` USING gin ((${json}->${literal(member)}) jsonb_path_ops)`,
    contains: (json, member, element) => sql`(${json}->${literal(member)}) @> ${JSON.stringify([element])}::jsonb`,
  },
  textIndex: {
    method: "gin",
    isPossible: sql`SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'
      UNION ALL SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'`,
    prepare: sql`CREATE EXTENSION IF NOT EXISTS pg_trgm`,
    over: (text) => sql` USING gin (${text} gin_trgm_ops)`,
  },
  concurrently: {
    word: raw(" CONCURRENTLY"),
    tryTurn: (text) =>
      sql`SELECT 1 FROM (SELECT pg_try_advisory_lock(hashtextextended(${text}, 0)) AS has) t WHERE t.has`,
    endTurn: (text) => sql`SELECT pg_advisory_unlock(hashtextextended(${text}, 0))`,
  },

  faultOf: ({ code }) => (isState(code) ? (FAULTS[code] ?? FAULT_CLASSES[code.slice(0, 2)]) : undefined),
  refusalOf: ({ code }) => (isState(code) ? (REFUSALS[code] ?? REFUSAL_CLASSES[code.slice(0, 2)]) : undefined),
  columnsOfTable: (table) => sql`SELECT a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type,
      CASE WHEN a.attnotnull OR t.typnotnull THEN 1 ELSE 0 END AS is_filled,
      CASE WHEN a.atthasdef OR a.attidentity <> '' OR t.typdefault IS NOT NULL THEN 1 ELSE 0 END AS has_default,
      CASE WHEN a.atttypmod > 4 AND t.typname IN ('varchar', 'bpchar') THEN a.atttypmod - 4 END AS longest
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = ${classOf(table)} AND a.attnum > 0 AND NOT a.attisdropped`,
  uniqueIndexes: (table) => sql`SELECT c.relname::text AS name, a.attname::text AS column
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey::int2[])
    WHERE i.indrelid = ${classOf(table)} AND i.indisunique AND i.indisvalid
      AND i.indpred IS NULL AND i.indexprs IS NULL
    UNION ALL SELECT c.relname::text, NULL FROM pg_class c WHERE c.oid = ${classOf(table)} AND c.relkind IN ('v', 'm', 'f')`,
  foreignKeys: (table) => sql`SELECT a.attname::text AS column, c.relname::text AS target
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.confrelid
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
    WHERE k.contype = 'f' AND k.conrelid = ${classOf(table)}`,
  missingPrivileges: (table, wanted) => sql`SELECT w.value AS name FROM ${postgresList(wanted)} AS w(value)
    WHERE NOT (has_table_privilege(${classOf(table)}, w.value)
      OR CASE WHEN w.value = 'DELETE' THEN false ELSE has_any_column_privilege(${classOf(table)}, w.value) END)`,
  // A name without a schema is that of the first schema of the search path that has it.
  thingsNamed: (
    beginning,
    schema,
  ) => sql`SELECT c.relname::text AS name, CASE WHEN i.indexrelid IS NULL THEN 'table' ELSE 'index' END AS kind,
      coalesce(t.relname, c.relname)::text AS owner, nullif(a.amname, 'btree')::text AS method, NULL AS definition,
      CASE WHEN i.indisvalid = false THEN 0 ELSE 1 END AS is_valid
    FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid
    LEFT JOIN pg_class t ON t.oid = i.indrelid LEFT JOIN pg_am a ON a.oid = c.relam
    WHERE c.relkind IN ('r', 'p', 'i', 'I') AND starts_with(c.relname::text, ${beginning})
      AND ${schema === undefined ? raw("pg_table_is_visible(c.oid)") : sql`c.relnamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = ${schema})`}`,
  kindOf: (type) => KINDS[type.replace(/\(.*\)/, "")],
  hasCastsThatRefuse: true,

  constraintOf({ constraint, schema, table, column }) {
    const told = typeof table === "string" && table !== "" ? { table } : {};
    if (typeof constraint === "string" && constraint !== "")
      return { ...told, name: constraint, columnsQuery: columnsOf(constraint, String(schema ?? "public")) };
    return typeof column === "string" && column !== "" ? { ...told, columns: [column] } : undefined;
  },
};

/** The table's row in pg_class; NULL where there is none. */
function classOf({ table, schema }: TableName): Fragment {
  return sql`to_regclass(${schema === undefined ? identifier(table) : `${identifier(schema)}.${identifier(table)}`})`;
}

function postgresList(texts: readonly string[]): Fragment {
  return sql`json_array_elements_text(${JSON.stringify(texts)}::json)`;
}

/** Types by their names in a CAST, without a length. */
const KINDS: Readonly<Record<string, ColumnKind>> = {
  text: "text",
  "character varying": "text",
  character: "text",
  citext: "text",
  smallint: "integer",
  integer: "integer",
  bigint: "integer",
  numeric: "number",
  real: "number",
  "double precision": "number",
  boolean: "boolean",
  uuid: "uuid",
  json: "json",
  jsonb: "json",
  "timestamp with time zone": "time",
  "timestamp without time zone": "time",
  date: "time",
};

/** Whether the code of an error can be a SQLSTATE. */
function isState(code: unknown): code is string {
  return typeof code === "string" && code.length === 5;
}

/** SQLSTATEs. */
const FAULTS: Readonly<Record<string, Fault>> = {
  "40001": "contention",
  "40P01": "contention",
  "55P03": "contention",
  // A pooler between us and the server that does not know prepared statements: see `namedStatements`.
  "26000": "contention",
  "42P05": "contention",
  "23505": "unique",
  "23P01": "unique",
  "23503": "reference",
  // A server that only reads: a standby, or a primary that has just become one.
  "25006": "unavailable",
  // It ended a transaction that waited or took too long.
  "25P03": "unavailable",
  "25P04": "unavailable",
  // The database is not there, or not yet.
  "3D000": "unavailable",
  "40003": "unavailable",
};

/**
 * Classes of SQLSTATEs: connection exceptions, logins that are refused, insufficient resources, operators who intervene (the
 * server is shut down, starts, or ends a statement), errors of its system and of itself.
 */
const FAULT_CLASSES: Readonly<Record<string, Fault>> = {
  "08": "unavailable",
  "28": "unavailable",
  "53": "unavailable",
  "57": "unavailable",
  "58": "unavailable",
  XX: "unavailable",
};

const REFUSALS: Readonly<Record<string, Refusal>> = {
  "23502": "missing",
  "23514": "check",
  "54000": "large",
};

/** Classes of SQLSTATEs: data exceptions. */
const REFUSAL_CLASSES: Readonly<Record<string, Refusal>> = { "22": "unfit" };

/** The columns of an index, those in its expressions included, of a check, or of a domain that has the check. */
function columnsOf(constraint: string, schema: string): NonNullable<Constraint["columnsQuery"]> {
  const inSchema = (name: string): Fragment => sql`${raw(name)} = ${constraint} AND n.nspname = ${schema}`;
  return sql`SELECT a.attname::text AS name FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_index i ON i.indexrelid = c.oid
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum > 0
      AND (a.attnum = ANY (i.indkey::int2[]) OR EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid
        AND d.classid = 'pg_class'::regclass AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum))
    WHERE ${inSchema("c.relname")}
    UNION ALL SELECT a.attname::text FROM pg_constraint k
    JOIN pg_namespace n ON n.oid = k.connamespace
    JOIN pg_attribute a ON (a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)) OR (k.contypid <> 0 AND a.atttypid = k.contypid)
    WHERE ${inSchema("k.conname")}`;
}
