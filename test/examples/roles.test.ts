import { Group, User } from "scimkit";
import { memoryStorage } from "scimkit/memory";
import { testClient } from "scimkit/testing";
import { describe, expect, test } from "vitest";
import { listStorage } from "../../examples/roles/lists.ts";
import { createServer } from "../../examples/roles/server.ts";
import { filtered, GROUP, USER } from "../support/directory.ts";

const TOKEN = "a-token-of-the-tests-0123";
const OKTA = "urn:okta:scim:schemas:core:1.0";

function served() {
  const scim = createServer({ baseUrl: "https://crm.example/scim/v2", token: TOKEN, directory: memoryStorage() });
  return testClient(scim, { headers: { Authorization: `Bearer ${TOKEN}` } });
}

describe("roles and entitlements as data", () => {
  test("are discovered, listed and filtered as Okta asks for them", async () => {
    const client = served();
    const { resources: types } = await client.get("/ResourceTypes");
    expect(types.map(({ endpoint, schema }) => `${endpoint} ${schema}`)).toEqual([
      `/Users ${User.schema.id}`,
      `/Groups ${Group.schema.id}`,
      `/Roles ${OKTA}:Role`,
      `/Entitlements ${OKTA}:Entitlement`,
      expect.stringContaining("/GroupMemberships "),
    ]);
    const roles = await client.get("/Roles?startIndex=1&count=2");
    expect(roles.body).toMatchObject({ totalResults: 3, itemsPerPage: 2, startIndex: 1 });
    expect(roles.resources[0]).toMatchObject({ schemas: [`${OKTA}:Role`], id: "admin", displayName: "Administrator" });
    const found = await client.get(filtered("/Entitlements", 'type eq "licence"'));
    expect(found.resources.map(({ id }) => id)).toEqual(["seat-pro"]);
    expect((await client.get("/Roles/editor")).body).toMatchObject({ displayName: "Editor" });
    expect((await client.get("/Roles/nobody")).status).toBe(404);
  });

  test("are changed by no client, and say so", async () => {
    const client = served();
    const role = { schemas: [`${OKTA}:Role`], displayName: "God" };
    expect(await client.post("/Roles", role)).toMatchObject({ status: 405, headers: { allow: "GET, HEAD" } });
    for (const method of ["PUT", "PATCH", "DELETE"])
      expect(await client.send(method, "/Roles/admin", method === "DELETE" ? undefined : role)).toMatchObject({
        status: 405,
      });
    expect((await client.get(`/Schemas/${OKTA}:Role`)).body.attributes).toMatchObject([
      { mutability: "readOnly" },
      { mutability: "readOnly" },
    ]);
  });

  test("stand beside a view of memberships that follows the groups", async () => {
    const client = served();
    const idOf = async (path: string, body: object) => (await client.post(path, body)).body.id;
    const ada = await idOf("/Users", { schemas: [USER], userName: "ada" });
    const bob = await idOf("/Users", { schemas: [USER], userName: "bob" });
    const group = (displayName: string, ...ids: readonly unknown[]) =>
      idOf("/Groups", { schemas: [GROUP], displayName, members: ids.map((value) => ({ value })) });
    const hall = await group("Hall", ada, bob);
    const attic = await group("Attic", ada);
    const memberships = async (filter: string) => (await client.search("/GroupMemberships", { filter })).resources;
    const membership = (value: unknown, member: unknown) =>
      expect.objectContaining({
        group: expect.objectContaining({ value }),
        member: expect.objectContaining({ value: member }),
      });
    const ofAda = await memberships(`member.value eq "${ada}"`);
    expect(ofAda).toHaveLength(2);
    expect(ofAda).toEqual(expect.arrayContaining([membership(hall, ada), membership(attic, ada)]));
    expect(await memberships(`group.value eq "${hall}" and member.value eq "${bob}"`)).toEqual([membership(hall, bob)]);
    await client.delete(`/Users/${bob}`);
    expect(await memberships(`member.value eq "${bob}"`)).toEqual([]);
  });

  test("are refused to the application's own code as well, in a sentence", async () => {
    const { create } = listStorage(() => [], "2026-01-01T00:00:00Z");
    await expect(create({} as never, {})).rejects.toMatchObject({
      status: 501,
      detail: expect.stringContaining("itself"),
    });
  });
});
