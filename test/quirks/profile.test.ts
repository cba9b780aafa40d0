import { describe, expect, test } from "vitest";
import {
  createScim,
  defineProfile,
  defineResourceType,
  defineSchema,
  Group,
  type Profile,
  type ProfileDefinition,
  profiles,
  type Quirk,
  User,
} from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { directory, GROUP, USER } from "../support/directory.ts";
import { PATCH, under } from "../support/quirk.ts";

const yesNo: Quirk = {
  id: "yes-no-booleans",
  description: 'Reads "yes" and "no" as booleans.',
  clients: ["our own importer"],
  bends: "RFC 7643 §2.3.2",
  value: (attribute, raw) =>
    attribute.type === "boolean" && (raw === "yes" || raw === "no") ? raw === "yes" : undefined,
};
const idsOf = ({ quirks }: Profile) => quirks.map(({ id }) => id);

describe("defineProfile", () => {
  test("takes a profile without some rules, with others behind them, and one's own in the place of its namesake", () => {
    const own = { ...yesNo, id: "number-strings" };
    const profile = defineProfile({ extends: "lenient", without: ["boolean-strings"], quirks: [yesNo, own] });
    const rest = idsOf(profiles.lenient).filter((id) => id !== "boolean-strings");
    expect(idsOf(profile)).toEqual([...rest, yesNo.id]);
    expect(profile.quirks).toContain(own);
    expect(defineProfile({ extends: profile, name: "ours" })).toMatchObject({ name: "ours", quirks: profile.quirks });
  });

  test("keeps the settings of what it extends but for those that it names, and without it has the defaults", () => {
    expect(defineProfile({}).settings).toEqual(profiles.lenient.settings);
    const profile = defineProfile({ extends: "strict", settings: { putOmitted: "keep", etags: undefined } });
    expect(profile.settings).toEqual({ ...profiles.strict.settings, putOmitted: "keep" });
    expect(profile.name).toBe("strict, changed");
  });

  test("an object of references says what is other than in the profile that is extended", () => {
    const profile = defineProfile({ extends: "strict", settings: { references: { "Group.members": "drop" } } });
    expect(profile.settings.references).toEqual({ "*": "require", "Group.members": "drop" });
    const more = defineProfile({ extends: profile, settings: { references: { "User.manager": "ignore" } } });
    expect(more.settings.references).toEqual({ "*": "require", "Group.members": "drop", "User.manager": "ignore" });
  });

  test("what is needed adds up, what is announced is said anew: who changes a profile says what is true of it", () => {
    const profile = defineProfile({ extends: "ipsie-al", needs: { limits: { operations: 10, results: 200 } } });
    expect(profile.needs).toEqual({
      bulk: true,
      throttle: true,
      filter: true,
      limits: { operations: 50, results: 200 },
    });
    expect(profile.withoutAttributes).toEqual(["password"]);
    expect(profile).not.toHaveProperty("announce");
  });

  test("the result is frozen, down to what was given", () => {
    const announce = { beta: { since: "2026" } };
    const references = { "Group.members": "drop" } as const;
    const profile = defineProfile({ extends: "lenient", announce, settings: { references } });
    announce.beta.since = "2027";
    expect(profile.announce).toEqual({ beta: { since: "2026" } });
    for (const frozen of [
      profile,
      profile.quirks,
      profile.settings,
      profile.settings.references,
      profile.announce,
      profile.announce?.beta,
      profiles,
      ...Object.values(profiles),
    ])
      expect(Object.isFrozen(frozen)).toBe(true);
  });

  test.each<[string, object, RegExp]>([
    ["a profile", { extends: "lenint" }, /extends: there is no profile "lenint"; .*Did you mean lenient\?/],
    [
      "a rule to leave out",
      { extends: "lenient", without: ["bolean-strings"] },
      /without: .*Did you mean boolean-strings\?/,
    ],
    ["a rule that the extended profile lacks", { without: ["boolean-strings"] }, /there is no rule "boolean-strings"/],
    ["a setting", { settings: { putOmited: "keep" } }, /settings: there is no "putOmited".*Did you mean putOmitted\?/],
    ["a member", { quirk: [] }, /there is no "quirk".*Did you mean quirks\?/],
    ["a need", { needs: { bulks: true } }, /needs: there is no "bulks".*Did you mean bulk\?/],
    [
      "the value of a setting",
      { settings: { putOmitted: "leave" } },
      /settings\.putOmitted: must be one of "clear", "keep"/,
    ],
    [
      "a policy",
      { settings: { references: { "Group.members": "refuse" } } },
      /references: must be one of "check", "require"/,
    ],
    ["a setting that is no object", { settings: [] }, /settings must be an object/],
    ["rules that are none", { quirks: [1] }, /quirks must be a list of rules, each with an id/],
    ["two rules of one id", { quirks: [yesNo, yesNo] }, /two rules with the id "yes-no-booleans"/],
    ["ids that are none", { extends: "lenient", without: "x" }, /without must be a list of ids/],
    ["attributes that are no names", { withoutAttributes: [1] }, /withoutAttributes must be a list of names/],
    ["announcements that are none", { announce: 1 }, /announce/],
    ["a base that is no profile", { extends: { quirks: [] } }, /a profile is made by defineProfile/],
  ])("refuses %s that there is none of, and says which is meant or possible", (_what, definition, problem) => {
    const make = () => defineProfile(definition as ProfileDefinition<never>);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(problem);
  });
});

