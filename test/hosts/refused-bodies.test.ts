import { once } from "node:events";
import { Agent, request, type Server } from "node:http";
import { connect } from "node:net";
import { Readable } from "node:stream";
import { Pool } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { errors } from "../../src/index.ts";
import { ERROR, USER } from "../support/directory.ts";
import { LISTENERS } from "./listeners.ts";
import { AUTHORIZED, closed, JSON_BODY, listening, smallScim } from "./wire.ts";

/** Bytes that a body may have in these tests. */
const LIMIT = 100_000;
/** Each refusal is tried so often that all of a host's make 140 tries. */
const TRIES = 14;

/** A request that is refused before all of its body is read. */
interface Refusal {
  readonly status: number;
  readonly path?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly size: number;
  readonly chunked?: true;
}

const REFUSALS: Readonly<Record<string, Refusal>> = {
  "nobody in particular": { status: 401, headers: { "Content-Type": "application/scim+json" }, size: 300_000 },
  "nobody, in chunks": {
    status: 401,
    headers: { "Content-Type": "application/scim+json" },
    size: 300_000,
    chunked: true,
  },
  "an unknown endpoint": { status: 404, path: "/Nothing", headers: JSON_BODY, size: 300_000 },
  "a method that is not there": { status: 405, path: "/Schemas", headers: JSON_BODY, size: 60_000 },
  "a body that announces too much": { status: 413, headers: JSON_BODY, size: 300_000 },
  "a body that grows too large": { status: 413, headers: JSON_BODY, size: 300_000, chunked: true },
  "a compressed body": { status: 415, headers: { ...JSON_BODY, "Content-Encoding": "gzip" }, size: 300_000 },
  "a small compressed body": { status: 415, headers: { ...JSON_BODY, "Content-Encoding": "gzip" }, size: 60_000 },
  "a media type that is none": { status: 415, headers: { ...AUTHORIZED, "Content-Type": "text/plain" }, size: 60_000 },
  "a client that asks too often": { status: 429, headers: { ...JSON_BODY, "X-Too-Often": "yes" }, size: 300_000 },
};

let users = 0;
const user = (): string => JSON.stringify({ schemas: [USER], userName: `user${users++}@example.com` });
const bodyOf = ({ size }: Refusal): string => JSON.stringify({ schemas: [USER], userName: "x".repeat(size) });

/** The body as undici takes it: whole, or in pieces of which nobody has counted the bytes. */
function undiciBody(refusal: Refusal): string | Readable {
  return refusal.chunked === true ? Readable.from(pieces(bodyOf(refusal))) : bodyOf(refusal);
}

async function* pieces(text: string): AsyncGenerator<Buffer> {
  for (let offset = 0; offset < text.length; offset += 16_384) {
    yield Buffer.from(text.slice(offset, offset + 16_384));
    await new Promise(setImmediate);
  }
}

