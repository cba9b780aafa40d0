import { PATCH } from "../../../client/urns.ts";
import type { Needs } from "../cycle.ts";

/** A list of nobody. */
export const nobody: Needs = {
  status: [200],
  bodyContains: { totalResults: 0 },
  arrayLengths: { "/Resources": 0 },
};

/** A list of the one that was made under this name. */
export const found = (name: string): Needs => ({
  status: [200],
  bodyContains: { totalResults: 1, Resources: [{ id: `{${name}}` }] },
  arrayLengths: { "/Resources": 1 },
});

/** Done, in either of the ways that a PATCH may be answered, and to be seen afterwards. */
export const shows = (
  get: string,
  bodyContains: object,
  arrayLengths: Readonly<Record<string, number>> = {},
): Needs => ({
  status: [200, 204],
  after: [{ get, status: 200, bodyContains, arrayLengths }],
});

/** Deleted, and gone afterwards. */
export const gone = (get: string): Needs => ({ status: [204, 200], after: [{ get, status: 404 }] });

/** A body of a PATCH. */
export const patch = (...Operations: readonly object[]) => ({ schemas: [PATCH], Operations });

/** Headers of a request that is not recorded. */
export const JSON_BODY = { "Content-Type": "application/scim+json" } as const;
