import { getRequestListener } from "@hono/node-server";
import { expect, test } from "vitest";
import { fetchHandler } from "../../src/hosts/fetch.ts";
import { nodeHandler } from "../../src/hosts/node.ts";
import type { ScimOptions } from "../../src/index.ts";
import { closed, listening, send } from "../hosts/wire.ts";
import { sendBulk } from "../support/bulk.ts";
import { type Directory, directory, GROUP, USER } from "../support/directory.ts";
import { patchOf } from "../support/patching.ts";

async function withGroup(
  given: Partial<ScimOptions> = {},
): Promise<{ service: Directory; path: string; body: object }> {
  const service = directory(given);
  const user = await service.ask("POST", "/Users", { schemas: [USER], userName: "ada" });
  const group = await service.ask("POST", "/Groups", { schemas: [GROUP], displayName: "Guides" });
  const body = patchOf({ op: "add", path: "members", value: [{ value: user.json.id }] });
  return { service, path: `/Groups/${group.json.id}`, body };
}

test("a PATCH that is answered with 204 has a media type and no body, as Accept wants it [R-66a R-66]", async () => {
  for (const [accept, type] of [
    [undefined, "application/scim+json"],
    ["*/*", "application/scim+json"],
    ["application/json", "application/json"],
  ] as const) {
    const { service, path, body } = await withGroup();
    const answer = await service.ask("PATCH", path, body, accept === undefined ? {} : { accept });
    expect(answer).toMatchObject({ status: 204, body: undefined, headers: { "Content-Type": type } });
    expect(answer.headers).toMatchObject({ ETag: expect.any(String), Location: expect.stringContaining(path) });
  }
});

test("a DELETE that is answered with 204 has none, and the result of a PATCH in bulk has no more than it had [R-66a]", async () => {
  const { service, path, body } = await withGroup();
  const [result] = await sendBulk(service, [{ method: "PATCH", path, data: body }]);
  expect(Object.keys(result).sort()).toEqual(["location", "method", "status", "version"]);
  const deleted = await service.ask("DELETE", path);
  expect(deleted).toMatchObject({ status: 204, body: undefined });
  expect(deleted.headers).not.toHaveProperty("Content-Type");
});

test("the media type of a 204 is on the wire of every kind of host, and nothing follows it [R-66a]", async () => {
  const { service, path, body } = await withGroup();
  const url = `https://example.com/scim/v2${path}`;
  const headers = { authorization: "Bearer good", "content-type": "application/scim+json" };
  const request = new Request(url, { method: "PATCH", headers, body: JSON.stringify(body) });
  const response = await fetchHandler(service.scim)(request);
  expect([response.status, response.headers.get("content-type"), await response.text()]).toEqual([
    204,
    "application/scim+json",
    "",
  ]);
  for (const listener of [nodeHandler(service.scim), getRequestListener(fetchHandler(service.scim))]) {
    const { port, server } = await listening(listener);
    const sent = { method: "PATCH", path: `/scim/v2${path}`, headers, body: JSON.stringify(body) };
    const answer = await send(port, sent);
    await closed(server);
    expect(answer).toMatchObject({ status: 204, text: "", headers: { "content-type": "application/scim+json" } });
  }
});
