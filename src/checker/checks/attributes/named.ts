import { ENTERPRISE, USER } from "../../../client/urns.ts";
import { factOf, freeText, needAttribute, sampleOf } from "../../attributes.ts";
import { needName } from "../../bodies.ts";
import type { Check } from "../../check.ts";
import { isUnassigned, valueAt } from "../../compare.ts";
import type { ServerFacts } from "../../facts.ts";
import type { Json } from "../../json.ts";
import { expectStatus, isResource, needStatus } from "../../judge.ts";
import type { Answer, Made, Workbench } from "../../workbench.ts";

const shown = (value: Json) => JSON.stringify(value) ?? "absent";

/** A user with a free text, and what is read of it with `attributes`. */
async function named(bench: Workbench, spelled: (name: string) => string) {
  const name = freeText(bench);
  const value = bench.unique(name);
  const made = await bench.user({ [name]: value });
  const answer = await bench.get(made.path, { attributes: spelled(name) });
  expectStatus(bench, answer, 200, "The status is 200.");
  return { name, value, made, answer };
}

function expectValue(bench: Workbench, answer: Answer, name: string, value: Json): void {
  const seen = valueAt(answer.body, name);
  bench.expect(seen === value, `${name} is ${shown(seen)}.`, `${name} is ${shown(value)}.`, answer);
}

/** What `attributes` leaves out although it is not named and returned by default. */
function loose(bench: Workbench, made: Made, answer: Answer, asked: readonly string[]): readonly string[] {
  const kept = ["id", "schemas", "meta", ...asked].map((name) => name.toLowerCase());
  return Object.keys(answer.body).filter(
    (name) =>
      !kept.includes(name.toLowerCase()) &&
      factOf(bench, name)?.returned !== "always" &&
      !isUnassigned(answer.body[name]) &&
      name in made.body,
  );
}

/** Several checks judge one and the same read, which is asked for once. */
const plain = new WeakMap<ServerFacts, Awaited<ReturnType<typeof named>>>();

async function namedPlainly(bench: Workbench): ReturnType<typeof named> {
  const known = plain.get(bench.facts) ?? (await named(bench, (same) => same));
  plain.set(bench.facts, known);
  return known;
}

const section = "RFC 7644 §3.9";