describe("a profile of somebody else", () => {
  const good = {
    resourceTypes: [User, Group],
    storage: memoryStorage(),
    baseUrl: "https://example.com/scim/v2",
    unsafeNoAuthentication: true,
  } as const;

  test("is data: a plain object will do, and settings that its version did not know have their defaults", async () => {
    const theirs: Profile = { name: "theirs", quirks: [yesNo], settings: { patchResponse: "resource" } };
    const { ask } = directory({ profile: theirs });
    const { json } = await ask("POST", "/Users", { schemas: [USER], userName: "eve", active: "no" });
    expect(json).toMatchObject({ active: false, meta: { version: expect.any(String) } });
    const Operations = [{ op: "add", path: "members", value: [{ value: json.id }] }];
    const group = (await ask("POST", "/Groups", { schemas: [GROUP], displayName: "g" })).json.id;
    expect((await ask("PATCH", `/Groups/${group}`, { schemas: [PATCH], Operations })).status).toBe(200);
  });

  test("behaves by what it has and not by being the same object: a copy of strict is strict", async () => {
    const copy: Profile = { ...profiles.strict, quirks: [...profiles.strict.quirks] };
    const service = await under(copy);
    const added = await service.patch(`/Groups/${service.group}`, {
      op: "add",
      path: "members",
      value: [{ value: service.ada }],
    });
    expect(added.status).toBe(200);
    const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    const manager = { schemas: [USER, ENTERPRISE], userName: "eve", [ENTERPRISE]: { manager: { value: "nobody" } } };
    expect((await service.ask("POST", "/Users", manager)).status).toBe(400);
    const literal = await under([]);
    expect((await literal.ask("POST", "/Users", manager)).status).toBe(201);
  });

  test.each<[string, unknown, RegExp]>([
    ["a list of rules", [yesNo], /profile: .*defineProfile\(\{ quirks: \[ … \] \}\)/],
    ["a rule alone", yesNo, /a profile is made by defineProfile/],
    [
      "one with a wrong setting",
      { name: "x", quirks: [], settings: { etags: "no" } },
      /settings\.etags: must be one of true, false/,
    ],
  ])("%s is none, and the error says what to write", (_what, profile, problem) => {
    expect(() => createScim({ ...good, profile: profile as Profile })).toThrow(problem);
  });

  test.each<[string, Profile, object, RegExp]>([
    ["bulk", defineProfile({ name: "x", needs: { bulk: true } }), { bulk: false }, /the profile x needs bulk/],
    ["a throttle", defineProfile({ name: "x", needs: { throttle: true } }), {}, /the profile x needs throttle/],
    [
      "a limit",
      defineProfile({ name: "x", needs: { limits: { results: 9000 } } }),
      {},
      /limits\.results of at least 9000/,
    ],
    [
      "storage that filters",
      profiles["ietf-interop"],
      { storage: { ...memoryStorage(), capabilities: { filter: false } } },
      /ietf-interop needs storage that filters; that of User does not/,
    ],
    ["truth", defineProfile({ announce: { bulk: { supported: true } } }), {}, /announce\.bulk: .*computed/],
  ])("that needs %s is refused where it is missing", (_what, profile, more, problem) => {
    expect(() => createScim({ ...good, ...more, profile })).toThrow(problem);
  });

  test("that needs storage that filters leaves types alone that nobody can query", () => {
    const storage = { ...memoryStorage(), capabilities: { filter: false } };
    const Note = defineResourceType({
      name: "Note",
      schema: defineSchema({ id: "urn:example:Note", name: "Note", attributes: { text: {} } }),
      operations: ["create", "read"],
    });
    expect(() => createScim({ ...good, resourceTypes: [Note], storage, profile: "ietf-interop" })).not.toThrow();
  });

  test("without attributes: they are in no schema, answer, filter or body, and the types without any stay the objects that they are", async () => {
    const profile = defineProfile({
      extends: "lenient",
      withoutAttributes: ["NickName"],
      settings: { unknownAttributes: "reject" },
    });
    const { ask, scim } = directory({ profile });
    const { attributes } = (await ask("GET", `/Schemas/${USER}`)).json;
    expect(attributes.map(({ name }: { name: string }) => name)).not.toContain("nickName");
    expect((await ask("POST", "/Users", { schemas: [USER], userName: "a", nickName: "b" })).json.scimType).toBe(
      "invalidSyntax",
    );
    expect((await ask("GET", "/Users?filter=nickName%20pr")).json.scimType).toBe("invalidFilter");
    expect(scim.resourceTypes.find(({ name }) => name === "Group")?.definition).toBe(Group);
  });
});
