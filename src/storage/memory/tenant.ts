import { versionMismatch } from "../../error.ts";
import type { ResourceType } from "../../schema/resource-type.ts";
import { getOrCreate } from "../get-or-create.ts";
import type { KeyIndex } from "./key-index.ts";
import type { ReferenceIndex } from "./reference-index.ts";
import type { Row } from "./row.ts";
import { createRows, type Rows } from "./rows.ts";
import type { Readers } from "./undo.ts";

/** Everything of one tenant, with the indexes that keep look-ups from growing with the number of resources. */
export interface Tenant {
  /** Rows of each resource type by id, and in the order of creation. */
  readonly rows: Map<string, Rows>;
  /** Every row by id: ids are unique over all types [S-3.1-05]. */
  readonly byId: Map<string, Row>;
  /** `id`, `externalId` and unique attributes, by `uniqueName`. */
  readonly values: Map<string, KeyIndex>;
  /** Rows by the ids that they refer to, for each reference attribute of each type. */
  readonly references: Map<string, ReferenceIndex>;
  /** The same for all tenants of a storage. */
  readonly globals: Globals;
  /** How many rows were ever created. */
  created: number;
  readonly readers: Readers;
}

/** Rows of all tenants by the keys of attributes that are unique over tenants, by `uniqueName` [S-7-23]. */
export type Globals = Map<string, Map<unknown, Row>>;

/** Makes an empty tenant. */
export function createTenant(globals: Globals): Tenant {
  return {
    rows: new Map(),
    byId: new Map(),
    values: new Map(),
    references: new Map(),
    globals,
    created: 0,
    readers: { count: 0, newest: undefined },
  };
}

/** The rows of a resource type; types are told apart by name. */
export function rowsOfType(tenant: Tenant, resourceType: ResourceType): Rows {
  return getOrCreate(tenant.rows, resourceType.name, createRows);
}

/**
 * The row that a write is about; undefined where there is none.
 * @throws {ScimError} 412 where the version is not the one that the write asks for.
 */
export function rowToWrite(
  tenant: Tenant,
  request: { readonly resourceType: ResourceType; readonly id: string; readonly ifVersion?: string | undefined },
): Row | undefined {
  const { resourceType, id, ifVersion } = request;
  const row = rowsOfType(tenant, resourceType).get(id);
  if (row !== undefined && ifVersion !== undefined && ifVersion !== String(row.version)) throw versionMismatch();
  return row;
}
