import { type Supports, weaken } from "../../filter/weaken.ts";
import type { AttributePath } from "../../schema/attribute.ts";
import { leafOf } from "../../schema/attribute.ts";
import type { CompiledResourceType } from "../../schema/resource-type.ts";
import type { GetRequest, QueryRequest, QueryResult, Select, StoredResource } from "../adapter.ts";
import { isId } from "../id.ts";
import { withInverses } from "../inverse.ts";
import { missingReferences, resolveReferences } from "../reference.ts";
import { queryByScan, scannedTooMany } from "../scan.ts";
import { isUnique, isUniqueOverTenants } from "../unique.ts";
import { referredBy, typesOf } from "./links.ts";
import { type Holders, KINDS, type Links, linksAt, type Row, resourceAt, rowOf, uniqueAt } from "./row.ts";
import type { Session } from "./session.ts";
import { isFiled, placeOf } from "./unique.ts";

/** Reads one resource. */
export async function getRow(
  session: Session,
  tenant: string,
  { resourceType, id, select }: GetRequest,
): Promise<StoredResource | undefined> {
  const row = await rowOf(session, tenant, resourceType, id);
  return row && present(session, tenant, resourceType, row.resource, select);
}

/** A resource as it is given: with computed attributes, as far as they are selected, and references as they lead now. */
export async function present(
  session: Session,
  tenant: string,
  type: CompiledResourceType,
  resource: StoredResource,
  select: Select,
): Promise<StoredResource> {
  const missing = missingReferences(type, resource).map(({ id }) => id);
  const types = missing.length === 0 ? new Map<string, string>() : await typesOf(session, tenant, missing);
  const resolved = resolveReferences(type, resource, (id) => types.get(id));
  if (!type.inverses.some((attribute) => select.includes(attribute))) return resolved;
  const [links] = await session.look<Links>([linksAt(tenant, resource.id)]);
  const rows = await session.look<Row>((links?.holders ?? []).map((id) => resourceAt(tenant, id)));
  return withInverses(type, resolved, (name) => rows.flatMap((row) => (row?.type === name ? [row.resource] : [])));
}

/** Finds resources: by a unique value or an id where the filter has one that must hold, else by looking at all. */
export async function queryRows(
  session: Session,
  tenant: string,
  request: QueryRequest,
  maxScanned: number,
): Promise<QueryResult> {
  const { resourceType, select } = request;
  const ids = await idsFor(session, tenant, request);
  if (ids === undefined) return scan(session, tenant, request, maxScanned);
  const rows = await session.get<Row>(ids.map((id) => resourceAt(tenant, id)));
  const found = rows.filter((row) => row?.type === resourceType.name) as readonly Row[];
  // The filter may ask for what is computed, whatever is selected.
  const all: Select = { includes: (attribute) => request.filter !== undefined || select.includes(attribute) };
  const presented: StoredResource[] = [];
  for (const { resource } of found) presented.push(await present(session, tenant, resourceType, resource, all));
  return queryByScan(presented, request, { maxScanned });
}

/** Which comparisons name a few resources at once. */
const LOOKED_UP: Supports = (node) =>
  node.type === "compare" && node.operator === "eq" && typeof node.value !== "object" && canLookUp(node.path);

function canLookUp(path: AttributePath): boolean {
  return isId(path) || leafOf(path).uniqueness !== "none";
}

/** The ids of which a filter can find some, where it names them; undefined where it does not. */
async function idsFor(
  session: Session,
  tenant: string,
  { filter, resourceType }: QueryRequest,
): Promise<readonly string[] | undefined> {
  const known = filter && weaken(filter, LOOKED_UP);
  if (known?.type !== "compare" || known.value === null) return undefined;
  const { path, value } = known;
  if (isId(path)) return [String(value)];
  const leaf = leafOf(path);
  if (!isUnique(resourceType, path) || !(await isFiled(session, tenant, resourceType))) return undefined;
  const place = placeOf(resourceType, path, leaf.key(value), isUniqueOverTenants(leaf));
  const [found] = await session.get<Holders>([uniqueAt(tenant, place)]);
  return found?.holders ?? [];
}

async function scan(session: Session, tenant: string, request: QueryRequest, maxScanned: number): Promise<QueryResult> {
  const { resourceType } = request;
  const rows = new Map(await session.list<Row>({ tenant, kind: KINDS.resource }));
  const own = [...rows.values()].filter(({ type }) => type === resourceType.name);
  if (own.length > maxScanned) throw scannedTooMany(maxScanned);
  const holders = holdersIn(rows, resourceType);
  const typeOf = (id: string): string | undefined => rows.get(id)?.type;
  function* all(): Generator<StoredResource> {
    for (const { resource } of own)
      yield withInverses(
        resourceType,
        resolveReferences(resourceType, resource, typeOf),
        (name) => holders.get(JSON.stringify([name, resource.id])) ?? [],
      );
  }
  return queryByScan(all(), request, { maxScanned });
}

/** Who refers to whom, by the resource type of the holder and the id that it refers to, as far as that is computed of the type. */
function holdersIn(
  rows: ReadonlyMap<string, Row>,
  { inverses }: CompiledResourceType,
): ReadonlyMap<string, readonly StoredResource[]> {
  const holders = new Map<string, StoredResource[]>();
  for (const name of new Set(inverses.map(({ inverseOf }) => inverseOf?.resourceType)))
    for (const { type, references, resource } of rows.values()) {
      if (type !== name) continue;
      for (const id of referredBy(references, resource)) {
        const key = JSON.stringify([name, id]);
        const known = holders.get(key);
        if (known === undefined) holders.set(key, [resource]);
        else known.push(resource);
      }
    }
  return holders;
}
