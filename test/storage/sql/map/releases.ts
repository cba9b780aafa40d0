import { CompiledQuery } from "kysely";
import type { ResourceTypeDefinition } from "../../../../src/index.ts";
import type { MappedStorage, TableMapping } from "../../../../src/storage/sql/index.ts";
import { type Directory, directory } from "../../../support/directory.ts";
import type { Engine } from "../engines.ts";
import { storageOf } from "./tables.ts";

export const meta = { version: "version", created: "created_at", lastModified: "updated_at" };
export const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/** A release of a host: what it serves, and how that lies in the tables. */
export interface Release {
  readonly resourceTypes: readonly ResourceTypeDefinition[];
  readonly types: Readonly<Record<string, Omit<TableMapping, "version" | "created" | "lastModified">>>;
  readonly hasHash?: boolean;
}

/** Tables that one release after the other serves. */
export interface Tables {
  readonly isPostgres: boolean;
  run(text: string, parameters?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  storage(release: Release): MappedStorage;
  serve(release: Release, tenant?: string): Directory & { readonly storage: MappedStorage };
}

/** Makes tables; in their definitions and in statements `@` stands before a table's name. */
export async function tablesOf(engine: Engine, ddl: (isPostgres: boolean) => readonly string[]): Promise<Tables> {
  const { db, tables } = await engine.open();
  const { schema } = tables;
  const at = schema === undefined ? "" : `"${schema}".`;
  const run: Tables["run"] = async (text, parameters = []) => {
    let position = 0;
    const placed = engine.isPostgres ? text.replaceAll("?", () => `$${++position}`) : text;
    const { rows } = await db.executeQuery<Record<string, unknown>>(
      CompiledQuery.raw(placed.replaceAll("@", at), [...parameters]),
    );
    return rows;
  };
  for (const text of ddl(engine.isPostgres)) await run(text);
  const storage: Tables["storage"] = ({ resourceTypes, types, hasHash = true }) =>
    storageOf({
      db,
      resourceTypes,
      types: Object.fromEntries(
        Object.entries(types).map(([name, mapping]) => [
          name,
          { ...meta, ...(schema === undefined ? mapping : inSchema(mapping, schema)) },
        ]),
      ),
      ...(hasHash ? { hashSecret: (_: string, value: unknown) => `hash of ${String(value).length}` } : {}),
    });
  return {
    isPostgres: engine.isPostgres,
    run,
    storage,
    serve(release, tenant) {
      const served = storage(release);
      const context = tenant === undefined ? {} : { tenant };
      return {
        storage: served,
        ...directory({
          storage: served,
          resourceTypes: release.resourceTypes,
          authenticate: () => context,
        }),
      };
    },
  };
}

function inSchema(mapping: Release["types"][string], schema: string) {
  const collections = Object.fromEntries(
    Object.entries(mapping.collections ?? {}).map(([path, given]) => [
      path,
      Array.isArray(given) ? given.map((one) => ({ ...one, schema })) : { ...given, schema },
    ]),
  );
  return { ...mapping, schema, collections } as typeof mapping;
}

/** A PATCH of one operation. */
export const patch = (op: string, path: string, value?: unknown) => ({
  schemas: [PATCH],
  Operations: [{ op, path, ...(value === undefined ? {} : { value }) }],
});
