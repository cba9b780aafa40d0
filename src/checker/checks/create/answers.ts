import { freeText, usersOf } from "../../attributes.ts";
import { created, stored } from "../../bodies.ts";
import type { Check } from "../../check.ts";
import { absolute, differences, isSame, isUnassigned, valueAt } from "../../compare.ts";
import {
  expectMade,
  expectNoFault,
  expectStatus,
  isRefused,
  isResource,
  isStatus,
  needStatus,
  told,
} from "../../judge.ts";

/** What a create is answered, and what is kept of it. @see RFC 7644 §3.3 */
export const answers: readonly Check[] = [
  {
    id: "create/created",
    title: "A create is answered 201.",
    level: "must",
    requirements: ["P-3.3-04"],
    section: "RFC 7644 §3.3",
    suffers: "A client takes the create for failed, and repeats it.",
    misses: "Other types than users.",
    async run(bench) {
      const answer = await bench.post(usersOf(bench), bench.newUser());
      expectStatus(bench, answer, 201, "The status is 201.", "A new user");
    },
  },
  {
    id: "create/minimal",
    title: "A user with nothing but what is required can be created.",
    level: "should",
    requirements: ["S-1.1-01", "S-6-08"],
    section: "RFC 7643 §1.1",
    suffers: "A client that knows no more than a name cannot create the person.",
    misses: "An attribute that is asked for later, at a PUT.",
    async run(bench) {
      const users = bench.facts.users ?? bench.skip("The server has no users.");
      const required = (bench.facts.schemas.get(users.schema)?.attributes ?? []).filter((one) => one.required);
      const extensions = users.extensions.filter((one) => one.required).map(({ schema }) => schema);
      const names = ["schemas", "userName", ...required.map(({ name }) => name), ...extensions];
      const body = Object.fromEntries(Object.entries(bench.newUser()).filter(([name]) => names.includes(name)));
      const answer = await bench.post(users.endpoint, body);
      expectMade(
        bench,
        answer,
        "It is 201: what no schema requires is optional.",
        "A user with no more than the schema requires",
      );
    },
  },
  {
    id: "create/location",
    title: "A create says in the Location header where the user is.",
    level: "must",
    requirements: ["P-3.3-06"],
    section: "RFC 7644 §3.3",
    suffers: "A client that goes by the header does not find what it has made.",
    misses: "A Location that leads nowhere; create/location-answers finds it.",
    async run(bench) {
      const answer = await created(bench, {});
      const right = "Location is the address of the user.";
      bench.expect(answer.headers.has("location"), "There is no Location header.", right, answer);
    },
  },
  {
    id: "create/location-answers",
    title: "GET of the Location of a create answers with the user.",
    level: "must",
    requirements: ["P-3.3-06", "S-2.3.7-03"],
    section: "RFC 7644 §3.3",
    suffers: "A client that goes by the header ends up nowhere, or at another host.",
    misses: "A Location that works for the server's own network alone.",
    async run(bench) {
      const answer = await created(bench, {});
      const location = answer.headers.get("location") ?? bench.block("There is no Location header.");
      const read = await bench.get(absolute(bench, location));
      expectStatus(bench, read, 200, `GET of ${location} is 200.`, "A read of the Location of a new user");
      const [name, seen] = [answer, read].map(({ body }) => valueAt(body, "userName"));
      const holds = name === undefined || seen === name;
      bench.expect(holds, `It is the user ${seen}.`, `It is the user ${name}.`, answer, read);
    },
  },
  {
    id: "create/body",
    title: "A create is answered with the whole user.",
    level: "should",
    requirements: ["P-3.3-05", "Q45"],
    section: "RFC 7644 §3.3",
    suffers: "Okta and others take a create without a body for failed, because they do not learn the id.",
    misses: "A body that is short of some; create/body-is-what-is-kept finds it.",
    async run(bench) {
      const answer = await created(bench, {});
      bench.expect(isResource(answer), "The body is no user with an id.", "The body is the user as JSON.", answer);
    },
  },
  {
    id: "create/body-is-what-is-kept",
    title: "The answer to a create is what a GET gives afterwards.",
    level: "must",
    requirements: ["P-3.1-04", "P-3.3-05"],
    section: "RFC 7644 §3.1",
    suffers: "A client believes that the server holds what it has dropped.",
    misses: "Attributes that this body does not have; create/round-trip tries them all.",
    async run(bench) {
      const answer = await created(bench, {});
      if (!isResource(answer)) bench.block("The create is answered without the user.");
      const read = await stored(bench, answer);
      // That all of the user is there is a SHOULD: what is there must be true.
      const wrong = differences({ ...answer.body, meta: null, id: null }, { ...read, meta: null, id: null }).filter(
        (name) => !isUnassigned(answer.body[name]),
      );
      bench.expect(wrong.length === 0, `${wrong.join(", ")} differ.`, "What the answer shows is what is kept.", answer);
    },
  },
  {
    id: "create/keeps-what-is-sent",
    title: "What a client sends for an attribute that it may write is what it reads.",
    level: "must",
    requirements: ["S-7-12", "P-3.1-04"],
    section: "RFC 7643 §7",
    suffers: "A client finds a difference at every run, and writes it again for ever.",
    misses: "Other attributes; create/round-trip tries them all.",
    async run(bench) {
      const name = freeText(bench);
      const value = bench.unique(name);
      const seen = valueAt(await stored(bench, await created(bench, { [name]: value })), name);
      bench.expect(seen === value, `${name} is ${JSON.stringify(seen) ?? "absent"}.`, `${name} is "${value}".`);
    },
  },
  {
    id: "create/keys-in-any-case",
    title: "Names of attributes are read in any letter case.",
    level: "must",
    requirements: ["S-2.1-01"],
    section: "RFC 7643 §2.1",
    suffers: "What a client writes in its own spelling is dropped without a word.",
    misses: "Letter case in PUT and PATCH, and in sub-attributes.",
    async run(bench) {
      const name = freeText(bench);
      const value = bench.unique(name);
      const { userName, ...rest } = bench.newUser();
      const body = { ...rest, [name]: undefined, USERNAME: userName, [name.toUpperCase()]: value };
      const answer = await bench.post(usersOf(bench), body);
      expectMade(bench, answer, "It is 201: USERNAME is userName.", "A user with USERNAME for userName");
      const seen = valueAt(await stored(bench, answer), name);
      bench.expect(seen === value, `${name} is ${JSON.stringify(seen) ?? "absent"}.`, `${name} is "${value}".`, answer);
    },
  },
  {
    id: "create/answers-in-its-spelling",
    title: "Answers have the names of attributes as the schema spells them.",
    level: "should",
    requirements: ["S-2.1-07"],
    section: "RFC 7643 §2.1",
    suffers: "A client that goes by the schema does not find the attribute.",
    misses: "The spelling of sub-attributes.",
    async run(bench) {
      const { userName, ...rest } = bench.newUser();
      const answer = await bench.post(usersOf(bench), { ...rest, USERNAME: userName });
      needStatus(bench, answer, [201, 200]);
      const keys = Object.keys(await stored(bench, answer));
      const wrong = keys.filter((key) => key.toLowerCase() === "username" && key !== "userName");
      const holds = wrong.length === 0 && keys.includes("userName");
      bench.expect(holds, `It has ${wrong.join(", ") || "none"}.`, "The name is userName.", answer);
    },
  },
  {
    id: "create/twin-keys",
    title: "Two keys that differ in letter case alone are one attribute: one is taken, or both are refused.",
    level: "should",
    requirements: ["S-2.1-06"],
    section: "RFC 7643 §2.1",
    suffers: "A client cannot say which of the two values it has read.",
    misses: "Two keys within an element.",
    async run(bench) {
      const name = freeText(bench);
      const body = { ...bench.newUser(), [name]: "one", [name.toLowerCase()]: "two", [name.toUpperCase()]: "two" };
      const answer = await bench.post(usersOf(bench), body);
      if (isRefused(answer)) return;
      expectMade(bench, answer, "It is 201 with one of them, or 400.");
      const keys = Object.keys(await stored(bench, answer)).filter((key) => key.toLowerCase() === name.toLowerCase());
      bench.expect(keys.length === 1, `It has ${keys.join(" and ") || "none"}.`, "It has one.", answer);
    },
  },
  {
    id: "create/unknown-attribute",
    title: "An attribute that no schema has is left out or refused, and never given back as if it were known.",
    level: "should",
    requirements: ["P-3.1-05", "R-37"],
    section: "RFC 7644 §3.1",
    suffers: "A client believes that the server has an attribute which no other client can see.",
    misses: "An unknown sub-attribute.",
    async run(bench) {
      const name = `nothing${bench.run}`;
      const answer = await bench.post(usersOf(bench), { ...bench.newUser(), [name]: "x" });
      if (isRefused(answer)) return;
      expectMade(bench, answer, "It is 201 without it, or 400.");
      const seen = valueAt(await stored(bench, answer), name);
      bench.expect(seen === undefined, `It has ${name}.`, "It is not there, since no schema describes it.", answer);
    },
  },
  {
    id: "create/inactive",
    title: "A user can be created inactive, and is read as such.",
    level: "client",
    requirements: ["S-4.1.1-10", "Q31"],
    clients: ["entra", "ping", "okta"],
    section: "RFC 7643 §4.1.1",
    suffers: "A person who must not get in yet is let in, or cannot be found and is made twice.",
    misses: "An inactive user that no list shows.",
    async run(bench) {
      bench.needsAttributes("active");
      const answer = await created(bench, { active: false });
      const body = await stored(bench, answer);
      bench.expect(body.active === false, `active is ${JSON.stringify(body.active)}.`, "active is false.", answer);
    },
  },
  {
    id: "create/defaults-are-told",
    title: "What the server sets by itself is in the answer.",
    level: "must",
    requirements: ["P-3.3-02", "P-3.1-04"],
    section: "RFC 7644 §3.3",
    suffers: "A client that keeps the answer does not know that the account is open.",
    misses: "Defaults of other attributes than active.",
    async run(bench) {
      bench.needsAttributes("active");
      const answer = await created(bench, { active: undefined });
      if (!isResource(answer)) bench.block("The create is answered without the user.");
      if (valueAt(answer.body, "userName") === undefined) bench.skip("The create is answered with a part of the user.");
      const read = await stored(bench, answer);
      const seen = `The answer has active ${answer.body.active}, a GET has ${read.active}.`;
      bench.expect(isSame(answer.body.active, read.active), seen, "Both say the same.", answer);
      if (isUnassigned(read.active)) bench.note("active has no default.");
    },
  },
  {
    id: "create/answers-the-next",
    title: "A create that is refused harms none that comes behind it.",
    level: "should",
    requirements: ["P-3.3-10", "P-3.3-11"],
    section: "RFC 7644 §3.3",
    suffers: "A person whose record had a fault once can never be created.",
    misses: "What is left behind in places that no request shows.",
    async run(bench) {
      const body = bench.newUser();
      const refused = await bench.post(usersOf(bench), { ...body, emails: 5, name: "x" });
      expectNoFault(bench, refused, "A body with values of wrong types");
      if (!isRefused(refused)) bench.skip("The server takes values of wrong types.");
      const answer = await bench.post(usersOf(bench), body);
      bench.expect(
        isStatus(answer, 201, 200),
        told(answer),
        "The right body is taken: nothing was left.",
        refused,
        answer,
      );
    },
  },
];
