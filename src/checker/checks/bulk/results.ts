import { ERROR, PATCH } from "../../../client/urns.ts";
import { freeText, usersOf } from "../../attributes.ts";
import type { Check } from "../../check.ts";
import { isSameUri } from "../../compare.ts";
import type { Workbench } from "../../workbench.ts";
import { person, personWith } from "../people.ts";
import { type Done, done, isGood, madeId, makes, statusOf } from "./job.ts";

const section = "RFC 7644 §3.7.3";

const missing = (bench: Workbench) => ({ method: "DELETE", path: `${usersOf(bench)}/no-such-${bench.run}` });

/** A job whose second operation of three fails: its user has a name that is taken. */
async function halfDone(
  bench: Workbench,
  more: object = {},
): Promise<Done & { readonly first: string; readonly last: string }> {
  const { userName } = await person(bench);
  const [one, three] = [makes(bench, "one"), makes(bench, "three")];
  const job = await done(bench, [one, makes(bench, "two", { userName }), three], more);
  return { ...job, first: one.data.userName, last: three.data.userName };
}

/** What is told of each operation. */
export const resultChecks: readonly Check[] = [
  {
    id: "bulk/results",
    title: "Every operation has a result, in the order of the request.",
    level: "must",
    requirements: ["P-3.7.3-01", "P-3.7-17"],
    section,
    suffers: "The client does not know what became of an account.",
    misses: "Requests of hundreds of operations.",
    async run(bench) {
      const { answer, came } = await done(bench, [makes(bench, "one"), makes(bench, "two"), missing(bench)]);
      bench.expect(came.length === 3, `There are ${came.length} results.`, "There are three operations.", answer);
      const methods = came.map(({ method }) => String(method).toUpperCase()).join();
      const right = "They come as they were sent: POST, POST, DELETE.";
      bench.expect(methods === "POST,POST,DELETE", `They come as ${methods}.`, right, answer);
    },
  },
  {
    id: "bulk/status-text",
    title: "The status of a result is a text.",
    level: "should",
    requirements: ["P-3.7.3-02", "R-45"],
    section,
    suffers: "Clients that compare it to a text take every operation for failed.",
    misses: "The status within an error.",
    async run(bench) {
      const { answer, results } = await done(bench, [makes(bench, "one")]);
      const { status } = results[0] ?? {};
      bench.expect(
        typeof status === "string",
        `It is ${JSON.stringify(status)}.`,
        'It is a text, such as "201".',
        answer,
      );
    },
  },
  {
    id: "bulk/status",
    title: "The status of a result is that of the request by itself.",
    level: "must",
    requirements: ["P-3.7.3-02"],
    section,
    suffers: "Clients take what failed for done.",
    misses: "Other refusals than of what is not there.",
    async run(bench) {
      const { answer, results } = await done(bench, [makes(bench, "one"), missing(bench)]);
      const alone = await bench.delete(missing(bench).path);
      const statuses = results.map(statusOf).join();
      const right = `A POST that was done is 201, a DELETE of nothing ${alone.status}, as by itself.`;
      bench.expect(statuses === `201,${alone.status}`, `They are ${statuses}.`, right, answer);
    },
  },
  {
    id: "bulk/bulk-id",
    title: "The result of a POST has its bulkId.",
    level: "must",
    requirements: ["P-3.7-15"],
    section,
    suffers: "The client cannot tell which of its accounts became which.",
    misses: "The bulkId of other operations.",
    async run(bench) {
      const { answer, results } = await done(bench, [makes(bench, "qwerty")]);
      const { bulkId } = results[0] ?? {};
      bench.expect(bulkId === "qwerty", `It is ${JSON.stringify(bulkId)}.`, 'It is "qwerty", as it was sent.', answer);
    },
  },
  {
    id: "bulk/location",
    title: "A result has the location of its resource.",
    level: "must",
    requirements: ["P-3.7-08"],
    section,
    suffers: "The client does not know the id of what it has made, and makes it again.",
    misses: "Results of PUT and PATCH.",
    async run(bench) {
      const user = await person(bench);
      const { answer, results } = await done(bench, [makes(bench, "one"), { method: "DELETE", path: user.path }]);
      for (const { method, location } of results)
        bench.expect(
          typeof location === "string",
          `That of ${method} has none.`,
          "Only a failed POST has none.",
          answer,
        );
      const right = `${bench.facts.baseUrl}${user.path}`;
      const seen = String(results[1]?.location);
      bench.expect(isSameUri(bench, seen, right), `That of DELETE is ${seen}.`, `It is ${right}.`, answer);
    },
  },
  {
    id: "bulk/failed-location",
    title: "The result of a POST that failed has no location.",
    level: "must",
    requirements: ["P-3.7-08"],
    section,
    suffers: "Clients take what failed for made.",
    misses: "Locations of other operations that failed.",
    async run(bench) {
      const { answer, results } = await halfDone(bench);
      if (isGood(results[1])) bench.block("The POST of a name that is taken is done.");
      const { location } = results[1] ?? {};
      const isNone = location === undefined || location === null;
      bench.expect(isNone, `It is ${location}.`, "Nothing was made.", answer);
    },
  },
  {
    id: "bulk/error",
    title: "The result of an operation that failed has an error, with its status.",
    level: "must",
    requirements: ["P-3.7-09", "P-3.7.3-03"],
    section,
    suffers: "Nobody knows why an account was not made.",
    misses: "Whether the text tells the truth.",
    async run(bench) {
      const { answer, results } = await halfDone(bench);
      if (isGood(results[1])) bench.block("The POST of a name that is taken is done.");
      const response = results[1]?.response ?? {};
      const right = "`response` is an error of SCIM, with the same status.";
      const isError = Array.isArray(response.schemas) && response.schemas.includes(ERROR);
      bench.expect(isError, `response is ${JSON.stringify(response)}.`, right, answer);
      bench.expect(
        Number(response.status) === statusOf(results[1]),
        `Its status is ${response.status}.`,
        right,
        answer,
      );
    },
  },
  {
    id: "bulk/goes-on",
    title: "An operation that fails does not stop the others.",
    level: "must",
    requirements: ["P-3.7-12", "P-3.7-11"],
    section,
    suffers: "One account that is refused keeps all behind it from being made.",
    misses: "Operations that need what failed.",
    async run(bench) {
      const { answer, results } = await halfDone(bench);
      const right = "All but the one whose name is taken are done.";
      bench.expect(isGood(results[0]) && isGood(results[2]), "The first or the last is not done.", right, answer);
      bench.expect(!isGood(results[1]), "The one whose name is taken is done.", right, answer);
    },
  },
  {
    id: "bulk/fail-on-errors",
    title: "With failOnErrors the request ends behind so many errors.",
    level: "must",
    requirements: ["P-3.7-13", "R-46"],
    section,
    suffers: "A client that wants to stop at the first fault does harm to thousands.",
    misses: "Higher numbers than 1.",
    async run(bench) {
      const { answer, results } = await halfDone(bench, { failOnErrors: 1 });
      const right = "Results up to the one that failed, and nothing behind it is done.";
      bench.expect(results.length <= 2, `There are ${results.length} results.`, right, answer);
      bench.expect(results.some(isGood), "The first is not done.", right, answer);
    },
  },
  {
    id: "bulk/version",
    title: "The result of a change has the version that the resource has behind it.",
    level: "should",
    requirements: ["P-3.7.3-04"],
    section,
    suffers: "Careful clients read everything that they have just written.",
    misses: "Versions of PUT and PATCH.",
    async run(bench) {
      bench.needs("etag");
      const { answer, results } = await done(bench, [makes(bench, "one")]);
      if (!isGood(results[0])) bench.block("The POST is not done.");
      const { meta } = await bench.read(`${usersOf(bench)}/${encodeURIComponent(madeId(results[0]))}`);
      const { version } = results[0] ?? {};
      bench.expect(version === meta?.version, `It is ${JSON.stringify(version)}.`, `It is ${meta?.version}.`, answer);
    },
  },
  {
    id: "bulk/version-stale",
    title: "An operation on a version that is no longer there is 412.",
    level: "should",
    requirements: ["P-3.7-07", "R-39"],
    section: "RFC 7644 §3.7",
    suffers: "Two administrators overwrite each other's work in silence.",
    misses: "Versions of PUT and DELETE.",
    async run(bench) {
      bench.needs("etag", "patch");
      const name = freeText(bench);
      const user = await personWith(bench, { [name]: "one" });
      const { version } = user.body.meta ?? {};
      if (version === undefined) bench.block("The server announces ETags, and shows no meta.version.");
      await bench.patch(user.path, [{ op: "replace", path: name, value: "two" }]);
      const data = { schemas: [PATCH], Operations: [{ op: "replace", path: name, value: "three" }] };
      const { answer, results } = await done(bench, [{ method: "PATCH", path: user.path, version, data }]);
      bench.expect(
        statusOf(results[0]) === 412,
        `It is ${results[0]?.status}.`,
        "412: the version has changed.",
        answer,
      );
    },
  },
];
