// Plays what an identity provider does, and shows what Prisma's client finds then. PGlite is a PostgreSQL within the process; yours is
// `new Kysely({ dialect: new PostgresDialect({ pool }) })`, over the pool that the adapter of Prisma (`@prisma/adapter-pg`) may have too.
import { readFile } from "node:fs/promises";
import { PGlite } from "@electric-sql/pglite";
import { Kysely, PGliteDialect } from "kysely";
import { bearerToken, createScim } from "scimkit";
import { resourceTypes, storageOf } from "./server.ts";

const pglite = await PGlite.create();
const db = new Kysely<unknown>({ dialect: new PGliteDialect({ pglite }) });
await pglite.exec(await readFile(new URL("migration.sql", import.meta.url), "utf8"));
const storage = storageOf(db);
// Triggers, so that rows which Prisma writes have versions and keys too: a migration of their own.
for (const statement of storage.triggers()) await pglite.exec(statement);
await storage.prepare();

// What Prisma's client sends for prisma.role.createMany and prisma.user.create.
await pglite.exec(`INSERT INTO "Role" ("id", "name") VALUES ('ckrole1', 'admin'), ('ckrole2', 'viewer')`);
await pglite.exec(
  `INSERT INTO "User" ("id", "email", "plan", "updatedAt") VALUES ('ckuser1', 'Grace@Example.com', 'team', now())`,
);

const baseUrl = "https://example.com/scim/v2";
const scim = createScim({ resourceTypes, storage, baseUrl, authenticate: bearerToken("a-token-of-the-example") });

async function ask(method: string, path: string, body?: object) {
  const headers = { authorization: "Bearer a-token-of-the-example", "content-type": "application/scim+json" };
  const text = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await scim.handle({ method, url: baseUrl + path, headers, ...text });
  console.log(`${response.status}  ${method} ${path}`);
  return typeof response.body === "string" && response.body !== "" ? JSON.parse(response.body) : {};
}

const found = await ask("GET", `/Users?filter=${encodeURIComponent('userName eq "grace@example.com"')}`);
const grace = found.Resources[0].id;
const ada = await ask("POST", "/Users", {
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
  userName: "ada@example.com",
  name: { givenName: "Ada", familyName: "Lovelace" },
  phoneNumbers: [{ type: "work", value: "+44 20 7946 0000", primary: true }],
  roles: [{ value: "ADMIN" }],
});
await ask("POST", "/Groups", {
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"],
  displayName: "Engines",
  members: [{ value: grace }, { value: ada.id }],
});
await ask("PATCH", `/Users/${grace}`, {
  schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
  Operations: [{ op: "replace", path: "active", value: false }],
});
// prisma.role.update: a user's roles are part of the user, whose version goes on.
await pglite.exec(`UPDATE "Role" SET "name" = 'owner' WHERE "name" = 'admin'`);
const { roles, meta } = await ask("GET", `/Users/${ada.id}`);
console.log(`Ada is ${roles[0].value} in version ${meta.version}, first ${ada.meta.version}.`);
// prisma.user.findMany({ include: { phones: true } })
const { rows } = await pglite.query(
  `SELECT u."email", u."status", u."plan", p."number" FROM "User" u LEFT JOIN "Phone" p ON p."userId" = u."id" ORDER BY 1`,
);
console.log(rows);
await db.destroy();
