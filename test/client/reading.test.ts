import { createServer } from "node:http";
import { type AddressInfo, createServer as createSocket } from "node:net";
import { createClient, isScimClientError, ScimClientError } from "scimkit/client";
import { describe, expect, test } from "vitest";
import { clientOf, json, listOf, networkFault, refusal } from "./answers.ts";

const ADA = { schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], id: "1", userName: "Ådå" };

/** What reading user 1 comes to. */
const read = (response: () => Response) => clientOf(response).users.get("1");
const failure = (response: () => Response) => read(response).catch((error: unknown) => error);

describe("an answer is read", () => {
  test("whatever its media type says, and with members that no schema knows", async () => {
    const body = { ...ADA, favouriteColour: "green", "urn:example:more": { a: 1 } };
    for (const type of ["application/json", "text/plain", "application/scim+json; charset=utf-8", ""]) {
      const headers: Record<string, string> = type === "" ? {} : { "content-type": type };
      expect(await read(() => new Response(new TextEncoder().encode(JSON.stringify(body)), { headers }))).toEqual(body);
    }
  });

  test("by the charset that it names, and without its byte order mark", async () => {
    const latin = Uint8Array.from(JSON.stringify(ADA), (letter) => letter.codePointAt(0) ?? 0);
    const wide = new Uint8Array(Buffer.from(`\uFEFF${JSON.stringify(ADA)}`, "utf16le"));
    const bodies: readonly (readonly [Uint8Array, string])[] = [
      [latin, 'application/json; charset="iso-8859-1"'],
      [wide, "application/json; charset=utf-16le"],
      [new TextEncoder().encode(`\uFEFF${JSON.stringify(ADA)}`), "application/json"],
      [new TextEncoder().encode(JSON.stringify(ADA)), "application/json; charset=klingon"],
    ];
    for (const [body, type] of bodies)
      expect(await read(() => new Response(body as BodyInit, { headers: { "content-type": type } }))).toEqual(ADA);
  });

  test("without null, which says that there is none, and with an id that is a text", async () => {
    const body = {
      ...ADA,
      id: 1,
      title: null,
      name: { givenName: null, familyName: "L" },
      emails: [{ value: "a", type: null }],
    };
    expect(await read(() => json(body))).toEqual({ ...ADA, name: { familyName: "L" }, emails: [{ value: "a" }] });
  });

  test("with the entity tag of its header where it has no version of its own", async () => {
    expect(await read(() => json(ADA, 200, { etag: 'W/"7"' }))).toMatchObject({ meta: { version: 'W/"7"' } });
    const own = { ...ADA, meta: { version: 'W/"8"' } };
    expect(await read(() => json(own, 200, { etag: 'W/"7"' }))).toMatchObject(own);
  });

  test("of a change, and where there is none the resource is read if it is wanted", async () => {
    const { users, asked } = clientOf(({ method }) =>
      method === "GET" ? json(ADA) : new Response(null, { status: 204 }),
    );
    const change = [{ op: "remove", path: "title" }] as const;
    expect(await users.patch("1", change)).toBeUndefined();
    expect(await users.replace("1", { userName: "a" })).toBeUndefined();
    expect(asked.map(({ method }) => method)).toEqual(["PATCH", "PUT"]);
    expect(await users.patch("1", change, { read: true })).toEqual(ADA);
    expect(asked.map(({ method }) => method)).toEqual(["PATCH", "PUT", "PATCH", "GET"]);
  });
});

describe("an answer that is none", () => {
  const html = (status: number) => () =>
    new Response("<!DOCTYPE html><h1>Hello</h1>", { status, headers: { "content-type": "text/html" } });

  test("of SCIM is an error, and a 404 of a router is never taken for 'gone'", async () => {
    expect(await read(() => refusal(404))).toBeUndefined();
    expect(
      await read(() => new Response(null, { status: 404, headers: { "content-type": "application/scim+json" } })),
    ).toBeUndefined();
    const strangers = [
      html(404),
      html(200),
      () => new Response("Not found", { status: 404 }),
      () => json({ message: "no Route matched" }, 404, { "content-type": "application/json" }),
      () => new Response("", { status: 200 }),
      () => json([ADA]),
      () => json({ ...ADA, id: undefined }),
      () => listOf([ADA]),
      () => new Response("{ broken"),
    ];
    for (const [index, stranger] of strangers.entries())
      expect(await failure(stranger), `number ${index}`).toMatchObject({ name: "ScimClientError", code: "not-scim" });
    expect(await failure(html(503))).toMatchObject({ code: "answered", status: 503 });
    for (const status of [404, 200])
      expect(String(await failure(html(status)))).toContain("HTML instead of JSON: the base URL may be one level off");
  });

  test("of SCIM is no success of a DELETE either", async () => {
    await expect(clientOf(html(404)).users.delete("1")).rejects.toMatchObject({ code: "not-scim", status: 404 });
    expect(await clientOf(() => refusal(404)).users.delete("1")).toBe(false);
  });

  test("but leads elsewhere is not followed, and told of", async () => {
    const { users, asked } = clientOf(
      () => new Response(null, { status: 301, headers: { location: "https://b.example.com/v2/" } }),
    );
    const error = await users.get("1").catch((one: unknown) => one);
    expect(error).toMatchObject({ code: "redirected", status: 301 });
    expect(String(error)).toContain("leads to https://b.example.com/v2/");
    expect(asked).toHaveLength(1);
  });

  test("a list is an error of the list", async () => {
    for (const response of [() => json(ADA), () => json([ADA]), html(200), () => listOf([{ userName: "no id" }])]) {
      const { users } = clientOf(response);
      await expect(users.list({ by: "index" }).next()).rejects.toMatchObject({ code: "not-scim" });
    }
    expect(await clientOf(() => json({ totalResults: 0 })).users.first('id eq "1"')).toBeUndefined();
  });

  test("larger than the limit is not read to its end", async () => {
    let sent = 0;
    const endless = () =>
      new Response(
        new ReadableStream<Uint8Array>({
          pull: (controller) => {
            sent++;
            controller.enqueue(new Uint8Array(1000));
          },
        }),
      );
    const { users } = clientOf(endless, { maxAnswerSize: 10_000 });
    await expect(users.get("1")).rejects.toMatchObject({ code: "too-large" });
    expect(sent).toBeLessThan(20);
  });
});

