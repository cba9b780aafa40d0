import { freeText, usersOf } from "../attributes.ts";
import { replaced, replacement } from "../bodies.ts";
import type { Check } from "../check.ts";
import { isSameUri, valueAt } from "../compare.ts";
import { expectNoFault, expectStatus, isStatus, needStatus, told } from "../judge.ts";

/** A body that is larger than most servers take, and that none has to hold whole before it says so. */
const LARGE = 3_000_000;

/** What SCIM leaves to HTTP. @see RFC 9110 */
export const http: readonly Check[] = [
  {
    id: "http/head",
    title: "HEAD of a user is as GET without the body, or is refused.",
    level: "should",
    requirements: ["P-3.2-06", "R-73"],
    section: "RFC 9110 §9.3.2",
    suffers: "A client or a monitor that asks by HEAD is answered by a fault, or kept waiting.",
    misses: "Headers that differ from those of GET.",
    async run(bench) {
      const made = await bench.user();
      const answer = await bench.ask("HEAD", made.path);
      expectStatus(bench, answer, [200, 404, 405, 501], "It is 200, or 405 or 501.");
      bench.expect(answer.text === "", "There is a body.", "There is none.", answer);
    },
  },
  {
    id: "http/head-of-nothing",
    title: "HEAD of an id that is not there is 404.",
    level: "option",
    requirements: ["P-3.2-06", "R-73"],
    section: "RFC 9110 §9.3.2",
    suffers: "A client believes that a person is there who is gone.",
    misses: "HEAD of an endpoint that is not there.",
    async run(bench) {
      const answer = await bench.ask("HEAD", `${usersOf(bench)}/nobody-${bench.run}`);
      expectStatus(bench, answer, [404, 405, 501], "It is 404 as for GET, or HEAD is refused.");
    },
  },
  {
    id: "http/trailing-slash",
    title: "A slash at the end of an endpoint makes no difference.",
    level: "client",
    requirements: ["R-73", "Q08"],
    clients: ["ping", "cyberark"],
    section: "RFC 7644 §3.2",
    suffers: "Ping and CyberArk, which put it there, are told that nothing is there.",
    misses: "A slash behind an id.",
    async run(bench) {
      const answer = await bench.get(`${usersOf(bench)}/`, { count: 1 });
      expectStatus(bench, answer, 200, "The status is 200, without a redirect.");
    },
  },
  {
    id: "http/endpoint-case",
    title: "An endpoint is found in another letter case.",
    level: "option",
    requirements: ["Q07"],
    section: "RFC 3986 §6.2.2.1",
    suffers: "Entra's validator, which writes /users, is told that nothing is there.",
    misses: "Letter case of discovery endpoints.",
    async run(bench) {
      const answer = await bench.get(usersOf(bench).toLowerCase(), { count: 1 });
      expectStatus(bench, answer, 200, "The status is 200; 404 is legal, since paths have letter case.");
    },
  },
  {
    id: "http/escaped-id",
    title: "An id is found in its percent-encoded form.",
    level: "must",
    requirements: ["P-1.2-01"],
    section: "RFC 7644 §1.2",
    suffers: "A client whose library escapes more than it must finds nobody.",
    misses: "Ids with letters outside of ASCII.",
    async run(bench) {
      const made = await bench.user();
      const escaped = [...made.id].map((one) => `%${one.charCodeAt(0).toString(16).padStart(2, "0")}`);
      if (!/^[\x21-\x7e]+$/.test(made.id)) bench.skip("The id is not of plain ASCII.");
      const answer = await bench.get(`${usersOf(bench)}/${escaped[0]}${encodeURIComponent(made.id.slice(1))}`);
      expectStatus(bench, answer, 200, "The status is 200: %41 is A.");
    },
  },
  {
    id: "http/query-encoding",
    title: "A query is read with its percent-encoding, and + and %20 are both a blank.",
    level: "client",
    requirements: ["P-1.2-01", "Q03"],
    clients: ["entra", "okta"],
    section: "RFC 7644 §1.2",
    suffers: "Half of all clients write blanks in the other way, and find nobody.",
    misses: "A plus that is meant as such.",
    async run(bench) {
      bench.needs("filter");
      const made = await bench.user();
      const userName = encodeURIComponent(String(valueAt(made.body, "userName")));
      for (const blank of ["+", "%20"]) {
        const answer = await bench.get(`${usersOf(bench)}?filter=userName${blank}eq${blank}%22${userName}%22`);
        needStatus(bench, answer, 200);
        const { totalResults, Resources = [] } = answer.body;
        const found = Resources.length === 1 && (totalResults ?? 1) === 1;
        bench.expect(found, `With ${blank} it finds ${Resources.length}.`, "It finds the one user.", answer);
      }
    },
  },
  {
    id: "http/large-body",
    title: "A body of three million letters is taken or refused, and is no fault.",
    level: "should",
    requirements: ["P-3.12-05", "R-48"],
    section: "RFC 7644 §3.12",
    suffers: "A client with a large photo is told that the server is down, and tries again for ever.",
    misses: "Limits above three million letters.",
    async run(bench) {
      const name = freeText(bench);
      const answer = await bench.post(usersOf(bench), { ...bench.newUser(), [name]: "x".repeat(LARGE) });
      expectNoFault(bench, answer, "A large body");
    },
  },
  {
    id: "http/after-a-large-body",
    title: "After a body that was too large the next requests are answered as ever.",
    level: "must",
    requirements: ["R-48", "P-3.12-05"],
    section: "RFC 9112 §9.3",
    suffers: "The rest of the large body is read as the next request, and an innocent one is refused.",
    misses: "Connections that a client keeps apart.",
    async run(bench) {
      const made = await bench.user();
      const name = freeText(bench);
      // The connection may be cut: what counts is that the next one works.
      await bench.attempt("POST", usersOf(bench), { body: { ...bench.newUser(), [name]: "x".repeat(LARGE) } });
      for (let round = 0; round < 3; round++) {
        const answer = await bench.get(made.path);
        const holds = isStatus(answer, 200) && valueAt(answer.body, "userName") === valueAt(made.body, "userName");
        bench.expect(holds, told(answer), "It is 200, with the user.", answer);
      }
    },
  },
  {
    id: "http/long-url",
    title: "A very long URL is served or refused, and is no fault.",
    level: "should",
    requirements: ["P-3.4.2.2-37", "P-3.12-05"],
    section: "RFC 9110 §15.5.15",
    suffers: "A client with a long list of attributes is told that the server is down.",
    misses: "Lengths between those of usual requests and twelve thousand letters.",
    async run(bench) {
      const made = await bench.user();
      const answer = await bench.attempt("GET", made.path, { query: { attributes: `userName,${"x".repeat(12_000)}` } });
      if (answer === undefined) return bench.skip("Something in front of the server cuts the connection.");
      expectNoFault(bench, answer, "A long URL");
    },
  },
  {
    id: "http/one-after-the-other",
    title: "What was written is there for the next read.",
    level: "client",
    requirements: ["P-3.1-04"],
    clients: ["jumpcloud", "entra", "okta"],
    section: "RFC 7644 §3.1",
    suffers: "A client that reads what it has just written finds nothing, and writes it again.",
    misses: "Lists that are late; http/list-after-a-change looks at them.",
    async run(bench) {
      for (let round = 0; round < 5; round++) {
        const made = await bench.user();
        const answer = await bench.get(made.path);
        expectStatus(bench, answer, 200, "The status is 200 at once.");
      }
    },
  },
  {
    id: "http/list-after-a-change",
    title: "A list that was read before a change shows the change when it is read again.",
    level: "client",
    requirements: ["P-3.1-04"],
    clients: ["jumpcloud", "entra", "okta"],
    section: "RFC 7644 §3.1",
    suffers: "A client that looks people up by a filter sees what they were, and writes the same change for ever.",
    misses: "Lists that are late after a create or a delete; delete/absent-from-lists looks at the one.",
    async run(bench) {
      bench.needs("filter");
      const name = freeText(bench);
      const made = await bench.user({ [name]: bench.unique("before") });
      const query = { filter: `userName eq ${JSON.stringify(valueAt(made.body, "userName"))}` };
      const before = (await bench.get(usersOf(bench), query)).body.Resources?.[0];
      if (before?.id !== made.id) bench.block("The user is not found by its userName.");
      const value = bench.unique("after");
      const alone = await replaced(bench, made, replacement(bench, made, { [name]: value }));
      if (valueAt(alone, name) !== value) bench.block(`A PUT does not change ${name}.`);
      const answer = await bench.get(usersOf(bench), query);
      const seen = valueAt(answer.body.Resources?.[0], name);
      const says = `After a PUT a read shows the new ${name}, and the list shows ${JSON.stringify(seen) ?? "none"}.`;
      bench.expect(seen === value, says, `The list shows "${value}" as well.`, answer);
    },
  },
  {
    id: "http/base-url",
    title: "Addresses in answers begin with the base URL that was called.",
    level: "should",
    requirements: ["P-3.13-04", "P-1.3-01"],
    section: "RFC 7644 §3.13",
    suffers: "A client that follows addresses ends up behind the gateway, at a host it cannot reach.",
    misses: "Addresses of members and managers.",
    async run(bench) {
      const made = await bench.user();
      const location = made.body.meta?.location ?? made.answer.headers.get("location");
      if (typeof location !== "string") bench.block("There is no meta.location and no Location.");
      const right = `It is ${bench.facts.baseUrl}${made.path}, or relative to the base URL.`;
      bench.expect(isSameUri(bench, location, made.path), `The address is ${location}.`, right, made.answer);
    },
  },
  {
    id: "http/other-version",
    title: "A version of the protocol that the server does not have is refused.",
    level: "option",
    requirements: ["P-3.13-02"],
    section: "RFC 7644 §3.13",
    suffers: "A client of another version is answered in this one.",
    misses: "Servers whose base URL names no version.",
    async run(bench) {
      const base = bench.facts.baseUrl.replace(/\/+$/, "");
      if (!/\/v2$/i.test(base)) bench.skip("The base URL names no version.");
      const answer = await bench.get(`${base.replace(/2$/, "9")}${usersOf(bench)}`, { count: 1 });
      expectStatus(bench, answer, [400, 401, 403, 404, 501], "The status is 404.");
    },
  },
];
