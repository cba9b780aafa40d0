import { literal } from "./dialect.ts";
import type { FitWords } from "./fit-words.ts";
import { type Fragment, raw, sql } from "./fragment.ts";
import { quotedMember } from "./json-words.ts";

/** Of the days that not every month has, those that a month surely has. */
const DAY = "((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)";
export const DATE_TIME = `^(000[2-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-8][0-9]{3}|9[0-8][0-9]{2}|99[0-8][0-9]|999[0-8])-${DAY}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]+)?(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])?$`;
/** Without padding, or padded to fours. */
export const BINARY = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2,3}|[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$";
/** A relative reference, or an address whose host is made of plain names. */
const LABEL = "[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*";
export const REFERENCE = `^([A-Za-z0-9._~/?#@!$&()*+,;=-]+|https?://${LABEL}([.]${LABEL})*([/?#][A-Za-z0-9._~:/?#@!$&()*+,;=-]*)?)$`;
const FORMS = { dateTime: DATE_TIME, binary: BINARY, reference: REFERENCE };
export const NUMBER = "^-?[0-9]{1,255}(\\.[0-9]+)?(e[+-]?[0-9]{1,2})?$";

/** Looks into JSON of any shape as PostgreSQL does it. */
export const postgresFit: FitWords = {
  isOdd: (json, name, kind) => isOther(sql`jsonb_typeof(${json}->${literal(name)})`, kind),
  isThere: (json, name) => sql`((${json}->${literal(name)}) IS NOT NULL)`,
  // The lax path takes a single value for an array of one.
  elements: (json, name, alias) =>
    sql`jsonb_path_query(${json}, ${literal(`$.${quotedMember(name)}[*]`)}) ${raw(alias)}(value)`,
  isOddElement: (alias, kind) => isOther(raw(`jsonb_typeof(${alias}.value)`), kind),
  elementObject: (alias) => raw(`${alias}.value`),
  elementOr: (alias, name) =>
    sql`(CASE jsonb_typeof(${raw(alias)}.value) WHEN 'object' THEN ${raw(alias)}.value->>${literal(name)} ELSE ${raw(alias)}.value #>> '{}' END)`,
  isOfForm: (text, form) => sql`(${text} ~ ${literal(FORMS[form])})`,
  isWhole: (text) => sql`(${text} ~ '^-?[0-9]{1,15}$')`,
  isInRange: (text) => sql`(length(${text}) < 309)`,
  isNumber: (column) => sql`(CAST(${column} AS TEXT) ~ ${literal(NUMBER)})`,
  later: (column, at) => sql`GREATEST(${column}, ${at})`,
};

function isOther(type: Fragment, kind: string): Fragment {
  return sql`(coalesce(${type}, 'null') NOT IN ('null', ${literal(kind)}))`;
}
