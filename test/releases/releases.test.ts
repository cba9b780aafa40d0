import * as core from "scimkit";
import * as memoryModule from "scimkit/memory";
import * as sql from "scimkit/sql";
import { afterEach, describe, expect, test } from "vitest";
import { hasPostgres, POSTGRES_URL } from "../storage/sql/engines.ts";
import { CHANGES } from "./changes.ts";
import { play } from "./play.ts";
import type { Package, Store } from "./server.ts";
import { type Kind, mapped, memory, postgres, sqlite } from "./stores.ts";

const pack: Package = { core, memory: memoryModule, sql };
const open: Store[] = [];
const make = async (kind: Kind): Promise<Store> => {
  const store = await kind.make();
  open.push(store);
  return store;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((store) => store.close()));
});

describe.each([memory, sqlite, ...(hasPostgres ? [postgres(POSTGRES_URL)] : []), mapped])("$name", (kind) => {
  test.each(CHANGES)("$name", async (change) => {
    expect(await play(pack, await make(kind), await make(memory), change)).toEqual({});
  });
});
