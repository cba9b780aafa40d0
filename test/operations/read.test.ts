import { describe, expect, test } from "vitest";
import { BASE_URL, directory, directoryWith, ENTERPRISE, USER } from "../support/directory.ts";
import { expectRefusal } from "../support/refusal.ts";

const user = (more: object = {}): object => ({ schemas: [USER], userName: "ada", ...more });

describe("GET of one resource", () => {
  test("answers 200 with the resource, its URL and its version [P-3.4.1-01 P-3.4.1-04]", async () => {
    const { ask } = directory();
    const { json } = await ask("POST", "/Users", user());
    const read = await ask("GET", `/Users/${json.id}`);
    expect(read).toMatchObject({
      status: 200,
      json: { schemas: [USER], id: json.id, userName: "ada", active: true, meta: { resourceType: "User" } },
      headers: { Location: json.meta.location, "Content-Location": json.meta.location, ETag: json.meta.version },
    });
    expect(typeof read.json.active).toBe("boolean");
  });

  test("of an unknown id is 404, the same for one that is deleted, of another type or of another tenant [P-3.4.1-02 P-3.4.1-03 S-9.3-01]", async () => {
    const service = directory({ authenticate: (request) => ({ tenant: String(request.headers.tenant ?? "a") }) });
    const { json } = await service.ask("POST", "/Users", user());
    const gone = await service.ask("POST", "/Users", user({ userName: "gone" }));
    await service.ask("DELETE", `/Users/${gone.json.id}`);
    const answers = [
      await service.ask("GET", "/Users/nope"),
      await service.ask("GET", `/Users/${gone.json.id}`),
      await service.ask("GET", `/Users/${json.id}`, undefined, { tenant: "b" }),
    ];
    for (const answer of answers) expectRefusal(answer, 404);
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expectRefusal(await service.ask("GET", `/Groups/${json.id}`), 404);
    for (const method of ["PUT", "DELETE"])
      expectRefusal(
        await service.ask(method, `/Users/${json.id}`, method === "PUT" ? user() : undefined, { tenant: "b" }),
        404,
      );
    expect((await service.ask("GET", "/Users", undefined, { tenant: "b" })).json.totalResults).toBe(0);
  });

  test("knows ids that need escaping: they go into URLs and come back from them [P-1.2-01 R-41]", async () => {
    for (const id of ["a b", "ä/ö", "50%25", "x?y#z", "...", ".scim", "a;b=c", "~!$&'()*+,="]) {
      const { ask } = await directoryWith({ users: [{ id, ...user() }], groups: [] });
      const { json } = await ask("GET", `/Users/${encodeURIComponent(id)}`);
      expect(json).toMatchObject({ id, meta: { location: `${BASE_URL}/Users/${encodeURIComponent(id)}` } });
      expect((await ask("GET", json.meta.location.slice(BASE_URL.length))).json).toEqual(json);
    }
  });

  test("with a suffix that names a format is no other resource [P-3.8-07]", async () => {
    const { ask } = directory();
    const { json } = await ask("POST", "/Users", user());
    expectRefusal(await ask("GET", `/Users/${json.id}.scim`), 404);
    expectRefusal(await ask("GET", `/Users/${json.id}.json`), 404);
  });

  test("ignores the parameters of a list and parameters that nobody knows [P-3.4.2-01 R-58]", async () => {
    const { ask } = directory();
    const { json } = await ask("POST", "/Users", user());
    const path = `/Users/${json.id}`;
    expect((await ask("GET", `${path}?foo=bar&x.y=1&startIndex=5&count=0&sortBy=userName&=&&a`)).json).toEqual(json);
  });

  test("HEAD is the same without a body, and changes nothing [P-3.2-06 T-H4]", async () => {
    const { ask } = directory();
    const { json } = await ask("POST", "/Users", user());
    for (const path of [`/Users/${json.id}`, "/Users", "/ServiceProviderConfig"]) {
      const [get, head] = [await ask("GET", path), await ask("HEAD", path)];
      expect(head).toMatchObject({ status: 200, headers: get.headers, body: undefined });
    }
    expect(await ask("HEAD", "/Users/nope")).toMatchObject({ status: 404, body: undefined });
    expect((await ask("GET", `/Users/${json.id}`)).json).toEqual(json);
  });

  test("no cache keeps an answer and no browser guesses at it [T-H5 T-H9]", async () => {
    const { ask } = directory();
    const { json } = await ask("POST", "/Users", user());
    for (const path of [`/Users/${json.id}`, "/Users", "/Users/nope", "/Schemas"])
      expect((await ask("GET", path)).headers).toMatchObject({
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
      });
  });
});

describe("what a caller may not read", () => {
  test("is neither returned nor of use in filters and sorting [S-9.3-02]", async () => {
    const { ask } = directory({
      isReadable: (attribute) => !["nickName", "emails.value", `${ENTERPRISE}:costCenter`].includes(attribute.path),
    });
    const { json } = await ask(
      "POST",
      "/Users",
      user({
        nickName: "n",
        emails: [{ value: "a@b.c", type: "work" }],
        [ENTERPRISE]: { costCenter: "1", division: "d" },
      }),
    );
    for (const query of ["", "?attributes=nickName,emails,userName", `?attributes=${ENTERPRISE}`]) {
      const { body } = await ask("GET", `/Users/${json.id}${query}`);
      expect(body).not.toMatch(/nickName|a@b\.c|costCenter/);
    }
    expect((await ask("GET", `/Users/${json.id}`)).json).toMatchObject({
      emails: [{ type: "work" }],
      [ENTERPRISE]: { division: "d" },
    });
    for (const filter of [
      'nickName eq "n"',
      'emails.value eq "a@b.c"',
      'emails[value eq "a@b.c"]',
      `${ENTERPRISE}:costCenter pr`,
      "nickName pr",
    ])
      expectRefusal(await ask("GET", `/Users?filter=${encodeURIComponent(filter)}`), 400, "invalidFilter");
    expectRefusal(await ask("GET", "/Users?sortBy=nickName"), 400, "invalidValue");
  });
});
