import { expect, test } from "vitest";
import { createApp, createCounters } from "../../examples/metrics/server.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { USER } from "../support/directory.ts";

const TOKEN = "a-token-of-the-tests-0123";

/** name{label="value",…} value */
const LINE = /^[a-z_]+\{(?:[a-zA-Z]+="[^"\\\n]*"(?:,|(?=\})))*\} [0-9]+(?:\.[0-9]+)?(?:e-[0-9]+)?$/;

test("counters are read at /metrics in the text form of Prometheus", async () => {
  const app = createApp({ baseUrl: "http://127.0.0.1:3000/scim/v2", token: TOKEN, storage: memoryStorage() });
  const headers = { Authorization: `Bearer ${TOKEN}`, "Content-Type": "application/scim+json" };
  const body = JSON.stringify({ schemas: [USER], userName: "ada", active: "True" });
  for (const status of [201, 409])
    expect((await app.request("/scim/v2/Users", { method: "POST", headers, body })).status).toBe(status);
  for (let round = 0; round < 3; round++) await app.request("/scim/v2/Groups", { headers });
  await app.request("/scim/v2/Users", { headers: {} });

  const response = await app.request("/metrics");
  expect(response.headers.get("content-type")).toMatch(/^text\/plain/);
  const text = await response.text();
  expect(text.endsWith("\n")).toBe(true);
  for (const line of text.trimEnd().split("\n")) {
    if (!line.startsWith("#")) expect(line).toMatch(LINE);
  }
  for (const line of [
    "# TYPE scim_requests_total counter",
    'scim_requests_total{operation="create",resourceType="User",status="201",scimType=""} 1',
    'scim_requests_total{operation="create",resourceType="User",status="409",scimType="uniqueness"} 1',
    'scim_requests_total{operation="query",resourceType="Group",status="200",scimType=""} 3',
    'scim_requests_total{operation="refused",resourceType="",status="401",scimType=""} 1',
    'scim_request_seconds_count{operation="query"} 3',
    'scim_storage_calls_total{operation="create",resourceType="User"} 2',
    'scim_quirks_total{quirk="boolean-strings"} 2',
  ]) {
    expect(text.split("\n")).toContain(line);
  }
  // One block a metric, as the format has it.
  const types = text.split("\n").filter((line) => line.startsWith("#"));
  expect(new Set(types).size).toBe(types.length);
});

test("sums add up", () => {
  const { onRequest, text } = createCounters();
  for (const duration of [1, 2.5]) {
    onRequest({
      method: "GET",
      operation: "query",
      status: 200,
      duration,
      quirks: [],
      storageCalls: 1,
      scanned: 7,
      aborted: false,
    });
  }
  expect(text()).toContain('scim_request_seconds_sum{operation="query"} 0.0035\n');
  expect(text()).toContain('scim_rows_scanned_total{operation="query",resourceType=""} 14\n');
});
