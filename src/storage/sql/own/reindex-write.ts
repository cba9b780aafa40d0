import { getOrCreate } from "../../get-or-create.ts";
import type { Session } from "../database.ts";
import { type Fragment, raw, sql, TRUE } from "../dialect/fragment.ts";
import { deleteMatching, matchOf, orKeep, updateFrom } from "../dialect/write-words.ts";
import { insertions } from "../insert.ts";
import { inTenant, matchIn } from "../tenant.ts";
import type { Plan } from "./reindex-plan.ts";
import type { RawRow, Rows } from "./reindex-read.ts";
import type { Rebuilt } from "./reindex-row.ts";
import { type ElementRow, type UniqueRow, uniqueKey } from "./row.ts";
import { typesOf } from "./settle.ts";
import { MARK, markOf, VOUCHES_FOR_NOTHING } from "./shapes.ts";
import { ELEMENT_COLUMNS, ELEMENT_KEY, elementSet, idSource, isOfType } from "./statements.ts";
import { type Owned, ownersOf } from "./taken.ts";

/** A unique value of a resource that another one has already. */
export interface Taken {
  readonly unique: UniqueRow;
  readonly owner: { readonly tenant: string; readonly id: string };
}

/** What came of a write. */
export interface Written {
  readonly written: readonly Rebuilt[];
  /** Values that were taken, by the id of the resource that cannot have them. Those resources vouch for nothing. */
  readonly taken: ReadonlyMap<string, readonly Taken[]>;
}

/** Rows are to vouch for nothing, and nobody has been told of such rows yet. */
export class DoubtNotAnnounced extends Error {}

/**
 * Writes resources that have been made anew, within a transaction, where they are still as they were read. Those that somebody else
 * writes meanwhile are left out: nobody is waited for. `hashed` has the hashes of clear values by id and path.
 */
export async function writeRebuilt(
  session: Session,
  rows: Rows,
  plan: Plan,
  rebuilt: readonly Rebuilt[],
  hashed: ReadonlyMap<string, ReadonlyMap<string, unknown>>,
  mayDoubt: boolean,
): Promise<Written> {
  const current = await lockThese(session, rows, rebuilt);
  const written = rebuilt.filter(({ id, version, mark }) => {
    const row = current.get(id);
    return row !== undefined && row.version === version && row.mark === mark;
  });
  if (written.length === 0) return { written, taken: new Map() };
  const taken = await writeUniques(session, rows, written);
  const isDoubtful = ({ id, isHidden }: Rebuilt): boolean => isHidden || taken.has(id);
  if (!mayDoubt && written.some(isDoubtful)) throw new DoubtNotAnnounced();
  await session.run(updateRows(session, rows, written, isDoubtful));
  await writeElements(session, rows, plan, written);
  await writeHashes(session, rows, written, hashed);
  return { written, taken };
}

async function lockThese(
  session: Session,
  { tables, tenant, type }: Rows,
  rebuilt: readonly Rebuilt[],
): Promise<ReadonlyMap<string, Pick<RawRow, "version" | "mark">>> {
  const { dialect } = session;
  const ids = idSource(
    dialect,
    tenant,
    rebuilt.map(({ id }) => id),
  );
  const found = await session.run<Pick<RawRow, "id" | "version" | "mark">>(
    sql`SELECT r.id, CAST(r.version AS ${raw(dialect.casts.text)}) AS version, ${markOf(dialect)} AS mark
      FROM ${tables.resource} r
      WHERE ${inTenant(dialect, tenant, "r.")}(r.tenant, r.id) IN (SELECT v.tenant, v.id FROM ${ids}) AND ${isOfType(raw("r.type"), type)}
      ORDER BY r.id${dialect.forUpdateOfFree}`,
  );
  return new Map(found.map((row) => [row.id, row]));
}

/** First what is over goes, so that it is in nobody's way. Gives what is taken by others. */
async function writeUniques(
  session: Session,
  { tables, tenant }: Rows,
  written: readonly Rebuilt[],
): Promise<ReadonlyMap<string, readonly Taken[]>> {
  const { dialect } = session;
  const columns = ["scope", "attribute", "key", "tenant", "id"];
  const gone = written.flatMap(({ id, uniques }) =>
    uniques.gone.map(({ scope, attribute, key }) => [scope, attribute, key, tenant, id]),
  );
  if (gone.length > 0) await session.run(deleteNamed(session, tables.unique, tenant, columns, gone));
  const come = written.flatMap(({ id, uniques }) => uniques.come.map((unique) => ({ id, unique })));
  if (come.length === 0) return new Map();
  // In the order of values, so that two that do the same at once do not wait for each other crosswise.
  const rows = come
    .map(({ id, unique }) => ({ name: uniqueKey(unique), row: [unique.scope, unique.attribute, unique.key, id] }))
    .sort((left, right) => (left.name < right.name ? -1 : Number(left.name > right.name)))
    .map(({ row }) => row);
  await runAll(
    session,
    insertions(dialect, {
      into: tables.unique,
      same: { tenant },
      columns: ["scope", "attribute", "key", "id"],
      rows,
      conflict: orKeep(dialect, tables.unique, "id"),
    }),
  );
  return takenOf(
    come,
    await ownersOf(
      session,
      { tables, tenant },
      come.map(({ unique }) => unique),
    ),
    tenant,
  );
}

