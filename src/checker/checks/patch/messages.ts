import { BULK, PATCH } from "../../../client/urns.ts";
import { freeText, userSchemaOf } from "../../attributes.ts";
import type { Check } from "../../check.ts";
import { differences } from "../../compare.ts";
import { expectStatus, isRefused, told } from "../../judge.ts";
import { person, personWith } from "../people.ts";
import { expectPatchRefused, expectValue, isDone, patched } from "./patched.ts";

const section = "RFC 7644 §3.5.2";

/** The message of a PATCH, its answer and its paths. */
export const messageChecks: readonly Check[] = [
  {
    id: "patch/answer",
    title: "A PATCH is answered by 200 with the resource, or by 204 without a body.",
    level: "must",
    requirements: ["P-3.5.2-23"],
    section,
    suffers: "Clients take the change for failed and send it for ever.",
    misses: "Answers to changes of groups, which may be answered otherwise.",
    async run(bench) {
      const user = await person(bench);
      bench.needs("patch");
      const Operations = [{ op: "add", path: freeText(bench), value: "Engineer" }];
      const answer = await bench.ask("PATCH", user.path, { body: { schemas: [PATCH], Operations } });
      expectStatus(bench, answer, [200, 204], "200 with the resource, or 204.", "A PATCH of a user");
      const right = "200 has the resource, 204 has no body.";
      const isRight = answer.status === 204 ? answer.text === "" : answer.body.id === user.id;
      bench.expect(isRight, `${answer.status} with ${answer.text === "" ? "no" : "another"} body.`, right, answer);
    },
  },
  {
    id: "patch/entire",
    title: "A PATCH that is answered by a resource answers with all of it, as a read shows it.",
    level: "must",
    requirements: ["P-3.5.2-23", "P-3.1-04"],
    section,
    suffers: "Clients take what the answer leaves out for lost.",
    misses: "Attributes that are returned on request alone.",
    async run(bench) {
      const user = await person(bench);
      const answer = await bench.patch(user.path, [{ op: "add", path: freeText(bench), value: "Engineer" }]);
      if (answer.status === 204) bench.skip("The server answers by 204.");
      if (answer.status !== 200) bench.block(told(answer));
      // Whose id it is, is patch/answer's and read/one's to judge.
      const names = differences({ ...answer.body, id: null }, { ...(await bench.read(user.path)), id: null });
      bench.expect(names.length === 0, `A read differs in ${names.join(", ")}.`, "It shows the same.", answer);
    },
  },
  {
    id: "patch/attributes",
    title: "A PATCH that names attributes to show is answered by 200 and these.",
    level: "must",
    requirements: ["P-3.5.2-24", "P-3.9-05"],
    section,
    suffers: "Clients that need a value back from the same request do not get it.",
    misses: "excludedAttributes, of which the RFC says nothing here.",
    async run(bench) {
      const name = freeText(bench);
      const user = await person(bench);
      const operations = [{ op: "add", path: name, value: "Engineer" }];
      const answer = await bench.patch(`${user.path}?attributes=userName`, operations);
      if (!isDone(answer)) bench.block(told(answer));
      bench.expect(answer.status !== 204, "It is answered by 204.", "200, with what `attributes` names.", answer);
      bench.expect(answer.body.userName !== undefined, "userName is missing.", "It is asked for.", answer);
      bench.expect(answer.body[name] === undefined, `${name} is shown.`, "It is not asked for.", answer);
    },
  },
  {
    id: "patch/wrong-schema",
    title: "A PATCH whose schemas says that it is something else is refused.",
    level: "should",
    requirements: ["P-3.5.2-01"],
    section,
    suffers: "A message that a client sent to the wrong place changes an account.",
    misses: "A message without schemas, which servers may read as what stands there.",
    async run(bench) {
      const user = await person(bench);
      const Operations = [{ op: "add", path: freeText(bench), value: "Engineer" }];
      const schemas = [BULK];
      const answer = await bench.patch(user.path, { schemas, Operations });
      const what = "A PATCH whose schemas is that of a bulk request";
      bench.expect(answer.status === 400, told(answer, what), "400: a PATCH has the URN of PatchOp.", answer);
    },
  },
  {
    id: "patch/bad-operations",
    title: "A PATCH whose Operations is no list is refused.",
    level: "must",
    requirements: ["P-3.5.2-02"],
    section,
    suffers: "A client that sends the wrong form is told that its change is done.",
    misses: "An empty list, which some servers take for no change.",
    async run(bench) {
      const user = await person(bench);
      const schemas = [PATCH];
      const answer = await bench.patch(user.path, { schemas, Operations: "x" });
      bench.expect(
        isRefused(answer),
        told(answer, "A PATCH whose Operations are no list of operations"),
        "400 invalidSyntax: it is a list of operations.",
        answer,
      );
    },
  },
  {
    id: "patch/bad-op",
    title: "An operation that is neither add, remove nor replace is refused.",
    level: "must",
    requirements: ["P-3.5.2-03", "P-3.5.2-06"],
    section,
    suffers: "Clients of JSON Patch are told that their change is done, and it is not.",
    misses: "Operations that a server has of its own.",
    async run(bench) {
      const user = await person(bench);
      const name = freeText(bench);
      const operations = [{ op: "move", path: name, from: name, value: "x" }];
      await expectPatchRefused(bench, user, operations, "400 invalidSyntax: there are three operations.");
    },
  },
  {
    id: "patch/no-op",
    title: "An operation that does not say what it is is refused.",
    level: "should",
    requirements: ["P-3.5.2-03"],
    section,
    suffers: "A server guesses what was meant, and a client whose request was garbled is told that it is done.",
    misses: "An op that is null or no text.",
    async run(bench) {
      const user = await person(bench);
      const operations = [{ path: freeText(bench), value: "x" }];
      await expectPatchRefused(bench, user, operations, "400 invalidSyntax: each operation has an op.");
    },
  },
  {
    id: "patch/malformed-path",
    title: "A path that is none is refused.",
    level: "must",
    requirements: ["P-3.5.2-05", "P-3.5.2-06"],
    section,
    suffers: "A slip in a path changes something else, or is answered as done.",
    misses: "Other forms that the grammar does not have.",
    async run(bench) {
      bench.needsAttributes("emails.value");
      const user = await person(bench);
      for (const path of ["name..familyName", 'emails[type eq "work"', "[x]"])
        await expectPatchRefused(bench, user, [{ op: "replace", path, value: "x" }], "400 invalidPath.");
    },
  },
  {
    id: "patch/index",
    title: "A path with an index, as JSON Patch has it, is refused.",
    level: "must",
    requirements: ["P-3.5.2-06"],
    section,
    suffers: "A client changes the element that happens to stand there.",
    misses: "Paths with slashes, which patch/malformed-path leaves out too.",
    async run(bench) {
      bench.needsAttributes("emails.value");
      const user = await person(bench);
      const operations = [{ op: "replace", path: "emails[0].value", value: bench.address() }];
      await expectPatchRefused(bench, user, operations, "400: the grammar has no indices.");
    },
  },
  {
    id: "patch/invalid-path",
    title: "A path that is none is answered with scimType invalidPath.",
    level: "should",
    requirements: ["P-3.12-08", "R-71"],
    section: "RFC 7644 §3.12",
    suffers: "Clients cannot tell a slip of theirs from a value that is refused.",
    misses: "Brackets that hold no filter, where invalidFilter is as good.",
    async run(bench) {
      const user = await person(bench);
      const answer = await bench.patch(user.path, [{ op: "replace", path: "name..familyName", value: "x" }]);
      if (answer.status !== 400) bench.block(told(answer));
      bench.expect(answer.body.scimType === "invalidPath", told(answer), "scimType is invalidPath.", answer);
    },
  },
  {
    id: "patch/unknown-path",
    title: "A path that names no attribute is refused.",
    level: "should",
    requirements: ["P-3.5.2-12", "R-37a"],
    section,
    suffers: "`replace actve false` looks as if the account were shut, and it is not.",
    misses: "Unknown paths beside known ones, which some clients need left out.",
    async run(bench) {
      const user = await person(bench);
      const operations = [{ op: "replace", path: "noSuchAttribute", value: "x" }];
      await expectPatchRefused(bench, user, operations, "400 invalidPath: nothing has been done.");
    },
  },
  {
    id: "patch/path-case",
    title: "A path has no letter case.",
    level: "must",
    requirements: ["P-3.10-01", "P-3.5.2-13"],
    section: "RFC 7644 §3.10",
    suffers: "Clients that write attributes in their own way cannot change them.",
    misses: "Names in brackets.",
    async run(bench) {
      const name = freeText(bench);
      const user = await person(bench, { [name]: "Clerk" });
      const body = await patched(bench, user, [{ op: "replace", path: name.toUpperCase(), value: "Engineer" }]);
      expectValue(bench, name, body[name], "Engineer");
    },
  },
  {
    id: "patch/path-urn",
    title: "A path may have the URN of the core schema in front.",
    level: "should",
    requirements: ["P-3.5.2-13", "P-3.10-02"],
    section: "RFC 7644 §3.10",
    suffers: "Clients that name attributes in full cannot change them.",
    misses: "URNs in another letter case.",
    async run(bench) {
      const name = freeText(bench);
      const user = await person(bench, { [name]: "Clerk" });
      const path = `${userSchemaOf(bench)}:${name}`;
      expectValue(
        bench,
        name,
        (await patched(bench, user, [{ op: "replace", path, value: "Engineer" }]))[name],
        "Engineer",
      );
    },
  },
  {
    id: "patch/unknown-id",
    title: "A PATCH of what is not there is 404.",
    level: "should",
    requirements: ["P-3.5.2-25"],
    section: "RFC 7644 §3.12",
    suffers: "Clients keep what is gone in their books, or take what is there for gone.",
    misses: "Resources that were there and are deleted.",
    async run(bench) {
      const operations = [{ op: "replace", path: freeText(bench), value: "x" }];
      const answer = await bench.patch(`${bench.facts.users?.endpoint}/no-such-${bench.run}`, operations);
      expectStatus(bench, answer, 404, "404: there is no such user.", "A PATCH of an id that is not there");
    },
  },
  {
    id: "patch/refused-whole",
    title: "A PATCH that was refused has changed nothing.",
    level: "must",
    requirements: ["P-3.5.2-21"],
    section,
    suffers: "Half of a change is done, the client takes it for not done, and nobody knows what the account is.",
    misses: "What a server changes elsewhere, in other accounts or in events.",
    async run(bench) {
      const name = freeText(bench);
      const user = await personWith(bench, { [name]: "Clerk" });
      const answer = await bench.patch(user.path, [
        { op: "replace", path: name, value: "Engineer" },
        { op: "replace", path: "id", value: "other" },
      ]);
      if (isDone(answer)) bench.block("The server does not refuse to change the id.");
      const after = await bench.read(user.path);
      const names = differences(user.body, after);
      bench.expect(
        names.length === 0,
        `${names.join(", ")} changed though it was refused.`,
        "All is as before.",
        answer,
      );
    },
  },
];
