// A server that stops without losing an answer. It knows nothing of SCIM, and serves every application of node:http, Express among them.
import type { RequestListener, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as delay, setImmediate as turn } from "node:timers/promises";

/** How long a stop may take, in milliseconds. */
export interface Patience {
  /** How long it goes on listening: what clients have sent by now is answered. Default 250. */
  readonly drain?: number;
  /** When requests that are still at work are cut. Default 8000: `docker stop` kills after ten seconds. */
  readonly within?: number;
}

/** Stops a server; says how many requests were cut. */
export type Stop = () => Promise<number>;

/**
 * Gives an application the requests of a server until it is stopped. Then what is at work is answered, and each connection ends
 * behind the last of its answers: with `Connection: close`, unless the head of that answer had gone out. What comes in behind such a
 * promise is not begun: its client knows that it may ask again elsewhere.
 * @see RFC 9112 §9.6
 */
export function serveUntilStopped(
  server: Server,
  application: RequestListener,
  { drain = 250, within = 8000 }: Patience = {},
): Stop {
  const sockets = new Set<Socket>();
  const open = new Set<ServerResponse>();
  const ending = new WeakSet<Socket>();
  let isStopping = false;

  const endBehind = (response: ServerResponse): void => {
    const { socket } = response.req;
    ending.add(socket);
    if (response.headersSent) response.on("close", () => socket.destroySoon());
    else response.shouldKeepAlive = false;
  };
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("request", (request, response) => {
    if (ending.has(request.socket)) return;
    open.add(response);
    response.on("close", () => open.delete(response));
    if (isStopping) endBehind(response);
    application(request, response);
  });

  return async () => {
    isStopping = true;
    // Of pipelined requests it is the last that may say so: Node would drop what is behind it.
    const last = new Map([...open].map((response) => [response.req.socket, response]));
    for (const response of last.values()) endBehind(response);
    await delay(drain);
    // Whatever kept the process busy until now, what has come in meanwhile is read first.
    await turn();
    let cut = 0;
    const patience = setTimeout(() => {
      cut = open.size;
      // All of them: Node's closeAllConnections() leaves out those that have become WebSockets.
      for (const socket of sockets) socket.destroy();
    }, within - drain);
    const closed = new Promise((resolve) => server.close(resolve));
    // Node takes a connection on which nothing was ever asked for one that is at work.
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroySoon();
    await closed;
    clearTimeout(patience);
    return cut;
  };
}
