import { freeText, usersOf } from "../../attributes.ts";
import type { Check } from "../../check.ts";
import { valueAt } from "../../compare.ts";
import { needList } from "../../judge.ts";
import type { Workbench } from "../../workbench.ts";
import { isNamed, needsEq } from "../filters/search.ts";
import { type Person, personWith } from "../people.ts";
import { extensionText } from "../texts.ts";

const section = "RFC 7644 §3.9";

/** The user as a list shows it under `query`. */
async function listed(bench: Workbench, user: Person, query: Record<string, string>) {
  await needsEq(bench, user);
  const answer = await bench.get(usersOf(bench), { filter: isNamed(user), ...query });
  const [found] = needList(bench, answer);
  if (found === undefined) bench.fail("The list is empty.", "What is shown does not change who is found.", answer);
  return { answer, found: found ?? {} };
}

/** RFC 7644 §3.9: what lists show. */
export const listAttributeChecks: readonly Check[] = [
  {
    id: "attributes/list",
    title: "A list shows the attributes that are asked for, and no others.",
    level: "must",
    requirements: ["P-3.4.2.5-01", "P-3.9-02"],
    section,
    suffers: "Clients that read names alone read everything, and large directories take hours.",
    misses: "Attributes that are always shown, of which a schema may have some.",
    async run(bench) {
      const name = freeText(bench);
      const user = await personWith(bench, { [name]: "Engineer" });
      const { answer, found } = await listed(bench, user, { attributes: "userName" });
      bench.expect(found.userName !== undefined, "userName is missing.", "It is asked for, and shown.", answer);
      bench.expect(found[name] === undefined, `${name} is shown.`, "It is not asked for.", answer);
    },
  },
  {
    id: "attributes/list-excluded",
    title: "A list leaves out the attributes that are excluded, and no others.",
    level: "must",
    requirements: ["P-3.4.2.5-01", "P-3.9-03"],
    section,
    suffers: "Clients that leave out long lists read them all the same.",
    misses: "Parts of attributes that are excluded.",
    async run(bench) {
      const name = freeText(bench);
      const user = await personWith(bench, { [name]: "Engineer" });
      const { answer, found } = await listed(bench, user, { excludedAttributes: name });
      bench.expect(found[name] === undefined, `${name} is shown.`, "It is excluded.", answer);
      bench.expect(found.userName !== undefined, "userName is missing.", "It is not excluded.", answer);
    },
  },
  {
    id: "attributes/list-always",
    title: "The id is in a list whatever is asked for or excluded.",
    level: "must",
    requirements: ["P-3.4.2.5-02", "S-3.1-09"],
    section,
    suffers: "Clients cannot tell which account a row of the list is.",
    misses: "Other attributes that the schema says are always returned.",
    async run(bench) {
      const user = await personWith(bench, {});
      for (const query of [{ attributes: "userName" }, { excludedAttributes: "id,schemas" }]) {
        const { answer, found } = await listed(bench, user, query);
        const right = "It is always returned.";
        bench.expect(found.id === user.id, `id is missing by ${JSON.stringify(query)}.`, right, answer);
      }
    },
  },
  {
    id: "attributes/list-schemas",
    title: "schemas is in a list whatever is asked for or excluded.",
    level: "should",
    requirements: ["P-3.9-10", "P-3.4.2.5-02"],
    section,
    suffers: "Clients that read a row by its schemas cannot tell what it is.",
    misses: "Schemas that are there and are the wrong ones.",
    async run(bench) {
      const user = await personWith(bench, {});
      for (const query of [{ attributes: "userName" }, { excludedAttributes: "id,schemas" }]) {
        const { answer, found } = await listed(bench, user, query);
        const seen = `schemas is missing by ${JSON.stringify(query)}.`;
        bench.expect(Array.isArray(found.schemas), seen, "Each representation has it.", answer);
      }
    },
  },
  {
    id: "attributes/list-part",
    title: "A list shows the part of an attribute that is asked for.",
    level: "must",
    requirements: ["P-3.9-02", "P-3.9-07"],
    section,
    suffers: "Clients that ask for family names get nothing, or everything.",
    misses: "Parts of the elements of lists.",
    async run(bench) {
      bench.needsAttributes("name.familyName", "name.givenName");
      const user = await personWith(bench, { name: { familyName: "Check", givenName: "Ada" } });
      const { answer, found } = await listed(bench, user, { attributes: "name.familyName" });
      bench.expect(found.name?.familyName === "Check", "name.familyName is missing.", "It is asked for.", answer);
      bench.expect(found.name?.givenName === undefined, "name.givenName is shown.", "It is not asked for.", answer);
    },
  },
  {
    id: "attributes/list-extension",
    title: "A list shows an attribute of an extension that is asked for by its URN.",
    level: "should",
    requirements: ["P-3.9-09"],
    section,
    suffers: "Clients that ask for the employee number alone do not get it.",
    misses: "The URN alone, which stands for the whole extension.",
    async run(bench) {
      const { urn, name } = extensionText(bench);
      const value = bench.unique("shown");
      const user = await personWith(bench, { [urn]: { [name]: value } });
      const { answer, found } = await listed(bench, user, { attributes: `${urn}:${name}` });
      bench.expect(valueAt(found, urn, name) === value, `${name} is missing.`, "It is asked for.", answer);
    },
  },
];
