import { hostConformance } from "scimkit/testing";
import { describe, expect, test } from "vitest";
import { LISTENERS } from "./listeners.ts";
import { closed, listening } from "./wire.ts";

/** The query at the base URL itself is no route of these programs. */
const BELOW_ALONE = ["Fastify", "Hono"];
/** Made anew by middleware, a `Request` has the URL that its parser made. */
const RESOLVED = "Hono behind middleware that makes a request of its own";

describe.each(Object.entries(LISTENERS))("%s is a host", (name, listenerOf) => {
  hostConformance({
    // Each case has a server of its own.
    test: test.concurrent,
    async start(scim) {
      const { port, server } = await listening(await listenerOf(scim));
      return { url: `http://127.0.0.1:${port}`, close: () => closed(server) };
    },
    without: [
      ...(BELOW_ALONE.includes(name) ? (["root"] as const) : []),
      ...(name === RESOLVED ? (["dotSegments"] as const) : []),
    ],
  });
});

test("what a host says it cannot do is left out, and nothing else", () => {
  const start = () => ({ url: "" });
  const titles = (without?: Parameters<typeof hostConformance>[0]["without"]) =>
    hostConformance({ test: () => undefined, start, without });
  expect(new Set(titles()).size).toBe(titles().length);
  expect(titles().length - titles(["dotSegments"]).length).toBe(1);
  expect(titles(["streams"]).filter((title) => title.startsWith("a stream"))).toEqual([]);
});
