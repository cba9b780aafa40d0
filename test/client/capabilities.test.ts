import { describe, expect, test } from "vitest";
import { clientOf, json, listOf, networkFault, refusal } from "./answers.ts";

const CONFIG = {
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
  patch: { supported: false },
  bulk: { supported: true, maxOperations: 50, maxPayloadSize: 1_000_000 },
  filter: { supported: true, maxResults: 200 },
  sort: { supported: "True" },
  etag: { supported: true },
  pagination: { cursor: true, index: false, maxPageSize: 75 },
};
const ASSUMED = {
  patch: { supported: true, origin: "assumed" },
  put: { supported: true, origin: "assumed" },
  bulk: { supported: false, origin: "assumed", maxOperations: undefined, maxPayloadSize: undefined },
  filter: { supported: true, origin: "assumed", maxResults: undefined },
  sort: { supported: false, origin: "assumed" },
  etag: { supported: false, origin: "assumed" },
  changePassword: { supported: false, origin: "assumed" },
  cursor: { supported: false, origin: "assumed", maxPageSize: undefined },
  index: { supported: true, origin: "assumed" },
};

describe("capabilities", () => {
  test("are what the server announces, and where it is silent what most can", async () => {
    for (const document of [json(CONFIG), listOf([CONFIG])])
      expect(await clientOf(() => document).client.capabilities()).toEqual({
        ...ASSUMED,
        patch: { supported: false, origin: "announced" },
        bulk: { supported: true, origin: "announced", maxOperations: 50, maxPayloadSize: 1_000_000 },
        filter: { supported: true, origin: "announced", maxResults: 200 },
        sort: { supported: true, origin: "announced" },
        etag: { supported: true, origin: "announced" },
        cursor: { supported: true, origin: "announced", maxPageSize: 75 },
        index: { supported: false, origin: "announced" },
      });
  });

  test("are assumed where the document is missing or none", async () => {
    const documents = [
      refusal(404),
      refusal(401),
      new Response("<html></html>"),
      new Response(null, { status: 204 }),
      json([]),
      json(null),
      json({ patch: true, bulk: null, filter: { supported: "perhaps" }, pagination: 3 }),
      listOf([]),
    ];
    for (const document of documents) expect(await clientOf(() => document).client.capabilities()).toEqual(ASSUMED);
  });

  test("are asked for once, however many wait for them, and again where nobody answered", async () => {
    const { client, asked } = clientOf(() => json(CONFIG));
    const [one, other] = await Promise.all([client.capabilities(), client.capabilities()]);
    expect(one).toBe(other);
    expect(await client.capabilities()).toBe(one);
    expect(asked).toHaveLength(1);
    let isDown = true;
    const failing = clientOf(() => (isDown ? Promise.reject(networkFault("ENOTFOUND")) : json(CONFIG)));
    await expect(failing.client.capabilities()).rejects.toMatchObject({ code: "unreachable" });
    isDown = false;
    expect((await failing.client.capabilities()).bulk.maxOperations).toBe(50);
  });

  test("are asked for again where a server was only busy, or knew nobody", async () => {
    for (const status of [401, 429, 503]) {
      let isBusy = true;
      const { client } = clientOf(() => (isBusy ? refusal(status) : json(CONFIG)), { retry: { attempts: 1 } });
      expect(await client.capabilities()).toEqual(ASSUMED);
      isBusy = false;
      expect((await client.capabilities()).etag).toEqual({ supported: true, origin: "announced" });
    }
  });

  test("are better known from the profile of the server, and best from the caller", async () => {
    const { client } = clientOf(() => json(CONFIG), {
      server: { capabilities: { put: false, cursor: false, index: false, patch: true, sort: true } },
      capabilities: { patch: false, filter: { maxResults: 10 }, bulk: { maxOperations: 20 } },
    });
    expect(await client.capabilities()).toMatchObject({
      put: { supported: false, origin: "profile" },
      sort: { supported: true, origin: "profile" },
      cursor: { supported: false, origin: "profile" },
      index: { supported: false, origin: "profile" },
      bulk: { supported: true, origin: "option", maxOperations: 20, maxPayloadSize: 1_000_000 },
      patch: { supported: false, origin: "option" },
      filter: { supported: true, origin: "option", maxResults: 10 },
      etag: { supported: true, origin: "announced" },
    });
    const names = Object.keys(ASSUMED);
    const known = clientOf(() => json({}), { capabilities: Object.fromEntries(names.map((name) => [name, true])) });
    expect((await known.client.capabilities()).bulk.supported).toBe(true);
    expect(known.asked).toEqual([]);
  });
});
