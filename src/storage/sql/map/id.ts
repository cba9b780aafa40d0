import { cast, type Dialect } from "../dialect/dialect.ts";
import { type Fragment, raw, sql } from "../dialect/fragment.ts";
import { isStorable } from "../key.ts";

/** The type of a column that identifies something. */
export type IdType = "text" | "integer" | "uuid";

/** How ids lie in a column, and what clients see of them. */
export interface IdForm {
  readonly type: IdType;
  readonly prefix: string;
}

/** The id as the column has it; undefined for what no row of it can have, so that it never reaches a statement. */
export function parseId({ type, prefix }: IdForm, id: unknown): string | undefined {
  if (typeof id !== "string" || !id.startsWith(prefix)) return undefined;
  const rest = id.slice(prefix.length);
  switch (type) {
    case "text":
      return rest !== "" && isStorable(rest) ? rest : undefined;
    case "uuid":
      return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(rest) ? rest : undefined;
    case "integer":
      return /^(?:0|-?[1-9][0-9]{0,18})$/.test(rest) && isBigint(BigInt(rest)) ? rest : undefined;
  }
}

/** The ids among some values that a row can have, as the column has them. */
export function parseIds(form: IdForm, ids: readonly unknown[]): readonly string[] {
  return ids.flatMap((id) => parseId(form, id) ?? []);
}

function isBigint(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}

/** The id that clients see of what the column has. */
export function printId({ prefix }: IdForm, value: unknown): string {
  if (typeof value === "number" && !Number.isSafeInteger(value))
    throw new TypeError(
      "mappedStorage: the driver rounds numbers, and gave another id than the row has: let it give large ones as text (mysql2: supportBigNumbers: true).",
    );
  return prefix + String(value);
}

/** A parsed id as an operand that an index over the column answers. */
export function idOperand(dialect: Dialect, { type }: Pick<IdForm, "type">, parsed: string): Fragment {
  return dialect.operand?.(parsed, type) ?? cast(dialect, sql`${parsed}`, type);
}

/** A column of ids as text. */
export function idText(dialect: Dialect, column: Fragment): Fragment {
  return dialect.idText?.(column) ?? cast(dialect, column, "text");
}

/** Condition: a column has a parsed id. */
export function hasId(dialect: Dialect, form: Pick<IdForm, "type">, column: Fragment, parsed: string): Fragment {
  const isEqual = sql`${column} = ${idOperand(dialect, form, parsed)}`;
  if (form.type !== "text" || dialect.isExactly === undefined) return isEqual;
  return sql`(${isEqual} AND ${dialect.isExactly(column, parsed)})`;
}

/** Parsed ids as what follows IN, or, with an alias, as a row source with the column `value`. */
export function idList(dialect: Dialect, { type }: Pick<IdForm, "type">, parsed: readonly string[]): Fragment {
  return sql`(SELECT ${cast(dialect, raw("listed.value"), type)} AS value FROM ${dialect.list(JSON.stringify(parsed))})`;
}
