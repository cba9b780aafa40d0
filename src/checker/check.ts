import type { Workbench } from "./workbench.ts";

/**
 * How much it matters. `must`: the RFC says MUST, SHALL or REQUIRED, or another answer contradicts what the server announces. `should`: the
 * RFC recommends it. `client`: no RFC asks for it, and the clients that the check names need it. `option`: it is the server's to choose; the
 * report says what it chose, and where it chose it, whether it does it right.
 */
export type Level = "must" | "should" | "client" | "option";

/** One thing that is tried on a server: a sentence that is true of a good one. */
export interface Check {
  /** Its name for ever, e.g. `create/conflict`: the section's file, and what is tried. */
  readonly id: string;
  /** What a good server does, as a sentence. */
  readonly title: string;
  readonly level: Level;
  /** Ids of docs/requirements.tsv that it tries, e.g. `P-3.3-05`; rules about clients by their `Q73`, rulings by `R-2`. */
  readonly requirements: readonly string[];
  /** Where it is said, e.g. `RFC 7644 §3.3`. */
  readonly section: string;
  /** Who needs it, where the level is `client`: `entra`, `okta`, … */
  readonly clients?: readonly string[];
  /** What a client, and so its people, would suffer from a server that fails it. One sentence. */
  readonly suffers: string;
  /** A defect of this kind that it would not find. One sentence, for who reads the code. */
  readonly misses: string;
  /** Tries it: returns where the server is right; what it throws by `bench.fail`, `bench.skip` and the like is the outcome. */
  run(bench: Workbench): Promise<void>;
}
