// The hosts that a runtime may have: each serves the service and gives a `fetch` that reaches it. One that listens is asked over HTTP.
const { createServer } = require("node:http");

const HOSTS = {
  /** Called by hand, as Next.js and Hono do. */
  fetchHandler: async ({ fetch: { fetchHandler } }, service) => {
    const handle = fetchHandler(service);
    return {
      fetch: (url, init) => handle(new Request(url, init)),
      origin: "https://example.com",
      close: () => undefined,
    };
  },
  nodeHandler: async ({ node: { nodeHandler } }, service) => {
    const server = createServer(nodeHandler(service));
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    return {
      fetch,
      origin: `http://127.0.0.1:${server.address().port}`,
      close: () => {
        server.closeAllConnections();
        server.close();
      },
    };
  },
  "Bun.serve": async ({ fetch: { fetchHandler } }, service) => {
    const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: fetchHandler(service) });
    return { fetch, origin: `http://127.0.0.1:${server.port}`, close: () => server.stop(true) };
  },
  "Deno.serve": async ({ fetch: { fetchHandler } }, service) => {
    const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => undefined }, fetchHandler(service));
    return { fetch, origin: `http://127.0.0.1:${server.addr.port}`, close: () => server.shutdown() };
  },
};

module.exports = { HOSTS };
