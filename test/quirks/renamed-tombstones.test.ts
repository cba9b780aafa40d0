import { expect, test } from "vitest";
import { renamedTombstones as rule } from "../../src/quirks/renamed-tombstones.ts";
import { USER } from "../support/directory.ts";
import { under } from "../support/quirk.ts";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const HEX = "0123456789abcdef0123456789ABCDEF";
const patched = (...Operations: readonly object[]) => ({ schemas: [PATCH], Operations });
const rename = (userName: string) => ({ op: "replace", path: "userName", value: userName });

test("a name behind the id of who is deleted at Entra is left alone, by PATCH and by PUT, and the rest is done [Q125]", async () => {
  const service = await under([rule]);
  const path = `/Users/${service.bob}`;
  const { json: before } = await service.ask("GET", path);
  const name: string = before.userName;
  const patch = patched(rename(HEX + name.toUpperCase()), { op: "replace", path: "title", value: "gone" });
  const { json } = await service.ask("PATCH", path, patch);
  expect(json).toMatchObject({ userName: name, title: "gone" });
  expect(service.events.find(({ type }) => type === "patched")).toMatchObject({
    attributes: ["title"],
    changes: [{ path: "/title" }],
  });
  expect(service.notes()).toEqual(["renamed-tombstones at userName"]);
  const put = await service.ask("PUT", path, { schemas: [USER], userName: HEX + name, title: "PUT" });
  expect(put.json).toMatchObject({ userName: name, title: "PUT" });
});

test("alone it changes nothing [Q125]", async () => {
  const service = await under([rule]);
  const path = `/Users/${service.bob}`;
  const { json: before } = await service.ask("GET", path);
  const { json } = await service.ask("PATCH", path, patched(rename(HEX + before.userName)));
  expect(json).toEqual(before);
});

test("another name is taken, digits or not [Q125]", async () => {
  const service = await under([rule]);
  const path = `/Users/${service.bob}`;
  for (const name of [`${HEX}somebody`, HEX, `${HEX.slice(1)}bob`, "robert"])
    expect((await service.ask("PATCH", path, patched(rename(name)))).json.userName).toBe(name);
  expect(service.notes()).toEqual([]);
});

test("without the rule it is taken as it is [Q125]", async () => {
  const service = await under([]);
  const path = `/Users/${service.bob}`;
  const { json: before } = await service.ask("GET", path);
  const { json } = await service.ask("PATCH", path, patched(rename(HEX + before.userName)));
  expect(json.userName).toBe(HEX + before.userName);
});
