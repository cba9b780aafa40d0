import { expect, test } from "vitest";
import { fetchHandler } from "../../src/hosts/fetch.ts";
import type { Scim, ScimRequest } from "../../src/index.ts";
import { USER } from "../support/directory.ts";
import { AUTHORIZED, JSON_BODY, smallScim } from "./wire.ts";

const URL = "https://example.com/scim/v2/Users";

/** A service that shows the request it was given. */
function spied(): { readonly scim: Scim; readonly seen: ScimRequest[] } {
  const scim = smallScim();
  const seen: ScimRequest[] = [];
  return {
    scim: {
      ...scim,
      handle: async (request) => {
        const body = typeof request.body === "function" ? await request.body() : request.body;
        seen.push({ ...request, body });
        return scim.handle({ ...request, body });
      },
    },
    seen,
  };
}

/** A body that counts what is read of it. */
function endless(chunk: Uint8Array): {
  readonly body: ReadableStream<Uint8Array>;
  readonly state: { read: number; cancelled: boolean };
} {
  const state = { read: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        state.read += chunk.length;
        controller.enqueue(chunk);
      },
      cancel: () => {
        state.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { body, state };
}

/** A body of so many chunks of zeros. */
function finite(chunks: number, size: number): { readonly body: ReadableStream<Uint8Array>; left(): number } {
  let left = chunks;
  const body = new ReadableStream<Uint8Array>(
    { pull: (controller) => (left-- > 0 ? controller.enqueue(new Uint8Array(size)) : controller.close()) },
    { highWaterMark: 0 },
  );
  return { body, left: () => Math.max(0, left) };
}

const streamed = (body: ReadableStream<Uint8Array>, headers: Record<string, string> = JSON_BODY): Request =>
  new Request(URL, { method: "POST", headers, body, duplex: "half" } as RequestInit);

test("the body is handed on as bytes, the headers in lower case and the signal with them", async () => {
  const { scim, seen } = spied();
  const body = JSON.stringify({ schemas: [USER], userName: "ada@example.com" });
  const { signal } = new AbortController();
  const response = await fetchHandler(scim)(new Request(URL, { method: "POST", headers: JSON_BODY, body, signal }));
  expect(response.status).toBe(201);
  expect(seen).toMatchObject([{ method: "POST", url: URL, headers: { "content-type": "application/scim+json" } }]);
  expect(seen[0]?.body).toEqual(new TextEncoder().encode(body));
  expect(seen[0]?.signal).toBeInstanceOf(AbortSignal);
});

/** The most bytes of a refused body that are read and dropped. */
const MOST_DROPPED = 16 * 1024 * 1024;

test("an endless body is refused after the limit and one chunk, its stream is cancelled, and the connection ends [P-3.7.4-02]", async () => {
  const { body, state } = endless(new Uint8Array(300_000).fill(0x20));
  const response = await fetchHandler(smallScim())(streamed(body));
  expect(response.status).toBe(413);
  expect(response.headers.get("connection")).toBe("close");
  expect(state.cancelled).toBe(true);
  expect(state.read).toBeLessThan(MOST_DROPPED + 3 * 300_000);
});

test("a body that announces more than is worth dropping is not read at all, and ends the connection [P-3.7.4-02]", async () => {
  const { body, state } = endless(new Uint8Array(300));
  const headers = { ...JSON_BODY, "Content-Length": String(MOST_DROPPED + 1) };
  const response = await fetchHandler(smallScim())(streamed(body, headers));
  expect(response.status).toBe(413);
  expect(response.headers.get("connection")).toBe("close");
  expect(await response.json()).toMatchObject({
    status: "413",
    detail:
      "The size of the request body exceeds the maxPayloadSize (1000). The option of the server is limits.body, in bytes.",
  });
  expect(state.read).toBe(0);
});

test("a body that announces too much is refused by that; it is out of the way before the answer, and the connection stays [P-3.7.4-02]", async () => {
  const { body, left } = finite(10, 300);
  const response = await fetchHandler(smallScim())(streamed(body, { ...JSON_BODY, "Content-Length": "3000" }));
  expect([response.status, response.headers.get("connection"), left()]).toEqual([413, null, 0]);
});

test("a client that waits for its answer before it goes on gets it at once where its body could have been taken, else after a second", async () => {
  for (const [length, connection] of [
    ["1000", null],
    ["1001", "close"],
  ] as const) {
    const stalled = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined) }, { highWaterMark: 0 });
    const headers = { "Content-Type": "application/scim+json", "Content-Length": length };
    const response = await fetchHandler(smallScim())(streamed(stalled, headers));
    expect([response.status, response.headers.get("connection")]).toEqual([401, connection]);
  }
});

