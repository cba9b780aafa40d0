import { PATCH } from "../../../client/urns.ts";
import { freeText, usersOf } from "../../attributes.ts";
import type { Check } from "../../check.ts";
import { expectError, expectStatus, isFault, isRefused, isStatus, needStatus, told } from "../../judge.ts";
import type { Answer, Workbench } from "../../workbench.ts";

const section = "RFC 7644 §3.12";
const JSON_BODY = { "content-type": "application/scim+json" };

/** A body that is no user: each is the client's fault, and is told so. */
const bodies: readonly (readonly [id: string, what: string, body: (bench: Workbench) => string, misses: string])[] = [
  ["malformed-json", "JSON that breaks off", () => '{"schemas": ["urn:', "JSON that is whole and has more behind it."],
  ["no-json", "text that is no JSON", () => "userName=anna", "Forms that are labelled as forms."],
  ["empty-body", "nothing at all", () => "", "A create without a body and without a Content-Length."],
  ["array-body", "an array", (bench) => JSON.stringify([bench.newUser()]), "An array within a bulk request."],
  ["text-body", "a JSON text", () => '"anna"', "A number or a boolean."],
  ["null-body", "null", () => "null", "A null within a bulk request."],
];

const isJudged = (answer: Answer) => answer.status === 400;

