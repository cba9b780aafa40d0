import { type AdoptionAnswer, type AdoptionCandidate, type Context, errors, type StorageAdapter } from "scimkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { barrier, ENTERPRISE, KINDS, newTenant, serve, USER } from "../support/adopting.ts";

/** Answers always so, and keeps what it was asked. */
function answering(answer: AdoptionAnswer) {
  const asked: AdoptionCandidate[] = [];
  return {
    asked,
    decide: (candidate: AdoptionCandidate): AdoptionAnswer => {
      asked.push(candidate);
      return answer;
    },
  };
}

const YEAR = 365 * 24 * 3600;

describe.each(KINDS)("adopt over $name", ({ open, close }) => {
  let storage: StorageAdapter;
  beforeAll(async () => {
    storage = await open();
  });
  afterAll(() => close());

  test("without it a taken name is 409 and nothing changes, and so it is with a host that refuses", async () => {
    const { asked, decide } = answering("refuse");
    const [plain, refusing] = [serve(storage), serve(storage, { adopt: decide })];
    for (const { user, send, names } of [plain, refusing]) {
      const { body: first } = await user({ userName: "ada", displayName: "Ada" });
      const again = await user({ userName: "ADA", displayName: "Eve" });
      expect(again.status).toBe(409);
      expect(again.body).toMatchObject({ scimType: "uniqueness", detail: expect.stringContaining("userName") });
      expect((await send("GET", `/Users/${first.id}`)).body).toEqual(first);
      expect(await names()).toEqual(["ada"]);
    }
    expect(asked).toHaveLength(1);
    expect(plain.types()).toEqual(["created"]);
  });

  test("the host is shown the account and what the client asserts, and no secret of either", async () => {
    const { asked, decide } = answering("refuse");
    const { user } = serve(storage, { adopt: decide });
    const { body } = await user({ userName: "ada", title: "Countess", password: "old secret" });
    await user({ userName: "Ada", externalId: "x1", password: "new secret", nickName: "A" });
    const [candidate] = asked;
    expect(candidate).toMatchObject({
      resourceType: "User",
      endpoint: "/Users",
      reason: { type: "attribute", attribute: "userName" },
      id: body.id,
      version: /"(.+)"/.exec(body.meta.version)?.[1],
      isRemembered: false,
      isManaged: undefined,
      attributes: { userName: "Ada", externalId: "x1", nickName: "A" },
    });
    expect(await candidate?.existing()).toMatchObject({ id: body.id, userName: "ada", title: "Countess" });
    expect(JSON.stringify([candidate?.attributes, await candidate?.existing()])).not.toMatch(/secret|password|hash/);
  });

  test("a linked create is the account: 201 under its id, with what is asserted, and one event", async () => {
    const { user, send, events, types, names } = serve(storage, { adopt: () => "link" });
    const { body: before } = await user({
      userName: "ada",
      title: "Countess",
      active: false,
      name: { givenName: "Ada", familyName: "Byron" },
      emails: [{ value: "ada@old.example", type: "work", primary: true }],
    });
    const linked = await user({
      userName: "Ada",
      externalId: "x1",
      name: { familyName: "Lovelace" },
      emails: [{ value: "ada@new.example", type: "work", primary: true }],
      [ENTERPRISE]: { department: "Engines" },
    });
    expect(linked.status).toBe(201);
    expect(linked.headers).toMatchObject({ Location: before.meta.location });
    expect(linked.body).toMatchObject({
      id: before.id,
      userName: "Ada",
      externalId: "x1",
      title: "Countess",
      active: false,
      name: { givenName: "Ada", familyName: "Lovelace" },
      emails: [{ value: "ada@new.example", type: "work", primary: true }],
      [ENTERPRISE]: { department: "Engines" },
    });
    expect((await send("GET", `/Users/${before.id}`)).body).toEqual(linked.body);
    expect(await names()).toEqual(["Ada"]);
    expect(types()).toEqual(["created", "adopted"]);
    expect(events[1]).toMatchObject({
      id: before.id,
      externalId: "x1",
      reason: { type: "attribute", attribute: "userName" },
      before: { userName: "ada" },
      after: { userName: "Ada", title: "Countess" },
    });
    expect(events[1]?.attributes).toContain("externalId");
  });

  test("by the rules of PUT it keeps nothing that the client does not name", async () => {
    const { user, types } = serve(storage, { adopt: { decide: () => "link", take: "put" } });
    const { body: before } = await user({ userName: "ada", title: "Countess", active: true });
    const linked = await user({ userName: "ada", externalId: "x1", active: true });
    expect(linked).toMatchObject({ status: 201, body: { id: before.id, externalId: "x1" } });
    expect(linked.body.title).toBeUndefined();
    expect(types()).toEqual(["created", "adopted"]);
  });

  test("what is restored is in service again, unless the client says otherwise", async () => {
    for (const take of ["patch", "put"] as const) {
      const { user, types } = serve(storage, { adopt: { decide: () => "restore", take } });
      const { body: before } = await user({ userName: "ada", active: false });
      const back = await user({ userName: "ada", externalId: "x1" });
      expect(back).toMatchObject({ status: 201, body: { id: before.id, active: true, externalId: "x1" } });
      expect(types()).toEqual(["created", "restored", "activated"]);
      expect((await user({ userName: "ada", active: false })).body).toMatchObject({ id: before.id, active: false });
    }
  });

  test("whom the host's own look-up names is asked about before anything is written", async () => {
    const { asked, decide } = answering("link");
    const account = { id: "" };
    const adopt = {
      decide,
      match: ({ attributes }: { attributes: { readonly [name: string]: unknown } }) =>
        attributes.externalId === "x1" ? account.id : undefined,
    };
    const { user, names } = serve(storage, { adopt });
    account.id = (await user({ userName: "ada", title: "Countess" })).body.id;
    const linked = await user({ userName: "ada.lovelace", externalId: "x1" });
    expect(linked).toMatchObject({
      status: 201,
      body: { id: account.id, userName: "ada.lovelace", title: "Countess" },
    });
    expect(asked.map(({ reason }) => reason)).toEqual([{ type: "host" }]);
    expect(await names()).toEqual(["ada.lovelace"]);
    expect((await user({ userName: "bea" })).status).toBe(201);
    expect(asked).toHaveLength(1);
  });

  test("whom the host names and then refuses is 409, and one that nobody has is a create", async () => {
    const account = { id: "" };
    const { user, names } = serve(storage, { adopt: { decide: () => "refuse", match: () => account.id } });
    account.id = crypto.randomUUID();
    account.id = (await user({ userName: "ada" })).body.id;
    const refused = await user({ userName: "eve" });
    expect(refused).toMatchObject({ status: 409, body: { scimType: "uniqueness" } });
    expect(await names()).toEqual(["ada"]);
  });

  test("an account of another tenant is never asked about, not even where the host names it", async () => {
    const { asked, decide } = answering("link");
    const theirs = serve(storage);
    const { body: foreign } = await theirs.user({ userName: "ada", title: "Theirs" });
    const mine = serve(storage, { adopt: { decide, match: () => foreign.id } });
    const { status, body } = await mine.user({ userName: "ada", title: "Mine" });
    expect(status).toBe(201);
    expect(body.id).not.toBe(foreign.id);
    expect(asked).toEqual([]);
    expect((await theirs.send("GET", `/Users/${foreign.id}`)).body).toEqual(foreign);
  });

  test("where ownership is kept account of, the host knows whom a provider owns already", async () => {
    const asked: unknown[] = [];
    const adopt = ({ isManaged }: AdoptionCandidate): AdoptionAnswer => {
      asked.push(isManaged);
      return isManaged === true ? "refuse" : "link";
    };
    const tenant = newTenant();
    await serve(storage, {}, tenant).user({ userName: "ada" });
    const { user } = serve(storage, { adopt, ownership: true }, tenant);
    expect((await user({ userName: "ada", externalId: "x1" })).status).toBe(201);
    expect((await user({ userName: "ada", externalId: "x2" })).status).toBe(409);
    expect(asked).toEqual([false, true]);
  });

  test("an answer that is none fails the request and changes nothing", async () => {
    const { user, names, faults } = serve(storage, { adopt: () => "yes" as AdoptionAnswer });
    await user({ userName: "ada" });
    expect((await user({ userName: "ada", title: "x" })).status).toBe(500);
    expect(String(faults[0])).toContain('"refuse", "link" or "restore"');
    expect(await names()).toEqual(["ada"]);
  });

  test("what the host throws is what the client reads", async () => {
    const { user } = serve(storage, {
      adopt: () => {
        throw errors.forbidden("Ask an administrator to link the account.");
      },
    });
    await user({ userName: "ada" });
    expect(await user({ userName: "ada" })).toMatchObject({
      status: 403,
      body: { detail: "Ask an administrator to link the account." },
    });
  });

  test("who returns gets the id back, in a version that it never had, and in no group of before", async () => {
    const { asked, decide } = answering("restore");
    const { user, send, patch, types, names } = serve(storage, { adopt: decide, lifecycle: { remember: YEAR } });
    const { body: before } = await user({ userName: "ada", externalId: "x1", title: "Countess" });
    const { body: group } = await send("POST", "/Groups", { displayName: "Engines", members: [{ value: before.id }] });
    await patch(`/Users/${before.id}`, { op: "replace", path: "nickName", value: "A" });
    expect((await send("DELETE", `/Users/${before.id}`)).status).toBe(204);
    expect((await send("GET", `/Users/${before.id}`)).status).toBe(404);
    const back = await user({ userName: "ada.l", externalId: "x1" });
    expect(back).toMatchObject({ status: 201, body: { id: before.id, userName: "ada.l", active: true } });
    expect(back.body.meta.version).toMatch(/[^12]"$/);
    expect(back.body.meta.created).toBe(before.meta.created);
    expect(back.body.title).toBeUndefined();
    expect((await send("GET", `/Groups/${group.id}`)).body.members).toBeUndefined();
    expect(asked[0]).toMatchObject({ id: before.id, reason: { type: "tombstone" }, isRemembered: true });
    expect(await asked[0]?.existing()).toEqual({ id: before.id, externalId: "x1" });
    expect(types()).toEqual(["created", "created", "patched", "deleted", "restored"]);
    expect(await names()).toEqual(["ada.l"]);
    // The tombstone is gone with the return.
    expect((await user({ userName: "bea", externalId: "x1" })).body.id).not.toBe(before.id);
    expect(asked).toHaveLength(1);
  });

  test("where a host refuses who returns, it is a new account", async () => {
    const { user, send, types } = serve(storage, { adopt: () => "refuse", lifecycle: { remember: YEAR } });
    const { body: before } = await user({ userName: "ada", externalId: "x1" });
    await send("DELETE", `/Users/${before.id}`);
    const next = await user({ userName: "ada", externalId: "x1" });
    expect(next.status).toBe(201);
    expect(next.body.id).not.toBe(before.id);
    expect(types()).toEqual(["created", "deleted", "created"]);
  });

  test("who returns after the time is a new account, and nobody is asked", async () => {
    const { asked, decide } = answering("restore");
    const clock = { ahead: 0 };
    const now = () => new Date(Date.now() + clock.ahead);
    const { user, send } = serve(storage, { adopt: decide, lifecycle: { remember: 60 }, clock: { now } });
    const { body: before } = await user({ userName: "ada", externalId: "x1" });
    await send("DELETE", `/Users/${before.id}`);
    clock.ahead = 61_000;
    const next = await user({ userName: "ada", externalId: "x1" });
    expect(next.status).toBe(201);
    expect(next.body.id).not.toBe(before.id);
    expect(asked).toEqual([]);
  });

  test("who returns to a name that somebody has meanwhile is asked about as that one, and stays remembered", async () => {
    const { asked, decide } = answering("restore");
    const refusesLiving = (candidate: AdoptionCandidate): AdoptionAnswer => {
      const answer = decide(candidate);
      return candidate.isRemembered ? answer : "refuse";
    };
    const { user, send } = serve(storage, { adopt: refusesLiving, lifecycle: { remember: YEAR } });
    const { body: before } = await user({ userName: "ada", externalId: "x1" });
    await send("DELETE", `/Users/${before.id}`);
    const { body: other } = await user({ userName: "ada", externalId: "x2" });
    expect((await user({ userName: "ada", externalId: "x1" })).status).toBe(409);
    expect(asked.map(({ id, reason }) => [id, reason.type])).toEqual([
      [before.id, "tombstone"],
      [other.id, "attribute"],
    ]);
    expect((await user({ userName: "ada2", externalId: "x1" })).body.id).toBe(before.id);
  });

  test("within a bulk request each POST is asked about by itself, and a reference leads to the account", async () => {
    const { user, send, types } = serve(storage, {
      adopt: ({ attributes }) => (attributes.title === "mine" ? "link" : "refuse"),
    });
    const { body: ada } = await user({ userName: "ada" });
    await user({ userName: "bea" });
    const { body } = await send("POST", "/Bulk", {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
      Operations: [
        { method: "POST", path: "/Users", bulkId: "a", data: { schemas: [USER], userName: "ada", title: "mine" } },
        { method: "POST", path: "/Users", bulkId: "b", data: { schemas: [USER], userName: "bea" } },
        { method: "POST", path: "/Groups", bulkId: "g", data: { displayName: "g", members: [{ value: "bulkId:a" }] } },
      ],
    });
    expect(body.Operations.map(({ status }: { status: string }) => status)).toEqual(["201", "409", "201"]);
    expect(body.Operations[0].location).toBe(ada.meta.location);
    const { body: group } = await send("GET", body.Operations[2].location.split("/scim/v2")[1]);
    expect(group.members).toMatchObject([{ value: ada.id }]);
    expect(types()).toEqual(["created", "created", "adopted", "created"]);
  });

  test("a circle of a bulk request that fails leaves the account where it was", async () => {
    const { user, send, names } = serve(storage, { adopt: () => "link" });
    await user({ userName: "boss" });
    const manager = (bulkId: string) => ({ [ENTERPRISE]: { manager: { value: `bulkId:${bulkId}` } } });
    const operations = [
      { method: "POST", path: "/Users", bulkId: "a", data: { schemas: [USER], userName: "boss", ...manager("b") } },
      { method: "POST", path: "/Users", bulkId: "b", data: { schemas: [USER], ...manager("a") } },
    ];
    for (const Operations of [operations, operations.toReversed()]) {
      const { body } = await send("POST", "/Bulk", {
        schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        Operations,
      });
      expect(body.Operations.map(({ status }: { status: string }) => Number(status) >= 400)).toEqual([true, true]);
    }
    expect(await names()).toEqual(["boss"]);
  });

  test("decide is asked about a link as a create with what it is, and its veto leaves the account as it was", async () => {
    const seen: unknown[] = [];
    const veto = { on: false };
    const { user, send, types } = serve(storage, {
      adopt: () => "link",
      async decide(change) {
        const { operation, adoption, id, isWritten } = change;
        seen.push([operation, adoption?.type, (await change.before())?.title, isWritten]);
        if (adoption !== undefined && veto.on) throw errors.versionMismatch("No seat is left.");
        return adoption === undefined ? undefined : { nickName: `n${id.length}` };
      },
    });
    const isWritten = storage.transaction !== undefined;
    const { body: before } = await user({ userName: "ada", title: "Countess" });
    veto.on = true;
    const refused = await user({ userName: "ada", title: "Lady" });
    expect(refused).toMatchObject({ status: 412, body: { detail: "No seat is left." } });
    expect((await send("GET", `/Users/${before.id}`)).body).toEqual(before);
    veto.on = false;
    const linked = await user({ userName: "ada", title: "Lady" });
    expect(linked).toMatchObject({
      status: 201,
      body: { id: before.id, title: "Lady", nickName: `n${before.id.length}` },
    });
    expect(seen).toEqual([
      ["create", undefined, undefined, isWritten],
      ["create", "adopted", "Countess", isWritten],
      ["create", "adopted", "Countess", isWritten],
    ]);
    expect(types()).toEqual(["created", "adopted"]);
  });

  test("a veto of decide against who returns leaves it deleted and remembered", async () => {
    const veto = { on: false };
    const { user, send, types } = serve(storage, {
      adopt: () => "restore",
      lifecycle: { remember: YEAR },
      decide: ({ adoption }) => {
        if (adoption !== undefined && veto.on) throw errors.uniqueness("userName");
      },
    });
    const { body: before } = await user({ userName: "ada", externalId: "x1" });
    await send("DELETE", `/Users/${before.id}`);
    veto.on = true;
    expect((await user({ userName: "ada", externalId: "x1" })).status).toBe(409);
    expect((await send("GET", `/Users/${before.id}`)).status).toBe(404);
    veto.on = false;
    expect((await user({ userName: "ada", externalId: "x1" })).body.id).toBe(before.id);
    expect(types()).toEqual(["created", "deleted", "restored"]);
  });

  describe("where others are at the same account", () => {
    /** Refuses what has an externalId already, once both have been asked about the same version. */
    function once(arrive: () => Promise<void>) {
      const asked: string[] = [];
      return {
        asked,
        adopt: async (candidate: AdoptionCandidate): Promise<AdoptionAnswer> => {
          asked.push(candidate.version);
          const { externalId } = await candidate.existing();
          await arrive();
          return externalId === undefined ? "link" : "refuse";
        },
      };
    }

    async function raced(adapter: StorageAdapter) {
      const { asked, adopt } = once(barrier(2));
      const { user, send, types } = serve(adapter, { adopt });
      const { body: before } = await user({ userName: "ada" });
      const answers = await Promise.all(["x1", "x2"].map((externalId) => user({ userName: "ada", externalId })));
      const { body: after } = await send("GET", `/Users/${before.id}`);
      return { asked, answers, after, types: types() };
    }

    test("of two creates that link it one gets it, and the other is asked with what the first made of it", async () => {
      const { asked, answers, after, types } = await raced(together(storage, false));
      expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409]);
      expect(after.externalId).toBe(answers.find(({ status }) => status === 201)?.body.externalId);
      expect(asked).toHaveLength(3);
      expect(new Set(asked).size).toBe(2);
      expect(types).toEqual(["created", "adopted"]);
    });

    test("both would get it from a server that does not bind the write to the version", async () => {
      const { answers } = await raced(together(storage, true));
      expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    });

    test("of two creates that change nothing one gets it all the same", async () => {
      const arrive = barrier(2);
      const versions = new Set<string>();
      const adopt = async ({ version }: AdoptionCandidate): Promise<AdoptionAnswer> => {
        const isFirst = versions.size === 0 || versions.has(version);
        versions.add(version);
        await arrive();
        return isFirst ? "link" : "refuse";
      };
      const { user } = serve(together(storage, false), { adopt });
      await user({ userName: "ada" });
      const answers = await Promise.all([user({ userName: "ada" }), user({ userName: "ada" })]);
      expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409]);
    });

    test("what somebody changes meanwhile is asked about again, and not lost", async () => {
      const asked: unknown[] = [];
      const tenant = newTenant();
      const others = serve(storage, {}, tenant);
      const { user } = serve(
        storage,
        {
          async adopt(candidate): Promise<AdoptionAnswer> {
            asked.push((await candidate.existing()).title);
            if (asked.length === 1)
              await others.patch(`/Users/${candidate.id}`, { op: "replace", path: "title", value: "Countess" });
            return "link";
          },
        },
        tenant,
      );
      await user({ userName: "ada" });
      const linked = await user({ userName: "ada", externalId: "x1" });
      expect(linked).toMatchObject({ status: 201, body: { title: "Countess", externalId: "x1" } });
      expect(asked).toEqual([undefined, "Countess"]);
    });

    test("who is deleted meanwhile leaves a plain create", async () => {
      const tenant = newTenant();
      const others = serve(storage, {}, tenant);
      const asked: string[] = [];
      const { user, types } = serve(
        storage,
        {
          async adopt({ id }): Promise<AdoptionAnswer> {
            asked.push(id);
            await others.send("DELETE", `/Users/${id}`);
            return "link";
          },
        },
        tenant,
      );
      const { body: before } = await user({ userName: "ada", title: "gone" });
      const next = await user({ userName: "ada", externalId: "x1" });
      expect(next).toMatchObject({ status: 201, body: { userName: "ada", externalId: "x1" } });
      expect(next.body.id).not.toBe(before.id);
      expect(next.body.title).toBeUndefined();
      expect(asked).toEqual([before.id]);
      expect(types()).toEqual(["created", "created"]);
    });

    test("of two who return as one, one gets the id and the other is asked about the one who has it", async () => {
      const arrive = barrier(2);
      const asked: string[] = [];
      const { user, send, types, names } = serve(storage, {
        lifecycle: { remember: YEAR },
        async adopt({ reason }) {
          asked.push(reason.type);
          if (reason.type !== "tombstone") return "refuse";
          await arrive();
          return "restore";
        },
      });
      const { body: before } = await user({ userName: "ada", externalId: "x1" });
      await send("DELETE", `/Users/${before.id}`);
      const back = () => user({ userName: "ada", externalId: "x1" });
      const answers = await Promise.all([back(), back()]);
      expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409]);
      expect(answers.find(({ status }) => status === 201)?.body.id).toBe(before.id);
      expect(asked).toEqual(["tombstone", "tombstone", "attribute"]);
      expect(types()).toEqual(["created", "deleted", "restored"]);
      expect(await names()).toEqual(["ada"]);
    });

    test("of two who return as one by other names, one gets the id, and nobody is remembered any more", async () => {
      const arrive = barrier(2);
      const asked: string[] = [];
      const { user, send } = serve(storage, {
        lifecycle: { remember: YEAR },
        async adopt({ reason }): Promise<AdoptionAnswer> {
          asked.push(reason.type);
          await arrive();
          return "restore";
        },
      });
      const { body: before } = await user({ userName: "ada", externalId: "x1" });
      await send("DELETE", `/Users/${before.id}`);
      const answers = await Promise.all(["bea", "eve"].map((userName) => user({ userName, externalId: "x1" })));
      expect(answers.map(({ status }) => status)).toEqual([201, 201]);
      expect(answers.filter(({ body }) => body.id === before.id)).toHaveLength(1);
      await user({ userName: "kay", externalId: "x1" });
      expect(asked).toEqual(["tombstone", "tombstone"]);
    });
  });
});

/**
 * The first two writes begin together, after both have looked at the version.
 * @param isNaive as of a server that reads, asks and then writes, whatever is there by then.
 */
function together(storage: StorageAdapter, isNaive: boolean): StorageAdapter {
  const arrive = barrier(2);
  return {
    ...storage,
    async replace({ ifVersion, before, touch, ...request }, context: Context) {
      await arrive();
      return storage.replace(isNaive ? request : { ...request, ifVersion, before, touch }, context);
    },
  };
}
