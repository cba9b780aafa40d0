import { afterAll, beforeAll, describe, test } from "vitest";
import { storageConformance } from "../../../src/testing/index.ts";
import { engines, type Opened } from "./engines.ts";

for (const engine of engines()) {
  describe(engine.name, () => {
    let opened: Opened;
    beforeAll(async () => {
      opened = await engine.open({ hashSecret: (_, value) => `hash of ${String(value).length}` });
    });
    afterAll(() => engine.close());
    storageConformance({ test, describe, factory: () => opened });
  });
}