/** Which of the values that resources of a tenant are to have are another one's. */
export function takenOf(
  wanted: readonly { readonly id: string; readonly unique: UniqueRow }[],
  owned: readonly Owned[],
  tenant: string,
): ReadonlyMap<string, readonly Taken[]> {
  const owners = new Map(owned.map((row) => [uniqueKey(row), row]));
  const taken = new Map<string, Taken[]>();
  for (const { id, unique } of wanted) {
    const owner = owners.get(uniqueKey(unique));
    if (owner !== undefined && (owner.id !== id || owner.tenant !== tenant))
      getOrCreate(taken, id, () => []).push({ unique, owner });
  }
  return taken;
}

function updateRows(
  { dialect }: Session,
  { tables, tenant }: Rows,
  written: readonly Rebuilt[],
  isDoubtful: (rebuilt: Rebuilt) => boolean,
): Fragment {
  const { resource } = tables;
  const values = written.map((rebuilt) => [
    tenant,
    rebuilt.id,
    rebuilt.document ?? null,
    isDoubtful(rebuilt) ? withMark(rebuilt.keys, VOUCHES_FOR_NOTHING) : rebuilt.keys,
    rebuilt.modifiedKey,
  ]);
  const columns = ["tenant", "id", "document", "keys", "modified_key"];
  const set = [
    ["document", sql`coalesce(v.document, ${resource}.document)`],
    ["keys", dialect.toJson(raw("v.keys"))],
    ["modified_key", raw("v.modified_key")],
  ] as const;
  const source = dialect.rows(JSON.stringify(values), columns, "v");
  return updateFrom(dialect, resource, set, source, matchIn(dialect, tenant, ["tenant", "id"]));
}

function withMark(keys: string, mark: string): string {
  return JSON.stringify({ ...(JSON.parse(keys) as object), [MARK]: mark });
}

async function writeElements(session: Session, rows: Rows, plan: Plan, written: readonly Rebuilt[]): Promise<void> {
  const { dialect } = session;
  const { tables, tenant, type } = rows;
  const { element } = tables;
  const forgotten = written.flatMap(({ id, forgotten }) => forgotten.map((path) => [tenant, id, path]));
  if (forgotten.length > 0)
    await session.run(deleteNamed(session, element, tenant, ["tenant", "id", "attribute"], forgotten));
  const gone = written.flatMap(({ id, elements }) =>
    elements.gone.map(({ attribute, key }) => [tenant, id, attribute, key]),
  );
  if (gone.length > 0) await session.run(deleteNamed(session, element, tenant, ELEMENT_KEY, gone));
  const [come, changed] = await columnsOf(session, rows, plan, written);
  if (changed.length > 0)
    await session.run(
      updateFrom(
        dialect,
        element,
        elementSet(dialect),
        dialect.rows(JSON.stringify(changed), ELEMENT_COLUMNS, "v"),
        matchIn(dialect, tenant, ELEMENT_KEY),
      ),
    );
  await runAll(
    session,
    insertions(dialect, {
      into: element,
      same: { tenant, type },
      columns: ELEMENT_COLUMNS.slice(1),
      rows: come.map(([, ...values]) => values),
      as: { keys: dialect.toJson },
    }),
  );
}

/** Deletes the rows of a tenant that have these values in these columns. */
function deleteNamed(
  { dialect }: Session,
  table: Fragment,
  tenant: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): Fragment {
  const source = dialect.rows(JSON.stringify(rows), columns, "v");
  return deleteMatching(dialect, table, source, matchOf(columns), sql`${inTenant(dialect, tenant)}${TRUE}`);
}

/** The elements that come and that change as rows, with what they refer to, all of it looked up at once. */
async function columnsOf(session: Session, { tables, tenant }: Rows, plan: Plan, written: readonly Rebuilt[]) {
  const lists = [
    written.flatMap(({ id, elements }) => elements.come.map((row) => ({ id, row }))),
    written.flatMap(({ id, elements }) => elements.changed.map((row) => ({ id, row }))),
  ] as const;
  const named = lists.flat().flatMap(({ row }) => row.value ?? []);
  const types = named.length === 0 ? new Map<string, string>() : await typesOf(session, tables, tenant, named);
  const allowed = new Map(
    plan.resourceType.references.map(({ attribute, resourceTypes }) => [attribute.path, resourceTypes]),
  );
  const isTarget = ({ attribute, value }: ElementRow): boolean => {
    const type = value === null ? undefined : types.get(value);
    return type !== undefined && allowed.get(attribute)?.includes(type) === true;
  };
  return lists.map((list) =>
    list.map(({ id, row }) => {
      const [target, value] = isTarget(row) ? [row.value, null] : [null, row.value];
      return [tenant, id, row.attribute, row.key, target, value, row.element, row.keys];
    }),
  ) as [unknown[][], unknown[][]];
}

/** What is kept already is not written over: it is newer. */
async function writeHashes(
  session: Session,
  { tables, tenant }: Rows,
  written: readonly Rebuilt[],
  hashed: ReadonlyMap<string, ReadonlyMap<string, unknown>>,
): Promise<void> {
  const rows = written.flatMap(({ id }) =>
    [...(hashed.get(id) ?? [])].map(([path, value]) => [id, path, JSON.stringify(value)]),
  );
  const columns = ["id", "attribute", "value"];
  const conflict = orKeep(session.dialect, tables.secret, "value");
  await runAll(
    session,
    insertions(session.dialect, { into: tables.secret, same: { tenant }, columns, rows, conflict }),
  );
}

async function runAll(session: Session, statements: readonly Fragment[]): Promise<void> {
  for (const statement of statements) await session.run(statement);
}
