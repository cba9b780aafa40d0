import assert from "node:assert/strict";
import type { Work } from "../harness/work.ts";
import { BULK, WritesByHand } from "../limit/handle-writes.ts";
import { type Server, scimkitServer, userOf } from "./handle-write.ts";

/** How many users a request creates. */
export const CREATES = 1000;

/** The body of a request for a turn, with users that no other turn has. */
export const creates = (turn: number): string =>
  JSON.stringify({
    schemas: [BULK],
    Operations: Array.from({ length: CREATES }, (_, at) => {
      return { method: "POST", path: "/Users", bulkId: `b${at}`, data: userOf(`${turn}-${at}`) };
    }),
  });

const runOf = (server: Server) => (body: string) =>
  server.handle({ method: "POST", url: "/scim/v2/Bulk", headers: { "content-type": "application/scim+json" }, body });

/** Creates in bulk, over memory. */
export const bulkCreates: Work = {
  name: "handle bulk 1,000",
  about: "Creates 1,000 users in one bulk request, each by itself.",
  // At least 0.3 of the speed.
  target: 3.3,
  input: creates,
  limit: () => runOf(new WritesByHand()),
  scimkit: async (subject) => runOf(await scimkitServer(subject, { limits: { bulkOperations: CREATES } })),
  check: (answer) => {
    const { status, body } = answer as { readonly status: number; readonly body: unknown };
    assert.equal(status, 200);
    const { Operations } = JSON.parse(String(body)) as {
      readonly Operations: readonly Readonly<Record<string, string>>[];
    };
    assert.equal(Operations.length, CREATES);
    for (const [at, { location, ...one }] of Operations.entries()) {
      assert.match(String(location), /^https:\/\/example\.com\/scim\/v2\/Users\/[\w-]{36}$/);
      assert.deepEqual(one, { method: "POST", bulkId: `b${at}`, version: 'W/"1"', status: "201" });
    }
  },
};
