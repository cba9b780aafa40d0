import { describe, expect, test } from "vitest";
import { directory, GROUP, USER } from "../support/directory.ts";
import { patchOf } from "../support/patching.ts";
import { hasShared, readShared } from "../support/shared.ts";

const BABS = "2819c223-7f76-453a-919d-413861904646";
const JAMES = "08e1d05d-121c-4561-8b96-473d93df9210";

/** The ids of the RFC's examples are partly left out there; here they are whole. */
function whole(text: string): string {
  return text
    .replaceAll(/2819c223[.-][^"\\/ ]*904646/g, BABS)
    .replaceAll(/08e1d05d[.-][^"\\/ ]*df9210/g, JAMES)
    .replaceAll(/https:\/\/example\.com\/v2/g, "https://example.com/scim/v2");
}

function bodyOf(name: string): object {
  const example = readShared(`spec/examples/rfc7644-${name}.json`) as { request: { body: object } };
  return JSON.parse(whole(JSON.stringify(example.request.body)));
}

async function state(profile: "interop" | "strict") {
  const ids = [BABS, JAMES, "other", "group"];
  const made = directory({ profile, newId: () => ids.shift() ?? crypto.randomUUID() });
  await made.ask("POST", "/Users", {
    schemas: [USER],
    userName: "babs",
    emails: [
      { value: "babs@example.com", type: "work", primary: true },
      { value: "old@jensen.org", type: "other" },
    ],
    addresses: [
      { type: "work", streetAddress: "100 Old Street", locality: "Hollywood" },
      { type: "home", streetAddress: "456 Hollywood Blvd", primary: true },
    ],
  });
  for (const userName of ["james", "other"]) await made.ask("POST", "/Users", { schemas: [USER], userName });
  await made.ask("POST", "/Groups", { schemas: [GROUP], displayName: "Tour Guides", members: [{ value: "other" }] });
  return {
    ...made,
    async user() {
      return (await made.ask("GET", `/Users/${BABS}`)).json;
    },
    async members() {
      const { members = [] } = (await made.ask("GET", "/Groups/group")).json;
      return members.map(({ value }: { value: string }) => value).sort();
    },
  };
}

describe.skipIf(!hasShared && !process.env.CI)("the examples of RFC 7644 §3.5.2, under every profile", () => {
  describe.each(["interop", "strict"] as const)("%s", (profile) => {
    test.each([
      ["3.5.2-figure6-patch-body", [], [BABS, "other"]],
      ["3.5.2.1-patch-add-member", [], [BABS, "other"]],
      ["3.5.2.2-patch-remove-one-member", [BABS], ["other"]],
      ["3.5.2.2-patch-remove-all-members", [BABS], []],
      ["3.5.2.2-patch-remove-and-add-member", [BABS], [JAMES, "other"]],
      ["3.5.2.2-patch-remove-all-then-add-members", [], [JAMES, BABS]],
      ["3.5.2.3-patch-replace-members", [], [JAMES, BABS]],
    ])("%s changes the members as the RFC says, and again the same [P-3.5.2.1-06 P-3.5.2.2-03 P-3.5.2.2-04 P-3.5.2.3-04]", async (name, before, expected) => {
      const { ask, members } = await state(profile);
      if (before.length > 0)
        await ask(
          "PATCH",
          "/Groups/group",
          patchOf({ op: "add", path: "members", value: before.map((value) => ({ value })) }),
        );
      for (let time = 0; time < 2; time++) {
        expect([200, 204]).toContain((await ask("PATCH", "/Groups/group", bodyOf(name))).status);
        expect(await members()).toEqual([...expected].sort());
      }
    });

    test("attributes are added and replaced without a path [P-3.5.2.1-02 P-3.5.2.3-01]", async () => {
      const { ask, user } = await state(profile);
      expect((await ask("PATCH", `/Users/${BABS}`, bodyOf("3.5.2.1-patch-add-without-path"))).status).toBe(200);
      expect(await user()).toMatchObject({
        nickName: "Babs",
        emails: [{ type: "work", primary: true }, { type: "other" }, { value: "babs@jensen.org", type: "home" }],
      });
      expect((await ask("PATCH", `/Users/${BABS}`, bodyOf("3.5.2.3-patch-replace-without-path"))).status).toBe(200);
      expect((await user()).emails).toEqual([
        { value: "bjensen@example.com", type: "work", primary: true },
        { value: "babs@jensen.org", type: "home" },
      ]);
    });

    test("an email goes by a filter of two conditions [P-3.5.2.2-04]", async () => {
      const { ask, user } = await state(profile);
      const body = bodyOf("3.5.2.2-patch-remove-email-by-complex-filter");
      expect((await ask("PATCH", `/Users/${BABS}`, body)).status).toBe(200);
      expect((await user()).emails).toEqual([{ value: "old@jensen.org", type: "other" }]);
    });

    test("the work address is replaced whole, becoming the primary one, and then its street [P-3.5.2.3-07 P-3.5.2.3-08 P-3.5.2-19]", async () => {
      const { ask, user } = await state(profile);
      expect((await ask("PATCH", `/Users/${BABS}`, bodyOf("3.5.2.3-patch-replace-work-address"))).status).toBe(200);
      const [work, home] = (await user()).addresses;
      expect(work).toMatchObject({ type: "work", streetAddress: "911 Universal City Plaza", primary: true });
      expect(home).toEqual({ type: "home", streetAddress: "456 Hollywood Blvd", primary: false });
      expect((await ask("PATCH", `/Users/${BABS}`, bodyOf("3.5.2.3-patch-replace-work-streetAddress"))).status).toBe(
        200,
      );
      expect((await user()).addresses).toEqual([{ ...work, streetAddress: "1010 Broadway Ave" }, home]);
    });

    test("the paths of Figure 8 are read; the one that names no attribute is no path [P-3.5.2-05 A71]", async () => {
      const { paths } = readShared("spec/examples/rfc7644-3.5.2-figure8-paths.json") as { paths: string[] };
      expect(paths).toHaveLength(5);
      for (const path of paths) {
        const { ask } = await state("strict");
        const on = path.startsWith("members") ? "/Groups/group" : `/Users/${BABS}`;
        const answer = await ask("PATCH", on, patchOf({ op: "remove", path }));
        if (path.endsWith("displayName"))
          expect(answer).toMatchObject({ status: 400, json: { scimType: "invalidPath" } });
        else expect([200, 204]).toContain(answer.status);
      }
    });
  });
});
