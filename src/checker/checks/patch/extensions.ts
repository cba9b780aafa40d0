import type { Check } from "../../check.ts";
import { isUnassigned, valueAt } from "../../compare.ts";
import { told } from "../../judge.ts";
import { person, personWith } from "../people.ts";
import { extensionText } from "../texts.ts";
import { expectValue, isDone, patched } from "./patched.ts";

const section = "RFC 7644 §3.5.2";
const lists = (body: { schemas?: unknown }, urn: string) =>
  Array.isArray(body.schemas) && body.schemas.some((one) => String(one).toLowerCase() === urn.toLowerCase());

/** Attributes of extensions. */
export const extensionPatchChecks: readonly Check[] = [
  {
    id: "patch/extension-path",
    title: "An attribute of an extension is set by a path that begins with its URN.",
    level: "must",
    requirements: ["P-3.5.2-05", "P-3.5.2-14"],
    section,
    suffers: "Departments and employee numbers do not arrive.",
    misses: "Complex attributes of an extension, such as the manager.",
    async run(bench) {
      const { urn, name } = extensionText(bench);
      const user = await person(bench);
      const body = await patched(bench, user, [{ op: "add", path: `${urn}:${name}`, value: "42" }]);
      expectValue(bench, `${urn}:${name}`, valueAt(body, urn, name), "42");
    },
  },
  {
    id: "patch/extension-schemas",
    title: "Setting an attribute of an extension puts its URN into schemas.",
    level: "must",
    requirements: ["P-3.5.2-14", "S-3-08"],
    section,
    suffers: "Clients that read by schemas do not see the extension.",
    misses: "The URN of an extension that was there before.",
    async run(bench) {
      const { urn, name } = extensionText(bench);
      const user = await person(bench);
      const body = await patched(bench, user, [{ op: "add", path: `${urn}:${name}`, value: "42" }]);
      if (valueAt(body, urn, name) === undefined) bench.block("The server did not set the attribute.");
      bench.expect(lists(body, urn), "schemas does not have the URN.", "It lists the schemas that are in use.");
    },
  },
  {
    id: "patch/extension-pathless",
    title: "An extension may stand in the value of an operation without a path.",
    level: "should",
    requirements: ["P-3.5.2.1-02", "P-3.5.2.1-03"],
    section: "RFC 7644 §3.5.2.1",
    suffers: "Departments and employee numbers do not arrive.",
    misses: "Other attributes in the same value.",
    async run(bench) {
      const { urn, name } = extensionText(bench);
      const user = await person(bench);
      const body = await patched(bench, user, [{ op: "add", value: { [urn]: { [name]: "42" } } }]);
      expectValue(bench, `${urn}:${name}`, valueAt(body, urn, name), "42");
    },
  },
  {
    id: "patch/extension-remove",
    title: "remove takes an attribute of an extension away.",
    level: "must",
    requirements: ["P-3.5.2.2-02"],
    section: "RFC 7644 §3.5.2.2",
    suffers: "Who leaves a department stays in it.",
    misses: "Complex attributes of an extension.",
    async run(bench) {
      const { urn, name } = extensionText(bench);
      const user = await personWith(bench, { [urn]: { [name]: "42" } });
      const body = await patched(bench, user, [{ op: "remove", path: `${urn}:${name}` }]);
      bench.expect(isUnassigned(valueAt(body, urn, name)), `${name} is still there.`, "It is absent.");
    },
  },
  {
    id: "patch/extension-emptied",
    title: "An extension that has lost its last attribute is no longer in schemas.",
    level: "should",
    requirements: ["P-3.5.2-15", "S-3-08"],
    section,
    suffers: "Clients look for an extension that is not there.",
    misses: "Extensions that are required.",
    async run(bench) {
      const { urn, name } = extensionText(bench);
      const user = await personWith(bench, { [urn]: { [name]: "42" } });
      const body = await patched(bench, user, [{ op: "remove", path: `${urn}:${name}` }]);
      if (!isUnassigned(valueAt(body, urn))) bench.skip("The extension has other attributes of its own.");
      bench.expect(!lists(body, urn), "schemas still has the URN.", "It lists the schemas that are in use.");
    },
  },
  {
    id: "patch/extension-whole",
    title: "A path that is the URN alone stands for the whole extension.",
    level: "option",
    requirements: ["P-3.5.2-16", "R-79"],
    section,
    suffers: "Clients that take an extension away at once are told that it is done, and it is not.",
    misses: "Adding and replacing a whole extension.",
    async run(bench) {
      const { urn, name } = extensionText(bench);
      const user = await personWith(bench, { [urn]: { [name]: "42" } });
      const answer = await bench.patch(user.path, [{ op: "remove", path: urn }]);
      if (!isDone(answer)) bench.skip(`The server has no such paths, which the grammar does not have. ${told(answer)}`);
      const body = await bench.read(user.path);
      bench.expect(isUnassigned(valueAt(body, urn, name)), `${name} is still there.`, "It is absent.", answer);
    },
  },
  {
    id: "patch/extension-case",
    title: "The URN in a path has no letter case.",
    level: "must",
    requirements: ["P-3.10-01"],
    section: "RFC 7644 §3.10",
    suffers: "Clients that write the last part of the URN as `user` cannot set departments.",
    misses: "The URN as a name in a value.",
    async run(bench) {
      const { urn, name } = extensionText(bench);
      const user = await person(bench);
      const path = `${urn.toUpperCase()}:${name.toUpperCase()}`;
      const body = await patched(bench, user, [{ op: "add", path, value: "42" }]);
      expectValue(bench, `${urn}:${name}`, valueAt(body, urn, name), "42");
    },
  },
  {
    id: "patch/extension-schemas-first",
    title: "An operation may put the URN into schemas before another one uses it.",
    level: "must",
    requirements: ["P-3.5.2-17", "R-61"],
    section,
    suffers: "Clients that follow the letter of the RFC are refused.",
    misses: "Removing a URN from schemas.",
    async run(bench) {
      const { urn, name } = extensionText(bench);
      const user = await person(bench);
      const first = { op: "add", path: "schemas", value: [urn] };
      const alone = await bench.patch(user.path, [first]);
      // What the RFC says holds if an operation modifies schemas: no word makes a server let clients do so.
      if (alone.status === 400 && alone.body.scimType === "mutability")
        bench.skip("Schemas are the server's to write.");
      const body = await patched(bench, user, [first, { op: "add", path: `${urn}:${name}`, value: "42" }]);
      expectValue(bench, `${urn}:${name}`, valueAt(body, urn, name), "42");
    },
  },
];
