// What stands between a process and its database: an address that stays while the server behind it changes, and a wire that can
// swallow what is sent.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A forwarder of connections. */
export interface Forwarder {
  readonly port: number;
  /** The port of the server that new connections lead to. */
  target: number;
  /** From now on connections are taken, and nothing of what is sent comes through; what is sent waits, as it would be sent again. */
  swallow(): void;
  /** Lets through what waits, and everything that comes. */
  letGo(): void;
  /** Those that are open now swallow for good, as where a firewall has forgotten them; new ones do not. */
  forget(): void;
  close(): Promise<void>;
}

/** The two ends of a connection; `far` is missing until it may lead anywhere. */
interface Wire {
  readonly near: Socket;
  far?: Socket;
}

export async function startForwarder(target: number): Promise<Forwarder> {
  const wires = new Set<Wire>();
  const forgotten = new Set<Wire>();
  let isSwallowing = false;
  const lead = (wire: Wire): void => {
    const far = connect(forwarder.target, "127.0.0.1");
    wire.far = far;
    wire.near.pipe(far).pipe(wire.near);
    // However one end is gone, the other is.
    far.on("error", () => undefined).on("close", () => wire.near.destroy());
  };
  const server = createServer((near) => {
    const wire: Wire = { near };
    wires.add(wire);
    near
      .on("error", () => undefined)
      .on("close", () => {
        wire.far?.destroy();
        wires.delete(wire);
        forgotten.delete(wire);
      });
    if (!isSwallowing) lead(wire);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const forwarder: Forwarder = {
    port: (server.address() as AddressInfo).port,
    target,
    swallow() {
      isSwallowing = true;
      for (const wire of wires) part(wire);
    },
    letGo() {
      isSwallowing = false;
      for (const wire of wires) {
        if (forgotten.has(wire)) continue;
        if (wire.far === undefined) lead(wire);
        else wire.near.pipe(wire.far).pipe(wire.near);
      }
    },
    forget() {
      for (const wire of wires) {
        part(wire);
        forgotten.add(wire);
      }
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const { near } of wires) near.destroy();
      await closed;
    },
  };
  return forwarder;
}

function part({ near, far }: Wire): void {
  if (far === undefined) return;
  near.unpipe(far).pause();
  far.unpipe(near).pause();
}
