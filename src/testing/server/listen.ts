import type { IncomingMessage, RequestListener } from "node:http";

/** A port that is listened on. */
export interface Listening {
  /** `http://127.0.0.1:41234`. */
  readonly origin: string;
  /** Says who answers; whoever asks before is kept waiting. */
  answer(listener: RequestListener): void;
  /** Destroys the connection of a request. */
  cut(request: unknown): void;
  close(): Promise<void>;
}

/**
 * Listens on 127.0.0.1. Node's modules are loaded here and not before: whatever else is in this entry point runs without them.
 * @throws {Error} where the port is taken.
 */
export async function listen(port: number): Promise<Listening> {
  const { createServer } = await nodeHttp();
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve());
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("The server has no port.");
  let closed: Promise<void> | undefined;
  return {
    origin: `http://127.0.0.1:${address.port}`,
    answer: (listener) => void server.on("request", listener),
    cut: (request) => void (request as IncomingMessage).socket.destroy(),
    close() {
      closed ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closed;
    },
  };
}

/** Jest runs CommonJS in a context that has no `import()`. */
async function nodeHttp(): Promise<typeof import("node:http")> {
  const { process } = globalThis as {
    readonly process?: { getBuiltinModule?(name: "node:http"): typeof import("node:http") };
  };
  return process?.getBuiltinModule?.("node:http") ?? (await import("node:http"));
}
