import { freeText, usersOf } from "../../attributes.ts";
import { created, replaced, replacement, stored } from "../../bodies.ts";
import type { Check } from "../../check.ts";
import { absolute, isSameUri, valueAt } from "../../compare.ts";
import type { Json } from "../../json.ts";
import { expectMade, expectStatus, needStatus, told } from "../../judge.ts";

const DATE_TIME = /^-?\d{4,}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?$/;
const isDateTime = (value: unknown) =>
  typeof value === "string" && DATE_TIME.test(value) && !Number.isNaN(Date.parse(value));
const shown = (value: Json) => JSON.stringify(value) ?? "absent";
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** meta and its parts. @see RFC 7643 §3.1 */
export const meta: readonly Check[] = [
  {
    id: "common/meta-resource-type",
    title: "meta.resourceType is the name of the resource type.",
    level: "must",
    requirements: ["S-3.1-17", "P-3.3.1-01", "S-6-02"],
    section: "RFC 7643 §3.1",
    suffers: "A client that reads a mixed list cannot tell a person from a group.",
    misses: "Another type's name on groups and types of the server's own.",
    async run(bench) {
      const { body } = await bench.user();
      const name = bench.facts.users?.name ?? "User";
      const seen = body.meta?.resourceType;
      bench.expect(seen === name, `meta.resourceType is ${shown(seen)}.`, `meta.resourceType is "${name}".`);
    },
  },
  {
    id: "common/meta-location",
    title: "meta.location is the address of the resource, the same as in the Location header.",
    level: "must",
    requirements: ["S-3.1-21", "P-3.3-06"],
    section: "RFC 7643 §3.1",
    suffers: "A client that keeps addresses keeps a wrong one.",
    misses: "A location that changes with the way in which the server is called.",
    async run(bench) {
      const answer = await created(bench, {});
      const seen = (await stored(bench, answer)).meta?.location;
      bench.expect(typeof seen === "string", `meta.location is ${shown(seen)}.`, "meta.location is a URI.");
      const header = answer.headers.get("location") ?? bench.block("The create has no Location to compare with.");
      const right = "meta.location and the Location of the create are the same.";
      bench.expect(isSameUri(bench, seen, header), `meta.location is ${seen}, Location is ${header}.`, right, answer);
    },
  },
  {
    id: "common/meta-location-answers",
    title: "GET of meta.location answers with the resource.",
    level: "must",
    requirements: ["S-2.3.7-03", "S-3.1-21"],
    section: "RFC 7643 §3.1",
    suffers: "A client that follows addresses ends up nowhere, or at another host.",
    misses: "Locations of lists, which may be built elsewhere.",
    async run(bench) {
      const made = await bench.user();
      const location = made.body.meta?.location;
      if (typeof location !== "string") bench.block("There is no meta.location.");
      const answer = await bench.get(absolute(bench, location));
      expectStatus(bench, answer, 200, "The status is 200, and the body is the resource.");
      const [seen, name] = [answer, made].map(({ body }) => valueAt(body, "userName"));
      bench.expect(seen === name, `It is the user ${seen}.`, `It is the user ${name}.`, answer);
    },
  },
  {
    id: "common/meta-times",
    title: "meta says when the resource was created and last modified.",
    level: "should",
    requirements: ["S-3.1-02"],
    section: "RFC 7643 §3.1",
    suffers: "A client that asks for what has changed since yesterday is told of nothing.",
    misses: "Times that are there and wrong.",
    async run(bench) {
      const { body } = await bench.user();
      const missing = ["created", "lastModified"].filter((name) => body.meta?.[name] === undefined);
      const seen = `meta has no ${missing.join(" and no ")}.`;
      bench.expect(missing.length === 0, seen, "meta has created and lastModified.");
    },
  },
  {
    id: "common/meta-times-form",
    title: "The times of meta are of the form of xsd:dateTime.",
    level: "must",
    requirements: ["S-3.1-18", "S-2.3.5-01"],
    section: "RFC 7643 §3.1",
    suffers: "A client fails to read the whole resource over one date.",
    misses: "Times in a zone that is not the one that they name.",
    async run(bench) {
      const { body } = await bench.user();
      for (const name of ["created", "lastModified"]) {
        const seen = body.meta?.[name];
        if (seen === undefined) continue;
        bench.expect(isDateTime(seen), `meta.${name} is ${shown(seen)}.`, 'It is like "2008-01-23T04:56:22Z".');
      }
    },
  },
  {
    id: "common/meta-last-modified-at-first",
    title: "Until a resource is modified, meta.lastModified is meta.created.",
    level: "must",
    requirements: ["S-3.1-19"],
    section: "RFC 7643 §3.1",
    suffers: "A client that looks for changes takes everything new for changed, and reads it twice.",
    misses: "Times that part later without a change.",
    async run(bench) {
      const { created: first, lastModified } = (await bench.user()).body.meta ?? {};
      if (!isDateTime(first) || !isDateTime(lastModified)) bench.block("meta has no times that can be compared.");
      const seen = `created is ${first}, lastModified is ${lastModified}.`;
      bench.expect(Date.parse(first) === Date.parse(lastModified), seen, "Both are the same.");
    },
  },
  {
    id: "common/meta-created-stays",
    title: "meta.created stays when the resource is modified.",
    level: "must",
    requirements: ["S-3.1-18"],
    section: "RFC 7643 §3.1",
    suffers: "A client takes an old account for a new one.",
    misses: "A time that PATCH changes and PUT does not.",
    async run(bench) {
      const made = await bench.user();
      const before = made.body.meta?.created ?? bench.skip("The server gives no meta.created.");
      const name = freeText(bench);
      const body = await replaced(bench, made, replacement(bench, made, { [name]: bench.unique(name) }));
      const after = body.meta?.created;
      bench.expect(Date.parse(after) === Date.parse(before), `It was ${before}, it is ${after}.`, `It is ${before}.`);
    },
  },
  {
    id: "common/meta-last-modified-moves",
    title: "meta.lastModified moves on when the resource is modified.",
    level: "should",
    requirements: ["S-3.1-20"],
    section: "RFC 7643 §3.1",
    suffers: "A client that asks for what has changed since yesterday misses the change.",
    misses: "A change of less than a second after the one before.",
    async run(bench) {
      const made = await bench.user();
      const before = made.body.meta?.lastModified ?? bench.skip("The server gives no meta.lastModified.");
      const name = freeText(bench);
      // Whole seconds tell two changes apart only where a second lies between them.
      await pause(/\.\d*[1-9]/.test(before) ? 20 : 1100);
      const body = await replaced(bench, made, replacement(bench, made, { [name]: bench.unique(name) }));
      const after = body.meta?.lastModified;
      bench.expect(Date.parse(after) > Date.parse(before), `It was ${before}, it is ${after}.`, "It is later.");
    },
  },
  {
    id: "common/meta-is-ignored",
    title: "meta that a client sends is ignored.",
    level: "must",
    requirements: ["S-3.1-15", "P-3.3-01"],
    section: "RFC 7643 §3.1",
    suffers: "A client that sends back what it has read is refused, or changes what only the server knows.",
    misses: "A meta that a PUT takes.",
    async run(bench) {
      const sent = {
        resourceType: "Nothing",
        created: "1999-01-01T00:00:00Z",
        location: "https://example.com/nowhere",
      };
      const answer = await bench.post(usersOf(bench), { ...bench.newUser(), meta: sent });
      expectMade(bench, answer, "The create succeeds, and meta in it is ignored.");
      const { meta: seen } = await stored(bench, answer);
      const taken = Object.entries(sent).filter(([name, value]) => seen?.[name] === value);
      const names = taken.map(([name]) => `meta.${name}`).join(", ");
      bench.expect(taken.length === 0, `${names} is the client's.`, "All of meta is the server's own.", answer);
    },
  },
  {
    id: "common/meta-of-the-list",
    title: "A resource has the same meta in a list as alone.",
    level: "should",
    requirements: ["P-3.9-01", "S-3.1-16"],
    section: "RFC 7644 §3.9",
    suffers: "A client that reads lists keeps a wrong address or version.",
    misses: "Resources beyond the first of the list.",
    async run(bench) {
      await bench.user();
      const answer = await bench.get(usersOf(bench), { count: 1 });
      const [first] = answer.body.Resources ?? [];
      if (typeof first?.id !== "string") bench.block(told(answer));
      const alone = await bench.get(`${usersOf(bench)}/${encodeURIComponent(first.id)}`);
      needStatus(bench, alone, 200);
      const names = ["resourceType", "location", "created", "lastModified", "version"];
      const wrong = names.filter((name) => first.meta?.[name] !== alone.body.meta?.[name]);
      const seen = `${wrong.map((name) => `meta.${name}`).join(", ")} differ.`;
      bench.expect(wrong.length === 0, seen, "meta is the same in both.", answer, alone);
    },
  },
];
