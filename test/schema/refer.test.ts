import { createScim, defineResourceType, defineSchema, Group, SchemaError, User } from "scimkit";
import { memoryStorage } from "scimkit/memory";
import { describe, expect, test } from "vitest";
import { directory, GROUP, USER } from "../support/directory.ts";
import { expectRefusal } from "../support/refusal.ts";

const DEVICE = "urn:example:params:scim:schemas:Device";
const Device = defineResourceType({
  name: "Device",
  schema: defineSchema({ id: DEVICE, name: "Device", attributes: { serialNumber: { required: true } } }),
});
const resourceTypes = [User, Device, Group.refer("members", ["User", "Group", "Device"])] as const;

/** A service with a user, a device, and a group that may hold them. */
async function filled() {
  const service = directory({ resourceTypes });
  const { json: ada } = await service.ask("POST", "/Users", { schemas: [USER], userName: "ada" });
  const { json: device } = await service.ask("POST", "/Devices", { schemas: [DEVICE], serialNumber: "1" });
  return { ...service, ada, device };
}

describe("a reference of a resource type", () => {
  test("leads to the types that it is told, a host's own among them, with their names and addresses", async () => {
    const { ask, ada, device } = await filled();
    const members = [{ value: ada.id }, { value: device.id }];
    const { json } = await ask("POST", "/Groups", { schemas: [GROUP], displayName: "Hall", members });
    expect((await ask("GET", `/Groups/${json.id}`)).json.members).toMatchObject([
      { value: ada.id, type: "User", $ref: expect.stringContaining(`/Users/${ada.id}`) },
      { value: device.id, type: "Device", $ref: expect.stringContaining(`/Devices/${device.id}`) },
    ]);
    expect((await ask("DELETE", `/Devices/${device.id}`)).status).toBe(204);
    expect((await ask("GET", `/Groups/${json.id}`)).json.members).toHaveLength(1);
  });

  test("leads to no others: what they hold is not there for it", async () => {
    const service = directory({ resourceTypes: [User, Device, Group.refer("members", ["Device"])] });
    const { json: ada } = await service.ask("POST", "/Users", { schemas: [USER], userName: "ada" });
    const group = { schemas: [GROUP], displayName: "Hall", members: [{ value: ada.id }] };
    expectRefusal(await service.ask("POST", "/Groups", group), 400, "invalidValue", /members/);
  });

  test("is announced so, in what $ref leads to and what type suggests", async () => {
    const { ask } = directory({ resourceTypes });
    const { attributes } = (await ask("GET", `/Schemas/${GROUP}`)).json;
    const { subAttributes } = attributes.find(({ name }: { name: string }) => name === "members");
    const part = (name: string) => subAttributes.find((one: { name: string }) => one.name === name);
    expect(part("$ref").referenceTypes).toEqual(["User", "Group", "Device"]);
    expect(part("type").canonicalValues).toEqual(["User", "Group", "Device"]);
    expect(part("value").canonicalValues).toBeUndefined();
  });

  test("of the type that it was made of leads where it did, and stays through extend and unique", () => {
    const extension = defineSchema({ id: "urn:example:More", name: "More", attributes: { x: {} } });
    const [, , Holder] = resourceTypes;
    const types = (group: { readonly schema: typeof Group.schema }): unknown =>
      group.schema.attributes.members.subAttributes.$ref.referenceTypes;
    expect(types(Group)).toEqual(["User", "Group"]);
    expect(types(Holder.extend(extension).unique("displayName"))).toEqual(["User", "Group", "Device"]);
    expect(types(Holder.refer("members", ["User"]))).toEqual(["User"]);
    expect(Holder.unique("displayName").schema.attributes.displayName).toMatchObject({ uniqueness: "server" });
  });

  test("is refused with the name that is meant, where the attribute is none or no reference", () => {
    expect(() => Group.refer("membres" as "members", ["User"])).toThrow(SchemaError);
    expect(() => Group.refer("membres" as "members", ["User"])).toThrow("Did you mean members?");
    expect(() => Group.refer("displayName", ["User"])).toThrow(
      'has no reference "displayName"; its references: members',
    );
    for (const none of [[], [""]]) expect(() => Group.refer("members", none)).toThrow("at least one resource type");
    expect(() => User.unique("userNam" as "userName")).toThrow("Did you mean userName?");
  });

  test("is refused by createScim where it leads to a type that the server does not have", () => {
    const make = (name: string) => () =>
      createScim({
        resourceTypes: [User, Device, Group.refer("members", ["User", name])],
        storage: memoryStorage(),
        baseUrl: "https://example.com/scim/v2",
        authenticate: () => ({}),
      });
    expect(make("Device")).not.toThrow();
    expect(make("Devise")).toThrow(SchemaError);
    expect(make("Devise")).toThrow(
      'Group.members refers to "Devise", which is none of the resource types of this server: User, Device, Group. Did you mean Device?',
    );
  });
});
