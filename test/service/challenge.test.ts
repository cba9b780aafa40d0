import { expect, test } from "vitest";
import { errors, type ScimOptions } from "../../src/index.ts";
import { directory } from "../support/directory.ts";

type Scheme = NonNullable<NonNullable<ScimOptions["discovery"]>["authenticationSchemes"]>[number];

const scheme = (type: string, more: Partial<Scheme> = {}): Scheme => ({ type, name: type, description: type, ...more });

/** What a 401 challenges by, of a service that announces these schemes. */
async function challengeBy(schemes: readonly Scheme[], headers?: Readonly<Record<string, string>>) {
  const { ask } = directory({
    discovery: { authenticationSchemes: schemes },
    authenticate: () => {
      throw errors.unauthorized(undefined, headers === undefined ? {} : { headers });
    },
  });
  const answer = await ask("GET", "/Users");
  expect(answer.status).toBe(401);
  const names = Object.keys(answer.headers).filter((name) => name.toLowerCase() === "www-authenticate");
  expect(names).toHaveLength(1);
  return answer.headers[names[0] ?? ""];
}

const BASIC = 'Basic realm="SCIM", charset="UTF-8"';

test.each([
  ["Bearer for tokens", [scheme("oauthbearertoken")], "Bearer"],
  ["Bearer for OAuth 2", [scheme("oauth2")], "Bearer"],
  ["Basic for passwords", [scheme("httpbasic")], BASIC],
  ["Basic in any letter case", [scheme("HTTPBasic")], BASIC],
  ["OAuth for its first version", [scheme("oauth")], 'OAuth realm="SCIM"'],
  ["each of several", [scheme("oauthbearertoken"), scheme("httpbasic")], `Bearer, ${BASIC}`],
  ["the primary one first", [scheme("oauth2"), scheme("httpbasic", { primary: true })], `${BASIC}, Bearer`],
  ["each once", [scheme("oauth2"), scheme("oauthbearertoken")], "Bearer"],
  ["no digest, whose nonce is the host's to make", [scheme("httpdigest"), scheme("httpbasic")], BASIC],
  ["Bearer where none has a challenge", [scheme("httpdigest"), scheme("mutual TLS")], "Bearer"],
  ["Bearer where none is announced", [], "Bearer"],
] as const)("a 401 challenges by the announced schemes: %s [P-2-01]", async (_what, schemes, expected) => {
  expect(await challengeBy(schemes)).toBe(expected);
});

test("a 401 challenges by what it says itself, under whatever spelling of the header", async () => {
  for (const name of ["WWW-Authenticate", "www-authenticate"])
    expect(await challengeBy([scheme("oauthbearertoken")], { [name]: "Negotiate" })).toBe("Negotiate");
});

test("a 401 of the service itself challenges too, and of nothing else", async () => {
  const service = directory({
    discovery: { authenticationSchemes: [scheme("httpbasic")] },
    tenant: () => undefined,
    authenticate: () => {
      throw errors.unauthorized();
    },
  });
  expect((await service.ask("GET", "/Schemas")).status).toBe(200);
  expect((await service.ask("GET", "/Users")).headers["WWW-Authenticate"]).toBe(BASIC);
  const forbidden = directory({ authorize: () => Promise.reject(errors.forbidden()) });
  expect((await forbidden.ask("GET", "/Users")).headers).not.toHaveProperty("WWW-Authenticate");
});
