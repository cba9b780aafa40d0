import { describe, expect, test } from "vitest";
import { BASE_URL, directory, ENTERPRISE, GROUP, USER } from "../support/directory.ts";
import { expectRefusal } from "../support/refusal.ts";

const user = (more: object = {}): object => ({ schemas: [USER], userName: "ada", ...more });

describe("POST", () => {
  test("answers 201 with the whole new resource, as a GET shows it, and its URL [P-3.3-04 P-3.3-05 P-3.3-06 P-3.1-04]", async () => {
    const { ask } = directory();
    const created = await ask(
      "POST",
      "/Users",
      user({ name: { givenName: "Ada" }, shoeSize: 43, [ENTERPRISE]: { division: "d" } }),
    );
    expect(created.status).toBe(201);
    expect(created.headers).toMatchObject({
      Location: `${BASE_URL}/Users/${created.json.id}`,
      "Content-Type": "application/scim+json",
      ETag: created.json.meta.version,
    });
    const read = await ask("GET", `/Users/${created.json.id}`);
    expect(read.json).toEqual(created.json);
    expect(read.body).toBe(created.body);
  });

  test("has the URL in the header also where the body does not show it [P-3.3-07 P-3.9-05]", async () => {
    const { ask } = directory();
    const { headers, json } = await ask("POST", "/Users?attributes=userName", user({ nickName: "n" }));
    expect(json).toEqual({ schemas: [USER], id: expect.any(String), userName: "ada" });
    expect(headers.Location).toBe(`${BASE_URL}/Users/${json.id}`);
    const minimum = await ask("POST", "/Users?attributes=id", user({ userName: "b" }));
    expect(minimum.json).toEqual({ schemas: [USER], id: expect.any(String) });
  });

  test("of a taken user name is 409 uniqueness in any letter case, and neither adopts nor changes the other one [P-3.3-08 S-7-25 R-38]", async () => {
    const { ask } = directory();
    const { json } = await ask("POST", "/Users", user());
    for (const userName of ["ada", "ADA", "\uff21da"])
      expectRefusal(
        await ask("POST", "/Users", user({ userName, nickName: "thief" })),
        409,
        "uniqueness",
        /userName must be unique/,
      );
    expect((await ask("GET", "/Users")).json).toMatchObject({ totalResults: 1, Resources: [json] });
  });

  test("that is refused leaves nothing behind, whatever is wrong with it [P-3.3-10 S-2.3.7-05]", async () => {
    const { ask } = directory();
    const group = { schemas: [GROUP], displayName: "g" };
    expectRefusal(
      await ask("POST", "/Groups", { ...group, members: [{ value: "nobody" }] }),
      400,
      "invalidValue",
      /members\[0\]/,
    );
    expectRefusal(await ask("POST", "/Groups", { schemas: [GROUP] }), 400, "invalidValue");
    expect((await ask("GET", "/Groups")).json.totalResults).toBe(0);
  });

  test("emits one created event, after the resource is there [R-67]", async () => {
    const service = directory();
    const { json } = await service.ask("POST", "/Users", user({ externalId: "x" }));
    await service.ask("POST", "/Users", user());
    expect(service.events.filter(({ type }) => type === "created")).toMatchObject([
      {
        resourceType: "User",
        id: json.id,
        externalId: "x",
        version: expect.any(String),
        attributes: expect.arrayContaining(["userName"]),
      },
    ]);
  });
});
