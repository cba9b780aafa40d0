import { expect, test } from "vitest";
import { emptyPaths as rule } from "../../src/quirks/empty-paths.ts";
import { under } from "../support/quirk.ts";

const add = { op: "add", path: "", value: { title: "Lead", active: false } };

test("an empty path is none: the value names the attributes [Q121 R-81]", async () => {
  const service = await under([rule]);
  const { json } = await service.patch(`/Users/${service.ada}`, add);
  expect(json).toMatchObject({ title: "Lead", active: false });
  expect(service.notes()).toEqual(["empty-paths at Operations[0].path"]);
});

test("a remove needs a path all the same, and a blank is none [Q121 R-81]", async () => {
  const service = await under([rule]);
  const path = `/Users/${service.ada}`;
  expect((await service.patch(path, { op: "remove", path: "" })).json).toMatchObject({
    status: "400",
    scimType: "noTarget",
  });
  expect((await service.patch(path, { ...add, path: " " })).json.scimType).toBe("invalidPath");
});

test("in a bulk request the references of such an operation are resolved [Q121 R-81]", async () => {
  const service = await under([rule]);
  const members = [{ value: "bulkId:u" }];
  const { json } = await service.ask("POST", "/Bulk", {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
    Operations: [
      {
        method: "PATCH",
        path: `/Groups/${service.group}`,
        data: {
          schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
          Operations: [{ op: "add", path: "", value: { members } }],
        },
      },
      {
        method: "POST",
        path: "/Users",
        bulkId: "u",
        data: { schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], userName: "eve" },
      },
    ],
  });
  expect(json.Operations.map(({ status }: { status: string }) => status)).toEqual([
    expect.stringMatching(/^20/),
    "201",
  ]);
  expect((await service.ask("GET", `/Groups/${service.group}`)).json.members).toHaveLength(3);
});

test("without the rule it is no path [Q121 R-81]", async () => {
  const service = await under([]);
  expect((await service.patch(`/Users/${service.ada}`, add)).json).toMatchObject({
    status: "400",
    scimType: "invalidPath",
  });
});
