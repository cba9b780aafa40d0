import { expect, test } from "vitest";
import { readOnlyValues as rule } from "../../src/quirks/readonly-values.ts";
import { under } from "../support/quirk.ts";

test("id, meta and groups in a path-less value are ignored, equal or not [Q40 Q77 R-15]", async () => {
  const service = await under([rule]);
  const value = { id: "other", displayName: "Renamed", meta: { resourceType: "X" } };
  const { status } = await service.patch(`/Groups/${service.group}`, { op: "replace", value });
  expect(status).toBe(200);
  expect(service.notes()).toEqual(["readonly-values at id", "readonly-values at meta"]);
  const { json } = await service.ask("GET", `/Groups/${service.group}`);
  expect(json).toMatchObject({ id: service.group, displayName: "Renamed", meta: { resourceType: "Group" } });
});

test("named by a path they are an error with the rule as well [Q40 R-16]", async () => {
  const service = await under([rule]);
  const answer = await service.patch(`/Groups/${service.group}`, { op: "replace", path: "id", value: service.group });
  expect(answer).toMatchObject({ status: 400, json: { scimType: "mutability" } });
});

test("without the rule they must be what is stored [Q77 R-15]", async () => {
  const service = await under([]);
  const rename = (id: string) =>
    service.patch(`/Groups/${service.group}`, { op: "replace", value: { id, displayName: "Renamed" } });
  expect(await rename("other")).toMatchObject({ status: 400, json: { scimType: "mutability" } });
  expect(await rename(service.group)).toMatchObject({ status: 200, json: { displayName: "Renamed" } });
});
