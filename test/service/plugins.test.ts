import {
  defineProfile,
  errors,
  type FaultEvent,
  profiles,
  type Quirk,
  type ScimNotice,
  type ScimPlugin,
} from "scimkit";
import { describe, expect, test } from "vitest";
import { directory, USER } from "../support/directory.ts";
import { expectRefusal } from "../support/refusal.ts";

const user = (userName: string, more: object = {}): object => ({ schemas: [USER], userName, ...more });

describe("listeners of plugins", () => {
  test("are told of changes, notices and requests behind those of the host, in the order of the plugins", async () => {
    const told: string[] = [];
    const all = (who: string) => ({
      onChange: ({ type }: { readonly type: string }) => void told.push(`${who} ${type}`),
      onNotice: ({ type }: { readonly type: string }) => void told.push(`${who} ${type}`),
      onRequest: ({ status }: { readonly status: number }) => void told.push(`${who} ${status}`),
    });
    const plugins = [{ name: "a", ...all("a") }, { name: "silent" }, { name: "b", ...all("b") }];
    const { ask } = directory({ ...all("host"), plugins });
    await ask("POST", "/Users", user("ada"));
    await ask("POST", "/Users", user("ada"));
    expect(told).toEqual(
      ["created", "201", "refused", "409"].flatMap((what) => ["host", "a", "b"].map((who) => `${who} ${what}`)),
    );
  });

  test("are told where the host has none", async () => {
    const told: unknown[] = [];
    const { scim } = directory({
      onChange: undefined,
      plugins: [{ name: "a", onChange: ({ type }) => told.push(type) }],
    });
    const body = JSON.stringify(user("ada"));
    await scim.handle({ method: "POST", url: "/scim/v2/Users", headers: { authorization: "Bearer good" }, body });
    expect(told).toEqual(["created"]);
  });

  test("that throw, at once or later, keep neither the others from being told nor the request from being answered", async () => {
    const told: string[] = [];
    const faults: FaultEvent[] = [];
    const done = Promise.withResolvers<void>();
    const onNotice = (event: ScimNotice): void => {
      if (event.type !== "fault") return;
      faults.push(event);
      done.resolve();
    };
    const { ask } = directory({
      onChange: () => {
        told.push("host");
        throw new Error("of the host");
      },
      onNotice,
      plugins: [
        { name: "a", onChange: async () => Promise.reject(new Error("later")) },
        {
          name: "b",
          onChange: () => void told.push("b"),
          onNotice: () => {
            throw new Error("never told");
          },
        },
        { name: "c", onRequest: () => void told.push("c") },
      ],
    });
    expect((await ask("POST", "/Users", user("ada"))).status).toBe(201);
    await done.promise;
    expect(told).toEqual(["host", "b", "c"]);
    const [fault] = faults;
    expect(faults).toHaveLength(1);
    expect(fault?.error).toMatchObject({ errors: [new Error("of the host"), new Error("later")] });
  });

  test("of which one alone throws are told of with what it threw", async () => {
    const fault = Promise.withResolvers<FaultEvent>();
    const plugins: readonly ScimPlugin[] = [
      { name: "a", onChange: () => Promise.reject(new Error("alone")) },
      { name: "b", onNotice: (event) => event.type === "fault" && fault.resolve(event) },
    ];
    await directory({ plugins }).ask("POST", "/Users", user("ada"));
    expect((await fault.promise).error).toEqual(new Error("alone"));
  });
});

describe("authorize of plugins", () => {
  test("refuses what the host lets through, is asked in order, and not behind a refusal", async () => {
    const asked: string[] = [];
    const guard = (name: string, refuses: string) => ({
      name,
      authorize: async ({ access }: { readonly access: string }) => {
        asked.push(name);
        if (access === refuses) throw errors.forbidden(`${name} lets nobody ${refuses}.`);
      },
    });
    const { authorize } = guard("host", "discover");
    const { ask } = directory({ authorize, plugins: [guard("a", "write"), guard("b", "read")] });
    expectRefusal(await ask("POST", "/Users", user("ada")), 403, undefined, /^a lets nobody write/);
    expect(asked.splice(0)).toEqual(["host", "a"]);
    expectRefusal(await ask("GET", "/Users"), 403, undefined, /^b lets nobody read/);
    expect(asked).toEqual(["host", "a", "b"]);
  });
});

