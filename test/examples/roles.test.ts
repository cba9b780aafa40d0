import { Group, User } from "scimkit";
import { memoryStorage } from "scimkit/memory";
import { describe, expect, test } from "vitest";
import { listStorage } from "../../examples/roles/lists.ts";
import { createServer } from "../../examples/roles/server.ts";
import { bodyText, filtered, GROUP, USER } from "../support/directory.ts";

const TOKEN = "a-token-of-the-tests-0123";
const OKTA = "urn:okta:scim:schemas:core:1.0";

function served() {
  const scim = createServer({ baseUrl: "https://crm.example/scim/v2", token: TOKEN, directory: memoryStorage() });
  return async (method: string, path: string, body?: object) => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const request = { method, url: `/scim/v2${path}`, headers };
    const answer = await scim.handle(body === undefined ? request : { ...request, body: JSON.stringify(body) });
    const text = await bodyText(answer);
    return { ...answer, json: text === undefined ? undefined : JSON.parse(text) };
  };
}

describe("roles and entitlements as data", () => {
  test("are discovered, listed and filtered as Okta asks for them", async () => {
    const ask = served();
    const { json: types } = await ask("GET", "/ResourceTypes");
    expect(types.Resources.map(({ endpoint, schema }: Record<string, string>) => `${endpoint} ${schema}`)).toEqual([
      `/Users ${User.schema.id}`,
      `/Groups ${Group.schema.id}`,
      `/Roles ${OKTA}:Role`,
      `/Entitlements ${OKTA}:Entitlement`,
      expect.stringContaining("/GroupMemberships "),
    ]);
    const { json: roles } = await ask("GET", "/Roles?startIndex=1&count=2");
    expect(roles).toMatchObject({ totalResults: 3, itemsPerPage: 2, startIndex: 1 });
    expect(roles.Resources[0]).toMatchObject({ schemas: [`${OKTA}:Role`], id: "admin", displayName: "Administrator" });
    const found = await ask("GET", filtered("/Entitlements", 'type eq "licence"'));
    expect(found.json.Resources.map(({ id }: { id: string }) => id)).toEqual(["seat-pro"]);
    expect((await ask("GET", "/Roles/editor")).json).toMatchObject({ displayName: "Editor" });
    expect((await ask("GET", "/Roles/nobody")).status).toBe(404);
  });

  test("are changed by no client, and say so", async () => {
    const ask = served();
    const role = { schemas: [`${OKTA}:Role`], displayName: "God" };
    expect(await ask("POST", "/Roles", role)).toMatchObject({ status: 405, headers: { Allow: "GET, HEAD" } });
    for (const method of ["PUT", "PATCH", "DELETE"])
      expect(await ask(method, "/Roles/admin", method === "DELETE" ? undefined : role)).toMatchObject({ status: 405 });
    const { json } = await ask("GET", `/Schemas/${OKTA}:Role`);
    expect(json.attributes.map(({ mutability }: { mutability: string }) => mutability)).toEqual([
      "readOnly",
      "readOnly",
    ]);
  });

  test("stand beside a view of memberships that follows the groups", async () => {
    const ask = served();
    const people = [];
    for (const userName of ["ada", "bob"])
      people.push((await ask("POST", "/Users", { schemas: [USER], userName })).json);
    const [ada, bob] = people;
    const members = people.map(({ id }) => ({ value: id }));
    const { json: hall } = await ask("POST", "/Groups", { schemas: [GROUP], displayName: "Hall", members });
    const { json: attic } = await ask("POST", "/Groups", {
      schemas: [GROUP],
      displayName: "Attic",
      members: [{ value: ada.id }],
    });
    const memberships = async (filter: string) =>
      (await ask("GET", filtered("/GroupMemberships", filter))).json.Resources.map(
        ({ group, member }: { group: { value: string }; member: { value: string } }) => [group.value, member.value],
      );
    expect((await memberships(`member.value eq "${ada.id}"`)).sort()).toEqual(
      [
        [hall.id, ada.id],
        [attic.id, ada.id],
      ].sort(),
    );
    expect(await memberships(`group.value eq "${hall.id}" and member.value eq "${bob.id}"`)).toEqual([
      [hall.id, bob.id],
    ]);
    await ask("DELETE", `/Users/${bob.id}`);
    expect(await memberships(`member.value eq "${bob.id}"`)).toEqual([]);
  });

  test("are refused to the application's own code as well, in a sentence", async () => {
    const { create } = listStorage(() => [], "2026-01-01T00:00:00Z");
    await expect(create({} as never, {})).rejects.toMatchObject({
      status: 501,
      detail: expect.stringContaining("itself"),
    });
  });
});
