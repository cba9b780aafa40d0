import type { IncomingMessage, RequestListener, Server } from "node:http";
import { createRequire } from "node:module";
import express, { type NextFunction, type Request, type Response } from "express";
import { afterEach, describe, expect, test } from "vitest";
import { fetchHandler } from "../../src/hosts/fetch.ts";
import { errorHandler, nodeHandler } from "../../src/hosts/node.ts";
import { errors, type RequestEvent, type Scim, type ScimEvent } from "../../src/index.ts";
import { USER } from "../support/directory.ts";
import { AUTHORIZED, closed, expectScimError, JSON_BODY, listening, type Received, send, smallScim } from "./wire.ts";

const express4 = createRequire(import.meta.url)("express4") as typeof express;
const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await closed(server);
});

async function serve(listener: RequestListener): Promise<number> {
  const { port, server } = await listening(listener);
  servers.push(server);
  return port;
}

const ada = JSON.stringify({ schemas: [USER], userName: "ada@example.com" });
const post = (port: number, body: string, headers: Record<string, string> = JSON_BODY): Promise<Received> =>
  send(port, { method: "POST", path: "/scim/v2/Users", headers, body });

/** A service, and what its host is told. */
function told(): { readonly scim: Scim; readonly events: ScimEvent[]; readonly observed: RequestEvent[] } {
  const events: ScimEvent[] = [];
  const observed: RequestEvent[] = [];
  const scim = smallScim({
    onChange: (event) => void events.push(event),
    onNotice: (event) => void events.push(event),
    onRequest: (event) => void observed.push(event),
  });
  return { scim, events, observed };
}

/** What was thrown, of the events that carry it. */
const faults = (events: readonly ScimEvent[]): readonly unknown[] =>
  events.flatMap((event) => ("error" in event ? [event.error] : []));

describe("a body that something ahead has read, and left nothing of", () => {
  const READERS: Readonly<Record<string, (scim: Scim) => RequestListener>> = {
    "node:http": (scim) => {
      const handle = nodeHandler(scim);
      return (request: IncomingMessage, response) =>
        request.resume().on("end", () => {
          handle(request, response);
        });
    },
    "Express, by a parser that keeps it elsewhere": (scim) =>
      express()
        .use(express.text({ type: "*/*" }), (request, _response, next) => {
          request.body = undefined;
          next();
        })
        .use("/scim/v2", nodeHandler(scim)),
  };
  test.each(Object.entries(READERS))("over %s is a 500, and the host is told why", async (_name, listenerOf) => {
    const { scim, events, observed } = told();
    const port = await serve(listenerOf(scim));
    expectScimError(await post(port, ada), 500, /Mount scimkit ahead of body parsers/);
    expect(faults(events)).toEqual([
      expect.objectContaining({
        cause: expect.objectContaining({
          message: expect.stringMatching(/a body parser.* has read the request body.*Mount scimkit ahead of it/),
        }),
      }),
    ]);
    expect(observed).toMatchObject([{ method: "POST", status: 500 }]);
  });

  test("over fetch it is the same", async () => {
    const { scim, events, observed } = told();
    const init = { method: "POST", headers: JSON_BODY, body: ada };
    const request = new Request("https://example.com/scim/v2/Users", init);
    await request.text();
    expect((await fetchHandler(scim)(request)).status).toBe(500);
    expect(faults(events)).toMatchObject([
      { cause: { message: expect.stringContaining("has read the request body") } },
    ]);
    expect(observed).toMatchObject([{ method: "POST", status: 500 }]);
  });
});

describe.each([
  ["Express 5", express],
  ["Express 4", express4],
])("%s", (_name, framework) => {
  const everything = { type: ["application/json", "application/scim+json"], limit: 2000 };

  test("express.json() with its default types is fine, for either media type [Q05]", async () => {
    const port = await serve(framework().use(framework.json()).use("/scim/v2", nodeHandler(smallScim())));
    expect((await post(port, ada, { ...AUTHORIZED, "Content-Type": "application/json" })).status).toBe(201);
    expect((await post(port, ada.replace("ada", "grace"))).status).toBe(201);
  });

  test("errorHandler makes of a parser's refusals SCIM errors that quote nothing of the body", async () => {
    const { scim } = told();
    const app = framework().use(framework.json(everything));
    const port = await serve(app.use("/scim/v2", nodeHandler(scim), errorHandler(scim)));
    const broken = await post(port, '{"userName": canary');
    expectScimError(broken, 400, /^The request body is not valid JSON\.$/);
    expect(broken.json.scimType).toBe("invalidSyntax");
    expectScimError(
      await post(port, JSON.stringify({ userName: "x".repeat(2000) })),
      413,
      /the 2000 bytes that the body parser/,
    );
    expectScimError(await post(port, ada, { ...JSON_BODY, "Content-Encoding": "unheard-of" }), 415, /Content-Encoding/);
    expectScimError(await post(port, ada, { ...JSON_BODY, "Content-Type": "application/json; charset=koi8-r" }), 415);
    expect((await post(port, ada)).status).toBe(201);
  });

  test("errorHandler gives every other error to the next handler, and serves nothing that was refused ahead", async () => {
    const scim = smallScim();
    const seen: unknown[] = [];
    const app = framework()
      .use((request, _response, next) =>
        next(request.method === "GET" ? new Error("no entry") : errors.forbidden("No entry.")),
      )
      .use("/scim/v2", nodeHandler(scim), errorHandler(scim))
      .use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
        seen.push(error);
        response.status(418).send("mine");
      });
    const port = await serve(app);
    expect(await send(port, { path: "/scim/v2/Users", headers: AUTHORIZED })).toMatchObject({
      status: 418,
      text: "mine",
    });
    expect(seen).toEqual([expect.objectContaining({ message: "no entry" })]);
    expectScimError(await post(port, ada), 403, /^No entry\.$/);
  });

  test("errorHandler at its path leaves the rest of the application alone", async () => {
    const scim = smallScim();
    const app = framework()
      .use(framework.json())
      .use("/scim/v2", nodeHandler(scim), errorHandler(scim))
      .use((_error: unknown, _request: Request, response: Response, _next: NextFunction) => {
        response.status(400).send("mine");
      });
    const port = await serve(app);
    const headers = { "Content-Type": "application/json" };
    const received = await send(port, { method: "POST", path: "/own", headers, body: "{" });
    expect(received).toMatchObject({ status: 400, text: "mine" });
  });
});

test("errorHandler leaves an answer that is under way to the next handler", async () => {
  const handle = errorHandler(smallScim());
  const passed = Promise.withResolvers<unknown>();
  const port = await serve((request, response) => {
    response.writeHead(200).write("half");
    const error = Object.assign(new Error("broken"), { type: "entity.parse.failed", status: 400 });
    handle(error, request, response, passed.resolve);
    response.end();
  });
  expect((await send(port, { path: "/scim/v2/Users" })).text).toBe("half");
  expect(await passed.promise).toMatchObject({ type: "entity.parse.failed" });
});
