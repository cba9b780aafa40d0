import { describe, expect, test } from "vitest";
import * as z from "zod";
import { DEFAULT_LIMITS } from "../../src/call/limits.ts";
import {
  attributeAliases,
  createScim,
  defineProfile,
  defineResourceType,
  defineSchema,
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

  test("speaks English whatever language the host has given to its own Zod, and leaves that language as it is", () => {
    const { localeError } = z.config();
    try {
      const german = z.config(z.locales.de());
      const before = { ...german };
      expect(messageOf(make({ sensitiveAttributes: "title", plugins: [{ name: "" }], limits: { body: 0 } }))).toBe(
        "createScim: sensitiveAttributes: Invalid input: expected array, received string; limits.body: Too small: expected number to be >0; plugins.0.name: must have at least one character",
      );
      expect(z.config()).toEqual(before);
      expect(z.string().safeParse(1).error?.issues[0]?.message).toMatch(/^Ungültige Eingabe/);
    } finally {
      z.config({ localeError });
    }
  });

  test("says which profile is meant by a name that there is none of", () => {
    expect(messageOf(make({ profile: "lenint" }))).toMatch(/Did you mean lenient\?$/);
    expect(messageOf(make({ profile: "azure" }))).not.toContain("Did you mean");
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

  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    [
      "sensitiveAttributes",
      { sensitiveAttributes: ["emials.value"] },
      '"emials.value" is no attribute of User, Group. Did you mean emails.value?',
    ],
    [
      "sensitiveAttributes",
      { sensitiveAttributes: ["emails.value", "shoeSize"] },
      '"shoeSize" is no attribute of User, Group; name it',
    ],
    [
      "the rule attribute-aliases",
      { profile: defineProfile({ quirks: [attributeAliases({ email: "emails.valeu" })] }) },
      '"emails.valeu" is no attribute of User, Group. Did you mean emails.value?',
    ],
    [
      "storage",
      { storage: { User: memoryStorage(), Gruop: memoryStorage() } },
      "has no adapter for the resource type Group. Did you mean Gruop?",
    ],
    ["options", { sensitiveAttribute: ["emails"] }, "Did you mean sensitiveAttributes?"],
    ["paging", { paging: { cursorSecrets: [] } }, "Did you mean cursorSecret?"],
  ])("says which name is meant, where %s points at what there is not", (option, departure, problem) => {
    expect(make(departure)).toThrow(TypeError);
    expect(messageOf(make(departure))).toContain(`createScim: ${option}`);
    expect(messageOf(make(departure))).toContain(problem);
  });

  test("takes the names of sensitive attributes as filters have them: in any letter case, with their URN, of any resource type", () => {
    const sensitiveAttributes = ["USERNAME", `${UserSchema.id}:nickName`, "members.value", "name"];
    expect(make({ sensitiveAttributes })).not.toThrow();
  });

  test("lets tenants have sensitive attributes of their own, and refuses a slip all the same", async () => {
    const Badge = defineResourceType({
      name: "Badge",
      schema: defineSchema({
        id: "urn:example:params:scim:schemas:Badge",
        name: "Badge",
        attributes: { chipNumber: {} },
      }),
    });
    const tenant = () => ({ resourceTypes: [Badge] });
    expect(make({ tenant, sensitiveAttributes: ["emials"] })).toThrow("Did you mean emails?");
    const scim = createScim({ ...good, tenant, sensitiveAttributes: ["chipNumber"] });
    const url = `/scim/v2/Badges?filter=${encodeURIComponent('chipNumber eq "7"')}`;
    expect(await scim.handle({ method: "GET", url, headers: {} })).toMatchObject({ status: 403 });
  });

  test.each([
    "limits",
    "paging",
    "discovery",
    "clock",
    "authorize",
    "sensitiveAttributes",
    "timeout",
    "onChange",
    "writableGroups",
  ])("takes %s that is undefined as one that is left out", async (option) => {
    const scim = createScim({ ...good, [option]: undefined });
    expect(await scim.handle({ method: "GET", url: "/scim/v2/Users", headers: {} })).toMatchObject({ status: 200 });
  });

  test("takes members of groups that are undefined as ones that are left out", async () => {
    const scim = createScim({
      ...good,
      paging: { index: undefined, cursor: undefined, cursorSecret: undefined, cursorTimeout: undefined },
      discovery: { anonymous: undefined, authenticationSchemes: undefined, announce: undefined },
      clock: { now: undefined, timer: undefined },
      limits: { results: undefined },
      onRequest: () => undefined,
    });
    for (const path of ["/Users?cursor=", "/ServiceProviderConfig"])
      expect(await scim.handle({ method: "GET", url: `/scim/v2${path}`, headers: {} })).toMatchObject({ status: 200 });
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
