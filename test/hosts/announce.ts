// Preloaded into the process of a program: tells its parent the port that it listens on.
import { type AddressInfo, Server } from "node:net";

const { listen } = Server.prototype;
Server.prototype.listen = function (this: Server, ...given: unknown[]) {
  this.once("listening", () => process.send?.((this.address() as AddressInfo).port));
  return listen.apply(this, given as Parameters<typeof listen>);
} as typeof listen;
