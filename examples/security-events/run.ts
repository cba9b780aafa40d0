// Changes become signed tokens that are pushed to a receiver, which is down at first. It exits 0 only if the receiver has all of them, in their
// order and each once.
import { exportJWK, generateKeyPair } from "jose";
import { createScim, Group, User } from "scimkit";
import { openSqlite, sqlStorage } from "scimkit/sql";
import { createPush } from "./push.ts";
import { listen } from "./receiver.ts";

const issuer = "https://crm.example.com/scim/v2";
const audience = "https://receiver.example.com";
const keyId = "2026-01";

const { publicKey, privateKey } = await generateKeyPair("ES256");
const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: keyId, alg: "ES256" }] };
const receiver = await listen(keys, { issuer, audience, failures: 3 });

const storage = sqlStorage({ db: await openSqlite(process.env.SCIM_DATABASE ?? ":memory:") });
await storage.prepare();
const scim = createScim({
  resourceTypes: [User, Group],
  storage,
  baseUrl: issuer,
  // The story needs no token; a server does: see examples/hono.
  unsafeNoAuthentication: true,
  outbox: true,
  onNotice: (notice) => {
    if (notice.type === "undelivered") console.log(`Again in a moment: ${String(notice.error)}`);
  },
});

const stopping = new AbortController();
const push = createPush({ issuer, audience, endpoint: receiver.endpoint, key: privateKey, keyId });
const drained = scim.drain(push, { signal: stopping.signal, interval: 50, retry: { first: 20, longest: 200 } });

const schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
const { id } = await send("POST", "/Users", { schemas: [User.schema.id], userName: "ada", externalId: "e-1" });
await send("PATCH", `/Users/${id}`, { schemas, Operations: [{ op: "add", path: "title", value: "Engineer" }] });
await send("PATCH", `/Users/${id}`, { schemas, Operations: [{ op: "replace", path: "active", value: false }] });
await send("DELETE", `/Users/${id}`);
while ((await scim.lag()).waiting > 0) await new Promise((resolve) => setTimeout(resolve, 10));
stopping.abort();
await drained;
receiver.close();

const received = receiver.taken.map(({ events }) => Object.keys(events ?? {}).join());
for (const uri of received) console.log(`received ${uri}`);
const prov = "urn:ietf:params:scim:event:prov";
const expected = ["create:full", "patch:full", "patch:full", "deactivate", "delete"].map((end) => `${prov}:${end}`);
const isDone = received.join() === expected.join();
console.log(
  isDone ? "The receiver has all of them, in their order and each once." : `Expected ${expected.join(", ")}.`,
);
process.exitCode = isDone ? 0 : 1;

async function send(method: string, path: string, body?: object): Promise<{ readonly id: string }> {
  const response = await scim.handle({
    method,
    url: `/scim/v2${path}`,
    headers: { "content-type": "application/scim+json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.status >= 300) throw new Error(`${method} ${path}: ${response.status} ${response.body}`);
  return typeof response.body === "string" ? JSON.parse(response.body) : { id: "" };
}
