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

test("no more is read of an endless body than the limit and one chunk, and its stream is cancelled [P-3.7.4-02]", async () => {
  const { body, state } = endless(new Uint8Array(300).fill(0x20));
  const response = await fetchHandler(smallScim())(streamed(body));
  expect(response.status).toBe(413);
  expect(state).toEqual({ read: 1200, cancelled: true });
});

test("a body that announces too much is not read at all [P-3.7.4-02]", async () => {
  const { body, state } = endless(new Uint8Array(300));
  const response = await fetchHandler(smallScim())(streamed(body, { ...JSON_BODY, "Content-Length": "1001" }));
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject({
    status: "413",
    detail:
      "The size of the request body exceeds the maxPayloadSize (1000). The option of the server is limits.body, in bytes.",
  });
  expect(state.read).toBe(0);
});

test("a Content-Length that lies about a larger body does not lift the bound [P-3.7.4-02]", async () => {
  const { body } = endless(new Uint8Array(300));
  expect((await fetchHandler(smallScim())(streamed(body, { ...JSON_BODY, "Content-Length": "10" }))).status).toBe(413);
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
