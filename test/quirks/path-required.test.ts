import { expect, test } from "vitest";
import { defineProfile } from "../../src/index.ts";
import { pathRequired as rule } from "../../src/quirks/path-required.ts";
import { USER } from "../support/directory.ts";
import { PATCH, under } from "../support/quirk.ts";

test("an operation without a path is 400 invalidSyntax that names the rule, nothing of the request is done, and a note tells of it [N-01]", async () => {
  const service = await under([rule]);
  const path = `/Users/${service.ada}`;
  for (const operation of [
    { op: "replace", value: { displayName: "x" } },
    { op: "add", value: { displayName: "x" } },
    { op: "remove" },
    { op: "replace", path: USER, value: { displayName: "x" } },
  ]) {
    const answer = await service.patch(path, { op: "replace", path: "title", value: "Lead" }, operation);
    expect(answer).toMatchObject({ status: 400, json: { scimType: "invalidSyntax" } });
    expect(answer.json.detail).toMatch(/^Operations\[1\]: .*needs a path.*\(rule path-required\)\.$/);
    expect(service.notes()).toEqual(["path-required at path"]);
  }
  const { json } = await service.ask("GET", path);
  expect(json).toMatchObject({ displayName: "Ada" });
  expect(json).not.toHaveProperty("title");
});

test("in a bulk request it is refused like alone, and memberships do not hide it, which a path can name [N-01]", async () => {
  const service = await under([rule], { writableGroups: true });
  const named = await service.patch(
    `/Users/${service.ada}`,
    { op: "add", path: "groups", value: [{ value: service.group }] },
    { op: "replace", path: "title", value: "Lead" },
  );
  expect([named.status, named.json.title]).toEqual([200, "Lead"]);
  const data = { schemas: [PATCH], Operations: [{ op: "add", value: { groups: [{ value: service.group }] } }] };
  const { json } = await service.ask("POST", "/Bulk", {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
    Operations: [{ method: "PATCH", path: `/Users/${service.ada}`, data }],
  });
  expect(json.Operations).toMatchObject([{ status: "400", response: { scimType: "invalidSyntax" } }]);
});

test("without the rule an operation without a path is read, under strict too, and a profile can leave the rule out [N-01]", async () => {
  for (const profile of [
    defineProfile({ extends: "strict" }),
    defineProfile({ extends: "ietf-interop", without: ["path-required"] }),
  ]) {
    const service = await under(profile);
    const { json } = await service.patch(`/Users/${service.ada}`, { op: "replace", value: { displayName: "x" } });
    expect(json.displayName).toBe("x");
  }
});
