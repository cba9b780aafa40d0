import { factOf, freeText } from "../../attributes.ts";
import type { Check } from "../../check.ts";
import { isUnassigned } from "../../compare.ts";
import { expectError, told } from "../../judge.ts";
import { addressed, addressesOf } from "../addressed.ts";
import { person, personWith } from "../people.ts";
import { twoTexts } from "../texts.ts";
import { expectPatchRefused, expectValue, patched } from "./patched.ts";

const section = "RFC 7644 §3.5.2.3";

/** RFC 7644 §3.5.2.3: replace. */
export const replaceChecks: readonly Check[] = [
  {
    id: "patch/replace",
    title: "replace puts one value in the place of another.",
    level: "must",
    requirements: ["P-3.5.2.3-03"],
    section,
    suffers: "People keep what they no longer are.",
    misses: "Attributes of other types than text.",
    async run(bench) {
      const name = freeText(bench);
      const user = await personWith(bench, { [name]: "Clerk" });
      const body = await patched(bench, user, [{ op: "replace", path: name, value: "Engineer" }]);
      expectValue(bench, name, body[name], "Engineer");
    },
  },
  {
    id: "patch/replace-absent",
    title: "replace of what has no value sets it.",
    level: "must",
    requirements: ["P-3.5.2.3-05"],
    section,
    suffers: "Clients that send every change as replace cannot set what is new.",
    misses: "Elements of lists that are not there.",
    async run(bench) {
      const name = freeText(bench);
      const user = await person(bench, { [name]: undefined });
      const body = await patched(bench, user, [{ op: "replace", path: name, value: "Engineer" }]);
      expectValue(bench, name, body[name], "Engineer");
    },
  },
  {
    id: "patch/replace-boolean",
    title: "replace of a boolean is stored and shown as one.",
    level: "must",
    requirements: ["P-3.5.2.3-03", "S-2.3.2-01"],
    section,
    suffers: "Who has left the company keeps an account that is open.",
    misses: "Whether the account can still be used.",
    async run(bench) {
      bench.needsAttributes("active");
      const user = await personWith(bench, { active: true });
      const body = await patched(bench, user, [{ op: "replace", path: "active", value: false }]);
      expectValue(bench, "active", body.active, false);
    },
  },
  {
    id: "patch/replace-list",
    title: "replace of a list without a filter puts the new elements in the place of all.",
    level: "must",
    requirements: ["P-3.5.2.3-04"],
    section,
    suffers: "Addresses that a person no longer has stay with her.",
    misses: "Lists of members, which groups/replace-members tries.",
    async run(bench) {
      const user = await addressed(bench);
      const value = bench.address("new");
      const operations = [{ op: "replace", path: "emails", value: [{ value, type: "work", primary: true }] }];
      expectValue(bench, "emails", addressesOf(await patched(bench, user, operations)), value);
    },
  },
  {
    id: "patch/replace-complex",
    title: "replace of a complex attribute keeps the parts that it does not name.",
    level: "must",
    requirements: ["P-3.5.2.3-06", "R-7"],
    section,
    suffers: "Who changes a given name loses the family name.",
    misses: "Complex attributes in a replace without a path.",
    async run(bench) {
      bench.needsAttributes("name.familyName", "name.givenName");
      const user = await personWith(bench, { name: { givenName: "Ada", familyName: "Check" } });
      const body = await patched(bench, user, [{ op: "replace", path: "name", value: { givenName: "Augusta" } }]);
      expectValue(bench, "name.givenName", body.name?.givenName, "Augusta");
      expectValue(bench, "name.familyName", body.name?.familyName, "Check");
    },
  },
  {
    id: "patch/replace-part",
    title: "replace of a part of a complex attribute changes that part alone.",
    level: "must",
    requirements: ["P-3.5.2.3-03", "P-3.5.2-05"],
    section,
    suffers: "Who marries keeps the old name, or loses the given one.",
    misses: "Parts that had no value.",
    async run(bench) {
      bench.needsAttributes("name.familyName", "name.givenName");
      const user = await personWith(bench, { name: { givenName: "Ada", familyName: "Check" } });
      const body = await patched(bench, user, [{ op: "replace", path: "name.familyName", value: "Lovelace" }]);
      expectValue(bench, "name.familyName", body.name?.familyName, "Lovelace");
      expectValue(bench, "name.givenName", body.name?.givenName, "Ada");
    },
  },
  {
    id: "patch/replace-pathless",
    title: "replace without a path replaces what its value names, and leaves alone what it does not.",
    level: "must",
    requirements: ["P-3.5.2.3-01"],
    section,
    suffers: "Okta deactivates an account by such a request: it stays open, or loses everything else.",
    misses: "Attributes of an extension.",
    async run(bench) {
      const [one, other] = twoTexts(bench);
      const user = await personWith(bench, { [one]: "Clerk", [other]: "Kept" });
      const body = await patched(bench, user, [{ op: "replace", value: { [one]: "Engineer" } }]);
      expectValue(bench, one, body[one], "Engineer");
      expectValue(bench, other, body[other], "Kept");
    },
  },
  {
    id: "patch/replace-pathless-list",
    title: "A list in a replace without a path takes the place of all elements.",
    level: "must",
    requirements: ["P-3.5.2.3-01", "P-3.5.2.3-04"],
    section,
    suffers: "Addresses that a person no longer has stay with her.",
    misses: "Lists of members.",
    async run(bench) {
      const user = await addressed(bench);
      const value = bench.address("new");
      const emails = [{ value, type: "work", primary: true }];
      expectValue(
        bench,
        "emails",
        addressesOf(await patched(bench, user, [{ op: "replace", value: { emails } }])),
        value,
      );
    },
  },
  {
    id: "patch/replace-null",
    title: "replace by null takes the value away.",
    level: "should",
    requirements: ["P-3.5.2.3-10", "S-2.5-02"],
    section: "RFC 7643 §2.5",
    suffers: "What a person no longer is stays with her, or the word null stands there.",
    misses: "Lists, and parts of complex attributes.",
    async run(bench) {
      const name = freeText(bench);
      const user = await personWith(bench, { [name]: "Engineer" });
      const body = await patched(bench, user, [{ op: "replace", path: name, value: null }]);
      bench.expect(isUnassigned(body[name]), `${name} is ${JSON.stringify(body[name])} behind it.`, "It is absent.");
    },
  },
  {
    id: "patch/replace-no-value",
    title: "replace without a value is refused.",
    level: "should",
    requirements: ["P-3.5.2.3-10"],
    section,
    suffers: "A client whose value was lost takes away what is there.",
    misses: "A value of null, which takes it away on purpose.",
    async run(bench) {
      const user = await personWith(bench, { [freeText(bench)]: "Engineer" });
      await expectPatchRefused(bench, user, [{ op: "replace", path: freeText(bench) }], "400: replace has a value.");
    },
  },
  {
    id: "patch/replace-required",
    title: "A required attribute cannot be set to nothing.",
    level: "must",
    requirements: ["S-2.5-03", "S-4.1.1-01", "R-10"],
    section: "RFC 7643 §4.1.1",
    suffers: "Accounts lose the name by which people log in.",
    misses: "Texts of blanks alone.",
    async run(bench) {
      const user = await person(bench);
      for (const value of [null, ""]) {
        const answer = await bench.patch(user.path, [{ op: "replace", path: "userName", value }]);
        if (answer.status === 409) bench.block(`Another user has the empty name. ${told(answer)}`);
        bench.expect(answer.status === 400, told(answer), "400: every user has a userName.", answer);
      }
    },
  },
  {
    id: "patch/wrong-type",
    title: "A value of another type than the attribute is refused.",
    level: "must",
    requirements: ["P-3.5.2-11"],
    section: "RFC 7644 §3.5.2",
    suffers: "Accounts hold what no client can read, and whether they are open is anybody's guess.",
    misses: 'Texts that look like the type, such as "true", which clients send.',
    async run(bench) {
      bench.needsAttributes("active");
      const user = await person(bench);
      const value = "neither";
      await expectPatchRefused(
        bench,
        user,
        [{ op: "replace", path: "active", value }],
        "400: active is true or false.",
      );
    },
  },
  {
    id: "patch/wrong-type-complex",
    title: "A text where a complex attribute belongs is refused.",
    level: "must",
    requirements: ["P-3.5.2-11"],
    section: "RFC 7644 §3.5.2",
    suffers: "Accounts lose their names and hold what no client can read.",
    misses: "JSON in a text, which some clients send.",
    async run(bench) {
      if (factOf(bench, "name")?.type !== "complex") bench.skip("Users have no complex name.");
      const user = await person(bench);
      await expectPatchRefused(bench, user, [{ op: "replace", path: "name", value: "Ada" }], "400: name has parts.");
    },
  },
  {
    id: "patch/invalid-value",
    title: "A value that does not fit is answered with scimType invalidValue.",
    level: "should",
    requirements: ["P-3.12-07", "R-71"],
    section: "RFC 7644 §3.12",
    suffers: "Clients cannot tell a value that is refused from a slip of theirs.",
    misses: "Other values than a text for a boolean.",
    async run(bench) {
      bench.needsAttributes("active");
      const user = await person(bench);
      const answer = await bench.patch(user.path, [{ op: "replace", path: "active", value: "neither" }]);
      expectError(bench, answer, {
        status: 400,
        scimType: "invalidValue",
        right: "400, with scimType invalidValue.",
        what: "A PATCH to a value of the wrong type",
      });
    },
  },
];
