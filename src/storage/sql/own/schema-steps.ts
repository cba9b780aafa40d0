import type { Dialect } from "../dialect/dialect.ts";
import { type Fragment, raw, sql } from "../dialect/fragment.ts";
import { createLedger } from "../ledger.ts";
import { createOutbox } from "../outbox.ts";
import { markOf, SHAPE_STATES } from "./shapes.ts";
import type { Tables } from "./tables.ts";

/** What leads to a version of the schema from the one before. */
export interface Step {
  /**
   * The oldest version whose code may go on working on the tables, and may be started again on them. A step that code of the version
   * before cannot live with names its own.
   */
  readonly least: number;
  statements(dialect: Dialect, tables: Tables): readonly Fragment[];
  /** Indexes over the rows that there are, which can be made before all else of the step. Default: none. */
  readonly indexes?: (dialect: Dialect) => readonly StepIndex[];
}

/** An index over resources that a step makes. */
export interface StepIndex {
  /** Without what all names begin with. */
  readonly name: string;
  /** What follows the table in CREATE INDEX. */
  readonly over: Fragment;
}

/**
 * The steps by the versions that they lead to, the last one `SCHEMA_VERSION`. Never changed once released.
 *
 * A planner that knows nothing of the values takes every column for selective, the tenant too. So that it cannot choose
 * wrongly, an index begins with what its statements know besides the tenant, and only the primary key of resources
 * begins with the tenant.
 */
export const STEPS: Readonly<Record<number, Step>> = {
  1: {
    least: 1,
    statements: (dialect, tables) => [
      ...createResources(dialect, tables),
      ...createUniques(dialect, tables),
      ...createElements(dialect, tables),
      createSecrets(dialect, tables),
      ...(dialect.listIndex === undefined ? createListed(dialect, tables) : []),
    ],
  },
  // Code of version 1 knows nothing of shapes. What it writes has no mark, and what it reads is where it was.
  2: {
    least: 1,
    statements: (dialect, tables) => [
      sql`ALTER TABLE ${tables.migration} ADD COLUMN least ${raw("INTEGER NOT NULL DEFAULT 1")}`,
      ...createShapes(dialect, tables),
    ],
    indexes: (dialect) => [{ name: "resource_shape", over: sql` (type, tenant, ${markOf(dialect, "")})` }],
  },
  // Code of before neither appends events nor remembers anything, and nothing that it looks at is otherwise.
  3: {
    least: 1,
    statements: (dialect, tables) => [
      ...createOutbox(dialect, tables.outbox, tables.index("outbox_due")),
      ...createLedger(dialect, tables.ledger, tables.index("ledger_until")),
    ],
  },
};

/** Makes the table of versions. */
export function createMigrations(dialect: Dialect, tables: Tables): Fragment {
  return sql`CREATE TABLE ${tables.migration} (version INTEGER NOT NULL PRIMARY KEY, at ${raw(dialect.text)} NOT NULL)`;
}

/** Enters that the tables have been brought to a version. */
export function enterVersion(tables: Tables, version: number): Fragment {
  const at = new Date().toISOString();
  // Version 1 had no such column.
  if (version === 1) return sql`INSERT INTO ${tables.migration} (version, at) VALUES (${version}, ${at})`;
  const least = Math.max(...Object.entries(STEPS).map(([step, { least }]) => (Number(step) <= version ? least : 0)));
  return sql`INSERT INTO ${tables.migration} (version, at, least) VALUES (${version}, ${at}, ${least})`;
}

/** Ids are unique over all resource types of a tenant [S-3.1-05]. */
function createResources(dialect: Dialect, tables: Tables): readonly Fragment[] {
  const { text, integer, json } = typesOf(dialect);
  const [number, key] =
    dialect.rowNumber === undefined
      ? [raw(""), raw("PRIMARY KEY")]
      : [raw(`position ${dialect.rowNumber},`), raw("UNIQUE")];
  return [
    sql`CREATE TABLE ${tables.resource} (${number}
      tenant ${text} NOT NULL, type ${text} NOT NULL, id ${text} NOT NULL, version ${integer} NOT NULL,
      created ${text} NOT NULL, modified ${text} NOT NULL, modified_key ${text} NOT NULL,
      document TEXT NOT NULL, keys ${json} NOT NULL,
      ${key} (tenant, id))`,
    sql`CREATE INDEX ${tables.index("resource_type")} ON ${tables.resource} (type, tenant, id)`,
  ];
}

