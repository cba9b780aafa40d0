import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { type BodyHeaders, bodyTaken, headersFromList, readBody, type Scim, type ScimRequest } from "scimkit/host";
import { hostConformance } from "scimkit/testing";
import { describe, expect, test } from "vitest";
import { ownHost } from "../../examples/own-host/host.ts";
import { closed, listening } from "./wire.ts";

/** What every case came to for a host: undefined, or the sentence that it failed with. */
async function outcomes(
  listenerOf: (scim: Scim) => RequestListener,
  titles: RegExp,
  patience: number,
): Promise<Map<string, string | undefined>> {
  const cases: { readonly title: string; readonly run: () => Promise<void> }[] = [];
  hostConformance({
    patience,
    test: (title, run) => cases.push({ title, run }),
    async start(scim) {
      const { port, server } = await listening(listenerOf(scim));
      return { url: `http://127.0.0.1:${port}`, close: () => closed(server) };
    },
  });
  const chosen = cases.filter(({ title }) => titles.test(title));
  const came = await Promise.all(
    chosen.map(({ title, run }) =>
      run().then(
        () => [title, undefined] as const,
        (error) => [title, String(error)] as const,
      ),
    ),
  );
  return new Map(came);
}

describe("the host of the example", () => {
  hostConformance({
    test: test.concurrent,
    async start(scim) {
      const { port, server } = await listening(ownHost(scim));
      return { url: `http://127.0.0.1:${port}`, close: () => closed(server) };
    },
  });
});

/** The host of the example with something of the request or of the answer in another way. */
function with_(change: {
  readonly request?: (asked: ScimRequest, incoming: IncomingMessage, scim: Scim) => ScimRequest | Promise<ScimRequest>;
  readonly answer?: (answer: Awaited<ReturnType<Scim["handle"]>>) => typeof answer | Promise<typeof answer>;
  readonly response?: (response: ServerResponse, incoming: IncomingMessage) => void;
}): (scim: Scim) => RequestListener {
  return (scim) => (incoming, response) => {
    change.response?.(response, incoming);
    const handle: Scim["handle"] = async (asked) => {
      const changed = (await change.request?.(asked, incoming, scim)) ?? asked;
      const answer = await scim.handle(changed);
      return (await change.answer?.(answer)) ?? answer;
    };
    return ownHost({ ...scim, handle })(incoming, response);
  };
}

async function bytesOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  await new Promise<void>((resolve) => {
    incoming.on("data", (chunk) => chunks.push(chunk));
    incoming.on("end", resolve).on("error", resolve).on("close", resolve);
  });
  return Buffer.concat(chunks);
}

let turn = 0;

