import { describe, expect, test } from "vitest";
import { BODIES, MIRA, PATHS, TOMAS } from "../rfc/rfc7644-3.5.2-patch.ts";
import { directory, GROUP, USER } from "../support/directory.ts";
import { patchOf } from "../support/patching.ts";

async function state(profile: "lenient" | "strict") {
  const ids = [MIRA, TOMAS, "other", "group"];
  const made = directory({ profile, newId: () => ids.shift() ?? crypto.randomUUID() });
  await made.ask("POST", "/Users", {
    schemas: [USER],
    userName: "mira",
    emails: [
      { value: "mira@example.com", type: "work", primary: true },
      { value: "mira@old.example", type: "other" },
    ],
    addresses: [
      { type: "work", streetAddress: "3 Old Quay", locality: "Bergen" },
      { type: "home", streetAddress: "7 Garden Row", primary: true },
    ],
  });
  for (const userName of ["tomas", "other"]) await made.ask("POST", "/Users", { schemas: [USER], userName });
  await made.ask("POST", "/Groups", { schemas: [GROUP], displayName: "Night Porters", members: [{ value: "other" }] });
  return {
    ...made,
    async user() {
      return (await made.ask("GET", `/Users/${MIRA}`)).json;
    },
    async members() {
      const { members = [] } = (await made.ask("GET", "/Groups/group")).json;
      return members.map(({ value }: { value: string }) => value).sort();
    },
  };
}

describe("the examples of RFC 7644 §3.5.2, under every profile", () => {
  describe.each(["lenient", "strict"] as const)("%s", (profile) => {
    test.each<[keyof typeof BODIES, string[], string[]]>([
      ["3.5.2-figure6-patch-body", [], [MIRA, "other"]],
      ["3.5.2.1-patch-add-member", [], [MIRA, "other"]],
      ["3.5.2.2-patch-remove-one-member", [MIRA], ["other"]],
      ["3.5.2.2-patch-remove-all-members", [MIRA], []],
      ["3.5.2.2-patch-remove-and-add-member", [MIRA], [TOMAS, "other"]],
      ["3.5.2.2-patch-remove-all-then-add-members", [], [TOMAS, MIRA]],
      ["3.5.2.3-patch-replace-members", [], [TOMAS, MIRA]],
    ])("%s changes the members as the RFC says, and again the same [P-3.5.2.1-06 P-3.5.2.2-03 P-3.5.2.2-04 P-3.5.2.3-04]", async (name, before, expected) => {
      const { ask, members } = await state(profile);
      if (before.length > 0)
        await ask(
          "PATCH",
          "/Groups/group",
          patchOf({ op: "add", path: "members", value: before.map((value) => ({ value })) }),
        );
      for (let time = 0; time < 2; time++) {
        expect([200, 204]).toContain((await ask("PATCH", "/Groups/group", BODIES[name])).status);
        expect(await members()).toEqual([...expected].sort());
      }
    });

    test("attributes are added and replaced without a path [P-3.5.2.1-02 P-3.5.2.3-01]", async () => {
      const { ask, user } = await state(profile);
      expect((await ask("PATCH", `/Users/${MIRA}`, BODIES["3.5.2.1-patch-add-without-path"])).status).toBe(200);
      expect(await user()).toMatchObject({
        nickName: "Mimi",
        emails: [{ type: "work", primary: true }, { type: "other" }, { value: "mira@home.example", type: "home" }],
      });
      expect((await ask("PATCH", `/Users/${MIRA}`, BODIES["3.5.2.3-patch-replace-without-path"])).status).toBe(200);
      expect((await user()).emails).toEqual([
        { value: "mira.solberg@example.com", type: "work", primary: true },
        { value: "mira@home.example", type: "home" },
      ]);
    });

    test("an email goes by a filter of two conditions [P-3.5.2.2-04]", async () => {
      const { ask, user } = await state(profile);
      const body = BODIES["3.5.2.2-patch-remove-email-by-complex-filter"];
      expect((await ask("PATCH", `/Users/${MIRA}`, body)).status).toBe(200);
      expect((await user()).emails).toEqual([{ value: "mira@old.example", type: "other" }]);
    });

    test("the work address is replaced whole, becoming the primary one, and then its street [P-3.5.2.3-07 P-3.5.2.3-08 P-3.5.2-19]", async () => {
      const { ask, user } = await state(profile);
      expect((await ask("PATCH", `/Users/${MIRA}`, BODIES["3.5.2.3-patch-replace-work-address"])).status).toBe(200);
      const [work, home] = (await user()).addresses;
      expect(work).toMatchObject({ type: "work", streetAddress: "12 Harbour Lane", primary: true });
      expect(home).toEqual({ type: "home", streetAddress: "7 Garden Row", primary: false });
      expect((await ask("PATCH", `/Users/${MIRA}`, BODIES["3.5.2.3-patch-replace-work-streetAddress"])).status).toBe(
        200,
      );
      expect((await user()).addresses).toEqual([{ ...work, streetAddress: "40 Mill Road" }, home]);
    });

    test("the paths of Figure 8 are read; the one that names no attribute is no path [P-3.5.2-05 R-71]", async () => {
      expect(PATHS).toHaveLength(5);
      for (const path of PATHS) {
        const { ask } = await state("strict");
        const on = path.startsWith("members") ? "/Groups/group" : `/Users/${MIRA}`;
        const answer = await ask("PATCH", on, patchOf({ op: "remove", path }));
        if (path.endsWith("displayName"))
          expect(answer).toMatchObject({ status: 400, json: { scimType: "invalidPath" } });
        else expect([200, 204]).toContain(answer.status);
      }
    });
  });
});
