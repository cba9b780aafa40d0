import { CompiledQuery, type Kysely } from "kysely";
import { mappedStorage, transactionOf } from "scimkit/sql";
import { afterAll, expect, test } from "vitest";
import { serve } from "../../../../support/adopting.ts";
import { hasPostgres, pgliteEngine, postgresEngine } from "../../engines.ts";
import { Member, MIGRATION, membersOf, PRISMA } from "./ported.ts";

const engine = hasPostgres ? postgresEngine() : pgliteEngine();
afterAll(() => engine.close());

interface Tables {
  membership_invitations: { id: string; email: string; org_id: string; org_role: string };
}

async function open() {
  const opened = await engine.open();
  const db = opened.db as unknown as Kysely<Tables>;
  const { schema = "public" } = opened.tables;
  const names =
    /\b(TABLE|REFERENCES|FROM|INTO|UPDATE|ON) (users|organizations|organization_memberships|membership_invitations)\b/g;
  const run = async (text: string) => {
    const named = text.replace(names, `$1 "${schema}".$2`).replaceAll('"Role"', `"${schema}"."Role"`);
    return (await db.executeQuery<Record<string, unknown>>(CompiledQuery.raw(named))).rows;
  };
  for (const text of PRISMA) await run(text);
  await run("INSERT INTO organizations (id, name) VALUES ('o1', 'Acme'), ('o2', 'Bolt')");
  // Who was there before SCIM was.
  await run("INSERT INTO users (id, name, email, updated_at) VALUES ('u1', 'Grace', 'grace@example.org', now())");
  await run(
    "INSERT INTO organization_memberships (id, org_id, user_id, role, updated_at) VALUES ('m1', 'o1', 'u1', 'OWNER', now())",
  );
  for (const text of MIGRATION) await run(text);
  const storage = mappedStorage({ db, tables: [membersOf({ schema })] });
  await storage.prepare();
  const organisation = (org: string) =>
    serve(
      storage,
      {
        resourceTypes: [Member],
        async decide(change) {
          if (change.resourceType !== "User" || change.operation !== "create") return undefined;
          const { userName } = (await change.after()) ?? {};
          // Who is provisioned is invited no more.
          await transactionOf(change, db)
            .withSchema(schema)
            .deleteFrom("membership_invitations")
            .where("org_id", "=", org)
            .where("email", "=", String(userName))
            .execute();
          return undefined;
        },
      },
      org,
    );
  return { run, acme: organisation("o1"), bolt: organisation("o2") };
}

test("a product on Prisma whose memberships are its SCIM users is a declaration: people, roles and invitations", async () => {
  const { run, acme, bolt } = await open();
  const { body: before } = await acme.send("GET", '/Users?filter=userName eq "Grace@example.org"');
  expect(before).toMatchObject({
    totalResults: 1,
    Resources: [{ id: "u1", displayName: "Grace", roles: [{ value: "OWNER" }] }],
  });

  await run(
    "INSERT INTO membership_invitations (id, email, org_id, org_role) VALUES ('i1', 'grace@example.org', 'o2', 'MEMBER'), ('i2', 'ada@example.org', 'o1', 'MEMBER')",
  );
  const adopted = await bolt.user({
    userName: "grace@example.org",
    displayName: "G. Hopper",
    roles: [{ value: "VIEWER" }],
  });
  expect(adopted).toMatchObject({
    status: 201,
    body: { id: "u1", displayName: "Grace", roles: [{ value: "VIEWER" }] },
  });
  expect(bolt.types()).toEqual(["adopted"]);
  expect(await run("SELECT id FROM membership_invitations")).toEqual([{ id: "i2" }]);

  const { body: ada } = await acme.user({ userName: "ada@example.org", displayName: "Ada" });
  expect(await run(`SELECT role FROM organization_memberships WHERE user_id = '${ada.id}'`)).toEqual([
    { role: "MEMBER" },
  ]);
  const promoted = await acme.patch(`/Users/${ada.id}`, { op: "replace", path: "roles", value: [{ value: "ADMIN" }] });
  expect(promoted.body.roles).toEqual([{ value: "ADMIN" }]);
  expect(await run(`SELECT role FROM organization_memberships WHERE user_id = '${ada.id}'`)).toEqual([
    { role: "ADMIN" },
  ]);
  expect((await acme.send("GET", '/Users?filter=roles.value eq "ADMIN"')).body.totalResults).toBe(1);
  const refused = await acme.patch(`/Users/${ada.id}`, { op: "replace", path: "roles", value: [{ value: "KING" }] });
  expect(refused).toMatchObject({ status: 400, body: { scimType: "invalidValue" } });

  expect((await bolt.send("DELETE", "/Users/u1")).status).toBe(204);
  expect((await acme.send("GET", "/Users/u1")).status).toBe(200);
  expect(await run("SELECT name FROM users WHERE id = 'u1'")).toEqual([{ name: "Grace" }]);
});