/** Hosts as people write them, each with what is wrong with it, the case that says so, and words of what it says. */
const FAULTS: readonly (readonly [
  fault: string,
  listenerOf: (scim: Scim) => RequestListener,
  title: RegExp,
  words: RegExp,
])[] = [
  [
    "reads the body before it asks who sends it",
    with_({ request: async (asked, incoming) => ({ ...asked, body: await bytesOf(incoming) }) }),
    /is not read before it is known/,
    /no answer came within 2 seconds/,
  ],
  [
    "reads a body of any length",
    with_({ request: (asked, incoming) => ({ ...asked, body: () => bytesOf(incoming) }) }),
    /too large by its Content-Length/,
    /no answer came|answer was 201/,
  ],
  [
    "believes the Content-Length alone",
    with_({ request: (asked, incoming) => ({ ...asked, body: () => bytesOf(incoming) }) }),
    /without a length is 413/,
    /no answer came/,
  ],
  [
    "takes a byte less than it should",
    with_({
      request: (asked, incoming, scim) => ({
        ...asked,
        body: () => readBody(incoming.iterator({ destroyOnReturn: false }), incoming.headers, scim.limits.body - 1),
      }),
    }),
    /just limits.body/,
    /answer was 413/,
  ],
  [
    "takes what came before the client left for the whole body",
    with_({ request: (asked, incoming) => ({ ...asked, signal: undefined, body: () => bytesOf(incoming) }) }),
    /breaks off/,
    /answered with 201/,
  ],
  [
    "decodes each piece of a body as text",
    with_({
      request: (asked, incoming) => ({
        ...asked,
        body: async () => {
          let text = "";
          for await (const chunk of incoming) text += String(chunk);
          return text;
        },
      }),
    }),
    /to the byte/,
    /displayName|ö/,
  ],
  [
    "makes {} of no body",
    with_({
      request: (asked, { method }) => ({
        ...asked,
        ...(method === "POST"
          ? { body: { schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], userName: String(turn++) } }
          : {}),
      }),
    }),
    /no body is no body/,
    /answered with 201/,
  ],
  [
    "was mounted behind a body parser",
    with_({ request: (asked) => ({ ...asked, body: () => Promise.reject(bodyTaken()) }) }),
    /just limits.body/,
    /answer was 500/,
  ],
  [
    "sees the first Authorization header alone, as Node has it",
    with_({ request: (asked, { headers }) => ({ ...asked, headers }) }),
    /two Authorization/,
    /answer was 200, as if there were one/,
  ],
  [
    "drops headers that it does not know",
    with_({ request: (asked, { headers: { authorization } }) => ({ ...asked, headers: { authorization } }) }),
    /headers arrive/,
    /Entra/,
  ],
  [
    "decodes the path",
    with_({ request: (asked) => ({ ...asked, url: decodeURI(asked.url.replace("%2F", "/")) }) }),
    /as they were sent/,
    /had become/,
  ],
  [
    "leaves the query out",
    with_({ request: (asked) => ({ ...asked, url: asked.url.split("?")[0] ?? "" }) }),
    /as they were sent/,
    /had become/,
  ],
  [
    "resolves dot segments",
    with_({ request: (asked) => ({ ...asked, url: new URL(asked.url, "http://x").pathname }) }),
    /dot segments/,
    /was answered with 200/,
  ],
  [
    "makes GET of HEAD",
    with_({ request: (asked) => ({ ...asked, method: asked.method === "HEAD" ? "GET" : asked.method }) }),
    /every method/,
    /HEAD/,
  ],
  [
    "answers the base URL with a page of its own",
    with_({
      answer: (answer) => answer,
      request: (asked) => (/v2\/?(\?|$)/.test(asked.url) ? { ...asked, url: "/" } : asked),
    }),
    /base URL itself/,
    /was answered with 404/,
  ],
  [
    "puts a charset behind the Content-Type",
    with_({
      answer: (answer) => ({
        ...answer,
        headers: { ...answer.headers, "Content-Type": "application/scim+json; charset=utf-8" },
      }),
    }),
    /as scimkit gave it/,
    /charset/,
  ],
  [
    "answers errors in the form of its framework",
    with_({
      answer: (answer) => (answer.status < 400 ? answer : { status: answer.status, headers: {}, body: "Error" }),
    }),
    /errors keep what they say/,
    /no challenge/,
  ],
  [
    "gives a 204 a body",
    with_({ answer: (answer) => (answer.status === 204 ? { ...answer, status: 200, body: "null" } : answer) }),
    /a 204 and a 304/,
    /a 204 was 200/,
  ],
  [
    "keeps what is left of a body in the connection",
    with_({
      response: (response, incoming) => {
        incoming.resume = () => incoming;
        const { writeHead } = response;
        response.writeHead = ((status: number, { Connection: _, ...headers }: Record<string, string>) =>
          writeHead.call(response, status, headers)) as typeof writeHead;
        // What Node does of itself behind an answer.
        Object.assign(incoming, { _dump: () => undefined });
      },
    }),
    /a refused request leaves/,
    /no answer came|ended/,
  ],
  [
    "holds a stream in memory",
    with_({
      answer: async (answer) =>
        typeof answer.body === "object" ? { ...answer, body: await new Response(answer.body).text() } : answer,
    }),
    /as fast as the client reads/,
    /were read|on and on/,
  ],
  [
    "reads a stream whatever the client does",
    with_({
      response: (response) => {
        const { write } = response;
        response.write = ((...given: Parameters<typeof write>) => write.apply(response, given) || true) as typeof write;
      },
    }),
    /as fast as the client reads/,
    /were read|on and on/,
  ],
  [
    "does not free a stream when the client leaves",
    with_({
      answer: (answer) => {
        if (typeof answer.body === "object") Object.assign(answer.body, { getReader: keptReader(answer.body) });
        return answer;
      },
    }),
    /cancelled when the client leaves/,
    /it was not/,
  ],
  [
    "ends a stream that failed as if it were at its end",
    with_({
      response: (response) => {
        response.destroy = () => response.end();
      },
    }),
    /a stream that fails/,
    /proper end|left open/,
  ],
  [
    "has no signal",
    with_({ request: ({ signal: _, ...asked }) => asked }),
    /a client that leaves/,
    /there was no signal/,
  ],
  [
    "has a signal that nobody aborts",
    with_({ request: (asked) => ({ ...asked, signal: new AbortController().signal }) }),
    /a client that leaves/,
    /but it was not/,
  ],
  [
    "keeps the answer in a variable that all requests share",
    (() => {
      let last: Awaited<ReturnType<Scim["handle"]>> | undefined;
      return with_({
        answer: async (answer) => {
          last = answer;
          await new Promise((resolve) => setImmediate(resolve));
          return last;
        },
      });
    })(),
    /many requests at once/,
    /was expected/,
  ],
];

