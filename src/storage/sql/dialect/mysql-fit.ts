import { literal } from "./dialect.ts";
import type { FitWords, JsonKind } from "./fit-words.ts";
import { type Fragment, raw, sql } from "./fragment.ts";
import { quotedMember } from "./json-words.ts";
import { BINARY, DATE_TIME, NUMBER, REFERENCE } from "./postgres-fit.ts";

/** What MariaDB and MySQL call values of JSON. */
const TYPES: Readonly<Record<JsonKind, string>> = {
  string: "'STRING'",
  number: "'INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL'",
  boolean: "'BOOLEAN'",
  object: "'OBJECT'",
};

const FORMS = { dateTime: DATE_TIME, binary: BINARY, reference: REFERENCE };

/** Looks into JSON of any shape as MariaDB and MySQL do it. */
export const mysqlFit: FitWords = {
  isOdd: (json, name, kind) => isOther(memberOf(json, name), kind),
  isThere: (json, name) => sql`(${memberOf(json, name)} IS NOT NULL)`,
  elements: (json, name, alias) => {
    const value = memberOf(json, name);
    const list = sql`CASE JSON_TYPE(${value}) WHEN 'ARRAY' THEN ${value} WHEN 'NULL' THEN NULL ELSE CONCAT('[', ${value}, ']') END`;
    return sql`JSON_TABLE(${list}, '$[*]' COLUMNS (value JSON PATH '$')) ${raw(alias)}`;
  },
  isOddElement: (alias, kind) => isOther(raw(`${alias}.value`), kind),
  elementObject: (alias) => raw(`(CASE JSON_TYPE(${alias}.value) WHEN 'OBJECT' THEN ${alias}.value END)`),
  elementOr: (alias, name) => {
    const value = raw(`${alias}.value`);
    return sql`CAST(JSON_UNQUOTE(CASE JSON_TYPE(${value}) WHEN 'OBJECT' THEN ${memberOf(value, name)} ELSE ${value} END) AS BINARY)`;
  },
  isOfForm: (text, form) => isLike(text, FORMS[form]),
  isWhole: (text) => isLike(text, "^-?[0-9]{1,15}$"),
  isInRange: (text) => sql`(LENGTH(${text}) < 309)`,
  isNumber: (column) => isLike(column, NUMBER),
  later: (column, at) => sql`GREATEST(coalesce(${column}, ${at}), ${at})`,
};

function memberOf(json: Fragment, name: string): Fragment {
  return sql`JSON_EXTRACT(${json}, ${literal(`$.${quotedMember(name)}`)})`;
}

function isOther(json: Fragment, kind: JsonKind): Fragment {
  return sql`(coalesce(JSON_TYPE(${json}), 'NULL') NOT IN ('NULL', ${raw(TYPES[kind])}))`;
}

function isLike(text: Fragment, pattern: string): Fragment {
  return sql`(CONVERT(${text} USING utf8mb4) COLLATE utf8mb4_bin REGEXP ${literal(pattern)})`;
}
