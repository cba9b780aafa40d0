import { CompiledQuery } from "kysely";
import {
  type AttributeLiteral,
  defineResourceType,
  defineSchema,
  type ResourceTypeDefinition,
} from "../../../../src/index.ts";
import { type CompiledResourceType, compileResourceType } from "../../../../src/schema/resource-type.ts";
import { shapeOf } from "../../../../src/schema/shape.ts";
import { readAttribute, writeAttribute } from "../../../../src/schema/value.ts";
import type { StoredResource } from "../../../../src/storage/adapter.ts";
import { sqlStorage } from "../../../../src/storage/sql/index.ts";
import { rowOf } from "../../../../src/storage/sql/own/row.ts";
import { type Directory, directory } from "../../../support/directory.ts";
import { patchOf } from "../../../support/patching.ts";
import type { Opened } from "../engines.ts";

export const THING = "urn:example:params:scim:schemas:Thing";
export const EXTRA = "urn:example:params:scim:schemas:extension:Extra";

type Attributes = { readonly [name: string]: AttributeLiteral };

/** What one release of a host says a thing is. */
export function thing(attributes: Attributes, extra?: Attributes): ResourceTypeDefinition {
  const schema = defineSchema({
    id: THING,
    name: "Thing",
    attributes: { name: { required: true }, note: {}, ...attributes },
  });
  const definition: ResourceTypeDefinition = defineResourceType({ name: "Thing", schema });
  return extra === undefined
    ? definition
    : definition.extend(defineSchema({ id: EXTRA, name: "Extra", attributes: extra }));
}

/** One release of a host, and short ways to ask it. */
export interface Release extends Directory {
  readonly type: CompiledResourceType;
  create(id: string, values: object): ReturnType<Directory["ask"]>;
  patch(id: string, ...operations: readonly object[]): ReturnType<Directory["ask"]>;
  put(id: string, values: object): ReturnType<Directory["ask"]>;
  get(id: string): ReturnType<Directory["ask"]>;
  /** The ids that a filter finds. */
  find(filter: string): Promise<readonly string[]>;
}

/** Releases over one database, each with a storage of its own, and a look into the tables. */
export function releasesOf<const D extends readonly ResourceTypeDefinition[]>(
  { db, tables }: Opened,
  tenant: string,
  definitions: D,
) {
  const { prefix, schema } = tables;
  const releases = definitions.map((definition): Release => {
    let next: string | undefined;
    const storage = sqlStorage({
      db,
      tablePrefix: prefix,
      ...(schema === undefined ? {} : { schema }),
      hashSecret: (_, value) => `hash of ${String(value).length}`,
    });
    const service = directory({
      resourceTypes: [definition],
      storage,
      authenticate: () => ({ tenant }),
      newId: () => next ?? crypto.randomUUID(),
    });
    const schemas = (values: object) => [THING, ...(EXTRA in values ? [EXTRA] : [])];
    return {
      ...service,
      type: compileResourceType(definition),
      create(id, values) {
        next = id;
        return service.ask("POST", "/Things", { schemas: schemas(values), name: id, ...values });
      },
      patch: (id, ...operations) => service.ask("PATCH", `/Things/${id}`, patchOf(...operations)),
      put: (id, values) => service.ask("PUT", `/Things/${id}`, { name: id, ...values, schemas: schemas(values) }),
      get: (id) => service.ask("GET", `/Things/${id}`),
      async find(filter) {
        const { json } = await service.ask("GET", `/Things?filter=${encodeURIComponent(filter)}`);
        return (json.Resources ?? []).map((found: { id: string }) => found.id).sort();
      },
    };
  }) as { readonly [K in keyof D]: Release };
  const tablesOf = tableReader({ db, tables }, tenant, releases);
  return { releases, tables: tablesOf };
}

/** What the tables hold of one resource. */
export interface InTables {
  readonly id: string;
  readonly mark: string;
  readonly document: Record<string, unknown>;
  readonly keys: Record<string, unknown>;
  readonly uniques: readonly { readonly attribute: string; readonly key: string }[];
  readonly elements: readonly ElementInTable[];
}

interface ElementInTable {
  readonly attribute: string;
  readonly key: string;
  readonly value: string | null;
  readonly element: unknown;
  readonly keys: unknown;
}

