// Plays what an identity provider does, and what the application does with Drizzle meanwhile. PGlite is a PostgreSQL within the process;
// yours is `drizzle(pool)` and `new Kysely({ dialect: new PostgresDialect({ pool }) })` over one pool of `pg`.
import { readFile } from "node:fs/promises";
import { PGlite } from "@electric-sql/pglite";
import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/pglite";
import { Kysely, PGliteDialect } from "kysely";
import { bearerToken, createScim } from "scimkit";
import { addresses, users } from "./schema.ts";
import { resourceTypes, storageOf } from "./server.ts";

const pglite = await PGlite.create();
const kysely = new Kysely<unknown>({ dialect: new PGliteDialect({ pglite }) });
const db = drizzle(pglite);
await pglite.exec(await readFile(new URL("migration.sql", import.meta.url), "utf8"));
const storage = storageOf(kysely);
// Triggers, so that rows which Drizzle writes have versions and keys too: `drizzle-kit generate --custom` makes a place for them.
for (const statement of storage.triggers()) await pglite.exec(statement);
await storage.prepare();
await db.insert(users).values({ email: "Grace@Example.com", firstName: "Grace", plan: "team" });

const baseUrl = "https://example.com/scim/v2";
const scim = createScim({ resourceTypes, storage, baseUrl, authenticate: bearerToken("a-token-of-the-example") });

async function ask(method: string, path: string, body?: object) {
  const headers = { authorization: "Bearer a-token-of-the-example", "content-type": "application/scim+json" };
  const text = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await scim.handle({ method, url: baseUrl + path, headers, ...text });
  console.log(`${response.status}  ${method} ${path.replace(/[0-9a-f-]{36}/, "…")}`);
  return typeof response.body === "string" && response.body !== "" ? JSON.parse(response.body) : {};
}

const found = await ask("GET", `/Users?filter=${encodeURIComponent('userName eq "grace@example.com"')}`);
const grace = found.Resources[0].id;
const ada = await ask("POST", "/Users", {
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
  userName: "ada@example.com",
  emails: [
    { type: "work", value: "ada@example.com", primary: true },
    { type: "home", value: "ada@home.example" },
  ],
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
// The application's own doing.
await db.update(addresses).set({ email: "lovelace@home.example" }).where(eq(addresses.kind, "home"));
const { emails, meta } = await ask("GET", `/Users/${ada.id}`);
const home = emails.find(({ type }: { type: string }) => type === "home");
console.log(`Ada is at ${home.value} in version ${meta.version}, first ${ada.meta.version}.`);
const rows = await db
  .select({ email: users.email, plan: users.plan, address: addresses.email })
  .from(users)
  .leftJoin(addresses, eq(addresses.userId, users.id))
  .orderBy(users.email, addresses.email);
console.log(rows);
await kysely.destroy();
