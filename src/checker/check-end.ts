import type { Exchange } from "./exchange.ts";

/** What ends a check before it has come to its end. Nobody but the runner catches it. */
export class CheckEnd extends Error {
  readonly outcome: "failed" | "blocked" | "skipped";
  readonly right: string;
  readonly shown: readonly Exchange[];

  constructor(outcome: CheckEnd["outcome"], reason: string, right = "", shown: readonly Exchange[] = []) {
    super(reason);
    this.outcome = outcome;
    this.right = right;
    this.shown = shown;
  }
}
