import { describe, expect, test } from "vitest";
import { createScim, Group, type Scim, type ScimOptions, User } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";

const USER = User.schema.id;
const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

function service(options: Partial<ScimOptions> = {}): Scim {
  return createScim({
    resourceTypes: [User, Group],
    storage: memoryStorage(),
    baseUrl: "https://example.com/scim/v2",
    unsafeNoAuthentication: true,
    ...options,
  });
}

const ask = async (scim: Scim, method: string, path: string, body?: object) => {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const response = await scim.handle({ method, url: `/scim/v2${path}`, headers: {}, body: text });
  return { status: response.status, json: JSON.parse(String(response.body)) };
};

/** As many POSTs as a bulk request may have, each of which takes its time. */
const bulk = {
  schemas: [BULK],
  Operations: Array.from({ length: 1000 }, (_, index) => ({
    method: "POST",
    path: "/Users",
    bulkId: `b${index}`,
    data: {
      schemas: [USER],
      userName: `user${index}`,
      emails: Array.from({ length: 20 }, (_, email) => ({ value: `user${index}.${email}@example.com` })),
    },
  })),
};

/** Settles in the next turn of the event loop. */
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("a request that takes long", () => {
  test("lets one that comes after it be answered before it is done [P-3.7-16]", async () => {
    const scim = service();
    const answered: string[] = [];
    const long = ask(scim, "POST", "/Bulk", bulk).then(() => answered.push("bulk"));
    await nextTurn();
    const short = ask(scim, "GET", "/Users?count=1").then(() => answered.push("read"));
    await Promise.all([long, short]);
    expect(answered).toEqual(["read", "bulk"]);
  });

  test("takes turns with others that take long: two end together, not one behind the other", async () => {
    const scim = service();
    const users = { ...bulk, Operations: bulk.Operations.slice(0, 500) };
    const others = {
      ...users,
      Operations: users.Operations.map(({ data, ...rest }) => ({
        ...rest,
        data: { ...data, userName: `other-${data.userName}` },
      })),
    };
    let atEnd = 0;
    const first = ask(scim, "POST", "/Bulk", users).then(async () => {
      atEnd = (await ask(scim, "GET", "/Users?count=0")).json.totalResults;
    });
    await Promise.all([first, ask(scim, "POST", "/Bulk", others)]);
    // The one that ends first finds most of the other one's work done as well.
    expect(atEnd).toBeGreaterThan(700);
    expect((await ask(scim, "GET", "/Users?count=0")).json.totalResults).toBe(1000);
  });

  test("ends when its time is up; what it has done stays done, and it does no more [P-3.7-12]", async () => {
    const storage = memoryStorage();
    expect(await ask(service({ storage, timeout: 1 }), "POST", "/Bulk", bulk)).toMatchObject({ status: 503 });
    await nextTurn();
    const patient = service({ storage });
    const count = async () => (await ask(patient, "GET", "/Users?count=0")).json.totalResults;
    const done = await count();
    expect(done).toBeLessThan(1000);
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    expect(await count()).toBe(done);
  });
});
