import { describe, expect, test } from "vitest";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { ABLE } from "../support/able.ts";
import { directory } from "../support/directory.ts";

describe("storage that declares", () => {
  test("one tenant only is never asked for another one: a context with a tenant is 500, and an event says why [G-22]", async () => {
    const storage = { ...memoryStorage(), capabilities: { ...ABLE, tenants: false } };
    const served = directory({ storage, authenticate: () => ({}) });
    expect((await served.ask("GET", "/Users")).status).toBe(200);
    const refused = directory({ storage, authenticate: () => ({ tenant: "acme" }) });
    expect((await refused.ask("GET", "/Users")).status).toBe(500);
    expect(refused.events).toMatchObject([{ type: "fault", error: { message: expect.stringContaining("tenant") } }]);
  });

  test("that it cannot hold dangling references refuses references ignore at start-up, naming the type", () => {
    const storage = { ...memoryStorage(), capabilities: { ...ABLE, danglingReferences: false } };
    expect(() => directory({ storage })).not.toThrow();
    expect(() => directory({ storage, settings: { references: "ignore" } })).toThrow(/references "ignore".*User/);
  });
});
