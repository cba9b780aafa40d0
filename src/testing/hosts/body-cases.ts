import { must, outcomeOf } from "../failure.ts";
import { requestText } from "./connection.ts";
import type { HostCase } from "./host-case.ts";
import { BODY_LIMIT, CREDENTIALS, type HostSubject, MOUNT, WRITES } from "./host-subject.ts";

const TYPE = ["Content-Type", "application/scim+json"] as const;
const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const user = (userName: string): string => JSON.stringify({ schemas: [USER], userName });

/** What becomes of a body that is not wanted, is too large, or does not come to its end. */
export const BODY_CASES: readonly HostCase[] = [
  {
    title: "a body is not read before it is known who sends it [T-D1 P-7.6-01]",
    features: [],
    async run(subject) {
      const rule = "a request without credentials must be 401 before a byte of its body is read";
      const connection = await subject.connect();
      connection.send(requestText("POST", `${MOUNT}/Users`, [TYPE, ["Content-Length", "500"]]));
      const { status } = await connection.answer(rule);
      must(status === 401, rule, `the answer was ${status}`);
    },
  },
  {
    title: "a refused request leaves a connection that serves the next one, or says that it ends",
    features: [],
    async run(subject) {
      const rule =
        "behind a request that was refused with its body unread, the next one must be served, or the connection end";
      for (const size of [500, 200_000]) {
        const connection = await subject.connect();
        const body = "x".repeat(size);
        connection.send(requestText("POST", `${MOUNT}/Users`, [TYPE], body));
        const refused = await connection.answer(rule);
        must(refused.status === 401 || refused.status === 413, rule, `it was refused with ${refused.status}`);
        if (refused.headers.connection?.toLowerCase() === "close") continue;
        connection.send(requestText("GET", `${MOUNT}/Users`, [CREDENTIALS]));
        const { status } = await connection.answer(rule);
        must(status === 200, rule, `the next request was answered with ${status}`);
      }
    },
  },
  {
    title: "a body that is too large by its Content-Length is 413 before a byte of it is there [T-D1]",
    features: [],
    async run(subject) {
      const rule = `a body of more than limits.body (${BODY_LIMIT} bytes here) must be 413, by its Content-Length`;
      const connection = await subject.connect();
      connection.send(requestText("POST", `${MOUNT}/Users`, [...WRITES, ["Content-Length", String(BODY_LIMIT + 1)]]));
      const { status } = await connection.answer(rule);
      must(status === 413, rule, `the answer was ${status}`);
    },
  },
  {
    title: "a body without a length is 413 once it is too large, though it never ends [T-D1]",
    features: [],
    async run(subject) {
      const rule = `a body of unknown length must be 413 as soon as it has more than limits.body (${BODY_LIMIT} bytes here)`;
      const connection = await subject.connect();
      connection.send(requestText("POST", `${MOUNT}/Users`, [...WRITES, ["Transfer-Encoding", "chunked"]]));
      const chunk = `${(400).toString(16)}\r\n${" ".repeat(400)}\r\n`;
      connection.send(chunk.repeat(4));
      const { status } = await connection.answer(rule);
      must(status === 413, rule, `the answer was ${status}`);
    },
  },
  {
    title: "a body of just limits.body is taken",
    features: [],
    async run(subject) {
      const rule = `a body of limits.body (${BODY_LIMIT} bytes here) must be taken`;
      const body = user("ada").padEnd(BODY_LIMIT, " ");
      const { status } = await subject.ask(rule, "POST", "/Users", WRITES, body);
      must(status === 201, rule, `the answer was ${status}`);
    },
  },
  {
    title: "a body that breaks off is never taken for a whole one",
    features: [],
    async run(subject) {
      const rule = "a body that ends before its length must not be taken for a whole one";
      for (const framing of [
        { header: ["Content-Length", "500"] as const, bytes: user("ada") },
        { header: ["Transfer-Encoding", "chunked"] as const, bytes: chunkOf(user("ada")) },
      ])
        await breakOff(subject, framing, rule);
      const { body } = await subject.ask(rule, "GET", "/Users");
      must(JSON.parse(body).totalResults === 0, rule, "a resource was made of it");
    },
  },
];

function chunkOf(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

/** Sends what is whole JSON but not the whole body, leaves, and waits for what scimkit makes of it. */
async function breakOff(
  subject: HostSubject,
  { header, bytes }: { readonly header: readonly [string, string]; readonly bytes: string },
  rule: string,
): Promise<void> {
  const before = subject.given.length;
  const connection = await subject.connect();
  connection.send(requestText("POST", `${MOUNT}/Users`, [...WRITES, header]) + bytes);
  // A host that waits for the whole body before it calls scimkit gives it nothing, and that is right too.
  const arrived = await Promise.race([subject.arrived(before + 1), leaving(connection)]);
  connection.leave();
  if (arrived === undefined) return;
  const { value } = await subject.soon(
    outcomeOf(arrived.answer),
    rule,
    "the request of a client that had left was never over",
  );
  must((value?.status ?? 400) >= 400, rule, `scimkit was given one and answered with ${value?.status}`);
}

/** How long, in milliseconds, a host has to give scimkit a request whose body is on its way. */
const ON_ITS_WAY = 100;

/** Leaves a moment later, for a host that does not call scimkit before it has the whole body. */
function leaving(connection: { leave(): void }): Promise<undefined> {
  return new Promise((resolve) =>
    setTimeout(() => {
      connection.leave();
      resolve(undefined);
    }, ON_ITS_WAY),
  );
}
