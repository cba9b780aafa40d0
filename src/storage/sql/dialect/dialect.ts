import type { DialectAdapter } from "kysely";
import type { CatalogWords } from "./catalog-words.ts";
import type { CastType, ColumnWords } from "./column-words.ts";
import type { DriverError, ErrorWords } from "./driver-error.ts";
import type { FitWords } from "./fit-words.ts";
import { type Fragment, join, raw, sql } from "./fragment.ts";
import type { HostTriggers } from "./host-triggers.ts";
import type { IndexWords, Turns } from "./index-words.ts";
import type { JsonWords } from "./json-words.ts";
import type { WriteWords } from "./write-words.ts";

export { identifier } from "./names.ts";

/**
 * What one database says in another way than the next. Statements are written once and ask the dialect where databases
 * differ; none asks which one it is. A new dialect is a file that has one of these, and a line in `DIALECTS`.
 */
export interface Dialect
  extends TransactionWords,
    TableWords,
    ValueWords,
    ColumnWords,
    JsonWords,
    IndexWords,
    WriteWords,
    ErrorWords,
    CatalogWords {
  /** How it looks into JSON of any shape. */
  readonly fit: FitWords;
  /** How rows that others write are given what scimkit would have given them. */
  readonly hostTriggers: HostTriggers;
  /** What messages call the database. */
  readonly name: string;
  /**
   * What adapters of Kysely for the database say of themselves, by which the dialect is found, whoever wrote the
   * adapter.
   */
  readonly adapter: Pick<DialectAdapter, "supportsReturning" | "supportsTransactionalDdl">;
  placeholder(position: number): string;
  /**
   * A statement's text as the database reads it, of one with names in double quotes and strings in single ones.
   * Default: as it is.
   */
  readonly spell?: (text: string) => string;
  /** A value of a row as statements mean it. Default: as the drivers give it. */
  readonly readValue?: (value: unknown) => unknown;
  /** Most parameters of one statement, well below the limit of the database. */
  readonly mostParameters: number;
}

/** How a dialect keeps apart what happens at once. */
export interface TransactionWords {
  /**
   * The statements that begin a transaction which writes, and one which reads a single state. Default: Kysely's own
   * transactions, at `read committed`, and read only at `repeatable read`.
   */
  readonly begin?: { readonly write: string; readonly read: string };
  /**
   * Whether there is one writer at a time. Those of one process then take turns before they ask the database, because
   * waiting in it would hold up the event loop. Default false: writers meet at the rows.
   */
  readonly hasOneWriter?: boolean;
  /**
   * Whether writes can be parts of a WITH, in PostgreSQL's words. A write is then one statement with all that depends
   * on it, and so is a delta. Default false: they are several, within a transaction.
   */
  readonly supportsWritesInWith?: boolean;
  /**
   * Whether the rows of different tenants lie on different servers. Every part of a statement then names the tenant, though the
   * planner could find a better way where it does not; and what is about several tenants is done for one after the other. Default false.
   */
  readonly keepsTenantsApart?: boolean;
  /**
   * Whether rows are inserted by VALUES, with a parameter for each of their values, and not out of a row source of one parameter: where
   * a server would collect such a source before it sends the rows to others. Only without `supportsWritesInWith`. Default false.
   */
  readonly insertsValues?: boolean;
  /**
   * Whether a write gives rows by RETURNING. Default false: they are read by a statement more, before a deletion and
   * behind every other write.
   */
  readonly supportsReturning?: boolean;
  /** Behind a SELECT: keeps others from changing and from locking the rows until the transaction ends. */
  readonly forUpdate: Fragment;
  /**
   * Behind a SELECT: keeps others from changing the rows until the transaction ends, but not from referring to them; those that others
   * keep so are left out, so that nobody is waited for.
   */
  readonly forUpdateOfFree: Fragment;
  /** Behind a SELECT: keeps others from deleting the rows until the transaction ends. */
  readonly forKeyShare: Fragment;
  /** As `forKeyShare`; rows that others are deleting are left out, so that nobody is waited for. */
  readonly forKeyShareOfFree: Fragment;
  /**
   * Waits for its turn among those that wait for the same text, and has it until the transaction ends. Default: writers
   * need no turns besides, because there is one at a time; or turns are rows, which all who want one write.
   */
  readonly takeTurn?: (text: string) => Fragment;
  /** Turns that last beyond a transaction, where what makes tables ends it. Default: it does not. */
  readonly turns?: Turns;
  /**
   * Where what makes tables ends the transaction: whether an error says that a thing is there, or gone, already. What was broken off
   * is then healed by doing it again. Default: all of it is one transaction.
   */
  readonly isThereAlready?: (error: DriverError) => boolean;
  /** Default: a statement may be as long as it is. */
  readonly statementLimit?: StatementLimit;
  /** Lets foreign keys be looked at when the transaction ends. Default: what must hold together is one statement. */
  readonly deferReferences?: Fragment;
}

/** How long a statement may be where the server closes the connection of who sends a longer one, who then may not learn why. */
export interface StatementLimit {
  /** How many bytes a statement has as the driver sends it. */
  bytesOf(text: string, parameters: readonly unknown[]): number;
  /** From how many bytes on the server is asked. */
  readonly askedFrom: number;
  /** Gives the limit as `most`. */
  readonly query: Fragment;
  /** What the server would say, had it the time. */
  refusal(): Error;
}