describe.each(Object.entries(LISTENERS))("%s", (_name, listenerOf) => {
  let server: Server;
  let port: number;
  beforeAll(async () => {
    const scim = smallScim({
      limits: { body: LIMIT },
      throttle: ({ headers }) => {
        if (headers["x-too-often"] !== undefined) throw errors.tooManyRequests(1);
      },
    });
    ({ server, port } = await listening(await listenerOf(scim)));
  });
  afterAll(() => closed(server));

  test("undici: each of 140 refused requests gets its whole answer, and each request after it its own", async () => {
    const outcomes: unknown[] = [];
    for (const [name, refusal] of Object.entries(REFUSALS)) {
      const pool = new Pool(`http://127.0.0.1:${port}`, { connections: 1 });
      const post = async (path: string, headers: Record<string, string>, body: string | Readable) => {
        const answer = await pool.request({ method: "POST", path: `/scim/v2${path}`, headers, body });
        return { status: answer.statusCode, json: (await answer.body.json()) as Record<string, unknown> };
      };
      for (let turn = 0; turn < TRIES; turn++) {
        const refused = await post(refusal.path ?? "/Users", refusal.headers, undiciBody(refusal)).catch(String);
        const next = await post("/Users", JSON_BODY, user()).catch(String);
        outcomes.push([name, refused, next]);
      }
      await pool.close();
    }
    expect(outcomes).toHaveLength(140);
    const expected = Object.entries(REFUSALS).flatMap(([name, { status }]) =>
      Array(TRIES).fill([
        name,
        { status, json: expect.objectContaining({ schemas: [ERROR], status: String(status) }) },
        { status: 201, json: expect.objectContaining({ schemas: [USER] }) },
      ]),
    );
    expect(outcomes).toEqual(expected);
  });

  test("Node's own agent, which sends a body to its end after the answer as well: the same", async () => {
    const outcomes: unknown[] = [];
    for (const [name, refusal] of Object.entries(REFUSALS)) {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const post = (path: string, headers: Readonly<Record<string, string>>, body: string, chunked?: true) =>
        new Promise<number | string>((resolve) => {
          const length = chunked ? {} : { "Content-Length": String(Buffer.byteLength(body)) };
          const options = { agent, port, host: "127.0.0.1", method: "POST", path: `/scim/v2${path}` };
          const outgoing = request({ ...options, headers: { ...headers, ...length } }, async (response) => {
            response.resume();
            await once(response, "end");
            resolve(response.statusCode ?? 0);
          });
          outgoing.on("error", (error) => resolve(String(error)));
          if (chunked) for (let at = 0; at < body.length; at += 16_384) outgoing.write(body.slice(at, at + 16_384));
          outgoing.end(chunked ? "" : body);
        });
      for (let turn = 0; turn < TRIES; turn++) {
        const refused = await post(refusal.path ?? "/Users", refusal.headers, bodyOf(refusal), refusal.chunked);
        outcomes.push([name, refused, await post("/Users", JSON_BODY, user())]);
      }
      agent.destroy();
    }
    expect(outcomes).toEqual(
      Object.entries(REFUSALS).flatMap(([name, { status }]) => Array(TRIES).fill([name, status, 201])),
    );
  });

  test.each(
    Object.entries(REFUSALS),
  )("%s, pipelined: the request behind it is answered, or the connection was to end before it", async (_refusal, refusal) => {
    const { text, error } = await exchange(port, [{ send: head(refusal) + framed(refusal) + last() }]);
    expectAnswered(text, error, refusal);
  });

  test.each(Object.entries(REFUSALS))("%s, with Expect: 100-continue: the same", async (_refusal, refusal) => {
    const { text, error } = await exchange(port, [
      { send: head(refusal, "Expect: 100-continue\r\n"), until: /HTTP\/1\.1 \d+/ },
      { send: framed(refusal) + last() },
    ]);
    expectAnswered(text.replace("HTTP/1.1 100 Continue\r\n\r\n", ""), error, refusal);
  });

  test.each(
    Object.entries(REFUSALS),
  )("%s from a client that wants the connection to end: its answer is whole", async (_refusal, refusal) => {
    const { text, error } = await exchange(port, [{ send: head(refusal, "Connection: close\r\n") + framed(refusal) }]);
    expect(error).toBeUndefined();
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${refusal.status} `));
    expect(text).toContain(`"status":"${refusal.status}"`);
  });
});

function head(refusal: Refusal, more = ""): string {
  const { path = "/Users", headers, chunked } = refusal;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = chunked ? "Transfer-Encoding: chunked" : `Content-Length: ${bodyOf(refusal).length}`;
  return `POST /scim/v2${path} HTTP/1.1\r\nHost: x\r\n${lines.join("")}${more}${length}\r\n\r\n`;
}

function framed(refusal: Refusal): string {
  const body = bodyOf(refusal);
  return refusal.chunked ? `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body;
}

/** A request that is fine, behind which the connection ends. */
function last(): string {
  const body = user();
  const lines = Object.entries(JSON_BODY).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\n${lines.join("")}Connection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

interface Turn {
  readonly send: string;
  /** What has to have come before the next turn. */
  readonly until?: RegExp;
}

/** All that comes back over one connection, and the error that the client met before it had its answer. */
function exchange(port: number, turns: readonly Turn[]): Promise<{ readonly text: string; readonly error?: Error }> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const waiting = [...turns];
    let text = "";
    let expected: RegExp | undefined;
    const go = (): void => {
      while (expected === undefined || expected.test(text)) {
        const turn = waiting.shift();
        if (turn === undefined) return;
        expected = turn.until;
        socket.write(turn.send);
      }
    };
    socket.on("connect", go);
    socket.on("data", (data) => {
      text += data;
      go();
    });
    socket.on("error", (error) => resolve({ text, error }));
    socket.on("close", () => resolve({ text }));
  });
}

/** The refusal is whole; behind it stands the answer to the next request, unless the connection was said to end. */
function expectAnswered(text: string, error: Error | undefined, { status }: Refusal): void {
  const [refused = "", ...next] = text.split(/(?=HTTP\/1\.1 )/);
  expect(refused).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(refused).toContain(`"status":"${status}"`);
  if (/^connection: close\r$/im.test(refused)) expect(next).toEqual([]);
  else expect(next).toEqual([expect.stringMatching(/^HTTP\/1\.1 201 /)]);
  expect(error).toBeUndefined();
}
