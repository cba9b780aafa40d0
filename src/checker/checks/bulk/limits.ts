import { BULK } from "../../../client/urns.ts";
import { usersOf } from "../../attributes.ts";
import type { Check } from "../../check.ts";
import { expectStatus, told } from "../../judge.ts";
import type { Answer, Workbench } from "../../workbench.ts";
import { sent } from "./job.ts";

const section = "RFC 7644 §3.7.4";

/** More operations than are announced, none of which would do anything; skips the check where that would be very many. */
async function tooMany(bench: Workbench): Promise<Answer> {
  bench.needs("bulk");
  const { maxOperations = 0 } = bench.facts.bulk;
  if (maxOperations < 1 || maxOperations > 2000) bench.skip("The server announces no limit, or a very large one.");
  const path = `${usersOf(bench)}/none-${bench.run}`;
  const operations = Array.from({ length: maxOperations + 1 }, () => ({ method: "DELETE", path }));
  return (await sent(bench, operations)).answer;
}

/** More bytes than are announced, blanks all but a few; skips the check where that would be very many. */
async function tooLarge(bench: Workbench): Promise<Answer> {
  bench.needs("bulk");
  const { maxPayloadSize = 0 } = bench.facts.bulk;
  if (maxPayloadSize < 1 || maxPayloadSize > 4_000_000)
    bench.skip("The server announces no limit, or a very large one.");
  const Operations = [{ method: "DELETE", path: `${usersOf(bench)}/none-${bench.run}` }];
  const body = JSON.stringify({ schemas: [BULK], Operations });
  // Whether there is such an endpoint at all.
  await sent(bench, Operations);
  return bench.post("/Bulk", body.padEnd(maxPayloadSize + 1, " "));
}

/** The limits that are announced. */
export const limitChecks: readonly Check[] = [
  {
    id: "bulk/too-many",
    title: "More operations than are announced are 413.",
    level: "must",
    requirements: ["P-3.7.4-01", "P-3.7.4-02", "R-48"],
    section,
    suffers: "Clients do not learn that they must send less, and send the same for ever.",
    misses: "Servers that announce more than this check dares to send.",
    async run(bench) {
      expectStatus(
        bench,
        await tooMany(bench),
        413,
        "413: there are more operations than maxOperations.",
        "A bulk request of more operations than maxOperations",
      );
    },
  },
  {
    id: "bulk/too-many-told",
    title: "The 413 says which limit was exceeded.",
    level: "must",
    requirements: ["P-3.7.4-02", "R-48"],
    section,
    suffers: "Who runs the client does not know what to change.",
    misses: "Whether the number is the one that is announced.",
    async run(bench) {
      const answer = await tooMany(bench);
      if (answer.status !== 413) bench.block(told(answer));
      const isTold = /operations/i.test(answer.text) || answer.text.includes(String(bench.facts.bulk.maxOperations));
      bench.expect(isTold, "It names no limit.", "It names maxOperations, or its number.", answer);
    },
  },
  {
    id: "bulk/too-large",
    title: "More bytes than are announced are 413.",
    level: "must",
    requirements: ["P-3.7.4-01", "P-3.7.4-02", "P-3.7.4-03"],
    section,
    suffers: "Clients do not learn that they must send less, and send the same for ever.",
    misses: "Servers that announce more than this check dares to send.",
    async run(bench) {
      expectStatus(
        bench,
        await tooLarge(bench),
        413,
        "413: there are more bytes than maxPayloadSize.",
        "A bulk request of more bytes than maxPayloadSize",
      );
    },
  },
  {
    id: "bulk/limits-announced",
    title: "Where bulk requests are announced, their limits are numbers above 0.",
    level: "must",
    requirements: ["P-3.7.4-01", "S-5-05"],
    section: "RFC 7643 §5",
    suffers: "Clients do not know how much they may send, and send too much or one by one.",
    misses: "Limits that are not true, which the other checks try.",
    async run(bench) {
      bench.needs("bulk");
      if (bench.facts.serviceProviderConfig === undefined) bench.block("The server has no ServiceProviderConfig.");
      const { bulk = {} } = bench.facts.serviceProviderConfig;
      const answer = await bench.get("/ServiceProviderConfig");
      for (const name of ["maxOperations", "maxPayloadSize"]) {
        const isLimit = Number.isInteger(bulk[name]) && bulk[name] > 0;
        bench.expect(isLimit, `${name} is ${JSON.stringify(bulk[name])}.`, "It is a whole number above 0.", answer);
      }
    },
  },
];