describe("an error", () => {
  test("shows no token, not even one that no header can hold", async () => {
    const secret = "s3cret\nvalue";
    for (const options of [{ token: secret }, { token: "good", headers: { "x-key": secret } }]) {
      const { users, asked } = clientOf(() => json(ADA), options);
      const error = await users.get("1").catch((one: unknown) => one);
      expect(error).toMatchObject({ code: "credentials" });
      expect((error as Error).cause).toBeUndefined();
      expect(`${error}${(error as Error).stack}${JSON.stringify(error)}`).not.toContain("s3cret");
      expect(asked).toEqual([]);
    }
  });

  test("of a router says nothing of a resource, in whatever form web frameworks give it", async () => {
    const bodies = [
      { detail: "Not Found" },
      { type: "about:blank", title: "Not Found", status: 404, detail: "No route." },
    ];
    for (const body of bodies) {
      const router = () =>
        new Response(JSON.stringify(body), { status: 404, headers: { "content-type": "application/json" } });
      await expect(read(router)).rejects.toMatchObject({ code: "not-scim", status: 404 });
    }
    const terse = () => new Response(JSON.stringify({ status: "404", detail: "No such user." }), { status: 404 });
    expect(await read(terse)).toBeUndefined();
  });

  test("says what the server said, and is known by its name in another copy of the package", async () => {
    const body = {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"],
      status: "409",
      scimType: "uniqueness",
      detail: "Taken.",
    };
    const error = await clientOf(() => json(body, 409))
      .users.create({ userName: "ada" })
      .catch((one: unknown) => one);
    expect(error).toBeInstanceOf(ScimClientError);
    expect(error).toMatchObject({
      code: "answered",
      status: 409,
      scimType: "uniqueness",
      detail: "Taken.",
      method: "POST",
      url: "https://example.com/scim/v2/Users",
      mayHaveHappened: false,
      message: "POST https://example.com/scim/v2/Users was answered 409 uniqueness: Taken.",
    });
    expect(
      isScimClientError(Object.assign(new Error("x"), { name: "ScimClientError", code: "cut", method: "", url: "" })),
    ).toBe(true);
    for (const other of [undefined, null, new Error("x"), { name: "ScimClientError", code: "cut" }, networkFault("x")])
      expect(isScimClientError(other)).toBe(false);
  });

  test("tells no connection, no trust, a cut, a time-out and the caller's own end apart", async () => {
    const faults = {
      ECONNREFUSED: "unreachable",
      ENOTFOUND: "unreachable",
      CERT_HAS_EXPIRED: "tls",
      ECONNRESET: "cut",
      ODD: "cut",
    };
    for (const [name, code] of Object.entries(faults)) {
      const failing = clientOf(() => Promise.reject(networkFault(name)));
      await expect(failing.client.send({ method: "GET", path: "/", retry: false })).rejects.toMatchObject({
        code,
        message: expect.stringContaining(name),
      });
    }
    const silent = clientOf(() => new Promise(() => {}), { timeout: 5 });
    await expect(silent.client.send({ method: "GET", path: "/", retry: false })).rejects.toMatchObject({
      code: "timeout",
    });
    const controller = new AbortController();
    const reason = new Error("enough");
    const ended = clientOf(() => {
      controller.abort(reason);
      return new Promise(() => {});
    });
    const call = ended.users.replace("1", { userName: "a" }, { signal: controller.signal });
    await expect(call).rejects.toMatchObject({ code: "aborted", cause: reason, mayHaveHappened: true });
    await expect(ended.users.get("1", { signal: controller.signal })).rejects.toMatchObject({
      code: "aborted",
      mayHaveHappened: false,
    });
    expect(ended.asked).toHaveLength(1);
  });

  test("tells what sockets do apart as well", async () => {
    const once = { method: "GET", path: "/Users", retry: false } as const;
    const cutting = createSocket((socket) => socket.on("data", () => socket.destroy()).on("error", () => undefined));
    const breaking = createServer((_, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write("{", () => response.destroy());
    });
    for (const server of [cutting, breaking]) {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      await expect(createClient({ baseUrl }).send(once)).rejects.toMatchObject({ code: "cut" });
      await expect(createClient({ baseUrl: baseUrl.replace("http", "https") }).send(once)).rejects.toThrow(
        ScimClientError,
      );
      await new Promise((resolve) => server.close(resolve));
      await expect(createClient({ baseUrl }).send(once)).rejects.toMatchObject({
        code: "unreachable",
        mayHaveHappened: false,
      });
    }
  });
});
