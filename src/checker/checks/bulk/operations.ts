import { BULK_RESPONSE, PATCH } from "../../../client/urns.ts";
import { freeText, usersOf } from "../../attributes.ts";
import type { Check } from "../../check.ts";
import { expectStatus, told } from "../../judge.ts";
import { expectValue } from "../patch/patched.ts";
import { person, personWith } from "../people.ts";
import { done, expectBad, expectGood, isGood, madeId, makes, sent, tried } from "./job.ts";

const section = "RFC 7644 §3.7";

/** What a bulk request does, and its answer. */
export const operationChecks: readonly Check[] = [
  {
    id: "bulk/unannounced",
    title: "Where bulk requests are not announced, one is refused.",
    level: "should",
    requirements: ["P-3.7-01", "P-3.12-09"],
    section: "RFC 7644 §3.12",
    suffers: "Clients that try it are told of a fault of the server's, and try for ever.",
    misses: "Servers that have bulk requests and do not announce them, of which it makes a note.",
    async run(bench) {
      if (bench.has("bulk")) bench.skip("The server has bulk requests.");
      const answer = await bench.post("/Bulk", { schemas: [], Operations: [] });
      const isRefused = (answer.status >= 400 && answer.status < 500) || answer.status === 501;
      if (answer.status === 200) return bench.note("The server has bulk requests, and does not announce them.");
      bench.expect(isRefused, told(answer), "501, or a refusal.", answer);
    },
  },
  {
    id: "bulk/answer",
    title: "A bulk request is answered by 200 and a BulkResponse.",
    level: "must",
    requirements: ["P-3.7-02", "P-3.7-11", "S-5-10"],
    section,
    suffers: "Clients that use what is announced cannot write at all.",
    misses: "Results, which the other checks look at.",
    async run(bench) {
      const { answer } = await tried(bench, [makes(bench, "one")]);
      expectStatus(bench, answer, 200, "200: bulk requests are announced.", "A bulk request");
      const { schemas } = answer.body;
      const isRight = Array.isArray(schemas) && schemas.includes(BULK_RESPONSE);
      bench.expect(isRight, `schemas is ${JSON.stringify(schemas)}.`, `It has ${BULK_RESPONSE}.`, answer);
    },
  },
  {
    id: "bulk/post",
    title: "POST makes a resource that is there behind it.",
    level: "must",
    requirements: ["P-3.7-03"],
    section,
    suffers: "Accounts that the client believes to exist are not there.",
    misses: "Resources of other types.",
    async run(bench) {
      const job = await done(bench, [makes(bench, "one")]);
      expectGood(job, bench, 0, "The POST");
      const answer = await bench.get(`${usersOf(bench)}/${encodeURIComponent(madeId(job.results[0]))}`);
      expectStatus(bench, answer, 200, "200: it was made.", "A read of a user whom a bulk request has made");
    },
  },
  {
    id: "bulk/put",
    title: "PUT replaces a resource.",
    level: "must",
    requirements: ["P-3.7-03"],
    section,
    suffers: "Changes do not arrive.",
    misses: "What a PUT leaves out.",
    async run(bench) {
      const name = freeText(bench);
      const user = await personWith(bench, { [name]: "Clerk" });
      const job = await done(bench, [{ method: "PUT", path: user.path, data: { ...user.body, [name]: "Engineer" } }]);
      expectGood(job, bench, 0, "The PUT");
      expectValue(bench, name, (await bench.read(user.path))[name], "Engineer");
    },
  },
  {
    id: "bulk/patch",
    title: "PATCH changes a resource.",
    level: "must",
    requirements: ["P-3.7-03", "P-3.7-06"],
    section,
    suffers: "Changes do not arrive.",
    misses: "Operations without a path.",
    async run(bench) {
      bench.needs("patch");
      const name = freeText(bench);
      const user = await personWith(bench, { [name]: "Clerk" });
      const data = { schemas: [PATCH], Operations: [{ op: "replace", path: name, value: "Engineer" }] };
      const job = await done(bench, [{ method: "PATCH", path: user.path, data }]);
      expectGood(job, bench, 0, "The PATCH");
      expectValue(bench, name, (await bench.read(user.path))[name], "Engineer");
    },
  },
  {
    id: "bulk/delete",
    title: "DELETE removes a resource.",
    level: "must",
    requirements: ["P-3.7-03"],
    section,
    suffers: "Who has left the company keeps an account.",
    misses: "Resources that others refer to.",
    async run(bench) {
      const user = await person(bench);
      const job = await done(bench, [{ method: "DELETE", path: user.path }]);
      expectGood(job, bench, 0, "The DELETE");
      expectStatus(
        bench,
        await bench.get(user.path),
        404,
        "404: it was removed.",
        "A read of a user whom a bulk request has removed",
      );
    },
  },
  {
    id: "bulk/order",
    title: "Operations on one resource are done in their order.",
    level: "must",
    requirements: ["P-3.7-16"],
    section,
    suffers: "An account ends as the client has not described it.",
    misses: "Operations on different resources, whose order is the server's.",
    async run(bench) {
      bench.needs("patch");
      const name = freeText(bench);
      const user = await person(bench);
      const change = (value: string) => ({
        method: "PATCH",
        path: user.path,
        data: { schemas: [PATCH], Operations: [{ op: "replace", path: name, value }] },
      });
      const { results } = await done(bench, ["one", "two", "three"].map(change));
      if (!results.every(isGood)) bench.block("A PATCH in a bulk request is not done.");
      expectValue(bench, name, (await bench.read(user.path))[name], "three");
    },
  },
  {
    id: "bulk/bad-method",
    title: "A method that changes nothing is refused.",
    level: "must",
    requirements: ["P-3.7-03"],
    section,
    suffers: "A fault in a client is answered as done.",
    misses: "Methods in small letters.",
    async run(bench) {
      const user = await person(bench);
      expectBad(await sent(bench, [{ method: "GET", path: user.path }]), bench, 0, "400: there are four methods.");
    },
  },
  {
    id: "bulk/no-bulk-id",
    title: "A POST without a bulkId is refused.",
    level: "should",
    requirements: ["P-3.7-04"],
    section,
    suffers: "The client cannot tell which of its accounts became which.",
    misses: "An empty bulkId.",
    async run(bench) {
      const operation = { ...makes(bench, "one"), bulkId: undefined };
      expectBad(await sent(bench, [operation]), bench, 0, "400: a POST has a bulkId.");
    },
  },
  {
    id: "bulk/same-bulk-id",
    title: "Two operations of one bulkId are refused.",
    level: "should",
    requirements: ["P-3.7-04"],
    section,
    suffers: "A group gets the wrong one of two people.",
    misses: "The same bulkId in two requests, which is legal.",
    async run(bench) {
      const job = await sent(bench, [makes(bench, "same"), makes(bench, "same")]);
      const isRefused = job.answer.status === 400 || job.results.some((result) => !isGood(result));
      bench.expect(isRefused, "Both are done.", "400: a bulkId is unique.", job.answer);
    },
  },
  {
    id: "bulk/no-data",
    title: "A POST without data is refused.",
    level: "must",
    requirements: ["P-3.7-06"],
    section,
    suffers: "Accounts of nothing are made.",
    misses: "Data that is no object.",
    async run(bench) {
      const operation = { ...makes(bench, "one"), data: undefined };
      expectBad(await sent(bench, [operation]), bench, 0, "400: a POST has data.");
    },
  },
];