/** Faults of which nothing comes at all, so that the kit runs out of patience; of all others it need not be short of it. */
const WAITS = [
  "reads the body before",
  "of any length",
  "Content-Length alone",
  "keeps what is left",
  "does not free",
  "ends a stream",
  "nobody aborts",
];

/** A reader that cannot be cancelled. */
function keptReader(body: ReadableStream<Uint8Array>): () => object {
  const reader = body.getReader();
  return () => ({ read: () => reader.read(), cancel: async () => undefined });
}

describe("the kit for hosts", () => {
  test.concurrent.each(FAULTS)("catches one that %s", async (fault, listenerOf, title, words) => {
    const came = await outcomes(listenerOf, title, WAITS.some((part) => fault.includes(part)) ? 2000 : 60_000);
    expect([...came.values()]).toEqual([expect.stringMatching(/^ConformanceFailure: Host: /)]);
    expect([...came.values()][0]).toMatch(words);
  });
});

describe("headersFromList", () => {
  test("gives every value of a name that came more than once, whatever its letter case", () => {
    expect(headersFromList(["A", "1", "b", "2", "a", "3", "a", "4", "odd"])).toEqual({ a: ["1", "3", "4"], b: "2" });
  });
});

describe("readBody", () => {
  let turns = 0;
  async function* chunks(texts: readonly string[]): AsyncGenerator<Uint8Array> {
    for (const text of texts) {
      turns++;
      yield new TextEncoder().encode(text);
    }
  }
  const read = (headers: BodyHeaders, ...texts: readonly string[]) => {
    turns = 0;
    return readBody(chunks(texts), headers as Record<string, string>, 5);
  };

  test("gives the bytes, or nothing where there are none", async () => {
    expect(new TextDecoder().decode(await read({}, "ab", "", "cde"))).toBe("abcde");
    expect(await read({}, "", "")).toBeUndefined();
  });

  test("refuses what is compressed, too large, or breaks off", async () => {
    await expect(read({ "content-encoding": "gzip" })).rejects.toMatchObject({ status: 415 });
    await expect(read({ "content-length": "6" })).rejects.toMatchObject({ status: 413 });
    expect(turns).toBe(0);
    await expect(read({}, "abc", "def", "never read")).rejects.toMatchObject({ status: 413 });
    expect(turns).toBe(2);
    const broken = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("reset")) });
    await expect(readBody(broken, {}, 5)).rejects.toMatchObject({
      status: 400,
      detail: expect.stringMatching(/complete/),
    });
  });
});
