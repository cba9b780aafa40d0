import { versionMismatch } from "../../error.ts";
import type { CompiledResourceType } from "../../schema/resource-type.ts";
import { getOrCreate } from "../get-or-create.ts";
import type { Ledgers } from "./ledger.ts";
import type { MemoryOutbox } from "./outbox.ts";
import type { ReferenceIndex } from "./reference-index.ts";
import type { Row } from "./row.ts";
import { createRows, type Rows } from "./rows.ts";
import type { Types } from "./types.ts";
import type { UnderWay } from "./under-way.ts";
import type { Readers } from "./undo.ts";
import type { ValueIndex } from "./value-index.ts";

/** Everything of one tenant, with the indexes that keep look-ups from growing with the number of resources. */
export interface Tenant {
  /** Rows of each resource type by id, and in the order of creation. */
  readonly rows: Map<string, Rows>;
  /** Every row by id: ids are unique over all types [S-3.1-05]. */
  readonly byId: Map<string, Row>;
  /** externalId and unique attributes, by `indexName`: those that somebody has looked up. */
  readonly values: Map<string, ValueIndex>;
  /** Rows by the ids that they refer to, for each reference attribute of each type, by `referenceName`. */
  readonly references: Map<string, ReferenceIndex>;
  /** The resource types whose references have their indexes. */
  readonly met: WeakSet<CompiledResourceType>;
  /** The indexes of the values of a resource type. */
  readonly wanted: WeakMap<CompiledResourceType, readonly ValueIndex[]>;
  readonly shared: Shared;
  /** How many rows were ever created. */
  created: number;
  readonly readers: Readers;
  /** The storage has it no more. */
  isGone: boolean;
}

/** What all tenants of a storage have in common. */
export interface Shared {
  readonly tenants: Map<string, Tenant>;
  /** Rows of all tenants by the keys of attributes that are unique over tenants, by `indexName` [S-7-23]. */
  readonly globals: Map<string, ValueIndex>;
  readonly types: Types;
  /** What is remembered beside the resources, by tenant. */
  readonly ledgers: Ledgers;
  /** The one that is under way. */
  transaction: UnderWay | undefined;
  readonly outbox: MemoryOutbox;
}

/** Makes an empty tenant. */
export function createTenant(shared: Shared): Tenant {
  return {
    rows: new Map(),
    byId: new Map(),
    values: new Map(),
    references: new Map(),
    met: new WeakSet(),
    wanted: new WeakMap(),
    shared,
    created: 0,
    readers: { count: 0, newest: undefined },
    isGone: false,
  };
}

/** The rows of a resource type; types are told apart by name. */
export function rowsOfType(tenant: Tenant, { name }: Pick<CompiledResourceType, "name">): Rows {
  return getOrCreate(tenant.rows, name, createRows);
}

/**
 * The row that a write is about; undefined where there is none.
 * @throws {ScimError} 412 where the version is not the one that the write asks for.
 */
export function rowToWrite(
  tenant: Tenant,
  request: {
    readonly resourceType: CompiledResourceType;
    readonly id: string;
    readonly ifVersion?: string | undefined;
  },
): Row | undefined {
  const { resourceType, id, ifVersion } = request;
  const row = rowsOfType(tenant, resourceType).get(id);
  if (row !== undefined && ifVersion !== undefined && ifVersion !== String(row.version)) throw versionMismatch();
  return row;
}
