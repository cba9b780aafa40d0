import { describe, expect, test } from "vitest";
import { createOnNoMatch as rule } from "../../src/quirks/create-on-no-match.ts";
import { under } from "../support/quirk.ts";

describe.each(["add", "replace"])("%s of a value path that selects nothing", (op) => {
  test("creates the element that its eq terms describe, and leaves the others and their primary alone [Q54 R-5 R-6]", async () => {
    const service = await under([rule]);
    const { json } = await service.patch(
      `/Users/${service.ada}`,
      { op, path: 'emails[type eq "other"].value', value: "ada@other.example" },
      { op, path: 'emails[type eq "other"].display', value: "Other" },
    );
    expect(json.emails).toEqual([
      { type: "work", value: "ada@work.example", primary: true },
      { type: "home", value: "ada@home.example" },
      { type: "other", value: "ada@other.example", display: "Other" },
    ]);
    expect(service.notes()).toEqual(["create-on-no-match at emails"]);
  });

  test("is noTarget where the filter describes no element, and without the rule [Q54 R-5 R-6]", async () => {
    const value = "x@other.example";
    for (const [rules, filter] of [
      [[rule], 'type ne "work" and type ne "home"'],
      [[rule], 'type eq "other" or type eq "third"'],
      [[], 'type eq "other"'],
    ] as const) {
      const service = await under(rules);
      const answer = await service.patch(`/Users/${service.ada}`, { op, path: `emails[${filter}].value`, value });
      expect(answer).toMatchObject({ status: 400, json: { scimType: "noTarget" } });
      expect((await service.ask("GET", `/Users/${service.ada}`)).json.emails).toHaveLength(2);
    }
  });
});
