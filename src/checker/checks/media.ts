import { freeText, usersOf } from "../attributes.ts";
import type { Check } from "../check.ts";
import { valueAt } from "../compare.ts";
import { expectMade, expectNoFault, expectStatus, isRefused, isStatus, needStatus, told } from "../judge.ts";
import type { Answer, Workbench } from "../workbench.ts";

const section = "RFC 7644 §3.8";
const typeOf = ({ headers }: Answer) => headers.get("content-type") ?? "absent";
const isScim = (answer: Answer) => /^application\/scim\+json\s*(;|$)/i.test(typeOf(answer));
const isJsonType = (answer: Answer) => /^application\/(scim\+)?json\s*(;|$)/i.test(typeOf(answer));

/** Reads a user with an Accept of its own. */
async function accepting(bench: Workbench, accept: string): Promise<Answer> {
  const made = await bench.user();
  return bench.ask("GET", made.path, { headers: { accept } });
}

/** Creates a user with a Content-Type of its own. */
function sending(bench: Workbench, type: string): Promise<Answer> {
  const body = JSON.stringify(bench.newUser());
  return bench.ask("POST", usersOf(bench), { body, headers: { "content-type": type } });
}

/** Media types. @see RFC 7644 §3.1, §3.8 */
export const media: readonly Check[] = [
  {
    id: "media/accept-scim-json",
    title: "A client that accepts application/scim+json is not refused.",
    level: "must",
    requirements: ["P-3.8-02"],
    section,
    suffers: "A client that asks for the type of the standard, as most do, can read nothing.",
    misses: "What the answer is labelled as; media/scim-json looks at it.",
    async run(bench) {
      const accepted = (accept: string) =>
        bench.ask("GET", usersOf(bench), { query: { count: 1 }, headers: { accept } });
      const answer = await accepted("application/scim+json");
      if (answer.status === 200) return;
      const other = await accepted("application/json");
      const isAccept = answer.status === 406 || other.status === 200;
      if (!isAccept) bench.block(`A list is refused whatever is accepted. ${told(answer)}`);
      const seen = `A list that is asked for with this Accept is refused: ${told(answer)}`;
      bench.fail(seen, "The status is 200, and the body is application/scim+json.", answer, other);
    },
  },
  {
    id: "media/scim-json",
    title: "Answers are labelled application/scim+json.",
    level: "must",
    requirements: ["P-3.1-01", "P-3.8-02"],
    section: "RFC 7644 §3.1",
    suffers: "A client that goes by the label does not read the answer; Entra asks for it.",
    misses: "Labels of lists and errors; media/lists and errors/media-type-of-… look at them.",
    async run(bench) {
      const answer = await accepting(bench, "application/scim+json");
      needStatus(bench, answer, 200);
      bench.expect(isScim(answer), `Content-Type is ${typeOf(answer)}.`, "It is application/scim+json.", answer);
    },
  },
  {
    id: "media/lists",
    title: "Lists are labelled application/scim+json.",
    level: "must",
    requirements: ["P-3.1-01"],
    section: "RFC 7644 §3.1",
    suffers: "A client that goes by the label does not read the list.",
    misses: "Answers of searches and bulk requests.",
    async run(bench) {
      const options = { query: { count: 1 }, headers: { accept: "application/scim+json" } };
      const answer = await bench.ask("GET", usersOf(bench), options);
      needStatus(bench, answer, 200);
      bench.expect(isScim(answer), `Content-Type is ${typeOf(answer)}.`, "It is application/scim+json.", answer);
    },
  },
  {
    id: "media/discovery",
    title: "Discovery documents are labelled application/scim+json.",
    level: "must",
    requirements: ["P-3.1-01", "P-3.8-02"],
    section: "RFC 7644 §3.1",
    suffers: "A client that goes by the label does not read what the server can do.",
    misses: "A page of HTML that is no JSON at all; discovery/provider-is-served finds it.",
    async run(bench) {
      for (const path of ["/ServiceProviderConfig", "/ResourceTypes", "/Schemas"]) {
        const answer = await bench.ask("GET", path, { headers: { accept: "application/scim+json" } });
        if (!isStatus(answer, 200)) continue;
        const seen = `The Content-Type of ${path} is ${typeOf(answer)}.`;
        bench.expect(isScim(answer), seen, "It is application/scim+json.", answer);
      }
    },
  },
  {
    id: "media/accept-json",
    title: "A client that accepts application/json is answered with JSON.",
    level: "should",
    requirements: ["P-3.8-03", "Q05"],
    section,
    suffers: "OneLogin and others, which know JSON alone, are refused.",
    misses: "Lists and errors.",
    async run(bench) {
      const answer = await accepting(bench, "application/json");
      expectStatus(bench, answer, 200, "The status is 200.");
      bench.expect(isJsonType(answer), `Content-Type is ${typeOf(answer)}.`, "It is one of JSON.", answer);
    },
  },
  {
    id: "media/accept-anything",
    title: "A client that accepts anything is answered with application/scim+json.",
    level: "should",
    requirements: ["P-3.8-04", "Q04"],
    section,
    suffers: "A client whose library says */* is sent something else.",
    misses: "A client that says nothing.",
    async run(bench) {
      const answer = await accepting(bench, "*/*");
      expectStatus(bench, answer, 200, "The status is 200.");
      bench.expect(isScim(answer), `Content-Type is ${typeOf(answer)}.`, "It is application/scim+json.", answer);
    },
  },
  {
    id: "media/accept-parameters",
    title: "Parameters and alternatives in Accept make no difference.",
    level: "should",
    requirements: ["P-3.8-02", "Q04"],
    section,
    suffers: "A client whose library adds charset=utf-8 is refused.",
    misses: "Weights that exclude a type.",
    async run(bench) {
      const answer = await accepting(bench, "application/scim+json; charset=utf-8, application/json;q=0.9, */*;q=0.1");
      expectStatus(bench, answer, 200, "The status is 200.");
    },
  },
  {
    id: "media/accept-nothing-there",
    title: "A client that accepts HTML alone is told 406, or is sent JSON nevertheless.",
    level: "option",
    requirements: ["P-3.8-05"],
    section,
    suffers: "A person in a browser sees a fault.",
    misses: "Other types than HTML.",
    async run(bench) {
      const answer = await accepting(bench, "text/html");
      bench.note(isStatus(answer, 406) ? "An Accept without JSON is 406." : "An Accept without JSON is ignored.");
      expectStatus(bench, answer, [200, 406], "It is 406, or 200 with JSON.");
    },
  },
  {
    id: "media/send-scim-json",
    title: "Bodies labelled application/scim+json are taken.",
    level: "must",
    requirements: ["P-3.1-01", "P-3.8-06"],
    section: "RFC 7644 §3.1",
    suffers: "No client that keeps to the standard can write.",
    misses: "PUT and PATCH.",
    async run(bench) {
      expectMade(bench, await sending(bench, "application/scim+json"), "The status is 201.");
    },
  },
  {
    id: "media/send-json",
    title: "Bodies labelled application/json are taken.",
    level: "client",
    requirements: ["P-3.8-06", "Q05"],
    clients: ["onelogin", "okta", "google"],
    section,
    suffers: "OneLogin, Google and others, which send JSON, can write nothing.",
    misses: "PUT and PATCH.",
    async run(bench) {
      expectMade(bench, await sending(bench, "application/json"), "The status is 201.");
    },
  },
  {
    id: "media/send-charset",
    title: "A charset behind the type of a body makes no difference.",
    level: "should",
    requirements: ["P-3.8-06", "P-3.8-01", "Q04"],
    section,
    suffers: "Entra and Okta, which send charset=utf-8, can write nothing.",
    misses: "Quotes around the charset.",
    async run(bench) {
      expectMade(bench, await sending(bench, "application/scim+json; charset=utf-8"), "The status is 201.");
    },
  },
  {
    id: "media/send-other",
    title: "A body that is labelled as something else is 415, or is read nevertheless.",
    level: "should",
    requirements: ["P-3.8-06"],
    section,
    suffers: "A client with a wrong label is told that the server is down.",
    misses: "Bodies that are of the type which they are labelled as.",
    async run(bench) {
      const answer = await sending(bench, "text/plain");
      expectStatus(bench, answer, [415, 400, 201, 200], "It is 415 or 400, or 201 where the server does not mind.");
      bench.note(isRefused(answer) ? "A wrong Content-Type is refused." : "A wrong Content-Type is ignored.");
    },
  },
  {
    id: "media/send-xml",
    title: "XML is refused.",
    level: "should",
    requirements: ["P-3.8-06", "P-3.12-05"],
    section,
    suffers: "A client of an old protocol is told that the server is down.",
    misses: "XML that is labelled as JSON.",
    async run(bench) {
      const options = {
        body: "<User><userName>anna</userName></User>",
        headers: { "content-type": "application/xml" },
      };
      const answer = await bench.ask("POST", usersOf(bench), options);
      expectStatus(bench, answer, [415, 400], "The status is 415.");
    },
  },
  {
    id: "media/utf-8",
    title: "Bodies without a charset are read as UTF-8.",
    level: "must",
    requirements: ["P-3.8-01", "S-2.3.1-01"],
    section,
    suffers: "People's names are mangled.",
    misses: "Bytes that are no UTF-8.",
    async run(bench) {
      const name = freeText(bench);
      const value = `é ü 山 ${bench.run}`;
      const body = JSON.stringify({ ...bench.newUser(), [name]: value });
      const answer = await bench.ask("POST", usersOf(bench), {
        body,
        headers: { "content-type": "application/scim+json" },
      });
      needStatus(bench, answer, [201, 200]);
      const seen = valueAt(answer.body, name);
      if (seen === undefined) bench.block(`The answer has no ${name}.`);
      bench.expect(seen === value, `${name} is "${seen}".`, `${name} is "${value}".`, answer);
    },
  },
  {
    id: "media/escapes",
    title: "Letters that are written as escapes are the letters.",
    level: "must",
    requirements: ["P-3.8-01", "S-2.3.1-01"],
    section: "RFC 8259 §7",
    suffers: "Names that a client sends in ASCII have backslashes in them.",
    misses: "Halves of letters that have two.",
    async run(bench) {
      const name = freeText(bench);
      const body = JSON.stringify({ ...bench.newUser(), [name]: "@@" }).replace("@@", "\\u00e9\\ud83e\\udd8a\\/");
      const answer = await bench.post(usersOf(bench), body, { "content-type": "application/scim+json" });
      needStatus(bench, answer, [201, 200]);
      const seen = valueAt(answer.body, name);
      bench.expect(seen === "é🦊/", `${name} is ${JSON.stringify(seen) ?? "absent"}.`, `${name} is "é🦊/".`, answer);
    },
  },
  {
    id: "media/half-a-letter",
    title: "Half of a letter is refused or replaced, and is no fault.",
    level: "should",
    requirements: ["P-3.8-01", "P-3.12-05"],
    section: "RFC 8259 §8.2",
    suffers: "A client that cuts texts breaks the server's list of all people.",
    misses: "A list that breaks later on.",
    async run(bench) {
      const name = freeText(bench);
      const body = JSON.stringify({ ...bench.newUser(), [name]: "@@" }).replace("@@", "x\\ud83e");
      const answer = await bench.post(usersOf(bench), body, { "content-type": "application/scim+json" });
      expectNoFault(bench, answer, "Half of a letter");
    },
  },
  {
    id: "media/format-in-the-path",
    title: "A .scim behind an id is understood or not found, and is no other resource.",
    level: "option",
    requirements: ["P-3.8-07"],
    section,
    suffers: "A client with a path of its own is answered by a fault.",
    misses: "Other suffixes.",
    async run(bench) {
      const made = await bench.user();
      const answer = await bench.get(`${made.path}.scim`);
      expectStatus(bench, answer, [200, 400, 404], "It is 404, or 200 with the user.");
    },
  },
];