describe("rules of plugins", () => {
  const shout: Quirk = {
    id: "shouted-titles",
    clients: ["Acme"],
    bends: "RFC 7643 §4.1.1",
    description: "Takes true for a title.",
    value: (attribute, raw) => (attribute.path === "title" && raw === true ? "TITLE" : undefined),
  };

  test("are heard behind those of the profile, under every profile and that of a tenant", async () => {
    const plugins = [{ name: "acme", quirks: [shout] }];
    for (const profile of ["lenient", "strict", defineProfile({ quirks: [] })] as const) {
      const { ask, events } = directory({ profile, plugins });
      expect((await ask("POST", "/Users", user("ada", { title: true }))).json).toMatchObject({ title: "TITLE" });
      expect(events).toContainEqual(expect.objectContaining({ type: "quirk", quirk: "shouted-titles" }));
    }
    const tenant = directory({ plugins, tenant: () => ({ profile: "strict" }) });
    expect((await tenant.ask("POST", "/Users", user("ada", { title: true }))).json).toMatchObject({ title: "TITLE" });
    expectRefusal(await directory().ask("POST", "/Users", user("ada", { title: true })), 400, "invalidValue");
  });

  test("may be in the profile already, and have no namesake there or in another plugin", () => {
    const other = { ...shout };
    const profile = defineProfile({ extends: "strict", quirks: [shout] });
    expect(() => directory({ profile, plugins: [{ name: "acme", quirks: [shout] }] })).not.toThrow();
    expect(() => directory({ profile, plugins: [{ name: "acme", quirks: [other] }] })).toThrow(
      /the rule "shouted-titles" of the plugin acme has the id of one of the profile strict, changed/,
    );
    const plugins = [shout, other].map((rule, index) => ({ name: `p${index}`, quirks: [rule] }));
    expect(() => directory({ plugins })).toThrow(/of the plugin p1 has the id of one of the plugin p0/);
    const [known] = profiles.lenient.quirks;
    expect(() => directory({ plugins: [{ name: "acme", quirks: known === undefined ? [] : [known] }] })).not.toThrow();
  });
});

describe("announcements of plugins", () => {
  const URN = "urn:example:params:scim:schemas:Service";

  test("are published beside the host's", async () => {
    const { ask } = directory({
      discovery: { announce: { [URN]: { region: "eu-1" } } },
      plugins: [
        { name: "events", announce: { securityEvents: { asyncRequest: "none", eventUris: ["urn:example:x"] } } },
        { name: "same", announce: { [URN]: { region: "eu-1" }, rolesAndEntitlements: { roles: { enabled: true } } } },
      ],
    });
    expect((await ask("GET", "/ServiceProviderConfig")).json).toMatchObject({
      [URN]: { region: "eu-1" },
      securityEvents: { eventUris: ["urn:example:x"] },
      rolesAndEntitlements: { roles: { enabled: true } },
    });
  });

  test("that differ from the host's or from each other are refused when the service is made", () => {
    const announce = (name: string, region: string) => ({ name, announce: { [URN]: { region } } });
    expect(() =>
      directory({ discovery: { announce: { [URN]: { region: "us" } } }, plugins: [announce("a", "eu")] }),
    ).toThrow(
      new TypeError(
        `createScim: the plugin a and discovery.announce announce ${URN} differently; one of them must leave it out.`,
      ),
    );
    expect(() => directory({ plugins: [announce("a", "eu"), announce("b", "us")] })).toThrow(
      /plugin b and the plugin a/,
    );
    const cases = [{ roles: true }, { Roles: true }].map((one, index) => ({ name: `p${index}`, announce: one }));
    expect(() => directory({ plugins: cases })).toThrow(/announce Roles differently/);
  });
});

test.each([
  [
    "a name that another one has",
    [{ name: "a" }, { name: "b" }, { name: "a" }],
    /plugins\.2\.name: is "a" a second time/,
  ],
  ["no name", [{}], /plugins\.0\.name/],
  ["an empty name", [{ name: "" }], /at least one character/],
  ["a member that there is none of", [{ name: "a", onResponse: () => undefined }], /there is no "onResponse"/],
  ["a listener that is none", [{ name: "a", onChange: true }], /plugins\.0\.onChange: must be a function/],
  ["a rule without an id", [{ name: "a", quirks: [{}] }], /plugins\.0\.quirks\.0\.id/],
  [
    "an announcement of what is computed",
    [{ name: "a", announce: { patch: {} } }],
    /computed from what the server does/,
  ],
] as const)("a plugin with %s is refused when the service is made", (_what, plugins, words) => {
  const given = plugins as unknown as readonly ScimPlugin[];
  expect(() => directory({ plugins: given })).toThrow(TypeError);
  expect(() => directory({ plugins: given })).toThrow(words);
});
