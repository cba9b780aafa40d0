import type { Json } from "./json.ts";
/** A feature that a server may lack, and says so in its ServiceProviderConfig. */
export type Feature =
  | "patch"
  | "bulk"
  | "filter"
  | "sort"
  | "etag"
  | "changePassword"
  | "pagination.cursor"
  | "pagination.index";

/** An attribute as a server's `/Schemas` describes it; what is missing has the default of RFC 7643 §2.2. */
export interface AttributeFact {
  readonly name: string;
  readonly type: string;
  readonly multiValued: boolean;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: string;
  readonly returned: string;
  readonly uniqueness: string;
  readonly canonicalValues: readonly string[];
  readonly referenceTypes: readonly string[];
  readonly subAttributes: readonly AttributeFact[];
}

export interface SchemaFact {
  readonly id: string;
  readonly attributes: readonly AttributeFact[];
}

export interface ResourceTypeFact {
  readonly name: string;
  /** Below the base URL, e.g. `/Users`. */
  readonly endpoint: string;
  readonly schema: string;
  readonly extensions: readonly { readonly schema: string; readonly required: boolean }[];
}

/** What a server says of itself, with what is assumed where a document is missing or wrong. */
export interface ServerFacts {
  readonly baseUrl: string;
  /** Each document as it came, `undefined` where there is none that can be read. */
  readonly serviceProviderConfig: Json;
  readonly resourceTypes: readonly ResourceTypeFact[];
  readonly schemas: ReadonlyMap<string, SchemaFact>;
  /** What is announced; `assumed` where the document that would say it cannot be read. */
  readonly features: ReadonlyMap<Feature, boolean>;
  readonly areFeaturesAssumed: boolean;
  readonly users: ResourceTypeFact | undefined;
  readonly groups: ResourceTypeFact | undefined;
  /** Limits that are announced. */
  readonly maxResults: number | undefined;
  readonly bulk: { readonly maxOperations: number | undefined; readonly maxPayloadSize: number | undefined };
}
