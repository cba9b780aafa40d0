import { beforeAll, describe, expect, test } from "vitest";
import { parseFilter } from "../../src/filter/parser.ts";
import { resolveFilter } from "../../src/filter/resolve.ts";
import {
  type CompiledResourceType,
  comparisonKey,
  compileResourceType,
  EnterpriseUserSchema,
  Group as GroupDefinition,
  User as UserDefinition,
} from "../../src/index.ts";
import { schemasOf } from "../../src/schema/canonical.ts";
import { SELECT_ALL } from "../../src/storage/adapter.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";

const USERS = 1000;
const AT = "2026-01-01T00:00:00Z";
const MANAGER = `${EnterpriseUserSchema.id}:manager.value`;

let keys = 0;
const counting: typeof comparisonKey = (attribute, value) => {
  keys++;
  return comparisonKey(attribute, value);
};
const User = compileResourceType(UserDefinition.extend(EnterpriseUserSchema), counting);
const Group = compileResourceType(GroupDefinition, counting);
const storage = memoryStorage();

async function create(
  resourceType: CompiledResourceType,
  id: string,
  attributes: Record<string, unknown>,
): Promise<void> {
  const meta = { resourceType: resourceType.name, created: AT, lastModified: AT };
  const resource = { ...attributes, schemas: schemasOf(resourceType, attributes), id, meta };
  await storage.create(
    { resourceType, resource, secrets: {}, select: SELECT_ALL, at: AT, checkReferences: {}, notify() {} },
    {},
  );
}

/** How many resources match, and how many values were compared to find them. */
async function find(resourceType: CompiledResourceType, text: string): Promise<{ found: number; compared: number }> {
  const filter = resolveFilter(parseFilter(text), resourceType);
  keys = 0;
  const { totalResults = 0 } = await storage.query(
    { resourceType, filter, page: { startIndex: 1, count: 0 }, select: SELECT_ALL },
    {},
  );
  return { found: totalResults, compared: keys };
}

beforeAll(async () => {
  for (let at = 0; at < USERS; at++)
    await create(User, `u${at}`, {
      userName: `name${at}`,
      displayName: "Same",
      externalId: at % 2 === 0 ? "even" : `odd${at}`,
      [EnterpriseUserSchema.id]: { manager: { value: `u${at % 100}` } },
    });
  for (let at = 0; at < 200; at++)
    await create(Group, `g${at}`, {
      displayName: "Same",
      members: [
        { value: `u${at}`, type: "User" },
        { value: "u999", type: "User" },
      ],
    });
});

describe("a look-up in memory", () => {
  test.each([
    ["User", 'id eq "u7"', 1],
    ["User", 'userName eq "NAME7"', 1],
    ["User", 'externalId eq "odd7"', 1],
    ["User", 'externalId eq "nobody"', 0],
    ["User", 'displayName eq "same" and userName eq "name7"', 1],
    ["User", 'userName eq "name7" and externalId eq "odd7"', 1],
    ["User", 'externalId eq "even" and userName eq "name8"', 1],
    ["User", 'userName eq "name8" and externalId eq "even"', 1],
    ["User", 'userName eq "name8" or id eq "u7"', 2],
    ["User", '(userName eq "name8" or id eq "u7") and displayName eq "same"', 2],
    ["User", 'userName eq "name8" and not (displayName eq "other")', 1],
    ["User", `${MANAGER} eq "u7"`, 10],
    ["User", `${MANAGER} eq "u107"`, 0],
    ["User", 'groups.value eq "g7"', 2],
    ["User", 'groups[value eq "g7"]', 2],
    ["User", 'groups[type eq "direct" and value eq "g7"]', 2],
    ["User", 'groups.value eq "nobody"', 0],
    ["User", 'groups.value eq "u7"', 0],
    ["Group", 'members.value eq "u7"', 1],
    ["Group", 'members[type eq "User" and value eq "u7"]', 1],
    ["Group", 'members.value eq "u999" and members.value eq "u7"', 1],
    ["Group", 'members.value eq "u500"', 0],
  ])("of a %s by %s compares what it finds, and not all that there is [P-3.4.2.2-01]", async (type, filter, found) => {
    const answer = await find(type === "User" ? User : Group, filter);
    expect(answer.found).toBe(found);
    // A few for each term and each reference of what is found; a scan compares every resource, and every reference.
    expect(answer.compared).toBeLessThan(type === "User" ? USERS / 2 : 120);
  });

  test.each([
    ["User", 'displayName eq "same"', USERS],
    ["User", 'userName eq "name8" or displayName eq "same"', USERS],
    ["User", 'not (userName eq "name8")', USERS - 1],
    ["User", 'userName ne "name8"', USERS - 1],
    ["User", 'userName sw "name99"', 11],
    ["User", 'userName gt "name99"', 10],
    ["User", 'groups.display eq "same"', 201],
    ["Group", 'members.type eq "User"', 200],
    ["Group", 'members[value eq "u7" or type eq "User"]', 200],
  ])("of a %s that no index answers compares all: %s", async (type, filter, found) => {
    const answer = await find(type === "User" ? User : Group, filter);
    expect(answer.found).toBe(found);
    expect(answer.compared).toBeGreaterThan(190);
  });

  test("gives what it finds in the order of creation, whatever the order of the terms", async () => {
    const filter = resolveFilter(parseFilter('id eq "u9" or userName eq "name3" or id eq "u5"'), User);
    const { resources } = await storage.query(
      { resourceType: User, filter, page: { startIndex: 1, count: 10 }, select: SELECT_ALL },
      {},
    );
    expect(resources.map(({ id }) => id)).toEqual(["u3", "u5", "u9"]);
  });
});
