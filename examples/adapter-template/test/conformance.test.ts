import { describe, test } from "node:test";
import { printScoreCard, storageConformance } from "scimkit/testing";
import { Client, templateStorage } from "../src/storage.ts";

storageConformance({
  test,
  describe,
  factory() {
    // Connect to the real server here, in a database or under a prefix of this run's own.
    const client = new Client();
    return {
      storage: templateStorage(client),
      // A second connection to the same data, as another process has one.
      again: () => templateStorage(client),
      dump: () => JSON.stringify([...client.documents.values()]),
    };
  },
  // Random queries in each comparison with the reference: more find more.
  runs: Number(process.env.KIT_RUNS ?? 200),
  report: (card) => console.log(printScoreCard(card)),
});
