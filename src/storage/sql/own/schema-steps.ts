import {
  type Dialect,
  ID_BYTES,
  KEY_BYTES,
  longText,
  NAME_BYTES,
  onlyWhere,
  PATH_BYTES,
  textOf,
} from "../dialect/dialect.ts";
import { type Fragment, raw, sql } from "../dialect/fragment.ts";
import { orKeep } from "../dialect/write-words.ts";
import { createLedger } from "../ledger.ts";
import { createOutbox } from "../outbox.ts";
import { MARK_COLUMN, markIn, markOf, SHAPE_STATES } from "./shapes.ts";
import type { Tables } from "./tables.ts";
import { hasTurnRows } from "./turn.ts";

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
  return sql`CREATE TABLE ${tables.migration} (version INTEGER NOT NULL PRIMARY KEY, at ${raw(textOf(dialect, NAME_BYTES))} NOT NULL)`;
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
  const { name, id, long, integer, json } = typesOf(dialect);
  const [number, key] =
    dialect.rowNumber === undefined
      ? [raw(""), raw("PRIMARY KEY")]
      : [raw(`position ${dialect.rowNumber},`), raw("UNIQUE")];
  const referred = raw(dialect.needsIndexForReferences === true ? ", UNIQUE (id, tenant)" : "");
  return [
    sql`CREATE TABLE ${tables.resource} (${number}
      tenant ${name} NOT NULL, type ${name} NOT NULL, id ${id} NOT NULL, version ${integer} NOT NULL,
      created ${name} NOT NULL, modified ${name} NOT NULL, modified_key ${name} NOT NULL,
      document ${long} NOT NULL, keys ${json} NOT NULL,
      ${key} (tenant, id)${referred})`,
    sql`CREATE INDEX ${tables.index("resource_type")} ON ${tables.resource} (type, tenant, id)`,
  ];
}

function createUniques(dialect: Dialect, tables: Tables): readonly Fragment[] {
  const { name, scope, id, path, key, byKey } = typesOf(dialect);
  return [
    sql`CREATE TABLE ${tables.unique} (
      scope ${scope} NOT NULL, attribute ${path} NOT NULL, key ${key} NOT NULL,
      tenant ${name} NOT NULL, id ${id} NOT NULL,
      PRIMARY KEY (scope, attribute, key), ${refersToResource(dialect, tables, "id")})${byKey}`,
    sql`CREATE INDEX ${tables.index("unique_owner")} ON ${tables.unique} (id, tenant)`,
  ];
}

function createElements(dialect: Dialect, tables: Tables): readonly Fragment[] {
  const { name, id, path, key, long, json, byKey } = typesOf(dialect);
  const { element } = tables;
  const isDangling = raw("target IS NULL");
  const referred = raw("referred");
  return [
    sql`CREATE TABLE ${element} (
      tenant ${name} NOT NULL, type ${name} NOT NULL, id ${id} NOT NULL,
      attribute ${path} NOT NULL, key ${key} NOT NULL,
      target ${id}, value ${key}, element ${long}, keys ${json},
      PRIMARY KEY (id, tenant, attribute, key),
      ${refersToResource(dialect, tables, "id")}, ${refersToResource(dialect, tables, "target")})${byKey}`,
    sql`CREATE INDEX ${tables.index("element_target")} ON ${element} (target, tenant, type, attribute, id)`,
    sql`CREATE INDEX ${tables.index("element_dangling_key")}
      ON ${element} (key, tenant, type, attribute, id)${onlyWhere(dialect, isDangling)}`,
    ...(dialect.computed === undefined
      ? [
          sql`CREATE INDEX ${tables.index("element_dangling")}
      ON ${element} (value, tenant, type, attribute, id) WHERE target IS NULL AND value IS NOT NULL`,
        ]
      : [
          dialect.computed.add(element, referred, raw("coalesce(target, value)"), KEY_BYTES),
          sql`CREATE INDEX ${tables.index("element_referred")} ON ${element} (referred, tenant, type, attribute, id)`,
        ]),
  ];
}

function createSecrets(dialect: Dialect, tables: Tables): Fragment {
  const { name, id, path, long, byKey } = typesOf(dialect);
  return sql`CREATE TABLE ${tables.secret} (
    tenant ${name} NOT NULL, id ${id} NOT NULL, attribute ${path} NOT NULL, value ${long} NOT NULL,
    PRIMARY KEY (tenant, id, attribute), ${refersToResource(dialect, tables, "id", false)})${byKey}`;
}

function createListed(dialect: Dialect, tables: Tables): readonly Fragment[] {
  const { name, id, path, key, byKey } = typesOf(dialect);
  return [
    sql`CREATE TABLE ${tables.listed} (
      tenant ${name} NOT NULL, type ${name} NOT NULL, attribute ${path} NOT NULL,
      key ${key} NOT NULL, id ${id} NOT NULL,
      PRIMARY KEY (key, tenant, type, attribute, id))${byKey}`,
    sql`CREATE INDEX ${tables.index("listed_owner")} ON ${tables.listed} (id, tenant, attribute)`,
  ];
}

/** Rows that are there have no mark, and nobody knows under which shape they were made: see `shapes.ts`. */
function createShapes(dialect: Dialect, tables: Tables): readonly Fragment[] {
  const { name, long, integer, byKey } = typesOf(dialect);
  const { shape, shapeUse, resource } = tables;
  // Broken off behind this statement, the step is done again.
  const again = dialect.isThereAlready === undefined ? raw("") : orKeep(dialect, shapeUse, "state");
  return [
    sql`CREATE TABLE ${shape} (fingerprint ${name} NOT NULL PRIMARY KEY, attributes ${long} NOT NULL)${byKey}`,
    sql`CREATE TABLE ${shapeUse} (
      tenant ${name} NOT NULL, type ${name} NOT NULL, fingerprint ${name} NOT NULL,
      state ${integer} NOT NULL, PRIMARY KEY (tenant, type, fingerprint))${byKey}`,
    sql`INSERT INTO ${shapeUse} (tenant, type, fingerprint, state)
      SELECT DISTINCT r.tenant, r.type, '', ${raw(String(SHAPE_STATES.active))} FROM ${resource} r${again}`,
    ...(hasTurnRows(dialect)
      ? [sql`CREATE TABLE ${tables.turn} (name ${name} NOT NULL PRIMARY KEY, taken ${integer} NOT NULL)`]
      : []),
    ...(dialect.computed === undefined
      ? []
      : [dialect.computed.add(resource, raw(MARK_COLUMN), markIn(dialect, ""), NAME_BYTES)]),
  ];
}

function typesOf(dialect: Dialect) {
  const text = (bytes: number): Fragment => raw(textOf(dialect, bytes));
  return {
    name: text(NAME_BYTES),
    scope: text(NAME_BYTES + 1),
    id: text(ID_BYTES),
    path: text(PATH_BYTES),
    key: text(KEY_BYTES),
    long: raw(longText(dialect)),
    integer: raw(dialect.integer),
    json: raw(dialect.json),
    byKey: raw(dialect.tableByKey ?? ""),
  };
}

/** `isReversed`: an index of the table begins with the column, and the tenant behind it. */
function refersToResource(dialect: Dialect, { resource }: Tables, column: string, isReversed = true): Fragment {
  const [from, to] =
    dialect.needsIndexForReferences === true && isReversed
      ? [`${column}, tenant`, "id, tenant"]
      : [`tenant, ${column}`, "tenant, id"];
  return sql`FOREIGN KEY (${raw(from)}) REFERENCES ${resource} (${raw(to)}) ON DELETE CASCADE`;
}