/** The parameter `attributes`. @see RFC 7644 §3.9 */
export const namedAttributes: readonly Check[] = [
  {
    id: "attributes/named-is-there",
    title: "With attributes, what is named is returned.",
    level: "must",
    requirements: ["P-3.9-02", "S-7-18"],
    section,
    suffers: "A client that asks for what it needs does not get it.",
    misses: "Attributes of other kinds than text.",
    async run(bench) {
      const { answer, name, value } = await namedPlainly(bench);
      expectValue(bench, answer, name, value);
    },
  },
  {
    id: "attributes/others-are-not",
    title: "With attributes, what is not named and not always returned is left out.",
    level: "must",
    requirements: ["P-3.9-02", "S-7-18"],
    section,
    suffers: "A client that asks for a name alone is sent all members of a large group, and waits.",
    misses: "meta; attributes/meta-is-not looks at it.",
    async run(bench) {
      const { answer, name, made } = await namedPlainly(bench);
      const more = loose(bench, made, answer, [name]);
      bench.expect(
        more.length === 0,
        `There are ${more.join(", ")} too.`,
        `Only ${name} and what is always returned.`,
        answer,
      );
    },
  },
  {
    id: "attributes/meta-is-not",
    title: "With attributes, meta is left out where it is not named.",
    level: "option",
    requirements: ["S-3.1-16", "R-25"],
    section: "RFC 7643 §3.1",
    suffers: "A client is sent more than it has asked for.",
    misses: "A part of meta that is left out where it is named.",
    async run(bench) {
      const { answer } = await namedPlainly(bench);
      bench.expect(answer.body.meta === undefined, "meta is there.", "meta is returned by default only.", answer);
    },
  },
  {
    id: "attributes/id-is-always-there",
    title: "With attributes, the id is returned all the same.",
    level: "must",
    requirements: ["S-3.1-09", "S-3.1-04", "S-7-15"],
    section: "RFC 7643 §3.1",
    suffers: "A client does not know whose attributes it has been sent.",
    misses: "Lists; attributes/list-always looks at them.",
    async run(bench) {
      const { answer } = await namedPlainly(bench);
      bench.expect(isResource(answer), "There is no id.", "The id is there.", answer);
    },
  },
  {
    id: "attributes/schemas-are-always-there",
    title: "With attributes, schemas are returned all the same.",
    level: "should",
    requirements: ["P-3.9-10", "R-25"],
    section: "RFC 7643 §3",
    suffers: "A client in a typed language does not know what it has been given.",
    misses: "Lists, which may leave them out.",
    async run(bench) {
      const { answer } = await namedPlainly(bench);
      const holds = Array.isArray(answer.body.schemas) && answer.body.schemas.length > 0;
      bench.expect(holds, `schemas is ${shown(answer.body.schemas)}.`, "schemas is there.", answer);
    },
  },
  {
    id: "attributes/in-any-case",
    title: "Names in attributes are read in any letter case.",
    level: "must",
    requirements: ["P-3.10-01", "P-3.9-06"],
    section: "RFC 7644 §3.10",
    suffers: "A client that spells a name in its own way is sent nothing.",
    misses: "Letter case in excludedAttributes.",
    async run(bench) {
      const { answer, name, value } = await named(bench, (same) => same.toUpperCase());
      expectValue(bench, answer, name, value);
    },
  },
  {
    id: "attributes/by-urn",
    title: "A core attribute can be named with its URN in front.",
    level: "must",
    requirements: ["P-3.10-02", "P-3.10-01"],
    section: "RFC 7644 §3.10",
    suffers: "A client that names attributes in full is sent nothing.",
    misses: "URNs in filters and paths.",
    async run(bench) {
      const urn = bench.facts.users?.schema ?? USER;
      const { answer, name, value } = await named(bench, (same) => `${urn}:${same}`);
      expectValue(bench, answer, name, value);
    },
  },
  {
    id: "attributes/several",
    title: "Several attributes are named with commas between them.",
    level: "must",
    requirements: ["P-3.9-02", "P-3.9-06"],
    section,
    suffers: "A client that asks for two attributes gets one or none.",
    misses: "A parameter that is given twice.",
    async run(bench) {
      const { answer, name, value, made } = await named(bench, (same) => `${same},userName`);
      expectValue(bench, answer, name, value);
      expectValue(bench, answer, "userName", needName(bench, made));
    },
  },
  {
    id: "attributes/with-blanks",
    title: "Blanks behind the commas make no difference.",
    level: "option",
    requirements: ["P-3.9-06"],
    section,
    suffers: "A client that writes a blank behind a comma misses one of two attributes.",
    misses: "Blanks within names.",
    async run(bench) {
      const { answer, name, value } = await named(bench, (same) => `userName, ${same}`);
      expectValue(bench, answer, name, value);
    },
  },
  {
    id: "attributes/unknown",
    title: "A name in attributes that no schema has is ignored.",
    level: "should",
    requirements: ["P-3.9-08"],
    section,
    suffers: "A client that serves many servers is refused for an attribute that this one lacks.",
    misses: "Unknown names in excludedAttributes.",
    async run(bench) {
      const { answer, name, value } = await named(bench, (same) => `nothing${bench.run},${same}`);
      expectValue(bench, answer, name, value);
    },
  },
  {
    id: "attributes/sub-attribute",
    title: "A sub-attribute can be named, and comes alone.",
    level: "must",
    requirements: ["P-3.9-02", "P-3.9-07"],
    section,
    suffers: "A client that asks for a given name gets all of the name, or nothing.",
    misses: "Sub-attributes of lists; attributes/sub-attribute-of-a-list looks at them.",
    async run(bench) {
      bench.needsAttributes("name.givenName", "name.familyName");
      const name = { givenName: bench.unique("given"), familyName: bench.unique("family") };
      const made = await bench.user({ name });
      const answer = await bench.get(made.path, { attributes: "name.givenName" });
      needStatus(bench, answer, 200);
      const seen = valueAt(answer.body, "name");
      const right = `name is {"givenName":"${name.givenName}"}.`;
      const holds = seen?.givenName === name.givenName && isUnassigned(seen.familyName);
      bench.expect(holds, `name is ${shown(seen)}.`, right, answer);
    },
  },
  {
    id: "attributes/sub-attribute-of-a-list",
    title: "A sub-attribute of a list can be named, and comes alone, for each element.",
    level: "must",
    requirements: ["P-3.9-02", "P-3.9-07"],
    section,
    suffers: "A client that asks for addresses gets none.",
    misses: "Lists of more than one element.",
    async run(bench) {
      bench.needsAttributes("emails.value", "emails.type");
      const value = bench.address("sub");
      const made = await bench.user({ emails: [{ value, type: "work" }] });
      const answer = await bench.get(made.path, { attributes: "emails.value" });
      needStatus(bench, answer, 200);
      const [seen] = valueAt(answer.body, "emails") ?? [];
      const holds = seen?.value === value && isUnassigned(seen.type);
      bench.expect(holds, `emails is ${shown(answer.body.emails)}.`, `emails is [{"value":"${value}"}].`, answer);
    },
  },
  {
    id: "attributes/of-an-extension",
    title: "An attribute of an extension is named with the URN in front.",
    level: "should",
    requirements: ["P-3.9-09", "P-3.10-03"],
    section: "RFC 7644 §3.10",
    suffers: "A client that asks for a department gets none.",
    misses: "The URN alone, for the whole of the extension.",
    async run(bench) {
      bench.needsAttributes(`${ENTERPRISE}:department`);
      const department = bench.unique("department");
      const made = await bench.user({ [ENTERPRISE]: { department } });
      if (valueAt(made.body, ENTERPRISE, "department") !== department) bench.block("The department is not kept.");
      const answer = await bench.get(made.path, { attributes: `${ENTERPRISE}:department` });
      needStatus(bench, answer, 200);
      const seen = valueAt(answer.body, ENTERPRISE, "department");
      bench.expect(seen === department, `department is ${shown(seen)}.`, `It is "${department}".`, answer);
    },
  },
  {
    id: "attributes/returned-on-request",
    title: "What is returned on request is there when it is named, and not otherwise.",
    level: "must",
    requirements: ["S-7-19"],
    section: "RFC 7643 §7",
    suffers: "A client never sees what it asks for, or always what it does not.",
    misses: "Other attributes than the first of this kind.",
    async run(bench) {
      const one = needAttribute(
        bench,
        "attribute that is returned on request",
        ({ returned, mutability }) => returned === "request" && mutability !== "readOnly",
      );
      const made = await bench.user(one.with(sampleOf(bench, one.fact)));
      const plain = await bench.get(made.path);
      bench.expect(isUnassigned(one.of(plain.body)), `${one.path} is there.`, "It is there on request only.", plain);
      const answer = await bench.get(made.path, { attributes: one.path });
      bench.expect(!isUnassigned(one.of(answer.body)), `${one.path} is absent.`, "It is there when named.", answer);
    },
  },
  {
    id: "attributes/returned-always",
    title: "What is always returned is there, whatever is named or excluded.",
    level: "must",
    requirements: ["S-7-15", "P-3.4.2.5-02"],
    section: "RFC 7643 §7",
    suffers: "A client that relies on it does not find it.",
    misses: "Other attributes than the first of this kind.",
    async run(bench) {
      const one = needAttribute(
        bench,
        "attribute besides id that is always returned",
        ({ returned, mutability }) => returned === "always" && mutability !== "readOnly",
      );
      const made = await bench.user(one.with(sampleOf(bench, one.fact)));
      for (const query of [{ attributes: "userName" }, { excludedAttributes: one.path }]) {
        const answer = await bench.get(made.path, query);
        bench.expect(!isUnassigned(one.of(answer.body)), `${one.path} is absent.`, "It is there.", answer);
      }
    },
  },
  {
    id: "attributes/returned-never",
    title: "What is never returned is not there, even where it is named.",
    level: "must",
    requirements: ["S-7-16", "S-7-14"],
    section: "RFC 7643 §7",
    suffers: "A secret is told to whoever asks.",
    misses: "Passwords; passwords/never-returned looks at them.",
    async run(bench) {
      const one = needAttribute(
        bench,
        "attribute besides password that is never returned",
        ({ returned, mutability }) => returned === "never" && mutability !== "readOnly",
      );
      const made = await bench.user(one.with(sampleOf(bench, one.fact)));
      bench.expect(isUnassigned(one.of(made.body)), `${one.path} is there.`, "It is not there.", made.answer);
      const answer = await bench.get(made.path, { attributes: one.path });
      bench.expect(isUnassigned(one.of(answer.body)), `${one.path} is there.`, "It is not there.", answer);
    },
  },
];
