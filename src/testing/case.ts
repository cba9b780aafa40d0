import type { Subject } from "./subject.ts";

/** What an adapter may do without, and the kit then leaves out: it follows from `capabilities` and the optional methods. */
export const FEATURES = [
  "filter",
  "sort",
  "cursor",
  "secrets",
  "tenants",
  "danglingReferences",
  "applyDelta",
  "transaction",
  "reindex",
  "deleteTenant",
  "exportTenant",
  "renameTenant",
  "outbox",
  "ledger",
  "accepts",
  "keepsDeleted",
  "failAt",
  "again",
  "atomic",
] as const;

/** One of `FEATURES`. */
export type Feature = (typeof FEATURES)[number];

/** One thing that an adapter must do. */
export interface Case {
  /** A sentence that states the behaviour, ending with the ids of the requirements and anomalies that it is about. */
  readonly title: string;
  /** Chapter of the score card. */
  readonly chapter: string;
  /** The number of the contract of storage that asks for it: an adapter of an earlier one is not tried by it. */
  readonly contract: number;
  /** Attributes that the case writes, as `Type.path`; without one of them it is left out. */
  readonly needs: readonly string[];
  /** What the adapter has to be able to do; without one of them the case is left out. */
  readonly features: readonly Feature[];
  run(subject: Subject): Promise<void>;
}

/** The contract that cases belong to which say nothing. */
const FIRST_CONTRACT = 1;

/** What the cases of a chapter have in common. */
export interface Chapter {
  readonly name: string;
  /** Default 1. */
  readonly contract?: number;
  readonly needs?: readonly string[];
  readonly features?: readonly Feature[];
}

/** What one case needs besides its chapter. */
export interface CaseNeeds {
  /** Default: that of the chapter. */
  readonly contract?: number;
  readonly needs?: readonly string[];
  readonly features?: readonly Feature[];
}

/** Collects the cases of one chapter. */
export function chapter(common: Chapter): {
  readonly cases: readonly Case[];
  add(title: string, run: (subject: Subject) => Promise<void>, own?: CaseNeeds): void;
} {
  const cases: Case[] = [];
  return {
    cases,
    add(title, run, own = {}) {
      const needs = [...(common.needs ?? []), ...(own.needs ?? [])];
      cases.push({
        title: `${common.name}: ${title}`,
        chapter: common.name,
        contract: own.contract ?? common.contract ?? FIRST_CONTRACT,
        needs,
        features: [...(common.features ?? []), ...(own.features ?? [])],
        run,
      });
    },
  };
}