test("a method that the endpoint does not have, and a media type that is none, are refused before the body is asked for", async () => {
  for (const [path, type, status] of [
    ["Schemas", "application/scim+json", 405],
    ["Users", "text/plain", 415],
  ] as const) {
    const request = {
      method: "POST",
      url: `/scim/v2/${path}`,
      headers: { ...AUTHORIZED, "content-type": type },
      body: () => expect.unreachable("the body was asked for"),
    };
    expect((await smallScim().handle(request)).status).toBe(status);
  }
});

test("a Content-Length that lies about a larger body does not lift the bound [P-3.7.4-02]", async () => {
  const { body } = endless(new Uint8Array(300));
  expect((await fetchHandler(smallScim())(streamed(body, { ...JSON_BODY, "Content-Length": "10" }))).status).toBe(413);
});

test("nor does one that Node's request has too, where something else has put another body behind it [P-3.7.4-02]", async () => {
  const incoming = { url: "/scim/v2/Users", headers: { "content-length": "10" } };
  const { body } = endless(new Uint8Array(300));
  const request = streamed(body, { ...JSON_BODY, "Content-Length": "10" });
  expect((await fetchHandler(smallScim())(request, { incoming })).status).toBe(413);
});

test("a body that breaks off is 400 [P-3.12-05 T-H11]", async () => {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.error(new Error("connection reset")),
  });
  const response = await fetchHandler(smallScim())(streamed(body));
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ status: "400", detail: expect.not.stringContaining("reset") });
});

test("a body that something else has read is a 500 that says where to mount scimkit, not a missing body", async () => {
  const request = new Request(URL, { method: "POST", headers: JSON_BODY, body: "{}" });
  await request.text();
  const response = await fetchHandler(smallScim())(request);
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({
    detail: expect.stringContaining("Mount scimkit ahead of body parsers"),
  });
});

test("a compressed body is 415 and stays unread [T-D9]", async () => {
  for (const encoding of ["gzip", "br", "GZIP, identity"]) {
    const { body, state } = endless(new Uint8Array(300));
    const response = await fetchHandler(smallScim())(streamed(body, { ...JSON_BODY, "Content-Encoding": encoding }));
    expect(response.status).toBe(415);
    expect(state.read).toBe(0);
  }
});

test("a header that the runtime refuses becomes a 500, not a rejection [T-H2]", async () => {
  const scim = smallScim();
  const broken: Scim = {
    ...scim,
    handle: async () => ({ status: 201, headers: { Location: "a\r\nSet-Cookie: b" }, body: "{}" }),
  };
  const response = await fetchHandler(broken)(new Request(URL, { headers: AUTHORIZED }));
  expect(response.status).toBe(500);
  expect(response.headers.get("set-cookie")).toBeNull();
  expect(await response.json()).toMatchObject({ status: "500" });
});

test("the answer's Content-Type carries no charset [P-3.1-01]", async () => {
  const response = await fetchHandler(smallScim())(new Request(URL, { headers: AUTHORIZED }));
  expect(response.headers.get("content-type")).toBe("application/scim+json");
});
