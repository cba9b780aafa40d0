import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A server that listens, and the SCIM base URL that leads to it. */
export interface Listening {
  readonly server: Server;
  readonly baseUrl: string;
}

/** Listens on 127.0.0.1; port 0 takes any free one. The application is made when its base URL is known. */
export async function listen(port: number, applicationAt: (baseUrl: string) => RequestListener): Promise<Listening> {
  const server = createServer();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/scim/v2`;
  server.on("request", applicationAt(baseUrl));
  return { server, baseUrl };
}

/** Lets the requests that run come to their end, for five seconds at most. */
export async function close(server: Server): Promise<void> {
  const patience = setTimeout(() => server.closeAllConnections(), 5000);
  await new Promise((resolve) => server.close(resolve));
  clearTimeout(patience);
}
