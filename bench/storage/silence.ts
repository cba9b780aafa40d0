// The database says nothing: its processes stand still, or the wire swallows what is sent.
import type { Cluster } from "./cluster.ts";
import { BOTH, type Outcome, play, type Scene, terms } from "./scenario.ts";
import { TIMEOUT } from "./service.ts";

/** SIGSTOP to all of the server's processes for `seconds`, then SIGCONT. */
export async function pauseServer(cluster: Cluster, seconds: number): Promise<void> {
  const happen = async (): Promise<Outcome> => {
    cluster.pause();
    await wait(seconds);
    cluster.resume();
    return { cluster, mendedAt: performance.now() };
  };
  await play(`Paused for ${seconds} s`, cluster, happen, { openings: BOTH });
}

/** Nothing comes through for `seconds`, of old connections and of new ones; then all of it does. */
export async function swallow(cluster: Cluster, seconds: number): Promise<void> {
  const happen = async ({ forwarder }: Scene): Promise<Outcome> => {
    forwarder.swallow();
    await wait(seconds);
    forwarder.letGo();
    return { cluster, mendedAt: performance.now() };
  };
  await play(`Packets swallowed for ${seconds} s`, cluster, happen, { openings: BOTH });
}

/** Old connections swallow for good, and nobody says so; new ones do not. */
export async function forget(cluster: Cluster): Promise<void> {
  await play("Connections forgotten", cluster, async ({ forwarder, services, traffic }) => {
    const left = services.reduce((sum, { pool }) => sum + pool.totalCount, 0);
    forwarder.forget();
    const mendedAt = performance.now();
    await traffic.more(terms.writes);
    return { cluster, mendedAt, left };
  });
}

/** Longer than a request may take, in seconds. */
export const LONGER = TIMEOUT / 1000 + 1;

function wait(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
