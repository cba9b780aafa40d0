import type { CompiledResourceType } from "../../schema/resource-type.ts";
import type { AttributePlace } from "../../schema/value.ts";
import type { NewResource, StoredResource } from "../adapter.ts";
import type { Session } from "./session.ts";
import type { DocumentKey } from "./store.ts";

/** A resource as its document keeps it, with what others must know of it who do not have its resource type. */
export interface Row {
  /** The name of its resource type, and the URN of that one's schema. */
  readonly type: string;
  readonly urn: string;
  readonly version: number;
  readonly resource: StoredResource;
  /** Where it may refer to others: a delete takes references out of resources of types that its request does not name. */
  readonly references: readonly Place[];
  /** The unique values that it holds. */
  readonly unique: readonly UniquePlace[];
  /** What is kept of writeOnly attributes, by path. */
  readonly secrets: Readonly<Record<string, unknown>>;
}

/** Where references are in a resource, and to which types. */
export interface Place extends AttributePlace {
  readonly multiValued: boolean;
  readonly resourceTypes: readonly string[];
}

/** The document of a unique value. */
export interface UniquePlace {
  readonly isGlobal: boolean;
  readonly key: string;
}

/** Who refers to an id, and what has it. There is one as long as there is either. */
export interface Links {
  /** The resource type of what is there; absent where nothing is. */
  readonly type?: string | undefined;
  /** Ids of those who refer to it. */
  readonly holders: readonly string[];
}

/** Who holds a unique value: one, or several from before it had to be unique. */
export interface Holders {
  readonly holders: readonly string[];
}

/** By which unique attributes the rows of a type have been filed. */
export interface Filed {
  readonly unique: string;
}

export const KINDS = {
  resource: "resource",
  links: "links",
  unique: "unique",
  global: "global",
  filed: "filed",
  ledger: "ledger",
} as const;

export function resourceAt(tenant: string, id: string): DocumentKey {
  return { tenant, kind: KINDS.resource, key: id };
}

export function linksAt(tenant: string, id: string): DocumentKey {
  return { tenant, kind: KINDS.links, key: id };
}

/** What is unique over all tenants is filed apart from each of them. */
export function uniqueAt(tenant: string, { isGlobal, key }: UniquePlace): DocumentKey {
  return isGlobal ? { tenant: "", kind: KINDS.global, key } : { tenant, kind: KINDS.unique, key };
}

export function filedAt(tenant: string, { name }: CompiledResourceType): DocumentKey {
  return { tenant, kind: KINDS.filed, key: name };
}

/** The row of an id, if it is of the type. */
export async function rowOf(
  session: Session,
  tenant: string,
  { name }: CompiledResourceType,
  id: string,
): Promise<Row | undefined> {
  const [row] = await session.get<Row>([resourceAt(tenant, id)]);
  return row?.type === name ? row : undefined;
}

/** Where a type has references. */
export function placesIn({ references }: CompiledResourceType): readonly Place[] {
  return references.map(({ attribute: { name, extension, multiValued }, resourceTypes }) => ({
    name,
    extension,
    multiValued,
    resourceTypes,
  }));
}

/** The next state of a row, in a version that it never had. */
export function changed(row: Row, resource: NewResource, at?: string): Row {
  const version = row.version + 1;
  const meta = { ...resource.meta, ...(at === undefined ? {} : { lastModified: at }) };
  return { ...row, version, resource: withVersion({ ...resource, meta }, version) };
}

export function withVersion(resource: NewResource, version: number): StoredResource {
  return { ...resource, meta: { ...resource.meta, version: String(version) } };
}
