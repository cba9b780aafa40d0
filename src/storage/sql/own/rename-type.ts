import { stringKey } from "../../../schema/comparison-key.ts";
import { type AttributeShape, withTargetRenamed } from "../../../schema/shape.ts";
import { isObject } from "../../../schema/value.ts";
import type { UpkeepOptions } from "../../upkeep.ts";
import type { Session } from "../database.ts";
import { join, raw, sql } from "../dialect/fragment.ts";
import { updateFrom } from "../dialect/write-words.ts";
import { matchIn } from "../tenant.ts";
import { type Field, isAmong, type Kind, lockAll, tenantsWith, workThrough, write } from "./batches.ts";
import { changeDocuments, type DocumentRow, lockHolders, type Place, refersTo } from "./remove.ts";
import { announceUses, retireUses } from "./shape-uses.ts";
import { ELEMENT_KEY, idSource } from "./statements.ts";
import { locate } from "./without-references.ts";

/** A document, its keys, or a part of one, as JSON has it. */
type Json = Record<string, unknown>;

/** The name of a resource type before and after. */
interface Names {
  readonly from: string;
  readonly to: string;
}

/** Gives the resources of a type to another one, with what references to them say of it. Gives how many there were. */
export async function renameType(
  field: Field,
  names: Names,
  options: UpkeepOptions & { readonly tenant: string | undefined },
): Promise<number> {
  const { database, tables } = field;
  const { from, to } = names;
  const { tenant: given } = options;
  if (from === to) throw new Error(`The resource type is ${JSON.stringify(to)} already.`);
  await announceUses(database, tables, { tenant: given, type: from }, { type: to });
  let renamed = 0;
  for await (const tenant of tenantsWith(field, from, given)) {
    const kind = { tenant, type: from };
    renamed += await workThrough(field, kind, options, (ids) => rename(field, kind, ids, names));
  }
  // What is known of shapes holds for all tenants.
  if (given === undefined) await renameTargets(field, names);
  await retireUses(database, tables, { tenant: given, type: from });
  return renamed;
}

function rename({ database, tables }: Field, kind: Kind, given: readonly string[], names: Names): Promise<number> {
  const { tenant } = kind;
  return database.transaction(async (session) => {
    const ids = await lockAll(session, tables, kind, given);
    if (ids.length === 0) return 0;
    await renameInReferences(session, { dialect: session.dialect, tables, tenant }, ids, names);
    const isIn = isAmong(session.dialect, ids)("id");
    const { resource, element, listed } = tables;
    const typed = [resource, element, ...(session.dialect.listIndex === undefined ? [listed] : [])];
    for (const table of typed)
      await session.run(sql`UPDATE ${table} SET type = ${names.to} WHERE tenant = ${tenant} AND ${isIn}`);
    return ids.length;
  });
}

interface Reference {
  readonly id: string;
  readonly attribute: string;
  readonly key: string;
  /** The id that it refers to. */
  readonly referred: string;
  /** The element without its id; null where the document holds the reference. */
  readonly element: string | null;
  readonly keys: string | null;
}

/** `type` of a reference says what it refers to: a member of a group, by the name of its resource type. */
async function renameInReferences(session: Session, place: Place, ids: readonly string[], names: Names): Promise<void> {
  const { dialect, tables, tenant } = place;
  const keys = dialect.jsonText(raw("keys"));
  const references = await session.run<Reference>(
    join(
      refersTo(place, ids).map(
        (condition) => sql`SELECT id, attribute, key, coalesce(target, value) AS referred, element, ${keys} AS keys
          FROM ${tables.element} WHERE ${condition}`,
      ),
      " UNION ALL ",
    ),
  );
  const inDocuments = references.filter(({ element }) => element === null);
  if (inDocuments.length > 0) {
    await lockHolders(session, place, idSource(dialect, tenant, new Set(inDocuments.map(({ id }) => id))));
    await changeDocuments(session, place, inDocuments, (row, held) => renamedDocument(row, held, names));
  }
  const rows = references.flatMap((reference) => renamedElement(reference, tenant, names));
  if (rows.length > 0) await updateElements(session, place, rows);
}

/** The row of an element whose `type` is the name; none where it says something else. */
function renamedElement({ id, attribute, key, element, keys }: Reference, tenant: string, names: Names) {
  const parts = element === null ? undefined : (JSON.parse(element) as Json);
  if (parts?.type !== names.from) return [];
  const renamedKeys = keys === null ? null : JSON.stringify(withKey(JSON.parse(keys) as Json, "type", names));
  return [[tenant, id, attribute, key, JSON.stringify({ ...parts, type: names.to }), renamedKeys]];
}

async function updateElements(session: Session, { tables, tenant }: Place, rows: readonly unknown[]): Promise<void> {
  const { dialect } = session;
  const source = dialect.rows(JSON.stringify(rows), ["tenant", "id", "attribute", "key", "element", "keys"], "v");
  const set = [["element", raw("v.element")] as const, ["keys", dialect.toJson(raw("v.keys"))] as const];
  await session.run(updateFrom(dialect, tables.element, set, source, matchIn(dialect, tenant, ELEMENT_KEY)));
}

/** A document, and its keys, whose references to some ids say the name of their type. */
function renamedDocument(row: DocumentRow, references: readonly Reference[], names: Names) {
  const document = JSON.parse(row.document) as Json;
  const keys = JSON.parse(row.keys) as Json;
  const referred = new Set(references.map((reference) => reference.referred));
  const isNamed = (element: unknown): element is Json =>
    isObject(element) && element.type === names.from && referred.has(String(element.value));
  for (const path of new Set(references.map(({ attribute }) => attribute))) {
    const { container, name } = locate(document, path);
    const value = container?.[name];
    const ofElements = keys[path];
    if (container === undefined) continue;
    if (Array.isArray(value)) {
      container[name] = value.map((element) => (isNamed(element) ? { ...element, type: names.to } : element));
      if (Array.isArray(ofElements))
        keys[path] = ofElements.map((key, index) =>
          isNamed(value[index]) ? withKey(key as Json, "type", names) : key,
        );
    } else if (isNamed(value)) {
      container[name] = { ...value, type: names.to };
      Object.assign(keys, withKey(keys, `${path}.type`, names));
    }
  }
  return { document: JSON.stringify(document), keys: JSON.stringify(keys) };
}

/** Keys in which the name's is the other one's, with or without regard to case as it was. */
function withKey(keys: Json, member: string, { from, to }: Names): Json {
  const key = keys[member];
  for (const isExact of [false, true])
    if (key === stringKey(from, isExact)) return { ...keys, [member]: stringKey(to, isExact) };
  return keys;
}

/** What is known of shapes says which types an attribute refers to: nothing that was written depends on what they are called. */
async function renameTargets({ database, tables }: Field, { from, to }: Names): Promise<void> {
  const rows = await database.run<{ fingerprint: string; attributes: string }>(
    sql`SELECT s.fingerprint, s.attributes FROM ${tables.shape} s`,
  );
  for (const { fingerprint, attributes } of rows) {
    const shapes = JSON.parse(attributes) as Record<string, AttributeShape>;
    const renamed = JSON.stringify(withTargetRenamed(shapes, from, to));
    if (renamed !== JSON.stringify(shapes))
      await write(database, sql`UPDATE ${tables.shape} SET attributes = ${renamed} WHERE fingerprint = ${fingerprint}`);
  }
}
