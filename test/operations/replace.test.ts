import { describe, expect, test } from "vitest";
import { directory, ENTERPRISE, GROUP, USER } from "../support/directory.ts";
import { expectRefusal } from "../support/refusal.ts";

const user = (more: object = {}): object => ({ schemas: [USER], userName: "ada", ...more });

describe("PUT", () => {
  test("answers 200 with the whole resource, as a GET shows it; what the body omits is cleared [P-3.5-01 P-3.5.1-01 P-3.5.1-02 P-3.5.1-09]", async () => {
    const { ask } = directory();
    const { json } = await ask("POST", "/Users", user({ nickName: "old", title: "t", emails: [{ value: "a@b.c" }] }));
    const path = `/Users/${json.id}`;
    const put = await ask("PUT", path, user({ nickName: "new" }));
    expect(put).toMatchObject({ status: 200, json: { id: json.id, nickName: "new" } });
    expect(put.json).not.toHaveProperty("title");
    expect(put.json).not.toHaveProperty("emails");
    expect(put.headers).toMatchObject({ Location: json.meta.location, ETag: put.json.meta.version });
    expect(put.json.meta.version).not.toBe(json.meta.version);
    expect((await ask("GET", path)).json).toEqual(put.json);
  });

  test("keeps what it omits where the option says so, and null clears all the same [P-3.5.1-04]", async () => {
    const { ask } = directory({ settings: { putOmitted: "keep" } });
    const { json } = await ask("POST", "/Users", user({ nickName: "n", title: "t" }));
    const put = await ask("PUT", `/Users/${json.id}`, user({ title: null }));
    expect(put.json.nickName).toBe("n");
    expect(put.json).not.toHaveProperty("title");
  });

  test("does not know id, meta and groups of the client's [P-3.5.1-07]", async () => {
    const { ask } = directory();
    const { json } = await ask("POST", "/Users", user());
    const put = await ask("PUT", `/Users/${json.id}`, user({ id: "other", meta: {}, groups: [{ value: "g" }] }));
    expect(put).toMatchObject({ status: 200, json: { id: json.id, meta: json.meta } });
    expect(put.json).not.toHaveProperty("groups");
  });

  test("without a required attribute is refused and changes nothing [P-3.5.1-08]", async () => {
    const { ask } = directory();
    const { json } = await ask("POST", "/Users", user({ nickName: "n" }));
    expectRefusal(
      await ask("PUT", `/Users/${json.id}`, { schemas: [USER], nickName: "x" }),
      400,
      "invalidValue",
      /userName is required/,
    );
    expect((await ask("GET", `/Users/${json.id}`)).json).toEqual(json);
  });

  test("never creates, and takes no value that another one holds [P-3.2-01 P-3.5.1-10 S-7-10 S-7-25]", async () => {
    const { ask } = directory();
    expectRefusal(await ask("PUT", "/Users/nope", user()), 404);
    expect((await ask("GET", "/Users")).json.totalResults).toBe(0);
    await ask("POST", "/Users", user());
    const { json } = await ask("POST", "/Users", user({ userName: "grace" }));
    expectRefusal(await ask("PUT", `/Users/${json.id}`, user({ userName: "ADA" })), 409, "uniqueness");
    expect((await ask("GET", `/Users/${json.id}`)).json).toEqual(json);
    const own = await ask("PUT", `/Users/${json.id}`, user({ userName: "GRACE" }));
    expect(own).toMatchObject({ status: 200, json: { userName: "GRACE" } });
  });

  test("of what a GET gave changes nothing: no version, no date, no event [P-3.5.1-11 R-67]", async () => {
    const service = directory();
    const { ask } = service;
    const { json } = await ask(
      "POST",
      "/Users",
      user({ emails: [{ value: "a@b.c", primary: true }], [ENTERPRISE]: { division: "d" } }),
    );
    await ask("POST", "/Groups", { schemas: [GROUP], displayName: "g", members: [{ value: json.id }] });
    const read = (await ask("GET", `/Users/${json.id}`)).json;
    service.events.length = 0;
    const put = await ask("PUT", `/Users/${json.id}`, read);
    expect(put).toMatchObject({ status: 200, json: read });
    expect(put.headers.ETag).toBe(json.meta.version);
    expect(service.events).toEqual([]);
  });

  test("replaces extension data as well, and schemas follows [P-3.5.1-12]", async () => {
    const { ask } = directory();
    const { json } = await ask("POST", "/Users", user({ [ENTERPRISE]: { division: "d", department: "p" } }));
    const other = await ask("PUT", `/Users/${json.id}`, user({ [ENTERPRISE]: { division: "e" } }));
    expect(other.json).toMatchObject({ schemas: [USER, ENTERPRISE], [ENTERPRISE]: { division: "e" } });
    expect(other.json[ENTERPRISE]).not.toHaveProperty("department");
    const none = await ask("PUT", `/Users/${json.id}`, user({ schemas: [USER, ENTERPRISE] }));
    expect(none.json.schemas).toEqual([USER]);
    expect(none.json).not.toHaveProperty([ENTERPRISE]);
  });

  test("of a group with members in another order, fewer and more is never a matter of mutability [P-3.5.1-13]", async () => {
    const { ask } = directory();
    const ids: string[] = [];
    for (const userName of ["a", "b", "c"]) ids.push((await ask("POST", "/Users", user({ userName }))).json.id);
    const [a, b, c] = ids;
    const group = (members: object[]): object => ({ schemas: [GROUP], displayName: "g", members });
    const { json } = await ask("POST", "/Groups", group([{ value: a, display: "A" }, { value: b }]));
    const put = await ask("PUT", `/Groups/${json.id}`, group([{ value: c }, { value: a, display: "changed" }]));
    expect(put.status).toBe(200);
    expect(put.json.members.map(({ value }: { value: string }) => value).sort()).toEqual([a, c].sort());
    const reordered = await ask("PUT", `/Groups/${json.id}`, group([{ value: a }, { value: c }]));
    expect(reordered.json.meta).toEqual(put.json.meta);
  });

  test("is tried again when another writer comes between, and gives up with 409 [R-67]", async () => {
    const { memoryStorage } = await import("../../src/storage/memory/index.ts");
    const memory = memoryStorage();
    let disturb = 0;
    const service = directory({
      storage: {
        ...memory,
        replace: async (request, context) => {
          if (disturb-- > 0) {
            const title = `other ${disturb}`;
            await memory.replace(
              { ...request, resource: { ...request.resource, title }, ifVersion: undefined },
              context,
            );
          }
          return memory.replace(request, context);
        },
      },
    });
    const { json } = await service.ask("POST", "/Users", user());
    disturb = 3;
    expect(await service.ask("PUT", `/Users/${json.id}`, user({ nickName: "n" }))).toMatchObject({
      status: 200,
      json: { nickName: "n" },
    });
    disturb = 1000;
    expectRefusal(await service.ask("PUT", `/Users/${json.id}`, user({ nickName: "m" })), 409);
    disturb = 1;
    const current = (await service.ask("GET", `/Users/${json.id}`)).json.meta.version;
    expectRefusal(await service.ask("PUT", `/Users/${json.id}`, user({ nickName: "o" }), { "if-match": current }), 412);
  });
});