/** Which status and keyword a request deserves. @see RFC 7644 §3.12 */
export const requests: readonly Check[] = [
  ...bodies.map(
    ([id, what, body, misses]): Check => ({
      id: `errors/${id}`,
      title: `A create with ${what} as body is 400.`,
      level: "should",
      requirements: ["P-3.3-11", "P-3.12-05"],
      section,
      suffers: "A client with a fault is told that the server is down, and tries again for ever.",
      misses,
      async run(bench) {
        const answer = await bench.ask("POST", usersOf(bench), { body: body(bench), headers: JSON_BODY });
        bench.expect(isJudged(answer), told(answer, `A create with ${what} as body`), "The status is 400.", answer);
      },
    }),
  ),
  {
    id: "errors/scim-type-of-malformed-json",
    title: "JSON that breaks off has the scimType invalidSyntax.",
    level: "should",
    requirements: ["P-3.12-06"],
    section,
    suffers: "A person who debugs a client looks for a wrong value, when it is the syntax.",
    misses: "The keyword for messages of the wrong form.",
    async run(bench) {
      const answer = await bench.ask("POST", usersOf(bench), { body: '{"schemas":', headers: JSON_BODY });
      needStatus(bench, answer, 400);
      expectError(bench, answer, { status: 400, scimType: "invalidSyntax", right: 'scimType is "invalidSyntax".' });
    },
  },
  {
    id: "errors/malformed-replace",
    title: "A PUT with JSON that breaks off is 400, and changes nothing.",
    level: "should",
    requirements: ["P-3.12-05", "P-3.12-06"],
    section,
    suffers: "A client with a fault empties an account.",
    misses: "A PATCH that breaks off.",
    async run(bench) {
      const made = await bench.user();
      const answer = await bench.put(made.path, '{"schemas": [', JSON_BODY);
      expectStatus(bench, answer, 400, "The status is 400.", "A PUT with JSON that breaks off");
      const { userName } = await bench.read(made.path);
      bench.expect(userName === made.body.userName, "The user has changed.", "The user is as it was.", answer);
    },
  },
  {
    id: "errors/wrong-type",
    title: "A value of a wrong JSON type is 400, or is read by what it means; it is no fault.",
    level: "should",
    requirements: ["S-2.3-02", "S-2.3.1-02", "P-3.12-07"],
    section,
    suffers: "A client with a fault is told that the server is down, and tries again for ever.",
    misses: "Other attributes than text and lists.",
    async run(bench) {
      const name = freeText(bench);
      for (const value of [{ a: 1 }, [["x"]], 5]) {
        const answer = await bench.post(usersOf(bench), { ...bench.newUser(), [name]: value });
        bench.expect(isJudged(answer) || isStatus(answer, 201, 200), told(answer), "The status is 400.", answer);
      }
    },
  },
  {
    id: "errors/scim-type-of-a-wrong-value",
    title: "A value of a wrong JSON type has the scimType invalidValue or invalidSyntax.",
    level: "should",
    requirements: ["P-3.12-07", "P-3.12-06"],
    section,
    suffers: "A client cannot tell a person what is wrong.",
    misses: "Which of the two it is.",
    async run(bench) {
      const name = freeText(bench);
      const answer = await bench.post(usersOf(bench), { ...bench.newUser(), [name]: { a: 1 } });
      if (!isRefused(answer)) bench.skip("The server takes an object for a text.");
      const holds = ["invalidValue", "invalidSyntax"].includes(answer.body.scimType);
      const seen = `scimType is ${answer.body.scimType ?? "absent"}.`;
      bench.expect(holds, seen, 'scimType is "invalidValue" or "invalidSyntax".', answer);
    },
  },
  {
    id: "errors/object-for-text",
    title: "An object for a text attribute is not stored.",
    level: "must",
    requirements: ["S-2.3-02"],
    section: "RFC 7643 §2.3",
    suffers: "One client's fault makes a person unreadable for all others.",
    misses: "Objects for booleans and lists.",
    async run(bench) {
      const name = freeText(bench);
      const answer = await bench.post(usersOf(bench), { ...bench.newUser(), [name]: { a: 1 } });
      if (isRefused(answer) || isFault(answer)) return;
      const seen = (await bench.read(`${usersOf(bench)}/${encodeURIComponent(answer.body.id)}`))[name];
      const right = "It is refused, or nothing of it is kept: a text attribute has text.";
      bench.expect(seen === null || typeof seen !== "object", `${name} is ${JSON.stringify(seen)}.`, right, answer);
    },
  },
  {
    id: "errors/unknown-endpoint",
    title: "An endpoint that is not there is 404.",
    level: "should",
    requirements: ["P-3.2-05"],
    section: "RFC 7644 §3.2",
    suffers: "A client that asks for something this server lacks takes what it is given for it.",
    misses: "A deeper path.",
    async run(bench) {
      const answer = await bench.get(`/Nothing${bench.run}`);
      expectStatus(bench, answer, [404, 501], "The status is 404.");
    },
  },
  {
    id: "errors/unknown-endpoint-body",
    title: "An endpoint that is not there is answered with a SCIM error, and no page of HTML.",
    level: "should",
    requirements: ["P-3.2-05", "P-3.12-01"],
    section: "RFC 7644 §3.2",
    suffers: "A client that parses every answer takes the server for broken.",
    misses: "Paths that a gateway in front answers.",
    async run(bench) {
      const answer = await bench.get(`/Nothing${bench.run}`);
      if (!isRefused(answer) && !isStatus(answer, 501)) bench.block(told(answer));
      bench.expect(answer.isJson, "The body is no JSON object.", "The body is a SCIM error.", answer);
    },
  },
  {
    id: "errors/below-a-user",
    title: "A path below a user is 404.",
    level: "option",
    requirements: ["P-3.2-05", "P-3.4.1-03"],
    section: "RFC 7644 §3.2",
    suffers: "A client with a wrong path believes that it has found something.",
    misses: "Paths that write.",
    async run(bench) {
      const made = await bench.user();
      const answer = await bench.get(`${made.path}/nothing`);
      expectStatus(bench, answer, [400, 404, 405, 501], "The status is 404.");
    },
  },
  {
    id: "errors/post-to-a-user",
    title: "A POST to a single user is refused.",
    level: "should",
    requirements: ["P-3.2-03"],
    section: "RFC 7644 §3.2",
    suffers: "A client with a wrong path creates what it meant to change.",
    misses: "A POST to a path that is not there.",
    async run(bench) {
      const made = await bench.user();
      const answer = await bench.post(made.path, bench.newUser());
      expectStatus(
        bench,
        answer,
        [400, 403, 404, 405, 501],
        "The status is 405, 404 or 501.",
        "A POST to a single user",
      );
    },
  },
  {
    id: "errors/patch-of-the-collection",
    title: "A PATCH of the endpoint of all users is refused.",
    level: "should",
    requirements: ["P-3.2-03"],
    section: "RFC 7644 §3.2",
    suffers: "A client that has lost an id believes that it has changed somebody.",
    misses: "The same for groups.",
    async run(bench) {
      bench.needs("patch");
      const schemas = [PATCH];
      const body = { schemas, Operations: [{ op: "remove", path: `nothing${bench.run}` }] };
      const answer = await bench.ask("PATCH", usersOf(bench), { body });
      expectStatus(
        bench,
        answer,
        [400, 403, 404, 405, 501],
        "The status is 405, 404 or 501.",
        "A PATCH of the endpoint of all users",
      );
    },
  },
  {
    id: "errors/unknown-method",
    title: "A method that nobody knows is refused.",
    level: "should",
    requirements: ["P-3.2-03", "P-3.12-09"],
    section: "RFC 9110 §15.6.2",
    suffers: "A client with a fault is told that all is well.",
    misses: "A known method in another letter case.",
    async run(bench) {
      const made = await bench.user();
      const answer = await bench.ask("FROBNICATE", made.path);
      const holds = isRefused(answer) || isStatus(answer, 501);
      bench.expect(holds, told(answer, "A request by the method FROBNICATE"), "The status is 405 or 501.", answer);
    },
  },
  {
    id: "errors/allow",
    title: "A 405 says in Allow which methods there are.",
    level: "should",
    requirements: ["P-3.2-03"],
    section: "RFC 9110 §15.5.6",
    suffers: "A person who debugs a client does not see what it could have asked.",
    misses: "Methods that are listed and not served.",
    async run(bench) {
      const made = await bench.user();
      const answer = await bench.post(made.path, bench.newUser());
      if (!isStatus(answer, 405)) bench.skip("The server does not answer 405 to a POST of a single user.");
      bench.expect(answer.headers.has("allow"), "There is no Allow header.", "Allow lists the methods.", answer);
    },
  },
];