function createUniques(dialect: Dialect, tables: Tables): readonly Fragment[] {
  const { text, byKey } = typesOf(dialect);
  return [
    sql`CREATE TABLE ${tables.unique} (
      scope ${text} NOT NULL, attribute ${text} NOT NULL, key ${text} NOT NULL,
      tenant ${text} NOT NULL, id ${text} NOT NULL,
      PRIMARY KEY (scope, attribute, key), ${refersToResource(tables, "id")})${byKey}`,
    sql`CREATE INDEX ${tables.index("unique_owner")} ON ${tables.unique} (id, tenant)`,
  ];
}

function createElements(dialect: Dialect, tables: Tables): readonly Fragment[] {
  const { text, json, byKey } = typesOf(dialect);
  const { element } = tables;
  return [
    sql`CREATE TABLE ${element} (
      tenant ${text} NOT NULL, type ${text} NOT NULL, id ${text} NOT NULL,
      attribute ${text} NOT NULL, key ${text} NOT NULL,
      target ${text}, value ${text}, element TEXT, keys ${json},
      PRIMARY KEY (id, tenant, attribute, key),
      ${refersToResource(tables, "id")}, ${refersToResource(tables, "target")})${byKey}`,
    sql`CREATE INDEX ${tables.index("element_target")} ON ${element} (target, tenant, type, attribute, id)`,
    sql`CREATE INDEX ${tables.index("element_dangling_key")}
      ON ${element} (key, tenant, type, attribute, id) WHERE target IS NULL`,
    sql`CREATE INDEX ${tables.index("element_dangling")}
      ON ${element} (value, tenant, type, attribute, id) WHERE target IS NULL AND value IS NOT NULL`,
  ];
}

function createSecrets(dialect: Dialect, tables: Tables): Fragment {
  const { text, byKey } = typesOf(dialect);
  return sql`CREATE TABLE ${tables.secret} (
    tenant ${text} NOT NULL, id ${text} NOT NULL, attribute ${text} NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (tenant, id, attribute), ${refersToResource(tables, "id")})${byKey}`;
}

function createListed(dialect: Dialect, tables: Tables): readonly Fragment[] {
  const { text, byKey } = typesOf(dialect);
  return [
    sql`CREATE TABLE ${tables.listed} (
      tenant ${text} NOT NULL, type ${text} NOT NULL, attribute ${text} NOT NULL,
      key ${text} NOT NULL, id ${text} NOT NULL,
      PRIMARY KEY (key, tenant, type, attribute, id))${byKey}`,
    sql`CREATE INDEX ${tables.index("listed_owner")} ON ${tables.listed} (id, tenant, attribute)`,
  ];
}

/** Rows that are there have no mark, and nobody knows under which shape they were made: see `shapes.ts`. */
function createShapes(dialect: Dialect, tables: Tables): readonly Fragment[] {
  const { text, integer, byKey } = typesOf(dialect);
  return [
    sql`CREATE TABLE ${tables.shape} (fingerprint ${text} NOT NULL PRIMARY KEY, attributes TEXT NOT NULL)${byKey}`,
    sql`CREATE TABLE ${tables.shapeUse} (
      tenant ${text} NOT NULL, type ${text} NOT NULL, fingerprint ${text} NOT NULL,
      state ${integer} NOT NULL, PRIMARY KEY (tenant, type, fingerprint))${byKey}`,
    sql`INSERT INTO ${tables.shapeUse} (tenant, type, fingerprint, state)
      SELECT DISTINCT r.tenant, r.type, '', ${raw(String(SHAPE_STATES.active))} FROM ${tables.resource} r`,
  ];
}

function typesOf({ text, integer, json, tableByKey = "" }: Dialect) {
  return { text: raw(text), integer: raw(integer), json: raw(json), byKey: raw(tableByKey) };
}

function refersToResource({ resource }: Tables, column: string): Fragment {
  return sql`FOREIGN KEY (tenant, ${raw(column)}) REFERENCES ${resource} (tenant, id) ON DELETE CASCADE`;
}
