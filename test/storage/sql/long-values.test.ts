import { afterAll, describe, expect, test } from "vitest";
import { EnterpriseUserSchema, Group, User } from "../../../src/index.ts";
import { schemasOf } from "../../../src/schema/canonical.ts";
import { type CompiledResourceType, compileResourceType } from "../../../src/schema/resource-type.ts";
import { SELECT_ALL } from "../../../src/storage/adapter.ts";
import { DIALECTS } from "../../../src/storage/sql/dialect/find.ts";
import { mariadbEngines } from "./engines/mariadb.ts";
import { someEngines } from "./engines.ts";

const resourceTypes = [User.extend(EnterpriseUserSchema), Group];
const [user, group] = resourceTypes.map((definition) => compileResourceType(definition)) as [
  CompiledResourceType,
  CompiledResourceType,
];
const AT = "2026-01-01T00:00:00Z";

/** 100,000 characters that do not compress. */
const noise = (() => {
  let state = 1;
  return Array.from({ length: 100_000 }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCodePoint(0x61 + (state % 1000));
  }).join("");
})();

for (const engine of [...someEngines(), ...mariadbEngines()])
  describe(`${engine.name}: a value of 100,000 characters`, async () => {
    const { storage } = await engine.open({
      resourceTypes,
      indexed: ["displayName", "externalId", "title", "name.familyName", "profileUrl", "emails.value", "roles.value"],
      searchable: ["displayName", "emails.value"],
    });
    afterAll(() => engine.close());
    const common = { secrets: {}, select: SELECT_ALL, at: AT, checkReferences: {}, notify() {} };
    const resourceOf = (resourceType: CompiledResourceType, id: string, values: object) => ({
      ...values,
      schemas: schemasOf(resourceType, { ...values }),
      id,
      meta: { resourceType: resourceType.name, created: AT, lastModified: AT },
    });
    const create = (resourceType: CompiledResourceType, id: string, values: object) =>
      storage.create({ ...common, resourceType, resource: resourceOf(resourceType, id, values) }, {});

    test.each([
      ["displayName", noise],
      ["externalId", noise],
      ["title", noise],
      ["name", { familyName: noise }],
      ["profileUrl", `https://example.com/${noise}`],
      ["emails", [{ value: noise }]],
      ["roles", [{ value: noise }]],
    ])("of %s is stored and replaced, whatever index is over it", async (name, value) => {
      const { id } = await create(user, crypto.randomUUID(), { userName: name, [name]: value });
      const found = await storage.get({ resourceType: user, id, select: SELECT_ALL }, {});
      expect(found?.[name]).toEqual(value);
      const resource = resourceOf(user, id, { userName: name, nickName: noise, [name]: value });
      expect(await storage.replace({ ...common, resourceType: user, id, resource }, {})).toMatchObject({
        nickName: noise,
      });
    });

    test("of what is unique, and of a member, is 400 and names the attribute, and nothing is stored", async () => {
      const refused = (detail: string) => ({
        status: 400,
        scimType: "invalidValue",
        message: expect.stringContaining(detail),
      });
      await expect(create(user, "a", { userName: noise })).rejects.toMatchObject(refused("userName"));
      await expect(create(group, "b", { members: [{ value: noise }] })).rejects.toMatchObject(
        refused("members[0].value"),
      );
      const attribute = group.attribute("members");
      const { id } = await create(group, "c", { displayName: "g" });
      const delta = { ...common, resourceType: group, id, attribute, add: [{ value: noise }], remove: [] };
      await expect(storage.applyDelta?.(delta as never, {})).rejects.toMatchObject(refused("members"));
      for (const id of ["a", "b"])
        expect(await storage.get({ resourceType: user, id, select: SELECT_ALL }, {})).toBeUndefined();
    });
  });

describe("what a database says of a value that is too large", () => {
  test.each([
    ["PostgreSQL", { code: "54000", message: "index row requires 10000 bytes, maximum size is 8191" }],
    ["SQLite", { errcode: 18, message: "string or blob too big" }],
    ["SQLite", { code: "SQLITE_TOOBIG", message: "string or blob too big" }],
  ])("is a refusal on %s", (name, error) => {
    expect(DIALECTS.find((dialect) => dialect.name === name)?.refusalOf(error)).toBe("large");
  });
});
