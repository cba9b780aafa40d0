import { describe, test } from "vitest";
import { documentStorage } from "../../../src/storage/index.ts";
import { storageConformance } from "../../../src/testing/index.ts";
import { pickSeed, pickSize } from "../../support/size.ts";
import { atomicStore, Shelf, singleStore } from "./stores.ts";

const runs = pickSize("random queries in each comparison", { everyday: 15, thorough: 200 });
const seed = pickSeed();
const hashSecret = (_: string, value: unknown) => `hash of ${String(value).length}`;

describe.each([
  ["several documents in one step", atomicStore],
  ["one document at a time", singleStore],
] as const)("documentStorage over a store that changes %s", (_, storeOver) => {
  storageConformance({
    test,
    describe,
    runs,
    seed,
    factory() {
      const shelf = new Shelf();
      const storage = documentStorage({ ...storeOver(shelf), hashSecret });
      let left = 0;
      shelf.before = () => {
        if (left > 0 && --left === 0) throw new Error("The shelf is out of reach.");
      };
      return {
        storage,
        again: () => documentStorage({ ...storeOver(shelf), hashSecret }),
        dump: () => shelf.text,
        failAt(n) {
          left = n;
        },
      };
    },
  });
});
