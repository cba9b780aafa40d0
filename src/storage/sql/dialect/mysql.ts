import type { TableName } from "./catalog-words.ts";
import { type Dialect, literal } from "./dialect.ts";
import { type Fragment, join, raw, sql } from "./fragment.ts";
import { quotedMember } from "./json-words.ts";
import { mysqlColumns } from "./mysql-columns.ts";
import { mysqlFit } from "./mysql-fit.ts";
import { mysqlTriggers } from "./mysql-triggers.ts";
import {
  constraintOf,
  faultOf,
  hideValues,
  isThereAlready,
  isTooLong,
  kindOf,
  misfitOf,
  raisedBy,
  readValue,
  refusalOf,
  spell,
  statementLimit,
} from "./mysql-words.ts";

/** The order of code points, in which `'a'` is not `'a '`: MariaDB reads the first comment, MySQL the second. */
const COLLATION = "/*M! utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */";
const LONG_TEXT = `LONGTEXT CHARACTER SET utf8mb4 COLLATE ${COLLATION}`;

const REASONS = [
  [
    "@@SESSION.sql_mode NOT REGEXP 'STRICT_(ALL|TRANS)_TABLES'",
    "A session must have a strict sql_mode (STRICT_TRANS_TABLES), or what is too long would be cut without a word.",
  ],
  [
    "@@SESSION.sql_mode LIKE '%NO_BACKSLASH_ESCAPES%'",
    "A session must not have the sql_mode NO_BACKSLASH_ESCAPES: the driver escapes by backslashes.",
  ],
  [
    "@@SESSION.character_set_client <> 'utf8mb4' OR @@SESSION.character_set_connection <> 'utf8mb4'",
    "A session must have the character set utf8mb4, or texts would be stored as other ones.",
  ],
] as const;

/** What would let values be taken for statements, or change them, and is for the host to set. */
const UNFIT = raw(
  REASONS.map(([condition, reason]) => `SELECT '${reason}' AS reason FROM (SELECT 1 AS one) o WHERE ${condition}`).join(
    " UNION ALL ",
  ),
);

/**
 * MariaDB from 10.6 on, MySQL from 8.0.17 on: `mysql2`. It says what both of them have. Texts that are looked up are bytes, so that they
 * are compared as such, and an index holds as much of them as it can.
 */
