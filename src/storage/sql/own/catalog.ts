import type { Session } from "../database.ts";
import type { CatalogThing } from "../dialect/catalog-words.ts";
import type { Fragment } from "../dialect/fragment.ts";
import { type MadeIndex, madeIndex, nameOf, TRIGGER_EVENTS, type WantedIndex } from "./index-statements.ts";
import type { Tables } from "./tables.ts";
import { NO_VERSION, readVersion, SCHEMA_VERSION, tooOldFor, type Version } from "./version.ts";

/** What the database has of a storage. */
export interface Catalog extends Version {
  /** By kind and name, as `keyOf` puts them. */
  readonly things: ReadonlyMap<string, CatalogThing>;
}

/** Looks at what the database has: reads only, waits for nobody, and needs no rights but to read. */
export async function lookAtCatalog(session: Session, tables: Tables): Promise<Catalog> {
  const rows = await session.run<CatalogThing>(session.dialect.thingsNamed(tables.prefix, tables.schema));
  const things = new Map(rows.map((thing) => [keyOf(thing.kind, thing.name), thing]));
  const hasVersion = things.has(keyOf("table", `${tables.prefix}migration`));
  return { ...(hasVersion ? await readVersion(session, tables) : NO_VERSION), things };
}

/** Why this release cannot work on what the database has; undefined where it can. */
export function whyUnfit(catalog: Catalog, { prefix }: Tables): Error | undefined {
  const { version } = catalog;
  if (version >= SCHEMA_VERSION) return tooOldFor(catalog);
  const needs = `this release of scimkit needs version ${SCHEMA_VERSION}. Run prepare() of sqlStorage by a role that may make tables.`;
  return new Error(
    version === 0
      ? `The database has no tables of scimkit's whose names begin with ${prefix}; ${needs}`
      : `The tables are of version ${version}; ${needs}`,
  );
}

/** The place of a thing in a catalogue. */
export function keyOf(kind: CatalogThing["kind"], name: string): string {
  return `${kind} ${name}`;
}

/** Whether the database has an index as it would be made now. */
export function hasIndex(session: Pick<Session, "dialect">, tables: Tables, wanted: WantedIndex, { things }: Catalog) {
  const { dialect } = session;
  const name = tables.prefix + nameOf(wanted);
  const made = madeIndex(dialect, tables, wanted);
  if ("over" in made) {
    const index = things.get(keyOf("index", name));
    return index !== undefined && Number(index.is_valid) === 1 && index.method === made.method;
  }
  return (made.table === undefined || things.has(keyOf("table", name))) && hasTriggers(made, name, things, dialect);
}

function hasTriggers(
  { triggers }: Extract<MadeIndex, { readonly triggers: unknown }>,
  name: string,
  things: Catalog["things"],
  dialect: Session["dialect"],
): boolean {
  const ends = Object.keys(TRIGGER_EVENTS);
  return triggers.every((trigger, place) => {
    const there = things.get(keyOf("trigger", `${name}_${ends[place]}`))?.definition;
    return there != null && normal(there) === normal(textOf(trigger, dialect));
  });
}

/** Databases write some of the white space of their own. */
function normal(statement: string): string {
  return statement.replaceAll(/\s+/g, " ").trim();
}

/** A statement as text alone, its parameters among it. */
export function textOf(statement: Fragment, dialect: Session["dialect"]): string {
  const { texts, parameters } = statement;
  let text = texts[0] as string;
  parameters.forEach((value, index) => {
    const written = typeof value === "number" ? String(value) : `'${String(value).replaceAll("'", "''")}'`;
    text += written + (texts[index + 1] as string);
  });
  return dialect.spell?.(text) ?? text;
}
