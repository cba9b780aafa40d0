import { ENTERPRISE, PATCH } from "../../../client/urns.ts";
import { freeText, usersOf } from "../../attributes.ts";
import type { Check } from "../../check.ts";
import { valueAt } from "../../compare.ts";
import type { Workbench } from "../../workbench.ts";
import { groupsOf, membersOf } from "../groups/peopled.ts";
import { expectValue } from "../patch/patched.ts";
import { type Done, done, expectGood, isGood, madeId, makes, statusOf } from "./job.ts";

const section = "RFC 7644 §3.7.2";

/** An operation that makes a group of what others make. */
const groups = (bench: Workbench, bulkId: string, ...values: readonly string[]) => ({
  method: "POST",
  path: groupsOf(bench),
  bulkId,
  data: bench.newGroup({ members: values.map((value) => ({ value })) }),
});

/** The ids of those who are in the group that an operation has made. */
async function membersOfMade(bench: Workbench, { results }: Done, place: number): Promise<string> {
  const body = await bench.read(`${groupsOf(bench)}/${encodeURIComponent(madeId(results[place]))}`);
  return membersOf(body)
    .map(({ value }) => String(value))
    .join(" ");
}

/** Ends the check as skipped where the server lets no client make groups. */
function skipNoGroups(bench: Workbench, { results }: Done, place: number): void {
  if ([405, 501].includes(statusOf(results[place]))) bench.skip("The server lets no client make groups.");
}

/** References to what the same request makes. */
export const referenceChecks: readonly Check[] = [
  {
    id: "bulk/reference",
    title: "bulkId in data is the id of what an earlier operation has made.",
    level: "must",
    requirements: ["P-3.7.2-01"],
    section,
    suffers: "A new group has members who are nobody.",
    misses: "Several references in one resource.",
    async run(bench) {
      const job = await done(bench, [makes(bench, "ada"), groups(bench, "group", "bulkId:ada")]);
      if (!isGood(job.results[0])) bench.block("The POST of a user is not done.");
      skipNoGroups(bench, job, 1);
      expectGood(job, bench, 1, "The POST of a group");
      expectValue(bench, "The member", await membersOfMade(bench, job, 1), madeId(job.results[0]));
    },
  },
  {
    id: "bulk/reference-forward",
    title: "bulkId in data may be of an operation that comes later.",
    level: "should",
    requirements: ["P-3.7-16", "P-3.7.1-01", "R-47"],
    section: "RFC 7644 §3.7.1",
    suffers: "Clients have to sort what they send, and those that do not make empty groups.",
    misses: "Long chains of references.",
    async run(bench) {
      const job = await done(bench, [groups(bench, "group", "bulkId:ada"), makes(bench, "ada")]);
      if (!isGood(job.results[1])) bench.block("The POST of a user is not done.");
      skipNoGroups(bench, job, 0);
      expectGood(job, bench, 0, "The POST of a group");
      expectValue(bench, "The member", await membersOfMade(bench, job, 0), madeId(job.results[1]));
    },
  },
  {
    id: "bulk/circle",
    title: "Two groups that are in each other are made so, or the request fails by 409.",
    level: "must",
    requirements: ["P-3.7.1-01", "R-47"],
    section: "RFC 7644 §3.7.1",
    suffers: "Groups are made by halves, and the client believes that they are whole.",
    misses: "Circles of more than two.",
    async run(bench) {
      const job = await done(bench, [groups(bench, "one", "bulkId:two"), groups(bench, "two", "bulkId:one")]);
      const { answer, results } = job;
      const right = "Each is a member of the other, or the status is 409.";
      if (!results.every(isGood)) {
        const isRefused = results.filter((result) => !isGood(result)).every((result) => statusOf(result) < 500);
        return bench.expect(isRefused, `The statuses are ${results.map(statusOf).join()}.`, right, answer);
      }
      const seen = [await membersOfMade(bench, job, 0), await membersOfMade(bench, job, 1)];
      const areWhole = seen[0] === madeId(results[1]) && seen[1] === madeId(results[0]);
      bench.expect(areWhole, "Both are made, and they are not in each other.", right, answer);
    },
  },
  {
    id: "bulk/reference-extension",
    title: "bulkId is an id in an extension too: the manager's.",
    level: "must",
    requirements: ["P-3.7.2-02"],
    section,
    suffers: "New people have managers who are nobody.",
    misses: "References in the filter of a path.",
    async run(bench) {
      bench.needsAttributes(`${ENTERPRISE}:manager.value`);
      const manager = { [ENTERPRISE]: { manager: { value: "bulkId:boss" } } };
      const job = await done(bench, [makes(bench, "boss"), makes(bench, "ada", manager)]);
      if (!isGood(job.results[0])) bench.block("The POST of a user is not done.");
      expectGood(job, bench, 1, "The POST of a user with a manager");
      const body = await bench.read(`${usersOf(bench)}/${encodeURIComponent(madeId(job.results[1]))}`);
      expectValue(bench, "manager.value", valueAt(body, ENTERPRISE, "manager", "value"), madeId(job.results[0]));
    },
  },
  {
    id: "bulk/reference-path",
    title: "bulkId in a path is the id of what an operation has made.",
    level: "should",
    requirements: ["P-3.7.2-03", "R-47"],
    section,
    suffers: "Clients need a second request for what belongs to the first.",
    misses: "Paths of PUT and DELETE.",
    async run(bench) {
      bench.needs("patch");
      const name = freeText(bench);
      const data = { schemas: [PATCH], Operations: [{ op: "replace", path: name, value: "Engineer" }] };
      const path = `${usersOf(bench)}/bulkId:ada`;
      const job = await done(bench, [makes(bench, "ada"), { method: "PATCH", path, data }]);
      if (!isGood(job.results[0])) bench.block("The POST of a user is not done.");
      expectGood(job, bench, 1, "The PATCH of what was made");
      const body = await bench.read(`${usersOf(bench)}/${encodeURIComponent(madeId(job.results[0]))}`);
      expectValue(bench, name, body[name], "Engineer");
    },
  },
  {
    id: "bulk/reference-unknown",
    title: "A bulkId that no operation has is refused, and is never stored as an id.",
    level: "should",
    requirements: ["P-3.7.2-04", "R-47"],
    section,
    suffers: "Groups have a member of the name bulkId:nope, which no client can remove.",
    misses: "A bulkId of an operation that failed.",
    async run(bench) {
      const job = await done(bench, [groups(bench, "group", "bulkId:nope"), makes(bench, "ada")]);
      const right = "The operation fails by 400 or 409, and the others are done.";
      bench.expect(isGood(job.results[1]), "The other operation is not done.", right, job.answer);
      if (!isGood(job.results[0])) return;
      const seen = await membersOfMade(bench, job, 0);
      bench.expect(!seen.includes("bulkId"), `The group has the member ${seen}.`, right, job.answer);
    },
  },
];
