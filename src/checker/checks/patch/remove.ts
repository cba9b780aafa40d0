import { clearableText, factOf, freeText } from "../../attributes.ts";
import type { Check } from "../../check.ts";
import { isUnassigned } from "../../compare.ts";
import { expectError } from "../../judge.ts";
import { addressed, addressesOf } from "../addressed.ts";
import { elements, person, personWith } from "../people.ts";
import { expectValue, patched, REMOVE_ELEMENT } from "./patched.ts";

const section = "RFC 7644 §3.5.2.2";

/** RFC 7644 §3.5.2.2: remove. */
export const removeChecks: readonly Check[] = [
  {
    id: "patch/remove",
    title: "remove takes the value of an attribute away.",
    level: "must",
    requirements: ["P-3.5.2.2-02"],
    section,
    suffers: "What a person no longer is stays in the application for ever.",
    misses: "Attributes of other types than text.",
    async run(bench) {
      const name = clearableText(bench);
      const user = await personWith(bench, { [name]: "Engineer" });
      const body = await patched(bench, user, [{ op: "remove", path: name }]);
      const seen = `${name} is ${JSON.stringify(body[name])} behind it.`;
      bench.expect(isUnassigned(body[name]), seen, "It is absent.");
    },
  },
  {
    id: "patch/remove-list",
    title: "remove of a list without a filter takes all of its elements away.",
    level: "must",
    requirements: ["P-3.5.2.2-03"],
    section,
    suffers: "Who empties a list leaves people with what they should no longer have.",
    misses: "Lists of members, which groups/remove-all tries.",
    async run(bench) {
      const user = await addressed(bench);
      if (factOf(bench, "emails")?.required) bench.skip("Users must have an e-mail address.");
      const body = await patched(bench, user, [{ op: "remove", path: "emails" }]);
      bench.expect(isUnassigned(body.emails), `emails is ${JSON.stringify(body.emails)} behind it.`, "None is left.");
    },
  },
  {
    id: "patch/remove-element",
    title: "remove of the elements that a filter finds takes these away and no others.",
    level: "must",
    requirements: ["P-3.5.2.2-04", "P-3.5.2-07"],
    section,
    suffers: "Who loses one address or group loses all, or keeps what was to be taken.",
    misses: "Several elements that match.",
    async run(bench) {
      const user = await addressed(bench);
      const body = await patched(bench, user, [REMOVE_ELEMENT]);
      expectValue(bench, "emails", addressesOf(body), user.work);
    },
  },
  {
    id: "patch/remove-and",
    title: "The filter in a path may have several conditions, all of one element.",
    level: "must",
    requirements: ["P-3.5.2.2-04", "P-3.4.2.2-22"],
    section,
    suffers: "The wrong address is taken away.",
    misses: "Conditions with or and not.",
    async run(bench) {
      const user = await addressed(bench);
      const path = `emails[type eq "home" and value eq ${JSON.stringify(user.home)}]`;
      const body = await patched(bench, user, [{ op: "remove", path }]);
      expectValue(bench, "emails", addressesOf(body), user.work);
    },
  },
  {
    id: "patch/remove-last",
    title: "A list whose last element was removed has no value.",
    level: "must",
    requirements: ["P-3.5.2.2-04", "S-2.5-01"],
    section,
    suffers: "Accounts that have nothing left look as if they had something.",
    misses: "Lists of members.",
    async run(bench) {
      const user = await addressed(bench);
      if (factOf(bench, "emails")?.required) bench.skip("Users must have an e-mail address.");
      const body = await patched(bench, user, [
        { op: "remove", path: 'emails[type eq "home"]' },
        { op: "remove", path: 'emails[type eq "work"]' },
      ]);
      bench.expect(isUnassigned(body.emails), `emails is ${JSON.stringify(body.emails)} behind it.`, "None is left.");
    },
  },
  {
    id: "patch/remove-element-part",
    title: "remove of a part of the elements that a filter finds keeps the elements.",
    level: "must",
    requirements: ["P-3.5.2.2-05"],
    section,
    suffers: "Who loses the region of an address loses the address.",
    misses: "Parts of several elements.",
    async run(bench) {
      bench.needsAttributes("addresses.region", "addresses.locality", "addresses.type");
      const addresses = [{ type: "work", locality: "Ulm", region: "BW" }];
      const user = await personWith(bench, { addresses });
      const body = await patched(bench, user, [{ op: "remove", path: 'addresses[type eq "work"].region' }]);
      const [left] = elements(body.addresses);
      expectValue(bench, "addresses.locality", left?.locality, "Ulm");
      bench.expect(isUnassigned(left?.region), "The region is still there.", "It is absent.");
    },
  },
  {
    id: "patch/remove-part",
    title: "remove of a part of a complex attribute keeps the others.",
    level: "should",
    requirements: ["P-3.5.2.2-10"],
    section,
    suffers: "Who loses a middle name loses the whole name.",
    misses: "Parts of complex attributes of an extension.",
    async run(bench) {
      bench.needsAttributes("name.middleName", "name.givenName");
      const user = await personWith(bench, { name: { givenName: "Ada", middleName: "K", familyName: "Check" } });
      const body = await patched(bench, user, [{ op: "remove", path: "name.middleName" }]);
      expectValue(bench, "name.givenName", body.name?.givenName, "Ada");
      bench.expect(isUnassigned(body.name?.middleName), "The middle name is still there.", "It is absent.");
    },
  },
  {
    id: "patch/remove-no-path",
    title: "remove without a path is 400 noTarget.",
    level: "must",
    requirements: ["P-3.5.2.2-01", "Q82"],
    section,
    suffers: "A client whose path was lost empties the account, or is told that something was removed.",
    misses: "An empty path.",
    async run(bench) {
      const user = await person(bench);
      const answer = await bench.patch(user.path, [{ op: "remove" }]);
      expectError(bench, answer, { status: 400, scimType: "noTarget", right: "400, with scimType noTarget." });
    },
  },
  {
    id: "patch/remove-required",
    title: "remove of a required attribute is refused with scimType mutability.",
    level: "must",
    requirements: ["P-3.5.2.2-09", "R-10"],
    section,
    suffers: "Accounts lose the name by which people log in.",
    misses: "Required attributes other than userName.",
    async run(bench) {
      const user = await person(bench);
      const answer = await bench.patch(user.path, [{ op: "remove", path: "userName" }]);
      expectError(bench, answer, {
        status: [400, 403, 409, 422],
        scimType: "mutability",
        right: "An error, with scimType mutability.",
      });
    },
  },
  {
    id: "patch/remove-absent",
    title: "remove of an attribute that has no value is a success.",
    level: "should",
    requirements: ["P-3.5.2.2-07", "R-12"],
    section,
    suffers: "Clients that repeat a request are told of an error and stop.",
    misses: "Lists that have no elements.",
    async run(bench) {
      const name = freeText(bench);
      const user = await person(bench, { [name]: undefined });
      const body = await patched(bench, user, [{ op: "remove", path: name }]);
      bench.expect(isUnassigned(body[name]), `${name} has a value behind it.`, "It is absent, as before.");
    },
  },
  {
    id: "patch/remove-none",
    title: "remove by a filter that finds no element is a success, and changes nothing.",
    level: "should",
    requirements: ["P-3.5.2.2-06", "R-11"],
    section,
    suffers: "Clients that repeat a removal are told of an error, and Entra ID puts the job into quarantine.",
    misses: "Lists that have no elements at all.",
    async run(bench) {
      const user = await addressed(bench);
      const body = await patched(bench, user, [{ op: "remove", path: 'emails[type eq "other"]' }]);
      expectValue(bench, "emails", addressesOf(body), addressesOf(user.body));
    },
  },
];
