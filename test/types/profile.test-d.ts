import { describe, expectTypeOf, test } from "vitest";
import {
  defineProfile,
  type Profile,
  type ProfileDefinition,
  type ProfileName,
  type ProfileSettings,
  type Quirk,
  type ScimOptions,
  type TenantOptions,
  type ValuePlace,
} from "../../src/index.ts";

describe("a profile that somebody publishes", () => {
  test("is typed by what the package exports, with rules, restrictions, settings and needs of its own", () => {
    const wholeValuesAlone: Quirk = {
      id: "whole-values-alone",
      description: "Reads blank text as none, where it is a whole value.",
      clients: ["Acme"],
      bends: "RFC 7643 §2.5",
      value(_attribute, raw, place) {
        expectTypeOf(place).toEqualTypeOf<ValuePlace>();
        return raw === " " && (place === "list" || place === "value") ? null : undefined;
      },
    };
    const noTitles: Quirk = {
      id: "no-titles",
      description: "Refuses titles.",
      clients: ["Acme"],
      bends: "RFC 7643 §4.1.1",
      refuses: {
        operation: ({ attribute }) => (attribute?.name === "title" ? { detail: "Leave title out" } : undefined),
      },
    };
    const settings: ProfileSettings = { references: { "*": "require", "Group.members": "drop" }, putOmitted: "keep" };
    const acme = defineProfile({
      name: "acme",
      extends: "lenient",
      without: ["boolean-strings"],
      quirks: [wholeValuesAlone, noTitles],
      settings,
      needs: { throttle: true, limits: { operations: 50 } },
      announce: { acme: true },
    });
    expectTypeOf(acme).toEqualTypeOf<Profile>();
    expectTypeOf(defineProfile({ extends: acme })).toEqualTypeOf<Profile>();
    expectTypeOf<Profile>().toExtend<NonNullable<ScimOptions["profile"]>>();
    expectTypeOf<Profile>().toExtend<NonNullable<TenantOptions["profile"]>>();
  });

  test("names of profiles and settings are checked by the compiler", () => {
    expectTypeOf<Parameters<typeof defineProfile>[0]>().toEqualTypeOf<ProfileDefinition<ProfileName>>();
    // @ts-expect-error: there is no such profile
    defineProfile({ extends: "lenint" });
    // @ts-expect-error: there is no such setting
    defineProfile({ settings: { putOmited: "keep" } });
    // @ts-expect-error: nor such a value
    defineProfile({ settings: { putOmitted: "leave" } });
    // @ts-expect-error: a list of rules is no profile
    ({ profile: [] }) satisfies Pick<ScimOptions, "profile">;
  });
});
