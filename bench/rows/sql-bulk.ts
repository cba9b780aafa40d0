import assert from "node:assert/strict";
import type { Work } from "../harness/work.ts";
import { BULK } from "../limit/handle-writes.ts";
import { sqlDirectoryByHand } from "../limit/sql-directory.ts";
import { CREATES, creates } from "./bulk.ts";
import type { userOf } from "./handle-write.ts";
import { newSqliteFile } from "./sql-adapter.ts";

const AT = "2026-01-01T00:00:00.000Z";

type Document = Parameters<ReturnType<typeof sqlDirectoryByHand>["createUser"]>[1];

interface Operation {
  readonly bulkId: string;
  readonly data: ReturnType<typeof userOf>;
}

/** Each create has a commit of its own, and fails alone where its userName is taken. */
function byHand() {
  const { createUser } = sqlDirectoryByHand(newSqliteFile());
  return (body: string) => {
    const { Operations } = JSON.parse(body) as { readonly Operations: readonly Operation[] };
    const results = Operations.map(({ bulkId, data }) => {
      const id = crypto.randomUUID();
      const location = `https://example.com/scim/v2/Users/${id}`;
      try {
        if (typeof data.userName !== "string" || data.userName === "") throw new TypeError("userName is missing.");
        createUser(id, data as Document, AT);
        return { method: "POST", bulkId, location, version: 'W/"1"', status: "201" };
      } catch (error) {
        return { method: "POST", bulkId, status: "409", response: { detail: String(error) } };
      }
    });
    return { status: 200, body: JSON.stringify({ schemas: [BULK], Operations: results }) };
  };
}

/** Creates in bulk, over a file of SQLite. */
export const sqlBulkCreates: Work = {
  name: "sql bulk 1,000",
  about: "Creates 1,000 users in a file of SQLite by one bulk request, each by itself.",
  // At least 0.3 of the speed.
  target: 3.3,
  input: creates,
  limit: byHand,
  scimkit: async (subject) => {
    const [{ createScim, User }, { openSqlite, sqlStorage }] = await Promise.all([
      subject.load("scimkit"),
      subject.load("scimkit/sql"),
    ]);
    const storage = sqlStorage({ db: await openSqlite(newSqliteFile()) });
    await storage.prepare();
    const scim = createScim({
      resourceTypes: [User],
      storage,
      baseUrl: "https://example.com/scim/v2",
      unsafeNoAuthentication: true,
      limits: { bulkOperations: CREATES },
    });
    const headers = { "content-type": "application/scim+json" };
    return (body: string) => scim.handle({ method: "POST", url: "/scim/v2/Bulk", headers, body });
  },
  check: (answer) => {
    const { status, body } = answer as { readonly status: number; readonly body: unknown };
    assert.equal(status, 200);
    const { Operations } = JSON.parse(String(body)) as { readonly Operations: readonly { readonly status: string }[] };
    assert.deepEqual(
      Operations.map((one) => one.status),
      Array.from({ length: CREATES }, () => "201"),
    );
  },
};
