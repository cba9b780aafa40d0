import { CompiledQuery } from "kysely";
import { expect } from "vitest";
import type { AttributeLiteral } from "../../../../src/schema/attribute.ts";
import {
  type CompiledResourceType,
  compileResourceType,
  defineResourceType,
  type ResourceTypeDefinition,
} from "../../../../src/schema/resource-type.ts";
import { defineSchema } from "../../../../src/schema/schema.ts";
import { shapeOf } from "../../../../src/schema/shape.ts";
import { type ElementRow, isNameless, rowOf } from "../../../../src/storage/sql/own/row.ts";
import { callsOf } from "../calls.ts";
import type { Opened } from "../engines.ts";

export const ITEM = "urn:example:params:scim:schemas:Item";

/** One release of a resource type: the same name and URN, attributes of its own. */
export interface Release {
  readonly definition: ResourceTypeDefinition;
  readonly type: CompiledResourceType;
}

export function releaseOf(attributes: Record<string, AttributeLiteral>, name = "Item"): Release {
  const schema = defineSchema({ id: name === "Item" ? ITEM : `${ITEM}:${name}`, name, attributes });
  const definition = defineResourceType({ name, schema });
  return { definition, type: compileResourceType(definition) };
}

/** The parts of a complex attribute that can be a collection. */
export const PARTS = {
  type: "complex",
  multiValued: true,
  subAttributes: { value: {}, kind: {}, note: {} },
} as const satisfies AttributeLiteral;

/** A row of the adapter's tables. */
export type Cells = Readonly<Record<string, unknown>>;

/** Looks into the tables, and changes them behind the adapter's back. */
export function tablesOf({ db, tables }: Pick<Opened, "db" | "tables">) {
  const place = tables.schema === undefined ? "" : `"${tables.schema}".`;
  const named = (text: string): string => text.replace(/scim_/g, `${place}scim_`);
  const run = async (text: string, parameters: readonly unknown[] = []): Promise<readonly Cells[]> =>
    (await db.executeQuery<Cells>(CompiledQuery.raw(named(text), [...parameters]))).rows;
  const json = tables.schema === undefined ? "json(keys)" : "keys::text";
  return {
    run,
    rows: () =>
      run(`SELECT tenant, type, id, version, modified, modified_key, document, ${json} AS keys
        FROM scim_resource ORDER BY tenant, type, id`),
    uniques: () => run("SELECT scope, attribute, key, tenant, id FROM scim_unique ORDER BY scope, attribute, key, id"),
    elements: () =>
      run(`SELECT tenant, id, attribute, key, target, value, element, ${json} AS keys FROM scim_element
        ORDER BY tenant, id, attribute, key`),
    secrets: () => run("SELECT tenant, id, attribute, value FROM scim_secret ORDER BY tenant, id, attribute"),
    /** All that the tables hold of resources. */
    async all() {
      return [await this.rows(), await this.uniques(), await this.elements(), await this.secrets()];
    },
    async setKeys(id: string, change: (keys: Record<string, unknown>) => void) {
      const [row] = (await this.rows()).filter((one) => one.id === id);
      const keys = JSON.parse(String(row?.keys)) as Record<string, unknown>;
      change(keys);
      const [first, second] = tables.schema === undefined ? ["jsonb(?)", "?"] : ["$1::jsonb", "$2"];
      await run(`UPDATE scim_resource SET keys = ${first} WHERE id = ${second}`, [JSON.stringify(keys), id]);
    },
    /** The marks that are reckoned with, of one type. */
    async marks(type = "Item") {
      const rows = await run("SELECT fingerprint, state, type FROM scim_shape_use ORDER BY fingerprint");
      return rows.filter((row) => row.type === type && Number(row.state) > 0).map(({ fingerprint }) => fingerprint);
    },
  };
}

/** Holds every row of a type to what would be written of the resource now. Gives how many there are. */
export async function expectFresh(
  opened: Pick<Opened, "db" | "tables" | "storage">,
  { type }: Release,
  isDoubtful: (id: string) => boolean = () => false,
): Promise<number> {
  const looked = tablesOf(opened);
  const [rows, uniques, elements] = [await looked.rows(), await looked.uniques(), await looked.elements()];
  const own = rows.filter((row) => row.type === type.name);
  for (const { id, tenant, keys, modified_key } of own) {
    const context = tenant === "" ? {} : { tenant: String(tenant) };
    const resource = await callsOf(opened.storage, {}, context).get(type, String(id));
    if (resource === undefined) throw new Error(`${id} is not found`);
    const row = rowOf(type, resource, String(tenant));
    const mark = isDoubtful(String(id)) ? "?" : shapeOf(type).fingerprint;
    expect({ id, keys: JSON.parse(String(keys)), modified_key }).toEqual({
      id,
      keys: { ...JSON.parse(row.keys), "@shape": mark },
      modified_key: row.modifiedKey,
    });
    const isOwn = (one: Cells): boolean => one.id === id && one.tenant === tenant;
    if (!isDoubtful(String(id)))
      expect(uniques.filter(isOwn).map(uniqueText).sort()).toEqual(row.uniques.map(uniqueText).sort());
    const held = elements
      .filter(isOwn)
      .map((one) => elementText({ ...one, value: one.target ?? one.value } as unknown as ElementRow));
    expect({ id, held: held.sort() }).toEqual({ id, held: [...row.elements.values()].map(elementText).sort() });
  }
  return own.length;
}

function uniqueText({ scope, attribute, key }: { scope?: unknown; attribute?: unknown; key?: unknown }): string {
  return JSON.stringify([scope, attribute, key]);
}

function elementText({ attribute, key, value, element, keys }: ElementRow): string {
  const parsed = (text: string | null) =>
    text === null
      ? null
      : Object.entries(JSON.parse(text) as object).sort(([left], [right]) => (left < right ? -1 : 1));
  return JSON.stringify([attribute, isNameless(key) ? "" : key, value, parsed(element), parsed(keys)]);
}