function tableReader({ db, tables }: Pick<Opened, "db" | "tables">, tenant: string, releases: readonly Release[]) {
  const { prefix, schema } = tables;
  const table = (name: string): string => `${schema === undefined ? "" : `"${schema}".`}"${prefix}${name}"`;
  const json = (column: string): string => (schema === undefined ? `json(${column})` : `${column}::text`);
  const run = async <R>(text: string): Promise<readonly R[]> =>
    (await db.executeQuery<R>(CompiledQuery.raw(text))).rows;
  const parsed = (text: string | null): unknown => (text === null ? null : JSON.parse(text));
  const all = async (): Promise<readonly InTables[]> => {
    const rows = await run<{ id: string; document: string; keys: string }>(
      `SELECT id, document, ${json("keys")} AS keys FROM ${table("resource")} WHERE tenant = '${tenant}' ORDER BY id`,
    );
    const uniques = await run<{ id: string; attribute: string; key: string }>(
      `SELECT id, attribute, key FROM ${table("unique")} WHERE tenant = '${tenant}'`,
    );
    const elements = await run<{
      id: string;
      attribute: string;
      key: string;
      value: string | null;
      element: string | null;
      keys: string | null;
    }>(
      `SELECT id, attribute, key, coalesce(target, value) AS value, element, ${json("keys")} AS keys FROM ${table("element")} WHERE tenant = '${tenant}' ORDER BY attribute, key`,
    );
    return rows.map(({ id, document, keys: text }) => {
      const { "@shape": mark = "", ...keys } = JSON.parse(text);
      return {
        id,
        mark,
        document: JSON.parse(document),
        keys,
        uniques: uniques.filter((row) => row.id === id).map(({ attribute, key }) => ({ attribute, key })),
        elements: elements
          .filter((row) => row.id === id)
          .map(({ attribute, key, value, element, keys: own }) => ({
            attribute,
            key,
            value,
            element: parsed(element),
            keys: parsed(own),
          })),
      };
    });
  };
  return {
    tenant,
    all,
    run,
    table,
    one: async (id: string): Promise<InTables> => {
      const found = (await all()).find((row) => row.id === id);
      if (found === undefined) throw new Error(`There is no ${id}.`);
      return found;
    },
    /** Rows that are not what the document says under the schema of the mark, each with what is wrong. */
    stale: async (): Promise<readonly string[]> => (await all()).flatMap((row) => staleIn(row, tenant, releases)),
  };
}

function staleIn(row: InTables, tenant: string, releases: readonly Release[]): readonly string[] {
  if (row.mark === "?") return [];
  const type = releases.map((release) => release.type).find((one) => shapeOf(one).fingerprint === row.mark);
  if (type === undefined) return [`${row.id} has the mark ${row.mark}, which is nobody's`];
  const meta = { resourceType: "Thing", created: "2026-01-01T00:00:00Z", lastModified: "2026-01-01T00:00:00Z" };
  const resource: Record<string, unknown> = { ...row.document, id: row.id, meta };
  const wrong: string[] = [];
  for (const attribute of type.attributes) {
    const apart = row.elements.filter((one) => one.attribute === attribute.path && one.element !== null);
    if (attribute.collection && readAttribute(resource, attribute) !== undefined)
      wrong.push(`${row.id} has the collection ${attribute.path} in its document`);
    if (!attribute.collection && apart.length > 0) wrong.push(`${row.id} has elements of ${attribute.path}`);
    if (attribute.collection && apart.length > 0)
      writeAttribute(
        resource,
        attribute,
        apart.map(({ value, element }) => ({ ...(value === null ? {} : { value }), ...(element as object) })),
      );
  }
  const wanted = rowOf(type, resource as unknown as StoredResource, tenant);
  const known = new Set(type.attributes.map(({ path }) => path));
  const isOfType = (name: string): boolean => {
    const colon = name.lastIndexOf(":");
    return known.has(`${name.slice(0, colon + 1)}${name.slice(colon + 1).split(".")[0]}`);
  };
  const pathOf = (attribute: string): string => attribute.split(" ").at(-1) as string;
  const { "@shape": _, "meta.created": __, ...keys } = JSON.parse(wanted.keys);
  const told = (value: unknown): string => JSON.stringify(sortedDeep(value));
  const compare = (what: string, is: unknown, should: unknown): void => {
    if (told(is) !== told(should)) wrong.push(`${row.id} has ${what} ${told(is)} instead of ${told(should)}`);
  };
  compare(
    "the keys",
    Object.fromEntries(Object.entries(row.keys).filter(([name]) => isOfType(name) && name !== "meta.created")),
    keys,
  );
  compare(
    "the unique rows",
    row.uniques
      .filter(({ attribute }) => isOfType(pathOf(attribute)))
      .map(({ attribute, key }) => `${attribute} ${key}`)
      .sort(),
    wanted.uniques.map(({ attribute, key }) => `${attribute} ${key}`).sort(),
  );
  const elementTexts = (elements: readonly ElementInTable[]) =>
    elements
      .filter(({ attribute }) => known.has(attribute))
      .map(told)
      .sort();
  compare(
    "the elements",
    elementTexts(row.elements),
    elementTexts(
      [...wanted.elements.values()].map((one) => ({
        attribute: one.attribute,
        key: one.key,
        value: one.value,
        element: one.element === null ? null : JSON.parse(one.element),
        keys: one.keys === null ? null : JSON.parse(one.keys),
      })),
    ),
  );
  return wrong;
}

function sortedDeep(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedDeep);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, inner]) => [name, sortedDeep(inner)]),
  );
}
