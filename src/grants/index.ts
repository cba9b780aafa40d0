export type { GrantChange } from "./change.ts";
export type { Grant, GrantGroup, GrantSource, Revocation } from "./definition.ts";
export { decideInTurn, defineGrants, type Explanation, type Grants, type GrantsOptions } from "./grants.ts";
