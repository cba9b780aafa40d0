import * as core from "scimkit";
import * as memoryModule from "scimkit/memory";
import * as sql from "scimkit/sql";
import { afterEach, describe, expect, test } from "vitest";
import { hasPostgres, POSTGRES_URL } from "../storage/sql/engines.ts";
import { pickSeed, pickSize } from "../support/size.ts";
import type { Package, Store } from "./server.ts";
import { type Kind, mapped, memory, postgres, sqlite } from "./stores.ts";
import { Rolling, randomFrom } from "./two-releases.ts";

const pack: Package = { core, memory: memoryModule, sql };
const SEED = pickSeed();
const STEPS = pickSize("operations of two releases", { everyday: 1_000, thorough: 2_000 });

let open: Store | undefined;
afterEach(async () => open?.close());

describe.each<Kind>([memory, sqlite, ...(hasPostgres ? [postgres(POSTGRES_URL)] : []), mapped])("$name", (kind) => {
  test("two releases at once leave nothing stale and lose nothing", async () => {
    open = await kind.make();
    const rolling = await Rolling.start(pack, open, randomFrom(SEED));
    for (let step = 0; step < STEPS; step++) {
      await rolling.step();
      if (step % 250 === 0) await rolling.check();
    }
    expect((await rolling.check()).lookUps).toBeGreaterThan(50);
  });
});
