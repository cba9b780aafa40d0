// The server for tests of clients under node:test.
import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { startTestServer } from "scimkit/testing";

const server = await startTestServer({ seed: { users: [{ id: "ada", userName: "ada@example.com" }] } });
after(() => server.close());
beforeEach(() => server.reset());
const headers = { authorization: `Bearer ${server.token}` };

test("a request is answered by the seed", async () => {
  const answer = await fetch(`${server.url}/Users/ada`, { headers });
  assert.equal((await answer.json()).userName, "ada@example.com");
});

test("a request fails on demand", async () => {
  server.fail({ status: 429, retryAfter: 1 });
  assert.equal((await fetch(`${server.url}/Users/ada`, { headers })).status, 429);
  server.fail({ cut: true });
  await assert.rejects(fetch(`${server.url}/Users/ada`, { headers }), TypeError);
  assert.deepEqual(
    server.requests.map(({ status }) => status),
    [429, undefined],
  );
});
