import { beforeAll, describe, expect, test } from "vitest";
import { type Directory, directory, ENTERPRISE, USER } from "../support/directory.ts";
import { expectRefusal } from "../support/refusal.ts";

describe("attributes and excludedAttributes", () => {
  let ask: Directory["ask"];
  let id: string;
  const body = {
    schemas: [USER, ENTERPRISE],
    userName: "ada",
    name: { givenName: "Ada", familyName: "King" },
    nickName: "Adi",
    emails: [
      { value: "a@example.com", type: "work" },
      { value: "b@example.com", type: "home" },
    ],
    [ENTERPRISE]: { employeeNumber: "7", department: "Engines" },
  };
  const get = async (query: string) => {
    const one = (await ask("GET", `/Users/${id}?${query}`)).json;
    expect((await ask("GET", `/Users?${query}`)).json.Resources).toEqual([one]);
    const { schemas, id: shownId, ...rest } = one;
    expect(schemas).toContain(USER);
    expect(shownId).toBe(id);
    return rest;
  };
  beforeAll(async () => {
    ({ ask } = directory());
    id = (await ask("POST", "/Users", body)).json.id;
  });

  test("attributes: the minimum and what is named, nothing else [P-3.9-02 P-3.9-10]", async () => {
    expect(await get("attributes=userName,name.givenName")).toEqual({ userName: "ada", name: { givenName: "Ada" } });
    expect(await get("attributes=")).toEqual({});
    expect(await get("attributes=id")).toEqual({});
  });

  test("excludedAttributes: the default without what is named [P-3.9-03]", async () => {
    const shown = await get("excludedAttributes=name.familyName,emails,meta");
    expect(shown).toEqual({
      userName: "ada",
      name: { givenName: "Ada" },
      nickName: "Adi",
      active: true,
      [ENTERPRISE]: body[ENTERPRISE],
    });
    expect(await get("excludedAttributes=name.familyName,name.givenName")).not.toHaveProperty("name");
  });

  test("names in any letter case, with blanks around them [P-3.9-06 P-3.10-01]", async () => {
    expect(await get("attributes=USERNAME,%20Emails.VALUE%20,")).toEqual({
      userName: "ada",
      emails: [{ value: "a@example.com" }, { value: "b@example.com" }],
    });
  });

  test("a complex attribute is shown whole, a sub-attribute alone in each element [P-3.9-07]", async () => {
    expect(await get("attributes=emails")).toEqual({ emails: body.emails });
    expect(await get("attributes=emails.type")).toEqual({ emails: [{ type: "work" }, { type: "home" }] });
    expect(await get("attributes=emails.display")).toEqual({});
    expect(await get("attributes=name,name.givenName")).toEqual({ name: body.name });
    expect(await get("attributes=name.givenName,name")).toEqual({ name: body.name });
  });

  test("unknown names select nothing and are no error [P-3.9-08]", async () => {
    expect(await get("attributes=nosuch,emails.nosuch,urn:nope:x")).toEqual({});
    expect(await get("excludedAttributes=nosuch")).toMatchObject({ userName: "ada", nickName: "Adi" });
  });

  test("extension attributes by their URN, or the URN alone for all of them [P-3.9-09 P-3.10-02]", async () => {
    expect(await get(`attributes=${ENTERPRISE}:department`)).toEqual({ [ENTERPRISE]: { department: "Engines" } });
    expect(await get(`attributes=${ENTERPRISE}`)).toEqual({ [ENTERPRISE]: body[ENTERPRISE] });
    expect(await get(`attributes=${ENTERPRISE.toUpperCase()}:DEPARTMENT`)).toEqual({
      [ENTERPRISE]: { department: "Engines" },
    });
    expect(await get(`excludedAttributes=${ENTERPRISE}`)).not.toHaveProperty([ENTERPRISE]);
    expect(await get(`attributes=${USER}:userName`)).toEqual({ userName: "ada" });
    expect(await get(`attributes=${USER}:name.givenName`)).toEqual({ name: { givenName: "Ada" } });
  });

  test("an extension attribute without its URN: found by lenient, unknown to strict [P-3.10-03]", async () => {
    expect(await get("attributes=department")).toEqual({ [ENTERPRISE]: { department: "Engines" } });
    const strict = directory({ profile: "strict" });
    await strict.ask("POST", "/Users", body);
    expect((await strict.ask("GET", "/Users?attributes=department")).json.Resources[0]).not.toHaveProperty([
      ENTERPRISE,
    ]);
    expectRefusal(await strict.ask("GET", "/Users?filter=employeeNumber%20eq%20%227%22"), 400, "invalidFilter");
    expectRefusal(await strict.ask("GET", "/Users?sortBy=employeeNumber"), 400, "invalidValue");
  });

  test("both at once: attributes wins under lenient, with a note, and strict refuses [P-3.9-04 R-26]", async () => {
    expect(await get("attributes=userName&excludedAttributes=userName")).toEqual({ userName: "ada" });
    const strict = directory({ profile: "strict" });
    expectRefusal(
      await strict.ask("GET", "/Users?attributes=userName&excludedAttributes=emails"),
      400,
      "invalidValue",
      /exclude each other/,
    );
  });

  test("hold for every answer that shows a resource [P-3.9-01 P-3.9-05]", async () => {
    const service = directory();
    const minimum = { schemas: [USER], id: expect.any(String), userName: expect.any(String) };
    const post = await service.ask("POST", "/Users?attributes=userName", body);
    expect(post.json).toEqual(minimum);
    const path = `/Users/${post.json.id}`;
    expect((await service.ask("PUT", `${path}?attributes=userName`, body)).json).toEqual(minimum);
    const patch = {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      Operations: [{ op: "replace", path: "nickName", value: "x" }],
    };
    expect((await service.ask("PATCH", `${path}?attributes=userName`, patch)).json).toEqual(minimum);
    expect((await service.ask("PUT", `${path}?excludedAttributes=emails,name`, body)).json).not.toHaveProperty(
      "emails",
    );
    const all = Object.keys((await service.ask("GET", path)).json).sort();
    expect(Object.keys((await service.ask("PUT", path, body)).json).sort()).toEqual(all);
    expect(Object.keys((await service.ask("PATCH", path, patch)).json).sort()).toEqual(all);
    expect(Object.keys((await service.ask("GET", "/Users")).json.Resources[0]).sort()).toEqual(all);
    expect(Object.keys((await service.ask("POST", "/Users", { ...body, userName: "b" })).json).sort()).toEqual(all);
  });
});
