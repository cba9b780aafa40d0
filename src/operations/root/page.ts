import type { ListItem } from "../../call/result.ts";
import { invalidCursor } from "../../error.ts";
import type { QueryResult } from "../../storage/adapter.ts";

/** A page of several resource types together. */
export interface RootPage {
  readonly items: readonly ListItem[];
  /** Undefined where a storage does not know it. */
  readonly totalResults: number | undefined;
  /** Of a cursor page but for the last: where each type stands, as one text. */
  readonly nextCursor?: string | undefined;
}

/** Where a walk stands in one type: not begun, at its end, or at a position of its storage. */
export type Standing = typeof BEGIN | typeof END | string;
export const BEGIN = 0;
export const END = 1;

/** The cursor of the page behind these standings; undefined where every type is at its end. */
export function writeStandings(standings: readonly Standing[]): string | undefined {
  return standings.every((standing) => standing === END) ? undefined : JSON.stringify(standings);
}

/** @throws {ScimError} 400 invalidCursor for a cursor of a service with other resource types. */
export function readStandings(cursor: string | undefined, count: number): readonly Standing[] {
  if (cursor === undefined) return Array<Standing>(count).fill(BEGIN);
  const standings: unknown = JSON.parse(cursor);
  if (!Array.isArray(standings) || standings.length !== count)
    throw invalidCursor("The resource types of the service have changed. Start again with an empty cursor.");
  return standings;
}

/** The position that storage is asked for. */
export function positionOf(standing: Standing): string | undefined {
  return typeof standing === "string" ? standing : undefined;
}

/** The total over several types, where each of them is known. */
export function totalOf(results: readonly QueryResult[]): number | undefined {
  let total = 0;
  for (const { totalResults } of results) {
    if (totalResults === undefined) return undefined;
    total += totalResults;
  }
  return total;
}
