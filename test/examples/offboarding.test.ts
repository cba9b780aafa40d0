import { expect, test } from "vitest";
import { createAccess } from "../../examples/offboarding/access.ts";
import { createOffboarding } from "../../examples/offboarding/offboard.ts";
import { createScim, User } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { run } from "./process.ts";

test("npm run example:offboarding ends the sessions and keys of all who left within its bound, and exits 0", async () => {
  const example = run("offboarding/run.ts");
  expect(await example.exitCode).toBe(0);
  expect(example.printed()).toContain("20 events wait, and 20 people who left are still in.");
  expect(example.printed()).toContain("All 20 people are out, within the bound of 5 s; the other 10 are still in.");
});

test("who is told twice that somebody left does no harm, and who changes otherwise stays in", async () => {
  const access = createAccess();
  const scim = createScim({
    resourceTypes: [User],
    storage: memoryStorage(),
    baseUrl: "https://crm.example.com/scim/v2",
    unsafeNoAuthentication: true,
    outbox: true,
  });
  const send = (method: string, path: string, body: object) =>
    scim.handle({ method, url: `/scim/v2${path}`, headers: {}, body: JSON.stringify(body) });
  const { body } = await send("POST", "/Users", { schemas: [User.schema.id], userName: "ada" });
  const { id } = JSON.parse(String(body));
  access.logIn(id);
  const offboard = createOffboarding(access);
  await scim.drain(offboard, { until: "empty" });
  expect([access.sessions.size, access.keys.size]).toEqual([1, 1]);
  const schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
  await send("PATCH", `/Users/${id}`, { schemas, Operations: [{ op: "replace", path: "active", value: false }] });
  await scim.drain(
    async (event, handOver) => {
      await offboard(event, handOver);
      await offboard(event, handOver);
    },
    { until: "empty" },
  );
  expect([access.sessions.size, access.keys.size]).toEqual([0, 0]);
});
