import { describe, expect, test } from "vitest";
import { errors } from "../../src/index.ts";
import { ERROR, filtered, USER } from "../support/directory.ts";
import { under } from "../support/quirk.ts";

// What clients send beside the letter and every server takes, so that no rule is needed: all of it holds under strict as well.
const strict = () => under([]);

describe("headers", () => {
  test("a request without a body needs no Content-Type, and none needs a User-Agent [Q01 Q02]", async () => {
    const { scim, ada } = await strict();
    for (const method of ["GET", "HEAD", "DELETE"]) {
      const headers = { authorization: "Bearer good" };
      const { status } = await scim.handle({ method, url: `/scim/v2/Users/${ada}`, headers });
      expect(status).toBe(method === "DELETE" ? 204 : 200);
    }
  });

  test("media types may have parameters, and a GET a Content-Type and an Accept-Charset [Q04]", async () => {
    const service = await strict();
    const { status, headers } = await service.ask("GET", "/Users?count=1", undefined, {
      accept: "application/scim+json; charset=utf-8",
      "accept-charset": "utf-8",
      "content-type": "application/scim+json; charset=utf-8",
    });
    expect([status, headers["Content-Type"]]).toEqual([200, "application/scim+json"]);
    for (const accept of ["*/*", "application/json", "application/scim+json", "text/html, application/scim+json;q=0.8"])
      expect((await service.ask("GET", "/Users", undefined, { accept })).status).toBe(200);
  });

  test("a body may be application/json or text/json; the answer is application/scim+json unless the client wants JSON alone [Q05]", async () => {
    const service = await strict();
    const post = (userName: string, headers: Record<string, string>) =>
      service.ask("POST", "/Users", { schemas: [USER], userName }, headers);
    for (const type of ["application/json", "application/json; charset=utf-8", "text/json", "application/scim+json"]) {
      const { status, headers } = await post(type, { "content-type": type });
      expect([status, headers["Content-Type"]]).toEqual([201, "application/scim+json"]);
    }
    const { headers } = await post("ol", { "content-type": "application/json", accept: "application/json" });
    expect(headers["Content-Type"]).toBe("application/json");
  });

  test("authenticate sees every header as it came, whatever the scheme [Q09]", async () => {
    const seen: unknown[] = [];
    const service = await under([], {
      authenticate: ({ headers }) => {
        seen.push(headers.authorization);
        return {};
      },
    });
    for (const authorization of ["Basic dXNlcjpwdw==", "raw-token-of-okta"])
      await service.ask("GET", "/Users", undefined, { authorization });
    expect(seen.slice(-2)).toEqual(["Basic dXNlcjpwdw==", "raw-token-of-okta"]);
  });
});

describe("URLs", () => {
  test("+ and %20 in a query are blanks, and %2B is a plus [Q03]", async () => {
    const service = await strict();
    await service.ask("POST", "/Users", { schemas: [USER], userName: "ada+test@x.example" });
    for (const query of [
      "filter=userName+eq+%22ada%2Btest@x.example%22",
      "filter=userName%20eq%20%22ada%2Btest%40x.example%22",
    ])
      expect(await service.find(`/Users?${query}`)).toEqual(["ada+test@x.example"]);
    expect(await service.find("/Users?filter=userName+eq+%22ada+test@x.example%22")).toEqual([]);
  });

  test("unknown parameters, with or without a value, are ignored, behind a slash and a double slash too [Q06]", async () => {
    const service = await strict();
    const filter = `filter=${encodeURIComponent('userName eq "ada"')}`;
    for (const path of [
      `/Users?aadOptscim062020&${filter}`,
      `/Users/?aadOptscim062020&${filter}`,
      `//Users?${filter}&aadOptscim062020`,
      `//Users/?x=1&y&&${filter}`,
    ])
      expect(await service.find(path)).toEqual(["ada"]);
  });

  test("one slash at the end is the same resource, for every verb and without a redirect [Q08]", async () => {
    const service = await strict();
    expect((await service.ask("POST", "/Users/", { schemas: [USER], userName: "eve" })).status).toBe(201);
    expect((await service.ask("GET", `/Users/${service.ada}/`)).json.id).toBe(service.ada);
    expect((await service.ask("GET", "/Groups/")).json.totalResults).toBe(1);
    expect((await service.ask("DELETE", `/Users/${service.ada}/`)).status).toBe(204);
  });
});

describe("errors", () => {
  test("every one is SCIM JSON, with the status as a string [Q10]", async () => {
    const service = await strict();
    const answers = [
      [401, await service.ask("GET", "/Users", undefined, { authorization: "Bearer bad" })],
      [404, await service.ask("GET", "/Nothing")],
      [404, await service.ask("GET", "/Users/nobody")],
      [405, await service.ask("DELETE", "/Users")],
      [413, await service.ask("POST", "/Users", "x".repeat(3_000_000))],
      [415, await service.ask("POST", "/Users", "<a/>", { "content-type": "text/xml" })],
      [400, await service.ask("POST", "/Users", "{", { "content-type": "application/json" })],
      [406, await service.ask("GET", "/Users", undefined, { accept: "text/html" })],
    ] as const;
    for (const [status, answer] of answers) {
      expect(answer.status).toBe(status);
      expect(answer.headers["Content-Type"]).toBe("application/scim+json");
      expect(answer.json).toMatchObject({ schemas: [ERROR], status: String(status), detail: expect.any(String) });
    }
  });

  test("a limiter's 429 has Retry-After in whole seconds and a SCIM body [Q12]", async () => {
    const service = await under([], {
      authenticate: () => {
        if (isLimited) throw errors.tooManyRequests(2.2);
        return {};
      },
    });
    isLimited = true;
    const { status, headers, json } = await service.ask("GET", filtered("/Users", 'userName eq "ada"'));
    isLimited = false;
    expect([status, headers["Retry-After"], json.status]).toEqual([429, "3", "429"]);
  });
});

let isLimited = false;