export const mysql: Dialect = {
  hostTriggers: mysqlTriggers,
  name: "MariaDB or MySQL",
  adapter: { supportsReturning: false, supportsTransactionalDdl: false },
  placeholder: () => "?",
  spell,
  readValue,
  ...mysqlColumns,
  fit: mysqlFit,
  mostParameters: 30_000,

  forUpdate: raw(" FOR UPDATE"),
  forUpdateOfFree: raw(" FOR UPDATE SKIP LOCKED"),
  forKeyShare: raw(" LOCK IN SHARE MODE"),
  forKeyShareOfFree: raw(" /*M! LOCK IN SHARE MODE */ /*!80000 FOR SHARE */ SKIP LOCKED"),
  isThereAlready,

  text: "VARBINARY(512)",
  textOf: (bytes) => `VARBINARY(${bytes})`,
  longText: LONG_TEXT,
  needsIndexForReferences: true,
  unfit: UNFIT,
  statementLimit,
  integer: "BIGINT",
  json: LONG_TEXT,
  ascending: { type: "BIGINT NOT NULL AUTO_INCREMENT UNIQUE", isKey: false },

  // In UTC, because an hour of local time comes twice a year.
  now: raw("(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000)"),
  driverValue(value) {
    if (typeof value === "boolean") return value ? 1 : 0;
    // The driver writes parameters into the text of a statement, an object as assignments of columns and a list as several values.
    if (typeof value === "object" && value !== null && !(value instanceof Date) && !(value instanceof Uint8Array))
      return JSON.stringify(value);
    return value instanceof Date ? value.toISOString().replace("T", " ").replace("Z", "") : value;
  },
  casts: { text: "BINARY", integer: "SIGNED", number: "DOUBLE", uuid: "BINARY" },
  columnText: (column) => sql`CAST(CONVERT(${column} USING utf8mb4) AS BINARY)`,
  ordered: (text) => sql`CAST(${text} AS BINARY)`,
  includes: (text, part) => sql`LOCATE(CAST(${part} AS BINARY), ${text}) > 0`,
  startsWith: (text, part) => sql`LEFT(${text}, LENGTH(${part})) = ${part}`,
  endsWith: (text, part) => sql`RIGHT(${text}, LENGTH(${part})) = ${part}`,
  lacksNullsOrder: true,
  concat: (parts) => sql`CONCAT(${join(parts, ", ")})`,
  isBeyondAscii: (text) => sql`(LENGTH(${text}) <> CHAR_LENGTH(CONVERT(${text} USING utf8mb4)))`,

  toJson: (text) => sql`${text}`,
  jsonText: (column) => column,
  jsonIn: (column) => column,
  object: (json, name) => sql`JSON_EXTRACT(${json}, ${memberPath(name)})`,
  member: (json, name) => textAt(json, memberPath(name)),
  first: (json, name) => textAt(json, memberPath(name, "[0]")),
  // For ranges that nothing can be in, MariaDB reads lists of a row that it never fetched, whose columns are empty, and fails.
  each: (json, name, alias) =>
    sql`JSON_TABLE(NULLIF(${json}, ''), ${memberPath(name, "[*]")} COLUMNS (value JSON PATH '$')) ${raw(alias)}`,
  elementText: (alias) => raw(`CAST(JSON_UNQUOTE(${alias}.value) AS BINARY)`),
  elementMember: (alias, name) => textAt(raw(`${alias}.value`), memberPath(name)),
  field: (column, name) => textAt(column, memberPath(name)),
  nested: (column) => sql`JSON_EXTRACT(${column}, '$')`,
  rows: (json, columns, alias) => {
    const named = columns.map((column, index) => `"${column}" ${LONG_TEXT} PATH '$[${index}]'`);
    return sql`JSON_TABLE(${json}, '$[*]' COLUMNS (${raw(named.join(", "))})) ${raw(alias)}`;
  },
  list: (json) => sql`JSON_TABLE(${json}, '$[*]' COLUMNS (value ${raw(LONG_TEXT)} PATH '$')) AS listed`,
  // It is cut at `group_concat_max_len`, with no more than a warning.
  readsElementsAsRows: true,
  aggregate() {
    throw new TypeError("MariaDB and MySQL cut what they aggregate: elements are read as rows.");
  },

  writes: {
    onDuplicate: (set) => sql` ON DUPLICATE KEY UPDATE ${set}`,
    coming: (column) => sql`VALUES(${raw(column)})`,
    // The order of the join, so that each row of the source is looked up by the index.
    update: (table, set, source, condition) => sql`UPDATE ${source} CROSS JOIN ${table} SET ${set} WHERE ${condition}`,
    delete: (table, source, condition) => sql`DELETE ${table} FROM ${source} CROSS JOIN ${table} WHERE ${condition}`,
  },
  computed: {
    add: (table, column, value, bytes) =>
      sql`ALTER TABLE ${table} ADD COLUMN ${column} VARBINARY(${raw(String(bytes))}) AS (${value}) VIRTUAL`,
    drop: (table, column) => sql`ALTER TABLE ${table} DROP COLUMN ${column}`,
  },
  lacksPartialIndexes: true,
  dropIndex: (name, table) => sql`DROP INDEX ${name} ON ${table}`,
  turns: {
    tryTurn: (text) =>
      sql`SELECT 1 FROM (SELECT GET_LOCK(SHA1(CONCAT(DATABASE(), ${text})), 0) AS has) t WHERE t.has = 1`,
    endTurn: (text) => sql`SELECT RELEASE_LOCK(SHA1(CONCAT(DATABASE(), ${text})))`,
  },
  longestBeginning: 256,
  beginning: (text) => sql`CAST(LEFT(CONVERT(${text} USING utf8mb4), 256) AS BINARY)`,
  triggers: {
    create: (name, event, table, statements) => {
      const [verb = "", column] = event.split(" OF ");
      const all = sql`${join(statements, "; ")};`;
      const body =
        column === undefined ? all : sql`IF NOT (old.${raw(column)} <=> new.${raw(column)}) THEN ${all} END IF;`;
      return sql`CREATE TRIGGER ${name} AFTER ${raw(verb)} ON ${table} FOR EACH ROW BEGIN ${body} END`;
    },
  },

  faultOf,
  hideValues,
  refusalOf,
  raisedBy,
  constraintOf,
  isTooLong,
  columnsOfTable: (table) => sql`SELECT COLUMN_NAME AS name, COLUMN_TYPE AS type,
      CASE WHEN IS_NULLABLE = 'NO' THEN 1 ELSE 0 END AS is_filled,
      CASE WHEN COLUMN_DEFAULT IS NOT NULL OR EXTRA LIKE '%auto_increment%' OR EXTRA LIKE '%GENERATED%' THEN 1 ELSE 0 END AS has_default,
      CASE WHEN EXTRA LIKE '%STORED GENERATED%' OR EXTRA LIKE '%VIRTUAL GENERATED%' THEN 1 ELSE 0 END AS is_generated,
      CASE WHEN DATA_TYPE IN ('char', 'varchar', 'tinytext', 'text', 'mediumtext') THEN CHARACTER_MAXIMUM_LENGTH END AS longest,
      COLLATION_NAME AS collation
    FROM information_schema.COLUMNS WHERE ${isOf(table)} ORDER BY ORDINAL_POSITION`,
  // An index over some rows has a generated column, which is NULL in all others: it stands for the condition.
  uniqueIndexes: (
    table,
    withPartial,
  ) => sql`SELECT INDEX_NAME AS name, COLUMN_NAME AS "column" FROM information_schema.STATISTICS
    WHERE ${isOf(table)} AND NON_UNIQUE = 0 AND SUB_PART IS NULL${withPartial === true ? sql` AND COLUMN_NAME NOT IN (${generatedOf(table)})` : raw("")}
    UNION ALL SELECT TABLE_NAME, NULL FROM information_schema.VIEWS WHERE ${isOf(table)}`,
  indexColumns: (table) => sql`SELECT INDEX_NAME AS name, COLUMN_NAME AS "column", SEQ_IN_INDEX AS place
    FROM information_schema.STATISTICS WHERE ${isOf(table)} AND COLUMN_NAME IS NOT NULL`,
  foreignKeys: (table) => sql`SELECT COLUMN_NAME AS "column", REFERENCED_TABLE_NAME AS target
    FROM information_schema.KEY_COLUMN_USAGE WHERE ${isOf(table)} AND REFERENCED_TABLE_NAME IS NOT NULL`,
  thingsNamed: (beginning) => {
    const isNamed = (column: string): Fragment => sql`LEFT(${raw(column)}, LENGTH(${beginning})) = ${beginning}`;
    return sql`SELECT TABLE_NAME AS name, 'table' AS kind, TABLE_NAME AS owner, NULL AS method, NULL AS definition, 1 AS is_valid
      FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND ${isNamed("TABLE_NAME")}
      UNION ALL SELECT DISTINCT INDEX_NAME, 'index', TABLE_NAME, NULL, NULL, 1
      FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND ${isNamed("INDEX_NAME")}
      UNION ALL SELECT TRIGGER_NAME, 'trigger', EVENT_OBJECT_TABLE, NULL, CONCAT('CREATE TRIGGER \`', TRIGGER_NAME, '\` ', ACTION_TIMING, ' ',
        EVENT_MANIPULATION, ' ON \`', EVENT_OBJECT_TABLE, '\` FOR EACH ROW ', ACTION_STATEMENT), 1
      FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() AND ${isNamed("TRIGGER_NAME")}`;
  },
  kindOf,
  hasFirmTypes: true,
  misfitOf,
  zonedTimes: {
    type: /^timestamp/,
    zone: sql`SELECT @@SESSION.time_zone AS zone FROM (SELECT 1 AS one) o WHERE TIMESTAMPDIFF(MINUTE, UTC_TIMESTAMP(), NOW()) <> 0`,
  },
};

/** A string under a path, as bytes; NULL where there is none. */
function textAt(json: Fragment, path: Fragment): Fragment {
  return sql`CAST(JSON_UNQUOTE(JSON_EXTRACT(${json}, ${path})) AS BINARY)`;
}

function memberPath(name: string, behind = ""): Fragment {
  return literal(`$.${quotedMember(name)}${behind}`);
}

function generatedOf(table: TableName): Fragment {
  return sql`SELECT COLUMN_NAME FROM information_schema.COLUMNS
    WHERE ${isOf(table)} AND (EXTRA LIKE '%STORED GENERATED%' OR EXTRA LIKE '%VIRTUAL GENERATED%')`;
}

function isOf({ table, schema }: TableName): Fragment {
  return sql`TABLE_SCHEMA = ${schema === undefined ? raw("DATABASE()") : sql`${schema}`} AND TABLE_NAME = ${table}`;
}
