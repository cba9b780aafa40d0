import { afterAll, beforeAll, describe, test } from "vitest";
import { redisDocuments } from "../../../examples/redis/storage.ts";
import { type DocumentStorage, type DocumentStore, documentStorage } from "../../../src/storage/index.ts";
import { storageConformance } from "../../../src/testing/index.ts";
import { pickSeed, pickSize } from "../../support/size.ts";
import { connected, hasRedis, singleDocuments } from "./server.ts";

const runs = pickSize("random queries in each comparison", { everyday: 15, thorough: 200 });
const seed = pickSeed();
const hashSecret = (_: string, value: unknown) => `hash of ${String(value).length}`;

describe.runIf(hasRedis).each([
  ["a script for several documents", redisDocuments],
  ["one document at a time", singleDocuments],
] as const)("Redis, %s", (_, documents) => {
  let server: Awaited<ReturnType<typeof connected>>;
  let left = 0;
  beforeAll(async () => {
    server = await connected();
  });
  afterAll(() => server.close());
  const open = (store: DocumentStore): DocumentStorage => documentStorage({ ...store, hashSecret });
  storageConformance({
    test,
    describe,
    runs,
    seed,
    factory: () => ({
      storage: open(failing(documents(server.client, server.prefix), () => left > 0 && --left === 0)),
      again: () => open(documents(server.client, server.prefix)),
      dump: () => server.dump(),
      failAt(n) {
        left = n;
      },
    }),
  });
});

/** The store with a fault at the calls that `fails` says. */
function failing(store: DocumentStore, fails: () => boolean): DocumentStore {
  const members = Object.entries(store).map(([name, member]) => [
    name,
    typeof member !== "function"
      ? member
      : (...given: readonly unknown[]) => {
          if (fails()) throw new Error("Redis is out of reach.");
          return member(...given);
        },
  ]);
  return Object.fromEntries(members) as DocumentStore;
}
