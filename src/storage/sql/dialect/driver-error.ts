import type { Fragment } from "./fragment.ts";

/** What drivers tell of an error; which of it there is differs from one to the next. */
export interface DriverError {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly errcode?: unknown;
  readonly rawCode?: unknown;
  readonly errno?: unknown;
  readonly message?: unknown;
  /** Where in PostgreSQL it was raised. */
  readonly routine?: unknown;
  readonly constraint?: unknown;
  readonly schema?: unknown;
  readonly table?: unknown;
  readonly column?: unknown;
  readonly constraint_name?: unknown;
  readonly schema_name?: unknown;
  readonly table_name?: unknown;
  readonly column_name?: unknown;
}

/**
 * How a dialect reads the errors of its drivers. Each is asked of any error, and says nothing of what it does not know.
 */
export interface ErrorWords {
  /** What an error means; undefined where it means nothing that is expected. */
  faultOf(error: DriverError): Fault | undefined;
  /** Why a value was refused; undefined where none was. */
  refusalOf(error: DriverError): Refusal | undefined;
  /** The texts by which a trigger of the application may have named what it raised. Default: none tells. */
  readonly raisedBy?: (error: DriverError) => readonly string[];
  /** Keeps what logs show of an error from showing the values of the statement. Default: drivers do not tell them. */
  readonly hideValues?: (error: unknown) => void;
  /** Whether a value is longer than what is to hold it, whatever `refusalOf` says. Default: nothing but an index has an end. */
  readonly isTooLong?: (error: DriverError) => boolean;
  /** What refused a write; undefined where the error does not tell. */
  constraintOf(error: DriverError): Constraint | undefined;
}

/** What went wrong in the database, as far as it makes a difference. */
export type Fault =
  /** Another transaction stood in the way: a deadlock, a serialization failure. Doing it again may work. */
  | "contention"
  /** The one writer that there can be is somebody else. */
  | "busy"
  | "unique"
  | "reference"
  /** The database cannot be reached, is full or is shutting down; whether a write took effect is not known. */
  | "unavailable";

/** Why a table does not take a value that is neither taken already nor a reference to nothing. */
export type Refusal =
  /** There must be one. */
  | "missing"
  /** It does not meet a CHECK. */
  | "check"
  /** An index does not take as much. */
  | "large"
  /** The column does not hold it: too long, out of range, of another form. */
  | "unfit"
  /** A trigger of the application raised an error. */
  | "raised";

/** What refused a write. */
export interface Constraint {
  /** The table that it is of, where the error tells. */
  readonly table?: string | undefined;
  readonly name?: string;
  /** The columns that it is about. */
  readonly columns?: readonly string[];
  /** The query that gives them, each as `name`, where the error does not tell. */
  readonly columnsQuery?: Fragment;
  /** The columns that a `name` of the query tells of. Default: it is a column itself. */
  readonly columnsIn?: (name: string) => readonly string[];
}