/** How a dialect makes tables. */
export interface TableWords {
  /** What is done before the first table is made. Default: nothing. */
  readonly preparations?: readonly Fragment[];
  /** What a connection is told before its first transaction. Default: nothing. */
  readonly settings?: readonly Fragment[];
  /** A query for the database's `encoding`, which must be the one `wanted`. Default: every text can be stored. */
  readonly encoding?: { readonly query: Fragment; readonly wanted: string };
  /** Makes a schema where there is none of that name. Default: there are no schemas, and to ask for one is an error. */
  readonly createSchema?: (name: string) => Fragment;
  /** Column types; texts are in the order of their code points. */
  readonly text: string;
  /** The type of texts that an index holds whole, of so many bytes at most. Default: `text`, which has no end. */
  readonly textOf?: (bytes: number) => string;
  /** The type of texts that are as long as they like, and that no index is over. Default: `TEXT`. */
  readonly longText?: string;
  readonly integer: string;
  readonly json: string;
  /** The type of a primary key that numbers rows, as `textTable` needs it. Default: rows have no number. */
  readonly rowNumber?: string;
  /**
   * The type of a column that numbers rows in the order in which they are added, and gives no number twice. `isKey`: whether it says by
   * itself that the column is the primary key.
   */
  readonly ascending: { readonly type: string; readonly isKey: boolean };
  /**
   * Whether an index must begin with the columns of a reference, in their order, where it comes from and where it leads to. Default
   * false: what is there answers.
   */
  readonly needsIndexForReferences?: boolean;
  /** A query that gives a `reason` why a connection is not fit for use; none where it is. Default: all are. */
  readonly unfit?: Fragment;
  /**
   * Whether a connection may have foreign keys off, so that a deletion by hand leaves behind what they would have taken along.
   * Default false.
   */
  readonly canLackForeignKeys?: boolean;
  /** How tables are distributed over servers. Default: they are on one. */
  readonly distribution?: DistributionWords;
  /** Behind CREATE TABLE, where rows are always found by the primary key. Default: nothing. */
  readonly tableByKey?: string;
}

/** How a dialect distributes tables; they are texts, with their schemas and quotes. */
export interface DistributionWords {
  /** A query that gives a row where the database can. */
  readonly isPossible: Fragment;
  /** A query for the tables that are distributed already, each as `name`: those of a schema, or those that are found without one. */
  distributed(schema: string | undefined): Fragment;
  /** Puts the rows of a table where the value of a column says; where those of `beside` are that have the same one. */
  distribute(table: string, column: string, beside?: string): Fragment;
  /** Puts all rows of a table on each server. */
  copyEverywhere(table: string): Fragment;
}

/** How a dialect takes values, and makes others of them. */
export interface ValueWords {
  /** The database's clock: whole milliseconds since 1970, the same all through a statement. */
  readonly now: Fragment;
  /** A value as the drivers take it. Default: as it is. */
  readonly driverValue?: (value: unknown) => unknown;
  /** What follows AS in a CAST. */
  readonly casts: Readonly<Record<CastType, string>>;
  /** A column as text, of whatever type it is. */
  columnText(column: Fragment): Fragment;
  /** A text in the order of its code points, whatever the database's own order is. */
  ordered(text: Fragment): Fragment;
  includes(text: Fragment, part: string): Fragment;
  startsWith(text: Fragment, part: string): Fragment;
  endsWith(text: Fragment, part: string): Fragment;
  /** Whether there is no `NULLS LAST` and `NULLS FIRST`. Default false. */
  readonly lacksNullsOrder?: boolean;
  /** Texts one behind the other. Default: `||`. */
  readonly concat?: (parts: readonly Fragment[]) => Fragment;
  /**
   * Condition: a text has characters beyond ASCII (or NUL), which take more bytes than one. A difference, because an
   * index over it and what the database knows of its values make the condition cheap.
   */
  isBeyondAscii(text: Fragment): Fragment;
  /**
   * A condition that most rows meet, said so that no index is chosen for it alone. Default: as it is, because the
   * database rates a search by all columns of an index higher than one by its first.
   */
  readonly ofMost?: (condition: Fragment) => Fragment;
}

/**
 * How long texts may be, in bytes, where a database wants to know: tenants, names of types and kinds; ids; paths of attributes; keys. So that an
 * index over one of each takes no more than the 3,072 bytes that InnoDB's may.
 */
export const NAME_BYTES = 255;
export const ID_BYTES = 512;
export const PATH_BYTES = 512;
export const KEY_BYTES = 1536;

/** The type of texts that an index holds whole. */
export function textOf(dialect: Pick<Dialect, "text" | "textOf">, bytes: number): string {
  return dialect.textOf?.(bytes) ?? dialect.text;
}

/** The type of texts that are as long as they like. */
export function longText({ longText = "TEXT" }: Pick<Dialect, "longText">): string {
  return longText;
}

/** Behind CREATE INDEX: over the rows that meet a condition, where an index may have one. */
export function onlyWhere({ lacksPartialIndexes }: Dialect, condition: Fragment): Fragment {
  return lacksPartialIndexes === true ? raw("") : sql` WHERE ${condition}`;
}

/** Texts one behind the other. */
export function concat(dialect: Pick<Dialect, "concat">, parts: readonly Fragment[]): Fragment {
  return dialect.concat?.(parts) ?? sql`(${join(parts, " || ")})`;
}

/** A value as one of another type. */
export function cast({ casts }: Pick<Dialect, "casts">, value: Fragment, type: CastType): Fragment {
  return sql`CAST(${value} AS ${raw(casts[type])})`;
}

/**
 * A constant of the schema as an SQL string. It is text and no parameter, so that indexes over expressions are found.
 */
export function literal(text: string): Fragment {
  return raw(`'${text.replaceAll("'", "''")}'`);
}
