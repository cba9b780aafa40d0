import type { Attribute, AttributePath } from "../../../schema/attribute.ts";
import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import { type AttributeShape, type Shape, shapeOf } from "../../../schema/shape.ts";
import { isSame } from "../../../schema/value.ts";
import { getOrCreate } from "../../get-or-create.ts";
import { type SchemaChange, schemaChangeOf } from "../../upkeep.ts";
import type { Database, Session } from "../database.ts";
import type { Dialect } from "../dialect/dialect.ts";
import { type Fragment, join, raw, short, sql } from "../dialect/fragment.ts";
import { orKeep, orSet } from "../dialect/write-words.ts";
import type { Tables } from "./tables.ts";
import { takeTurn } from "./turn.ts";
import { newestVersion, type Version, VersionWatch } from "./version.ts";

// Keys, unique values and elements are made by the schema of whoever writes. Each row says in its keys under which shape it was
// written, and `shape_use` says which shapes a type of a tenant has rows of, so that nobody relies on what others did not make.
//
// That list may be a moment old, because nobody counts on a shape that has just been announced: who writes the first row under
// another shape announces it, and waits until every other process has asked anew (`LEASE`).

/** The member of a keys document that says under which shape it was made. No attribute has such a name. */
export const MARK = "@shape";

/** The mark of rows that vouch for nothing: a value of theirs is shared though it must not be. */
export const VOUCHES_FOR_NOTHING = "?";

/** In place of a mark, for rows from before there were any: nobody knows what they vouch for. */
export const UNMARKED = "";

/** For how many milliseconds a process may rely on the list of shapes as it was read. */
export const LEASE = 200;

/** The shapes that the rows of a type of a tenant may have been written under. */
export interface KnownShapes {
  readonly own: Shape;
  /** The others by mark, `""` of rows without one; undefined: nothing is known of what they vouch for. */
  readonly others: ReadonlyMap<string, Shape | undefined>;
  /** When that was asked for, by `performance.now()`. */
  readonly asOf: number;
}

/** How many changes are remembered to have been told, and how many shapes of others: no number of tenants fills the memory. */
const MOST_REMEMBERED = 1000;

/** What a shape is in the table: `retiring` is still read, and no longer written; `retired` has no rows. */
export const SHAPE_STATES = { retired: 0, retiring: 1, active: 2 } as const;

/** What the table said, and when. */
interface Looked {
  readonly known: KnownShapes;
  /** The fingerprints that rows may be written under without another word. */
  readonly active: ReadonlySet<string>;
}

/** Knows the shapes of a storage's rows. One for each storage in a process. */
export class Shapes {
  /** Each look at the shapes is one at the version of the tables as well. */
  readonly version: VersionWatch;
  readonly #tables: Tables;
  readonly #known = new Map<string, Looked>();
  readonly #shapes = new Map<string, Shape>();
  readonly #changes = new WeakMap<KnownShapes, { readonly change: SchemaChange | undefined }>();
  readonly #told = new Set<string>();

  constructor(tables: Tables) {
    this.#tables = tables;
    this.version = new VersionWatch(tables);
  }

