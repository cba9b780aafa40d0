import { expect, test } from "vitest";
import { createScim, errors, type ScimRequest, User } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";

/** A service that notes the headers which each function of the options is handed. */
function watched() {
  const seen: Record<string, ScimRequest["headers"]> = {};
  const note =
    <T>(name: string, answer: T) =>
    ({ headers }: ScimRequest): T => {
      seen[name] = headers;
      return answer;
    };
  const scim = createScim({
    resourceTypes: [User],
    storage: memoryStorage(),
    baseUrl: note("baseUrl", "https://example.com/scim/v2"),
    path: note("path", "/scim/v2"),
    authenticate: note("authenticate", {}),
    throttle: note("throttle", undefined),
  });
  return { scim, seen };
}

const HOOKS = ["baseUrl", "path", "authenticate", "throttle"];

test("every function of the options is handed header names in lower case, however the host spells them", async () => {
  const { scim, seen } = watched();
  const headers = { AUTHORIZATION: "Bearer x", "X-Client-Cert": "…", Accept: "application/json", "x-none": undefined };
  expect((await scim.handle({ method: "GET", url: "/scim/v2/Users", headers })).status).toBe(200);
  const lower = { authorization: "Bearer x", "x-client-cert": "…", accept: "application/json" };
  for (const hook of HOOKS) expect(seen[hook], hook).toEqual(lower);
});

test("a header under two spellings is a list of both for every function of the options [T-A4]", async () => {
  const { scim, seen } = watched();
  const headers = { Authorization: "Bearer a", authorization: ["Bearer b", "Bearer c"], AUTHORIZATION: undefined };
  await scim.handle({ method: "GET", url: "/scim/v2/Users", headers });
  for (const hook of HOOKS) expect(seen[hook], hook).toEqual({ authorization: ["Bearer a", "Bearer b", "Bearer c"] });
});

test("the names of headers are lower-cased as well for what the host refused ahead of the service", () => {
  const { scim, seen } = watched();
  scim.error(errors.invalidSyntax("The request body is not valid JSON."), {
    method: "POST",
    url: "/scim/v2/Users",
    headers: { Accept: "application/json" },
  });
  expect(seen.baseUrl).toEqual({ accept: "application/json" });
});

test("a header of the name of an object's own members is what the client sent, and else not there", async () => {
  const { scim, seen } = watched();
  const headers = Object.fromEntries([
    ["__proto__", "x"],
    ["Constructor", "y"],
  ]);
  expect((await scim.handle({ method: "GET", url: "/scim/v2/Users", headers })).status).toBe(200);
  expect(Object.entries(seen.authenticate ?? {})).toEqual([
    ["__proto__", "x"],
    ["constructor", "y"],
  ]);
});
