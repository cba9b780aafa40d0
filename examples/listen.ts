import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A server that listens, and the SCIM base URL that leads to it. */
export interface Listening {
  readonly server: Server;
  readonly baseUrl: string;
}

/** Where a server listens, and what its clients see of that. */
export interface Place {
  /** Default 127.0.0.1: this machine alone. */
  readonly host?: string;
  /** Default: the address that is listened on, and `/scim/v2`. */
  readonly publicUrl?: string | undefined;
}

/** Port 0 takes any free one. The application is made when its base URL is known. */
export async function listen(
  port: number,
  applicationAt: (baseUrl: string) => RequestListener,
  { host = "127.0.0.1", publicUrl }: Place = {},
): Promise<Listening> {
  const server = createServer();
  server.listen(port, host);
  await once(server, "listening");
  const baseUrl = publicUrl ?? `http://${nameOf(host)}:${(server.address() as AddressInfo).port}/scim/v2`;
  server.on("request", applicationAt(baseUrl));
  return { server, baseUrl };
}

/** An address as URLs have it; one that stands for all addresses is none that a client can ask. */
function nameOf(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}

/** Lets the requests that run come to their end, for five seconds at most. */
export async function close(server: Server): Promise<void> {
  // A client that keeps its connection is told to let go of it, or it would have its next request answered, and the one after.
  server.prependListener("request", (_request, response) => response.setHeader("Connection", "close"));
  const patience = setTimeout(() => server.closeAllConnections(), 5000);
  await new Promise((resolve) => server.close(resolve));
  clearTimeout(patience);
}
