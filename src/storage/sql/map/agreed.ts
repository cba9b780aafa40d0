import { invalidValue } from "../../../error.ts";
import { isSame } from "../../../schema/value.ts";
import type { TakenApart } from "./row.ts";
import type { Shared } from "./shared-column.ts";

/**
 * A resource taken apart, with one value for all attributes of a shared column. Of several the one that wins counts; else the one that
 * the write changes. What is left out has what the others have.
 * @throws {ScimError} 400 invalidValue where several are given, and nothing says which counts.
 */
export function agreed(shared: readonly Shared[], now: TakenApart, before?: TakenApart): TakenApart {
  if (shared.length === 0) return now;
  const values = new Map(now.values);
  for (const group of shared) {
    const value = agreedValue(group, now, before);
    for (const column of group) values.set(column, value);
  }
  return { ...now, values };
}

function agreedValue(group: Shared, now: TakenApart, before: TakenApart | undefined): unknown {
  const given = group.filter((column) => now.values.get(column) !== undefined);
  const winner = given.find(({ wins }) => wins);
  if (winner !== undefined) return now.values.get(winner);
  const changed = given.filter((column) => !isSame(now.values.get(column), before?.values.get(column)));
  const [value, ...others] = distinct((changed.length === 0 ? given : changed).map((column) => now.values.get(column)));
  if (others.length === 0) return value;
  const paths = given.map(({ attribute }) => attribute.path).join(" and ");
  throw invalidValue(`${paths} are one value in this directory: give them the same one, or one of them alone.`);
}

function distinct(values: readonly unknown[]): readonly unknown[] {
  return values.filter((value, index) => values.findIndex((other) => isSame(other, value)) === index);
}
