import type { ResourceObject } from "../schema/value.ts";

/**
 * One resource on its way from one directory to another, as a line of a JSON Lines file has it: what `exportResources` gives and
 * `importResources` takes.
 */
export interface TransferLine {
  /** Name of the resource type, e.g. `User`. */
  readonly resourceType: string;
  /** The resource as SCIM has it, with its `id`, `meta.created`, `meta.lastModified` and `meta.version` where they are to stay. */
  readonly resource: ResourceObject;
  /** What a storage kept of writeOnly attributes (the hash of a password), by path; never a value in the clear. */
  readonly secrets?: ResourceObject | undefined;
}

/** A line that could not be taken, and why. */
export interface ImportProblem {
  /** Number of the line, from 1; undefined where a reference is found to lead nowhere after all lines have been read. */
  readonly line: number | undefined;
  /** Name of the resource type, where the line says it. */
  readonly resourceType: string | undefined;
  /** The id that the line has, where it has one. */
  readonly id: string | undefined;
  /** What is wrong with it, in a sentence that names attributes and no value. */
  readonly reason: string;
}

/** Why a line cannot be taken. */
export class LineProblem extends Error {}
