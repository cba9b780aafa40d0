// An adapter over a Map: five functions, in which everything between a check and its write happens in one turn.
import {
  errors,
  type NewResource,
  queryByScan,
  referencesIn,
  type StorageAdapter,
  type StoredResource,
  valueAt,
  type WriteRequest,
} from "scimkit/storage";

type Rows = Map<string, StoredResource>;

export function mapStorage(): StorageAdapter {
  const tenants = new Map<string, Rows>();
  const rowsOf = ({ tenant = "" }: { tenant?: string }): Rows => {
    const rows = tenants.get(tenant) ?? new Map<string, StoredResource>();
    tenants.set(tenant, rows);
    return rows;
  };
  return {
    name: "map",
    contract: 1,
    capabilities: { filter: true, sort: true, tenants: true, danglingReferences: true },
    get: async ({ resourceType, id }, context) => copyOf(rowOf(rowsOf(context), resourceType.name, id)),
    async query(request, context) {
      const rows = [...rowsOf(context).values()].filter(({ meta }) => meta.resourceType === request.resourceType.name);
      return queryByScan(
        rows.map((row) => structuredClone(row)),
        request,
        { maxScanned: 10_000 },
      );
    },
    async create(request, context) {
      const rows = rowsOf(context);
      if (rows.has(request.resource.id)) throw errors.uniqueness("id");
      checkUnique(rows, request, request.resource);
      return store(rows, request.resource, "1");
    },
    async replace(request, context) {
      const rows = rowsOf(context);
      const before = rowOf(rows, request.resourceType.name, request.id);
      if (before === undefined) return undefined;
      if (request.ifVersion !== undefined && request.ifVersion !== before.meta.version) throw errors.versionMismatch();
      checkUnique(rows, request, request.resource);
      return store(rows, request.resource, String(Number(before.meta.version) + 1));
    },
    async delete({ resourceType, id, ifVersion }, context) {
      const rows = rowsOf(context);
      const before = rowOf(rows, resourceType.name, id);
      if (before === undefined) return false;
      if (ifVersion !== undefined && ifVersion !== before.meta.version) throw errors.versionMismatch();
      return rows.delete(id);
    },
  };
}

function rowOf(rows: Rows, resourceType: string, id: string): StoredResource | undefined {
  const row = rows.get(id);
  return row?.meta.resourceType === resourceType ? row : undefined;
}

function store(rows: Rows, resource: NewResource, version: string): StoredResource {
  const row = structuredClone({ ...resource, meta: { ...resource.meta, version } });
  rows.set(row.id, row);
  return structuredClone(row);
}

function copyOf(row: StoredResource | undefined): StoredResource | undefined {
  return row && structuredClone(row);
}

/** Of references, only that they lead somewhere is looked at here; the kit asks for more. */
function checkUnique(rows: Rows, { resourceType }: WriteRequest, resource: NewResource): void {
  for (const path of resourceType.unique) {
    const { key } = path.sub ?? path.attribute;
    const taken = valueAt(resource, path);
    for (const row of rows.values())
      if (taken !== undefined && row.id !== resource.id && key(valueAt(row, path)) === key(taken))
        throw errors.uniqueness(path.text);
  }
  for (const { id } of referencesIn(resourceType, resource))
    if (!rows.has(id)) throw errors.invalidValue(`There is no resource ${id}.`);
}
