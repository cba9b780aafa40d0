// Serves requests in a process whose prototypes are frozen, so that a write to one of them, or one that only a prototype's own
// member stops, throws; prints the statuses and the errors inside.
import { createScim, Group, User } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";

const errors = [];
const scim = createScim({
  resourceTypes: [User, Group],
  storage: memoryStorage(),
  baseUrl: "https://example.com/scim/v2",
  unsafeNoAuthentication: true,
  onNotice: (event) => event.type === "fault" && errors.push(String(event.error)),
});
const ask = async (method, path, body) =>
  scim.handle({ method, url: `/scim/v2${path}`, headers: {}, ...(body === undefined ? {} : { body }) });

// What is made at the first request is made before the freeze, as by a service that has started.
await ask("GET", "/Users?filter=userName%20pr");
for (const one of [Object, Array, Function, String, Number, Map, Set]) Object.freeze(one.prototype);

const schemas = '"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]';
const hostile =
  '"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}},"toString":"x","name":{"__proto__":{"a":1},"valueOf":"x","givenName":"Ada"}';
const statuses = [];
const tell = async (answer) => {
  const { status, body } = await answer;
  statuses.push(status);
  return JSON.parse(body ?? "{}");
};
const { id } = await tell(ask("POST", "/Users", `{${schemas},"userName":"ada",${hostile}}`));
await tell(ask("PUT", `/Users/${id}`, `{${schemas},"userName":"ada","title":"x",${hostile}}`));
for (const path of ["__proto__.x", "constructor.prototype.x", "toString", "name.toString", "emails.__proto__"])
  await tell(ask("PATCH", `/Users/${id}`, JSON.stringify({ Operations: [{ op: "add", path, value: 1 }] })));
await tell(ask("PATCH", `/Users/${id}`, `{"Operations":[{"op":"add","value":{${hostile},"nickName":"a"}}]}`));
await tell(ask("GET", "/Users?filter=__proto__%20pr"));
await tell(ask("GET", "/Users?sortBy=userName&attributes=__proto__,toString"));
await tell(
  ask(
    "POST",
    "/Bulk",
    `{"Operations":[{"method":"POST","bulkId":"__proto__","path":"/Users","data":{${schemas},"userName":"b"}}]}`,
  ),
);
await tell(ask("DELETE", `/Users/${id}`));
console.log(JSON.stringify({ statuses, errors }));
