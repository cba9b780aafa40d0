import { must, mustBe } from "../failure.ts";
import { requestText } from "./connection.ts";
import type { HostCase } from "./host-case.ts";
import { CREDENTIALS, MOUNT, WRITES } from "./host-subject.ts";

/** A body that the service takes, with characters of one to four bytes. */
const user = (userName: string): string =>
  JSON.stringify({ schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], userName, displayName: "ö 東 🚀" });

/** What a request is when it gets to scimkit. */
export const REQUEST_CASES: readonly HostCase[] = [
  {
    title: "a path and its query arrive as they were sent, with every escape in them [Q03 T-H3]",
    features: [],
    async run(subject) {
      const rule = "scimkit must be given the path and the query as the client sent them";
      const sent = "/Users/a%2Fb%20c?filter=userName+eq+%22a%26b%22&count=1";
      await subject.ask(rule, "GET", sent);
      const [first] = subject.given;
      must(first !== undefined, rule, "it was given no request");
      const { url, localUrls = [] } = first.request;
      const isThere = [url, ...localUrls].some((one) => one.endsWith(sent));
      must(isThere, rule, `${sent} had become ${url}`);
    },
  },
  {
    title: "a path with dot segments leads nowhere, encoded or not [T-H3]",
    features: ["dotSegments"],
    async run(subject) {
      const rule = "a path with dot segments must be 404: a filter in front may not have seen where it leads";
      for (const path of ["/Users/../Groups", "/Users/%2e%2e/Groups", "/./Users"]) {
        const { status } = await subject.ask(rule, "GET", path);
        must(status === 404, rule, `${path} was answered with ${status}`);
      }
    },
  },
  {
    title: "the base URL itself is served, with a slash at its end and without",
    features: ["root"],
    async run(subject) {
      const rule = "a query at the base URL must get to scimkit";
      for (const path of ["", "/", "/?count=1"]) {
        const { status } = await subject.ask(rule, "GET", path);
        must(status === 200, rule, `${MOUNT}${path} was answered with ${status}`);
      }
    },
  },
  {
    title: "every method of SCIM arrives as it was sent",
    features: [],
    async run(subject) {
      const rule = "scimkit must be given the method of the request";
      const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];
      for (const method of methods) {
        const body = ["POST", "PUT", "PATCH"].includes(method) ? user("ada") : undefined;
        await subject.ask(rule, method, "/Users/1", body === undefined ? [CREDENTIALS] : WRITES, body);
      }
      mustBe(
        subject.given.map(({ request }) => request.method.toUpperCase()),
        methods,
        rule,
      );
    },
  },
  {
    title: "headers arrive with their values",
    features: [],
    async run(subject) {
      const rule = "scimkit must be given the headers of the request, whatever their letter case";
      await subject.ask(rule, "GET", "/Users", [CREDENTIALS, ["X-Client", "Entra; v=1"]]);
      const headers = Object.entries(subject.given[0]?.request.headers ?? {});
      const value = headers.find(([name]) => name.toLowerCase() === "x-client")?.[1];
      mustBe(value, "Entra; v=1", rule);
    },
  },
  {
    title: "two Authorization headers are both seen, and so refused [T-A4]",
    features: [],
    async run(subject) {
      const rule = "of two Authorization headers scimkit must be given both, so that it can refuse them (401)";
      for (const second of ["Bearer of-somebody-else", CREDENTIALS[1]]) {
        const { status } = await subject.ask(rule, "GET", "/Users", [CREDENTIALS, ["Authorization", second]]);
        must(status === 401, rule, `the answer was ${status}, as if there were one`);
      }
    },
  },
  {
    title: "many requests at once get each the answer of their own",
    features: [],
    async run(subject) {
      const rule = "a request must be answered with what scimkit gave for it, and for no other one";
      subject.script("/Echo", async ({ url }) => {
        const [, number = ""] = /[?&]n=(\d+)/.exec(url) ?? [];
        // Those that came later are answered first.
        if (subject.given.length < 16) await subject.arrived(16);
        return { status: 200, headers: { "Content-Type": "application/scim+json" }, body: JSON.stringify({ number }) };
      });
      const numbers = Array.from({ length: 16 }, (_, index) => String(index));
      const answers = await Promise.all(numbers.map((number) => subject.ask(rule, "GET", `/Echo?n=${number}`)));
      mustBe(
        answers.map(({ body }) => JSON.parse(body).number),
        numbers,
        rule,
      );
    },
  },
  {
    title: "a body arrives to the byte, wherever it is cut [P-3.8-01]",
    features: [],
    async run(subject) {
      const rule = "a body must get to scimkit to the byte, though it comes in pieces";
      const bytes = new TextEncoder().encode(user("ada@example.com"));
      const connection = await subject.connect();
      connection.send(requestText("POST", `${MOUNT}/Users`, [...WRITES, ["Transfer-Encoding", "chunked"]]));
      // One byte a chunk, so that characters are cut as well.
      for (const byte of bytes) connection.send(Uint8Array.from([0x31, 13, 10, byte, 13, 10]));
      connection.send("0\r\n\r\n");
      const { status, body } = await connection.answer(rule);
      must(status === 201, rule, `the answer was ${status}: ${body.slice(0, 200)}`);
      mustBe(JSON.parse(body).displayName, "ö 東 🚀", rule);
    },
  },
  {
    title: "no body is no body: a POST without one is 400, a DELETE without one is done [P-3.12-06]",
    features: [],
    async run(subject) {
      const rule = "a request without a body must be given to scimkit without one";
      const created = JSON.parse((await subject.ask(rule, "POST", "/Users", WRITES, user("ada"))).body);
      const { status } = await subject.ask(rule, "POST", "/Users", WRITES);
      must(status === 400, rule, `a POST without a body was answered with ${status}`);
      const deleted = await subject.ask(rule, "DELETE", `/Users/${created.id}`);
      must(deleted.status === 204, rule, `a DELETE without a body was answered with ${deleted.status}`);
    },
  },
];