  /** What a read may rely on. */
  async known(session: Session, tenant: string, resourceType: CompiledResourceType): Promise<KnownShapes> {
    return (await this.#look(session, tenant, resourceType)).known;
  }

  /** The same where it is known without asking, which it mostly is. */
  knownNow(tenant: string, resourceType: CompiledResourceType): KnownShapes | undefined {
    return this.#found(tenant, resourceType)?.known;
  }

  /**
   * What a read should have relied on that has just ended: what it did rely on, unless it took so long that rows of yet another shape
   * may have come meanwhile. Then what the session sees now, which the read is to be done again with.
   */
  async knownAfter(
    session: Session,
    tenant: string,
    resourceType: CompiledResourceType,
    relied: KnownShapes,
  ): Promise<KnownShapes> {
    if (performance.now() - relied.asOf < LEASE) return relied;
    const { known } = await this.#ask(session, tenant, resourceType);
    return [...known.others.keys()].every((mark) => relied.others.has(mark)) ? relied : known;
  }

  /**
   * What a write may rely on; from now on others know that there are rows of this shape. To be called before the write begins.
   * @throws {NotAnnounced} within a transaction that `openAnnounced` began.
   */
  async announce(database: Database, tenant: string, resourceType: CompiledResourceType): Promise<KnownShapes> {
    const own = shapeOf(resourceType);
    const { active, known } = this.#found(tenant, resourceType) ?? (await this.#look(database, tenant, resourceType));
    if (active.has(own.fingerprint)) return known;
    await this.#announceAndWait(database, tenant, resourceType, own.fingerprint, own);
    return this.known(database, tenant, resourceType);
  }

  /**
   * The same for `VOUCHES_FOR_NOTHING`, before a row gets that mark.
   * @throws {NotAnnounced} as `announce`.
   */
  async announceUnvouched(database: Database, tenant: string, resourceType: CompiledResourceType): Promise<void> {
    const { active } = await this.#look(database, tenant, resourceType);
    if (!active.has(VOUCHES_FOR_NOTHING))
      await this.#announceAndWait(database, tenant, resourceType, VOUCHES_FOR_NOTHING);
  }

  async #announceAndWait(
    database: Database,
    tenant: string,
    resourceType: CompiledResourceType,
    mark: string,
    shape?: Shape,
  ): Promise<void> {
    if (database.isTransaction && database.canRepeat)
      throw new NotAnnounced(tenant, resourceType, mark === VOUCHES_FOR_NOTHING);
    const isAlone = await this.announceMark(database, tenant, resourceType.name, mark, shape);
    if (!isAlone) await wait(LEASE);
    this.forget(tenant, resourceType);
  }

  /** Enters a mark as one that rows have. Gives whether the type has rows of no other one. */
  async announceMark(database: Database, tenant: string, type: string, mark: string, shape?: Shape): Promise<boolean> {
    const { shape: shapes, shapeUse } = this.#tables;
    return database.transaction(async (session) => {
      await takeTurn(session, this.#tables, `scimkit shape ${type} ${tenant}`);
      if (shape !== undefined)
        await session.run(sql`INSERT INTO ${shapes} (fingerprint, attributes)
          VALUES (${shape.fingerprint}, ${JSON.stringify(shape.attributes)})${orKeep(session.dialect, shapes, "fingerprint")}`);
      await session.run(sql`INSERT INTO ${shapeUse} (tenant, type, fingerprint, state)
        VALUES (${tenant}, ${type}, ${mark}, ${SHAPE_STATES.active})
        ${orSet(session.dialect, shapeUse, ["tenant", "type", "fingerprint"], ["state"])}`);
      const others = await session.run(sql`SELECT fingerprint FROM ${shapeUse}
        WHERE tenant = ${tenant} AND type = ${type} AND fingerprint <> ${mark}`);
      return others.length === 0;
    });
  }

  /** What has changed of a type since its rows were written; undefined where nothing has. */
  changeSince(tenant: string, { name }: CompiledResourceType, known: KnownShapes): SchemaChange | undefined {
    if (known.others.size === 0) return undefined;
    return getOrCreate(this.#changes, known, () => {
      const shapes = [...known.others.values()].filter((shape) => shape !== undefined);
      const named = { resourceType: name, tenant: tenant === "" ? undefined : tenant };
      const change = schemaChangeOf(name, named.tenant, shapes, known.own);
      // Of what has no mark nobody knows what has changed.
      return { change: known.others.has(UNMARKED) ? { changes: [], ...change, ...named, needsReindex: true } : change };
    }).change;
  }

