import { freeText } from "../../attributes.ts";
import type { Check } from "../../check.ts";
import { told } from "../../judge.ts";
import { addressed, addressesOf } from "../addressed.ts";
import { person, personWith } from "../people.ts";
import { twoTexts } from "../texts.ts";
import { expectPatchRefused, expectValue, isDone, patched } from "./patched.ts";

const section = "RFC 7644 §3.5.2.1";

/** RFC 7644 §3.5.2.1: add. */
export const addChecks: readonly Check[] = [
  {
    id: "patch/add",
    title: "add sets an attribute that has no value.",
    level: "must",
    requirements: ["P-3.5.2.1-04"],
    section,
    suffers: "What is new of a person does not arrive.",
    misses: "Attributes of other types than text.",
    async run(bench) {
      const name = freeText(bench);
      const user = await person(bench, { [name]: undefined });
      const answer = await bench.patch(user.path, [{ op: "add", path: name, value: "Engineer" }]);
      bench.expect(isDone(answer), told(answer), "200 with the resource, or 204.", answer);
      expectValue(bench, name, (await bench.read(user.path))[name], "Engineer");
    },
  },
  {
    id: "patch/add-over",
    title: "add to an attribute of one value replaces it.",
    level: "must",
    requirements: ["P-3.5.2.1-07"],
    section,
    suffers: "People keep their old title for ever.",
    misses: "Attributes of other types than text.",
    async run(bench) {
      const name = freeText(bench);
      const user = await person(bench, { [name]: "Clerk" });
      const body = await patched(bench, user, [{ op: "add", path: name, value: "Engineer" }]);
      expectValue(bench, name, body[name], "Engineer");
    },
  },
  {
    id: "patch/add-part",
    title: "add to a complex attribute keeps the parts that it does not name.",
    level: "must",
    requirements: ["P-3.5.2.1-05"],
    section,
    suffers: "Who changes a family name loses the given name.",
    misses: "Complex attributes of an extension.",
    async run(bench) {
      bench.needsAttributes("name.familyName", "name.givenName");
      const user = await personWith(bench, { name: { givenName: "Ada", familyName: "Check" } });
      const body = await patched(bench, user, [{ op: "add", path: "name", value: { familyName: "Lovelace" } }]);
      expectValue(bench, "name.familyName", body.name?.familyName, "Lovelace");
      expectValue(bench, "name.givenName", body.name?.givenName, "Ada");
    },
  },
  {
    id: "patch/add-element",
    title: "add to a list puts elements beside those that are there.",
    level: "must",
    requirements: ["P-3.5.2.1-06"],
    section,
    suffers: "Each new address or member wipes out all others.",
    misses: "Lists of very many elements.",
    async run(bench) {
      const user = await addressed(bench);
      const value = bench.address("other");
      const operations = [{ op: "add", path: "emails", value: [{ value, type: "other" }] }];
      const body = await patched(bench, user, operations);
      expectValue(bench, "emails", addressesOf(body), [user.work, user.home, value].sort().join(" "));
    },
  },
  {
    id: "patch/add-one-object",
    title: "add to a list takes one element that stands in no list.",
    level: "should",
    requirements: ["P-3.5.2.1-06", "R-81"],
    section,
    suffers: "Clients that add one element as an object are refused.",
    misses: "Lists of simple values.",
    async run(bench) {
      const user = await addressed(bench);
      const value = bench.address("other");
      const body = await patched(bench, user, [{ op: "add", path: "emails", value: { value, type: "other" } }]);
      expectValue(bench, "emails", addressesOf(body), [user.work, user.home, value].sort().join(" "));
    },
  },
  {
    id: "patch/add-present",
    title: "add of an element that is there leaves one of it, and is a success.",
    level: "should",
    requirements: ["P-3.5.2.1-08", "Q66"],
    section,
    suffers: "Clients that repeat a request double addresses, or are told of an error and stop.",
    misses: "Elements that differ in a part that says nothing.",
    async run(bench) {
      const user = await addressed(bench);
      const operations = [{ op: "add", path: "emails", value: [{ value: user.home, type: "home" }] }];
      expectValue(bench, "emails", addressesOf(await patched(bench, user, operations)), addressesOf(user.body));
    },
  },
  {
    id: "patch/add-present-quiet",
    title: "add of a value that is there does not change the time of the last change.",
    level: "must",
    requirements: ["P-3.5.2.1-08", "R-67"],
    section,
    suffers: "Clients that read what has changed read everything, every time.",
    misses: "Versions that change though nothing else has.",
    async run(bench) {
      const name = freeText(bench);
      const user = await personWith(bench, { [name]: "Engineer" });
      const answer = await bench.patch(user.path, [{ op: "add", path: name, value: "Engineer" }]);
      if (!isDone(answer)) bench.block(told(answer));
      const { meta } = await bench.read(user.path);
      expectValue(bench, "meta.lastModified", meta?.lastModified, user.body.meta?.lastModified);
    },
  },
  {
    id: "patch/add-pathless",
    title: "add without a path adds each of the attributes of its value.",
    level: "must",
    requirements: ["P-3.5.2.1-02"],
    section,
    suffers: "Clients that send a change as one object are refused, or lose what they do not name.",
    misses: "Attributes of an extension, which patch/extension-pathless tries.",
    async run(bench) {
      const name = freeText(bench);
      const user = await addressed(bench, { [name]: "Clerk" });
      const value = bench.address("other");
      const added = { [name]: "Engineer", emails: [{ value, type: "other" }] };
      const body = await patched(bench, user, [{ op: "add", value: added }]);
      expectValue(bench, name, body[name], "Engineer");
      expectValue(bench, "emails", addressesOf(body), [user.work, user.home, value].sort().join(" "));
    },
  },
  {
    id: "patch/add-pathless-keeps",
    title: "add without a path leaves alone what its value does not name.",
    level: "must",
    requirements: ["P-3.5.2.1-02"],
    section,
    suffers: "Every change of one attribute wipes out the others.",
    misses: "Parts of complex attributes.",
    async run(bench) {
      const [one, other] = twoTexts(bench);
      const user = await personWith(bench, { [one]: "Clerk", [other]: "Kept" });
      const body = await patched(bench, user, [{ op: "add", value: { [one]: "Engineer" } }]);
      expectValue(bench, other, body[other], "Kept");
    },
  },
  {
    id: "patch/add-no-value",
    title: "add without a value is refused.",
    level: "should",
    requirements: ["P-3.5.2.1-01"],
    section,
    suffers: "A client whose value was lost is told that it is stored.",
    misses: "A value of null.",
    async run(bench) {
      const user = await person(bench);
      await expectPatchRefused(bench, user, [{ op: "add", path: freeText(bench) }], "400: add has a value.");
    },
  },
];
