import { literal } from "./dialect.ts";
import type { FitWords, JsonKind, TextForm } from "./fit-words.ts";
import { type Fragment, join, raw, sql } from "./fragment.ts";
import { quotedMember } from "./json-words.ts";

/** What SQLite calls values of JSON. */
const TYPES: Readonly<Record<JsonKind, string>> = {
  string: "'text'",
  number: "'integer', 'real'",
  boolean: "'true', 'false'",
  object: "'object'",
};

/** What may follow the seconds. */
const ZONES = ["", "Z", "[+-]0[0-9]:[0-5][0-9]", "[+-]1[0-3]:[0-5][0-9]"];

/** Looks into JSON of any shape as SQLite does it. */
export const sqliteFit: FitWords = {
  isOdd: (json, name, kind) => isOther(sql`json_type(${json}, ${memberPath(name)})`, kind),
  isThere: (json, name) => sql`(json_type(${json}, ${memberPath(name)}) IS NOT NULL)`,
  elements: (json, name, alias) => {
    const [type, value] = [sql`json_type(${json}, ${memberPath(name)})`, sql`(${json}->${memberPath(name)})`];
    const list = sql`CASE ${type} WHEN 'array' THEN ${value} WHEN 'null' THEN NULL ELSE json_array(json(${value})) END`;
    return sql`json_each(CASE WHEN ${type} IS NOT NULL THEN ${list} END) ${raw(alias)}`;
  },
  isOddElement: (alias, kind) => isOther(raw(`${alias}.type`), kind),
  elementObject: (alias) => raw(`(CASE ${alias}.type WHEN 'object' THEN ${alias}.value END)`),
  elementOr: (alias, name) =>
    sql`(CASE ${raw(alias)}.type WHEN 'object' THEN ${raw(alias)}.value->>${memberPath(name)} ELSE ${raw(alias)}.value END)`,
  isOfForm: (text, form) => FORMS[form](text),
  isWhole: (text) => sql`(typeof(${text}) = 'integer' AND ${text} BETWEEN -9007199254740991 AND 9007199254740991)`,
  isInRange: () => raw("(1 = 1)"),
  isNumber: (column) =>
    sql`(typeof(${column}) IN ('integer', 'real') OR CAST(CAST(${column} AS NUMERIC) AS TEXT) = ${column})`,
  // Of a row that has no time there is nothing to be later than.
  later: (column, at) => sql`coalesce(max(${column}, ${at}), ${at})`,
};

function isOther(type: Fragment, kind: JsonKind): Fragment {
  return sql`(coalesce(${type}, 'null') NOT IN ('null', ${raw(TYPES[kind])}))`;
}

/** There are no regular expressions: a date is one that SQLite writes as it reads it. */
function isDateTime(text: Fragment): Fragment {
  const [start, end] = [sql`substr(${text}, 1, 19)`, sql`substr(${text}, 20)`];
  const isDate = sql`(strftime('%Y-%m-%dT%H:%M:%S', ${start}) = ${start} AND ${text} > '0002' AND ${text} < '9999')`;
  const isZone = ZONES.map((zone) => sql`${end} GLOB ${literal(zone)}`);
  const isFraction = sql`(${end} GLOB '.[0-9]*' AND rtrim(substr(${end}, 2), 'Z') NOT GLOB '*[^0-9]*' AND ${end} NOT GLOB '*ZZ')`;
  return sql`(${isDate} AND (${[...isZone, isFraction].reduce((all, one) => sql`${all} OR ${one}`)}))`;
}

function isBinary(text: Fragment): Fragment {
  const letters = sql`rtrim(${text}, '=')`;
  const isPadded = sql`(length(${text}) - length(${letters}) <= 2 AND length(${text}) % 4 = 0)`;
  const isWhole = sql`(length(${letters}) % 4 <> 1 AND (${text} = ${letters} OR ${isPadded}))`;
  return sql`(${letters} NOT GLOB '*[^A-Za-z0-9+/]*' AND ${isWhole})`;
}

/** A relative reference, or an address whose host is made of plain names. */
function isReference(text: Fragment): Fragment {
  const isPlain = (rest: Fragment) => sql`(${rest} <> '' AND ${rest} NOT GLOB '*[^A-Za-z0-9._~/?#&=-]*')`;
  const isHost = sql`(${text} GLOB 'http*://[A-Za-z]*' AND ${text} NOT GLOB '*[.][0-9]*' AND ${text} NOT GLOB '*--*')`;
  const isAddress = ["http://", "https://"].map((scheme) => {
    const [start, rest] = [raw(String(scheme.length)), sql`substr(${text}, ${raw(String(scheme.length + 1))})`];
    return sql`(substr(${text}, 1, ${start}) = ${literal(scheme)} AND ${isPlain(rest)})`;
  });
  return sql`(${isPlain(text)} OR (${isHost} AND (${join(isAddress, " OR ")})))`;
}

const FORMS: Readonly<Record<TextForm, (text: Fragment) => Fragment>> = {
  dateTime: isDateTime,
  binary: isBinary,
  reference: isReference,
};

function memberPath(name: string): Fragment {
  return literal(`$.${quotedMember(name)}`);
}
