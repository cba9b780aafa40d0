import type { Session } from "../database.ts";
import { identifier } from "../dialect/dialect.ts";
import { type Fragment, raw, sql } from "../dialect/fragment.ts";
import { type Catalog, hasIndex, keyOf } from "./catalog.ts";
import { type IndexPlan, indexName } from "./index-plan.ts";
import { madeIndex, nameOf, TRIGGER_EVENTS, type WantedIndex } from "./index-statements.ts";
import { createMigrations, enterVersion, STEPS } from "./schema-steps.ts";
import type { Tables } from "./tables.ts";
import { SCHEMA_VERSION } from "./version.ts";

// What a database lacks, as statements.

/** Where statements are for. */
export interface Place {
  readonly dialect: Session["dialect"];
  readonly tables: Tables;
  /** Whether indexes are made and dropped so that nobody waits; only where the dialect can. */
  readonly concurrently: boolean;
}

/** What is to be made or dropped, and what it is called. */
export interface Change {
  readonly name: string;
  readonly statements: readonly Fragment[];
}

/** The steps from the version of a database to that of this release. */
export function pendingSteps(place: Place, catalog: Catalog): readonly Change[] {
  const { dialect, tables } = place;
  const schema = tables.schema === undefined ? undefined : dialect.createSchema?.(tables.schema);
  const first = [...(schema === undefined ? [] : [schema]), createMigrations(dialect, tables)];
  return Array.from({ length: Math.max(0, SCHEMA_VERSION - catalog.version) }, (_, index) => {
    const next = catalog.version + 1 + index;
    const step = STEPS[next];
    const statements = [
      ...(next === 1 ? first : []),
      ...(step?.statements(dialect, tables) ?? []),
      ...(place.concurrently && catalog.version > 0 ? [] : indexesOf(place, next, catalog)),
      enterVersion(tables, next),
    ];
    return { name: `version ${next}`, statements };
  });
}

/** The indexes of the steps, where they are made concurrently and so ahead of them. */
export function pendingAhead(place: Place, catalog: Catalog): readonly Fragment[] {
  if (!place.concurrently || catalog.version === 0) return [];
  return Array.from({ length: Math.max(0, SCHEMA_VERSION - catalog.version) }, (_, index) =>
    indexesOf(place, catalog.version + 1 + index, catalog),
  ).flat();
}

function indexesOf(place: Place, version: number, { things }: Catalog): readonly Fragment[] {
  const { dialect, tables } = place;
  return (STEPS[version]?.indexes?.(dialect) ?? []).flatMap((index) => {
    const name = tables.prefix + index.name;
    const there = things.get(keyOf("index", name));
    if (there !== undefined && Number(there.is_valid) === 1) return [];
    return [...(there === undefined ? [] : [dropIndex(place, name)]), createIndex(place, name, index.over)];
  });
}

/** The indexes of a plan, those over keys first. */
export function wantedIndexes({ keys, texts }: IndexPlan): readonly WantedIndex[] {
  return [
    ...keys.map((index) => ({ kind: "by" as const, index })),
    ...texts.map((index) => ({ kind: "in" as const, index })),
  ];
}

/** What makes an index that the database does not have, or has otherwise; undefined where it has it. */
export function pendingIndex(place: Place, wanted: WantedIndex, catalog: Catalog): Change | undefined {
  const { dialect, tables } = place;
  if (hasIndex(place, tables, wanted, catalog)) return undefined;
  const name = tables.prefix + nameOf(wanted);
  const made = madeIndex(dialect, tables, wanted);
  if ("over" in made) {
    const drop = catalog.things.has(keyOf("index", name)) ? [dropIndex(place, name)] : [];
    return { name, statements: [...drop, ...made.prepare, createIndex(place, name, made.over)] };
  }
  const { table, triggers, fill } = made;
  // Rows that other triggers have left would stay.
  const drop = dropKept(place, name, catalog, wanted.kind === "by" ? wanted.index.path : undefined);
  return { name, statements: [...drop, ...(table === undefined ? [] : [table]), ...triggers, fill] };
}

/** The indexes of the database that a plan does not name, made by a release or with options that did. */
export function unusedIndexes({ dialect, tables }: Place, plan: IndexPlan, catalog: Catalog): readonly string[] {
  const wanted = new Map(
    wantedIndexes(plan).map((one) => [tables.prefix + nameOf(one), "over" in madeIndex(dialect, tables, one)]),
  );
  const unused = new Set<string>();
  for (const { kind, name, owner } of catalog.things.values()) {
    if (owner !== `${tables.prefix}resource`) continue;
    const base = kind === "trigger" ? name.replace(TRIGGER_END, "") : name;
    if (!/^(?:by|in)_/.test(base.slice(tables.prefix.length))) continue;
    if (wanted.get(base) !== (kind === "index")) unused.add(base);
  }
  return [...unused].sort();
}

const TRIGGER_END = new RegExp(`_(?:${Object.keys(TRIGGER_EVENTS).join("|")})$`);

/** What drops an index that no plan names. `listed`: the attributes whose values are kept as rows. */
export function dropUnused(
  place: Place,
  name: string,
  plan: IndexPlan,
  catalog: Catalog,
  listed: readonly string[],
): Change {
  const { dialect, tables } = place;
  const wanted = wantedIndexes(plan).find((one) => tables.prefix + nameOf(one) === name);
  const made = wanted && madeIndex(dialect, tables, wanted);
  const path = listed.find((one) => `${tables.prefix}by_${nameOfPath(one)}` === name);
  const hasOther = catalog.things.has(keyOf("index", name)) && !(made !== undefined && "over" in made);
  const kept = made !== undefined && "triggers" in made ? [] : dropKept(place, name, catalog, path);
  const column = raw(identifier(name.slice(tables.prefix.length)));
  const computed = dialect.computed === undefined ? [] : [dialect.computed.drop(tables.resource, column)];
  return { name, statements: [...(hasOther ? [dropIndex(place, name), ...computed] : []), ...kept] };
}

function nameOfPath(path: string): string {
  return indexName({ path, member: path, part: undefined, isList: true });
}

function createIndex(place: Place, name: string, over: Fragment): Fragment {
  return sql`CREATE INDEX${wordOf(place)} ${raw(identifier(name))} ON ${place.tables.resource}${over}`;
}

function dropIndex(place: Place, name: string): Fragment {
  const { dialect, tables } = place;
  if (dialect.dropIndex !== undefined) return dialect.dropIndex(raw(identifier(name)), tables.resource);
  const { schema } = tables;
  const where = schema === undefined ? "" : `${identifier(schema)}.`;
  return sql`DROP INDEX${wordOf(place)} ${raw(where + identifier(name))}`;
}

function wordOf({ dialect, concurrently }: Place): Fragment {
  return (concurrently ? dialect.concurrently?.word : undefined) ?? raw("");
}

/** Drops triggers, and what they kept: a table, or the rows of an attribute. */
function dropKept({ tables }: Place, name: string, { things }: Catalog, path: string | undefined): readonly Fragment[] {
  const triggers = Object.keys(TRIGGER_EVENTS)
    .map((end) => `${name}_${end}`)
    .filter((trigger) => things.has(keyOf("trigger", trigger)));
  return [
    ...triggers.map((trigger) => raw(`DROP TRIGGER ${identifier(trigger)}`)),
    ...(things.has(keyOf("table", name)) ? [raw(`DROP TABLE ${identifier(name)}`)] : []),
    ...(path === undefined || triggers.length === 0
      ? []
      : [sql`DELETE FROM ${tables.listed} WHERE attribute = ${path}`]),
  ];
}
