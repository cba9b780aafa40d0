import { describe, expect, test } from "vitest";
import { type Asked, clientOf, json, listOf, networkFault, type Reply, refusal } from "./answers.ts";

const ADA = { id: "1", userName: "ada", externalId: "e1", meta: { created: "2026-01-01T00:00:00Z" } };
const ada = { userName: "ada", externalId: "e1" };
const cut = () => Promise.reject(networkFault("ECONNRESET"));

/** A server on which POST goes these ways, one after the other, and a GET finds what `find` gives. */
function creating(posts: readonly Reply[], find: (asked: Asked) => Response | readonly object[]) {
  let at = 0;
  return clientOf((asked, request) => {
    if (asked.method === "POST") return (posts[at++] ?? (() => json(ADA, 201)))(asked, request);
    const found = find(asked);
    return found instanceof Response ? found : listOf(found, { totalResults: found.length });
  });
}
const methods = ({ asked }: ReturnType<typeof clientOf>) => asked.map(({ method }) => method);

describe("a POST that may have happened", () => {
  test("is looked for and taken, and not sent again", async () => {
    for (const lost of [
      cut,
      () => refusal(500),
      () => refusal(502),
      () => refusal(503),
      () => refusal(504),
      () => refusal(408),
    ]) {
      const server = creating([lost], () => [ADA]);
      expect(await server.users.create(ada)).toEqual(ADA);
      expect(methods(server)).toEqual(["POST", "GET"]);
      expect(server.asked[1]?.path).toBe('/Users?filter=externalId eq "e1"');
    }
  });

  test("is looked for by what else tells it apart, each value as JSON has it", async () => {
    const odd = { ...ADA, externalId: undefined, userName: 'A"d\\a' };
    const server = creating([cut], ({ path }) => (path.includes("userName") ? [odd] : []));
    expect(await server.users.create({ userName: 'a"d\\a', externalId: "e1" })).toMatchObject({ id: "1" });
    expect(server.asked[2]?.path).toBe(String.raw`/Users?filter=userName eq "a\"d\\a"`);
    const group = { id: "g", displayName: "Admins" };
    const groups = creating([cut], () => [group]);
    expect(await groups.groups.create({ displayName: "Admins" })).toEqual(group);
  });

  test("and is not there is sent again", async () => {
    const server = creating([cut, () => refusal(503)], () => []);
    expect(await server.users.create(ada)).toEqual(ADA);
    expect(methods(server)).toEqual(["POST", "GET", "GET", "POST", "GET", "GET", "POST"]);
  });

  test("is found behind the conflict that it makes with itself", async () => {
    let isThere = false;
    const conflict = () => {
      isThere = true;
      return refusal(409);
    };
    const server = creating([cut, conflict], () => (isThere ? [ADA] : []));
    expect(await server.users.create(ada)).toEqual(ADA);
    expect(methods(server).filter((method) => method === "POST")).toHaveLength(2);
  });

  test("is not mistaken for what was there before, or for what somebody else has made", async () => {
    const date = { date: "Fri, 02 Jan 2026 00:00:00 GMT" };
    const strangers: readonly (() => Response)[] = [
      () => json({ Resources: [ADA], totalResults: 1 }, 200, date),
      () => listOf([{ ...ADA, externalId: "e2" }]),
      () => listOf([{ ...ADA, userName: "bob" }]),
    ];
    for (const [index, stranger] of strangers.entries()) {
      const server = creating([cut, () => refusal(409, "Taken.")], stranger);
      const error = await server.users.create(ada).catch((one: unknown) => one);
      expect(error, `number ${index}`).toMatchObject({ status: 409, detail: "Taken.", mayHaveHappened: true });
    }
  });

  test("is told of where nobody can look for it", async () => {
    const unfiltered = () => listOf([{ id: "7", externalId: "e7", userName: "zoe" }], { totalResults: 900 });
    for (const find of [() => refusal(403), () => refusal(400), () => refusal(501), () => json([]), unfiltered]) {
      const server = creating([cut], find);
      await expect(server.users.create(ada)).rejects.toMatchObject({ code: "cut", mayHaveHappened: true });
      expect(methods(server).filter((method) => method === "POST")).toHaveLength(1);
    }
    const failing = creating([() => refusal(500, "Broken.")], () => []);
    await expect(failing.users.create(ada)).rejects.toMatchObject({
      status: 500,
      detail: "Broken.",
      mayHaveHappened: true,
    });
    expect(methods(failing).filter((method) => method === "POST")).toHaveLength(1);
  });

  test("has an end", async () => {
    const server = clientOf(({ method }) => (method === "POST" ? cut() : listOf([])), { retry: { attempts: 3 } });
    await expect(server.users.create(ada)).rejects.toMatchObject({ code: "cut", mayHaveHappened: true });
    expect(methods(server).filter((method) => method === "POST")).toHaveLength(3);
    const controller = new AbortController();
    const ending = clientOf(() => {
      controller.abort();
      return cut();
    });
    await expect(ending.users.create(ada, { signal: controller.signal })).rejects.toMatchObject({
      mayHaveHappened: true,
    });
    expect(ending.asked).toHaveLength(1);
  });
});

