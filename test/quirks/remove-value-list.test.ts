import { expect, test } from "vitest";
import { removeValueList as rule } from "../../src/quirks/remove-value-list.ts";
import { under } from "../support/quirk.ts";

test("a remove of members with values removes those alone, and one that is no member is no error [Q73 R-2]", async () => {
  const service = await under([rule]);
  const remove = (value: unknown) =>
    service.patch(`/Groups/${service.group}`, { op: "Remove", path: "members", value });
  expect((await remove([{ $ref: null, value: service.ada }, { value: "nobody" }])).status).toBe(204);
  expect(service.notes()).toEqual(["remove-value-list at members"]);
  const { json } = await service.ask("GET", `/Groups/${service.group}`);
  expect(json.members).toMatchObject([{ value: service.bob }]);
  expect(json.members).toHaveLength(1);
});

test("an empty list removes nothing, and null or no value everything [Q73 Q75 R-2]", async () => {
  const service = await under([rule]);
  const members = async () => (await service.ask("GET", `/Groups/${service.group}`)).json.members?.length ?? 0;
  await service.patch(`/Groups/${service.group}`, { op: "remove", path: "members", value: [] });
  expect(await members()).toBe(2);
  await service.patch(`/Groups/${service.group}`, { op: "remove", path: "members", value: null });
  expect(await members()).toBe(0);
});

test("without the rule the values are refused, and the group is never emptied by them [Q73 R-2]", async () => {
  const service = await under([]);
  const answer = await service.patch(`/Groups/${service.group}`, {
    op: "remove",
    path: "members",
    value: [{ value: service.ada }],
  });
  expect(answer).toMatchObject({
    status: 400,
    json: { scimType: "invalidValue", detail: expect.stringContaining('members[value eq "…"]') },
  });
  expect((await service.ask("GET", `/Groups/${service.group}`)).json.members).toHaveLength(2);
});
