import { exportJWK, generateKeyPair } from "jose";
import { afterEach, expect, test } from "vitest";
import { createPush } from "../../examples/security-events/push.ts";
import { listen, type Receiver } from "../../examples/security-events/receiver.ts";
import { createScim, type ScimNotice, User } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { run } from "./process.ts";

const issuer = "https://crm.example.com/scim/v2";
const audience = "https://receiver.example.com";
const keyId = "k";
const open: Receiver[] = [];
afterEach(() => {
  for (const receiver of open.splice(0)) receiver.close();
});

test("npm run example:security-events pushes a signed token of each change in its order, and exits 0", async () => {
  const example = run("security-events/run.ts");
  expect(await example.exitCode).toBe(0);
  expect(example.printed().match(/Again in a moment/g)).toHaveLength(3);
  expect(example.printed()).toContain("The receiver has all of them, in their order and each once.");
});

async function pushed(signer: CryptoKey, publicKey: CryptoKey) {
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: keyId, alg: "ES256" }] };
  const receiver = await listen(keys, { issuer, audience });
  open.push(receiver);
  const notices: ScimNotice[] = [];
  const scim = createScim({
    resourceTypes: [User],
    storage: memoryStorage(),
    baseUrl: issuer,
    unsafeNoAuthentication: true,
    outbox: true,
    onNotice: (notice) => void (notice.type === "undelivered" && notices.push(notice)),
  });
  const body = JSON.stringify({ schemas: [User.schema.id], userName: "ada", externalId: "e-1", password: "secret" });
  await scim.handle({ method: "POST", url: "/scim/v2/Users", headers: {}, body });
  const push = createPush({ issuer, audience, endpoint: receiver.endpoint, key: signer, keyId });
  await scim.drain(
    async (event, handOver) => {
      await push(event, handOver);
      await push(event, handOver);
    },
    { until: "empty" },
  );
  return { taken: receiver.taken, notices };
}

test("a token names its subject, its change and its receiver, shows no secret, and is taken once though it comes twice", async () => {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const { taken, notices } = await pushed(privateKey, publicKey);
  expect(taken).toMatchObject([
    {
      iss: issuer,
      aud: audience,
      jti: `${issuer}#1`,
      sub_id: { format: "scim", uri: expect.stringMatching(/^\/Users\//), externalId: "e-1" },
      events: { "urn:ietf:params:scim:event:prov:create:full": { data: { userName: "ada" } } },
    },
  ]);
  expect(JSON.stringify(taken)).not.toContain("secret");
  expect(taken[0]).not.toHaveProperty("sub");
  expect(notices).toEqual([]);
});

test("a token of another key is refused, and its event waits", async () => {
  const [own, other] = [await generateKeyPair("ES256"), await generateKeyPair("ES256")];
  const { taken, notices } = await pushed(other.privateKey, own.publicKey);
  expect(taken).toEqual([]);
  expect(notices).toMatchObject([
    { type: "undelivered", attempts: 1, error: { message: expect.stringContaining("400") } },
  ]);
});
