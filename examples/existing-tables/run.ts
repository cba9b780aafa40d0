// Plays what an identity provider does, and shows what comes of it in the tables.
import { CompiledQuery } from "kysely";
import { bearerToken, createScim } from "scimkit";
import { openSqlite } from "scimkit/sql";
import { APPLICATION, MIGRATION, resourceTypes, storageOf } from "./server.ts";

const db = await openSqlite(":memory:");
const sql = async (text: string) => (await db.executeQuery(CompiledQuery.raw(text))).rows;
for (const statement of APPLICATION) await sql(statement);
await sql("INSERT INTO users (email, first_name) VALUES ('grace@example.com', 'Grace'), ('joan@example.com', 'Joan')");
for (const statement of MIGRATION) await sql(statement);

const storage = storageOf(db);
await storage.prepare(); // says at once if a column is missing
const baseUrl = "https://example.com/scim/v2";
const scim = createScim({ resourceTypes, storage, baseUrl, authenticate: bearerToken("a-token-of-the-example") });

async function ask(method: string, path: string, body?: object) {
  const headers = { authorization: "Bearer a-token-of-the-example", "content-type": "application/scim+json" };
  const text = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await scim.handle({ method, url: baseUrl + path, headers, ...text });
  console.log(`${response.status}  ${method} ${path}`);
  return typeof response.body === "string" && response.body !== "" ? JSON.parse(response.body) : {};
}

const patch = (op: string, path: string, value: unknown) => ({
  schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
  Operations: [{ op, path, value }],
});
const found = await ask("GET", `/Users?filter=${encodeURIComponent('userName eq "GRACE@example.com"')}`);
const grace = found.Resources[0].id;
const ada = await ask("POST", "/Users", {
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
  userName: "ada@example.com",
  name: { givenName: "Ada", familyName: "Lovelace" },
  title: "Countess",
  phoneNumbers: [{ type: "work", value: "+44 20 7946 0000" }],
});
const team = await ask("POST", "/Groups", {
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"],
  displayName: "Engines",
  members: [{ value: grace }],
});
await ask("PATCH", `/Groups/${team.id}`, patch("add", "members", [{ value: ada.id }]));
await ask("PATCH", `/Users/${grace}`, patch("replace", "active", false));
await sql("UPDATE users SET last_name = 'King' WHERE email = 'ada@example.com'"); // the application's own doing
const { name, meta, groups } = await ask("GET", `/Users/${ada.id}`);
console.log(`Ada is ${name.givenName} ${name.familyName} in version ${meta.version}, in ${groups[0].display}.`);
console.log(await sql("SELECT id, email, first_name, phone, disabled_at IS NULL AS active, scim_json FROM users"));
console.log(await sql("SELECT * FROM memberships"));
await db.destroy();
