import { mappedStorage, mapTable } from "scimkit/sql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Group } from "../../../../../src/index.ts";
import { serve } from "../../../../support/adopting.ts";
import { engines } from "./engines.ts";
import { Member, typicalMapping } from "./mapping.ts";
import { openTypical } from "./open.ts";

// What tables have that nobody made for SCIM, a test each.
describe.each(engines())("the tables of a product, on $name", (engine) => {
  let opened: Awaited<ReturnType<typeof openTypical>>;
  beforeAll(async () => {
    opened = await openTypical(engine);
    await opened.run("INSERT INTO roles (name, title) VALUES ('admin', 'Administrator'), ('editor', 'Editor')");
  });
  afterAll(() => engine.close());

  /** An organisation, and what it asks for. */
  async function organization(actor = "okta") {
    const tenant = await opened.organization("an organisation");
    const options = { resourceTypes: [Member, Group], authenticate: () => ({ tenant, actor }) };
    const served = serve(opened.storage, options, tenant);
    const membership = async (id: string) =>
      (
        await opened.run(`SELECT * FROM organization_members WHERE organization_id = '${tenant}' AND user_id = '${id}'`)
      )[0];
    return { ...served, membership };
  }

  /** A name that nobody else in the tables has. */
  let names = 0;
  const someone = (): string => `person${++names}@example.org`;

  test("columns that must have a value and that SCIM does not know are filled, from the request where that tells", async () => {
    const { user, membership, send } = await organization();
    const { body: ada } = await user({ userName: someone(), locale: "de" });
    const { body: bea } = await user({ userName: someone() });
    expect(await opened.run(`SELECT locale FROM users WHERE id IN ('${ada.id}', '${bea.id}') ORDER BY locale`)).toEqual(
      [{ locale: "de" }, { locale: "en" }],
    );
    expect(Number((await membership(ada.id))?.seat_plan)).toBe(1);
    const { body: team } = await send("POST", "/Groups", { displayName: "Engines", members: [{ value: ada.id }] });
    expect(await opened.run(`SELECT visibility FROM teams WHERE id = ${team.id}`)).toEqual([{ visibility: "private" }]);
    expect(await opened.run(`SELECT added_by FROM team_members WHERE team_id = ${team.id}`)).toEqual([
      { added_by: "okta" },
    ]);
  });

  test("without what fills them the mapping is refused at start, with the name of the column", async () => {
    const [users] = typicalMapping(opened.place);
    const { defaults: _, ...mapping } = users?.mapping ?? ({} as never);
    const storage = mappedStorage({
      db: opened.db,
      tables: [mapTable(Member, mapping as never)],
      hashSecret: () => "x",
    });
    await expect(storage.prepare()).rejects.toThrow(/users\.locale is NOT NULL and nothing fills it/);
  });

  test("a soft delete sets the column; the team is 404, in no list, and in nobody's groups", async () => {
    const { user, send, patch } = await organization();
    const { body: ada } = await user({ userName: someone() });
    const { body: team } = await send("POST", "/Groups", { displayName: "Engines", members: [{ value: ada.id }] });
    expect((await send("DELETE", `/Groups/${team.id}`)).status).toBe(204);
    const [row] = await opened.run(`SELECT is_archived, name FROM teams WHERE id = ${team.id}`);
    expect([Number(row?.is_archived), row?.name]).toEqual([1, "Engines"]);
    expect((await send("GET", `/Groups/${team.id}`)).status).toBe(404);
    expect((await patch(`/Groups/${team.id}`, { op: "add", path: "members", value: [{ value: ada.id }] })).status).toBe(
      404,
    );
    expect((await send("GET", '/Groups?filter=displayName eq "Engines"')).body.totalResults).toBe(0);
    expect((await send("GET", `/Users/${ada.id}`)).body.groups).toBeUndefined();
  });

  test("people belong to several organisations by a membership: a create adopts, a delete ends the membership alone, 409 within the tenant", async () => {
    const [acme, bolt] = [await organization(), await organization()];
    const userName = someone();
    const { body: ada } = await acme.user({ userName, title: "Countess" });
    const adopted = await bolt.user({ userName, title: "Advisor" });
    expect(adopted).toMatchObject({ status: 201, body: { id: ada.id, title: "Advisor" } });
    expect([acme.types(), bolt.types()]).toEqual([["created"], ["adopted"]]);
    expect((await bolt.user({ userName })).status).toBe(409);
    expect((await acme.send("DELETE", `/Users/${ada.id}`)).status).toBe(204);
    expect((await acme.membership(ada.id))?.status).toBe("left");
    expect((await acme.send("GET", `/Users/${ada.id}`)).status).toBe(404);
    expect((await bolt.send("GET", `/Users/${ada.id}`)).body).toMatchObject({ title: "Advisor" });
    const back = await acme.user({ userName });
    expect(back.body).toMatchObject({ id: ada.id, userName });
    expect(back.body.title).toBeUndefined();
    expect(acme.types()).toEqual(["created", "deleted", "restored"]);
  });

  test("roles in a join table are read, found and written as elements, of the organisation's own", async () => {
    const [acme, bolt] = [await organization(), await organization()];
    const userName = someone();
    const { body: ada } = await acme.user({ userName, roles: [{ value: "admin" }] });
    expect(ada.roles).toEqual([{ value: "admin", display: "Administrator" }]);
    await bolt.user({ userName });
    expect((await bolt.send("GET", `/Users/${ada.id}`)).body.roles).toBeUndefined();
    const more = await acme.patch(`/Users/${ada.id}`, { op: "add", path: "roles", value: [{ value: "editor" }] });
    expect(more.body.roles.map(({ value }: { value: string }) => value).toSorted()).toEqual(["admin", "editor"]);
    for (const [org, total] of [
      [acme, 1],
      [bolt, 0],
    ] as const)
      expect((await org.send("GET", '/Users?filter=roles.value eq "editor"')).body.totalResults).toBe(total);
    expect(await opened.run(`SELECT granted_by FROM member_roles WHERE user_id = '${ada.id}'`)).toEqual([
      { granted_by: "okta" },
      { granted_by: "okta" },
    ]);
    const less = await acme.patch(`/Users/${ada.id}`, { op: "remove", path: 'roles[value eq "admin"]' });
    expect(less.body.roles).toEqual([{ value: "editor", display: "Editor" }]);
    expect(
      (await acme.patch(`/Users/${ada.id}`, { op: "add", path: "roles", value: [{ value: "king" }] })).status,
    ).toBe(400);
  });

  test("keys that the database counts are ids as text", async () => {
    const { send } = await organization();
    const { body } = await send("POST", "/Groups", { displayName: "Engines" });
    expect(body.id).toMatch(/^\d+$/);
    expect((await send("GET", `/Groups?filter=id eq "${body.id}"`)).body.totalResults).toBe(1);
  });

  test("generated columns are the database's: they follow what SCIM writes, and nothing writes them", async () => {
    const { user, patch } = await organization();
    const { body } = await user({ userName: someone(), name: { givenName: "Ada", familyName: "Byron" } });
    await patch(`/Users/${body.id}`, { op: "replace", path: "name.familyName", value: "Lovelace" });
    expect(await opened.run(`SELECT full_name FROM users WHERE id = '${body.id}'`)).toEqual([
      { full_name: "Ada Lovelace" },
    ]);
  });

  test("a status tells active, for reads, writes and filters", async () => {
    const { user, patch, membership, send } = await organization();
    const { body } = await user({ userName: someone() });
    expect([body.active, (await membership(body.id))?.status]).toEqual([true, "active"]);
    await patch(`/Users/${body.id}`, { op: "replace", path: "active", value: false });
    expect((await membership(body.id))?.status).toBe("suspended");
    expect((await send("GET", "/Users?filter=active eq false")).body.totalResults).toBe(1);
    expect((await send("GET", "/Users?filter=active eq true")).body.totalResults).toBe(0);
  });

  test("one e-mail column is userName and the work e-mail: equal after every write, found by both", async () => {
    const { user, patch, send } = await organization();
    const [before, after] = [someone(), someone()];
    const { body: ada } = await user({ userName: before });
    expect(ada.emails).toEqual([{ value: before, type: "work", primary: true }]);
    const path = 'emails[type eq "work"].value';
    const patched = await patch(`/Users/${ada.id}`, { op: "replace", path, value: after });
    expect(patched.body).toMatchObject({ userName: after, emails: [{ value: after }] });
    for (const filter of [`userName eq "${after}"`, `emails.value eq "${after}"`])
      expect((await send("GET", `/Users?filter=${filter}`)).body.totalResults).toBe(1);
    const torn = { userName: someone(), emails: [{ type: "work", primary: true, value: someone() }] };
    expect(await user(torn)).toMatchObject({ status: 400, body: { scimType: "invalidValue" } });
  });

  test("columns that tell who wrote have the caller of each write", async () => {
    const { user, patch, membership } = await organization("okta");
    const { body } = await user({ userName: someone() });
    expect((await membership(body.id))?.updated_by).toBe("okta");
    await opened.run(`UPDATE organization_members SET updated_by = 'somebody' WHERE user_id = '${body.id}'`);
    await patch(`/Users/${body.id}`, { op: "replace", path: "title", value: "Countess" });
    expect((await membership(body.id))?.updated_by).toBe("okta");
  });
});
