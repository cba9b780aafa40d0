import { describe, expect, test, vi } from "vitest";
import { defineSchema, profiles, User } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { ENTERPRISE, GROUP, USER } from "../support/directory.ts";
import { PATCH, type Ruled, under } from "../support/quirk.ts";

const strict = () => under([]);
const members = async (service: Ruled): Promise<readonly string[]> =>
  ((await service.ask("GET", `/Groups/${service.group}`)).json.members ?? []).map(
    ({ value }: { value: string }) => value,
  );

describe("operations", () => {
  test("op has no letter case, in a PATCH of many operations [Q51]", async () => {
    const service = await strict();
    const { json } = await service.patch(
      `/Users/${service.ada}`,
      { op: "Replace", path: "displayName", value: "Ada B" },
      { op: "ADD", path: "title", value: "Countess" },
      { op: "Remove", path: "externalId" },
    );
    expect(json).toMatchObject({ displayName: "Ada B", title: "Countess" });
    expect(json).not.toHaveProperty("externalId");
    expect((await service.patch(`/Users/${service.ada}`, { op: "Delete", path: "title" })).json.scimType).toBe(
      "invalidSyntax",
    );
  });

  test("add on one value replaces it, and replace of none adds it [Q53]", async () => {
    const service = await strict();
    const { json } = await service.patch(
      `/Users/${service.ada}`,
      { op: "add", path: "displayName", value: "Ada B" },
      { op: "replace", path: "nickName", value: "Ad" },
      { op: "add", path: "active", value: false },
    );
    expect(json).toMatchObject({ displayName: "Ada B", nickName: "Ad", active: false });
  });

  test("a URN path is taken apart at the URN that is registered, whatever dots it has [Q58]", async () => {
    const service = await strict();
    const { json } = await service.patch(
      `/Users/${service.ada}`,
      { op: "add", path: `${ENTERPRISE}:department`, value: "Engines" },
      { op: "add", path: `${ENTERPRISE.toUpperCase()}:manager.value`, value: service.bob },
      { op: "replace", path: `${USER}:name.familyName`, value: "Byron" },
    );
    expect(json).toMatchObject({
      name: { familyName: "Byron" },
      [ENTERPRISE]: { department: "Engines", manager: { value: service.bob } },
    });
    await service.patch(`/Users/${service.ada}`, { op: "remove", path: `${ENTERPRISE}:manager` });
    expect((await service.ask("GET", `/Users/${service.ada}`)).json[ENTERPRISE]).toEqual({ department: "Engines" });
  });

  test("replace by null unassigns; an empty string is a value like any other [Q64]", async () => {
    const service = await strict();
    const replace = (value: unknown) =>
      service.patch(`/Users/${service.ada}`, { op: "Replace", path: "displayName", value });
    expect((await replace("")).json.displayName).toBe("");
    expect((await replace(null)).json).not.toHaveProperty("displayName");
    expect(
      (await service.patch(`/Users/${service.bob}`, { op: "replace", path: `${ENTERPRISE}:manager`, value: null }))
        .json[ENTERPRISE],
    ).toEqual({ department: "Sales" });
  });

  test("adding a value that is there changes nothing [Q66]", async () => {
    const Tags = defineSchema({ id: "urn:example:Tags", name: "Tags", attributes: { tags: { multiValued: true } } });
    const service = await under([], { resourceTypes: [User.extend(Tags)] }, { extension: false, group: false });
    const add = (value: unknown) =>
      service.patch(`/Users/${service.ada}`, { op: "Add", path: "urn:example:Tags:tags", value });
    expect((await add(["a", "b"])).json["urn:example:Tags"].tags).toEqual(["a", "b"]);
    expect((await add("a")).json["urn:example:Tags"].tags).toEqual(["a", "b"]);
    const { json } = await service.patch(`/Users/${service.ada}`, {
      op: "add",
      path: "emails",
      value: [{ type: "home", value: "ada@home.example" }],
    });
    expect(json.emails).toHaveLength(2);
  });

  test("keys that the message or an element does not have are ignored [Q67]", async () => {
    const service = await strict();
    const member = { value: service.ada, displayName: "Ada", id: "x", $ref: null };
    const body = {
      schemas: [PATCH],
      id: "x",
      name: "y",
      Operations: [{ op: "add", path: "members", name: "z", value: [member] }],
    };
    expect((await service.ask("PATCH", `/Groups/${service.group}`, body)).status).toBe(204);
  });

  test("a value of the wrong type is 400 with its path, and nothing is done, under every profile [Q68]", async () => {
    for (const rules of [[], profiles.lenient]) {
      const service = await under(rules);
      const answer = await service.patch(
        `/Users/${service.ada}`,
        { op: "replace", path: "displayName", value: "Ada B" },
        { op: "add", path: 'emails[type eq "work"].primary', value: "+1 555 0100" },
      );
      expect(answer).toMatchObject({
        status: 400,
        json: { scimType: "invalidValue", detail: expect.stringContaining("emails.primary") },
      });
      expect((await service.ask("GET", `/Users/${service.ada}`)).json.displayName).toBe("Ada");
    }
  });

  test("unknown attributes in a body and in a value are left out and told of [Q69]", async () => {
    const service = await under(profiles.lenient);
    const { status } = await service.ask("POST", "/Users", {
      schemas: [USER],
      userName: "eve",
      extensionAttribute1: "x",
    });
    expect(status).toBe(201);
    expect(service.events).toContainEqual(
      expect.objectContaining({ type: "unknownAttribute", path: "extensionAttribute1" }),
    );
  });

  test("of a complex value in a path-less replace, parts that are not given stay [Q71 R-7]", async () => {
    const service = await strict();
    await service.patch(`/Users/${service.ada}`, {
      op: "add",
      path: "name",
      value: { givenName: "Ada", familyName: "Byron" },
    });
    const { json } = await service.patch(`/Users/${service.ada}`, {
      op: "replace",
      value: { name: { familyName: "Lovelace" } },
    });
    expect(json.name).toEqual({ givenName: "Ada", familyName: "Lovelace" });
  });

  test("JSON text where an object belongs is 400 and is not parsed [Q72 R-78]", async () => {
    for (const rules of [[], profiles.lenient]) {
      const service = await under(rules);
      const answer = await service.patch(`/Groups/${service.group}`, { op: "replace", value: '{"displayName":"x"}' });
      expect(answer).toMatchObject({
        status: 400,
        json: { scimType: "invalidValue", detail: expect.stringContaining("object") },
      });
    }
  });

  test("all of it is done or nothing, and the error says which operation it was [Q110]", async () => {
    const service = await strict();
    const answer = await service.patch(
      `/Users/${service.ada}`,
      { op: "replace", path: "displayName", value: "Ada B" },
      { op: "replace", path: "userName", value: "bob" },
    );
    expect(answer).toMatchObject({ status: 409, json: { scimType: "uniqueness" } });
    const wrong = await service.patch(
      `/Users/${service.ada}`,
      { op: "replace", path: "displayName", value: "Ada B" },
      { op: "remove", path: "userName" },
    );
    expect(wrong).toMatchObject({
      status: 400,
      json: { scimType: "mutability", detail: expect.stringMatching(/^Operations\[1\]: userName/) },
    });
    expect((await service.ask("GET", `/Users/${service.ada}`)).json).toMatchObject({
      displayName: "Ada",
      userName: "ada",
    });
  });
});

