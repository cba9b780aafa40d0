import { mappedStorage, mapTable } from "scimkit/sql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { errors, Group, User } from "../../../../../src/index.ts";
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

  /** The same tables, of which the mapping says something else. */
  async function otherwise(more: object) {
    const [users, teams] = typicalMapping(opened.place);
    const { mapping } = users as never as { mapping: object };
    const storage = mappedStorage({
      db: opened.db,
      tables: [mapTable(Member, { ...mapping, ...more } as never), teams as never],
      hashSecret: () => "hashed",
    });
    await storage.prepare();
    const tenant = await opened.organization("another organisation");
    return serve(storage, { resourceTypes: [Member, Group], authenticate: () => ({ tenant, actor: "okta" }) }, tenant);
  }

  test("a rule of the database has the answer of the host on every verb; without one it is 400 and names the attribute", async () => {
    const forbidden = "There is one emperor, and it is nobody of yours.";
    const named = await otherwise({ refusals: { one_emperor: () => errors.forbidden(forbidden) } });
    const unnamed = await organization();
    for (const [org, status, detail] of [
      [named, 403, forbidden],
      [unnamed, 400, "title does not keep the rules of this directory."],
    ] as const) {
      const { body } = await org.user({ userName: someone(), title: "Countess" });
      const path = `/Users/${body.id}`;
      const full = { schemas: [User.schema.id], userName: body.userName, title: "Emperor" };
      const patched = org.patch(path, { op: "replace", path: "title", value: "Emperor" });
      for (const answer of [
        await org.user({ userName: someone(), title: "Emperor" }),
        await org.send("PUT", path, full),
        await patched,
      ]) {
        expect(answer.status).toBe(status);
        expect(answer.body.detail).toContain(detail);
      }
      expect((await org.send("GET", path)).body.title).toBe("Countess");
    }
  });

  test("a normaliser of the unique column keeps addresses in lower case, which every write tells and filters do not see", async () => {
    const [users] = typicalMapping(opened.place);
    const { columns } = (users as never as { mapping: { columns: object } }).mapping;
    const userName = { column: "email", key: "email_key", write: (value: unknown) => String(value).toLowerCase() };
    const { user, send } = await otherwise({ columns: { ...columns, userName }, elements: {} });
    const name = someone();
    const asked = name.replace("person", "Person");
    const { body } = await user({ userName: asked });
    expect(body.userName).toBe(name);
    expect(await opened.run(`SELECT email FROM users WHERE id = '${body.id}'`)).toEqual([{ email: name }]);
    expect((await send("GET", `/Users?filter=userName eq "${asked}"`)).body.totalResults).toBe(1);
    expect((await user({ userName: asked })).status).toBe(409);
  });

  test("attributes of the enterprise extension have columns by their short names", async () => {
    const [users] = typicalMapping(opened.place);
    const { membership } = (users as never as { mapping: { membership: object } }).mapping;
    const columns = { title: "job_title", department: "department", "manager.value": "manager_id" };
    const { user, send } = await otherwise({ membership: { ...membership, columns } });
    const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    const { body: boss } = await user({ userName: someone() });
    const said = { department: "Engines", manager: { value: boss.id } };
    const { body } = await user({ userName: someone(), [enterprise]: said });
    expect(body[enterprise]).toMatchObject(said);
    expect(
      await opened.run(`SELECT department, manager_id FROM organization_members WHERE user_id = '${body.id}'`),
    ).toEqual([{ department: "Engines", manager_id: boss.id }]);
    expect((await send("GET", `/Users?filter=${enterprise}:department eq "engines"`)).body.totalResults).toBe(1);
  });

  test("rows that the application writes have the next version by the triggers that are printed", async () => {
    for (const trigger of opened.storage.triggers()) await opened.run(trigger);
    const { user, send, patch, tenant } = await organization();
    const { body: ada } = await user({ userName: someone(), title: "Countess" });
    const versionNow = async () => (await send("GET", `/Users/${ada.id}`)).body.meta.version;
    await opened.run(`UPDATE organization_members SET job_title = 'Advisor' WHERE user_id = '${ada.id}'`);
    const changed = await versionNow();
    expect(changed).not.toBe(ada.meta.version);
    const [role] = await opened.run("SELECT id FROM roles WHERE name = 'admin'");
    await opened.run(`INSERT INTO member_roles (organization_id, user_id, role_id, granted_by)
      VALUES ('${tenant}', '${ada.id}', ${role?.id}, 'ops')`);
    expect(await versionNow()).not.toBe(changed);
    const patched = await patch(`/Users/${ada.id}`, { op: "replace", path: "title", value: "Chair" });
    expect(await versionNow()).toBe(patched.body.meta.version);
    // What scimkit writes beside them works as before.
    const members = [{ value: ada.id }];
    const { body: team } = await send("POST", "/Groups", { displayName: "Engines", members });
    const [path, one] = [`/Groups/${team.id}`, `members[value eq "${ada.id}"]`];
    const asWritten = async (answer: { readonly status: number; readonly headers: unknown }) => {
      expect(answer.status).toBeLessThan(300);
      const tag = new Headers(answer.headers as HeadersInit).get("etag");
      expect((await send("GET", path)).body.meta.version).toBe(tag);
    };
    await asWritten(await patch(path, { op: "remove", path: one }));
    await asWritten(await patch(path, { op: "add", path: "members", value: members }));
    await asWritten(await send("PUT", path, { schemas: [Group.schema.id], displayName: "Motors", members: [] }));
    await asWritten(await patch(path, { op: "add", path: "members", value: members }));
    await asWritten(await patch(path, { op: "replace", path: "displayName", value: "Engines" }));
    const more = await patch(`/Users/${ada.id}`, { op: "add", path: "roles", value: [{ value: "editor" }] });
    expect(more.body.roles).toHaveLength(2);
    expect((await send("DELETE", `/Users/${ada.id}`)).status).toBe(204);
    expect((await send("GET", path)).body.members).toBeUndefined();
    expect((await send("DELETE", path)).status).toBe(204);
  });

  test("times without a zone are UTC, for answers and filters, wherever the process is", async () => {
    if (engine.isPostgres)
      await opened.run(
        "ALTER TABLE teams ALTER COLUMN created_at TYPE timestamp(3) USING created_at AT TIME ZONE 'UTC'",
      );
    const zone = process.env.TZ;
    process.env.TZ = "Pacific/Auckland";
    try {
      const { send } = await organization();
      const { body } = await send("POST", "/Groups", { displayName: "Engines" });
      expect(Math.abs(Date.parse(body.meta.created) - Date.now())).toBeLessThan(600_000);
      await opened.run(`UPDATE teams SET created_at = '2026-07-01 12:30:00.5' WHERE id = ${body.id}`);
      const read = (await send("GET", `/Groups/${body.id}`)).body.meta.created;
      expect(Date.parse(read)).toBe(Date.parse("2026-07-01T12:30:00.5Z"));
      const at = encodeURIComponent("2026-07-01T14:30:00.5+02:00");
      expect((await send("GET", `/Groups?filter=meta.created eq "${at}"`)).body.totalResults).toBe(1);
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });
});
