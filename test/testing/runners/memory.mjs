// The kit under node:test: every case on memory, and a score card at the end.
import { test } from "node:test";
import { memoryStorage } from "scimkit/memory";
import { printScoreCard, storageConformance } from "scimkit/testing";

storageConformance({
  test,
  factory: () => ({ storage: memoryStorage() }),
  seed: 1,
  report: (card) => console.log(printScoreCard(card)),
});
