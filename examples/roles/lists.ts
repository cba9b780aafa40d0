// Lists that clients may look at and not change: an adapter over whatever an application has them in.
import {
  type CompiledResourceType,
  type Context,
  errors,
  queryByScan,
  type StorageAdapter,
  type StoredResource,
} from "scimkit/storage";

/** One entry: its id, and its attributes as the schema names them. */
export interface Entry {
  readonly id: string;
  readonly [attribute: string]: unknown;
}

/** Reads the entries of a resource type for a caller (its tenant), each time they are asked for. */
export type ReadEntries = (
  resourceType: CompiledResourceType,
  context: Context,
) => Iterable<Entry> | AsyncIterable<Entry>;

/**
 * An adapter for resource types whose `operations` are `["read", "query"]`: the two verbs that these need. `since` is when the list
 * was last changed; it is the version as well.
 */
export function listStorage(read: ReadEntries, since: string): StorageAdapter {
  const rows = async function* (resourceType: CompiledResourceType, context: Context): AsyncGenerator<StoredResource> {
    for await (const entry of read(resourceType, context)) yield stored(resourceType, entry, since);
  };
  // No client gets here, because the resource types do not let it; only code of the application's own could.
  const refuse = async (): Promise<never> => {
    throw errors.notImplemented("This list is changed in the application itself.");
  };
  return {
    name: "lists",
    contract: 1,
    capabilities: { filter: true, sort: true, cursor: true, tenants: true },
    async get({ resourceType, id }, context) {
      for await (const row of rows(resourceType, context)) if (row.id === id) return row;
      return undefined;
    },
    query: (request, context) => queryByScan(rows(request.resourceType, context), request),
    create: refuse,
    replace: refuse,
    delete: refuse,
  };
}

function stored({ name, urn }: CompiledResourceType, entry: Entry, since: string): StoredResource {
  const meta = { resourceType: name, created: since, lastModified: since, version: since };
  return { schemas: [urn], ...entry, meta };
}
