import type { Attribute } from "../../../schema/attribute.ts";
import { fitAttribute } from "../../../schema/fit.ts";
import { isObject, isSame, type ResourceObject, readAttribute, writeAttribute } from "../../../schema/value.ts";
import type { Secrets } from "../../adapter.ts";
import type { Dialect } from "../dialect/dialect.ts";
import { balance, type Fragment, sql, TRUE } from "../dialect/fragment.ts";
import type { Column } from "./column.ts";
import type { MappedType } from "./compile.ts";
import { hasInRest, hasOddInRest } from "./rest.ts";
import { type MappedRow, restOf, type TakenApart } from "./row.ts";
import { sqlName } from "./table.ts";

// What has a column, a join table or a column for its hash now may lie in the rest still, from before the release that gave it one.
// It is read there where its own place has nothing, and moves there when the resource is written: under a lock, since what is to be
// written depends on where things lie.

/** What a row has in its columns and in its rest, each as it lies there; rows of child tables are others. */
export function heldIn(type: MappedType, row: MappedRow): TakenApart {
  const values = new Map<Column, unknown>();
  for (const column of type.columns) values.set(column, column.read(row[column.alias]));
  for (const slot of type.slots) {
    const isThere = row[slot.value.alias] !== null && row[slot.value.alias] !== undefined;
    for (const column of slot.columns) values.set(column, isThere ? column.read(row[column.alias]) : undefined);
  }
  return { values, rest: withoutNothing(restOf(row.rest)), children: new Map() };
}

/** Condition on a row of a type's table, which has no alias: nothing that has a place of its own is in the rest. */
export function isInPlace(dialect: Dialect, type: MappedType): Fragment {
  if (type.mapping.rest === undefined) return TRUE;
  const rest = sqlName(type.mapping.rest);
  const json = dialect.jsonIn(rest);
  const isThere = (attribute: Attribute): Fragment => hasInRest(dialect, attribute, json);
  const misplaced = [
    ...type.columns.map(({ path: { attribute, sub } }) =>
      sub === undefined ? isThere(attribute) : hasOddInRest(dialect, attribute, sub, json),
    ),
    ...[...new Set(type.joins.map(({ attribute }) => attribute))].map(isThere),
    ...type.slots.map(({ attribute, value }) => sql`(${sqlName(value.name)} IS NULL AND ${isThere(attribute)})`),
    ...secretsOf(type).map(isThere),
  ];
  if (misplaced.length === 0) return TRUE;
  const isEmpty = sql`coalesce(${dialect.columnText(rest)} IN ('', '{}'), TRUE)`;
  return sql`(CASE WHEN ${isEmpty} THEN 1 WHEN ${balance("OR", misplaced)} THEN 0 ELSE 1 END = 1)`;
}

function secretsOf({ resourceType }: MappedType): readonly Attribute[] {
  return resourceType.attributes.filter(({ mutability }) => mutability === "writeOnly");
}

/** The attributes with join tables of which the rest has elements. */
export function joinedInRest(type: MappedType, row: MappedRow): readonly Attribute[] {
  const rest = restOf(row.rest);
  const joined = new Set(type.joins.map(({ attribute }) => attribute));
  return [...joined].filter((attribute) => readAttribute(rest, attribute) !== undefined);
}

/**
 * A resource taken apart, with what stays in the rest although it has another place: a value that its column cannot have, and a
 * clear secret that nothing has been written over.
 */
export function withKept(type: MappedType, now: TakenApart, held: TakenApart, secrets: Secrets): TakenApart {
  const rest: Record<string, unknown> = { ...now.rest };
  const values = new Map(now.values);
  const { rest: old = {} } = held;
  for (const column of type.columns) {
    const { attribute, sub } = column.path;
    const stored = readAttribute(old, attribute);
    const value = values.get(column);
    const isUnfit = value !== undefined && fitAttribute(column.attribute, value) === undefined;
    if (isUnfit && stored !== undefined && !isSame(value, held.values.get(column))) {
      values.set(column, held.values.get(column));
      writeAttribute(rest, attribute, stored);
    }
    const isHidden = sub !== undefined && stored !== undefined && fitAttribute(attribute, stored) === undefined;
    if (isHidden && readAttribute(rest, attribute) === undefined) writeAttribute(rest, attribute, stored);
  }
  for (const attribute of secretsOf(type)) {
    const clear = readAttribute(old, attribute);
    if (clear !== undefined && !isOver(type, attribute, clear, secrets)) writeAttribute(rest, attribute, clear);
  }
  return { ...now, values, rest: withoutNothing(rest) };
}

/** Whether a write puts something in the place of a clear secret: its hash, or another value. */
function isOver(type: MappedType, attribute: Attribute, clear: unknown, secrets: Secrets): boolean {
  if (!Object.hasOwn(secrets, attribute.path)) return false;
  const hasColumn = type.secrets.some(({ path }) => path.attribute === attribute);
  return hasColumn || !isClear(attribute, clear, secrets[attribute.path]);
}

function isClear(attribute: Attribute, clear: unknown, secret: unknown): boolean {
  return isSame(fitAttribute(attribute, clear), secret);
}

/** Secrets without those that stay clear where they are, because they have no column and are not written over. */
export function withoutClear(type: MappedType, secrets: Secrets, before: ResourceObject | undefined): Secrets {
  const stays = ([path, value]: readonly [string, unknown]): boolean => {
    const attribute = secretsOf(type).find((one) => one.path === path);
    if (attribute === undefined || before === undefined || type.secrets.some((one) => one.path.text === path))
      return false;
    const clear = readAttribute(before, attribute);
    return clear !== undefined && isClear(attribute, clear, value);
  };
  return Object.fromEntries(Object.entries(secrets).filter((entry) => !stays(entry)));
}

function withoutNothing(rest: Record<string, unknown>): ResourceObject | undefined {
  return isObject(rest) && Object.keys(rest).length > 0 ? rest : undefined;
}
