import { must, mustBe } from "../failure.ts";
import { requestText } from "./connection.ts";
import type { HostCase } from "./host-case.ts";
import { CREDENTIALS, type HostSubject, MOUNT, WRITES } from "./host-subject.ts";

const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const SCIM_JSON = "application/scim+json";

/** What an answer is when it gets to the client, and what becomes of it when the client has gone. */
export const ANSWER_CASES: readonly HostCase[] = [
  {
    title: "an answer arrives as scimkit gave it: status, body, and every header, once and unchanged",
    features: [],
    async run(subject) {
      const rule = "the client must get the status, the headers and the body that scimkit gave";
      const headers = {
        "Content-Type": SCIM_JSON,
        ETag: 'W/"7"',
        Location: "https://host.example/scim/v2/Users/1",
        "Retry-After": "7",
      };
      subject.script("/Script", () => ({ status: 429, headers, body: '{"detail":"ö 東 🚀"}' }));
      const { status, body, headers: got, counts } = await subject.ask(rule, "GET", "/Script");
      mustBe({ status, body }, { status: 429, body: '{"detail":"ö 東 🚀"}' }, rule);
      for (const [name, value] of Object.entries(headers)) {
        mustBe({ [name]: got[name.toLowerCase()] }, { [name]: value }, rule);
        must(counts[name.toLowerCase()] === 1, rule, `${name} came ${counts[name.toLowerCase()]} times`);
      }
    },
  },
  {
    title: "errors keep what they say: 401 its challenge, 405 its Allow, 404 its body [P-3.12-01]",
    features: [],
    async run(subject) {
      const rule = "an error of scimkit must get to the client as it is, and none of the framework in its place";
      const challenged = await subject.ask(rule, "GET", "/Users", []);
      must(challenged.headers["www-authenticate"]?.startsWith("Bearer") === true, rule, "a 401 had no challenge");
      const { status, headers } = await subject.ask(rule, "DELETE", "/Users");
      must(status === 405 && headers.allow?.includes("GET") === true, rule, `a 405 was ${status} with no Allow`);
      const missing = await subject.ask(rule, "GET", "/Nothing");
      must(missing.headers["content-type"] === SCIM_JSON, rule, "a 404 was no SCIM error");
      mustBe(JSON.parse(missing.body).status, "404", rule);
    },
  },
  {
    title: "HEAD has the headers of GET and no body, and the connection goes on behind it",
    features: [],
    async run(subject) {
      const rule = "a HEAD must be answered with the headers of GET and without a body";
      const connection = await subject.connect();
      connection.send(requestText("HEAD", `${MOUNT}/Users`, [CREDENTIALS]));
      const head = await connection.answer(rule, true);
      mustBe({ status: head.status, type: head.headers["content-type"] }, { status: 200, type: SCIM_JSON }, rule);
      connection.send(requestText("GET", `${MOUNT}/Users`, [CREDENTIALS]));
      const get = await connection.answer(`${rule}, so that the next answer begins where it should`);
      must(get.status === 200, rule, `the next request was answered with ${get.status}`);
    },
  },
  {
    title: "a 204 and a 304 have neither body nor Content-Type, and the connection goes on behind them",
    features: [],
    async run(subject) {
      const rule = "an answer without a body must be sent without one";
      const body = JSON.stringify({ schemas: [USER], userName: "ada" });
      const created = await subject.ask(rule, "POST", "/Users", WRITES, body);
      const path = `${MOUNT}/Users/${JSON.parse(created.body).id}`;
      const connection = await subject.connect();
      const tag = ["If-None-Match", created.headers.etag ?? ""] as const;
      for (const [method, headers, expected] of [
        ["GET", [CREDENTIALS, tag], 304],
        ["DELETE", [CREDENTIALS], 204],
        ["GET", [CREDENTIALS], 404],
      ] as const) {
        connection.send(requestText(method, path, headers));
        const answer = await connection.answer(rule);
        must(answer.status === expected, rule, `a ${expected} was ${answer.status}`);
        const type = answer.headers["content-type"];
        must(expected === 404 || type === undefined, rule, `a ${expected} had the Content-Type ${type}`);
      }
    },
  },
  {
    title: "a stream arrives whole, and the connection goes on behind it [T-J1]",
    features: ["streams"],
    async run(subject) {
      const rule = "a body that is a stream must get to the client whole";
      const stream = scripted(subject, 40);
      const connection = await subject.connect();
      connection.send(requestText("GET", `${MOUNT}/Script`, [CREDENTIALS]));
      const { status, body } = await connection.answer(rule);
      mustBe({ status, length: body.length, asked: stream.asked }, { status: 200, length: 40 * SIZE, asked: 40 }, rule);
      connection.send(requestText("GET", `${MOUNT}/Users`, [CREDENTIALS]));
      must((await connection.answer(rule)).status === 200, rule, "the next request on the connection was not served");
    },
  },
  {
    title: "a stream is read as fast as the client reads, and no faster [T-J1]",
    features: ["streams", "backpressure"],
    async run(subject) {
      const rule = "a stream must not be read while the client does not read";
      const stream = scripted(subject, MANY);
      const connection = await subject.connect();
      connection.pause();
      connection.send(requestText("GET", `${MOUNT}/Script`, [CREDENTIALS]));
      await subject.soon(subject.arrived(1), rule, "the request did not get to scimkit");
      await subject.soon(stream.still(), rule, "it was read on and on");
      must(stream.asked < MANY, rule, `all of its ${MANY * SIZE} bytes were read`);
      const before = stream.asked;
      connection.resume();
      await subject.soon(stream.reached(before + 1), rule, "it was not read on when the client did");
    },
  },
  {
    title: "a stream is cancelled when the client leaves in its middle [T-J1]",
    features: ["streams"],
    async run(subject) {
      const rule = "a stream must be cancelled when the client leaves, because it holds what others need";
      const stream = scripted(subject, MANY);
      const connection = await subject.connect();
      connection.pause();
      connection.send(requestText("GET", `${MOUNT}/Script`, [CREDENTIALS]));
      await subject.soon(stream.reached(1), rule, "it was not read at all");
      connection.leave();
      await subject.soon(stream.cancelled, rule, "it was not");
    },
  },
  {
    title: "a stream that fails ends as a broken connection, and never as an answer that looks whole",
    features: ["streams"],
    async run(subject) {
      const rule =
        "a stream that fails must break the connection off, so that the client does not take a part for the whole";
      scripted(subject, 40, 20);
      const connection = await subject.connect();
      connection.send(requestText("GET", `${MOUNT}/Script`, [CREDENTIALS]));
      await connection.ended(rule, "the connection was left open");
      const { rest } = connection;
      const isWhole = /\r\n0\r\n\r\n$/.test(rest) || !/^transfer-encoding: chunked\r$/im.test(rest);
      // A host that has sent nothing yet may say 500 in place of it.
      must(!rest.startsWith("HTTP/1.1 200") || !isWhole, rule, "the answer came to a proper end");
    },
  },
  {
    title: "a client that leaves while scimkit works is told to it, and one that stays is not",
    features: ["clientGone"],
    async run(subject) {
      const rule = "the signal of a request must be aborted when its client leaves, and not before";
      subject.script("/Script", ({ signal }) => {
        const none = { status: 500, headers: {}, body: undefined };
        return new Promise((resolve) => signal?.addEventListener("abort", () => resolve(none)));
      });
      await subject.ask(rule, "GET", "/Users");
      const connection = await subject.connect();
      connection.send(requestText("GET", `${MOUNT}/Script`, [CREDENTIALS]));
      const { request } = await subject.soon(subject.arrived(2), rule, "the request did not get to scimkit");
      must(request.signal !== undefined, rule, "there was no signal");
      must(!request.signal.aborted, rule, "it was aborted while the client waited");
      connection.leave();
      const left = new Promise<void>((resolve) => {
        if (request.signal?.aborted) resolve();
        request.signal?.addEventListener("abort", () => resolve());
      });
      await subject.soon(left, rule, "it was not");
    },
  },
];