  /** Whether such a change is told for the first time: once for each set of shapes that a type of a tenant has rows of. */
  isNews({ resourceType, tenant = "" }: SchemaChange, { own, others }: KnownShapes): boolean {
    const name = `${resourceType} ${tenant} ${own.fingerprint} ${[...others.keys()].sort().join(" ")}`;
    // Behind all that was told before: what nobody asks for any more is forgotten first.
    const isNews = !this.#told.delete(name);
    this.#told.add(name);
    dropOldest(this.#told);
    return isNews;
  }

  /** Drops what is known, so that it is asked for anew. */
  forget(tenant: string, { name }: CompiledResourceType): void {
    for (const key of this.#known.keys()) if (key.startsWith(`${name} ${tenant} `)) this.#known.delete(key);
  }

  /** The same of everything, after a tenant or a type has gone or has another name. */
  forgetAll(): void {
    this.#known.clear();
    this.#shapes.clear();
  }

  /** The shape that a mark stands for; undefined where it vouches for nothing. */
  shapeOfMark(session: Session, mark: string, own: Shape): Promise<Shape | undefined> {
    return this.#shape(session, mark, own);
  }

  #found(tenant: string, resourceType: CompiledResourceType): Looked | undefined {
    const found = this.#known.get(keyOf(tenant, resourceType));
    return found !== undefined && performance.now() - found.known.asOf < LEASE ? found : undefined;
  }

  async #look(session: Session, tenant: string, resourceType: CompiledResourceType) {
    const found = this.#found(tenant, resourceType);
    if (found !== undefined) return found;
    const looked = await this.#ask(session, tenant, resourceType);
    // A type without rows may get its first one under any shape at once.
    if (looked.active.size + looked.known.others.size > 0) this.#remember(keyOf(tenant, resourceType), looked);
    return looked;
  }

  /** Looks into the table, whatever is known. Not to be remembered of a session that sees a state of before. */
  async #ask(session: Session, tenant: string, resourceType: CompiledResourceType): Promise<Looked> {
    const own = shapeOf(resourceType);
    const asOf = performance.now();
    const { rows, hasUnmarked } = await this.#uses(session, tenant, resourceType.name);
    const others = new Map<string, Shape | undefined>();
    if (hasUnmarked) others.set(UNMARKED, undefined);
    for (const { fingerprint, state } of rows) {
      if (fingerprint === own.fingerprint || Number(state) === SHAPE_STATES.retired) continue;
      others.set(fingerprint, await this.#shape(session, fingerprint, own));
    }
    const active = rows.filter(({ state }) => Number(state) === SHAPE_STATES.active);
    return { known: { own, others, asOf }, active: new Set(active.map(({ fingerprint }) => fingerprint)) };
  }

  /** What nobody may rely on any more goes, so that no number of tenants fills the memory. */
  #remember(key: string, looked: Looked): void {
    // Behind all that was looked at before.
    this.#known.delete(key);
    this.#known.set(key, looked);
    for (const [old, { known }] of this.#known) {
      if (looked.known.asOf - known.asOf < LEASE) return;
      this.#known.delete(old);
    }
  }

  /**
   * What the type of the tenant has rows of; the version of the tables comes with it. Whether there are rows without a mark is asked of
   * the rows themselves: releases that know of no marks go on writing them after a reindex, and announce nothing.
   */
  async #uses(session: Session, tenant: string, type: string) {
    const { resource, shapeUse } = this.#tables;
    const rows = await session.run<Version & { fingerprint: string | null; state: number; unmarked: number }>(
      short(sql`SELECT u.fingerprint, u.state, v.version, v.least, CASE WHEN EXISTS (SELECT 1 FROM ${resource} r
          WHERE r.type = ${type} AND r.tenant = ${tenant} AND ${hasMark(session.dialect, [UNMARKED])}) THEN 1 ELSE 0 END AS unmarked
        FROM ${newestVersion(this.#tables)} LEFT JOIN ${shapeUse} u ON u.tenant = ${tenant} AND u.type = ${type}`),
    );
    for (const { version, least } of rows.slice(0, 1))
      this.version.note({ version: Number(version), least: Number(least) });
    return {
      rows: rows.flatMap(({ fingerprint, ...use }) => (fingerprint === null ? [] : [{ ...use, fingerprint }])),
      hasUnmarked: rows.some(({ unmarked }) => Number(unmarked) === 1),
    };
  }

  async #shape(session: Session, fingerprint: string, own: Shape): Promise<Shape | undefined> {
    if (fingerprint === own.fingerprint) return own;
    const known = this.#shapes.get(fingerprint);
    if (known !== undefined || fingerprint === UNMARKED || fingerprint === VOUCHES_FOR_NOTHING) return known;
    const [row] = await session.run<{ attributes: string }>(
      sql`SELECT s.attributes FROM ${this.#tables.shape} s WHERE s.fingerprint = ${fingerprint}`,
    );
    if (row === undefined) return undefined;
    const attributes = JSON.parse(row.attributes) as Record<string, AttributeShape>;
    const shape = getOrCreate(this.#shapes, fingerprint, () => ({ fingerprint, attributes }));
    dropOldest(this.#shapes);
    return shape;
  }
}

