import { expect, test } from "vitest";
import { profiles } from "../../src/index.ts";
import { emptyPasswords as rule } from "../../src/quirks/empty-passwords.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { USER } from "../support/directory.ts";
import { under } from "../support/quirk.ts";

const eve = { schemas: [USER], userName: "eve" };
const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/** A service whose storage keeps passwords, and what it keeps of a user's. */
async function keeping(rules: Parameters<typeof under>[0]) {
  const hashed: unknown[] = [];
  const storage = memoryStorage({
    hashSecret: async (_, value) => {
      hashed.push(value);
      return `hash of ${value}`;
    },
  });
  return { service: await under(rules, { storage }), hashed };
}

test("an empty password changes nothing of the one that there is, whichever way it comes [Q120 R-83]", async () => {
  const { service, hashed } = await keeping([rule]);
  const { json } = await service.ask("POST", "/Users", { ...eve, password: "s3cret" });
  const path = `/Users/${json.id}`;
  await service.ask("PUT", path, { ...eve, title: "Lead", password: "" });
  expect(service.notes()).toEqual(["empty-passwords at password"]);
  for (const operation of [
    { op: "replace", path: "password", value: "" },
    { op: "add", path: "password", value: "" },
    { op: "replace", value: { password: "" } },
  ]) {
    const { json: before } = await service.ask("GET", path);
    const answer = await service.patch(path, operation);
    expect(answer.json.meta.version).toBe(before.meta.version);
    expect(service.notes()).toEqual(["empty-passwords at password"]);
  }
  const data = {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    Operations: [{ op: "add", value: { password: "" } }],
  };
  const bulk = { schemas: [BULK], Operations: [{ method: "PATCH", path, data }] };
  expect((await service.ask("POST", "/Bulk", bulk)).json.Operations[0].status).toMatch(/^20/);
  expect(hashed).toEqual(["s3cret"]);
});

test("the other operations and attributes of the request are done, and events name no password [Q120 R-83]", async () => {
  const { service, hashed } = await keeping([rule]);
  const { json } = await service.patch(
    `/Users/${service.ada}`,
    { op: "replace", path: "password", value: "" },
    { op: "replace", path: "title", value: "Lead" },
  );
  expect(json.title).toBe("Lead");
  const change = service.events.find(({ type }) => type === "patched");
  expect(change).toMatchObject({ attributes: ["title"] });
  expect(hashed).toEqual([]);
});

test("one that is created with an empty password has none [Q120 R-83]", async () => {
  const { service, hashed } = await keeping(profiles.lenient);
  const created = await service.ask("POST", "/Users", { ...eve, password: "" });
  expect(created.status).toBe(201);
  // An array of one is the value in it, which is empty.
  const wrapped = await service.ask("POST", "/Users", { ...eve, userName: "fay", password: [""] });
  expect(wrapped.status).toBe(201);
  expect(service.notes()).toEqual(["wrapped-values at password", "empty-passwords at password"]);
  expect(hashed).toEqual([]);
});

test("without the rule an empty password is refused, and never set [Q120 R-83]", async () => {
  const { service, hashed } = await keeping(profiles.strict);
  expect(await service.ask("POST", "/Users", { ...eve, password: "" })).toMatchObject({
    status: 400,
    json: {
      scimType: "invalidValue",
      detail: "password must not be empty; leave it out to keep the one that there is.",
    },
  });
  const path = `/Users/${service.ada}`;
  expect((await service.ask("PUT", path, { ...eve, password: "" })).status).toBe(400);
  expect((await service.patch(path, { op: "replace", path: "password", value: "" })).json.scimType).toBe(
    "invalidValue",
  );
  expect(hashed).toEqual([]);
});

test("null and a remove take a password away, as ever [R-83]", async () => {
  const { service } = await keeping(profiles.lenient);
  const { json } = await service.ask("POST", "/Users", { ...eve, password: "s3cret" });
  const path = `/Users/${json.id}`;
  const removed = await service.patch(path, { op: "remove", path: "password" });
  expect(removed.json.meta.version).not.toBe(json.meta.version);
});
