import { describe, expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../../src/call/limits.ts";
import {
  createScim,
  defineResourceType,
  Group,
  profiles,
  type ScimOptions,
  User,
  UserSchema,
} from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";

const good: ScimOptions = {
  resourceTypes: [User, Group],
  storage: memoryStorage(),
  baseUrl: "https://example.com/scim/v2",
  authenticate: () => ({}),
};

/** As a caller without types could write it. */
const make = (departure: Readonly<Record<string, unknown>>) => () =>
  createScim({ ...good, ...departure } as unknown as ScimOptions);

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

describe("createScim", () => {
  test("refuses to serve without a word on who may ask [T-A1]", () => {
    expect(make({ authenticate: undefined })).toThrow(/authenticate is required.*unsafeNoAuthentication: true/);
    expect(make({ authenticate: undefined, unsafeNoAuthentication: true })).not.toThrow();
    expect(make({ authenticate: undefined, unsafeNoAuthentication: false })).toThrow(/unsafeNoAuthentication/);
  });

  test.each<[string, Readonly<Record<string, unknown>>, RegExp]>([
    ["no resource types", { resourceTypes: [] }, /resourceTypes/],
    ["resource types that are none", { resourceTypes: [{}] }, /resourceTypes\.0/],
    [
      "two types at one endpoint",
      { resourceTypes: [User, defineResourceType({ name: "Person", endpoint: "/users", schema: UserSchema })] },
      /two resource types have the endpoint \/users/,
    ],
    [
      "two types of one name",
      { resourceTypes: [User, defineResourceType({ name: "user", endpoint: "/X", schema: UserSchema })] },
      /two resource types have the name user/,
    ],
    ["no storage", { storage: undefined }, /storage/],
    ["storage for some types only", { storage: { User: memoryStorage() } }, /no adapter for the resource type Group/],
    ["a relative base URL", { baseUrl: "/scim/v2" }, /baseUrl must be an absolute http\(s\) URL/],
    ["a base URL that is none", { baseUrl: "ftp://example.com" }, /baseUrl/],
    ["a base URL with a query [P-1.3-01]", { baseUrl: "https://example.com/scim?x=1" }, /must not have a query/],
    ["a base URL with a fragment", { baseUrl: "https://example.com/scim#x" }, /must not have a query or a fragment/],
    ["a path that does not begin at the root", { path: "scim/v2" }, /path must be a path such as "\/scim\/v2"/],
    ["a path that is a URL", { path: "https://example.com/scim" }, /path must be a path/],
    ["a path that is a host", { path: "//example.com" }, /path must be a path/],
    ["a path with a query", { path: "/scim?x=1" }, /path must be a path/],
    ["an empty path", { path: "" }, /"\/" where requests arrive without one/],
    ["an unknown profile", { profile: "lax" }, /profile/],
    ["a profile of no rules", { profile: [1] }, /profile/],
    ["an unknown option", { resourceType: [] }, /resourceType\b/],
    ["a setting of the profile", { putOmitted: "keep" }, /putOmitted/],
    ["a value that an option does not have", { bulk: "maybe" }, /bulk/],
    ["an unknown limit", { limits: { bodySize: 1 } }, /bodySize/],
    ["a limit of zero", { limits: { body: 0 } }, /limits\.body/],
    ["a limit of a half", { limits: { elements: 1.5 } }, /limits\.elements/],
    ["a function that is none", { authorize: "yes" }, /authorize.*must be a function/],
    ["a documentation that is no URL", { discovery: { documentationUri: "help" } }, /documentationUri/],
    ["schemes without a name", { discovery: { authenticationSchemes: [{ type: "oauth2" }] } }, /authenticationSchemes/],
  ])("refuses %s with an error that names the option", (_what, departure, message) => {
    expect(make(departure)).toThrow(TypeError);
    expect(make(departure)).toThrow(message);
  });

  test("a path from a function is checked at each request, and a bad one is a 500", async () => {
    const scim = createScim({ ...good, path: ({ url }) => (url.startsWith("/good") ? "/good/" : "nonsense") });
    expect(await scim.handle({ method: "GET", url: "/good/Users", headers: {} })).toMatchObject({ status: 200 });
    expect(await scim.handle({ method: "GET", url: "/Users", headers: {} })).toMatchObject({ status: 500 });
  });

  test.each<[string, Readonly<Record<string, unknown>>, readonly string[]]>([
    ["profile", { profile: "azure" }, Object.keys(profiles)],
    ["paging.default", { paging: { default: "offset" } }, ["index", "cursor"]],
    ["unsafeNoAuthentication", { unsafeNoAuthentication: "yes" }, ["true"]],
    ["options", { profil: "entra" }, ["profil", "profile", "resourceTypes", "storage"]],
    ["limits", { limits: { bodySize: 1 } }, ["bodySize", ...Object.keys(DEFAULT_LIMITS)]],
    [
      "paging",
      { paging: { key: "x" } },
      ["key", "index", "default", "cursorSecret", "cursorTimeout", "cursorIdentity"],
    ],
    ["discovery", { discovery: { open: true } }, ["open", "anonymous", "authenticationSchemes", "announce"]],
    ["clock", { clock: { date: 1 } }, ["date", "now", "timer"]],
  ])("names what is possible for %s where something else is given", (option, departure, possible) => {
    const message = messageOf(make(departure));
    expect(message).toContain(`createScim: ${option}: `);
    for (const value of possible) expect(message).toMatch(new RegExp(`[" ]${value}(?:["';,]|$)`));
  });

  test("names the profiles to a tenant that asks for none of them", async () => {
    const errors: unknown[] = [];
    const scim = createScim({
      ...good,
      tenant: () => ({ profile: "azure" }) as never,
      onNotice: (event) => errors.push(event.type === "fault" && String(event.error)),
    });
    await scim.handle({ method: "GET", url: "/scim/v2/Users", headers: {} });
    expect(errors).toEqual([expect.stringMatching(/tenant: profile: must be one of .*"entra"/)]);
  });

  test("a base URL from a function is checked at each request, and a bad one is a 500", async () => {
    const errors: unknown[] = [];
    const scim = createScim({ ...good, baseUrl: () => "nonsense", onNotice: (event) => errors.push(event) });
    expect(await scim.handle({ method: "GET", url: "/Users", headers: {} })).toMatchObject({ status: 500 });
    expect(errors.length).toBe(1);
  });

  test("takes one adapter for each resource type, and checks references across them", async () => {
    const scim = createScim({ ...good, storage: { User: memoryStorage(), Group: memoryStorage() } });
    const ask = async (method: string, url: string, body?: unknown) => {
      const response = await scim.handle({ method, url: `/scim/v2${url}`, headers: {}, body });
      return { status: response.status, json: JSON.parse(String(response.body)) };
    };
    const user = await ask("POST", "/Users", { schemas: [UserSchema.id], userName: "a" });
    const group = (value: string): object => ({
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"],
      displayName: "g",
      members: [{ value }],
    });
    expect((await ask("POST", "/Groups", group(user.json.id))).status).toBe(201);
    expect(await ask("POST", "/Groups", group("nobody"))).toMatchObject({
      status: 400,
      json: { scimType: "invalidValue" },
    });
  });
});
