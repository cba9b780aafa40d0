import { expect, test } from "vitest";
import { createOnNoMatch } from "../../src/quirks/create-on-no-match.ts";
import { pathKeys as rule } from "../../src/quirks/path-keys.ts";
import { ENTERPRISE } from "../support/directory.ts";
import { under } from "../support/quirk.ts";

const value = {
  displayName: "Ada B",
  "name.familyName": "Byron",
  [`${ENTERPRISE}:department`]: "Engines",
  'emails[type eq "work"].value': "ada@new.example",
};

test("names with dots, URNs and value paths in a path-less value are paths [Q56 Q57 R-14]", async () => {
  const service = await under([rule, createOnNoMatch]);
  const { json } = await service.patch(`/Users/${service.ada}`, { op: "replace", value });
  expect(json).toMatchObject({
    displayName: "Ada B",
    name: { familyName: "Byron" },
    [ENTERPRISE]: { department: "Engines" },
    emails: [{ type: "work", value: "ada@new.example" }, { type: "home" }],
  });
  expect(service.notes()).toEqual([
    "path-keys at name.familyName",
    `path-keys at ${ENTERPRISE}:department`,
    "path-keys at emails[…].value",
  ]);
});

test("without the rule they are names of nothing, and nothing of the request is done [Q56 Q57 R-14]", async () => {
  const service = await under([]);
  const answer = await service.patch(`/Users/${service.ada}`, { op: "replace", value });
  expect(answer).toMatchObject({ status: 400, json: { scimType: "invalidPath" } });
  expect((await service.ask("GET", `/Users/${service.ada}`)).json.displayName).toBe("Ada");
});
