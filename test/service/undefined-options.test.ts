import { bearerToken, createScim, errors, ScimError, type StorageAdapter, toSecurityEvent, User } from "scimkit";
import { memoryStorage } from "scimkit/memory";
import { openSqlite, sqlStorage } from "scimkit/sql";
import { describe, expect, test } from "vitest";
import { USER } from "../support/directory.ts";

async function sqlite(): Promise<StorageAdapter> {
  const storage = sqlStorage({
    db: await openSqlite(":memory:", { connections: undefined, log: undefined }),
    tablePrefix: undefined,
    schema: undefined,
    hashSecret: undefined,
    resourceTypes: undefined,
    indexed: undefined,
    searchable: undefined,
    maxScanned: undefined,
    schemaChanges: undefined,
  });
  await storage.prepare({ concurrently: undefined, dropUnused: undefined });
  return storage;
}

describe("an option that is undefined is as if it were left out", () => {
  test.each<[string, () => StorageAdapter | Promise<StorageAdapter>]>([
    ["memoryStorage", () => memoryStorage({ hashSecret: undefined })],
    ["openSqlite, sqlStorage and prepare", sqlite],
  ])("for %s", async (_name, open) => {
    const scim = createScim({
      resourceTypes: [User],
      storage: await open(),
      baseUrl: "https://example.com",
      authenticate: bearerToken("token-of-the-tests-1", { bare: undefined }),
    });
    const body = { schemas: [USER], userName: "ada" };
    const headers = { authorization: "Bearer token-of-the-tests-1" };
    expect(await scim.handle({ method: "POST", url: "/Users", headers, body })).toMatchObject({ status: 201 });
    const url = `/Users?filter=${encodeURIComponent('userName eq "ADA"')}`;
    expect(await scim.handle({ method: "GET", url, headers })).toMatchObject({ status: 200 });
  });

  test("for errors", () => {
    const options = { scimType: undefined, headers: undefined, cause: undefined, summary: undefined };
    expect(new ScimError(409, "No seat is left.", options).toJSON()).toEqual(
      new ScimError(409, "No seat is left.").toJSON(),
    );
    expect(errors.unauthorized("Who are you?", { headers: undefined }).headers).toEqual(
      errors.unauthorized("Who are you?").headers,
    );
  });

  test("for toSecurityEvent", async () => {
    const claims: object[] = [];
    const scim = createScim({
      resourceTypes: [User],
      storage: memoryStorage(),
      baseUrl: "https://example.com",
      unsafeNoAuthentication: true,
      onChange: (event) => {
        const given = { issuer: "https://example.com", id: "1" };
        claims.push(toSecurityEvent(event, given));
        claims.push(toSecurityEvent(event, { ...given, audience: undefined, mode: undefined, transaction: undefined }));
      },
    });
    await scim.handle({ method: "POST", url: "/Users", headers: {}, body: { schemas: [USER], userName: "ada" } });
    expect(claims).toHaveLength(2);
    expect(claims[1]).toEqual(claims[0]);
  });
});
