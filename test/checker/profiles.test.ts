import { Group, type ProfileName } from "scimkit";
import { describe, expect, test } from "vitest";
import { checks } from "../../src/checker/checks/index.ts";
import { PROFILES } from "../../src/checker/profiles/index.ts";
import { judgedBy } from "../../src/checker/profiles/profile.ts";
import { EnterpriseUserSchema, User } from "../../src/index.ts";
import { checkScim, freshScim, problems } from "./run.ts";

const resourceTypes = [User.extend(EnterpriseUserSchema), Group];

describe("a list to judge by", () => {
  for (const name of ["ietf-interop", "ipsie-al"] as const) {
    const { extra } = PROFILES[name];
    test(`${name}: scimkit under the profile of that name does all that it asks for besides the RFCs`, async () => {
      const scim = freshScim({ resourceTypes, profile: name satisfies ProfileName, throttle: async () => {} });
      const report = await checkScim(scim, { checks: extra });
      expect(problems(report)).toEqual([]);
      expect(report.results.map(({ outcome }) => outcome)).toEqual(extra.map(() => "passed"));
    });

    test(`${name}: a server that goes by the RFCs alone fails it`, async () => {
      const report = await checkScim(freshScim({ profile: "strict" }), { checks: extra });
      expect(report.isGood).toBe(false);
      expect(report.results.filter(({ outcome }) => outcome === "failed").length).toBeGreaterThan(3);
    });

    test(`${name}: has no check of the RFCs that asks for the opposite`, () => {
      const ids = judgedBy(PROFILES[name], checks).map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).not.toContain("patch/replace-pathless");
      expect(judgedBy(PROFILES.rfc, checks)).toEqual(checks);
    });
  }
});
