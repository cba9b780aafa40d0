import type { Attribute } from "../../../schema/attribute.ts";
import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import { type ResourceObject, readAttribute, writeAttribute } from "../../../schema/value.ts";
import { doInSlices, type Steps, TimeSlice } from "../../../time-slice.ts";
import type { StoredResource } from "../../adapter.ts";
import { getOrCreate } from "../../get-or-create.ts";
import type { Session } from "../database.ts";
import { raw, sql } from "../dialect/fragment.ts";
import { elementOf, metaOf } from "./resource.ts";
import { type ElementRow, rowName, type UniqueKey } from "./row.ts";
import { MARK } from "./shapes.ts";
import { lock, type Owner } from "./statements.ts";

/** What the tables hold of a resource, under whatever shape it was written, as far as the type knows of it. */
export interface Held {
  /** With all values where they are looked for now, wherever they lie. */
  readonly resource: StoredResource;
  /** Attributes with values that lie where they are not looked for. */
  readonly misplaced: ReadonlySet<Attribute>;
  readonly mark: string;
  readonly keys: ResourceObject;
  readonly uniques: readonly UniqueKey[];
  /** The rows of elements, by attribute and key. */
  readonly elements: ReadonlyMap<string, ElementRow>;
  /** Collections that were not read. */
  readonly unread: readonly Attribute[];
}

/**
 * Reads and locks a resource; undefined where there is none. `unreadOf` says, given the mark, which collections may stay unread.
 *
 * Locked first: what a statement reads beside the row it waits for is of the time before it waited.
 */
export async function readHeld(
  session: Session,
  owner: Owner,
  resourceType: CompiledResourceType,
  unreadOf: (mark: string) => readonly Attribute[],
): Promise<Held | undefined> {
  const { dialect } = owner;
  const locked = await lock<{ document: string; keys: string }>(
    session,
    owner,
    sql`, document, ${dialect.jsonText(raw("keys"))} AS keys`,
  );
  if (locked === undefined) return undefined;
  const keys = JSON.parse(locked.keys) as ResourceObject;
  const mark = String(keys[MARK] ?? "");
  const unread = unreadOf(mark);
  const rows = await readElements(
    session,
    owner,
    resourceType.attributes.filter((attribute) => !unread.includes(attribute)),
  );
  const document = JSON.parse(locked.document) as Pick<StoredResource, "schemas">;
  const stored: StoredResource = { ...document, id: owner.id, meta: metaOf(resourceType, locked) };
  const { resource, misplaced } = await doInSlices(inPlaceSteps(resourceType, stored, rows), new TimeSlice());
  const elements = new Map(rows.map((row) => [rowName(row.attribute, row.key), row]));
  return { resource, misplaced, mark, keys, uniques: await readUniques(session, owner), elements, unread };
}

async function readElements(
  session: Session,
  { dialect, tables, tenant, id }: Owner,
  attributes: readonly Attribute[],
): Promise<readonly ElementRow[]> {
  const paths = JSON.stringify(attributes.map(({ path }) => path));
  return session.run<ElementRow>(
    sql`SELECT m.attribute, m.key, coalesce(m.target, m.value) AS value, m.element, ${dialect.jsonText(raw("m.keys"))} AS keys
      FROM ${tables.element} m WHERE m.id = ${id} AND m.tenant = ${tenant}
      AND m.attribute IN (SELECT value FROM ${dialect.list(paths)}) ORDER BY m.key`,
  );
}

async function readUniques(session: Session, { tables, tenant, id }: Owner): Promise<readonly UniqueKey[]> {
  return session.run<UniqueKey>(
    sql`SELECT u.scope, u.attribute, u.key FROM ${tables.unique} u WHERE u.id = ${id} AND u.tenant = ${tenant}`,
  );
}

/**
 * Elements lie in the document of a resource from before their attribute was a collection, and in rows of one from before it no
 * longer was.
 */
function* inPlaceSteps(
  resourceType: CompiledResourceType,
  stored: StoredResource,
  rows: readonly ElementRow[],
): Steps<Pick<Held, "resource" | "misplaced">> {
  const apart = new Map<string, ResourceObject[]>();
  for (const { attribute, value, element } of rows) {
    yield;
    // One without an element is a reference that the document holds.
    if (element !== null) getOrCreate(apart, attribute, (): ResourceObject[] => []).push(elementOf([value, element]));
  }
  const resource: Record<string, unknown> = { ...stored };
  const misplaced = new Set<Attribute>();
  for (const attribute of resourceType.attributes) {
    const elements = apart.get(attribute.path);
    const value = readAttribute(stored, attribute);
    if (attribute.collection ? value !== undefined : elements !== undefined) misplaced.add(attribute);
    if (elements !== undefined) writeAttribute(resource, attribute, together(elements, value));
  }
  return { resource: resource as unknown as StoredResource, misplaced };
}

function together(elements: readonly ResourceObject[], value: unknown): readonly unknown[] {
  if (value === undefined) return elements;
  const known = new Set(elements.map((element) => JSON.stringify(element.value)));
  const others: readonly ResourceObject[] = Array.isArray(value) ? value : [value];
  return [
    ...elements,
    ...others.filter((other) => other?.value === undefined || !known.has(JSON.stringify(other.value))),
  ];
}