describe("a POST that has happened", () => {
  test("without an answer to show is read where the server says, or looked for", async () => {
    const at = { location: "https://example.com/scim/v2/Users/1" };
    const answers = [
      () => new Response(null, { status: 201, headers: at }),
      () => new Response(null, { status: 204, headers: { location: "/scim/v2/Users/1" } }),
      () => new Response("", { status: 201 }),
      () => new Response(null, { status: 204 }),
    ];
    for (const answer of answers) {
      const server = creating([answer], ({ path }) => (path === "/Users/1" ? json(ADA) : [ADA]));
      expect(await server.users.create(ada)).toEqual(ADA);
      expect(methods(server)).toEqual(["POST", "GET"]);
    }
  });

  test("is looked for where the address that is named cannot be read, and not sent again for it", async () => {
    const at = (location: string) => () => new Response(null, { status: 201, headers: { location } });
    const posts = [
      at("http://inner.example.com/scim/v2/Users/1"),
      at("https://"),
      at("/scim/v2/Users/cut"),
      () => json({ userName: "ada" }, 200),
    ];
    for (const isThere of [true, false])
      for (const post of posts) {
        const server = creating([post], ({ path }) => (path === "/Users/cut" ? refusal(503) : isThere ? [ADA] : []));
        const created = server.users.create(ada);
        if (isThere) expect(await created).toEqual(ADA);
        else await expect(created).rejects.toMatchObject({ code: "not-scim", mayHaveHappened: true });
        expect(methods(server).filter((method) => method === "POST")).toHaveLength(1);
      }
  });

  test("is not sent again, whatever can be found of it", async () => {
    const server = creating([() => new Response(null, { status: 204 })], () => []);
    await expect(server.users.create(ada)).rejects.toMatchObject({ code: "not-scim", mayHaveHappened: true });
    expect(methods(server).filter((method) => method === "POST")).toHaveLength(1);
  });
});

describe("a POST that is refused", () => {
  test("is looked for nowhere", async () => {
    for (const status of [400, 401, 403, 409, 413, 501]) {
      const server = creating([() => refusal(status)], () => [ADA]);
      await expect(server.users.create(ada)).rejects.toMatchObject({ status, mayHaveHappened: false });
      expect(methods(server)).toEqual(["POST"]);
    }
  });

  test("for a while is sent again", async () => {
    const refused = () => Promise.reject(networkFault("ECONNREFUSED"));
    const server = creating([() => refusal(429), refused], () => []);
    expect(await server.users.create(ada)).toEqual(ADA);
    expect(methods(server)).toEqual(["POST", "POST", "POST"]);
  });
});
