import { freeText } from "../../attributes.ts";
import type { Check } from "../../check.ts";
import { expectError, expectStatus, told } from "../../judge.ts";
import { person, personWith } from "../people.ts";
import { twoTexts } from "../texts.ts";
import { expectPatchRefused, expectValue, isDone, patched } from "./patched.ts";

const section = "RFC 7644 §3.5.2";

/** A little more than one, in milliseconds: some servers count whole seconds. */
const A_SECOND = 1100;

/** What holds of a PATCH as a whole. */
export const wholeChecks: readonly Check[] = [
  {
    id: "patch/several",
    title: "A PATCH may have several operations, and all are done.",
    level: "must",
    requirements: ["P-3.5.2-02", "P-3.5.2-18"],
    section,
    suffers: "Of several changes one arrives, and the client believes that all did.",
    misses: "Hundreds of operations.",
    async run(bench) {
      const [one, other] = twoTexts(bench);
      const user = await person(bench);
      const body = await patched(bench, user, [
        { op: "add", path: one, value: "Engineer" },
        { op: "add", path: other, value: "Lead" },
      ]);
      expectValue(bench, one, body[one], "Engineer");
      expectValue(bench, other, body[other], "Lead");
    },
  },
  {
    id: "patch/in-order",
    title: "Operations are done in their order, each on what the last one left.",
    level: "must",
    requirements: ["P-3.5.2-18"],
    section,
    suffers: "An account ends as the client has not described it.",
    misses: "Operations on elements that an earlier one has added.",
    async run(bench) {
      const name = freeText(bench);
      const user = await person(bench, { [name]: undefined });
      const body = await patched(bench, user, [
        { op: "add", path: name, value: "one" },
        { op: "remove", path: name },
        { op: "add", path: name, value: "two" },
        { op: "replace", path: name, value: "three" },
      ]);
      expectValue(bench, name, body[name], "three");
    },
  },
  {
    id: "patch/time",
    title: "A change moves meta.lastModified on.",
    level: "should",
    requirements: ["S-3.1-20"],
    section: "RFC 7643 §3.1",
    suffers: "Clients that read what has changed since their last visit miss it.",
    misses: "Changes within one second, which a server that counts seconds cannot tell apart.",
    async run(bench) {
      const name = freeText(bench);
      const user = await personWith(bench, { [name]: "Clerk" });
      const before = Date.parse(String(user.body.meta?.lastModified));
      if (Number.isNaN(before)) bench.skip("The server has no meta.lastModified.");
      const change = async (value: string) => {
        const { meta } = await patched(bench, user, [{ op: "replace", path: name, value }]);
        return Date.parse(String(meta?.lastModified));
      };
      if ((await change("Engineer")) > before) return;
      await new Promise((resolve) => setTimeout(resolve, A_SECOND));
      const after = await change("Lead");
      bench.expect(
        after > before,
        `Behind two changes by PATCH, a second apart, meta.lastModified is ${after === before ? "what it was before them" : "not later"}.`,
        "It is the time of the last change.",
      );
    },
  },
  {
    id: "patch/version",
    title: "A change gives a new version, and one that changes nothing does not.",
    level: "should",
    requirements: ["P-3.14-03", "P-3.5.2-26", "R-67"],
    section: "RFC 7644 §3.14",
    suffers: "Clients write over each other's changes, or read all again though nothing has changed.",
    misses: "Changes that two requests make at once.",
    async run(bench) {
      bench.needs("etag");
      const name = freeText(bench);
      const user = await personWith(bench, { [name]: "Clerk" });
      const { version } = user.body.meta ?? {};
      if (version === undefined) bench.block("The server announces ETags, and shows no meta.version.");
      const change = [{ op: "replace", path: name, value: "Engineer" }];
      const changed = (await patched(bench, user, change)).meta?.version;
      bench.expect(changed !== version, "The version is the same behind a change.", "It is another one.");
      const again = (await patched(bench, user, change)).meta?.version;
      bench.expect(again === changed, "The version is another one, and nothing has changed.", "It is the same.");
    },
  },
  {
    id: "patch/if-match",
    title: "A PATCH on a version that is no longer there is 412, and changes nothing.",
    level: "should",
    requirements: ["P-3.14-05", "P-3.14-07", "R-39"],
    section: "RFC 7644 §3.14",
    suffers: "Two administrators overwrite each other's work in silence.",
    misses: "Two requests of one version at once.",
    async run(bench) {
      bench.needs("etag");
      const name = freeText(bench);
      const user = await personWith(bench, { [name]: "one" });
      const { version } = user.body.meta ?? {};
      if (version === undefined) bench.block("The server announces ETags, and shows no meta.version.");
      await patched(bench, user, [{ op: "replace", path: name, value: "two" }]);
      const last = [{ op: "replace", path: name, value: "three" }];
      const answer = await bench.patch(user.path, last, { "If-Match": String(version) });
      expectStatus(
        bench,
        answer,
        412,
        "412: the version has changed.",
        "A PATCH with the If-Match of an older version",
      );
      expectValue(bench, name, (await bench.read(user.path))[name], "two");
    },
  },
  {
    id: "patch/if-match-current",
    title: "A PATCH on the version that is there is done, weak as the tag may be.",
    level: "should",
    requirements: ["P-3.14-05", "P-3.14-06", "R-39"],
    section: "RFC 7644 §3.14",
    suffers: "Careful clients, which say what they have read, cannot write at all.",
    misses: "Lists of versions and *.",
    async run(bench) {
      bench.needs("etag");
      const name = freeText(bench);
      const user = await personWith(bench, { [name]: "one" });
      const { version } = user.body.meta ?? {};
      if (version === undefined) bench.block("The server announces ETags, and shows no meta.version.");
      const change = [{ op: "replace", path: name, value: "two" }];
      const answer = await bench.patch(user.path, change, { "If-Match": String(version) });
      bench.expect(isDone(answer), told(answer), "200 or 204: nothing has changed since it was read.", answer);
    },
  },
  {
    id: "patch/taken-name",
    title: "A PATCH cannot give a user the name of another one.",
    level: "must",
    requirements: ["P-3.5.2-25", "S-4.1.1-02", "R-38"],
    section: "RFC 7643 §4.1.1",
    suffers: "Two people have one login name, and one of them gets into the other's account.",
    misses: "Names that are the same but for their letter case.",
    async run(bench) {
      const [user, other] = [await person(bench), await person(bench)];
      const answer = await bench.patch(user.path, [{ op: "replace", path: "userName", value: other.userName }]);
      expectStatus(bench, answer, [409, 400], "409 uniqueness.", "A PATCH to the userName of another user");
    },
  },
  {
    id: "patch/taken-name-conflict",
    title: "A PATCH to a name that is taken is answered by 409 uniqueness.",
    level: "should",
    requirements: ["P-3.5.2-25", "R-38"],
    section: "RFC 7644 §3.12",
    suffers: "Clients take it for a fault of theirs, and send it for ever.",
    misses: "Other attributes that are unique.",
    async run(bench) {
      const [user, other] = [await person(bench), await person(bench)];
      const answer = await bench.patch(user.path, [{ op: "replace", path: "userName", value: other.userName }]);
      if (isDone(answer)) bench.block("The server lets two users have one name.");
      expectError(bench, answer, {
        status: 409,
        scimType: "uniqueness",
        right: "409, with scimType uniqueness.",
        what: "A PATCH to the userName of another user",
      });
    },
  },
  {
    id: "patch/read-only-id",
    title: "A PATCH of the id is refused with scimType mutability.",
    level: "must",
    requirements: ["P-3.5.2-09", "R-16"],
    section,
    suffers: "Accounts change under the clients that know them by their id.",
    misses: "The id in a value without a path, which some clients need left out.",
    async run(bench) {
      const user = await person(bench);
      const answer = await bench.patch(user.path, [{ op: "replace", path: "id", value: "other" }]);
      expectError(bench, answer, {
        status: 400,
        scimType: "mutability",
        right: "400, with scimType mutability.",
        what: "A PATCH of the id",
      });
    },
  },
  {
    id: "patch/read-only-meta",
    title: "A PATCH of meta is refused.",
    level: "must",
    requirements: ["P-3.5.2-09", "S-3.1-16"],
    section,
    suffers: "Clients can say that an account is older, or has not changed.",
    misses: "Other attributes that are readOnly.",
    async run(bench) {
      const user = await person(bench);
      const operations = [{ op: "replace", path: "meta.created", value: "2001-01-01T00:00:00Z" }];
      await expectPatchRefused(bench, user, operations, "400 mutability: it is readOnly.");
    },
  },
];
