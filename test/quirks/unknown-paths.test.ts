import { expect, test } from "vitest";
import { unknownPaths as rule } from "../../src/quirks/unknown-paths.ts";
import { under } from "../support/quirk.ts";

const operations = [
  { op: "Replace", path: "displayName", value: "Ada B" },
  { op: "Add", path: "extensionAttribute7", value: "x" },
  { op: "replace", path: "urn:example:nothing:attr", value: "x" },
  { op: "replace", value: { nickname9: "x" } },
];

test("operations on what the type does not have are left out, and the others are done [Q69 R-37]", async () => {
  const service = await under([rule]);
  const { status, json } = await service.patch(`/Users/${service.ada}`, ...operations);
  expect(status).toBe(200);
  expect(json.displayName).toBe("Ada B");
  expect(service.notes()).toEqual([
    "unknown-paths at extensionAttribute7",
    "unknown-paths at urn:example:nothing:attr",
    "unknown-paths at nickname9",
  ]);
});

test("a path that is no path is an error with the rule as well [Q69 R-71]", async () => {
  const service = await under([rule]);
  const answer = await service.patch(`/Users/${service.ada}`, { op: "add", path: "emails[", value: "x" });
  expect(answer.status).toBe(400);
});

test("without the rule nothing of the request is done [Q69 R-37]", async () => {
  const service = await under([]);
  expect(await service.patch(`/Users/${service.ada}`, ...operations)).toMatchObject({
    status: 400,
    json: { scimType: "invalidPath", detail: expect.stringContaining("extensionAttribute7") },
  });
  expect((await service.ask("GET", `/Users/${service.ada}`)).json.displayName).toBe("Ada");
});

test("alone, what is misspelt is an error with the rule as well, and what is of an unknown URN is left out [Q69 R-37a]", async () => {
  const service = await under([rule]);
  const at = `/Users/${service.ada}`;
  expect(await service.patch(at, { op: "replace", path: "actve", value: false })).toMatchObject({
    status: 400,
    json: {
      scimType: "invalidPath",
      detail: 'Operations[0]: "actve" is not an attribute of User. Did you mean active?',
    },
  });
  expect((await service.patch(at, { op: "replace", path: "urn:example:nothing:attr", value: "x" })).status).toBe(200);
  expect(service.notes()).toEqual(["unknown-paths at urn:example:nothing:attr"]);
});
