import { expect, test } from "vitest";
import { CommandError } from "../../src/cli/command.ts";
import { connectionOf } from "../../src/cli/connection.ts";

const noFetch: typeof fetch = () => Promise.reject(new Error("nothing is to be asked here"));
const outside = (env: Record<string, string> = {}, ask: typeof fetch = noFetch) => ({ env, fetch: ask });
const url = "https://host.example.com/scim/v2";

test("a token is sent as a Bearer token, whether it comes by option or by SCIM_TOKEN and with its scheme or without", async () => {
  expect(await connectionOf(url, { token: "abc" }, outside()).headers()).toEqual({ authorization: "Bearer abc" });
  expect(await connectionOf(url, { token: "bearer abc" }, outside()).headers()).toEqual({
    authorization: "Bearer abc",
  });
  const both = connectionOf(url, { token: "abc" }, outside({ SCIM_TOKEN: "other" }));
  expect(await both.headers()).toEqual({ authorization: "Bearer abc" });
  const byEnvironment = connectionOf(url, {}, outside({ SCIM_TOKEN: "other" }));
  expect(await byEnvironment.headers()).toEqual({ authorization: "Bearer other" });
  expect([...byEnvironment.secrets]).toEqual(["other"]);
});

test("headers of one's own are sent, and an Authorization among them is not overwritten", async () => {
  const connection = connectionOf(
    url,
    { token: "abc", header: ["Authorization: Basic dTpw", "X-Tenant:  acme: one "] },
    outside(),
  );
  expect(await connection.headers()).toEqual({ authorization: "Basic dTpw", "x-tenant": "acme: one" });
  expect(() => connectionOf(url, { header: ["X-Tenant=acme"] }, outside())).toThrow(
    /--header "X-Tenant…" is no header/,
  );
});

test("a base URL loses the slash at its end; what is none is refused with what to type", () => {
  expect(connectionOf(`${url}/`, {}, outside()).baseUrl).toBe(url);
  for (const wrong of [
    undefined,
    "",
    "host/scim",
    "ftp://host/scim",
    `${url}?a=b`,
    `${url}#a`,
    "https://u:p@host/scim",
  ])
    expect(() => connectionOf(wrong, {}, outside()), String(wrong)).toThrow(CommandError);
});

test("a token is fetched by client credentials, once while it is good, and its secrets are known", async () => {
  const asked: { readonly authorization: string | null; readonly body: string }[] = [];
  const ask: typeof fetch = async (_, init) => {
    asked.push({ authorization: new Headers(init?.headers).get("authorization"), body: String(init?.body) });
    return Response.json({ access_token: `t${asked.length}`, expires_in: asked.length === 1 ? 3600 : 1 });
  };
  const options = {
    "oauth-client": "me:s:x",
    "oauth-token-url": "https://login.example.com/token",
    "oauth-scope": "scim",
  };
  const connection = connectionOf(url, options, outside({}, ask));
  expect(await connection.headers()).toEqual({ authorization: "Bearer t1" });
  expect(await connection.headers()).toEqual({ authorization: "Bearer t1" });
  expect(asked).toEqual([
    { authorization: `Basic ${btoa("me:s%3Ax")}`, body: "grant_type=client_credentials&scope=scim" },
  ]);
  expect([...connection.secrets].sort()).toEqual(["s:x", "t1"]);
  expect(() => connectionOf(url, { "oauth-client": "me:x" }, outside())).toThrow(/--oauth-token-url/);
  expect(() => connectionOf(url, { ...options, "oauth-client": "me" }, outside())).toThrow(/SCIM_OAUTH_SECRET/);
});

test("where no token is given out, the line says what was answered", async () => {
  const refusing: typeof fetch = async () => Response.json({ error: "invalid_client" }, { status: 401 });
  const options = { "oauth-client": "me:x", "oauth-token-url": "https://login.example.com/token" };
  await expect(connectionOf(url, options, outside({}, refusing)).headers()).rejects.toThrow(/401 invalid_client/);
  await expect(connectionOf(url, options, outside()).headers()).rejects.toThrow(/nothing is to be asked here/);
  const cause = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  const nobody = () => Promise.reject(new TypeError("fetch failed", { cause }));
  await expect(connectionOf(url, options, outside({}, nobody)).headers()).rejects.toThrow(
    /no token could be had: nothing listens at login\.example\.com/,
  );
});
