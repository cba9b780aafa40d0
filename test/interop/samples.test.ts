import { readFileSync } from "node:fs";
import type { RequestListener, Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fetchHandler } from "../../src/hosts/fetch.ts";
import { nodeHandler } from "../../src/hosts/node.ts";
import { type ProfileName, profiles, type Scim } from "../../src/index.ts";
import { closed, listening, send } from "../hosts/wire.ts";
import { type Directory, directoryWith } from "../support/directory.ts";
import { departures, readSamples, type Sample, stateBefore } from "../support/samples.ts";

/** Clients whose profile is called otherwise: SuperOffice's customers have Entra ID, and SailPoint needs nothing. */
const NAMED_OTHERWISE: Readonly<Record<string, ProfileName>> = { "superoffice-entra": "entra", sailpoint: "strict" };

/** The profile that has what the client needs and no more. A client without a profile of its name is for the default one. */
function ownProfile(client: string): ProfileName {
  return NAMED_OTHERWISE[client] ?? (client in profiles ? (client as ProfileName) : "lenient");
}

/** Where a ruling departs from what a recording says of a strict server. */
const RULED: Readonly<Record<string, { readonly status: number; readonly scimType: string; readonly why: string }>> = {
  "onelogin/10-group-remove-member": {
    status: 400,
    scimType: "invalidValue",
    why: "read literally, a remove with values would empty the group, so strict refuses it (R-2)",
  },
};

const samples = readSamples();
const strictSamples = samples.filter((candidate) => candidate.strictRfc !== undefined);

test("the recordings of identity providers are here to be replayed", () => {
  expect(samples.length).toBeGreaterThan(180);
  expect(strictSamples.length).toBeGreaterThan(10);
  expect(samples.map(({ id }) => id)).toEqual(expect.arrayContaining(Object.keys(RULED)));
  // Of PingOne there is no recording, nor of the clients that two drafts are for.
  const replayed = new Set(samples.map(({ client }) => ownProfile(client)));
  expect(Object.keys(profiles).filter((name) => !replayed.has(name as ProfileName))).toEqual([
    "ping",
    "ietf-interop",
    "ipsie-al",
  ]);
});

test("a recording has no key without a meaning, no name but of documentation, and no token", () => {
  const meanings = readFileSync(new URL("README.md", import.meta.url), "utf8");
  for (const sample of samples) {
    for (const key of Object.keys(sample)) expect(meanings, sample.id).toContain(`| \`${key}\` |`);
    expect(sample.id.split("/")[0]).toBe(sample.client);
    const { Authorization: token, ...headers } = sample.request.headers ?? {};
    expect(["Bearer <token>", "Bearer wrong"], sample.id).toContain(token);
    // A percent sign may stand in a name as well, where it escapes nothing.
    const text = JSON.stringify([sample.why, { ...sample.request, headers }, sample.expect]).replaceAll(
      /%([2-7][0-9A-F])/g,
      (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)),
    );
    for (const [, domain] of text.matchAll(/\w@([\w.-]+)/g))
      expect(domain?.toLowerCase(), sample.id).toBe("example.com");
    for (const [, host] of text.matchAll(/https?:\/\/([^/"]+)/g)) expect(host, sample.id).toBe("host");
  }
});

/** An answer, however it came. */
interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string | undefined;
}

/** One way of a request to the service and back. */
type Ask = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>;

const byHandle =
  (service: Directory): Ask =>
  async (method, path, body, headers = {}) => {
    const { status, headers: answered, body: text } = await service.ask(method, path, body, headers);
    return { status, headers: answered, text };
  };

/** A server whose service is another one for each sample. */
function server(listenerOf: (scim: Scim) => RequestListener): (service: Directory) => Ask {
  let current: RequestListener;
  let running: { readonly port: number; readonly server: Server };
  beforeAll(async () => {
    running = await listening((request, response) => current(request, response));
  });
  afterAll(() => closed(running.server));
  return (service) => {
    current = listenerOf(service.scim);
    return async (method, path, body, headers = {}) => {
      const {
        status,
        headers: answered,
        text,
      } = await send(running.port, {
        method,
        path: `/scim/v2${path}`,
        headers: { authorization: "Bearer good", ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const plain = Object.entries(answered).map(([name, value]) => [name, String(value)] as const);
      return { status, headers: Object.fromEntries(plain), text };
    };
  };
}

async function replay(sample: Sample, ask: Ask): Promise<string[]> {
  const { method, path, headers = {}, body } = sample.request;
  const authorization = headers.Authorization === "Bearer wrong" ? "Bearer wrong" : "Bearer good";
  const { Authorization: _, ...others } = headers;
  const answer = await ask(method, path, body, { ...others, authorization });
  const problems = departures(sample.expect, answer.status, answer.headers, answer.text);
  for (const after of sample.expect.after ?? []) {
    const next = await ask("GET", after.get);
    problems.push(
      ...departures(after, next.status, next.headers, next.text).map(
        (problem) => `afterwards ${after.get}: ${problem}`,
      ),
    );
  }
  return problems;
}

describe.each([
  { way: "over handle", asking: () => byHandle },
  { way: "over node:http with nodeHandler", asking: () => server(nodeHandler) },
  {
    way: "over @hono/node-server with fetchHandler",
    asking: () => server((scim) => getRequestListener(fetchHandler(scim))),
  },
])("$way", ({ asking }) => {
  const askOf = asking();

  describe("recorded requests are answered as their client needs", () => {
    for (const sample of samples) {
      test(`${sample.id} [${(sample.quirks ?? []).join(" ")}]`, async () => {
        const service = await directoryWith(stateBefore(sample));
        expect(await replay(sample, askOf(service))).toEqual([]);
        expect(service.events.filter(({ type }) => type === "fault")).toEqual([]);
      });
    }
  });

  describe("the strict profile answers as the RFC is written", () => {
    for (const sample of strictSamples) {
      const ruled = RULED[sample.id];
      const strictRfc = ruled ?? sample.strictRfc;
      test(`${sample.id}${ruled === undefined ? "" : `, where ${ruled.why},`} is ${strictRfc?.status} ${strictRfc?.scimType ?? ""} [${(sample.quirks ?? []).join(" ")}]`, async () => {
        const service = await directoryWith(stateBefore(sample), { profile: "strict" });
        const { method, path, body } = sample.request;
        const { status, text } = await askOf(service)(method, path, body);
        expect({ status, scimType: JSON.parse(text ?? "{}").scimType }).toEqual({
          status: strictRfc?.status,
          scimType: strictRfc?.scimType,
        });
      });
    }
  });
});

describe("a client's own profile has all that its recorded requests need", () => {
  for (const sample of samples) {
    const profile = ownProfile(sample.client);
    test(`${sample.id} under ${profile}`, async () => {
      const service = await directoryWith(stateBefore(sample), { profile });
      expect(await replay(sample, byHandle(service))).toEqual([]);
    });
  }
});
