import type { Attribute } from "../../../schema/attribute.ts";
import { instantOf } from "../../../schema/date-time.ts";
import type { Dialect } from "../dialect/dialect.ts";
import type { Fragment } from "../dialect/fragment.ts";
import type { MappedColumn } from "./mapped-column.ts";

/** A column and the attribute whose value it holds. */
export interface Column {
  readonly name: string;
  readonly attribute: Attribute;
  /** Its name in the statements of scimkit. */
  readonly alias: string;
  readonly read: (value: unknown) => unknown;
  readonly write: (value: unknown) => unknown;
  /** Whether the column holds something else than the value itself. */
  readonly isConverted: boolean;
  readonly filter: MappedColumn["filter"];
  readonly key: { readonly name: string; readonly alias: string } | undefined;
  /** Whether the attribute's value counts where another one of the same column has another. */
  readonly wins: boolean;
  /** Whether another attribute of the same column writes it. */
  readonly isFollower?: boolean;
  /** Whether `write` gives a text another form with the same comparison key, and nothing else. */
  readonly isNormalised?: boolean;
  /** What the mapping says. */
  readonly given: MappedColumn;
}

export function columnOf(given: string | MappedColumn, attribute: Attribute, alias: string): Column {
  const mapped: MappedColumn = typeof given === "string" ? { column: given } : given;
  const { column, read = reader(attribute), write = (value: unknown) => value ?? null, filter, key } = mapped;
  return {
    name: column,
    attribute,
    alias,
    read,
    write,
    isConverted: mapped.read !== undefined || mapped.write !== undefined,
    filter,
    key: key === undefined ? undefined : { name: key, alias: `k${alias}` },
    wins: mapped.wins === true,
    given: mapped,
  };
}

/** What drivers hand out, as the attribute's type has it. */
function reader({ type }: Attribute): (value: unknown) => unknown {
  const read = READERS[type] ?? String;
  return (value) => (value === null || value === undefined ? undefined : read(value));
}

const READERS: Partial<Record<Attribute["type"], (value: unknown) => unknown>> = {
  // Columns of other types have 1, or the text of it: "1.0" in a text column of SQLite.
  boolean: (value) => value === "true" || Number(value) === 1,
  integer: numberIn,
  decimal: numberIn,
  dateTime: (value) => timeText(value) ?? String(value),
};

/** What a column of text holds that is no number stays what it is: it does not fit, and is not lost. */
function numberIn(value: unknown): unknown {
  const number = Number(value);
  return Number.isNaN(number) || (typeof value === "string" && value.trim() === "") ? value : number;
}

/**
 * A point in time as drivers hand it out: a Date, ISO 8601, a day, the formats of the databases' own functions, or seconds since
 * 1970.
 */
export function timeText(value: unknown): string | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  if (typeof value === "number" || typeof value === "bigint") return timeText(new Date(Number(value) * 1000));
  if (typeof value !== "string") return undefined;
  const [date = "", time = "00:00:00"] = value.split(/[ T]/);
  if (/[Z+-]/.test(time)) {
    const zoned = `${date}T${time.replace(/([+-]\d\d)$/, "$1:00")}`;
    return instantOf(zoned) === undefined ? undefined : zoned;
  }
  // Without a zone it is UTC, wherever this process and the database are.
  const [seconds = "", fraction = ""] = time.split(".");
  const iso = `${date}T${seconds}.${fraction.replace(/0+$/, "").padEnd(3, "0")}Z`;
  return instantOf(iso) === undefined ? undefined : iso;
}

/** Whether a column is read as a time. */
export function isTime({ attribute, isConverted }: Column): boolean {
  return attribute.type === "dateTime" && !isConverted;
}

/** A column of a row as it is read: a time as text, since drivers take one without a zone for one of the zone of this process. */
export function shown({ timeText }: Pick<Dialect, "timeText">, column: Column, value: Fragment): Fragment {
  return timeText !== undefined && isTime(column) ? timeText(value) : value;
}

/** A time as a column of times takes it. */
export function timeOf({ timeValue }: Dialect, time: string): string {
  const instant = timeValue === undefined ? undefined : instantOf(time);
  return instant === undefined || timeValue === undefined ? time : timeValue(instant, time);
}

/** A value as the driver takes it. */
export function driverValue(dialect: Dialect, value: unknown): unknown {
  if (value === undefined) return null;
  return dialect.driverValue === undefined ? value : dialect.driverValue(value);
}
