import { freeText, usersOf } from "../../attributes.ts";
import { replacement } from "../../bodies.ts";
import type { Check } from "../../check.ts";
import { isUnassigned, valueAt } from "../../compare.ts";
import { expectMade, expectStatus, isRefused, isResource, needStatus } from "../../judge.ts";

const section = "RFC 7644 §3.9";

/** The parameter `excludedAttributes`, and both on writes. @see RFC 7644 §3.9 */
export const excludedAttributes: readonly Check[] = [
  {
    id: "attributes/excluded",
    title: "With excludedAttributes, what is named is left out, and the rest is there.",
    level: "must",
    requirements: ["P-3.9-03", "S-7-18"],
    section,
    suffers: "A client that asks for a group without its members is sent all of them, and waits.",
    misses: "Attributes of other kinds than text.",
    async run(bench) {
      const name = freeText(bench);
      const made = await bench.user({ [name]: bench.unique(name) });
      const answer = await bench.get(made.path, { excludedAttributes: name });
      expectStatus(bench, answer, 200, "The status is 200.");
      bench.expect(isUnassigned(valueAt(answer.body, name)), `${name} is there.`, "It is left out.", answer);
      const rest = valueAt(answer.body, "userName");
      bench.expect(rest !== undefined, "userName is left out too.", "The rest is there.", answer);
    },
  },
  {
    id: "attributes/excluded-in-any-case",
    title: "Names in excludedAttributes are read in any letter case.",
    level: "must",
    requirements: ["P-3.10-01", "P-3.9-06"],
    section: "RFC 7644 §3.10",
    suffers: "A client that spells a name in its own way is sent what it did not want.",
    misses: "Letter case in attributes; attributes/in-any-case looks at it.",
    async run(bench) {
      const name = freeText(bench);
      const made = await bench.user({ [name]: bench.unique(name) });
      const answer = await bench.get(made.path, { excludedAttributes: name.toUpperCase() });
      needStatus(bench, answer, 200);
      bench.expect(isUnassigned(valueAt(answer.body, name)), `${name} is there.`, "It is left out.", answer);
    },
  },
  {
    id: "attributes/excluded-id",
    title: "The id cannot be excluded.",
    level: "must",
    requirements: ["P-3.4.2.5-02", "S-3.1-09"],
    section: "RFC 7644 §3.4.2.5",
    suffers: "A client does not know whose attributes it has been sent.",
    misses: "Lists without an id.",
    async run(bench) {
      const made = await bench.user();
      const answer = await bench.get(made.path, { excludedAttributes: "id" });
      needStatus(bench, answer, 200);
      bench.expect(isResource(answer), "There is no id.", "The id is there: it is always returned.", answer);
    },
  },
  {
    id: "attributes/excluded-sub-attribute",
    title: "A sub-attribute can be excluded, and its siblings stay.",
    level: "must",
    requirements: ["P-3.9-03"],
    section,
    suffers: "A client that wants all but one part of a name gets none of it, or all.",
    misses: "Sub-attributes of lists.",
    async run(bench) {
      bench.needsAttributes("name.givenName", "name.familyName");
      const made = await bench.user({ name: { givenName: "Given", familyName: "Family" } });
      const answer = await bench.get(made.path, { excludedAttributes: "name.familyName" });
      needStatus(bench, answer, 200);
      const seen = valueAt(answer.body, "name");
      const holds = seen?.givenName === "Given" && isUnassigned(seen.familyName);
      bench.expect(
        holds,
        `name is ${JSON.stringify(seen) ?? "absent"}.`,
        "name has givenName alone of the two.",
        answer,
      );
    },
  },
  {
    id: "attributes/both",
    title: "attributes and excludedAttributes together are refused, or one of them wins.",
    level: "option",
    requirements: ["P-3.9-04", "R-26"],
    section,
    suffers: "A client that sends both is answered by a fault.",
    misses: "Which one wins.",
    async run(bench) {
      const made = await bench.user();
      const answer = await bench.get(made.path, { attributes: "userName", excludedAttributes: "name" });
      bench.note(isRefused(answer) ? "Both together are refused." : "Both together are taken.");
      expectStatus(bench, answer, [200, 400], "It is 400, or 200 with one of them.");
    },
  },
  {
    id: "attributes/on-create",
    title: "attributes works on the answer to a create.",
    level: "must",
    requirements: ["P-3.9-05"],
    section,
    suffers: "A client that wants the id alone is sent everything.",
    misses: "excludedAttributes on a create.",
    async run(bench) {
      const name = freeText(bench);
      const body = { ...bench.newUser(), [name]: bench.unique(name) };
      const answer = await bench.ask("POST", usersOf(bench), { body, query: { attributes: "userName" } });
      expectMade(bench, answer, "The status is 201.");
      if (answer.text === "") bench.skip("The server answers creates without a body.");
      bench.expect(isUnassigned(valueAt(answer.body, name)), `${name} is there.`, "userName alone is there.", answer);
    },
  },
  {
    id: "attributes/on-create-location",
    title: "Location says where the user is, also where attributes leave meta out of the answer.",
    level: "should",
    requirements: ["P-3.3-07"],
    section: "RFC 7644 §3.3",
    suffers: "A client that wants little does not learn the address.",
    misses: "A Location that leads nowhere; create/location-answers finds it.",
    async run(bench) {
      const query = { attributes: "userName" };
      const plain = await bench.post(usersOf(bench), bench.newUser());
      if (!plain.headers.has("location")) bench.block("A create has no Location without attributes either.");
      const answer = await bench.ask("POST", usersOf(bench), { body: bench.newUser(), query });
      needStatus(bench, answer, [201, 200]);
      bench.expect(answer.headers.has("location"), "There is no Location.", "Location is there.", answer);
    },
  },
  {
    id: "attributes/on-replace",
    title: "excludedAttributes works on the answer to a PUT.",
    level: "must",
    requirements: ["P-3.9-05"],
    section,
    suffers: "A client that replaces a large resource is sent all of it back.",
    misses: "attributes on a PUT, and both on a PATCH.",
    async run(bench) {
      const name = freeText(bench);
      const made = await bench.user();
      const body = replacement(bench, made, { [name]: bench.unique(name) });
      const answer = await bench.ask("PUT", made.path, { body, query: { excludedAttributes: name } });
      needStatus(bench, answer, [200, 201, 204]);
      bench.expect(isUnassigned(valueAt(answer.body, name)), `${name} is there.`, "It is left out.", answer);
    },
  },
];
