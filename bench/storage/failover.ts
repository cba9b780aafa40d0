// The server that writes is gone; the one that follows it takes over.
import { type Cluster, until } from "./cluster.ts";
import { causesOf, play, terms } from "./scenario.ts";

/**
 * Loses the server that writes `rounds` times, with all that it does not share; clients reach its synchronous follower first while
 * that only reads, and then as the one that writes. Gives the last one.
 */
export async function failOver(first: Cluster, rounds: number): Promise<Cluster> {
  let primary = first;
  for (let round = 0; round < rounds; round++) {
    const standby = await primary.follow();
    const signal = round % 2 === 0 ? "SIGKILL" : "SIGQUIT";
    const lost = primary;
    await play(`Failover ${round + 1}, ${signal}`, primary, async ({ forwarder, services, traffic }) => {
      await traffic.more(terms.writes);
      await lost.crash(signal);
      forwarder.target = standby.port;
      const faults = () => services.flatMap((service) => service.faults);
      await until(() => causesOf(faults()).includes("25006"));
      await standby.promote();
      return { cluster: standby, mendedAt: performance.now() };
    });
    await lost.stop();
    primary = standby;
  }
  return primary;
}
