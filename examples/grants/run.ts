// Two administrators, one group, and what may become of them. Exits 0 only if the last one stayed.
import { openSqlite } from "scimkit/sql";
import { admins, roles } from "./roles.ts";
import { createDirectory } from "./server.ts";

const db = await openSqlite(":memory:");
const scim = await createDirectory(db);

async function ask(method: string, path: string, body?: object): Promise<{ id: string; detail?: string }> {
  const response = await scim.handle({
    method,
    url: `/scim/v2${path}`,
    headers: { "content-type": "application/scim+json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = typeof response.body === "string" ? JSON.parse(response.body) : {};
  console.log(`${method.padEnd(6)} ${path.split("/")[1]?.padEnd(6)} ${response.status}  ${answer.detail ?? ""}`);
  return answer;
}

const ada = await ask("POST", "/Users", { userName: "ada" });
const joan = await ask("POST", "/Users", { userName: "joan" });
const members = [{ value: ada.id }, { value: joan.id }];
const group = await ask("POST", "/Groups", { displayName: "Administrators", members });
console.log("ada:", JSON.stringify((await roles.explain(scim, ada.id, {}))?.roles));
await ask("DELETE", `/Users/${joan.id}`);
const Operations = [{ op: "remove", path: `members[value eq "${ada.id}"]` }];
const refused = [
  await ask("PATCH", `/Groups/${group.id}`, { Operations }),
  await ask("PATCH", `/Users/${ada.id}`, { Operations: [{ op: "replace", path: "active", value: false }] }),
  await ask("DELETE", `/Users/${ada.id}`),
  await ask("DELETE", `/Groups/${group.id}`),
];
const left = await admins(db, "");
console.log(`${left} administrator is left.`);
await db.destroy();
process.exitCode = left === 1 && refused.every(({ detail }) => detail?.startsWith("The last administrator")) ? 0 : 1;
