import { beforeAll, describe, expect, test } from "vitest";
import { type Directory, directory, GROUP, USER } from "../support/directory.ts";

let service: Directory;
beforeAll(async () => {
  service = directory();
  for (const name of ["ann", "bob"]) {
    await service.ask("POST", "/Users", { schemas: [USER], userName: name, displayName: name });
    await service.ask("POST", "/Groups", { schemas: [GROUP], displayName: name });
  }
});

describe("a filter over types of which one lacks an attribute", () => {
  test.each([
    ['displayName eq "ann"', ["Group ann", "User ann"]],
    ['userName eq "ann"', ["User ann"]],
    ['userName eq "ann" and displayName eq "ann"', ["User ann"]],
    ['displayName eq "ann" and userName eq "ann"', ["User ann"]],
    ['userName ne "ann" and displayName eq "ann"', ["Group ann"]],
    ['userName eq "bob" or displayName eq "ann"', ["Group ann", "User ann", "User bob"]],
    ['userName ne "ann" or displayName eq "nobody"', ["Group ann", "Group bob", "User bob"]],
    ['not (userName eq "ann")', ["Group ann", "Group bob", "User bob"]],
    ['not (userName ne "ann")', ["User ann"]],
    ["userName pr or displayName pr", ["Group ann", "Group bob", "User ann", "User bob"]],
    ["userName pr and (displayName pr or nickName pr)", ["User ann", "User bob"]],
    ['displayName pr and not (userName eq "bob" or userName eq "ann")', ["Group ann", "Group bob"]],
    ['(displayName eq "ann" and id pr) and (meta.resourceType pr and userName eq null)', ["Group ann"]],
    ['userName eq "ann" or nickName eq "a"', ["User ann"]],
    ['userName ne "ann" and nickName ne "a"', ["Group ann", "Group bob", "User bob"]],
    ['emails[value pr] or displayName eq "bob"', ["Group bob", "User bob"]],
  ])("takes what a type lacks for what has no value: %s [P-3.4.2.1-04 R-33]", async (filter, expected) => {
    const answer = await service.ask("GET", `/?filter=${encodeURIComponent(filter)}&count=100`);
    const found = (answer.json.Resources ?? []).map(
      ({ meta, displayName }: { meta: { resourceType: string }; displayName: string }) =>
        `${meta.resourceType} ${displayName}`,
    );
    expect(found.sort()).toEqual(expected);
  });
});