describe("members", () => {
  test("a filter removes one, and one that is not there is no error, nor is one added twice [Q74 Q78]", async () => {
    const service = await strict();
    const patch = (operation: object) => service.patch(`/Groups/${service.group}`, operation);
    for (const [operation, left] of [
      [{ op: "add", path: "members", value: [{ value: service.ada }] }, [service.ada, service.bob]],
      [{ op: "remove", path: `members[value eq "${service.ada}"]` }, [service.bob]],
      [{ op: "remove", path: `members[value eq "${service.ada}"]` }, [service.bob]],
      [{ op: "remove", path: 'members[value eq "nobody"]' }, [service.bob]],
    ] as const) {
      expect((await patch(operation)).status).toBeLessThan(300);
      expect(await members(service)).toEqual(left);
    }
  });

  test("remove without a value empties the group, and so does null, but not an empty list [Q75]", async () => {
    for (const [operation, left] of [
      [{ op: "remove", path: "members" }, 0],
      [{ op: "remove", path: "members", value: null }, 0],
      [{ op: "remove", path: "members", value: [] }, 2],
    ] as const) {
      const service = await under(profiles.lenient);
      expect((await service.patch(`/Groups/${service.group}`, operation)).status).toBeLessThan(300);
      expect(await members(service)).toHaveLength(left);
    }
  });

  test("replace by an empty list empties the group, with a path and without [Q76]", async () => {
    for (const operation of [
      { op: "replace", path: "members", value: [] },
      { op: "replace", value: { members: [] } },
    ]) {
      const service = await strict();
      expect((await service.patch(`/Groups/${service.group}`, operation)).status).toBeLessThan(300);
      expect(await members(service)).toEqual([]);
    }
  });

  test("each key of a path-less value is an operation of its own [Q77]", async () => {
    const service = await strict();
    const value = { displayName: "One", members: [{ value: service.bob }] };
    expect((await service.patch(`/Groups/${service.group}`, { op: "replace", value })).status).toBe(200);
    expect(await members(service)).toEqual([service.bob]);
    expect(
      (await service.patch(`/Users/${service.ada}`, { op: "replace", value: { active: false } })).json.active,
    ).toBe(false);
  });

  test("a path-less remove is 400 and removes nothing, under every profile [Q82]", async () => {
    for (const rules of [[], profiles.lenient]) {
      const service = await under(rules);
      const answer = await service.patch(`/Groups/${service.group}`, {
        op: "remove",
        value: { members: [{ value: service.ada }] },
      });
      expect(answer).toMatchObject({ status: 400, json: { scimType: "noTarget" } });
      expect(await members(service)).toHaveLength(2);
    }
  });

  test("a rename without a path keeps the members [Q83]", async () => {
    const service = await under(profiles.lenient);
    await service.patch(`/Groups/${service.group}`, {
      op: "replace",
      value: { id: service.group, displayName: "Renamed" },
    });
    expect((await service.ask("GET", `/Groups/${service.group}`)).json.displayName).toBe("Renamed");
    expect(await members(service)).toHaveLength(2);
  });

  test("one operation for each member is one write of storage that reads no member; more than the limit is refused by name [Q14 Q84 Q102]", async () => {
    const storage = memoryStorage();
    const service = await under([], { storage, settings: { references: "ignore" }, limits: { operations: 300 } });
    const [get, applyDelta] = [vi.spyOn(storage, "get"), vi.spyOn(storage, "applyDelta")];
    const add = (count: number) =>
      service.patch(
        `/Groups/${service.group}`,
        ...Array.from({ length: count }, (_, index) => ({
          op: "add",
          path: "members",
          value: [{ value: `m${index}` }],
        })),
      );
    expect((await add(300)).status).toBe(204);
    expect([get.mock.calls.length, applyDelta.mock.calls.length]).toEqual([0, 1]);
    expect(await members(service)).toHaveLength(302);
    expect(await add(301)).toMatchObject({
      status: 413,
      json: { detail: expect.stringContaining("limits.operations") },
    });
  });
});

describe("the answer to a PATCH", () => {
  test("is 200 with the user, and 204 for a change of members unless attributes are asked for or the option says so [Q100 R-66]", async () => {
    const add = { op: "add", path: "members", value: [{ value: "m" }] };
    const service = await under(profiles.lenient, { settings: { references: "ignore" } });
    expect(await service.patch(`/Users/${service.ada}`, { op: "replace", path: "title", value: "x" })).toMatchObject({
      status: 200,
      json: { title: "x" },
    });
    expect(await service.patch(`/Groups/${service.group}`, add)).toMatchObject({ status: 204, body: undefined });
    expect(await service.patch(`/Groups/${service.group}?attributes=displayName`, add)).toMatchObject({
      status: 200,
      json: { displayName: "Both" },
    });
    const always = await under(profiles.lenient, { settings: { references: "ignore", patchResponse: "resource" } });
    expect(await always.patch(`/Groups/${always.group}`, add)).toMatchObject({
      status: 200,
      json: { schemas: [GROUP] },
    });
  });
});
