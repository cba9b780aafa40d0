import { getHeapSnapshot, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createScim, Group, User } from "scimkit";
import { expect, onTestFinished, test } from "vitest";
import { openSqlite, sqlStorage } from "../../../src/storage/sql/index.ts";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/** Whether a word, given backwards so that it is no word of the test's own, is in the memory of this process. */
async function isRemembered(backwards: string): Promise<boolean> {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  const snapshot = getHeapSnapshot();
  // Not before: it would be found.
  const word = [...backwards].reverse().join("");
  let isFound = false;
  let end = "";
  for await (const chunk of snapshot) {
    const text = end + String(chunk);
    isFound ||= text.includes(word);
    end = text.slice(-100);
  }
  return isFound;
}

test("statements are kept without the values that they were first built with, which are those of one tenant", async () => {
  const db = await openSqlite(":memory:");
  onTestFinished(() => db.destroy());
  const storage = sqlStorage({ db });
  await storage.prepare();
  const scim = createScim({
    resourceTypes: [User, Group],
    storage,
    baseUrl: "https://example.com/scim/v2",
    authenticate: ({ headers }) => ({ tenant: String(headers.tenant) }),
  });
  const send = async (tenant: string, method: string, path: string, body?: object) => {
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await scim.handle({ method, url: `/scim/v2${path}`, headers: { tenant }, ...text });
    return response.body === undefined ? {} : JSON.parse(String(response.body));
  };
  const live = async (tenant: string, name: string) => {
    const { id } = await send(tenant, "POST", "/Users", { schemas: [User.schema.id], userName: name, title: name });
    await send(tenant, "PUT", `/Users/${id}`, { schemas: [User.schema.id], userName: name, title: `${name}2` });
    await send(tenant, "GET", `/Users/${id}`);
    await send(tenant, "GET", `/Users?filter=${encodeURIComponent(`userName eq "${name}"`)}`);
    const group = { schemas: [Group.schema.id], displayName: name };
    const { id: groupId } = await send(tenant, "POST", "/Groups", group);
    const Operations = [{ op: "add", path: "members", value: [{ value: id }] }];
    await send(tenant, "PATCH", `/Groups/${groupId}`, { schemas: [PATCH], Operations });
    await send(tenant, "DELETE", `/Users/${id}`);
    await send(tenant, "DELETE", `/Groups/${groupId}`);
  };
  const secret = "7f3aeman-fo-tsrif";
  await live("first", [...secret].reverse().join(""));
  // What SQLite was given last it may hold on to.
  for (let at = 0; at < 3; at++) await live(`other${at}`, `somebody${at}`);
  expect(await isRemembered(secret)).toBe(false);
}, 60_000);