/** Bytes of a chunk of a scripted stream, and chunks that no buffers on the way can hold. */
const SIZE = 65_536;
const MANY = 2000;

/**
 * For how many turns of the event loop, of so many milliseconds at least, a stream must not have been asked to be taken for one that is
 * held up. Turns, because a machine that has no time for this process has none for the host either.
 */
const STILL = { turns: 20, of: 8 };

/** Answers `/Script` with a stream of so many chunks; `failAt`: the one at which it fails. */
function scripted(subject: HostSubject, chunks: number, failAt = Number.POSITIVE_INFINITY) {
  const bytes = new Uint8Array(SIZE).fill(0x20);
  const watchers = new Set<() => void>();
  let asked = 0;
  let onCancel: () => void;
  const cancelled = new Promise<void>((resolve) => {
    onCancel = resolve;
  });
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    if (asked === failAt) return controller.error(new Error("storage is gone"));
    if (asked === chunks) return controller.close();
    asked++;
    controller.enqueue(bytes);
    for (const watch of watchers) watch();
  };
  subject.script("/Script", () => ({
    status: 200,
    headers: { "Content-Type": SCIM_JSON },
    body: new ReadableStream<Uint8Array>({ pull, cancel: () => onCancel() }, { highWaterMark: 0 }),
  }));
  const reached = (count: number): Promise<void> =>
    new Promise((resolve) => {
      const watch = (): void => {
        if (asked < count) return;
        watchers.delete(watch);
        resolve();
      };
      watchers.add(watch);
      watch();
    });
  return {
    get asked() {
      return asked;
    },
    cancelled,
    reached,
    /** Settles when it has been asked for nothing for a while, or has come to its end. */
    async still(): Promise<void> {
      for (let quiet = 0, last = -1; quiet < STILL.turns; quiet = asked === last ? quiet + 1 : 0) {
        last = asked;
        await new Promise((resolve) => setTimeout(resolve, STILL.of));
      }
    },
  };
}
