// npm run bench:faults [-- --only=failover,pause,swallow,forget,pgbouncer,clock,start --rounds=4 --seconds=10 --writes=150 --margin=1]
// What becomes of acknowledged writes, and of the service, when its database fails over, stands still, is silent, or stands behind a
// pooler, and when the clock jumps: under the load of clients that write without end. Whether a write is lost is decided by
// reading the database afterwards. This does not test what a power cut does.
import { parseArgs } from "node:util";
import { stepClock } from "./clock.ts";
import { startCluster } from "./cluster.ts";
import { startInSilence } from "./example.ts";
import { failOver } from "./failover.ts";
import { throughPooler } from "./pooler.ts";
import { terms } from "./scenario.ts";
import { forget, LONGER, pauseServer, swallow } from "./silence.ts";
import { brokenBounds } from "./statistics.ts";

const SCENARIOS = ["failover", "pause", "swallow", "forget", "pgbouncer", "clock", "start"] as const;

const { values } = parseArgs({
  options: {
    only: { type: "string", default: SCENARIOS.join(",") },
    rounds: { type: "string", default: "4" },
    seconds: { type: "string", default: "10" },
    writes: { type: "string", default: String(terms.writes) },
    margin: { type: "string", default: String(terms.margin) },
  },
});
const wanted = new Set(values.only.split(","));
terms.margin = Number(values.margin);
terms.writes = Number(values.writes);
const rounds = Number(values.rounds);
const seconds = Math.max(Number(values.seconds), LONGER);

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

let cluster = await startCluster();
if (cluster === undefined) {
  console.log("PostgreSQL's own programs (initdb, postgres) are not on this machine: nothing was tried.");
  process.exit(0);
}
try {
  if (wanted.has("failover")) cluster = await failOver(cluster, rounds);
  if (wanted.has("pause")) await pauseServer(cluster, seconds);
  if (wanted.has("swallow")) await swallow(cluster, seconds);
  if (wanted.has("forget")) await forget(cluster);
  if (wanted.has("pgbouncer")) await throughPooler(cluster);
  if (wanted.has("clock")) await stepClock(cluster, rounds);
  if (wanted.has("start")) await startInSilence(cluster);
} finally {
  cluster.resume();
  await cluster.stop();
}
console.log(brokenBounds() === 0 ? "Nothing that was acknowledged was lost, and all of it serves again." : "Broken.");
process.exit(brokenBounds() === 0 ? 0 : 1);
