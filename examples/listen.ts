import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Stop, serveUntilStopped } from "./stop.ts";

/** A server that listens, the SCIM base URL that leads to it, and what ends it. */
export interface Listening {
  readonly server: Server;
  readonly baseUrl: string;
  readonly stop: Stop;
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
  // Ends the wait for a client that reads no more of its answer. Longer than the time that a request has.
  server.timeout = 120_000;
  server.listen(port, host);
  await once(server, "listening");
  const baseUrl = publicUrl ?? `http://${nameOf(host)}:${(server.address() as AddressInfo).port}/scim/v2`;
  const stop = serveUntilStopped(server, applicationAt(baseUrl));
  return { server, baseUrl, stop };
}

/** An address as URLs have it; one that stands for all addresses is none that a client can ask. */
function nameOf(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