function keyOf(tenant: string, resourceType: CompiledResourceType): string {
  return `${resourceType.name} ${tenant} ${shapeOf(resourceType).fingerprint}`;
}

function dropOldest(known: Set<string> | Map<string, unknown>): void {
  for (const oldest of known.keys()) {
    if (known.size <= MOST_REMEMBERED) return;
    known.delete(oldest);
  }
}

/** A transaction cannot announce a shape, which others must see before it ends: it is announced outside, and begun again. */
export class NotAnnounced extends Error {
  readonly tenant: string;
  readonly resourceType: CompiledResourceType;
  /** Whether it is `VOUCHES_FOR_NOTHING` that is to be announced, and not the type's own shape. */
  readonly isUnvouched: boolean;

  constructor(tenant: string, resourceType: CompiledResourceType, isUnvouched: boolean) {
    super(`The shape of ${resourceType.name} is not announced.`);
    this.tenant = tenant;
    this.resourceType = resourceType;
    this.isUnvouched = isUnvouched;
  }
}

/** What rows are asked to vouch for: the keys of an attribute, that they are where it is looked for, or its unique values. */
export type Respect = "key" | "uniqueness";

/** The marks of rows that do not vouch for an attribute. */
export function unvouchedMarks(
  { own, others }: KnownShapes,
  { text }: AttributePath,
  respect: Respect,
): readonly string[] {
  if (others.size === 0) return [];
  const wanted = own.attributes[text];
  // The id, and what is in columns.
  if (wanted === undefined || wanted.place === "computed") return [];
  const vouches = (shape: Shape | undefined): boolean => {
    const there = shape?.attributes[text];
    return (
      there !== undefined &&
      there.key === wanted.key &&
      there.place === wanted.place &&
      (respect === "key" || there.uniqueness === wanted.uniqueness)
    );
  };
  return [...others].filter(([, shape]) => !vouches(shape)).map(([mark]) => mark);
}

/** The marks of rows that a write may take for its own: what they vouch for, is made as it makes it itself. */
export function likeMarks({ own, others }: KnownShapes): readonly string[] {
  const isLike = (shape: Shape | undefined): boolean =>
    shape !== undefined && Object.keys(own.attributes).every((path) => isSameAt(own, shape, path));
  return [own.fingerprint, ...[...others].filter(([, shape]) => isLike(shape)).map(([mark]) => mark)];
}

/** The same for a write of the elements of one collection. */
export function likeMarksFor({ own, others }: KnownShapes, { path }: Attribute): readonly string[] {
  const isOfIt = (one: string): boolean => one === path || one.startsWith(`${path}.`);
  const isLike = (shape: Shape | undefined): boolean =>
    shape !== undefined &&
    Object.keys(own.attributes).every((one) => !isOfIt(one) || isSameAt(own, shape, one)) &&
    // Elements must not go without the unique values in them that others know of.
    Object.entries(shape.attributes).every(
      ([one, { uniqueness }]) => !isOfIt(one) || one in own.attributes || uniqueness === "none",
    );
  return [own.fingerprint, ...[...others].filter(([, shape]) => isLike(shape)).map(([mark]) => mark)];
}

function isSameAt(own: Shape, other: Shape, path: string): boolean {
  return isSame(own.attributes[path], other.attributes[path]);
}

/** The mark of the row `r`, or of a row without an alias; `""` where it has none. */
export function markOf(dialect: Dialect, alias: "r." | "" = "r."): Fragment {
  return dialect.computed === undefined ? markIn(dialect, alias) : raw(alias + MARK_COLUMN);
}

/** The same as the keys document has it. */
export function markIn(dialect: Dialect, alias: "r." | ""): Fragment {
  return sql`coalesce(${dialect.member(raw(`${alias}keys`), MARK)}, '')`;
}

/** The column that is the mark, where the dialect computes columns. */
export const MARK_COLUMN = "mark";

/** Condition on the row `r`, or on one without an alias: its mark is one of these. */
export function hasMark(dialect: Dialect, marks: readonly string[], alias: "r." | "" = "r."): Fragment {
  return sql`${markOf(dialect, alias)} IN (${join(
    marks.map((mark) => sql`${mark}`),
    ", ",
  )})`;
}

/** Waits. */
export function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
